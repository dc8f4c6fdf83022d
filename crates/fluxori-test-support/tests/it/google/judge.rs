//! Google's own client drives the fake.

use fluxori_test_support::google::{Call, Fault, FaultRule, Order, VersionState};
use google_cloud_gax::{error::rpc::Code, paginator::ItemPaginator};
use google_cloud_secretmanager_v1::{
    Error,
    client::SecretManagerService,
    model::{Replication, Secret, SecretPayload, replication::Automatic, secret_version::State},
};

use super::world::Google;

const PARENT: &str = "projects/fluxori-test";

async fn create(client: &SecretManagerService, id: &str) -> Result<Secret, Error> {
    let replication = Replication::new().set_automatic(Automatic::new());
    let secret = Secret::new().set_replication(replication);
    client
        .create_secret()
        .set_parent(PARENT)
        .set_secret_id(id)
        .set_secret(secret.set_labels([("kind", "credential")]))
        .send()
        .await
}

fn code(error: &Error) -> Code {
    error.status().expect("an answer of the service").code
}

#[tokio::test]
async fn a_secret_lives_from_creation_to_deletion() {
    let google = Google::new();
    let client = google.judge().await;
    let number = google.fake.project_number();

    let secret = create(&client, "one").await.unwrap();
    assert_eq!(secret.name, format!("projects/{number}/secrets/one"));
    assert_eq!(secret.labels["kind"], "credential");
    assert!(secret.replication.unwrap().automatic().is_some());
    assert!(!secret.etag.is_empty());

    let payload = SecretPayload::new()
        .set_data("canary-123456789".to_owned())
        .set_data_crc32c(i64::from(crc32c_of(b"canary-123456789")));
    let added = client
        .add_secret_version()
        .set_parent(format!("{PARENT}/secrets/one"))
        .set_payload(payload)
        .send()
        .await
        .unwrap();
    let version = format!("projects/{number}/secrets/one/versions/1");
    assert_eq!(
        (added.name.as_str(), added.state),
        (version.as_str(), State::Enabled)
    );
    assert!(added.client_specified_payload_checksum);

    let access = async |version: &str| {
        let name = format!("{PARENT}/secrets/one/versions/{version}");
        client.access_secret_version().set_name(name).send().await
    };
    let accessed = access("latest").await.unwrap();
    let payload = accessed.payload.unwrap();
    assert_eq!(
        (accessed.name.as_str(), &payload.data[..]),
        (version.as_str(), &b"canary-123456789"[..])
    );
    assert_eq!(
        payload.data_crc32c,
        Some(i64::from(crc32c_of(b"canary-123456789")))
    );

    let disabled = client
        .disable_secret_version()
        .set_name(&version)
        .send()
        .await
        .unwrap();
    assert_eq!(disabled.state, State::Disabled);
    assert_ne!(disabled.etag, added.etag);
    for name in ["1", "latest"] {
        assert_eq!(
            code(&access(name).await.unwrap_err()),
            Code::FailedPrecondition
        );
    }
    let stale = client
        .enable_secret_version()
        .set_name(&version)
        .set_etag(&added.etag);
    assert_eq!(
        code(&stale.send().await.unwrap_err()),
        Code::FailedPrecondition
    );
    let enabled = client
        .enable_secret_version()
        .set_name(&version)
        .set_etag(&disabled.etag);
    assert_eq!(enabled.send().await.unwrap().state, State::Enabled);

    let destroyed = client
        .destroy_secret_version()
        .set_name(&version)
        .send()
        .await
        .unwrap();
    assert_eq!(destroyed.state, State::Destroyed);
    assert!(destroyed.destroy_time.is_some());
    assert_eq!(
        code(&access("1").await.unwrap_err()),
        Code::FailedPrecondition
    );
    let again = client
        .enable_secret_version()
        .set_name(&version)
        .send()
        .await;
    assert_eq!(code(&again.unwrap_err()), Code::FailedPrecondition);
    assert_eq!(google.fake.payloads_with("canary"), Vec::<String>::new());

    let name = format!("{PARENT}/secrets/one");
    client.delete_secret().set_name(&name).send().await.unwrap();
    let gone = client
        .get_secret()
        .set_name(&name)
        .send()
        .await
        .unwrap_err();
    assert_eq!(code(&gone), Code::NotFound);
    assert_eq!(google.fake.held(), (0, 0));
}

