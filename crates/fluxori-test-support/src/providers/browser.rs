//! Plays the person in front of a consent page.

use std::fmt;

use url::form_urlencoded::Serializer;

use super::{SimulatedProviders, http};

/// What the person does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    is_agreed: bool,
    account: Option<String>,
    organisations: Option<Vec<String>>,
}

impl Decision {
    /// Agrees, to whatever the page suggests.
    #[must_use]
    pub const fn agree() -> Self {
        Self {
            is_agreed: true,
            account: None,
            organisations: None,
        }
    }

    /// Refuses.
    #[must_use]
    pub const fn refuse() -> Self {
        Self {
            is_agreed: false,
            account: None,
            organisations: None,
        }
    }

    /// As this seller (Amazon), or the user of this name (Xero).
    #[must_use]
    pub fn account(mut self, account: impl Into<String>) -> Self {
        self.account = Some(account.into());
        self
    }

    /// Connects these organisations (Xero), by their tenant ids. Any UUID is one.
    #[must_use]
    pub fn organisations<T: Into<String>>(mut self, tenants: impl IntoIterator<Item = T>) -> Self {
        self.organisations = Some(tenants.into_iter().map(Into::into).collect());
        self
    }

    /// Agrees, but the application's plan allows no more organisations: the tokens reach nothing (Xero).
    #[must_use]
    pub fn at_plan_limit() -> Self {
        Self::agree().organisations(["none"])
    }

    fn form(&self) -> String {
        let mut form = Serializer::new(String::new());
        form.append_pair("decision", if self.is_agreed { "agree" } else { "refuse" });
        if let Some(account) = &self.account {
            form.append_pair("account", account);
        }
        match &self.organisations {
            Some(chosen) => {
                for tenant in chosen {
                    form.append_pair("organisation", tenant);
                }
            }
            None => {
                form.append_pair("organisation", "all");
            }
        }
        form.finish()
    }
}

/// The marketplace did not send the person back: it showed a page instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoCallback {
    /// With this status; 0 when it could not be reached.
    pub status: u16,
    /// With this title.
    pub title: String,
}

impl fmt::Display for NoCallback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no callback, but a page: {} {}", self.status, self.title)
    }
}

impl std::error::Error for NoCallback {}

/// Opens a consent page of simulated marketplaces, whichever process runs them, decides, and returns the address that
/// the browser is sent back to. Blocks meanwhile.
///
/// # Errors
/// [`NoCallback`]: the page was an error, or the decision leads nowhere, as a refusal at Amazon and Shopify.
pub fn consent(authorization_url: &str, decision: &Decision) -> Result<String, NoCallback> {
    decide(authorization_url, &decision.form())
}

/// Opens a page, sends its form, and returns the address that the browser is sent to.
pub(crate) fn decide(page_url: &str, form: &str) -> Result<String, NoCallback> {
    let headers = [
        ("user-agent", "Mozilla/5.0 (simulated person)"),
        ("accept", "text/html"),
        ("content-type", "application/x-www-form-urlencoded"),
    ];
    let open = |method, headers, body: &str| {
        http::send(method, page_url, headers, body.as_bytes()).map_err(|_| NoCallback {
            status: 0,
            title: "not reachable".to_owned(),
        })
    };
    let page = open("GET", &headers[..2], "")?;
    let answer = if page.status == 200 {
        open("POST", &headers[..], form)?
    } else {
        page
    };
    let title = title_of(&answer.body);
    let status = answer.status;
    answer.location.ok_or(NoCallback { status, title })
}

impl SimulatedProviders {
    /// The same as [`consent`].
    ///
    /// # Errors
    /// As there.
    pub fn consent(
        &self,
        authorization_url: &str,
        decision: &Decision,
    ) -> Result<String, NoCallback> {
        consent(authorization_url, decision)
    }
}

fn title_of(page: &str) -> String {
    let after = page.split_once("<title>").map_or("", |(_, rest)| rest);
    after.split('<').next().unwrap_or_default().to_owned()
}
