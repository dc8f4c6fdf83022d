use fluxori_domain::{CredentialDocument, Plaintext};
use secrecy::ExposeSecret;

use crate::silence::{assert_silent_document, assert_silent_error};

/// Opened secrets, which an older or newer program may have written: refused without a word about their bytes, or read,
/// and then written and read again without a loss.
pub fn credential_document(input: &[u8]) {
    let plaintext = Plaintext::new(input.to_vec().into());
    match CredentialDocument::from_plaintext(&plaintext) {
        Ok(document) => {
            assert_silent_document(&document);
            let written = document.to_plaintext();
            let read = CredentialDocument::from_plaintext(&written).expect("we wrote it");
            assert_eq!(exposed(&read.to_plaintext()), exposed(&written));
        }
        Err(error) => assert_silent_error(&error),
    }
}

#[expect(clippy::disallowed_methods, reason = "EXPOSE: compared, in a test")]
fn exposed(plaintext: &Plaintext) -> &[u8] {
    plaintext.expose_secret()
}
