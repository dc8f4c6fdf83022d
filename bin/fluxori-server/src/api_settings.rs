use anyhow::Result;
use fluxori_api::{ApiSettings, JwtSettings, OidcSettings, SignInSettings};
use fluxori_credentials::{ApiSection, ConsentSection, JwtSection, SignInSection, Values};

/// What the API is told, checked.
pub(crate) fn api_settings(values: &Values) -> Result<ApiSettings> {
    let api = ApiSection::load(values)?;
    let settings = ApiSettings {
        listen: api.listen.0,
        cors_allowed_origins: api.cors_allowed_origins.0,
        max_body_bytes: api.max_body_bytes,
        requests_per_minute: api.requests_per_minute,
        requests_burst: api.requests_burst,
        login_failures_per_minute: api.login_failures_per_minute,
        http_workers: api.http_workers,
        shutdown_timeout_seconds: api.shutdown_timeout_seconds,
        jwt: jwt_settings(JwtSection::load(values)?),
        sign_in: sign_in_settings(SignInSection::load(values)?, &ConsentSection::load(values)?),
    };
    settings.check()?;
    Ok(settings)
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
