use fluxori_domain::{
    AccountDetails, OutcomeClass, XeroDetails,
    ports::{Account, AccountChoice, TestReport, TestSubject},
};
use uuid::Uuid;

use super::{Xero, answer::Tenant, parse::account_id, tenants::Listed};
use crate::{
    outside::{code, name},
    report,
    token::refresh_token,
};

impl Xero {
    /// Asks which organisations the token reaches, and finds ours among them.
    pub(super) async fn test_call(&self, subject: TestSubject<'_>) -> TestReport {
        let AccountDetails::Xero(details) = subject.details else {
            return report::not_ours();
        };
        let Some(Listed {
            tenants,
            latency,
            rate,
        }) = self.list_tenants(subject.document, None).await
        else {
            return report::not_ours();
        };
        match tenants {
            Ok(tenants) => match ours(tenants, details.tenant_id) {
                Ours::One(tenant) => report::good(account(&tenant), latency, rate),
                Ours::ToChoose(tenants) => {
                    let choices = tenants.iter().map(choice).collect();
                    report::several(choices, latency, rate)
                }
                Ours::Gone => report::bare(OutcomeClass::TenantDisconnected.into(), latency, rate),
            },
            Err(verdict) => {
                let may_be_stale = !subject.is_fresh && refresh_token(subject.document).is_some();
                report::refused(verdict, may_be_stale, latency, rate)
            }
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Ours {
    One(Tenant),
    ToChoose(Vec<Tenant>),
    Gone,
}

fn ours(mut tenants: Vec<Tenant>, chosen: Option<Uuid>) -> Ours {
    if let Some(chosen) = chosen {
        return tenants
            .into_iter()
            .find(|tenant| tenant.id == chosen)
            .map_or(Ours::Gone, Ours::One);
    }
    match tenants.len() {
        0 => Ours::Gone,
        1 => tenants.pop().map_or(Ours::Gone, Ours::One),
        _ => Ours::ToChoose(tenants),
    }
}

fn choice(tenant: &Tenant) -> AccountChoice {
    AccountChoice {
        id: tenant.id.hyphenated().to_string(),
        name: tenant.name.as_deref().and_then(name),
    }
}

pub(super) fn account(tenant: &Tenant) -> Account {
    Account {
        id: account_id(tenant.id),
        name: tenant.name.as_deref().and_then(name),
        details: AccountDetails::Xero(XeroDetails {
            tenant_id: Some(tenant.id),
            connection_id: tenant.connection_id,
            tenant_type: tenant.kind.as_deref().and_then(code),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tenant(number: u128) -> Tenant {
        Tenant {
            id: Uuid::from_u128(number),
            connection_id: None,
            kind: None,
            name: None,
            auth_event: None,
        }
    }

    #[test]
    fn the_chosen_organisation_is_found_or_gone() {
        let both = || vec![tenant(1), tenant(2)];
        assert_eq!(ours(both(), Some(Uuid::from_u128(2))), Ours::One(tenant(2)));
        assert_eq!(ours(both(), Some(Uuid::from_u128(3))), Ours::Gone);
        assert_eq!(ours(both(), None), Ours::ToChoose(both()));
        assert_eq!(ours(vec![tenant(1)], None), Ours::One(tenant(1)));
        assert_eq!(ours(vec![], None), Ours::Gone);
    }
}
