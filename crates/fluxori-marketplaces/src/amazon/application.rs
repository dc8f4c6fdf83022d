use fluxori_domain::SecretText;
use secrecy::ExposeSecret;

use crate::settings::AmazonSettings;

/// Who we are at Login with Amazon.
#[derive(Debug)]
pub(super) struct Application {
    pub(super) client_id: String,
    /// The present secret, then the one before it, which Amazon takes for seven more days.
    pub(super) client_secrets: Vec<SecretText>,
}

impl Application {
    /// The application, or the names of the settings that it lacks.
    pub(super) fn from_settings(settings: &AmazonSettings) -> Result<Self, Vec<&'static str>> {
        let client_id = settings
            .client_id
            .as_deref()
            .map(str::trim)
            .unwrap_or_default();
        let current = filled(settings.client_secret.as_ref());
        let mut missing = Vec::new();
        if client_id.is_empty() {
            missing.push("AMAZON_CLIENT_ID");
        }
        if current.is_none() {
            missing.push("AMAZON_CLIENT_SECRET");
        }
        if !missing.is_empty() {
            return Err(missing);
        }
        let previous = filled(settings.client_secret_previous.as_ref());
        Ok(Self {
            client_id: client_id.to_owned(),
            client_secrets: current.into_iter().chain(previous).collect(),
        })
    }
}

fn filled(secret: Option<&SecretText>) -> Option<SecretText> {
    #[expect(
        clippy::disallowed_methods,
        reason = "EXPOSE: copied from the settings, which stay with their owner"
    )]
    let text = secret?.expose_secret().trim();
    (!text.is_empty()).then(|| SecretText::copy_of(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_named() {
        let mut settings = AmazonSettings::default();
        assert_eq!(
            Application::from_settings(&settings).unwrap_err(),
            ["AMAZON_CLIENT_ID", "AMAZON_CLIENT_SECRET"]
        );
        settings.client_id = Some("id".to_owned());
        settings.client_secret = Some(SecretText::copy_of(" "));
        settings.client_secret_previous = Some(SecretText::copy_of("old"));
        assert_eq!(
            Application::from_settings(&settings).unwrap_err(),
            ["AMAZON_CLIENT_SECRET"]
        );
    }

    #[test]
    fn debug_application_is_redacted() {
        let settings = AmazonSettings {
            client_id: Some("id".to_owned()),
            client_secret: Some(SecretText::copy_of("canary-1")),
            client_secret_previous: Some(SecretText::copy_of("canary-2")),
            ..AmazonSettings::default()
        };
        let application = Application::from_settings(&settings).unwrap();
        assert_eq!(application.client_secrets.len(), 2);
        assert!(!format!("{application:?}").contains("canary"));
    }
}
