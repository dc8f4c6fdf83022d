//! A server on this machine for trying things out: its folder, its programs, a token for it.

mod curl;
mod environment;
mod files;
mod google;
mod instance;
mod marketplaces;
mod offers;
mod probe;
mod programs;
mod token;

pub(crate) use curl::Curl;
pub(crate) use environment::Environment;
pub(crate) use files::write_private;
pub(crate) use google::{SimulatedGoogle, start_google};
pub(crate) use instance::Instance;
pub(crate) use marketplaces::start_marketplaces;
pub(crate) use offers::{Offer, write_offers};
pub(crate) use probe::status_of;
pub(crate) use programs::{Program, supervise, wait_until};
pub(crate) use token::{AUDIENCE, ISSUER, developer_token};
