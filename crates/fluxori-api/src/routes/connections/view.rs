//! A connection as its owner sees it. There is nothing secret in it, nor the name of a secret.

use chrono::{DateTime, Utc};
use fluxori_domain::{
    AccountDetails, AccountId, AmazonRegion, AuthType, Clocks, Connection, ConnectionId,
    ExpiryKind, FieldProblem, Marketplace, OutcomeClass, SyncOutcome, TakealotSurface,
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    schema::{
        AmazonRegionSchema, AuthTypeSchema, ExpiryKindSchema, MarketplaceSchema,
        OutcomeClassSchema, StatusSchema, SyncOutcomeSchema, TakealotSurfaceSchema,
    },
    time::Time,
};

use super::consent_id::derive_consent_id;

/// A connection: one account at one marketplace.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Connection)]
pub(crate) struct ConnectionView<'a> {
    /// Its name for ever.
    #[schema(value_type = Uuid)]
    id: ConnectionId,
    /// Whose it is.
    user: &'a str,
    /// Where the account is.
    #[schema(value_type = MarketplaceSchema)]
    marketplace: Marketplace,
    /// How it was connected.
    #[schema(value_type = AuthTypeSchema)]
    auth_type: AuthType,
    /// The same for connections that share one consent, as several organisations at Xero do; `null` where the seller brought
    /// a key. It changes when the seller agrees anew.
    consent_id: Option<Uuid>,
    /// The seller's own name for it.
    label: &'a str,
    /// The account.
    account: AccountView<'a>,
    /// Whether it works.
    #[schema(value_type = StatusSchema)]
    status: &'static str,
    /// The verdict that led to the status; `null` for a connection that was never tested.
    #[schema(value_type = Option<OutcomeClassSchema>)]
    status_reason: Option<OutcomeClass>,
    /// What is wrong, as a sentence for the seller: what the latest test found, or why tokens could not be renewed;
    /// `null` when nothing is.
    last_error: Option<&'static str>,
    /// When the latest test began.
    #[schema(value_type = Option<DateTime<Utc>>)]
    last_checked_at: Option<Time>,
    /// When the latest synchronisation that an adapter reported ended.
    #[schema(value_type = Option<DateTime<Utc>>)]
    last_synced_at: Option<Time>,
    /// How it ended.
    #[schema(value_type = Option<SyncOutcomeSchema>)]
    last_sync_outcome: Option<SyncOutcome>,
    /// What runs out next for good unless somebody does something; `null` when nothing does. Access tokens are not
    /// meant: they are renewed all the time.
    next_expiry: Option<ExpiryView>,
    /// Whether adapters get this one when they name no account.
    is_default: bool,
    /// When it was made.
    #[schema(value_type = DateTime<Utc>)]
    created_at: Time,
    /// When it was last changed.
    #[schema(value_type = DateTime<Utc>)]
    updated_at: Time,
    /// Counts every change, from 1. `ETag` begins with it.
    version: i64,
}

/// What runs out, and when.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Expiry)]
pub(super) struct ExpiryView {
    /// `authorisation`: the marketplace wants the seller's consent anew. `refresh_token`: the server uses it in time to
    /// keep it alive; nearing this clock means that it could not.
    #[schema(value_type = ExpiryKindSchema)]
    kind: ExpiryKind,
    /// When.
    #[schema(value_type = DateTime<Utc>)]
    at: Time,
    /// Sellers are warned so many days ahead: 30, 7 or 1, and 0 when it is too late; `null` when more time is left.
    warning_days: Option<u8>,
}

/// An account at a marketplace.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Account)]
struct AccountView<'a> {
    /// The marketplace's name for it, pinned at the first successful test; `null` before.
    id: Option<&'a str>,
    /// Its name as the marketplace reported it.
    name: Option<&'a str>,
    /// What else is known of it.
    details: DetailsView<'a>,
}

/// What is known of an account, by marketplace.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "marketplace", rename_all = "snake_case")]
#[schema(as = AccountDetails)]
enum DetailsView<'a> {
    /// A Takealot seller.
    #[serde(rename_all = "camelCase")]
    Takealot {
        /// The interface that the key is used with.
        #[schema(value_type = TakealotSurfaceSchema)]
        api_surface: TakealotSurface,
        /// The number of the seller.
        seller_id: Option<i64>,
        /// Countries the seller trades in.
        countries: &'a [String],
    },
    /// An Amazon selling partner in one region.
    #[serde(rename_all = "camelCase")]
    Amazon {
        /// The region.
        #[schema(value_type = AmazonRegionSchema)]
        region: AmazonRegion,
        /// The merchant token.
        selling_partner_id: &'a str,
        /// Marketplaces that the seller takes part in.
        marketplace_ids: &'a [String],
        /// Countries of those marketplaces.
        countries: &'a [String],
    },
    /// A Shopify shop.
    #[serde(rename_all = "camelCase")]
    Shopify {
        /// The permanent address.
        shop: &'a str,
        /// The global id.
        shop_gid: Option<&'a str>,
        /// ISO 4217 code of the currency.
        currency: Option<&'a str>,
        /// IANA name of the time zone.
        timezone: Option<&'a str>,
        /// Scopes that the token was granted.
        scopes: &'a [String],
    },
    /// A Xero organisation.
    #[serde(rename_all = "camelCase")]
    Xero {
        /// The tenant; `null` until the first test when none was chosen.
        tenant_id: Option<Uuid>,
        /// `ORGANISATION`, `PRACTICE` and others.
        tenant_type: Option<&'a str>,
    },
}

