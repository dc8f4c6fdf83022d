//! Nothing that prints may repeat what was read.

use std::fmt::{Debug, Display};

use fluxori_domain::{
    AccessToken, ApiKey, CredentialDocument, RefreshToken, SecretText, WebhookSecret,
};

/// Marks what is secret in the inputs that come with this repository, as in all its tests. Nothing with a hyphen in it is taken
/// for the name of a field.
const MARKER: &str = "canary-";

/// What is printed of a failure repeats no secret of the input.
pub(crate) fn assert_silent(printed: &str) {
    assert!(
        !printed.to_ascii_lowercase().contains(MARKER),
        "a secret of the input is printed"
    );
}

/// The same of an error, as it is shown and as it is debugged.
pub(crate) fn assert_silent_error(error: &(impl Display + Debug)) {
    assert_silent(&format!("{error} {error:?}"));
}

/// What is printed of a document does not depend on its secrets.
pub(crate) fn assert_silent_document(document: &CredentialDocument) {
    assert_eq!(
        format!("{document:?}"),
        format!("{:?}", with_other_secrets(document)),
        "a secret is printed"
    );
}

fn with_other_secrets(document: &CredentialDocument) -> CredentialDocument {
    let other = || SecretText::copy_of("another");
    match document {
        CredentialDocument::ApiKey { webhook_secret, .. } => CredentialDocument::ApiKey {
            api_key: ApiKey::new(other()),
            webhook_secret: webhook_secret.as_ref().map(|_| WebhookSecret::new(other())),
        },
        CredentialDocument::Tokens {
            access_token,
            refresh_token,
        } => CredentialDocument::Tokens {
            access_token: access_token.as_ref().map(|_| AccessToken::new(other())),
            refresh_token: refresh_token.as_ref().map(|_| RefreshToken::new(other())),
        },
    }
}
