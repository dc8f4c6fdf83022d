/// A call that the simulated marketplaces know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Call {
    /// `GET /v1/seller` of Takealot's Marketplace API.
    TakealotSeller,
    /// `GET /v2/offers/count` of Takealot's Seller API.
    TakealotOffersCount,
    /// `POST /auth/o2/token` of Login with Amazon.
    AmazonToken,
    /// `GET /sellers/v1/marketplaceParticipations` of the Selling Partner API.
    AmazonParticipations,
    /// `POST /admin/api/{version}/graphql.json` of a shop.
    ShopifyGraphql,
    /// `GET /connections` of Xero.
    XeroConnections,
    /// `GET /api.xro/2.0/Organisation` of Xero, which adapters call.
    XeroOrganisation,
    /// `POST /admin/oauth/access_token` of a shop.
    ShopifyToken,
    /// `DELETE /admin/api_permissions/current.json` of a shop.
    ShopifyUninstall,
    /// `POST /connect/token` of Xero.
    XeroToken,
    /// `POST /connect/revocation` of Xero.
    XeroRevocation,
    /// `DELETE /connections/{id}` of Xero.
    XeroDisconnect,
    /// Xero's published keys.
    XeroKeys,
    /// A page for people: consent, or one that shows what can be tried. None of its requests is a violation.
    Page,
    /// Where [`Behaviour::Redirect`] points: nobody may ever come here.
    RedirectTarget,
    /// An address that no marketplace has.
    Unknown,
}

impl Call {
    /// Those that can be named from outside, in snake case.
    const NAMED: [(&'static str, Self); 12] = [
        ("takealot_seller", Self::TakealotSeller),
        ("takealot_offers_count", Self::TakealotOffersCount),
        ("amazon_token", Self::AmazonToken),
        ("amazon_participations", Self::AmazonParticipations),
        ("shopify_graphql", Self::ShopifyGraphql),
        ("shopify_token", Self::ShopifyToken),
        ("shopify_uninstall", Self::ShopifyUninstall),
        ("xero_connections", Self::XeroConnections),
        ("xero_organisation", Self::XeroOrganisation),
        ("xero_token", Self::XeroToken),
        ("xero_revocation", Self::XeroRevocation),
        ("xero_disconnect", Self::XeroDisconnect),
    ];

    pub(super) fn of_name(name: &str) -> Option<Self> {
        let mut named = Self::NAMED.into_iter();
        named
            .find(|(known, _)| *known == name)
            .map(|(_, call)| call)
    }
}

/// How a credential is answered. What a marketplace does not know of is answered as [`Behaviour::Good`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Behaviour {
    /// It works.
    Good,
    /// It works, and the answer holds only what the marketplace must say.
    GoodAndTerse,
    /// It works and reaches several accounts (Xero).
    SeveralAccounts,
    /// It works and reaches no account (Xero).
    NoAccounts,
    /// It works for another account than the one whose address was called (Shopify).
    OtherAccount,
    /// The marketplace says that it is dead.
    Refused,
    /// It lacks a role or scope.
    WrongScope,
    /// The account is frozen (Shopify), or not active (Xero).
    Suspended,
    /// Too many calls, with the headers in which the marketplace says for how long.
    Throttled,
    /// Too many calls, and not a word for how long.
    ThrottledSilently,
    /// A page for people with this status, as something in front of the marketplace sends it.
    Page(u16),
    /// A refusal of the network in front of the marketplace, in JSON, with status 403.
    EdgeProblem,
    /// An error of the marketplace's own with this status, in its JSON.
    Error(u16),
    /// No answer at all, until the client gives up.
    NeverAnswers,
    /// Half an answer, and the rest never, until the client gives up.
    NeverEnds,
    /// Half an answer, then the connection is closed.
    Cut,
    /// A redirect with this status, to [`Call::RedirectTarget`].
    Redirect(u16),
    /// A good answer followed by 2 MiB of white space.
    Oversized,
    /// The same in a few compressed kilobytes.
    OversizedCompressed,
    /// Exactly this.
    Reply(Reply),
}

impl Behaviour {
    /// Whether it stands in the way of spending a refresh token. The others are about what its access tokens may do.
    pub(super) fn concerns_refreshing(&self, call: Call) -> bool {
        match self {
            Self::Good
            | Self::GoodAndTerse
            | Self::SeveralAccounts
            | Self::NoAccounts
            | Self::OtherAccount
            | Self::WrongScope => false,
            Self::Suspended => call == Call::ShopifyToken,
            // Amazon's usage plans are the Selling Partner API's.
            Self::Throttled => call != Call::AmazonToken,
            _ => true,
        }
    }
}

/// An answer as a test wants it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: String,
}

impl Reply {
    /// A JSON answer.
    #[must_use]
    pub fn json(status: u16, body: impl Into<String>) -> Self {
        Self {
            status,
            headers: vec![("content-type".to_owned(), "application/json".to_owned())],
            body: body.into(),
        }
    }

    /// An answer of another type; an empty one has none.
    #[must_use]
    pub fn other(status: u16, content_type: &str, body: impl Into<String>) -> Self {
        let mut reply = Self::json(status, body);
        reply.headers.clear();
        if !content_type.is_empty() {
            reply = reply.with("content-type", content_type);
        }
        reply
    }

    /// The same with one more header.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
}
