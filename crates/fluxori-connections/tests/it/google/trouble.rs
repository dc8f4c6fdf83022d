//! What people do at Google behind our back, and what sellers and adapters are told.

use std::error::Error as _;

use chrono::TimeDelta;
use fluxori_connections::{ConnectionError, ReadError, ReplaceRequest, Revocation};
use fluxori_domain::{
    ConnectionStatus, Marketplace,
    ports::{OutsideTrouble, SecretStoreError},
};
use fluxori_test_support::{
    google::{Call, FakeGoogle, Fault, FaultRule, Order, Service},
    providers::keys,
};
use rstest::rstest;

use crate::world::{Kind, World, ada, form, read, takealot};

/// One connection, and the name of its secret.
async fn connected() -> (World, String) {
    let world = World::new(Kind::Google).await;
    world.create(takealot(keys::TAKEALOT_GOOD)).await;
    let secret = world.google().secrets()[0].id.clone();
    (world, secret)
}

/// What a process that has nothing in memory is told.
async fn cold_read(world: &World) -> ReadError {
    let neighbour = world.neighbour().await;
    let read = neighbour
        .read_credential(&ada(), read(Marketplace::Takealot))
        .await;
    read.unwrap_err()
}

fn store_error(error: &ReadError) -> &SecretStoreError {
    let cause = match error {
        ReadError::Unavailable { cause } | ReadError::Misconfigured { cause } => cause,
        other => panic!("{other}"),
    };
    match &**cause {
        ConnectionError::Secret(error) => error,
        other => panic!("{other}"),
    }
}

type ByHand = fn(&FakeGoogle, String);

#[rstest]
#[case::destroyed(|google: &FakeGoogle, id| google.operate(Order::DestroyVersion(id, 1)), OutsideTrouble::Destroyed)]
#[case::disabled(|google: &FakeGoogle, id| google.operate(Order::DisableVersion(id, 1)), OutsideTrouble::Disabled)]
#[case::deleted(|google: &FakeGoogle, id| google.operate(Order::DeleteSecret(id)), OutsideTrouble::Missing)]
#[case::corrupted(|google: &FakeGoogle, id| google.operate(Order::CorruptPayload(id, 1)), OutsideTrouble::Checksum)]
#[case::not_allowed(
    |google: &FakeGoogle, _| {
        let account = google.calls().last().and_then(|call| call.principal.clone()).unwrap();
        google.operate(Order::Revoke(account, "secretmanager.versions.access".to_owned()));
    },
    OutsideTrouble::Denied
)]
#[case::api_disabled(
    |google: &FakeGoogle, _| google.operate(Order::DisableService(Service::SecretManager)),
    OutsideTrouble::ApiDisabled
)]
#[case::no_billing(|google: &FakeGoogle, _| google.operate(Order::DisableBilling), OutsideTrouble::Billing)]
#[case::token_expired(|google: &FakeGoogle, _| google.operate(Order::ExpireTokens), OutsideTrouble::Unauthenticated)]
#[case::down(
    |google: &FakeGoogle, _| google.inject(FaultRule::new(Fault::Page(503)).at(Call::AccessSecretVersion)),
    OutsideTrouble::Unavailable
)]
#[tokio::test]
async fn each_trouble_is_told_apart(#[case] by_hand: ByHand, #[case] expected: OutsideTrouble) {
    let (world, secret) = connected().await;
    by_hand(world.google(), secret);
    let error = cold_read(&world).await;
    match store_error(&error) {
        SecretStoreError::Outside { trouble, .. } => assert_eq!(*trouble, expected),
        other => panic!("{other}"),
    }
    let is_temporary = matches!(error, ReadError::Unavailable { .. });
    assert_eq!(is_temporary, expected.is_transient(), "{error}");
    let said = format!("{error} {error:?} {:?}", error.source());
    assert!(!said.contains(keys::TAKEALOT_GOOD), "{said}");
    // A process that has read it before goes on: the credential has not changed.
    let warm = world
        .connections
        .read_credential(&ada(), read(Marketplace::Takealot))
        .await;
    warm.unwrap();
    // Nobody takes Google's trouble for the seller's.
    let status = world.all(&ada()).await[0].status;
    assert_eq!(status, ConnectionStatus::Connected);
}

#[tokio::test]
async fn a_version_that_somebody_else_wrote_does_not_open() {
    let (world, secret) = connected().await;
    let forged = br#"{"format":1,"organization":"engines"}"#.to_vec();
    world
        .google()
        .operate(Order::ReplacePayload(secret, 1, forged));
    let error = cold_read(&world).await;
    assert!(
        matches!(store_error(&error), SecretStoreError::DoesNotOpen),
        "{error}"
    );
}

#[tokio::test]
async fn a_secret_that_was_deleted_by_hand_is_replaced_by_a_new_key() {
    let (world, secret) = connected().await;
    let id = world.all(&ada()).await[0].id;
    world.google().operate(Order::DeleteSecret(secret.clone()));
    let neighbour = world.neighbour().await;
    let replacement = ReplaceRequest {
        form: form(&[("apiKey", keys::TAKEALOT_GOOD)]),
        expected_version: None,
    };
    neighbour.replace(&ada(), id, replacement).await.unwrap();
    let read = neighbour
        .read_credential(&ada(), read(Marketplace::Takealot))
        .await;
    read.unwrap();
    let secrets = world.google().secrets();
    assert_eq!(secrets.len(), 1);
    assert_ne!(secrets[0].id, secret, "a name is never used twice");
    world.clock.advance(TimeDelta::minutes(3));
    assert_eq!(neighbour.sweep().await.unwrap().left, 0);
}

#[tokio::test]
async fn a_connection_whose_secret_is_gone_can_be_deleted() {
    let (world, secret) = connected().await;
    let id = world.all(&ada()).await[0].id;
    world.google().operate(Order::DeleteSecret(secret));
    let neighbour = world.neighbour().await;
    let deleted = neighbour.delete(&ada(), id, None, true).await.unwrap();
    assert_eq!(deleted.revocation, Revocation::LeftToSeller);
    world.clock.advance(TimeDelta::minutes(3));
    assert_eq!(world.connections.sweep().await.unwrap().left, 0);
    assert!(world.all(&ada()).await.is_empty());
}

#[tokio::test]
async fn a_deletion_while_google_is_down_is_finished_when_it_is_back() {
    let (world, _) = connected().await;
    let id = world.all(&ada()).await[0].id;
    world.google().inject(FaultRule::new(Fault::Page(503)));
    let deleted = world.connections.delete(&ada(), id, None, true).await;
    deleted.unwrap();
    assert!(world.all(&ada()).await.is_empty(), "invisible at once");
    assert_eq!(world.connections.sweep().await.unwrap().left, 1);
    world.google().clear_faults();
    let swept = world.connections.sweep().await.unwrap();
    assert_eq!((swept.settled, swept.left), (1, 0));
    assert_eq!(world.google().held(), (0, 0));
}
