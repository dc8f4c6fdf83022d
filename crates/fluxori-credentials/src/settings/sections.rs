//! Every setting there is.

use std::{net::SocketAddr, num::NonZeroU32, path::PathBuf};

use fluxori_domain::{SecretText, ServiceName};
use fluxori_marketplaces::{ApiVersion, BaseUrl, Scopes, SellerCentral, ShopUrl};
use url::Url;

use super::{
    Addresses, AuditReadsMode, CredentialCacheMode, List, Moment, Section, section::section,
};

/// All sections, in the order of the reference page.
pub(super) const fn all() -> &'static [Section] {
    &[
        DatabaseSection::SECTION,
        SecretSection::SECTION,
        GoogleSection::SECTION,
        ServiceSection::SECTION,
        ApiSection::SECTION,
        ProtectionSection::SECTION,
        JwtSection::SECTION,
        ConsentSection::SECTION,
        SignInSection::SECTION,
        TakealotSection::SECTION,
        AmazonSection::SECTION,
        ShopifySection::SECTION,
        XeroSection::SECTION,
        LogSection::SECTION,
        ObservationSection::SECTION,
    ]
}

section!(
    /// Where connections, sealed credentials and the audit trail are kept.
    DatabaseSection, "Database" {
        /// `sqlite:PATH` for the embedded database, `postgres://USER:PASSWORD@HOST/DATABASE` for a server. Several hosts may be
        /// named, separated by commas, `HOST:PORT,HOST:PORT`: the one that takes changes is used, never a standby.
        DATABASE_URL => database_url: SecretText, required, secret;
        /// The address of PostgreSQL itself, where `DATABASE_URL` is that of a pooler in transaction mode, such as `PgBouncer`:
        /// nothing is then expected of a session at `DATABASE_URL`. Migrations run here, and `CREDENTIAL_CACHE=coherent` listens
        /// here with one connection; nothing else comes here.
        DATABASE_DIRECT_URL => database_direct_url: SecretText, optional, secret;
        /// Most connections to a PostgreSQL server.
        DATABASE_CONNECTIONS => database_connections: u32, "8";
    }
);

section!(
    /// What protects the secrets.
    SecretSection, "Secrets" {
        /// The master key: 32 bytes as base64 or hexadecimal digits, or exactly 32 characters.
        /// `fluxori-server keys generate` makes one. Needed unless Secret Manager keeps the secrets or `ENCRYPTION_KMS_KEY`
        /// names a key; losing it loses every credential that is sealed in the database.
        ENCRYPTION_KEY => encryption_key: SecretText, optional, secret;
        /// Earlier master keys, separated by commas. They open what they once sealed and seal nothing new.
        ENCRYPTION_KEYS_RETIRED => encryption_keys_retired: SecretText, optional, secret;
        /// The master key in Cloud KMS instead, such as `projects/P/locations/L/keyRings/R/cryptoKeys/K`: it never leaves
        /// Google, and each organization's data key is unwrapped there.
        ENCRYPTION_KMS_KEY => encryption_kms_key: String, optional;
        /// Earlier master keys in Cloud KMS, separated by commas.
        ENCRYPTION_KMS_KEYS_RETIRED => encryption_kms_keys_retired: List, "";
        /// Whether new secrets go to Google Secret Manager instead of the database. Needs `GCP_PROJECT_ID`.
        /// `fluxori-server secrets migrate` moves those that are in the database already.
        USE_SECRET_MANAGER => use_secret_manager: bool, "false";
    }
);

