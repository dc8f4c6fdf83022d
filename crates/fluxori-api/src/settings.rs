//! What the operator decides about the API. Plain structs: whoever reads the environment fills them in.

use std::{net::SocketAddr, time::Duration};

use fluxori_domain::SecretText;
use secrecy::ExposeSecret;
use serde::Deserialize;
use url::Url;

use crate::{ProtectionSettings, SignInSettings, TlsSettings, UnixSettings};

/// Fewest bytes of a signing secret: HS256 needs a key as long as its hash (RFC 7518, section 3.2).
const SHORTEST_SECRET: usize = 32;

/// How the API listens, whom it serves and how much of it one caller may use.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ApiSettings {
    /// `LISTEN`: addresses and ports to listen on.
    pub listen: Vec<SocketAddr>,
    /// Where it ends TLS itself.
    pub tls: TlsSettings,
    /// A socket in the file system to listen on as well.
    pub unix: Option<UnixSettings>,
    /// `CORS_ALLOWED_ORIGINS`: web pages of other origins that may call the API, such as `https://app.example.com`.
    pub cors_allowed_origins: Vec<String>,
    /// `MAX_BODY_BYTES`: the longest request body.
    pub max_body_bytes: usize,
    /// `REQUESTS_PER_MINUTE`: how many requests a user may send over time.
    pub requests_per_minute: u32,
    /// `REQUESTS_BURST`: how many of them at once.
    pub requests_burst: u32,
    /// `LOGIN_FAILURES_PER_MINUTE`: how many requests without a valid token are answered, per address.
    pub login_failures_per_minute: u32,
    /// `HTTP_WORKERS`: threads that answer requests; 0 means one a processor.
    pub http_workers: usize,
    /// `SHUTDOWN_TIMEOUT_SECONDS`: how long requests may take to finish at shutdown.
    pub shutdown_timeout_seconds: u16,
    /// `SHUTDOWN_DELAY_SECONDS`: how long requests are still taken then, while `/readyz` says that the server is not ready.
    pub shutdown_delay_seconds: u16,
    /// How much is taken on at once.
    pub protection: ProtectionSettings,
    /// Who may log in.
    pub jwt: JwtSettings,
    /// How people sign in to the page; without it there is no page.
    pub sign_in: Option<SignInSettings>,
}

impl Default for ApiSettings {
    fn default() -> Self {
        Self {
            listen: vec![SocketAddr::from(([127, 0, 0, 1], 8080))],
            tls: TlsSettings::default(),
            unix: None,
            cors_allowed_origins: Vec::new(),
            max_body_bytes: 64 * 1024,
            requests_per_minute: 600,
            requests_burst: 100,
            login_failures_per_minute: 60,
            http_workers: 0,
            shutdown_timeout_seconds: 30,
            shutdown_delay_seconds: 0,
            protection: ProtectionSettings::default(),
            jwt: JwtSettings::default(),
            sign_in: None,
        }
    }
}

impl ApiSettings {
    /// How many threads answer requests.
    #[must_use]
    pub fn workers(&self) -> usize {
        match self.http_workers {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            workers => workers,
        }
    }
}

/// Which bearer tokens are accepted, and which of their claims say who the caller is.
///
/// Exactly one of `secret` and `jwks_url` is set. The secret means HS256; the key set means RS256 and ES256, and then
/// issuer and audience are needed too, because an identity provider signs tokens for other applications as well.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct JwtSettings {
    /// `JWT_SECRET`: the shared secret of HS256, 32 bytes at least.
    pub secret: Option<SecretText>,
    /// `JWT_JWKS_URL`: where the identity provider publishes its public keys.
    pub jwks_url: Option<Url>,
    /// `JWT_ISSUER`: what `iss` must be.
    pub issuer: Option<String>,
    /// `JWT_AUDIENCE`: what `aud` must be or contain. Without it, tokens that name an audience are refused.
    pub audience: Option<String>,
    /// `JWT_CLOCK_SKEW_SECONDS`: by how much the clocks of issuer and server may differ.
    pub clock_skew_seconds: u16,
    /// `JWT_USER_CLAIM`: the claim that names the user.
    pub user_claim: String,
    /// `JWT_ORGANIZATION_CLAIM`: the claim that names the organization.
    pub organization_claim: String,
    /// `JWT_ROLE_CLAIM`: the claim that names the role, or several.
    pub role_claim: String,
    /// `JWT_MEMBER_ROLES`: roles that have connections of their own. So does who has no role of any list.
    pub member_roles: Vec<String>,
    /// `JWT_READ_ONLY_ROLES`: roles that may look but not change. A caller is read-only when all its roles are.
    pub read_only_roles: Vec<String>,
    /// `JWT_ORG_ADMIN_ROLES`: roles that have the connections of everybody in the organization in hand.
    pub org_admin_roles: Vec<String>,
    /// `JWT_AUDITOR_ROLES`: roles that read what happened in the organization.
    pub auditor_roles: Vec<String>,
    /// `JWT_SERVICE_ROLES`: roles of adapters, which have no use here.
    pub service_roles: Vec<String>,
}

