use std::path::Path;

use fluxori_secret_manager::{SecretManagerError, TokenError, TokenSettings, TokenSource};
use fluxori_test_support::google::{Call, Fault, FaultRule, Order};
use serde_json::json;
use tempfile::NamedTempFile;

use crate::world::{World, id_of, of, tokens};

fn with_file(path: &Path) -> TokenSettings {
    TokenSettings {
        credentials_file: Some(path.to_owned()),
        ..TokenSettings::default()
    }
}

fn at_metadata(host: &str) -> TokenSettings {
    TokenSettings {
        metadata_host: Some(host.to_owned()),
        ..TokenSettings::default()
    }
}

#[tokio::test]
async fn a_service_account_signs_for_its_tokens_and_keeps_them() {
    let world = World::new();
    let source = tokens(with_file(world.key_file.path()));
    assert_eq!(
        world.google.count(Call::Token),
        0,
        "nothing before it is wanted"
    );
    let first = source.token().await.unwrap();
    let second = source.token().await.unwrap();
    assert!(first.is_same(&second));
    assert_eq!(world.google.count(Call::Token), 1);
}

#[tokio::test]
async fn a_deleted_key_is_refused_and_a_new_one_needs_no_restart() {
    let world = World::new();
    let path = world.key_file.path();
    let source = tokens(with_file(path));
    let delete = Order::DeleteKey(world.account.email.clone(), world.account.key_id.clone());
    world.google.operate(delete);
    let error = source.token().await.unwrap_err();
    let refused = TokenError::Refused {
        path: path.to_owned(),
    };
    assert_eq!(error, refused);
    assert!(!error.is_transient());

    world.google.write_key("server", path).unwrap();
    let later = tokens(with_file(path));
    assert!(later.token().await.is_ok());
}

#[tokio::test]
async fn a_secret_is_not_sent_when_the_key_is_refused() {
    let world = World::new();
    world
        .google
        .operate(Order::DeleteAccount(world.account.email.clone()));
    let error = world
        .secrets
        .add_version(&id_of("one"), &of("x"))
        .await
        .unwrap_err();
    assert!(
        matches!(error, SecretManagerError::Token(TokenError::Refused { .. })),
        "{error:?}"
    );
    assert_eq!(world.google.count_all(), 0);
}

#[tokio::test]
async fn a_token_endpoint_that_is_down_for_a_moment_is_asked_again() {
    let world = World::new();
    let down = FaultRule::new(Fault::Page(503)).at(Call::Token).times(1);
    world.google.inject(down);
    world.secret("one", "x").await;
    assert_eq!(world.google.count(Call::Token), 2);
}

#[tokio::test]
async fn the_metadata_server_is_found_where_it_is_said_to_be() {
    let world = World::new();
    let source = tokens(at_metadata(&world.google.endpoints().metadata_host));
    let token = source.token().await.unwrap();
    assert!(token.quota_project().is_none());
    assert_eq!(world.google.count(Call::MetadataToken), 1);
    assert_eq!(world.google.count(Call::Token), 0);
}

#[tokio::test]
async fn without_a_metadata_server_it_is_said_what_to_do() {
    let error = tokens(at_metadata("127.0.0.1:1"))
        .token()
        .await
        .unwrap_err();
    assert_eq!(error, TokenError::NoCredentials);
    assert!(error.to_string().contains("GOOGLE_APPLICATION_CREDENTIALS"));
}

#[tokio::test]
async fn something_that_is_not_googles_metadata_server_gives_no_token() {
    let stranger = crate::wire::Scripted::start(vec![crate::wire::reply(
        200,
        &[],
        r#"{"access_token":"canary","expires_in":3600}"#,
    )]);
    let error = tokens(at_metadata(&stranger.address))
        .token()
        .await
        .unwrap_err();
    assert_eq!(error, TokenError::NoCredentials);
}

#[tokio::test]
async fn a_machine_without_a_service_account_is_told_apart() {
    let server = crate::wire::Scripted::start(vec![crate::wire::reply(
        404,
        &["Metadata-Flavor: Google"],
        "",
    )]);
    let error = tokens(at_metadata(&server.address))
        .token()
        .await
        .unwrap_err();
    assert_eq!(error, TokenError::NoServiceAccount);
}

#[tokio::test]
async fn a_log_in_by_gcloud_is_used_when_nothing_else_is_named() {
    let endpoint = crate::wire::Scripted::start(vec![crate::wire::reply(
        200,
        &[],
        r#"{"access_token":"canary","expires_in":3599,"token_type":"Bearer"}"#,
    )]);
    let file = NamedTempFile::new().unwrap();
    let login = json!({
        "type": "authorized_user",
        "client_id": "id",
        "client_secret": "secret",
        "refresh_token": "refresh",
        "token_uri": format!("http://{}/token", endpoint.address),
        "quota_project_id": "my-project",
    });
    std::fs::write(file.path(), login.to_string()).unwrap();
    let source = tokens(TokenSettings {
        login_file: Some(file.path().to_owned()),
        ..TokenSettings::default()
    });
    let token = source.token().await.unwrap();
    assert_eq!(token.header(), "Bearer canary");
    assert_eq!(token.quota_project().unwrap().as_str(), "my-project");
    let sent = endpoint.requests().remove(0);
    assert!(sent.contains("grant_type=refresh_token"), "{sent}");
}

#[tokio::test]
async fn a_log_in_that_was_revoked_is_refused() {
    let endpoint = crate::wire::Scripted::start(vec![crate::wire::reply(
        400,
        &[],
        r#"{"error":"invalid_grant","error_description":"canary"}"#,
    )]);
    let file = NamedTempFile::new().unwrap();
    let login = json!({
        "type": "authorized_user", "client_id": "id", "client_secret": "s", "refresh_token": "r",
        "token_uri": format!("http://{}/token", endpoint.address),
    });
    std::fs::write(file.path(), login.to_string()).unwrap();
    let error = tokens(with_file(file.path())).token().await.unwrap_err();
    assert!(matches!(error, TokenError::Refused { .. }), "{error:?}");
    assert!(!format!("{error} {error:?}").contains("canary"));
}
