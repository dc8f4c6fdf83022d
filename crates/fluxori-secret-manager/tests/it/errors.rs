use fluxori_secret_manager::{
    Labels, Operation, ProjectId, Resource, SecretManager, SecretManagerError, Service,
};
use fluxori_test_support::google::{Call, Limits, Order, Service as FakeService};

use crate::world::{World, http, id_of, number, of};

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let world = World::new();
    let (secret, _) = world.secret("one", "x").await;
    let missing = Resource::Version(secret.clone(), number(9));
    assert_eq!(
        world.secrets.access(&secret, number(9)).await.unwrap_err(),
        SecretManagerError::NotFound { resource: missing }
    );
    let gone = id_of("gone");
    let resource = Resource::Secret(gone.clone());
    let expected = SecretManagerError::NotFound { resource };
    assert_eq!(world.secrets.describe(&gone).await.unwrap_err(), expected);
    assert_eq!(
        world
            .secrets
            .add_version(&gone, &of("x"))
            .await
            .unwrap_err(),
        expected
    );
}

#[tokio::test]
async fn a_secret_of_somebody_elses_making_exists_already() {
    let world = World::new();
    let (secret, _) = world.secret("one", "x").await;
    let error = world
        .secrets
        .create(&secret, &Labels::none())
        .await
        .unwrap_err();
    let resource = Resource::Secret(secret);
    assert_eq!(error, SecretManagerError::AlreadyExists { resource });
}

#[tokio::test]
async fn a_missing_permission_is_named_with_a_role_that_has_it() {
    let world = World::new();
    let (secret, version) = world.secret("one", "x").await;
    let email = world.account.email.clone();
    let operation = Operation::AccessVersion;
    let revoke = Order::Revoke(email.clone(), operation.permission().into());
    world.google.operate(revoke);
    assert_eq!(
        world.secrets.access(&secret, version).await.unwrap_err(),
        SecretManagerError::PermissionDenied {
            permission: operation.permission(),
            role: operation.role(),
            resource: Resource::Version(secret.clone(), version),
        }
    );
    let grant = Order::Grant(email, operation.permission().into());
    world.google.operate(grant);
    assert!(world.secrets.access(&secret, version).await.is_ok());
}

#[tokio::test]
async fn a_disabled_version_is_not_a_destroyed_one() {
    let world = World::new();
    let (secret, version) = world.secret("one", "x").await;
    let resource = Resource::Version(secret.clone(), version);
    world.google.operate(Order::DisableVersion("one".into(), 1));
    assert_eq!(
        world.secrets.access(&secret, version).await.unwrap_err(),
        SecretManagerError::VersionDisabled {
            resource: resource.clone()
        }
    );
    world.google.operate(Order::DestroyVersion("one".into(), 1));
    assert_eq!(
        world.secrets.access(&secret, version).await.unwrap_err(),
        SecretManagerError::VersionDestroyed { resource }
    );
}

#[tokio::test]
async fn a_payload_that_changed_at_rest_is_not_returned() {
    let world = World::new();
    let (secret, version) = world.secret("one", "canary").await;
    world.google.operate(Order::CorruptPayload("one".into(), 1));
    let error = world.secrets.access(&secret, version).await.unwrap_err();
    assert!(
        matches!(error, SecretManagerError::ChecksumMismatch { .. }),
        "{error:?}"
    );
    assert!(!format!("{error} {error:?}").contains("canary"));
}

#[tokio::test]
async fn a_service_or_a_bill_that_is_switched_off_is_said() {
    let world = World::new();
    let secret = id_of("one");
    world
        .google
        .operate(Order::DisableService(FakeService::SecretManager));
    let error = world.secrets.describe(&secret).await.unwrap_err();
    let service = Service::SecretManager;
    assert_eq!(error, SecretManagerError::ApiNotEnabled { service });
    world
        .google
        .operate(Order::EnableService(FakeService::SecretManager));
    world.google.operate(Order::DisableBilling);
    let error = world
        .secrets
        .create(&secret, &Labels::none())
        .await
        .unwrap_err();
    assert_eq!(error, SecretManagerError::BillingDisabled);
}

#[tokio::test]
async fn another_project_than_ours_is_a_verdict_and_not_repeated() {
    let world = World::new();
    let mut settings = world.settings.clone();
    settings.project = ProjectId::new("somebody-elses").unwrap();
    let secrets = SecretManager::new(settings, &http(), world.tokens.clone());
    let error = secrets.describe(&id_of("one")).await.unwrap_err();
    let is_verdict = matches!(
        error,
        SecretManagerError::PermissionDenied { .. } | SecretManagerError::ProjectUnusable
    );
    assert!(is_verdict, "{error:?}");
    assert_eq!(world.google.count(Call::GetSecret), 1);
}

#[tokio::test]
async fn a_used_up_quota_says_when_to_come_again() {
    let world = World::new();
    world.google.limit(Some(Limits {
        write: 1,
        ..Limits::GOOGLE
    }));
    let none = Labels::none();
    // The minute may end between two of these; then the next one is refused.
    let mut refused = None;
    for name in ["one", "two", "three"] {
        refused = refused.or(world.secrets.create(&id_of(name), &none).await.err());
    }
    match refused {
        Some(SecretManagerError::QuotaExceeded {
            service: Service::SecretManager,
            retry_after: Some(wait),
        }) => assert!(wait.as_secs() <= 60),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_token_that_google_does_not_accept_any_more_is_replaced() {
    let world = World::new();
    let (secret, version) = world.secret("one", "x").await;
    world.google.operate(Order::ExpireTokens);
    assert!(world.secrets.access(&secret, version).await.is_ok());
    assert_eq!(world.google.count(Call::Token), 2);
}