section!(
    /// Google Cloud: Secret Manager and Cloud KMS. Who this program is there follows from the environment, as with Google's own
    /// libraries: `GOOGLE_APPLICATION_CREDENTIALS` names the key file of a service account; without it the metadata server
    /// of Compute Engine, Cloud Run or Kubernetes is asked. `fluxori-server doctor` checks what may be done.
    GoogleSection, "Google Cloud" {
        /// The project of the Secret Manager. Set, secrets there can be read even when new ones go to the database.
        GCP_PROJECT_ID => project_id: String, optional;
        /// The regions that Secret Manager keeps copies in, separated by commas, such as `europe-west1,europe-west4`. Google
        /// chooses when it is empty. It cannot be changed for secrets that exist.
        SECRET_MANAGER_REGIONS => secret_manager_regions: List, "";
        /// Keys in Cloud KMS that Secret Manager encrypts with (CMEK), separated by commas: one, or one a region in the same
        /// order.
        SECRET_MANAGER_KMS_KEYS => secret_manager_kms_keys: List, "";
        /// Writing calls a minute that this process makes at most. A project may make 600; several processes share them.
        SECRET_MANAGER_WRITES_PER_MINUTE => secret_manager_writes_per_minute: NonZeroU32, "600";
        /// Calls a minute that this process lists or describes with at most: it does so to clear up after interrupted writes,
        /// and to reconcile. A project may make 600; reading a secret does not count.
        SECRET_MANAGER_READS_PER_MINUTE => secret_manager_reads_per_minute: NonZeroU32, "600";
        /// Where Secret Manager is.
        SECRET_MANAGER_URL => secret_manager_url: Url, "https://secretmanager.googleapis.com";
        /// Where the Resource Manager is, which `fluxori-server doctor` asks for permissions on the project.
        RESOURCE_MANAGER_URL => resource_manager_url: Url, "https://cloudresourcemanager.googleapis.com";
        /// Where Cloud KMS is.
        KMS_URL => kms_url: Url, "https://cloudkms.googleapis.com";
    }
);

section!(
    /// The program that uses the vault.
    ServiceSection, "Program" {
        /// Its name in the audit trail, such as `stock-sync`.
        SERVICE_NAME => service_name: ServiceName, "fluxori";
        /// Seconds between two rounds of background work in `fluxori-server`: interrupted refreshes and deletions, idle refresh
        /// tokens, connections that nobody tested for a day. Of several servers one at a time does it. `0` means never.
        HOUSEKEEPING_SECONDS => housekeeping_seconds: u16, "30";
        /// How long `fluxori-server serve` waits at its start for a database that cannot be reached yet, in seconds; then it ends with
        /// an error. What somebody has to mend is an error at once.
        START_TIMEOUT_SECONDS => start_timeout_seconds: u16, "30";
        /// Whether adapters keep opened credentials in memory: `off`, or `coherent`, which serves them without reading the
        /// database while PostgreSQL tells of every change, and needs PostgreSQL. `fluxori-server` keeps none.
        CREDENTIAL_CACHE => credential_cache: CredentialCacheMode, "off";
        /// When reads of a credential are written to the audit trail: `batched`, at most a second or 1,000 events after the
        /// secret was handed out; `strict`, before it is handed out, or it is not; `off`, never. Changes are always written,
        /// with what they change.
        AUDIT_READS => audit_reads: AuditReadsMode, "batched";
        /// Whether calls to marketplaces carry the `traceparent` of the trace that they belong to, in a program that records traces:
        /// random numbers, which tell a marketplace nothing of a seller, and by which its support can find a call.
        TRACES_TO_MARKETPLACES => traces_to_marketplaces: bool, "true";
    }
);

section!(
    /// The HTTP server.
    ApiSection, "HTTP server" {
        /// Addresses and ports to listen on, separated by commas; `none` for no such address.
        LISTEN => listen: Addresses, "127.0.0.1:8080";
        /// Addresses and ports to listen on and to end TLS at, separated by commas. Needs the next two.
        LISTEN_TLS => listen_tls: List<SocketAddr>, "";
        /// The file with the certificate and those above it, as PEM. It is read anew when it changes, and so is the next.
        TLS_CERTIFICATE_FILE => tls_certificate_file: PathBuf, optional;
        /// The file with the private key of the certificate, as PEM.
        TLS_KEY_FILE => tls_key_file: PathBuf, optional;
        /// The path of a Unix socket to listen on as well.
        LISTEN_UNIX => listen_unix: PathBuf, optional;
        /// Who may open that socket, as octal digits: its user and group, unless something else is said.
        LISTEN_UNIX_MODE => listen_unix_mode: String, "0660";
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
        /// How long the server goes on taking requests at shutdown, in seconds, while `/readyz` says that it is not ready: as long as
        /// whatever distributes requests takes to notice. `0` where that is told by other means.
        SHUTDOWN_DELAY_SECONDS => shutdown_delay_seconds: u16, "0";
    }
);

