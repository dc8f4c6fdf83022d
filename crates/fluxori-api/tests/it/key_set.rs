//! Tokens signed by an identity provider that publishes its keys.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use async_trait::async_trait;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use fluxori_api::{FormAnswer, IdentityForm, IdentityHttp, IdentityHttpError};
use fluxori_domain::Clock;
use reqwest::{Method, Url};
use ring::{
    rand::SystemRandom,
    rsa,
    signature::{self, EcdsaKeyPair, KeyPair, RsaKeyPair},
};
use serde_json::{Value, json};

use crate::{
    app::{Builder, ORGANIZATION, TestApp, USER},
    exchange::Answer,
    tokens::{encode, hs256_with},
};

const ISSUER: &str = "https://id.example.com";

/// An identity provider: what it publishes now, and how often it was asked.
#[derive(Default)]
struct Provider {
    published: Mutex<Option<String>>,
    fetches: AtomicUsize,
}

impl Provider {
    fn publish(&self, keys: &[Value]) {
        self.publish_text(&json!({ "keys": keys }).to_string());
    }

    fn publish_text(&self, text: &str) {
        *self.published.lock().unwrap() = Some(text.to_owned());
    }

    fn fail(&self) {
        *self.published.lock().unwrap() = None;
    }

    fn fetches(&self) -> usize {
        self.fetches.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl IdentityHttp for Provider {
    async fn fetch(&self, url: &Url, max_bytes: usize) -> Result<Vec<u8>, IdentityHttpError> {
        assert_eq!(url.as_str(), "https://id.example.com/keys");
        assert!(max_bytes <= 1024 * 1024);
        self.fetches.fetch_add(1, Ordering::SeqCst);
        tokio::task::yield_now().await;
        let published = self.published.lock().unwrap().clone();
        published
            .map(String::into_bytes)
            .ok_or_else(|| IdentityHttpError {
                cause: Box::new(std::io::Error::other("down")),
            })
    }

    async fn post_form(&self, _: &Url, _: IdentityForm) -> Result<FormAnswer, IdentityHttpError> {
        panic!("nobody signs in here")
    }
}

enum Signer {
    Rsa(RsaKeyPair),
    P256(EcdsaKeyPair),
}

impl Signer {
    fn rsa() -> Self {
        Self::Rsa(RsaKeyPair::from_pkcs8(include_bytes!("keys/rsa-2048.pk8")).unwrap())
    }

    fn other_rsa() -> Self {
        Self::Rsa(RsaKeyPair::from_pkcs8(include_bytes!("keys/rsa-2048-other.pk8")).unwrap())
    }

    fn p256() -> Self {
        let algorithm = &signature::ECDSA_P256_SHA256_FIXED_SIGNING;
        let random = SystemRandom::new();
        let key = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
        Self::P256(EcdsaKeyPair::from_pkcs8(algorithm, key.as_ref(), &random).unwrap())
    }

    fn jwk(&self, kid: &str) -> Value {
        let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        match self {
            Self::Rsa(key) => {
                let public = rsa::PublicKeyComponents::<Vec<u8>>::from(key.public());
                json!({"kty": "RSA", "use": "sig", "alg": "RS256", "kid": kid,
                    "n": encode(&public.n), "e": encode(&public.e)})
            }
            Self::P256(key) => {
                let point = key.public_key().as_ref();
                json!({"kty": "EC", "crv": "P-256", "kid": kid,
                    "x": encode(&point[1..33]), "y": encode(&point[33..])})
            }
        }
    }

    fn token(&self, kid: Option<&str>, claims: &Value) -> String {
        let alg = match self {
            Self::Rsa(_) => "RS256",
            Self::P256(_) => "ES256",
        };
        let mut header = json!({"alg": alg});
        if let Some(kid) = kid {
            header["kid"] = json!(kid);
        }
        let signed = format!("{}.{}", encode(&header), encode(claims));
        let random = SystemRandom::new();
        let signature = match self {
            Self::Rsa(key) => {
                let mut signature = vec![0; key.public().modulus_len()];
                key.sign(
                    &signature::RSA_PKCS1_SHA256,
                    &random,
                    signed.as_bytes(),
                    &mut signature,
                )
                .unwrap();
                signature
            }
            Self::P256(key) => {
                let signature = key.sign(&random, signed.as_bytes()).unwrap();
                signature.as_ref().to_vec()
            }
        };
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

async fn start(provider: &Arc<Provider>) -> TestApp {
    Builder::new()
        .settings(|settings| {
            settings.jwt.jwks_url = Some("https://id.example.com/keys".parse().unwrap());
            settings.jwt.issuer = Some(ISSUER.to_owned());
            settings.jwt.audience = Some("fluxori".to_owned());
            settings.login_failures_per_minute = 10_000;
        })
        .key_source(Arc::clone(provider) as Arc<dyn IdentityHttp>)
        .start()
        .await
}

/// The claims of a good token; `number` makes a token of its own.
fn claims(app: &TestApp, number: usize) -> Value {
    json!({
        "sub": USER, "org_id": ORGANIZATION, "exp": app.clock.now().timestamp() + 100_000,
        "iss": ISSUER, "aud": ["fluxori"], "jti": number.to_string(),
    })
}

async fn try_token(app: &TestApp, token: &str) -> Answer {
    app.ask(Method::GET, "/api/connections")
        .token(token)
        .send()
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_of_published_keys_log_in() {
    let provider = Arc::new(Provider::default());
    let (rsa, p256) = (Signer::rsa(), Signer::p256());
    provider.publish(&[rsa.jwk("r"), p256.jwk("e")]);
    let app = start(&provider).await;
    let claims = claims(&app, 0);
    for token in [
        rsa.token(Some("r"), &claims),
        p256.token(Some("e"), &claims),
        rsa.token(None, &claims),
    ] {
        try_token(&app, &token).await.ok(200);
    }
    assert_eq!(provider.fetches(), 1);
    app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_cannot_be_confused() {
    let provider = Arc::new(Provider::default());
    let (rsa, p256, foreign) = (Signer::rsa(), Signer::p256(), Signer::other_rsa());
    let jwk = rsa.jwk("r");
    provider.publish(&[jwk.clone(), p256.jwk("e")]);
    let app = start(&provider).await;
    let claims = claims(&app, 0);
    let modulus = jwk["n"].as_str().unwrap();
    let hs256 = json!({"alg": "HS256", "kid": "r"});
    let embedded = json!({"alg": "RS256", "kid": "r", "jwk": foreign.jwk("r"), "jku": "https://evil.example/keys"});
    let unsigned = encode(&json!({"alg": "none", "kid": "r"}));
    for (name, token) in [
        (
            "public key as a secret",
            hs256_with(modulus, &hs256, &claims),
        ),
        (
            "document as a secret",
            hs256_with(&jwk.to_string(), &hs256, &claims),
        ),
        ("empty secret", hs256_with("", &hs256, &claims)),
        ("key of somebody else", foreign.token(Some("r"), &claims)),
        ("name of the other kind", rsa.token(Some("e"), &claims)),
        ("key in the header", hs256_with("x", &embedded, &claims)),
        ("none", format!("{unsigned}.{}.", encode(&claims))),
    ] {
        let answer = try_token(&app, &token).await;
        let problem = answer.problem(401, "invalid-token");
        assert_eq!(
            problem["detail"], "The access token cannot be verified. Log in again.",
            "{name}"
        );
    }
    try_token(&app, &rsa.token(Some("r"), &claims))
        .await
        .ok(200);
    app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_key_is_fetched_when_a_token_names_it() {
    let provider = Arc::new(Provider::default());
    let (old, new) = (Signer::p256(), Signer::p256());
    provider.publish(&[old.jwk("old")]);
    let app = start(&provider).await;
    let claims = claims(&app, 0);
    try_token(&app, &old.token(Some("old"), &claims))
        .await
        .ok(200);

    provider.publish(&[old.jwk("old"), new.jwk("new")]);
    let token = new.token(Some("new"), &claims);
    try_token(&app, &token).await.problem(401, "invalid-token");
    app.clock.advance(TimeDelta::seconds(30));
    try_token(&app, &token).await.ok(200);
    assert_eq!(provider.fetches(), 2);
    app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawn_key_stops_working_within_minutes() {
    let provider = Arc::new(Provider::default());
    let (old, new) = (Signer::p256(), Signer::p256());
    provider.publish(&[old.jwk("old")]);
    let app = start(&provider).await;
    let token = old.token(Some("old"), &claims(&app, 0));
    try_token(&app, &token).await.ok(200);

    provider.publish(&[new.jwk("new")]);
    app.clock.advance(TimeDelta::minutes(11));
    // The first request after the keys have become old sets off the fetch and is still answered by the old ones.
    try_token(&app, &token).await.ok(200);
    while provider.fetches() < 2 {
        tokio::task::yield_now().await;
    }
    app.clock.advance(TimeDelta::minutes(6));
    try_token(&app, &token).await.problem(401, "invalid-token");
    app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_unknown_keys_causes_one_fetch() {
    let provider = Arc::new(Provider::default());
    let signer = Signer::p256();
    provider.publish(&[signer.jwk("known")]);
    let app = start(&provider).await;
    try_token(&app, &signer.token(Some("known"), &claims(&app, 0)))
        .await
        .ok(200);
    app.clock.advance(TimeDelta::seconds(31));
    let flood = (0..200).map(|number| {
        let token = signer.token(Some(&format!("unknown-{number}")), &claims(&app, number));
        let app = &app;
        async move { try_token(app, &token).await.problem(401, "invalid-token") }
    });
    futures_util::future::join_all(flood).await;
    assert_eq!(
        provider.fetches(),
        2,
        "one at first, one for the whole flood"
    );
    app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_provider_sends_in_trouble_does_not_replace_its_keys() {
    let provider = Arc::new(Provider::default());
    let signer = Signer::p256();
    provider.publish(&[signer.jwk("k")]);
    let app = start(&provider).await;
    try_token(&app, &signer.token(Some("k"), &claims(&app, 0)))
        .await
        .ok(200);

    let huge = json!({"keys": [Signer::p256().jwk("k")], "padding": "x".repeat(300_000)});
    for (number, trouble) in [
        None,
        Some("<html>Bad gateway</html>".to_owned()),
        Some("{\"keys\":[]}".to_owned()),
        Some(huge.to_string()),
    ]
    .into_iter()
    .enumerate()
    {
        match trouble {
            None => provider.fail(),
            Some(text) => provider.publish_text(&text),
        }
        app.clock.advance(TimeDelta::seconds(31));
        let unknown = signer.token(Some("other"), &claims(&app, number));
        try_token(&app, &unknown)
            .await
            .problem(401, "invalid-token");
        assert_eq!(provider.fetches(), number + 2);
        let known = signer.token(Some("k"), &claims(&app, number + 1));
        try_token(&app, &known).await.ok(200);
    }
    app.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn without_any_keys_yet_the_server_says_so_and_recovers() {
    let provider = Arc::new(Provider::default());
    let signer = Signer::p256();
    let app = start(&provider).await;
    let token = signer.token(Some("k"), &claims(&app, 0));
    let answer = try_token(&app, &token).await;
    answer.problem(503, "unavailable");
    assert!(!answer.header("retry-after").is_empty());

    provider.publish(&[signer.jwk("k")]);
    app.clock.advance(TimeDelta::seconds(5));
    try_token(&app, &token).await.ok(200);
    app.stop().await.unwrap();
}
