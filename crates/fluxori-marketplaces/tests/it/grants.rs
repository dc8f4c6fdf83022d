//! Grants that were made without a browser.

use fluxori_domain::{
    AccessToken, AccountDetails, AmazonDetails, AmazonRegion, AuthType, Clocks, CredentialDocument,
    Marketplace, RefreshToken, SecretText, ShopDomain, ShopifyDetails, XeroDetails,
    ports::{Admission, DisconnectSubject, Disconnection, RefreshReport, RefreshSubject, Renewal},
};
use fluxori_test_support::providers::{Provider, Seed, SeededGrant, keys};
use uuid::Uuid;

use crate::support::World;

/// A grant, as the vault would hold it.
pub(crate) struct Held {
    pub(crate) seeded: SeededGrant,
    pub(crate) marketplace: Marketplace,
    pub(crate) document: CredentialDocument,
    pub(crate) details: AccountDetails,
    pub(crate) clocks: Clocks,
    pub(crate) auth_type: AuthType,
}

pub(crate) fn document(access: &str, refresh: &str) -> CredentialDocument {
    let text = |text: &str| (!text.is_empty()).then(|| SecretText::copy_of(text));
    CredentialDocument::Tokens {
        access_token: text(access).map(AccessToken::new),
        refresh_token: text(refresh).map(RefreshToken::new),
    }
}

impl World {
    pub(crate) fn seed(&self, provider: Provider) -> Held {
        self.hold(match provider {
            Provider::Amazon => Seed::new(provider, keys::AMAZON_SELLING_PARTNER_ID),
            Provider::Shopify => Seed::new(provider, keys::SHOPIFY_SHOP),
            Provider::Xero => Seed::new(provider, "canary").organisations(2),
        })
    }

    pub(crate) fn hold(&self, seed: Seed) -> Held {
        let seeded = self.providers.seed_grant(seed);
        let (marketplace, details) = match seeded.provider {
            Provider::Amazon => (Marketplace::Amazon, amazon(&seeded)),
            Provider::Shopify => (Marketplace::Shopify, shopify(&seeded)),
            Provider::Xero => (Marketplace::Xero, xero(&seeded, 0)),
        };
        Held {
            marketplace,
            document: document(&seeded.access_token, &seeded.refresh_token),
            details,
            clocks: Clocks::default(),
            auth_type: AuthType::OAuth,
            seeded,
        }
    }

    pub(crate) async fn refresh(&self, held: &Held) -> RefreshReport {
        let client = self.client(held.marketplace);
        assert!(client.is_refreshable(held.auth_type, &held.document));
        client
            .refresh(RefreshSubject {
                auth_type: held.auth_type,
                document: &held.document,
                details: &held.details,
                clocks: held.clocks,
                admission: Admission::default(),
            })
            .await
    }

    pub(crate) async fn renewed(&self, held: &Held) -> Renewal {
        match self.refresh(held).await {
            RefreshReport::Renewed(renewal) => renewal,
            RefreshReport::Refused(outcome) => panic!("the grant is good: {outcome:?}"),
        }
    }

    pub(crate) async fn disconnect(&self, held: &Held, is_last: bool) -> Disconnection {
        let client = self.client(held.marketplace);
        client
            .disconnect(DisconnectSubject {
                auth_type: held.auth_type,
                document: &held.document,
                details: &held.details,
                is_last,
            })
            .await
    }
}

fn amazon(seeded: &SeededGrant) -> AccountDetails {
    AccountDetails::Amazon(AmazonDetails {
        region: AmazonRegion::Europe,
        selling_partner_id: seeded.account.clone(),
        marketplace_ids: vec![],
        countries: vec![],
    })
}

fn shopify(seeded: &SeededGrant) -> AccountDetails {
    AccountDetails::Shopify(ShopifyDetails {
        shop: ShopDomain::new(seeded.account.as_str()).unwrap(),
        shop_gid: None,
        currency: None,
        timezone: None,
        scopes: vec![],
    })
}

/// One of the organisations of a grant.
pub(crate) fn xero(seeded: &SeededGrant, place: usize) -> AccountDetails {
    let organisation = &seeded.organisations[place];
    AccountDetails::Xero(XeroDetails {
        tenant_id: Uuid::try_parse(&organisation.tenant_id).ok(),
        connection_id: Uuid::try_parse(&organisation.connection_id).ok(),
        tenant_type: None,
    })
}
