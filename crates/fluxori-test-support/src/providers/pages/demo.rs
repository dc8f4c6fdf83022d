//! A person's way through a whole connection, against a server that runs elsewhere on this machine.

use actix_web::HttpResponse;

use super::html::{self, PLAIN};

/// The page at `/demo#api=…&token=…`.
pub(super) fn show() -> HttpResponse {
    html::page(200, PLAIN, "Connect an account", include_str!("demo.html"))
}
