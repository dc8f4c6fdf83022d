use std::{sync::Arc, time::Duration};

use fluxori_domain::{CallbackQuery, SecretText};
use secrecy::ExposeSecret;
use tokio::sync::Mutex;
use url::Url;

use super::{
    Attempt, OidcSettings,
    metadata::{Discovery, Metadata},
    token,
};
use crate::{
    ApiState, IdentityHttp, IdentityHttpError, JwtSettings, SettingsError,
    auth::{IdTokens, Identity, TokenError},
};

/// How long the exchange of a code may take.
const DEADLINE: Duration = Duration::from_secs(20);

/// The identity provider, and who we are there.
pub(crate) struct Provider {
    settings: OidcSettings,
    redirect_uri: String,
    signed_out_uri: String,
    discovery: Discovery,
    /// What checks ID tokens, and for which keys.
    id_tokens: Mutex<Option<(Url, Arc<IdTokens>)>>,
    jwt: JwtSettings,
    http: Arc<dyn IdentityHttp>,
    clock: Arc<dyn fluxori_domain::Clock>,
}

/// Why somebody who came back from the identity provider is not signed in. Nothing that it sent is in here.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProviderError {
    #[error("the discovery document of OIDC_ISSUER is not known")]
    NotDiscovered,
    #[error("the answer comes from another issuer")]
    Issuer,
    #[error("the identity provider reports an error")]
    Reported,
    #[error("the identity provider sent no code")]
    NoCode,
    #[error("the identity provider did not answer")]
    Unreachable(#[source] IdentityHttpError),
    #[error("the identity provider did not answer in time")]
    Late,
    #[error("the identity provider refuses us: check OIDC_CLIENT_ID and OIDC_CLIENT_SECRET")]
    Client,
    #[error("the identity provider refuses the code")]
    Code,
    #[error("the identity provider answers with status {status}")]
    Status { status: u16 },
    #[error("the identity provider's answer cannot be read or has no ID token")]
    Answer,
    #[error("the ID token is not accepted")]
    Token(#[source] TokenError),
    #[error("the person refused, or the identity provider refused the person")]
    Denied,
}

impl Provider {
    pub(super) fn new(
        settings: OidcSettings,
        public_url: &Url,
        jwt: &JwtSettings,
        state: &ApiState,
    ) -> Result<Self, SettingsError> {
        let http = state.identity_http.clone();
        let http = http.ok_or(SettingsError::NoIdentityHttp {
            setting: "OIDC_ISSUER",
        })?;
        let discovery = Discovery::new(
            settings.issuer.clone(),
            Arc::clone(&http),
            Arc::clone(&state.clock),
        );
        let base = public_url.as_str().trim_end_matches('/');
        Ok(Self {
            redirect_uri: format!("{base}/auth/callback"),
            signed_out_uri: format!("{base}/"),
            discovery: discovery.ok_or(SettingsError::OutOfRange {
                setting: "OIDC_ISSUER",
                rule: "an address",
            })?,
            id_tokens: Mutex::new(None),
            jwt: jwt.claims_only(),
            http,
            clock: Arc::clone(&state.clock),
            settings,
        })
    }

    /// Where the browser goes to sign in.
    pub(crate) async fn sign_in_url(&self, attempt: &Attempt) -> Option<Url> {
        let metadata = self.discovery.metadata().await?;
        let mut url = metadata.authorization_endpoint.clone();
        let scopes: Vec<_> = self.settings.scopes().collect();
        #[expect(
            clippy::disallowed_methods,
            reason = "EXPOSE: state and nonce travel through the browser that began"
        )]
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.settings.client_id)
            .append_pair("redirect_uri", &self.redirect_uri)
            .append_pair("scope", &scopes.join(" "))
            .append_pair("state", attempt.state().expose_secret())
            .append_pair("nonce", attempt.nonce().expose_secret())
            .append_pair("code_challenge", &attempt.challenge())
            .append_pair("code_challenge_method", "S256");
        Some(url)
    }

    /// Where the browser goes to sign out there as well, if there is such a place.
    pub(crate) async fn sign_out_url(&self) -> Option<Url> {
        let metadata = self.discovery.metadata().await?;
        let mut url = metadata.end_session_endpoint.clone()?;
        url.query_pairs_mut()
            .append_pair("client_id", &self.settings.client_id)
            .append_pair("post_logout_redirect_uri", &self.signed_out_uri);
        Some(url)
    }

    /// Who somebody is who came back with these parameters. Their state was compared with the attempt's.
    pub(crate) async fn identify(
        &self,
        attempt: &Attempt,
        query: &CallbackQuery,
    ) -> Result<Identity, ProviderError> {
        let metadata = self.discovery.metadata().await;
        let metadata = metadata.ok_or(ProviderError::NotDiscovered)?;
        self.check_issuer(&metadata, query)?;
        let code = code(query)?;
        let form = token::request(
            &self.settings,
            &self.redirect_uri,
            code,
            &attempt.verifier(),
        );
        let exchange = self.http.post_form(&metadata.token_endpoint, form);
        let answer = tokio::time::timeout(DEADLINE, exchange)
            .await
            .map_err(|_| ProviderError::Late)?
            .map_err(ProviderError::Unreachable)?;
        let token = token::read(&answer)?;
        self.id_tokens(&metadata)
            .await
            .check(&token, &attempt.nonce())
            .await
            .map_err(ProviderError::Token)
    }

    /// An answer that names its issuer must name ours (RFC 9207), or it was mixed up with another provider's.
    #[expect(
        clippy::disallowed_methods,
        reason = "EXPOSE: the name of an issuer is no secret"
    )]
    fn check_issuer(
        &self,
        metadata: &Metadata,
        query: &CallbackQuery,
    ) -> Result<(), ProviderError> {
        match query.one("iss") {
            Ok(Some(sent)) if sent.expose_secret() == self.settings.issuer => Ok(()),
            Ok(None) if !metadata.names_issuer => Ok(()),
            _ => Err(ProviderError::Issuer),
        }
    }

    /// What checks ID tokens by the keys that the provider publishes now.
    async fn id_tokens(&self, metadata: &Metadata) -> Arc<IdTokens> {
        let mut known = self.id_tokens.lock().await;
        match &*known {
            Some((url, tokens)) if *url == metadata.jwks_uri => Arc::clone(tokens),
            _ => {
                let tokens = Arc::new(IdTokens::new(
                    metadata.jwks_uri.clone(),
                    (&self.settings.issuer, &self.settings.client_id),
                    &self.jwt,
                    (Arc::clone(&self.http), Arc::clone(&self.clock)),
                ));
                *known = Some((metadata.jwks_uri.clone(), Arc::clone(&tokens)));
                tokens
            }
        }
    }
}

/// The code, or what was sent instead of one.
#[expect(
    clippy::disallowed_methods,
    reason = "EXPOSE: words of the protocol are compared, and the length of the code"
)]
fn code(query: &CallbackQuery) -> Result<&SecretText, ProviderError> {
    const LONGEST: usize = 4 * 1024;
    match query.one("error") {
        Ok(None) => {}
        Ok(Some(error)) if error.expose_secret() == "access_denied" => {
            return Err(ProviderError::Denied);
        }
        Ok(Some(_)) | Err(_) => return Err(ProviderError::Reported),
    }
    match query.one("code") {
        Ok(Some(code)) if (1..=LONGEST).contains(&code.len()) => Ok(code),
        _ => Err(ProviderError::NoCode),
    }
}
