use fluxori_secret_manager::{
    Labels, MAX_PAYLOAD_BYTES, Payload, ProjectId, Replica, Replication, SecretManagerError,
    VersionName, VersionState, derive_label_value,
};
use fluxori_test_support::google::Call;
use zeroize::Zeroizing;

use crate::world::{World, id_of, number, of, text};

#[tokio::test]
async fn what_is_kept_is_read_again_by_its_number_only() {
    let world = World::new();
    let (secret, first) = world.secret("one", "canary-1").await;
    let second = world.secrets.add_version(&secret, &of("canary-2")).await;
    let second = second.unwrap();
    assert_eq!((first, second), (number(1), number(2)));

    let read = world.secrets.access(&secret, first).await.unwrap();
    assert_eq!(text(read), "canary-1");
    let read = world.secrets.access(&secret, second).await.unwrap();
    assert_eq!(text(read), "canary-2");
    let calls = world.google.calls();
    assert!(calls.iter().all(|call| !call.resource.contains("latest")));
}

#[tokio::test]
async fn a_payload_of_64_kib_goes_both_ways() {
    let world = World::new();
    let secret = id_of("large");
    world
        .secrets
        .create(&secret, &Labels::none())
        .await
        .unwrap();
    let bytes: Vec<u8> = (0..=255).cycle().take(MAX_PAYLOAD_BYTES).collect();
    let payload = Payload::new(Zeroizing::new(bytes.clone())).unwrap();
    let version = world.secrets.add_version(&secret, &payload).await.unwrap();
    let read = world.secrets.access(&secret, version).await.unwrap();
    assert!(read.into_bytes().as_slice() == bytes);
}

#[tokio::test]
async fn creating_adding_reading_and_destroying_cost_one_call_each_and_one_token() {
    let world = World::new();
    let (secret, version) = world.secret("one", "x").await;
    world.secrets.access(&secret, version).await.unwrap();
    world.secrets.destroy(&secret, version).await.unwrap();
    world.secrets.delete(&secret).await.unwrap();
    let calls: Vec<Call> = world.google.calls().iter().map(|call| call.call).collect();
    assert_eq!(
        calls,
        [
            Call::Token,
            Call::CreateSecret,
            Call::AddSecretVersion,
            Call::AccessSecretVersion,
            Call::DestroySecretVersion,
            Call::DeleteSecret,
        ]
    );
}

#[tokio::test]
async fn destroying_and_deleting_again_changes_nothing_and_succeeds() {
    let world = World::new();
    let (secret, version) = world.secret("one", "x").await;
    for _ in 0..2 {
        world.secrets.destroy(&secret, version).await.unwrap();
    }
    let error = world.secrets.access(&secret, version).await.unwrap_err();
    assert!(
        matches!(error, SecretManagerError::VersionDestroyed { .. }),
        "{error:?}"
    );
    let details = world
        .secrets
        .describe_version(&secret, version)
        .await
        .unwrap();
    assert_eq!(details.state, VersionState::Destroyed);
    assert!(details.destroyed_at.is_some());

    for _ in 0..2 {
        world.secrets.delete(&secret).await.unwrap();
    }
    world.secrets.destroy(&secret, version).await.unwrap();
    assert_eq!(world.google.held(), (0, 0));
}

#[tokio::test]
async fn a_secret_tells_its_labels_and_replication() {
    let regions = Replication::Regions(vec![
        Replica {
            region: "europe-west1".to_owned(),
            cmek: None,
        },
        Replica {
            region: "europe-west4".to_owned(),
            cmek: None,
        },
    ]);
    let world = World::with(|settings| settings.replication = regions.clone());
    let secret = id_of("one");
    let organization = derive_label_value("Ünï Ltd.");
    let labels = Labels::none()
        .with("organization", &organization)
        .and_then(|labels| labels.with("marketplace", "xero"))
        .unwrap();
    world.secrets.create(&secret, &labels).await.unwrap();
    let details = world.secrets.describe(&secret).await.unwrap();
    assert_eq!(details.id, secret);
    assert_eq!(details.labels["organization"], organization);
    assert_eq!(details.labels["marketplace"], "xero");
    assert_eq!(details.replication, Some(regions));
}

#[tokio::test]
async fn a_project_may_be_configured_by_its_number() {
    let world = World::with(|_| {});
    let (secret, version) = world.secret("one", "canary").await;
    let by_number = ProjectId::new(&world.google.project_number().to_string()).unwrap();
    let mut settings = world.settings.clone();
    settings.project = by_number;
    let secrets = fluxori_secret_manager::SecretManager::new(
        settings,
        &crate::world::http(),
        world.tokens.clone(),
    );
    assert_eq!(
        text(secrets.access(&secret, version).await.unwrap()),
        "canary"
    );
}

#[test]
fn a_stored_name_of_another_project_is_refused() {
    let world = World::new();
    let own = world.secrets.version_name(&id_of("one"), number(1));
    assert_eq!(
        own.to_string(),
        "projects/fluxori-test/secrets/one/versions/1"
    );
    let check = |name: &str| {
        let name: VersionName = name.parse().unwrap();
        world.secrets.check_project(&name)
    };
    assert_eq!(check(&own.to_string()), Ok(()));
    // Only Google knows that the number means the same project.
    for other in [
        "projects/other-project/secrets/one/versions/1",
        "projects/482013095571/secrets/one/versions/1",
    ] {
        assert_eq!(
            check(other),
            Err(SecretManagerError::OtherProject),
            "{other}"
        );
    }
}
