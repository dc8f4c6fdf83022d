//! A server on this machine for trying things out: its folder, its programs, a token for it.

mod curl;
mod environment;
mod files;
mod google;
mod http;
mod instance;
mod link;
mod offers;
mod probe;
mod programs;
mod telling;
mod token;

pub(crate) use curl::Curl;
pub(crate) use environment::Environment;
pub(crate) use files::write_private;
pub(crate) use google::{SimulatedGoogle, start_google};
pub(crate) use http::Request;
pub(crate) use instance::Instance;
pub(crate) use link::{link_at, make_link, page_settings};
pub(crate) use offers::{Offer, write_offers};
pub(crate) use probe::{free_port, status_of, text_of};
pub(crate) use programs::{Program, supervise, wait_until};
pub(crate) use telling::{start_marketplaces, start_telling};
pub(crate) use token::{AUDIENCE, ISSUER, developer_token, token_for};