#[tokio::test]
async fn lists_come_in_pages_newest_first() {
    let google = Google::new();
    let client = google.judge().await;
    for number in 0..25 {
        google.seed(&format!("s{number:02}"), &["a", "b"]);
    }
    let list = client.list_secrets().set_parent(PARENT).set_page_size(10);
    let mut found = list.by_item();
    let mut ids = Vec::new();
    while let Some(secret) = found.next().await {
        ids.push(secret.unwrap().name.rsplit('/').next().unwrap().to_owned());
    }
    let newest_first: Vec<_> = (0..25)
        .rev()
        .map(|number| format!("s{number:02}"))
        .collect();
    assert_eq!(ids, newest_first);
    assert_eq!(google.fake.count(Call::ListSecrets), 3);

    let versions = client
        .list_secret_versions()
        .set_parent(format!("{PARENT}/secrets/s03"));
    let versions = versions.send().await.unwrap();
    let names: Vec<_> = versions
        .versions
        .iter()
        .map(|one| &one.name[one.name.len() - 1..])
        .collect();
    assert_eq!((names, versions.total_size), (vec!["2", "1"], 2));

    let filtered = client
        .list_secrets()
        .set_parent(PARENT)
        .set_filter("name:s1")
        .send()
        .await
        .unwrap();
    assert_eq!((filtered.secrets.len(), filtered.total_size), (10, 0));
    let wrong = client
        .list_secrets()
        .set_parent(PARENT)
        .set_filter("nickname:s1")
        .send()
        .await;
    assert_eq!(code(&wrong.unwrap_err()), Code::InvalidArgument);
}

#[tokio::test]
async fn refusals_arrive_as_what_they_are() {
    let google = Google::new();
    let client = google.judge().await;
    create(&client, "one").await.unwrap();
    assert_eq!(
        code(&create(&client, "one").await.unwrap_err()),
        Code::AlreadyExists
    );
    assert_eq!(
        code(&create(&client, "a.b").await.unwrap_err()),
        Code::InvalidArgument
    );

    let add = async |payload| {
        let parent = format!("{PARENT}/secrets/one");
        client
            .add_secret_version()
            .set_parent(parent)
            .set_payload(payload)
            .send()
            .await
    };
    let torn = SecretPayload::new()
        .set_data("canary".to_owned())
        .set_data_crc32c(1);
    assert_eq!(code(&add(torn).await.unwrap_err()), Code::InvalidArgument);
    let large = SecretPayload::new().set_data(vec![b'a'; 65_537]);
    assert_eq!(code(&add(large).await.unwrap_err()), Code::InvalidArgument);
    let largest = SecretPayload::new().set_data(vec![b'a'; 65_536]);
    assert_eq!(add(largest).await.unwrap().state, State::Enabled);

    let permission = Call::CreateSecret.permission().unwrap();
    let judge = "judge@fluxori-test.iam.gserviceaccount.com";
    google
        .fake
        .operate(Order::Revoke(judge.to_owned(), permission.to_owned()));
    let refused = create(&client, "two").await.unwrap_err();
    assert_eq!(code(&refused), Code::PermissionDenied);
    assert!(refused.to_string().contains("(or it may not exist)"));

    google.fake.inject(
        FaultRule::new(Fault::Reset)
            .at(Call::AccessSecretVersion)
            .times(1),
    );
    let name = format!("{PARENT}/secrets/one/versions/1");
    let lost = client
        .access_secret_version()
        .set_name(&name)
        .send()
        .await
        .unwrap_err();
    assert!(lost.status().is_none());
    let version = &google.fake.secret("one").unwrap().versions[0];
    assert_eq!((version.number, version.state), (1, VersionState::Enabled));
}

#[tokio::test]
async fn permissions_are_told_and_an_absent_secret_has_none() {
    let google = Google::new();
    let client = google.judge().await;
    create(&client, "one").await.unwrap();
    let judge = "judge@fluxori-test.iam.gserviceaccount.com";
    let permissions = [
        "secretmanager.versions.add",
        "secretmanager.versions.access",
    ];
    google
        .fake
        .operate(Order::Revoke(judge.to_owned(), permissions[1].to_owned()));
    for (id, granted) in [("one", &permissions[..1]), ("two", &[][..])] {
        let resource = format!("{PARENT}/secrets/{id}");
        let test = client.test_iam_permissions().set_resource(resource);
        let told = test.set_permissions(permissions).send().await.unwrap();
        assert_eq!(told.permissions, granted, "{id}");
    }
}

/// Bit by bit, as the standard defines it.
fn crc32c_of(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0_u32, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
            if sum & 1 == 1 {
                (sum >> 1) ^ 0x82f6_3b78
            } else {
                sum >> 1
            }
        })
    })
}
