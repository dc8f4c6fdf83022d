//! Which application calls, and whether its secret is right.

use std::{
    collections::HashSet,
    sync::{Mutex, PoisonError},
};

use base64::{Engine, engine::general_purpose::STANDARD};

use super::{super::keys, Provider};

/// The applications that the marketplaces know.
#[derive(Debug, Default)]
pub(in super::super) struct Clients {
    /// Secrets that were right and are no more.
    refused: Mutex<HashSet<String>>,
}

impl Clients {
    /// Makes a secret wrong from now on, or right again.
    pub(in super::super) fn refuse(&self, secret: &str, is_refused: bool) {
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        if is_refused {
            refused.insert(secret.to_owned());
        } else {
            refused.remove(secret);
        }
    }

    /// Whether the application is known and shows what it has to show.
    pub(super) fn accepts(&self, provider: Provider, id: &str, secret: Option<&str>) -> bool {
        if provider == Provider::Xero && id == keys::XERO_PUBLIC_CLIENT_ID {
            return secret.is_none();
        }
        let Some(secret) = secret else {
            return false;
        };
        id == keys::client_id(provider)
            && keys::client_secrets(provider).contains(&secret)
            && !self
                .refused
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .contains(secret)
    }
}

/// Identifier and secret from an `Authorization` header of the kind Basic, form-encoded as RFC 6749 says.
pub(crate) fn read_basic(header: &str) -> Option<(String, String)> {
    let text = STANDARD.decode(header.strip_prefix("Basic ")?).ok()?;
    let text = String::from_utf8(text).ok()?;
    let (id, secret) = text.split_once(':')?;
    Some((decode(id), decode(secret)))
}

fn decode(text: &str) -> String {
    let pair = format!("{text}=");
    let decoded = url::form_urlencoded::parse(pair.as_bytes()).next();
    decoded
        .map(|(name, _)| name.into_owned())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn basic_authentication_is_read_with_its_encoding() {
        let header = format!("Basic {}", STANDARD.encode("my%20id:a%3Ab"));
        let read = read_basic(&header);
        assert_eq!(read, Some(("my id".to_owned(), "a:b".to_owned())));
        assert_eq!(read_basic("Bearer x"), None);
    }

    #[test]
    fn a_secret_can_be_made_wrong_and_right_again() {
        let clients = Clients::default();
        let works = || {
            let id = keys::client_id(Provider::Shopify);
            clients.accepts(Provider::Shopify, id, Some(keys::SHOPIFY_CLIENT_SECRET))
        };
        assert!(works());
        clients.refuse(keys::SHOPIFY_CLIENT_SECRET, true);
        assert!(!works());
        clients.refuse(keys::SHOPIFY_CLIENT_SECRET, false);
        assert!(works());
    }
}
