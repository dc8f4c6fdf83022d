//! Who this process is at Google.

use std::{fs::File, io::BufReader, path::Path, time::Duration};

use fluxori_secret_manager::TokenSettings;
use reqwest::Client;
use serde::Deserialize;

/// How long the metadata server may take to say a name.
const PATIENCE: Duration = Duration::from_secs(2);

/// Where the credentials come from, and whose they are.
pub(super) struct Account {
    source: String,
    email: Option<String>,
    is_person: bool,
}

/// What is read of a credentials file: no key.
#[derive(Deserialize)]
struct Named {
    #[serde(rename = "type")]
    kind: Option<String>,
    client_email: Option<String>,
}

impl Account {
    /// Looks where tokens come from too.
    pub(super) async fn find(settings: &TokenSettings, http: &Client) -> Self {
        let login = settings.login_file.as_deref().filter(|path| path.exists());
        match settings.credentials_file.as_deref().or(login) {
            Some(path) => Self::of_file(path),
            None => Self {
                source: "the metadata server".to_owned(),
                email: ask(settings.metadata_host.as_deref(), http).await,
                is_person: false,
            },
        }
    }

    fn of_file(path: &Path) -> Self {
        let named = File::open(path).ok().and_then(|file| {
            let read: Result<Named, _> = serde_json::from_reader(BufReader::new(file));
            read.ok()
        });
        let kind = named.as_ref().and_then(|named| named.kind.as_deref());
        Self {
            source: path.display().to_string(),
            is_person: kind == Some("authorized_user"),
            email: named
                .and_then(|named| named.client_email)
                .filter(|email| is_address(email)),
        }
    }

    /// Who we are, for a person.
    pub(super) fn describe(&self) -> String {
        let who = match (&self.email, self.is_person) {
            (Some(email), _) => email,
            (None, true) => "a person, which is for development only,",
            (None, false) => "a service account",
        };
        format!("{who} by {}", self.source)
    }

    /// Who we are, for a line that grants something; a word in capitals where it is not known.
    pub(super) fn member(&self) -> String {
        match (&self.email, self.is_person) {
            (Some(email), _) => format!("serviceAccount:{email}"),
            (None, true) => "user:YOUR_ADDRESS".to_owned(),
            (None, false) => "serviceAccount:ACCOUNT_ADDRESS".to_owned(),
        }
    }
}

/// What the metadata server says that the account is called. No secret, so that a proxy may see it.
async fn ask(host: Option<&str>, http: &Client) -> Option<String> {
    let host = host.unwrap_or("metadata.google.internal");
    let url = format!("http://{host}/computeMetadata/v1/instance/service-accounts/default/email");
    let request = http.get(url).header("metadata-flavor", "Google");
    let response = request.timeout(PATIENCE).send().await.ok()?;
    let is_small = response.content_length().is_some_and(|length| length < 512);
    if !response.status().is_success() || !is_small {
        return None;
    }
    let email = response.text().await.ok()?.trim().to_owned();
    is_address(&email).then_some(email)
}

/// Only such a text is printed.
fn is_address(text: &str) -> bool {
    text.len() <= 254
        && text.contains('@')
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'@' | b'.' | b'-' | b'_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(content: &str) -> Account {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key.json");
        std::fs::write(&path, content).unwrap();
        Account::of_file(&path)
    }

    #[test]
    fn a_file_says_whose_it_is_and_nothing_else_of_it_is_told() {
        let account = of(
            r#"{"type":"service_account","private_key":"canary","client_email":"a@b.iam.gserviceaccount.com"}"#,
        );
        assert_eq!(
            account.member(),
            "serviceAccount:a@b.iam.gserviceaccount.com"
        );
        assert!(!account.describe().contains("canary"));
        let person = of(r#"{"type":"authorized_user","refresh_token":"canary"}"#);
        assert_eq!(person.member(), "user:YOUR_ADDRESS");
        assert!(person.describe().starts_with("a person"));
    }

    #[test]
    fn a_name_that_a_shell_would_understand_otherwise_is_not_repeated() {
        for bad in ["", "a b@c", "x@$(y)", "no-address", "a'@b"] {
            let account = of(&serde_json::json!({ "client_email": bad }).to_string());
            assert_eq!(account.member(), "serviceAccount:ACCOUNT_ADDRESS", "{bad}");
        }
    }
}
