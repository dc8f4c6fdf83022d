use std::{fmt::Display, str::FromStr};

use fluxori_domain::{
    AccountDetails, AccountId, AuditEventId, AuditHash, AuthType, ConnectionId, ConsentTarget,
    CredentialId, Cursor, DataKeyId, IdempotencyKey, Label, Marketplace, MasterKeyId,
    OrganizationId, OutcomeClass, Purpose, RequestId, Roles, ServiceName, ShopDomain, UserId,
};
use fluxori_marketplaces::{ApiVersion, BaseUrl, Scopes, SellerCentral, ShopUrl};
use fluxori_secret_manager::{KeyName, ProjectId, SecretId, VersionName, VersionNumber};

use crate::silence::assert_silent_error;

/// Every word that has rules, as text: refused without being repeated, or printed as something that is read as the same.
pub fn word(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else {
        return;
    };
    round::<AccountId>(text);
    round::<AuditEventId>(text);
    round::<AuditHash>(text);
    round::<AuthType>(text);
    round::<BaseUrl>(text);
    round::<ConnectionId>(text);
    round::<CredentialId>(text);
    round::<Cursor>(text);
    round::<IdempotencyKey>(text);
    round::<Label>(text);
    round::<Marketplace>(text);
    round::<OrganizationId>(text);
    round::<OutcomeClass>(text);
    round::<Purpose>(text);
    round::<RequestId>(text);
    round::<Roles>(text);
    round::<ServiceName>(text);
    round::<ShopDomain>(text);
    round::<UserId>(text);
    round::<VersionName>(text);
    round::<VersionNumber>(text);
    same(DataKeyId::new(text).map(|id| id.as_str().to_owned()), text);
    same(
        MasterKeyId::new(text).map(|id| id.as_str().to_owned()),
        text,
    );
    same(SecretId::new(text).map(|id| id.as_str().to_owned()), text);
    same(ProjectId::new(text).map(|id| id.as_str().to_owned()), text);
    same(
        KeyName::new(text).map(|name| name.as_str().to_owned()),
        text,
    );
    same(
        text.parse()
            .map(|version: ApiVersion| version.as_str().to_owned()),
        text,
    );
    refused(text.parse::<SellerCentral>().err());
    refused(text.parse::<ShopUrl>().err());
    scopes(text);
    stored(text);
}

/// What is printed is read as the same.
fn round<T: FromStr<Err: std::error::Error> + Display + PartialEq + std::fmt::Debug>(text: &str) {
    match text.parse::<T>() {
        Ok(word) => {
            let printed = word.to_string();
            let again = printed.parse::<T>().ok();
            assert_eq!(again, Some(word), "{printed:?} is printed");
        }
        Err(error) => assert_silent_error(&error),
    }
}

/// What has one form only is kept as it is.
fn same<E: std::error::Error>(read: Result<String, E>, text: &str) {
    match read {
        Ok(kept) => assert_eq!(kept, text),
        Err(error) => assert_silent_error(&error),
    }
}

fn refused(error: Option<impl std::error::Error>) {
    if let Some(error) = error {
        assert_silent_error(&error);
    }
}

fn scopes(text: &str) {
    match text.parse::<Scopes>() {
        Ok(scopes) => {
            let list: Vec<&str> = scopes.iter().collect();
            assert_eq!(list.join(" ").parse::<Scopes>().ok(), Some(scopes));
        }
        Err(error) => assert_silent_error(&error),
    }
}

/// What rows keep as JSON.
fn stored(text: &str) {
    if let Ok(details) = serde_json::from_str::<AccountDetails>(text) {
        let written = serde_json::to_string(&details).expect("details are stored as JSON");
        assert_eq!(serde_json::from_str(&written).ok(), Some(details));
    }
    if let Ok(target) = serde_json::from_str::<ConsentTarget>(text) {
        let written = serde_json::to_string(&target).expect("targets are stored as JSON");
        assert_eq!(serde_json::from_str(&written).ok(), Some(target));
    }
}
