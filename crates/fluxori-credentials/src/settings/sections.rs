//! Every setting there is.

use std::net::SocketAddr;

use fluxori_domain::{SecretText, ServiceName};
use fluxori_marketplaces::{ApiVersion, BaseUrl, ShopUrl};
use url::Url;

use super::{List, Section, section::section};

/// All sections, in the order of the reference page.
pub(super) const fn all() -> &'static [Section] {
    &[
        DatabaseSection::SECTION,
        SecretSection::SECTION,
        ServiceSection::SECTION,
        ApiSection::SECTION,
        JwtSection::SECTION,
        TakealotSection::SECTION,
        AmazonSection::SECTION,
        ShopifySection::SECTION,
        XeroSection::SECTION,
        LogSection::SECTION,
    ]
}

section!(
    /// Where connections, sealed credentials and the audit trail are kept.
    DatabaseSection, "Database" {
        /// `sqlite:PATH` for the embedded database, `postgres://USER:PASSWORD@HOST/DATABASE` for a server.
        DATABASE_URL => database_url: SecretText, required, secret;
        /// Most connections to a PostgreSQL server.
        DATABASE_CONNECTIONS => database_connections: u32, "8";
    }
);

section!(
    /// What protects the secrets.
    SecretSection, "Secrets" {
        /// The master key: 32 bytes as base64 or hexadecimal digits, or exactly 32 characters.
        /// `fluxori-server keys generate` makes one. Without it nothing starts; losing it loses every credential.
        ENCRYPTION_KEY => encryption_key: SecretText, optional, secret;
        /// Earlier master keys, separated by commas. They open what they once sealed and seal nothing new.
        ENCRYPTION_KEYS_RETIRED => encryption_keys_retired: SecretText, optional, secret;
        /// Keep secrets in Google Secret Manager. Not built yet: `true` is a refusal to start.
        USE_SECRET_MANAGER => use_secret_manager: bool, "false";
        /// The Google Cloud project of the Secret Manager. Not used yet.
        GCP_PROJECT_ID => gcp_project_id: String, optional;
    }
);

section!(
    /// The program that uses the vault.
    ServiceSection, "Program" {
        /// Its name in the audit trail, such as `stock-sync`.
        SERVICE_NAME => service_name: ServiceName, "fluxori";
    }
);

section!(
    /// The HTTP server.
    ApiSection, "HTTP server" {
        /// Addresses and ports to listen on, separated by commas.
        LISTEN => listen: List<SocketAddr>, "127.0.0.1:8080";
        /// Origins of web pages that may call the API, such as `https://app.example.com`, separated by commas.
        CORS_ALLOWED_ORIGINS => cors_allowed_origins: List, "";
        /// Most bytes of a request body.
        MAX_BODY_BYTES => max_body_bytes: usize, "65536";
        /// Requests that a user may send in a minute, over time.
        REQUESTS_PER_MINUTE => requests_per_minute: u32, "600";
        /// How many of them at once.
        REQUESTS_BURST => requests_burst: u32, "100";
        /// Requests without a valid token that are answered in a minute, for each address.
        LOGIN_FAILURES_PER_MINUTE => login_failures_per_minute: u32, "60";
        /// Threads that answer requests; `0` means one a processor.
        HTTP_WORKERS => http_workers: usize, "0";
        /// How long requests may take to finish at shutdown, in seconds.
        SHUTDOWN_TIMEOUT_SECONDS => shutdown_timeout_seconds: u16, "30";
    }
);

section!(
    /// Who may call the API: bearers of a JSON Web Token (RFC 7519). Exactly one of `JWT_SECRET` and `JWT_JWKS_URL`.
    JwtSection, "Sign-in" {
        /// The shared secret of HS256 tokens, at least 32 bytes.
        JWT_SECRET => secret: SecretText, optional, secret;
        /// The address of the issuer's key set, for RS256 and ES256 tokens. Needs `JWT_ISSUER` and `JWT_AUDIENCE` too.
        JWT_JWKS_URL => jwks_url: Url, optional;
        /// What `iss` must be.
        JWT_ISSUER => issuer: String, optional;
        /// What `aud` must be or contain. Without it, tokens that name an audience are refused.
        JWT_AUDIENCE => audience: String, optional;
        /// By how much the clocks of issuer and server may differ, in seconds.
        JWT_CLOCK_SKEW_SECONDS => clock_skew_seconds: u16, "60";
        /// The claim that names the user.
        JWT_USER_CLAIM => user_claim: String, "sub";
        /// The claim that names the organization.
        JWT_ORGANIZATION_CLAIM => organization_claim: String, "org_id";
        /// The claim that names the role, or several.
        JWT_ROLE_CLAIM => role_claim: String, "role";
        /// Roles that may look but not change, separated by commas. A caller is read-only when all its roles are.
        JWT_READ_ONLY_ROLES => read_only_roles: List, "viewer,read_only";
    }
);

section!(
    /// Takealot. Sellers bring their own keys; nothing has to be set.
    TakealotSection, "Takealot" {
        /// The current Marketplace API, without its version.
        TAKEALOT_MARKETPLACE_URL => marketplace_url: BaseUrl, "https://marketplace-api.takealot.com";
        /// The older Seller API, without its version.
        TAKEALOT_SELLER_URL => seller_url: BaseUrl, "https://seller-api.takealot.com";
    }
);

section!(
    /// Amazon Selling Partner API. The client id and secret are of our own application.
    AmazonSection, "Amazon" {
        /// The application's Login with Amazon client id.
        AMAZON_CLIENT_ID => client_id: String, optional;
        /// The application's client secret. Amazon has it changed every 180 days.
        AMAZON_CLIENT_SECRET => client_secret: SecretText, optional, secret;
        /// The client secret before that, tried when the new one is refused. It works for seven more days.
        AMAZON_CLIENT_SECRET_PREVIOUS => client_secret_previous: SecretText, optional, secret;
        /// Login with Amazon.
        AMAZON_LWA_URL => lwa_url: BaseUrl, "https://api.amazon.com";
        /// The Selling Partner API in North America.
        AMAZON_SP_API_NA_URL => sp_api_na_url: BaseUrl, "https://sellingpartnerapi-na.amazon.com";
        /// The Selling Partner API in Europe, the Middle East, Africa and India.
        AMAZON_SP_API_EU_URL => sp_api_eu_url: BaseUrl, "https://sellingpartnerapi-eu.amazon.com";
        /// The Selling Partner API in the Far East.
        AMAZON_SP_API_FE_URL => sp_api_fe_url: BaseUrl, "https://sellingpartnerapi-fe.amazon.com";
    }
);

section!(
    /// Shopify. Sellers bring the token of a custom application; nothing has to be set.
    ShopifySection, "Shopify" {
        /// The address of a shop; `{shop}` stands for its domain.
        SHOPIFY_BASE_URL => base_url: ShopUrl, "https://{shop}";
        /// The version of the Admin API.
        SHOPIFY_API_VERSION => api_version: ApiVersion, "2026-10";
    }
);

section!(
    /// Xero. Sellers bring a token set; nothing has to be set.
    XeroSection, "Xero" {
        /// The API.
        XERO_API_URL => api_url: BaseUrl, "https://api.xero.com";
    }
);

section!(
    /// What the program says about itself.
    LogSection, "Log" {
        /// What to log, such as `info` or `fluxori=debug,info`.
        LOG => filter: String, "info";
        /// `json`, `text`, or `auto`: text on a terminal and JSON elsewhere.
        LOG_FORMAT => format: String, "auto";
    }
);