section!(
    /// What the HTTP server takes on at once, and what it puts up with. See [the guide](../guides/protect.md).
    ProtectionSection, "Protection of the HTTP server" {
        /// Requests that are answered at the same time from what is here: the database and the secret store. More wait in line for
        /// a moment; when the line does not shorten, they are told at once to come back (`503`). `0` means as many as keep the threads
        /// that answer requests busy: between one and sixteen a thread.
        REQUESTS_AT_ONCE => requests_at_once: u32, "0";
        /// Besides them, requests that wait for a marketplace or the identity provider: to connect, test, replace, disconnect, sign in.
        OUTSIDE_REQUESTS_AT_ONCE => outside_requests_at_once: u32, "256";
        /// Requests that an address may send in a minute, over time, whoever sends them; `0` means any number. Behind a proxy that
        /// `TRUSTED_PROXIES` does not name, all callers are one address.
        ADDRESS_REQUESTS_PER_MINUTE => address_requests_per_minute: u32, "6000";
        /// How many of them at once.
        ADDRESS_REQUESTS_BURST => address_requests_burst: u32, "1000";
        /// Whose `X-Forwarded-For` is believed: addresses and networks of proxies, such as `10.0.0.0/8`, and `unix` for who comes
        /// through a Unix socket; separated by commas. Nobody's when it is empty.
        TRUSTED_PROXIES => trusted_proxies: List, "";
        /// How long a caller is kept waiting, in seconds; then `504`. What was begun is finished all the same. Less than what the
        /// proxy in front waits.
        REQUEST_TIMEOUT_SECONDS => request_timeout_seconds: u16, "55";
        /// How long the body of a request may take to arrive, in seconds.
        BODY_TIMEOUT_SECONDS => body_timeout_seconds: u16, "30";
        /// Connections of callers that are open at the same time. More wait until one is closed.
        MAX_CONNECTIONS => max_connections: u32, "2048";
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
        /// Roles that have connections of their own, separated by commas. So does who has no role of any of these lists;
        /// name one here for people who have such a role and connections of their own too.
        JWT_MEMBER_ROLES => member_roles: List, "member";
        /// Roles that have the connections of everybody in the organization in hand, separated by commas.
        JWT_ORG_ADMIN_ROLES => org_admin_roles: List, "org_admin,org-admin";
        /// Roles that read what happened in the organization, and nothing else, separated by commas.
        JWT_AUDITOR_ROLES => auditor_roles: List, "auditor";
        /// Roles of adapters, separated by commas: they read credentials through the library and may use no route.
        JWT_SERVICE_ROLES => service_roles: List, "service";
    }
);

section!(
    /// Connecting in the browser: where sellers come back to from a marketplace. Needed by `fluxori-server` when sellers
    /// connect at Amazon, Shopify or Xero; `fluxori-server doctor` prints the addresses to register there.
    ConsentSection, "Connecting in the browser" {
        /// Where sellers' browsers reach this server, such as `https://vault.example.com`: `https://` without a path;
        /// `http://` is taken for this machine only.
        PUBLIC_URL => public_url: Url, optional;
        /// Pages that a browser may be sent to afterwards, separated by commas, such as
        /// `https://app.example.com/integrations`; pages below them are allowed too. The first is where browsers go when
        /// nobody knows where they came from. `https://`, or `http://` on this machine.
        RETURN_ADDRESSES => return_addresses: List<Url>, "";
    }
);

