//! A code becomes an ID token (`OpenID` Connect Core 1.0, section 3.1.3).

use base64::{Engine, engine::general_purpose::STANDARD};
use fluxori_domain::SecretText;
use secrecy::ExposeSecret;
use serde::Deserialize;
use url::form_urlencoded;
use zeroize::Zeroizing;

use super::{OidcSettings, ProviderError};
use crate::{FormAnswer, IdentityForm};

/// Longest answer that is read, in bytes.
const LONGEST: usize = 256 * 1024;

/// Only what is needed of the answer: the other tokens in it are for APIs that we do not call.
#[derive(Deserialize)]
struct Answer {
    id_token: Zeroizing<String>,
}

/// The one word of a refusal that says whose fault it is (RFC 6749, section 5.2).
#[derive(Deserialize)]
struct Refusal {
    error: Word,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Word {
    InvalidClient,
    UnauthorizedClient,
    #[serde(other)]
    Other,
}

/// The request that redeems a code. With a client secret by HTTP Basic authentication, which every provider has to offer
/// (RFC 6749, section 2.3.1); without one as a public client, whose proof is the verifier.
#[expect(
    clippy::disallowed_methods,
    reason = "EXPOSE: into the body and the header of the one request to the identity provider"
)]
pub(super) fn request(
    settings: &OidcSettings,
    redirect_uri: &str,
    code: &SecretText,
    verifier: &SecretText,
) -> IdentityForm {
    let mut body = form_urlencoded::Serializer::new(String::new());
    body.append_pair("grant_type", "authorization_code")
        .append_pair("code", code.expose_secret())
        .append_pair("redirect_uri", redirect_uri)
        .append_pair("code_verifier", verifier.expose_secret());
    let secret = settings.client_secret.as_ref();
    let authorization = secret.map(|secret| basic(&settings.client_id, secret.expose_secret()));
    if authorization.is_none() {
        body.append_pair("client_id", &settings.client_id);
    }
    IdentityForm {
        body: SecretText::new(body.finish()),
        authorization,
        max_bytes: LONGEST,
    }
}

fn basic(id: &str, secret: &str) -> SecretText {
    let encode =
        |text: &str| -> String { form_urlencoded::byte_serialize(text.as_bytes()).collect() };
    let pair = Zeroizing::new(format!("{}:{}", encode(id), encode(secret)));
    SecretText::new(format!("Basic {}", STANDARD.encode(pair.as_bytes())))
}

/// The ID token of an answer.
pub(super) fn read(answer: &FormAnswer) -> Result<Zeroizing<String>, ProviderError> {
    if answer.status == 200 {
        return match serde_json::from_slice::<Answer>(&answer.body) {
            Ok(answer) => Ok(answer.id_token),
            Err(_) => Err(ProviderError::Answer),
        };
    }
    match serde_json::from_slice::<Refusal>(&answer.body).map(|refusal| refusal.error) {
        Ok(Word::InvalidClient | Word::UnauthorizedClient) => Err(ProviderError::Client),
        Ok(Word::Other) if answer.status == 400 => Err(ProviderError::Code),
        Ok(Word::Other) | Err(_) => Err(ProviderError::Status {
            status: answer.status,
        }),
    }
}

#[cfg(test)]
#[expect(
    clippy::disallowed_methods,
    reason = "EXPOSE: tests compare what they made"
)]
mod tests {
    use super::*;

    fn form(secret: Option<&str>) -> IdentityForm {
        let settings = OidcSettings {
            issuer: "https://id.example.com".to_owned(),
            client_id: "a b".to_owned(),
            client_secret: secret.map(SecretText::copy_of),
            scopes: "openid".to_owned(),
        };
        let (code, verifier) = (SecretText::copy_of("c&d"), SecretText::copy_of("v"));
        request(
            &settings,
            "https://v.example/auth/callback",
            &code,
            &verifier,
        )
    }

    #[test]
    fn a_client_with_a_secret_authenticates_and_one_without_names_itself() {
        const COMMON: &str = "grant_type=authorization_code&code=c%26d&\
            redirect_uri=https%3A%2F%2Fv.example%2Fauth%2Fcallback&code_verifier=v";
        let secret = form(Some("s:%"));
        assert_eq!(secret.body.expose_secret(), COMMON);
        let header = secret.authorization.unwrap();
        let encoded = header.expose_secret().strip_prefix("Basic ").unwrap();
        assert_eq!(STANDARD.decode(encoded).unwrap(), b"a+b:s%3A%25");

        let public = form(None);
        assert!(public.authorization.is_none());
        assert_eq!(
            public.body.expose_secret(),
            format!("{COMMON}&client_id=a+b")
        );
    }

    #[test]
    fn only_a_whole_answer_has_an_id_token_and_nothing_of_it_is_quoted() {
        let answer = |status, body: &str| {
            read(&FormAnswer {
                status,
                body: Zeroizing::new(body.as_bytes().to_vec()),
            })
        };
        let good = answer(200, r#"{"id_token":"a.b.c","access_token":"x"}"#);
        assert_eq!(*good.unwrap(), "a.b.c");
        for (status, body, said) in [
            (200, "<html>canary</html>", "cannot be read"),
            (200, r#"{"access_token":"canary"}"#, "cannot be read"),
            (200, r#"{"id_token":5}"#, "cannot be read"),
            (
                400,
                r#"{"error":"invalid_grant","error_description":"canary"}"#,
                "the code",
            ),
            (401, r#"{"error":"invalid_client"}"#, "OIDC_CLIENT_SECRET"),
            (
                400,
                r#"{"error":"unauthorized_client"}"#,
                "OIDC_CLIENT_SECRET",
            ),
            (503, r#"{"error":"canary"}"#, "status 503"),
            (302, "", "status 302"),
        ] {
            let error = answer(status, body).unwrap_err();
            let printed = format!("{error} {error:?}");
            assert!(printed.contains(said), "{printed}");
            assert!(!printed.contains("canary"), "{printed}");
        }
    }
}
