use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use fluxori_domain::{ConnectionId, Marketplace};

use crate::problem::Problem;

/// Characters of a UUID in its usual form; the other forms are not addresses of ours.
const LENGTH: usize = 36;

/// The `{id}` of an address. What is no id is simply not there.
#[derive(Debug, Clone, Copy)]
pub(crate) struct IdPath(pub(crate) ConnectionId);

impl FromRequest for IdPath {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let id = request
            .match_info()
            .get("id")
            .filter(|text| text.len() == LENGTH)
            .and_then(|text| text.parse().ok());
        ready(id.map(Self).ok_or_else(Problem::not_found))
    }
}

/// The `{marketplace}` of an address.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MarketplacePath(pub(crate) Marketplace);

impl FromRequest for MarketplacePath {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let name = request.match_info().get("marketplace");
        let marketplace = name.and_then(|text| text.parse().ok());
        ready(marketplace.map(Self).ok_or_else(Problem::not_found))
    }
}