/// Something that looks wrong but was not refused.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Warning)]
pub(crate) struct WarningView<'a> {
    /// The field.
    field: &'a str,
    /// What looks wrong.
    message: &'a str,
}

impl<'a> ConnectionView<'a> {
    /// The connection as it is seen at `now`.
    pub(crate) fn of(connection: &'a Connection, now: DateTime<Utc>) -> Self {
        let last_check = connection.last_check;
        let last_sync = connection.last_sync;
        Self {
            id: connection.id,
            user: connection.scope.user.as_str(),
            marketplace: connection.marketplace,
            auth_type: connection.auth_type,
            consent_id: derive_consent_id(connection),
            label: connection.label.as_str(),
            account: AccountView {
                id: connection.account_id.as_ref().map(AccountId::as_str),
                name: connection.account_name.as_deref(),
                details: (&connection.details).into(),
            },
            status: connection.status.name(),
            status_reason: connection.status.reason(),
            last_error: last_check
                .map(|check| check.outcome)
                .filter(|outcome| *outcome != OutcomeClass::Ok)
                .or(connection.status.reason())
                .filter(|outcome| *outcome != OutcomeClass::Ok)
                .map(OutcomeClass::sentence),
            last_checked_at: last_check.map(|check| check.at.into()),
            last_synced_at: last_sync.map(|sync| sync.at.into()),
            last_sync_outcome: last_sync.map(|sync| sync.outcome),
            next_expiry: ExpiryView::of(&connection.clocks, now),
            is_default: connection.is_default,
            created_at: connection.created_at.into(),
            updated_at: connection.updated_at.into(),
            version: connection.version,
        }
    }
}

impl ExpiryView {
    /// What runs out next, as it is seen at `now`.
    pub(super) fn of(clocks: &Clocks, now: DateTime<Utc>) -> Option<Self> {
        clocks.next().map(|(kind, at)| Self {
            kind,
            at: at.into(),
            warning_days: clocks.warning_days(now),
        })
    }
}

impl<'a> From<&'a AccountDetails> for DetailsView<'a> {
    fn from(details: &'a AccountDetails) -> Self {
        match details {
            AccountDetails::Takealot(details) => Self::Takealot {
                api_surface: details.api_surface,
                seller_id: details.seller_id,
                countries: &details.countries,
            },
            AccountDetails::Amazon(details) => Self::Amazon {
                region: details.region,
                selling_partner_id: &details.selling_partner_id,
                marketplace_ids: &details.marketplace_ids,
                countries: &details.countries,
            },
            AccountDetails::Shopify(details) => Self::Shopify {
                shop: details.shop.as_str(),
                shop_gid: details.shop_gid.as_deref(),
                currency: details.currency.as_deref(),
                timezone: details.timezone.as_deref(),
                scopes: &details.scopes,
            },
            AccountDetails::Xero(details) => Self::Xero {
                tenant_id: details.tenant_id,
                tenant_type: details.tenant_type.as_deref(),
            },
        }
    }
}

/// Views of warnings.
pub(crate) fn warnings(found: &[FieldProblem]) -> Vec<WarningView<'_>> {
    found
        .iter()
        .map(|warning| WarningView {
            field: &warning.field,
            message: &warning.message,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_view_of_details_says_what_the_domain_says() {
        for json in [
            r#"{"marketplace":"takealot","apiSurface":"seller","sellerId":5,"countries":["ZA"]}"#,
            r#"{"marketplace":"amazon","region":"eu","sellingPartnerId":"A1","marketplaceIds":["B"],"countries":["ZA"]}"#,
            r#"{"marketplace":"shopify","shop":"a.myshopify.com","shopGid":"gid://1","currency":"ZAR","timezone":"Africa/Johannesburg","scopes":["read_products"]}"#,
            r#"{"marketplace":"xero","tenantId":"01890a5d-ac96-774b-bcce-b302099a8057","tenantType":"ORGANISATION"}"#,
        ] {
            let details: AccountDetails = serde_json::from_str(json).unwrap();
            let view = serde_json::to_value(DetailsView::from(&details)).unwrap();
            assert_eq!(
                view,
                serde_json::from_str::<serde_json::Value>(json).unwrap()
            );
        }
    }
}
