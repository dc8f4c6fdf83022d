use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use secrecy::ExposeSecret;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

/// A signed token, taken apart and not yet believed.
pub(super) struct Jwt<'a> {
    header: &'a str,
    claims: &'a str,
    signature: &'a str,
    /// Header and claims as they are signed.
    pub(super) signed: &'a str,
}

impl<'a> Jwt<'a> {
    /// The three parts; `None` when there are not three.
    pub(super) fn of(token: &'a impl ExposeSecret<str>) -> Option<Self> {
        #[expect(
            clippy::disallowed_methods,
            reason = "EXPOSE: single claims are read from it"
        )]
        let token = token.expose_secret();
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        (!claims.contains('.')).then_some(Self {
            header,
            claims,
            signature,
            signed,
        })
    }

    pub(super) fn header<T: DeserializeOwned>(&self) -> Option<T> {
        decoded(self.header)
    }

    /// Reads the claims that `T` names. The others say who the user is, and are wiped.
    pub(super) fn claims<T: DeserializeOwned>(&self) -> Option<T> {
        decoded(self.claims)
    }

    pub(super) fn signature(&self) -> Option<Vec<u8>> {
        URL_SAFE_NO_PAD.decode(self.signature).ok()
    }
}

fn decoded<T: DeserializeOwned>(part: &str) -> Option<T> {
    let json = Zeroizing::new(URL_SAFE_NO_PAD.decode(part).ok()?);
    serde_json::from_slice(&json).ok()
}
