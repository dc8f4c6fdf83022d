use fluxori_domain::SecretText;

/// Who we are at a marketplace.
#[derive(Debug)]
pub(crate) struct Application {
    client_id: String,
    /// The present secret, then the one before it, which is taken for a while after a rotation.
    client_secrets: Vec<SecretText>,
}

impl Application {
    /// The application; `None` without a client id. Values are trimmed, and blank ones count as absent.
    pub(crate) fn new(
        client_id: Option<&str>,
        current: Option<&SecretText>,
        previous: Option<&SecretText>,
    ) -> Option<Self> {
        let client_id = filled(client_id)?;
        let current = filled_secret(current);
        // A previous secret without a present one is a half-done setting, and no secret to fall back from.
        let previous = current.as_ref().and_then(|_| filled_secret(previous));
        Some(Self {
            client_id: client_id.to_owned(),
            client_secrets: current.into_iter().chain(previous).collect(),
        })
    }

    pub(crate) fn client_id(&self) -> &str {
        &self.client_id
    }

    /// The secrets to try, in their order. Empty for an application that has none.
    pub(crate) fn client_secrets(&self) -> &[SecretText] {
        &self.client_secrets
    }
}

/// The text of a setting, if there is any.
pub(crate) fn filled(setting: Option<&str>) -> Option<&str> {
    setting.map(str::trim).filter(|text| !text.is_empty())
}

/// Whether a secret is not set.
pub(crate) fn is_blank(setting: Option<&SecretText>) -> bool {
    filled_secret(setting).is_none()
}

fn filled_secret(setting: Option<&SecretText>) -> Option<SecretText> {
    setting
        .map(SecretText::trimmed)
        .filter(|secret| !secret.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> SecretText {
        SecretText::copy_of(text)
    }

    #[test]
    fn blank_settings_count_as_absent() {
        assert!(Application::new(None, Some(&secret("s")), None).is_none());
        assert!(Application::new(Some(" "), Some(&secret("s")), None).is_none());
        let application = Application::new(Some(" id "), Some(&secret(" ")), Some(&secret("old")));
        let application = application.unwrap();
        assert_eq!(application.client_id(), "id");
        assert_eq!(application.client_secrets().len(), 0);
    }

    #[test]
    fn debug_application_is_redacted() {
        let (current, previous) = (secret("canary-1"), secret("canary-2"));
        let application = Application::new(Some("id"), Some(&current), Some(&previous)).unwrap();
        assert_eq!(application.client_secrets().len(), 2);
        assert!(!format!("{application:?}").contains("canary"));
    }
}
