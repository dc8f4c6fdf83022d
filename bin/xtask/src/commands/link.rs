//! `cargo xtask link`: a fresh link that signs in to the page of a running `dev` or `demo`.

use std::net::{Ipv4Addr, SocketAddr};

use anyhow::{Result, ensure};

use super::dev;
use crate::local::{link_at, status_of};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Port that the server was started on
    #[arg(long, default_value_t = dev::DEFAULT_PORT)]
    port: u16,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, args.port));
    ensure!(
        status_of(address, "/livez").is_ok(),
        "nothing answers on {address}: start `cargo xtask dev` or `cargo xtask demo`, or name another port with --port"
    );
    println!("{}", link_at(args.port, &dev::build_server()?)?);
    Ok(())
}
