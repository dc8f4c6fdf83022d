use std::{fmt, sync::Arc};

use chrono::{DateTime, Utc};
use fluxori_connections::LiveCredential;
use fluxori_domain::{
    AccountDetails, AccountId, AmazonRegion, Caller, Clock, ConnectionId, CredentialId, Generation,
    Marketplace, ShopDomain,
};
use fluxori_marketplaces::{MarketplaceError, request_headers};
use reqwest::{RequestBuilder, header::HeaderMap};
use uuid::Uuid;

use super::CredentialError;

/// A live credential: what an adapter needs to call its marketplace. Dropping it wipes the secret.
///
/// It prints and serialises nothing secret. Ask for a new one for each piece of work rather than keeping it.
pub struct MarketplaceCredentials {
    live: LiveCredential,
    caller: Caller,
    clock: Arc<dyn Clock>,
}

impl MarketplaceCredentials {
    /// Fails at once, not at the first request, when the headers cannot be made.
    pub(super) fn new(
        live: LiveCredential,
        caller: Caller,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, CredentialError> {
        live.check_once(|| {
            let headers = request_headers(
                live.marketplace,
                &live.document,
                &live.details,
                live.read_at,
            );
            match headers {
                Ok(_) => Ok(()),
                Err(MarketplaceError::NoTenant { .. }) => Err(CredentialError::NoAccountChosen {
                    connection: live.connection,
                }),
                Err(cause) => Err(CredentialError::Misconfigured {
                    cause: cause.into(),
                }),
            }
        })?;
        Ok(Self {
            live,
            caller,
            clock,
        })
    }

    /// Adds the headers that the marketplace wants. Send the request to the marketplace and to nobody else, and let
    /// the client follow no redirects.
    pub fn authorize(&self, request: RequestBuilder) -> RequestBuilder {
        request.headers(self.headers())
    }

    /// The headers that the marketplace wants, for other HTTP clients. Those that are secret are marked sensitive.
    #[must_use]
    #[expect(
        clippy::missing_panics_doc,
        reason = "the headers were made once already"
    )]
    pub fn headers(&self) -> HeaderMap {
        let live = &self.live;
        request_headers(
            live.marketplace,
            &live.document,
            &live.details,
            self.clock.now(),
        )
        .expect("the headers were made once already, only the time differs")
    }

    /// The marketplace.
    #[must_use]
    pub fn marketplace(&self) -> Marketplace {
        self.live.marketplace
    }

    /// The connection.
    #[must_use]
    pub fn connection_id(&self) -> ConnectionId {
        self.live.connection
    }

    /// The account, once it is known.
    #[must_use]
    pub fn account_id(&self) -> Option<&AccountId> {
        self.live.account_id.as_ref()
    }

    /// What is known of the account.
    #[must_use]
    pub fn details(&self) -> &AccountDetails {
        &self.live.details
    }

    /// The shop's domain, for Shopify.
    #[must_use]
    pub fn shop_domain(&self) -> Option<&ShopDomain> {
        match &self.live.details {
            AccountDetails::Shopify(details) => Some(&details.shop),
            _ => None,
        }
    }

    /// The tenant's id, for Xero.
    #[must_use]
    pub fn tenant_id(&self) -> Option<Uuid> {
        match &self.live.details {
            AccountDetails::Xero(details) => details.tenant_id,
            _ => None,
        }
    }

    /// The region, for Amazon.
    #[must_use]
    pub fn region(&self) -> Option<AmazonRegion> {
        match &self.live.details {
            AccountDetails::Amazon(details) => Some(details.region),
            _ => None,
        }
    }

    /// The merchant token, for Amazon.
    #[must_use]
    pub fn selling_partner_id(&self) -> Option<&str> {
        match &self.live.details {
            AccountDetails::Amazon(details) => Some(&details.selling_partner_id),
            _ => None,
        }
    }

    /// Which change of the credential this is.
    #[must_use]
    pub fn generation(&self) -> Generation {
        self.live.generation
    }

    /// Until when the access token works; `None` for keys and tokens without an end.
    #[must_use]
    pub fn valid_until(&self) -> Option<DateTime<Utc>> {
        self.live.valid_until
    }

    pub(super) fn credential(&self) -> (CredentialId, Generation) {
        (self.live.credential, self.live.generation)
    }

    pub(super) const fn read_at(&self) -> DateTime<Utc> {
        self.live.read_at
    }

    pub(super) const fn caller(&self) -> &Caller {
        &self.caller
    }
}

impl fmt::Debug for MarketplaceCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MarketplaceCredentials")
            .field("marketplace", &self.live.marketplace)
            .field("connection", &self.live.connection)
            .field("account_id", &self.live.account_id)
            .field("generation", &self.live.generation)
            .field("valid_until", &self.live.valid_until)
            .finish_non_exhaustive()
    }
}
