use base64::{Engine, engine::general_purpose::STANDARD};
use ring::{rsa::KeyPair, signature};
use serde_json::{Value, json};

/// A key made for this fake, which all its service accounts share. Nothing else trusts it.
const KEY: &[u8] = include_bytes!("service-account-key.pk8");

/// A key of a service account, as it is downloaded once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceAccountKey {
    /// The account.
    pub email: String,
    /// The id of the key.
    pub key_id: String,
    pub(in crate::google) project_id: String,
    pub(in crate::google) token_url: String,
}

impl ServiceAccountKey {
    /// The file for `GOOGLE_APPLICATION_CREDENTIALS`:
    /// <https://cloud.google.com/iam/docs/keys-create-delete#creating>.
    #[must_use]
    pub fn document(&self) -> Value {
        json!({
            "type": "service_account",
            "project_id": self.project_id,
            "private_key_id": self.key_id,
            "private_key": pem(),
            "client_email": self.email,
            "client_id": "100000000000000000001",
            "auth_uri": "https://accounts.google.com/o/oauth2/auth",
            "token_uri": self.token_url,
            "auth_provider_x509_cert_url": "https://www.googleapis.com/oauth2/v1/certs",
            "universe_domain": "googleapis.com",
        })
    }
}

fn pem() -> String {
    let encoded = STANDARD.encode(KEY);
    let mut pem = "-----BEGIN PRIVATE KEY-----\n".to_owned();
    for line in encoded.as_bytes().chunks(64) {
        pem.push_str(&String::from_utf8_lossy(line));
        pem.push('\n');
    }
    pem + "-----END PRIVATE KEY-----\n"
}

/// Whether the key made this signature.
pub(super) fn has_signed(message: &[u8], signed: &[u8]) -> bool {
    let pair = KeyPair::from_pkcs8(KEY).expect("the key in the source is one");
    let public = signature::KeyPair::public_key(&pair).as_ref();
    signature::UnparsedPublicKey::new(&signature::RSA_PKCS1_2048_8192_SHA256, public)
        .verify(message, signed)
        .is_ok()
}