impl Default for JwtSettings {
    fn default() -> Self {
        Self {
            secret: None,
            jwks_url: None,
            issuer: None,
            audience: None,
            clock_skew_seconds: 60,
            user_claim: "sub".to_owned(),
            organization_claim: "org_id".to_owned(),
            role_claim: "role".to_owned(),
            member_roles: vec!["member".to_owned()],
            read_only_roles: vec!["viewer".to_owned(), "read_only".to_owned()],
            org_admin_roles: vec!["org_admin".to_owned(), "org-admin".to_owned()],
            auditor_roles: vec!["auditor".to_owned()],
            service_roles: vec!["service".to_owned()],
        }
    }
}

/// A setting with which the server must not start.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SettingsError {
    /// Nobody could log in.
    #[error("set JWT_SECRET or JWT_JWKS_URL: without one, nobody can log in")]
    NoKey,
    /// It would be unclear which tokens are good.
    #[error("set only one of JWT_SECRET and JWT_JWKS_URL")]
    TwoKeys,
    /// The secret can be guessed.
    #[error("JWT_SECRET has {length} bytes; HS256 needs {SHORTEST_SECRET} or more")]
    ShortSecret {
        /// Its length in bytes.
        length: usize,
    },
    /// Tokens for other applications would be accepted.
    #[error("JWT_JWKS_URL needs {setting} too: the same keys sign tokens for other applications")]
    MissingWithKeySet {
        /// What is missing.
        setting: &'static str,
    },
    /// Keys must not come over a connection that anybody can change.
    #[error("JWT_JWKS_URL must begin with https:// (http:// only for a loopback address)")]
    InsecureKeySet,
    /// No HTTP client was wired for the identity provider.
    #[error("{setting} is set, but this program was built without a way to fetch it")]
    NoIdentityHttp {
        /// The setting that needs it.
        setting: &'static str,
    },
    /// No page was wired.
    #[error("sign-in to the page is set up, but this program was built without the page")]
    NoPage,
    /// A number that makes the API useless.
    #[error("{setting} must be {rule}")]
    OutOfRange {
        /// The setting.
        setting: &'static str,
        /// The rule, as the end of a sentence beginning with "must be".
        rule: &'static str,
    },
    /// Something would be listened on without a certificate, or a certificate would be shown to nobody.
    #[error(
        "LISTEN_TLS, TLS_CERTIFICATE_FILE and TLS_KEY_FILE belong together: set all of them or none"
    )]
    HalfOfTls,
    /// A value that names nobody.
    #[error(
        "entry {index} of TRUSTED_PROXIES is no address, no network such as 10.0.0.0/8, and not unix"
    )]
    BadProxy {
        /// Its position, from 1.
        index: usize,
    },
    /// A value that is not what browsers send as `Origin`.
    #[error(
        "entry {index} of CORS_ALLOWED_ORIGINS is not an origin such as https://app.example.com"
    )]
    BadOrigin {
        /// Its position, from 1.
        index: usize,
    },
}

