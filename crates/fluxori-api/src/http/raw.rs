use std::time::Duration;

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use futures_util::{FutureExt, future::LocalBoxFuture};
use zeroize::Zeroizing;

use super::json::{BodyLimits, collect};
use crate::{admission::Aside, problem::Problem};

/// Marketplaces send short messages, and at once.
const LIMITS: BodyLimits = BodyLimits {
    bytes: 64 * 1024,
    time: Duration::from_secs(5),
};

/// A body byte for byte, because its bytes are signed.
pub(crate) struct RawBody(pub(crate) Zeroizing<Vec<u8>>);

impl FromRequest for RawBody {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let aside = Aside::of(request);
        let payload = payload.take();
        async move {
            let body = collect(payload, 0, LIMITS);
            aside.wait_for(body).await?.map(Self)
        }
        .boxed_local()
    }
}
