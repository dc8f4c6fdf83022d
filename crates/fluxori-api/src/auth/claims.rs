//! What a verified token says.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use fluxori_domain::{OrganizationId, Roles, SecretText, TenantScope, UserId};
use secrecy::ExposeSecret;
use serde_json::{Map, Value};

use super::{Claim, Identity, TokenError, role_names::RoleNames};
use crate::JwtSettings;

/// Which claims are wanted.
pub(super) struct ClaimRules {
    issuer: Option<String>,
    audience: Option<String>,
    skew: TimeDelta,
    user: String,
    organization: String,
    role: String,
    role_names: RoleNames,
}

impl ClaimRules {
    pub(super) fn new(settings: &JwtSettings) -> Self {
        Self {
            issuer: settings.issuer.clone(),
            audience: settings.audience.clone(),
            skew: TimeDelta::from_std(settings.clock_skew())
                .expect("a skew of at most 600 seconds is a time span"),
            user: settings.user_claim.clone(),
            organization: settings.organization_claim.clone(),
            role: settings.role_claim.clone(),
            role_names: RoleNames::new(settings),
        }
    }

    /// The rules for ID tokens that `issuer` makes for `client`: who the person is, the same claims say.
    pub(super) fn of_id_tokens(settings: &JwtSettings, issuer: &str, client: &str) -> Self {
        Self {
            issuer: Some(issuer.to_owned()),
            audience: Some(client.to_owned()),
            ..Self::new(settings)
        }
    }

    /// Reads the payload of a token whose signature is good.
    pub(super) fn read(&self, payload: &[u8], now: DateTime<Utc>) -> Result<Identity, TokenError> {
        let claims = parse(payload)?;
        let valid_until = self.check(&claims, now)?;
        self.identity(&claims, valid_until)
    }

    /// Reads the payload of an ID token whose signature is good, made for the sign-in with this nonce.
    #[expect(
        clippy::disallowed_methods,
        reason = "EXPOSE: compared with what the identity provider was told"
    )]
    pub(super) fn read_id_token(
        &self,
        payload: &[u8],
        nonce: &SecretText,
        now: DateTime<Utc>,
    ) -> Result<Identity, TokenError> {
        let claims = parse(payload)?;
        let valid_until = self.check(&claims, now)?;
        let issued_at = time(&claims, "iat")
            .ok()
            .flatten()
            .ok_or(TokenError::Claim(Claim::IssuedAt))?;
        if now + self.skew < issued_at {
            return Err(TokenError::NotYetValid);
        }
        self.check_authorized_party(&claims)?;
        if claims.get("nonce").and_then(Value::as_str) != Some(nonce.expose_secret()) {
            return Err(TokenError::Nonce);
        }
        self.identity(&claims, valid_until)
    }

    /// Time, issuer and audience. Until when the token is good.
    fn check(
        &self,
        claims: &Map<String, Value>,
        now: DateTime<Utc>,
    ) -> Result<DateTime<Utc>, TokenError> {
        let expires_at = time(claims, "exp")
            .map_err(|()| TokenError::Claim(Claim::Expiry))?
            .ok_or(TokenError::Claim(Claim::Expiry))?;
        let valid_until = expires_at
            .checked_add_signed(self.skew)
            .ok_or(TokenError::Claim(Claim::Expiry))?;
        if now >= valid_until {
            return Err(TokenError::Expired);
        }
        let not_before = time(claims, "nbf").map_err(|()| TokenError::Claim(Claim::NotBefore))?;
        if not_before.is_some_and(|not_before| now + self.skew < not_before) {
            return Err(TokenError::NotYetValid);
        }
        self.check_issuer(claims)?;
        self.check_audience(claims)?;
        Ok(valid_until)
    }

    fn identity(
        &self,
        claims: &Map<String, Value>,
        valid_until: DateTime<Utc>,
    ) -> Result<Identity, TokenError> {
        let text = |name: &str| claims.get(name).and_then(Value::as_str);
        let user = text(&self.user)
            .and_then(|id| UserId::new(id).ok())
            .ok_or(TokenError::Claim(Claim::User))?;
        let organization = text(&self.organization)
            .and_then(|id| OrganizationId::new(id).ok())
            .ok_or(TokenError::Claim(Claim::Organization))?;
        Ok(Identity {
            scope: Arc::new(TenantScope::new(organization, user)),
            roles: self.roles(claims)?,
            valid_until,
        })
    }

    fn check_issuer(&self, claims: &Map<String, Value>) -> Result<(), TokenError> {
        match &self.issuer {
            Some(wanted) if claims.get("iss").and_then(Value::as_str) != Some(wanted) => {
                Err(TokenError::Issuer)
            }
            _ => Ok(()),
        }
    }

    /// A token that names an audience must not be taken by anybody else (RFC 7519, section 4.1.3).
    fn check_audience(&self, claims: &Map<String, Value>) -> Result<(), TokenError> {
        let good = match (&self.audience, claims.get("aud")) {
            (None, None) => true,
            (Some(wanted), Some(Value::String(sent))) => sent == wanted,
            (Some(wanted), Some(Value::Array(sent))) => {
                sent.iter().all(Value::is_string)
                    && sent.iter().any(|one| one.as_str() == Some(wanted))
            }
            (None, Some(_)) | (Some(_), _) => false,
        };
        if good {
            Ok(())
        } else {
            Err(TokenError::Audience)
        }
    }

    /// A token for several must say that it was made for us (`OpenID` Connect Core 1.0, section 3.1.3.7).
    fn check_authorized_party(&self, claims: &Map<String, Value>) -> Result<(), TokenError> {
        let several = matches!(claims.get("aud"), Some(Value::Array(_)));
        let is_ours = match claims.get("azp") {
            None => !several,
            Some(sent) => sent.as_str() == self.audience.as_deref(),
        };
        if is_ours {
            Ok(())
        } else {
            Err(TokenError::Audience)
        }
    }

    fn roles<'c>(&self, claims: &'c Map<String, Value>) -> Result<Roles, TokenError> {
        let wrong = TokenError::Claim(Claim::Role);
        let name = |role: &'c Value| role.as_str().ok_or(wrong);
        let names: Vec<&str> = match claims.get(&self.role) {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Array(roles)) => roles.iter().map(name).collect::<Result<_, _>>()?,
            Some(role) => vec![name(role)?],
        };
        Ok(self.role_names.roles(&names))
    }
}

