use fluxori_connections::{ConnectionError, Verify};
use fluxori_domain::{ConnectionStatus, Label, Marketplace, OutcomeClass};
use fluxori_test_support::providers::{Behaviour, Call, keys};
use rstest::rstest;

use crate::world::{Kind, World, ada, amazon, request, shopify, takealot, xero};

#[rstest]
#[tokio::test]
async fn every_marketplace_is_tested_and_then_connected(
    #[values(Kind::Sqlite, Kind::Postgres, Kind::Google)] kind: Kind,
) {
    let world = World::new(kind).await;
    for request in [
        takealot(keys::TAKEALOT_GOOD),
        amazon(keys::AMAZON_GOOD),
        shopify(keys::SHOPIFY_SHOP, keys::SHOPIFY_GOOD),
        xero(keys::XERO_GOOD, ""),
    ] {
        let marketplace = request.marketplace;
        let created = world.create(request).await;
        let connection = created.connection;
        assert_eq!(
            connection.status,
            ConnectionStatus::Connected,
            "{marketplace}"
        );
        assert_eq!(connection.details.marketplace(), marketplace);
        assert!(connection.account_id.is_some(), "{marketplace}");
        assert!(connection.is_default, "the first one of {marketplace}");
        assert_eq!(created.test.unwrap().outcome.class, OutcomeClass::Ok);
        assert_eq!(world.trail(connection.id).await, ["connection.created"]);
    }
    assert_eq!(world.all(&ada()).await.len(), 4);
    assert!(
        world.providers.violations().is_empty(),
        "{:?}",
        world.providers.violations()
    );
}

#[rstest]
#[case::refused(Behaviour::Refused, OutcomeClass::ReauthRequired)]
#[case::throttled(Behaviour::Throttled, OutcomeClass::Throttled)]
#[case::blocked(Behaviour::Page(403), OutcomeClass::EdgeBlocked)]
#[case::troubled(Behaviour::Error(500), OutcomeClass::Transient)]
#[case::cut(Behaviour::Cut, OutcomeClass::Transient)]
#[tokio::test]
async fn what_the_marketplace_does_not_confirm_is_not_stored(
    #[values(Kind::Sqlite, Kind::Postgres, Kind::Google)] kind: Kind,
    #[case] behaviour: Behaviour,
    #[case] class: OutcomeClass,
) {
    let world = World::new(kind).await;
    world.providers.script(keys::TAKEALOT_GOOD, behaviour);
    let error = world
        .connections
        .create(&ada(), takealot(keys::TAKEALOT_GOOD))
        .await
        .unwrap_err();
    let ConnectionError::NotConfirmed { outcome } = error else {
        panic!("{error}")
    };
    assert_eq!(outcome.class, class);
    assert_eq!(outcome.retry_at.is_some(), class == OutcomeClass::Throttled);
    assert!(world.all(&ada()).await.is_empty());
}

#[tokio::test]
async fn a_skipped_test_makes_a_pending_connection_without_a_call() {
    let world = World::new(Kind::Sqlite).await;
    let mut request = takealot("0123456789abcdef");
    request.verify = Verify::Skip;
    request.label = Some(Label::new("Second shop").unwrap());
    let created = world.create(request).await;
    assert_eq!(created.connection.status, ConnectionStatus::Pending);
    assert_eq!(created.connection.label.as_str(), "Second shop");
    assert_eq!(created.warnings.len(), 1, "an unusual key is warned about");
    assert!(world.providers.requests().is_empty());
}

#[tokio::test]
async fn a_bad_form_names_every_bad_field_and_makes_no_call() {
    let world = World::new(Kind::Sqlite).await;
    let fields = [
        ("refreshToken", "with space"),
        ("region", "mars"),
        ("extra", "x"),
    ];
    let bad = request(Marketplace::Amazon, &fields);
    let error = world.connections.create(&ada(), bad).await.unwrap_err();
    let ConnectionError::InvalidForm(form) = error else {
        panic!("{error}")
    };
    let mut fields: Vec<_> = form
        .problems
        .iter()
        .map(|problem| &*problem.field)
        .collect();
    fields.sort_unstable();
    assert_eq!(
        fields,
        ["extra", "refreshToken", "region", "sellingPartnerId"]
    );
    assert!(world.providers.requests().is_empty());
}

#[rstest]
#[tokio::test]
async fn an_account_is_connected_once_and_the_refusal_names_the_first(
    #[values(Kind::Sqlite, Kind::Postgres, Kind::Google)] kind: Kind,
) {
    let world = World::new(kind).await;
    let first = world
        .create(shopify(keys::SHOPIFY_SHOP, keys::SHOPIFY_GOOD))
        .await
        .connection;
    let calls = world.providers.count(Call::ShopifyGraphql);
    let again = shopify(keys::SHOPIFY_SHOP, keys::SHOPIFY_GOOD);
    let error = world.connections.create(&ada(), again).await.unwrap_err();
    let ConnectionError::AlreadyConnected { existing } = error else {
        panic!("{error}")
    };
    assert_eq!(existing, first.id);
    assert_eq!(
        world.providers.count(Call::ShopifyGraphql),
        calls,
        "no call is spent on it"
    );
}

#[rstest]
#[tokio::test]
async fn of_many_racing_for_one_account_exactly_one_wins(
    #[values(Kind::Sqlite, Kind::Postgres, Kind::Google)] kind: Kind,
) {
    let world = World::new(kind).await;
    let attempts = (0..8).map(|_| {
        let connections = world.connections.clone();
        async move {
            connections
                .create(&ada(), takealot(keys::TAKEALOT_GOOD))
                .await
        }
    });
    let results = futures_util::future::join_all(attempts).await;
    let (won, lost): (Vec<_>, Vec<_>) = results.into_iter().partition(Result::is_ok);
    assert_eq!(won.len(), 1);
    let winner = won.into_iter().next().unwrap().unwrap().connection.id;
    for error in lost.into_iter().map(Result::unwrap_err) {
        let ConnectionError::AlreadyConnected { existing } = error else {
            panic!("{error}")
        };
        assert_eq!(existing, winner);
    }
}

#[tokio::test]
async fn several_tenants_ask_for_a_choice_and_take_it() {
    let world = World::new(Kind::Sqlite).await;
    let undecided = xero(keys::XERO_SEVERAL, "");
    let error = world
        .connections
        .create(&ada(), undecided)
        .await
        .unwrap_err();
    let ConnectionError::ChoiceRequired { choices } = error else {
        panic!("{error}")
    };
    assert_eq!(choices.len(), 2);
    assert!(world.all(&ada()).await.is_empty());

    let chosen = xero(keys::XERO_SEVERAL, &choices[1].id);
    let connection = world.create(chosen).await.connection;
    assert_eq!(connection.account_id.unwrap().as_str(), choices[1].id);
}
