use std::collections::BTreeMap;

use fluxori_domain::{CallbackQuery, Marketplace, ports::CallbackProblem};

use super::ConsentResult;
use crate::Connections;

/// A seller came from a marketplace's own pages, to connect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StartEnd {
    /// Where the browser goes now; `None` when no page is set up.
    pub return_to: Option<String>,
    /// The fields of the consent form that the marketplace fills in, or why the request is not looked at any further.
    pub fields: Result<BTreeMap<String, String>, ConsentResult>,
}

impl Connections {
    /// Reads a request with which a marketplace sends a seller who begins there: nobody is signed in, so it only leads to
    /// the page where the seller signs in and goes on. `None` where nobody begins.
    #[must_use]
    pub fn read_start(&self, marketplace: Marketplace, query: &CallbackQuery) -> Option<StartEnd> {
        let client = self.ports.marketplaces.consent(marketplace).ok()?;
        let read = client.read_start(query, self.now())?;
        let fields = read.map_err(|problem| match problem {
            CallbackProblem::Malformed | CallbackProblem::Forged => ConsentResult::Invalid,
            CallbackProblem::Stale => ConsentResult::Expired,
        });
        Some(StartEnd {
            return_to: self.ports.consents.fallback(),
            fields,
        })
    }
}