section!(
    /// People sign in to the page that this server shows at `/`. The page is on when `OIDC_ISSUER` and `OIDC_CLIENT_ID` are set, or
    /// `SIGN_IN_LINKS`; `PUBLIC_URL` is needed for both. Who somebody is, the claims of `JWT_USER_CLAIM`, `JWT_ORGANIZATION_CLAIM` and
    /// `JWT_ROLE_CLAIM` say. See [the guide](../guides/sign-in.md).
    SignInSection, "Sign-in to the page" {
        /// The identity provider, by `OpenID` Connect: its issuer, exactly as it writes it, such as `https://id.example.com/realm`.
        OIDC_ISSUER => oidc_issuer: String, optional;
        /// The client id that is registered there, with the redirect address `PUBLIC_URL/auth/callback`.
        OIDC_CLIENT_ID => oidc_client_id: String, optional;
        /// The client secret. Public clients have none.
        OIDC_CLIENT_SECRET => oidc_client_secret: SecretText, optional, secret;
        /// What to ask the identity provider for, separated by spaces or commas, `openid` among it.
        OIDC_SCOPES => oidc_scopes: String, "openid";
        /// How many hours somebody stays signed in.
        SESSION_HOURS => session_hours: u16, "12";
        /// Whether the links of `fluxori-server sign-in-link` are good. For development: who has such a link needs nothing else.
        SIGN_IN_LINKS => sign_in_links: bool, "false";
    }
);

section!(
    /// Takealot. Sellers bring their own keys; nothing has to be set.
    TakealotSection, "Takealot" {
        /// The current Marketplace API, without its version.
        TAKEALOT_MARKETPLACE_URL => marketplace_url: BaseUrl, "https://marketplace-api.takealot.com";
        /// The older Seller API, without its version.
        TAKEALOT_SELLER_URL => seller_url: BaseUrl, "https://seller-api.takealot.com";
        /// The Seller Portal, where sellers make their keys: the page leads there.
        TAKEALOT_PORTAL_URL => portal_url: BaseUrl, "https://seller.takealot.com";
        /// Calls that this process makes to Takealot at once. Others wait for their turn for up to 5 seconds, and are told when to
        /// come back.
        TAKEALOT_CONCURRENT_CALLS => concurrent_calls: NonZeroU32, "16";
    }
);

section!(
    /// Amazon Selling Partner API. Client id and secret are of our own application; sellers who bring their own refresh
    /// token need them too. To connect in the browser the application id is needed as well.
    AmazonSection, "Amazon" {
        /// The application's Login with Amazon client id.
        AMAZON_CLIENT_ID => client_id: String, optional;
        /// The application's client secret. Amazon has it changed every 180 days.
        AMAZON_CLIENT_SECRET => client_secret: SecretText, optional, secret;
        /// The client secret before that, tried when the new one is refused. It works for seven more days.
        AMAZON_CLIENT_SECRET_PREVIOUS => client_secret_previous: SecretText, optional, secret;
        /// When Amazon will stop taking the client secret: a day or an RFC 3339 time. `fluxori-server` warns 30, 7 and 1 days
        /// ahead.
        AMAZON_CLIENT_SECRET_EXPIRES_AT => client_secret_expires_at: Moment, optional;
        /// The application's id, `amzn1.sp.solution.…`, which the consent page needs.
        AMAZON_APPLICATION_ID => application_id: String, optional;
        /// Whether the application is still a draft, which the consent page must be told.
        AMAZON_DRAFT_APPLICATION => draft_application: bool, "false";
        /// Where sellers of a country consent, over what is built in: `COUNTRY=URL` separated by commas. `*` is every country.
        AMAZON_SELLER_CENTRAL => seller_central: SellerCentral, "";
        /// Login with Amazon.
        AMAZON_LWA_URL => lwa_url: BaseUrl, "https://api.amazon.com";
        /// The Selling Partner API in North America.
        AMAZON_SP_API_NA_URL => sp_api_na_url: BaseUrl, "https://sellingpartnerapi-na.amazon.com";
        /// The Selling Partner API in Europe, the Middle East, Africa and India.
        AMAZON_SP_API_EU_URL => sp_api_eu_url: BaseUrl, "https://sellingpartnerapi-eu.amazon.com";
        /// The Selling Partner API in the Far East.
        AMAZON_SP_API_FE_URL => sp_api_fe_url: BaseUrl, "https://sellingpartnerapi-fe.amazon.com";
        /// Calls that this process makes to Amazon at once. Others wait for their turn for up to 5 seconds, and are told when to
        /// come back.
        AMAZON_CONCURRENT_CALLS => concurrent_calls: NonZeroU32, "32";
    }
);

