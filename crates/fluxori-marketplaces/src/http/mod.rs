//! The one HTTP client of all marketplaces: who may be called, for how long, and how much is read.

mod answer;
mod client;
mod fetch;
mod hosts;
mod provider;
mod roots;
mod trace;
mod wait;

pub(crate) use answer::Answer;
pub use client::{HttpClient, HttpSettings, ProxyUse, USER_AGENT};
pub(crate) use hosts::HostRule;
pub(crate) use provider::{Budget, Exchange, ProviderHttp, ProviderRequest, RequestBody, Trouble};
pub(crate) use wait::{MAX_WAIT, UNKNOWN_WAIT, header_number, retry_after, seconds_from};
