use fluxori_domain::{
    AccountDetails, ApiKey, AuthType, CredentialDocument, TakealotDetails, TakealotSurface,
};

use super::{Case, secret};
use crate::replies;

/// Takealot's answers, to a test over either of its interfaces.
pub fn takealot_answers(input: &[u8]) {
    let replies = replies::read(input);
    let document = CredentialDocument::ApiKey {
        api_key: ApiKey::new(secret("canary-takealot-key-1")),
        webhook_secret: None,
    };
    for surface in TakealotSurface::ALL {
        let details = AccountDetails::Takealot(TakealotDetails {
            api_surface: *surface,
            seller_id: None,
            countries: Vec::new(),
        });
        let case = Case {
            auth_type: AuthType::ApiKey,
            details: &details,
            replies: &replies,
        };
        case.test(&document, false);
    }
}
