//! What lies at Google is what rows hold, and nothing else for long.

use chrono::TimeDelta;
use fluxori_connections::ReplaceRequest;
use fluxori_domain::{Generation, Marketplace};
use fluxori_test_support::{
    google::{Call, Fault, FaultRule},
    providers::{Decision, Provider, keys},
};
use rstest::rstest;

use crate::world::{Kind, World, ada, form, read, takealot};

async fn connected() -> World {
    let world = World::new(Kind::Google).await;
    world.create(takealot(keys::TAKEALOT_GOOD)).await;
    world
}

/// Lets the time of courtesy pass, and sweeps.
async fn settle(world: &World) {
    world.clock.advance(TimeDelta::minutes(3));
    let swept = world.connections.sweep().await.unwrap();
    assert_eq!(swept.left, 0);
    let day = std::time::Duration::from_hours(24);
    assert!(world.connections.is_swept(day).await.unwrap());
}

async fn generation(world: &World, marketplace: Marketplace) -> Generation {
    let read = world
        .connections
        .read_credential(&ada(), read(marketplace))
        .await;
    read.unwrap().generation
}

#[tokio::test]
async fn creating_costs_three_calls_and_reading_none_but_the_first_of_a_process() {
    let world = connected().await;
    let google = world.google();
    assert_eq!(google.count_all(), 3);
    generation(&world, Marketplace::Takealot).await;
    assert_eq!(google.count_all(), 3, "what was written is known");

    let neighbour = world.neighbour().await;
    for _ in 0..3 {
        let read = neighbour
            .read_credential(&ada(), read(Marketplace::Takealot))
            .await;
        read.unwrap();
    }
    assert_eq!(google.count_all(), 4);
    assert_eq!(google.payloads_with(keys::TAKEALOT_GOOD).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_costs_three_calls_with_the_destruction_of_the_old_tokens() {
    let world = World::new(Kind::Google).await;
    world
        .connected(Marketplace::Shopify, Decision::agree())
        .await;
    world.clock.advance(TimeDelta::hours(2));
    world.google().forget_calls();
    assert_eq!(
        generation(&world, Marketplace::Shopify).await,
        Generation::FIRST.next()
    );
    assert_eq!(
        world.google().held(),
        (1, 2),
        "readers may hold the old name"
    );
    settle(&world).await;
    assert_eq!(world.google().held(), (1, 1));
    assert_eq!(world.google().count_all(), 3);
    assert_eq!(world.google().count(Call::DestroySecretVersion), 1);
}

#[tokio::test]
async fn a_deleted_credential_leaves_nothing() {
    let world = connected().await;
    let id = world.all(&ada()).await[0].id;
    let replacement = ReplaceRequest {
        form: form(&[("apiKey", keys::TAKEALOT_GOOD)]),
        expected_version: None,
    };
    let replaced = world.connections.replace(&ada(), id, replacement).await;
    replaced.unwrap();
    let deleted = world.connections.delete(&ada(), id, None, true).await;
    deleted.unwrap();
    settle(&world).await;
    assert_eq!(world.google().held(), (0, 0));
}

#[rstest]
#[case::lost_answer(Fault::AnswerLost)]
#[case::half_an_answer(Fault::HalfBody)]
#[case::a_page(Fault::PageAfter(502))]
#[case::reset(Fault::Reset)]
#[tokio::test]
async fn a_write_that_nobody_knows_the_end_of_is_cleared_away(
    #[case] fault: Fault,
    #[values(Call::CreateSecret, Call::AddSecretVersion, Call::AccessSecretVersion)] call: Call,
) {
    let world = World::new(Kind::Google).await;
    // As often as it is repeated.
    world.google().inject(FaultRule::new(fault).at(call));
    let created = world
        .connections
        .create(&ada(), takealot(keys::TAKEALOT_GOOD))
        .await;
    let error = created.unwrap_err();
    assert!(error.is_transient(), "{error}");
    assert!(world.all(&ada()).await.is_empty());
    world.google().clear_faults();

    settle(&world).await;
    assert_eq!(world.google().held(), (0, 0));
    world.create(takealot(keys::TAKEALOT_GOOD)).await;
    assert_eq!(world.google().held(), (1, 1));
}

#[rstest]
#[case::lost_answer(Fault::AnswerLost, 3)]
#[case::unavailable_before(Fault::Page(503), 2)]
#[case::unavailable_after(Fault::PageAfter(503), 3)]
#[tokio::test(flavor = "multi_thread")]
async fn tokens_that_google_takes_only_later_are_bought_once(
    #[case] fault: Fault,
    #[case] versions: usize,
) {
    let world = World::new(Kind::Google).await;
    world
        .connected(Marketplace::Shopify, Decision::agree())
        .await;
    world.clock.advance(TimeDelta::hours(2));
    world
        .google()
        .inject(FaultRule::new(fault).at(Call::AddSecretVersion).times(1));
    assert_eq!(
        generation(&world, Marketplace::Shopify).await,
        Generation::FIRST.next()
    );
    let counts = world.providers.grants_spent(Provider::Shopify);
    assert_eq!((counts.spent, counts.refused), (1, 0));
    assert_eq!(world.google().held(), (1, versions));
    settle(&world).await;
    assert_eq!(world.google().held(), (1, 1));
    assert_eq!(
        generation(&world, Marketplace::Shopify).await,
        Generation::FIRST.next()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_bought_while_google_takes_no_writes() {
    let world = World::new(Kind::Google).await;
    world
        .connected(Marketplace::Shopify, Decision::agree())
        .await;
    // The first write that fails is not known to fail before; its tokens are stored when Google is back.
    let down = [
        FaultRule::new(Fault::Page(503)).at(Call::CreateSecret),
        FaultRule::new(Fault::Page(503)).at(Call::TestSecretPermissions),
    ];
    for rule in down {
        world.google().inject(rule);
    }
    let created = world
        .connections
        .create(&ada(), takealot(keys::TAKEALOT_GOOD))
        .await;
    created.unwrap_err();
    world.clock.advance(TimeDelta::hours(2));
    let refused = world
        .connections
        .read_credential(&ada(), read(Marketplace::Shopify))
        .await
        .unwrap_err();
    assert!(
        matches!(refused, fluxori_connections::ReadError::Unavailable { .. }),
        "{refused}"
    );
    assert_eq!(world.providers.grants_spent(Provider::Shopify).spent, 0);
    world.google().clear_faults();
    assert_eq!(
        generation(&world, Marketplace::Shopify).await,
        Generation::FIRST.next()
    );
}

#[tokio::test]
async fn secrets_of_one_installation_carry_its_name_and_not_the_sellers() {
    let world = connected().await;
    let secret = &world.google().secrets()[0];
    assert!(secret.labels.contains_key("fluxori-installation"));
    assert_eq!(secret.labels["fluxori-marketplace"], "takealot");
    let credential = world.all(&ada()).await[0].credential_id;
    assert!(secret.id.starts_with(&format!("fluxori-{credential}-")));
    let organization = &secret.labels["fluxori-organization"];
    assert!(!organization.contains("engines"), "{organization}");
}
