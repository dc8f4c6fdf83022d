//! What stands between the wire and the routes.

mod callback_query;
mod contain;
mod cookie;
mod edge;
mod etag;
#[cfg(feature = "fuzzing")]
pub(crate) mod fuzzing;
mod idempotency;
mod json;
mod limits;
mod meters;
mod page;
mod path;
mod query;
mod raw;
mod request_id;
mod trace;

pub(crate) use callback_query::callback_query;
pub(crate) use contain::contain;
pub(crate) use cookie::{browser_binding, one_cookie, set_browser_binding};
pub(crate) use edge::edge;
pub(crate) use etag::{IfMatch, if_none_match, tag_of};
pub(crate) use idempotency::idempotency_key;
pub(crate) use json::{BodyLimits, JsonBody, json, present, shown_name};
pub(crate) use limits::{Limits, limited};
pub(crate) use page::page_request;
pub(crate) use path::{IdPath, MarketplacePath};
pub(crate) use query::Query;
pub(crate) use raw::RawBody;
pub(crate) use request_id::request_id;