fn parse(payload: &[u8]) -> Result<Map<String, Value>, TokenError> {
    serde_json::from_slice(payload).map_err(|_| TokenError::Malformed)
}

/// A `NumericDate`: seconds since 1970, a fraction allowed.
fn time(claims: &Map<String, Value>, name: &str) -> Result<Option<DateTime<Utc>>, ()> {
    let Some(value) = claims.get(name) else {
        return Ok(None);
    };
    let seconds = match (value.as_i64(), value.as_f64()) {
        (Some(seconds), _) => seconds,
        (None, Some(seconds)) if seconds.abs() < 1e15 => {
            #[expect(clippy::cast_possible_truncation, reason = "the fraction is dropped")]
            let whole = seconds.floor() as i64;
            whole
        }
        _ => return Err(()),
    };
    DateTime::from_timestamp(seconds, 0).map(Some).ok_or(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: i64 = 1_800_000_000;

    fn read(settings: &JwtSettings, claims: &Value) -> Result<Identity, TokenError> {
        let now = DateTime::from_timestamp(NOW, 0).unwrap();
        ClaimRules::new(settings).read(claims.to_string().as_bytes(), now)
    }

    fn claims() -> Value {
        json!({"sub": "u", "org_id": "o", "exp": NOW + 300})
    }

    fn with(name: &str, value: Value) -> Value {
        let mut claims = claims();
        claims[name] = value;
        claims
    }

    fn verdict(claims: &Value) -> Result<(), TokenError> {
        read(&JwtSettings::default(), claims).map(|_| ())
    }

    #[test]
    fn a_token_counts_from_nbf_to_exp_give_or_take_the_skew() {
        assert_eq!(verdict(&claims()), Ok(()));
        assert_eq!(verdict(&with("exp", json!(NOW - 59))), Ok(()));
        assert_eq!(
            verdict(&with("exp", json!(NOW - 60))),
            Err(TokenError::Expired)
        );
        assert_eq!(verdict(&with("nbf", json!(NOW + 60))), Ok(()));
        assert_eq!(
            verdict(&with("nbf", json!(NOW + 61))),
            Err(TokenError::NotYetValid)
        );
        assert_eq!(verdict(&with("exp", json!(1_800_000_300.5))), Ok(()));
    }

    #[test]
    fn claims_of_the_wrong_type_are_refused() {
        for (name, value, claim) in [
            ("exp", json!("1900000000"), Claim::Expiry),
            ("exp", json!(null), Claim::Expiry),
            ("exp", json!(1e300), Claim::Expiry),
            ("exp", json!(i64::MAX), Claim::Expiry),
            ("exp", json!(u64::MAX), Claim::Expiry),
            ("nbf", json!("soon"), Claim::NotBefore),
            ("sub", json!(5), Claim::User),
            ("sub", json!(["u"]), Claim::User),
            ("sub", json!(""), Claim::User),
            ("sub", json!("a\nb"), Claim::User),
            ("sub", json!("x".repeat(129)), Claim::User),
            ("org_id", json!(null), Claim::Organization),
            ("org_id", json!("\u{0}"), Claim::Organization),
            ("role", json!(5), Claim::Role),
            ("role", json!(["viewer", 5]), Claim::Role),
        ] {
            let verdict = verdict(&with(name, value.clone()));
            assert_eq!(verdict, Err(TokenError::Claim(claim)), "{name}: {value}");
        }
        assert_eq!(verdict(&json!([])), Err(TokenError::Malformed));
        let mut endless = claims();
        endless.as_object_mut().unwrap().remove("exp");
        assert_eq!(verdict(&endless), Err(TokenError::Claim(Claim::Expiry)));
    }

    #[test]
    fn a_named_audience_must_be_ours() {
        let settings = JwtSettings {
            audience: Some("fluxori".to_owned()),
            ..JwtSettings::default()
        };
        let audience = |aud: Value| read(&settings, &with("aud", aud)).map(|_| ());
        assert_eq!(audience(json!("fluxori")), Ok(()));
        assert_eq!(audience(json!(["other", "fluxori"])), Ok(()));
        for bad in [
            json!("other"),
            json!([]),
            json!(["other"]),
            json!(["fluxori", 5]),
            json!({}),
            json!(null),
        ] {
            assert_eq!(audience(bad), Err(TokenError::Audience));
        }
        assert_eq!(
            read(&settings, &claims()).map(|_| ()),
            Err(TokenError::Audience)
        );
        assert_eq!(
            verdict(&with("aud", json!("fluxori"))),
            Err(TokenError::Audience),
            "without a configured audience, no named one is ours"
        );
    }

    #[test]
    fn the_issuer_must_be_the_configured_one() {
        let settings = JwtSettings {
            issuer: Some("https://id.example.com".to_owned()),
            ..JwtSettings::default()
        };
        let issuer = |iss: Value| read(&settings, &with("iss", iss)).map(|_| ());
        assert_eq!(issuer(json!("https://id.example.com")), Ok(()));
        assert_eq!(
            issuer(json!("https://id.example.com/")),
            Err(TokenError::Issuer)
        );
        assert_eq!(
            issuer(json!(["https://id.example.com"])),
            Err(TokenError::Issuer)
        );
        assert_eq!(
            read(&settings, &claims()).map(|_| ()),
            Err(TokenError::Issuer)
        );
    }

    #[test]
    fn claims_may_have_other_names() {
        let settings = JwtSettings {
            user_claim: "uid".to_owned(),
            organization_claim: "https://example.com/org".to_owned(),
            ..JwtSettings::default()
        };
        let claims = json!({"uid": "u", "https://example.com/org": "o", "exp": NOW + 1});
        let identity = read(&settings, &claims).unwrap();
        assert_eq!(identity.scope.user.as_str(), "u");
        assert_eq!(identity.scope.organization.as_str(), "o");
    }

    #[test]
    fn only_who_has_nothing_but_read_only_roles_is_read_only() {
        for (role, read_only) in [
            (json!("viewer"), true),
            (json!(["viewer", "read_only"]), true),
            (json!(["viewer", "owner"]), false),
            (json!("owner"), false),
            (json!([]), false),
            (json!(null), false),
        ] {
            let identity = read(&JwtSettings::default(), &with("role", role.clone())).unwrap();
            assert_eq!(identity.roles.is_read_only(), read_only, "{role}");
        }
    }

    fn id_token(claims: &Value) -> Result<(), TokenError> {
        let now = DateTime::from_timestamp(NOW, 0).unwrap();
        let rules = ClaimRules::of_id_tokens(&JwtSettings::default(), "https://id", "page");
        let nonce = SecretText::copy_of("n-1");
        let payload = claims.to_string();
        let identity = rules.read_id_token(payload.as_bytes(), &nonce, now);
        identity.map(|_| ())
    }

    #[test]
    fn an_id_token_is_for_one_sign_in_at_one_client() {
        let good = json!({
            "iss": "https://id", "aud": "page", "sub": "u", "org_id": "o",
            "exp": NOW + 300, "iat": NOW, "nonce": "n-1",
        });
        let with = |changes: Value| {
            let mut claims = good.clone();
            for (name, value) in changes.as_object().unwrap() {
                claims[name] = value.clone();
            }
            id_token(&claims)
        };
        assert_eq!(id_token(&good), Ok(()));
        assert_eq!(with(json!({"aud": ["page", "api"], "azp": "page"})), Ok(()));
        assert_eq!(with(json!({"aud": ["page"], "azp": "page"})), Ok(()));
        assert_eq!(with(json!({"azp": "page", "iat": NOW + 60})), Ok(()));
        let no_time = TokenError::Claim(Claim::IssuedAt);
        for (changes, error) in [
            (json!({"iss": "https://other"}), TokenError::Issuer),
            (json!({"aud": "api"}), TokenError::Audience),
            (json!({"aud": ["page", "api"]}), TokenError::Audience),
            (json!({"aud": ["page"], "azp": "api"}), TokenError::Audience),
            (json!({"azp": "api"}), TokenError::Audience),
            (json!({"azp": null}), TokenError::Audience),
            (json!({"nonce": "n-2"}), TokenError::Nonce),
            (json!({"nonce": null}), TokenError::Nonce),
            (json!({"nonce": ["n-1"]}), TokenError::Nonce),
            (json!({"exp": NOW - 60}), TokenError::Expired),
            (json!({"iat": NOW + 61}), TokenError::NotYetValid),
            (json!({"iat": null}), no_time),
            (json!({"iat": "now"}), no_time),
            (json!({"sub": null}), TokenError::Claim(Claim::User)),
        ] {
            assert_eq!(with(changes.clone()), Err(error), "{changes}");
        }
        assert_eq!(id_token(&json!([])), Err(TokenError::Malformed));
    }
}
