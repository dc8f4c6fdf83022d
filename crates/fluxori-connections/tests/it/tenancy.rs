//! What is another tenant's does not exist.

use fluxori_connections::{ChangeRequest, ConnectionError, ReadError, ReplaceRequest};
use fluxori_domain::{Caller, Marketplace, PageRequest, SyncOutcome, ports::Selector};
use fluxori_test_support::providers::keys;
use rstest::rstest;

use crate::world::{Kind, World, caller, form, read, takealot};

#[rstest]
#[case::other_user(caller("engines", "eve"))]
#[case::other_organization(caller("looms", "ada"))]
#[tokio::test]
async fn no_use_case_reaches_into_another_tenant(
    #[values(Kind::Sqlite, Kind::Postgres, Kind::Google)] kind: Kind,
    #[case] stranger: Caller,
) {
    let world = World::new(kind).await;
    let before = world.create(takealot(keys::TAKEALOT_GOOD)).await.connection;
    let (id, uses) = (before.id, &world.connections);
    let replace = ReplaceRequest {
        form: form(&[("apiKey", keys::TAKEALOT_GOOD)]),
        expected_version: None,
    };
    let change = ChangeRequest {
        is_default: Some(false),
        ..Default::default()
    };
    let outcome = SyncOutcome::Failed;
    let marketplace = Marketplace::Takealot;
    let page = PageRequest::default();

    let refusals = [
        uses.find(&stranger.scope, id).await.err(),
        uses.change(&stranger, id, change).await.err(),
        uses.replace(&stranger, id, replace).await.err(),
        uses.test(&stranger, id).await.err(),
        uses.delete(&stranger, id, None, true).await.err(),
        uses.events(&stranger.scope, id, page).await.err(),
        uses.record_sync(&stranger, id, marketplace, outcome)
            .await
            .err(),
    ];
    for refusal in refusals {
        assert!(
            matches!(refusal, Some(ConnectionError::NotFound)),
            "{refusal:?}"
        );
    }
    for selector in [Selector::Default, Selector::Connection(id)] {
        let request = fluxori_connections::ReadRequest {
            selector,
            ..read(marketplace)
        };
        let error = uses.read_credential(&stranger, request).await;
        assert!(matches!(error, Err(ReadError::NoSuchConnection)));
    }
    assert!(world.all(&stranger).await.is_empty());
    assert_eq!(uses.find(&before.scope, id).await.unwrap(), before);
}
