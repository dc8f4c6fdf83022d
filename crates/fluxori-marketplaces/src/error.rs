use fluxori_domain::Marketplace;

/// Why something could not be set up or put together. What a marketplace answers is never an error, but an outcome.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MarketplaceError {
    /// Without roots no server could be trusted.
    #[error(
        "this machine has no trusted root certificates: install ca-certificates, or name a file in SSL_CERT_FILE"
    )]
    NoRootCertificates,
    /// The ciphers and protocol versions do not fit together.
    #[error("could not prepare TLS")]
    Tls {
        /// What rustls says.
        #[source]
        cause: rustls::Error,
    },
    /// The HTTP client refused its settings.
    #[error("could not build the HTTP client")]
    HttpClient {
        /// What reqwest says; it has no address in it.
        #[source]
        cause: reqwest::Error,
    },
    /// A public document could not be fetched.
    #[error("could not fetch the document: {what}")]
    Fetch {
        /// What went wrong.
        what: &'static str,
        /// What reqwest says; it has no address in it.
        #[source]
        cause: Option<reqwest::Error>,
    },
    /// A setting is not an address that secrets may be sent to.
    #[error("the address of a marketplace must {rule}")]
    Address {
        /// The rule, as the end of a sentence beginning with "must".
        rule: &'static str,
    },
    /// A setting is not a version of Shopify's interface.
    #[error("a version of Shopify's interface must look like 2026-10: a year and 01, 04, 07 or 10")]
    ApiVersion,
    /// A setting is not a list of scopes.
    #[error("scopes must be names without quotes, separated by commas or spaces")]
    Scopes,
    /// A setting is not a list of countries with their Seller Central.
    #[error(
        "a Seller Central is set as ZA=https://host, each country once, separated by commas; * is every country"
    )]
    SellerCentral,
    /// The details do not belong to the marketplace that was asked for.
    #[error("the account details are of another marketplace than {marketplace}")]
    OtherMarketplace {
        /// The marketplace that was asked for.
        marketplace: Marketplace,
    },
    /// The document is a key where tokens belong, or the other way round.
    #[error("the credential is not of the kind that {marketplace} takes")]
    OtherKind {
        /// The marketplace that was asked for.
        marketplace: Marketplace,
    },
    /// There is no access token yet: it has to be bought first.
    #[error("the credential for {marketplace} has no access token yet")]
    NoAccessToken {
        /// The marketplace that was asked for.
        marketplace: Marketplace,
    },
    /// No Xero organisation has been chosen yet.
    #[error("no organisation has been chosen for this connection to {marketplace}")]
    NoTenant {
        /// The marketplace that was asked for.
        marketplace: Marketplace,
    },
    /// The secret holds characters that cannot go into a header.
    #[error("the credential for {marketplace} holds characters that cannot be sent")]
    Unsendable {
        /// The marketplace that was asked for.
        marketplace: Marketplace,
    },
}
