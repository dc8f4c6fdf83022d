use std::collections::BTreeMap;

use fluxori_domain::{AuthType, CredentialForm, InvalidForm, Marketplace, SecretText};

use crate::{
    silence::{assert_silent, assert_silent_document, assert_silent_error},
    sites::client,
};

/// Filled-in forms, as JSON of field names and values, at every marketplace and for every way to connect: refused without
/// a value being repeated, or a credential that can be stored and shown.
pub fn filled_form(input: &[u8]) {
    let Ok(fields) = serde_json::from_slice::<BTreeMap<String, String>>(input) else {
        return;
    };
    for marketplace in Marketplace::ALL {
        let client = client(*marketplace, &[]);
        for auth_type in AuthType::ALL {
            match client.parse(*auth_type, &form(&fields)) {
                Ok(submission) => {
                    assert_eq!(submission.details.marketplace(), *marketplace);
                    assert_silent_document(&submission.document);
                    assert_silent(&format!("{:?}", submission.warnings));
                }
                Err(error) => check(&error),
            }
        }
        if let Some(consents) = client.consent() {
            match consents.target(&form(&fields)) {
                Ok(target) => {
                    let stored =
                        serde_json::to_string(&target).expect("targets are stored as JSON");
                    assert_eq!(serde_json::from_str(&stored).ok(), Some(target));
                }
                Err(error) => check(&error),
            }
        }
    }
}

fn form(fields: &BTreeMap<String, String>) -> CredentialForm {
    let fields = fields
        .iter()
        .map(|(name, value)| (name.clone(), SecretText::copy_of(value)));
    CredentialForm::new(fields.collect())
}

fn check(error: &InvalidForm) {
    assert!(!error.problems.is_empty(), "refused without a reason");
    assert_silent_error(error);
}
