use fluxori_domain::{AccountDetails, AuthType, ConsentTarget, XeroDetails};
use uuid::Uuid;

use super::{Case, map, target, tokens};
use crate::replies;

const TENANT: Uuid = Uuid::from_u128(0x8a5b_0d31_6c4f_4e7b_9a2d_1f3e_5c7a_9b0d);

/// An access token as Xero makes them, of the consent 01234567-89ab-cdef-0123-456789abcdef: unsigned, for nobody here asks.
const ACCESS_TOKEN: &str = "eyJhbGciOiJSUzI1NiJ9.\
    eyJleHAiOjE3OTU0MzcwMDAsImF1dGhlbnRpY2F0aW9uX2V2ZW50X2lkIjoiMDEyMzQ1NjctODlhYi1jZGVmLTAxMjMtNDU2Nzg5YWJjZGVmIn0.\
    c2ln";

/// Xero's answers, to tests, refreshes, consents (keys and id tokens among them) and disconnecting.
pub fn xero_answers(input: &[u8]) {
    let replies = replies::read(input);
    let whole = tokens(Some(ACCESS_TOKEN), Some("canary-xero-refresh-1"));
    let access_only = tokens(Some(ACCESS_TOKEN), None);
    for tenant_id in [None, Some(TENANT)] {
        let details = AccountDetails::Xero(XeroDetails {
            tenant_id,
            connection_id: None,
            tenant_type: None,
        });
        let case = Case {
            auth_type: AuthType::OAuth,
            details: &details,
            replies: &replies,
        };
        case.test(&whole, false);
        case.test(&access_only, false);
        case.test(&whole, true);
        case.refresh(&whole);
        case.disconnect(&whole);
        let tenant = TENANT.to_string();
        let renewed = target([("tenantId", &*tenant)]);
        let new = ConsentTarget::default();
        case.consent(if tenant_id.is_some() { &renewed } else { &new }, &map([]));
    }
}
