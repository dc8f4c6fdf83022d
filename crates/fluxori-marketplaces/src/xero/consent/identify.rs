use fluxori_domain::{ConsentTarget, CredentialDocument, OutcomeClass, ports::IdentifyReport};
use serde::Deserialize;
use uuid::Uuid;

use super::super::{Xero, answer::Tenant, descriptor::TENANT_ID, jwt::Jwt, test_call::account};
use crate::verdict::Verdict;

/// The claim that names the consent which a token comes from.
#[derive(Deserialize)]
struct Claims {
    authentication_event_id: Uuid,
}

impl Xero {
    /// Asks which organisations this consent connected. That none was is what users at the ceiling of our application's
    /// plan, or of their organisation's, get: an expected failure, for which the class is a missing scope "or plan".
    pub(super) async fn ask_which(
        &self,
        target: &ConsentTarget,
        document: &CredentialDocument,
    ) -> IdentifyReport {
        match self.connected_by_consent(target, document).await {
            Ok(tenants) if tenants.is_empty() => {
                IdentifyReport::Unknown(OutcomeClass::ScopeMissing.into())
            }
            Ok(tenants) => IdentifyReport::Accounts(tenants.iter().map(account).collect()),
            Err(verdict) => IdentifyReport::Unknown(verdict.outcome()),
        }
    }

    async fn connected_by_consent(
        &self,
        target: &ConsentTarget,
        document: &CredentialDocument,
    ) -> Result<Vec<Tenant>, Verdict> {
        let event = event_of(document);
        let mut tenants = self.tenants(document, event).await?;
        if let Some(event) = event {
            tenants.retain(|tenant| is_of(tenant, event));
        }
        let wanted = target
            .part(TENANT_ID)
            .and_then(|tenant| Uuid::try_parse(tenant).ok())
            .filter(|wanted| tenants.iter().all(|tenant| tenant.id != *wanted));
        if let Some(wanted) = wanted
            && event.is_some()
        {
            // Connected before, it may still be listed under the consent that first connected it.
            let all = self.tenants(document, None).await?;
            tenants.extend(all.into_iter().find(|tenant| tenant.id == wanted));
        }
        Ok(tenants)
    }

    async fn tenants(
        &self,
        document: &CredentialDocument,
        event: Option<Uuid>,
    ) -> Result<Vec<Tenant>, Verdict> {
        match self.list_tenants(document, event).await {
            Some(listed) => listed.tenants,
            None => Err(Verdict::of(OutcomeClass::Bug)),
        }
    }
}

/// Xero filters; an answer that names another consent was not filtered.
fn is_of(tenant: &Tenant, event: Uuid) -> bool {
    tenant
        .auth_event
        .as_deref()
        .is_none_or(|text| Uuid::try_parse(text).is_ok_and(|other| other == event))
}

/// The consent that the access token comes from, as it says itself: it came from Xero a moment ago.
fn event_of(document: &CredentialDocument) -> Option<Uuid> {
    let CredentialDocument::Tokens {
        access_token: Some(token),
        ..
    } = document
    else {
        return None;
    };
    let claims: Claims = Jwt::of(token)?.claims()?;
    Some(claims.authentication_event_id)
}