section!(
    /// Shopify. Sellers who bring the token of a custom application need nothing set; to connect in the browser our own
    /// app's client id, client secret and scopes are needed.
    ShopifySection, "Shopify" {
        /// The app's client id.
        SHOPIFY_CLIENT_ID => client_id: String, optional;
        /// The app's client secret. It also signs callbacks and webhooks.
        SHOPIFY_CLIENT_SECRET => client_secret: SecretText, optional, secret;
        /// The client secret before that, accepted besides the new one until Shopify has revoked it.
        SHOPIFY_CLIENT_SECRET_PREVIOUS => client_secret_previous: SecretText, optional, secret;
        /// What shops are asked to allow, separated by commas, such as `read_products,write_orders`.
        SHOPIFY_SCOPES => scopes: Scopes, "";
        /// The address of a shop; `{shop}` stands for its domain.
        SHOPIFY_BASE_URL => base_url: ShopUrl, "https://{shop}";
        /// The version of the Admin API.
        SHOPIFY_API_VERSION => api_version: ApiVersion, "2026-10";
        /// Calls that this process makes to Shopify at once. Others wait for their turn for up to 5 seconds, and are told when to
        /// come back.
        SHOPIFY_CONCURRENT_CALLS => concurrent_calls: NonZeroU32, "64";
    }
);

section!(
    /// Xero. Sellers who bring a token set need nothing set; to connect in the browser, and to renew tokens, our own app's
    /// client id is needed.
    XeroSection, "Xero" {
        /// The app's client id.
        XERO_CLIENT_ID => client_id: String, optional;
        /// The app's client secret. Apps of the PKCE type have none.
        XERO_CLIENT_SECRET => client_secret: SecretText, optional, secret;
        /// The client secret before that, tried when the new one is refused.
        XERO_CLIENT_SECRET_PREVIOUS => client_secret_previous: SecretText, optional, secret;
        /// What users are asked to allow, separated by spaces or commas, `offline_access` among them.
        XERO_SCOPES => scopes: Scopes, "";
        /// The consent page.
        XERO_LOGIN_URL => login_url: BaseUrl, "https://login.xero.com";
        /// Where tokens are bought, and who signs them.
        XERO_IDENTITY_URL => identity_url: BaseUrl, "https://identity.xero.com";
        /// The API.
        XERO_API_URL => api_url: BaseUrl, "https://api.xero.com";
        /// Calls that this process makes to Xero at once. Others wait for their turn for up to 5 seconds, and are told when to
        /// come back.
        XERO_CONCURRENT_CALLS => concurrent_calls: NonZeroU32, "32";
    }
);

section!(
    /// What the program says about itself.
    LogSection, "Log" {
        /// What to log, such as `info` or `fluxori=debug,info`.
        LOG => filter: String, "info";
        /// A file that holds such a filter and is looked at every second: what it says holds at once and instead of `LOG`, which
        /// holds again when the file is empty or gone. What is no filter changes nothing but for a line in the log.
        LOG_FILTER_FILE => filter_file: String, optional;
        /// `json`, `text`, or `auto`: text on a terminal and JSON elsewhere.
        LOG_FORMAT => format: String, "auto";
    }
);

section!(
    /// What the server tells of itself besides. See [the guide](../operations/README.md).
    ObservationSection, "Metrics and traces" {
        /// Address and port for Prometheus, such as `127.0.0.1:9464`: `GET /metrics` and nothing else. Whoever reaches it may
        /// read it, so it is not to be reached from outside, and may not be an address of `LISTEN`.
        METRICS_LISTEN => metrics_listen: SocketAddr, optional;
        /// The base address of a collector of traces, such as `http://127.0.0.1:4318`: spans go to `/v1/traces` below it, by OTLP over
        /// HTTP. While it does not answer, spans are dropped and no request waits.
        OTLP_URL => otlp_url: Url, optional;
        /// How many of a hundred traces are recorded.
        TRACES_PERCENT => traces_percent: u8, "100";
        /// Whether callers who send a `traceparent` decide if their trace is recorded. Only where nobody but services of yours can
        /// call; the number of their trace is taken over in any case.
        TRACES_FOLLOW_CALLERS => traces_follow_callers: bool, "false";
    }
);
