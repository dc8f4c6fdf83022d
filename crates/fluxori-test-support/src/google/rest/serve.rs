use std::{io, net::TcpListener, sync::Arc};

use actix_web::{
    dev::ServerHandle,
    web::{self, Data, PayloadConfig},
};

use crate::google::{rest, state::State};

/// Larger than any request that Google takes from a client of Secret Manager.
const MOST_BYTES: usize = 16 * 1024 * 1024;

/// Serves until the handle stops it.
pub(in crate::google) fn serve(
    listener: TcpListener,
    state: Arc<State>,
) -> io::Result<ServerHandle> {
    let data = Data::from(state);
    crate::serve::serve("fake-google", listener, move |config| {
        config
            .app_data(Data::clone(&data))
            .app_data(PayloadConfig::new(MOST_BYTES))
            .default_service(web::to(rest::handle));
    })
}
