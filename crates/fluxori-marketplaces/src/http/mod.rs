//! The one HTTP client of all marketplaces: who may be called, when, for how long, and how much is read.

mod answer;
mod breaker;
mod client;
mod fetch;
mod gate;
mod hosts;
mod places;
mod provider;
mod roots;
mod trace;
mod wait;
mod watch;

pub(crate) use answer::Answer;
pub use client::{HttpClient, HttpSettings, ProxyUse, USER_AGENT};
pub(crate) use gate::{Gate, Pass};
pub(crate) use hosts::{Below, HostRule};
pub(crate) use provider::{Budget, Exchange, ProviderHttp, ProviderRequest, RequestBody, Trouble};
pub(crate) use wait::{MAX_WAIT, UNKNOWN_WAIT, header_number, retry_after, seconds_from};
