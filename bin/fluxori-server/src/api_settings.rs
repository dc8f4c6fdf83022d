use anyhow::Result;
use fluxori_api::{
    ApiSettings, JwtSettings, OidcSettings, ProtectionSettings, SignInSettings, TlsSettings,
    UnixSettings,
};
use fluxori_credentials::{
    ApiSection, ConsentSection, JwtSection, ProtectionSection, SignInSection, Values,
};

/// What the API is told, checked.
pub(crate) fn api_settings(values: &Values) -> Result<ApiSettings> {
    let api = ApiSection::load(values)?;
    let settings = ApiSettings {
        listen: api.listen.0,
        tls: TlsSettings {
            listen: api.listen_tls.0,
            certificate_file: api.tls_certificate_file,
            key_file: api.tls_key_file,
        },
        unix: api.listen_unix.map(|path| UnixSettings {
            path,
            mode: api.listen_unix_mode,
        }),
        cors_allowed_origins: api.cors_allowed_origins.0,
        max_body_bytes: api.max_body_bytes,
        requests_per_minute: api.requests_per_minute,
        requests_burst: api.requests_burst,
        login_failures_per_minute: api.login_failures_per_minute,
        http_workers: api.http_workers,
        shutdown_timeout_seconds: api.shutdown_timeout_seconds,
        shutdown_delay_seconds: api.shutdown_delay_seconds,
        protection: protection_settings(ProtectionSection::load(values)?),
        jwt: jwt_settings(JwtSection::load(values)?),
        sign_in: sign_in_settings(SignInSection::load(values)?, &ConsentSection::load(values)?),
    };
    settings.check()?;
    Ok(settings)
}

fn protection_settings(protection: ProtectionSection) -> ProtectionSettings {
    ProtectionSettings {
        requests_at_once: protection.requests_at_once,
        outside_requests_at_once: protection.outside_requests_at_once,
        address_requests_per_minute: protection.address_requests_per_minute,
        address_requests_burst: protection.address_requests_burst,
        trusted_proxies: protection.trusted_proxies.0,
        request_timeout_seconds: protection.request_timeout_seconds,
        body_timeout_seconds: protection.body_timeout_seconds,
        max_connections: protection.max_connections,
    }
}

fn jwt_settings(jwt: JwtSection) -> JwtSettings {
    JwtSettings {
        secret: jwt.secret,
        jwks_url: jwt.jwks_url,
        issuer: jwt.issuer,
        audience: jwt.audience,
        clock_skew_seconds: jwt.clock_skew_seconds,
        user_claim: jwt.user_claim,
        organization_claim: jwt.organization_claim,
        role_claim: jwt.role_claim,
        member_roles: jwt.member_roles.0,
        read_only_roles: jwt.read_only_roles.0,
        org_admin_roles: jwt.org_admin_roles.0,
        auditor_roles: jwt.auditor_roles.0,
        service_roles: jwt.service_roles.0,
    }
}

fn sign_in_settings(sign_in: SignInSection, consent: &ConsentSection) -> Option<SignInSettings> {
    let public_url = sign_in.page_address(consent)?.clone();
    let oidc = sign_in.oidc_issuer.zip(sign_in.oidc_client_id);
    Some(SignInSettings {
        public_url,
        session_hours: sign_in.session_hours,
        links: sign_in.sign_in_links,
        oidc: oidc.map(|(issuer, client_id)| OidcSettings {
            issuer,
            client_id,
            client_secret: sign_in.oidc_client_secret,
            scopes: sign_in.oidc_scopes,
        }),
    })
}
