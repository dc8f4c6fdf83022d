//! `/api/oauth/{marketplace}`: where sellers' browsers come from a marketplace. Nobody is signed in here.

pub(crate) mod callback;
mod ending;
pub(crate) mod start;

use actix_web::{HttpRequest, web};

use crate::{admission::CallerAddress, http::Limits, problem::Problem};

/// Where a browser comes back to from a consent page.
pub(crate) const CALLBACK: &str = "/api/oauth/{marketplace}/callback";
/// Where a marketplace sends sellers who begin there.
pub(crate) const START: &str = "/api/oauth/{marketplace}/start";

/// Counts a request that led nowhere: nobody may try states or signatures for long.
fn count_stray(limits: &web::Data<Limits>, request: &HttpRequest) -> Result<(), Problem> {
    match CallerAddress::of(request) {
        Some(address) => limits.count_stray(address),
        None => Ok(()),
    }
}