impl ApiSettings {
    /// Refuses settings with which the server must not start.
    ///
    /// # Errors
    /// [`SettingsError`], the first one found.
    pub fn check(&self) -> Result<(), SettingsError> {
        let out_of_range = |setting, rule| Err(SettingsError::OutOfRange { setting, rule });
        let has_tls = self.tls.files()?.is_some();
        if let Some(unix) = &self.unix {
            unix.permissions()?;
        }
        if self.listen.is_empty() && !has_tls && self.unix.is_none() {
            return out_of_range("LISTEN", "at least one address");
        }
        if !(1024..=16 * 1024 * 1024).contains(&self.max_body_bytes) {
            return out_of_range("MAX_BODY_BYTES", "between 1024 and 16777216");
        }
        for (setting, value) in [
            ("REQUESTS_PER_MINUTE", self.requests_per_minute),
            ("REQUESTS_BURST", self.requests_burst),
            ("LOGIN_FAILURES_PER_MINUTE", self.login_failures_per_minute),
        ] {
            if value == 0 {
                return out_of_range(setting, "1 or more");
            }
        }
        self.protection.check()?;
        for (index, origin) in self.cors_allowed_origins.iter().enumerate() {
            if !is_origin(origin) {
                return Err(SettingsError::BadOrigin { index: index + 1 });
            }
        }
        if let Some(sign_in) = &self.sign_in {
            sign_in.check()?;
        }
        self.jwt.check()
    }
}

impl JwtSettings {
    fn check(&self) -> Result<(), SettingsError> {
        for (setting, value) in [
            ("JWT_USER_CLAIM", &self.user_claim),
            ("JWT_ORGANIZATION_CLAIM", &self.organization_claim),
            ("JWT_ROLE_CLAIM", &self.role_claim),
        ] {
            if value.is_empty() {
                return Err(SettingsError::OutOfRange {
                    setting,
                    rule: "the name of a claim",
                });
            }
        }
        if self.clock_skew_seconds > 600 {
            return Err(SettingsError::OutOfRange {
                setting: "JWT_CLOCK_SKEW_SECONDS",
                rule: "600 or less",
            });
        }
        match (&self.secret, &self.jwks_url) {
            (None, None) => Err(SettingsError::NoKey),
            (Some(_), Some(_)) => Err(SettingsError::TwoKeys),
            (Some(secret), None) if secret.len() < SHORTEST_SECRET => {
                Err(SettingsError::ShortSecret {
                    length: secret.len(),
                })
            }
            (Some(_), None) => Ok(()),
            (None, Some(url)) => self.check_key_set(url),
        }
    }

    fn check_key_set(&self, url: &Url) -> Result<(), SettingsError> {
        if !(url.scheme() == "https" || url.scheme() == "http" && is_loopback(url)) {
            return Err(SettingsError::InsecureKeySet);
        }
        for (setting, value) in [
            ("JWT_ISSUER", &self.issuer),
            ("JWT_AUDIENCE", &self.audience),
        ] {
            if value.as_deref().is_none_or(str::is_empty) {
                return Err(SettingsError::MissingWithKeySet { setting });
            }
        }
        Ok(())
    }

    /// The same without keys: which claims say who somebody is, and the clock skew.
    pub(crate) fn claims_only(&self) -> Self {
        Self {
            secret: None,
            jwks_url: None,
            issuer: None,
            audience: None,
            clock_skew_seconds: self.clock_skew_seconds,
            user_claim: self.user_claim.clone(),
            organization_claim: self.organization_claim.clone(),
            role_claim: self.role_claim.clone(),
            member_roles: self.member_roles.clone(),
            read_only_roles: self.read_only_roles.clone(),
            org_admin_roles: self.org_admin_roles.clone(),
            auditor_roles: self.auditor_roles.clone(),
            service_roles: self.service_roles.clone(),
        }
    }

    /// By how much clocks may differ.
    pub(crate) fn clock_skew(&self) -> Duration {
        Duration::from_secs(u64::from(self.clock_skew_seconds))
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "EXPOSE: into the key that checks signatures"
    )]
    pub(crate) fn hmac_key(&self) -> Option<ring::hmac::Key> {
        let secret = self.secret.as_ref()?.expose_secret();
        Some(ring::hmac::Key::new(
            ring::hmac::HMAC_SHA256,
            secret.as_bytes(),
        ))
    }
}

pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Whether the text is exactly what a browser would send: no path, no default port, lower case.
fn is_origin(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| {
        matches!(url.scheme(), "http" | "https") && url.origin().ascii_serialization() == text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "canary-secret-0123456789-0123456789";

    fn with_secret(secret: &str) -> ApiSettings {
        let mut settings = ApiSettings::default();
        settings.jwt.secret = Some(SecretText::copy_of(secret));
        settings
    }

    fn with_key_set(url: &str) -> ApiSettings {
        let mut settings = ApiSettings::default();
        settings.jwt.jwks_url = Some(url.parse().unwrap());
        settings.jwt.issuer = Some("https://id.example.com".to_owned());
        settings.jwt.audience = Some("fluxori".to_owned());
        settings
    }

    #[test]
    fn nothing_starts_without_exactly_one_kind_of_key() {
        assert_eq!(ApiSettings::default().check(), Err(SettingsError::NoKey));
        assert_eq!(with_secret(SECRET).check(), Ok(()));
        assert_eq!(with_key_set("https://id.example.com/keys").check(), Ok(()));
        let mut both = with_secret(SECRET);
        both.jwt.jwks_url = Some("https://id.example.com/keys".parse().unwrap());
        assert_eq!(both.check(), Err(SettingsError::TwoKeys));
    }

    #[test]
    fn a_secret_of_31_bytes_is_refused() {
        let settings = with_secret(&"x".repeat(31));
        assert_eq!(
            settings.check(),
            Err(SettingsError::ShortSecret { length: 31 })
        );
    }

    #[test]
    fn a_key_set_needs_tls_an_issuer_and_an_audience() {
        let plain = with_key_set("http://id.example.com/keys");
        assert_eq!(plain.check(), Err(SettingsError::InsecureKeySet));
        assert_eq!(with_key_set("http://127.0.0.1:9/keys").check(), Ok(()));
        let mut settings = with_key_set("https://id.example.com/keys");
        settings.jwt.audience = None;
        assert_eq!(
            settings.check(),
            Err(SettingsError::MissingWithKeySet {
                setting: "JWT_AUDIENCE"
            })
        );
    }

    #[test]
    fn only_plain_origins_are_allowed() {
        for bad in [
            "*",
            "null",
            "app.example.com",
            "https://app.example.com/",
            "https://app.example.com/page",
            "https://App.example.com",
            "https://app.example.com:443",
            "ftp://app.example.com",
        ] {
            let mut settings = with_secret(SECRET);
            settings.cors_allowed_origins = vec![bad.to_owned()];
            assert_eq!(
                settings.check(),
                Err(SettingsError::BadOrigin { index: 1 }),
                "{bad}"
            );
        }
        let mut settings = with_secret(SECRET);
        settings.cors_allowed_origins = vec!["https://app.example.com:8443".to_owned()];
        assert_eq!(settings.check(), Ok(()));
    }

    #[test]
    fn tls_is_set_up_as_a_whole_or_not_at_all() {
        let mut settings = with_secret(SECRET);
        settings.tls.certificate_file = Some("certificate.pem".into());
        assert_eq!(settings.check(), Err(SettingsError::HalfOfTls));
        settings.tls.listen = vec![SocketAddr::from(([127, 0, 0, 1], 8443))];
        assert_eq!(settings.check(), Err(SettingsError::HalfOfTls));
        settings.tls.key_file = Some("key.pem".into());
        assert_eq!(settings.check(), Ok(()));
    }

    #[test]
    fn a_server_listens_somewhere() {
        let mut settings = with_secret(SECRET);
        settings.listen.clear();
        assert!(settings.check().is_err());
        let unix = |mode: &str| UnixSettings {
            path: "/run/fluxori.sock".into(),
            mode: mode.to_owned(),
        };
        settings.unix = Some(unix("0660"));
        assert_eq!(settings.check(), Ok(()));
        for bad in ["", "rw", "0999", "7777"] {
            settings.unix = Some(unix(bad));
            let error = settings.check().unwrap_err().to_string();
            assert!(error.starts_with("LISTEN_UNIX_MODE must be"), "{error}");
        }
    }

    #[test]
    fn debug_of_the_settings_does_not_show_the_secret() {
        let printed = format!("{:?}", with_secret(SECRET));
        assert!(!printed.contains("canary"), "{printed}");
    }

    #[test]
    fn unknown_keys_are_refused() {
        assert!(serde_json::from_str::<ApiSettings>(r#"{"lissten":[]}"#).is_err());
        assert!(serde_json::from_str::<ApiSettings>(r#"{"jwt":{"algorithms":["none"]}}"#).is_err());
    }
}
