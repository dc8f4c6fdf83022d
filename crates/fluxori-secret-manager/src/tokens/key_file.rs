use std::{
    fs::File,
    io::Read,
    path::{Path, PathBuf},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use fluxori_domain::SecretText;
use gcp_auth::CustomServiceAccount;
use secrecy::ExposeSecret;
use serde::Deserialize;
use serde_json::json;
use url::form_urlencoded::Serializer;
use zeroize::Zeroizing;

use super::{SCOPE, TokenError};
use crate::{Endpoint, ProjectId};

/// Where the log-in of a person is renewed, unless the file says otherwise.
const LOGIN_ENDPOINT: &str = "https://oauth2.googleapis.com/token";

/// No credentials file is nearly that long.
const MOST_BYTES: u64 = 64 * 1024;

/// A request for a token, ready to be sent.
pub(super) struct TokenRequest {
    pub(super) endpoint: Endpoint,
    /// A form. Holds a signature or a refresh token.
    pub(super) form: Zeroizing<String>,
    pub(super) quota_project: Option<ProjectId>,
}

/// Both kinds of file at once: an enum would be read through a buffer that nobody wipes.
#[derive(Deserialize)]
struct Content {
    #[serde(rename = "type")]
    kind: String,
    token_uri: Option<String>,
    // Of a service account.
    client_email: Option<String>,
    private_key_id: Option<String>,
    // Of a person.
    client_id: Option<String>,
    client_secret: Option<SecretText>,
    refresh_token: Option<SecretText>,
    quota_project_id: Option<String>,
}

/// Reads a credentials file and prepares what is to be sent for a token. Blocks: it reads a file and signs.
pub(super) fn prepare(path: &Path, now: DateTime<Utc>) -> Result<TokenRequest, TokenError> {
    let text = read(path)?;
    let malformed = |what| TokenError::FileMalformed {
        path: path.to_owned(),
        what,
    };
    let content: Content = serde_json::from_str(&text).map_err(|_| {
        malformed("it is not the JSON of a service account's key or a log-in by gcloud")
    })?;
    match content.kind.as_str() {
        "service_account" => service_account(&text, content, now).map_err(malformed),
        "authorized_user" => login(content).map_err(malformed),
        _ => Err(malformed(
            "only keys of service accounts and log-ins by gcloud are supported; with workload identity on GKE no file is needed",
        )),
    }
}

fn service_account(
    text: &str,
    content: Content,
    now: DateTime<Utc>,
) -> Result<TokenRequest, &'static str> {
    let email = content.client_email.ok_or("it has no client_email")?;
    let audience = content.token_uri.ok_or("it has no token_uri")?;
    let endpoint = endpoint(&audience)?;
    let account =
        CustomServiceAccount::from_json(text).map_err(|_| "its private_key cannot be read")?;
    let header = json!({ "alg": "RS256", "typ": "JWT", "kid": content.private_key_id });
    let issued = now.timestamp();
    let claims = json!({
        "iss": email,
        "scope": SCOPE,
        "aud": audience,
        "iat": issued,
        "exp": issued + 3600,
    });
    let unsigned = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(header.to_string()),
        URL_SAFE_NO_PAD.encode(claims.to_string())
    );
    let signature = account
        .signer()
        .sign(unsigned.as_bytes())
        .map_err(|_| "its private_key does not sign")?;
    let assertion = Zeroizing::new(format!("{unsigned}.{}", URL_SAFE_NO_PAD.encode(signature)));
    Ok(TokenRequest {
        endpoint,
        form: form(&[
            ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
            ("assertion", &assertion),
        ]),
        quota_project: None,
    })
}

fn login(content: Content) -> Result<TokenRequest, &'static str> {
    let missing = "it has no client_id, client_secret or refresh_token";
    let project = content.quota_project_id.as_deref().map(ProjectId::new);
    Ok(TokenRequest {
        endpoint: endpoint(content.token_uri.as_deref().unwrap_or(LOGIN_ENDPOINT))?,
        form: renewal(
            &content.client_id.ok_or(missing)?,
            &content.client_secret.ok_or(missing)?,
            &content.refresh_token.ok_or(missing)?,
        ),
        quota_project: project
            .transpose()
            .map_err(|_| "its quota_project_id is not a project")?,
    })
}

fn endpoint(uri: &str) -> Result<Endpoint, &'static str> {
    uri.parse()
        .map_err(|_| "its token_uri is not an https address")
}

fn read(path: &Path) -> Result<Zeroizing<String>, TokenError> {
    let unreadable = |error: std::io::Error| TokenError::FileUnreadable {
        path: PathBuf::from(path),
        kind: error.kind(),
    };
    // At its full size from the start: growing would leave parts of the key behind.
    let mut text = Zeroizing::new(String::with_capacity(64 * 1024 + 1));
    File::open(path)
        .and_then(|file| file.take(MOST_BYTES + 1).read_to_string(&mut text))
        .map_err(unreadable)?;
    if text.len() as u64 > MOST_BYTES {
        return Err(TokenError::FileMalformed {
            path: path.to_owned(),
            what: "it is longer than 64 KiB",
        });
    }
    Ok(text)
}

#[expect(
    clippy::disallowed_methods,
    reason = "EXPOSE: a refresh token and its client's secret go to the token endpoint"
)]
fn renewal(id: &str, secret: &SecretText, refresh_token: &SecretText) -> Zeroizing<String> {
    form(&[
        ("grant_type", "refresh_token"),
        ("client_id", id),
        ("client_secret", secret.expose_secret()),
        ("refresh_token", refresh_token.expose_secret()),
    ])
}

fn form(fields: &[(&str, &str)]) -> Zeroizing<String> {
    // Every byte may take three; room for all of them, so that nothing is copied while it grows.
    let room = fields
        .iter()
        .map(|(name, value)| 3 * (name.len() + value.len()) + 2);
    let mut form = Serializer::new(String::with_capacity(room.sum()));
    form.extend_pairs(fields);
    Zeroizing::new(form.finish())
}

#[cfg(test)]
mod tests;
