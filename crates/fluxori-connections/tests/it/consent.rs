//! Connecting in the browser, and everything that can go wrong on the way.

use chrono::TimeDelta;
use fluxori_connections::{ConnectionError, ConsentResult, ReadError};
use fluxori_domain::{ConnectionStatus, Marketplace, OutcomeClass};
use fluxori_test_support::providers::{Call, Decision, Fault, FaultRule, keys};
use rstest::rstest;

use crate::{
    browser::wish,
    world::{Kind, World, ada, caller, form, read},
};

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_consent_makes_a_connection_that_works(
    #[values(Kind::Sqlite, Kind::Postgres, Kind::Google)] kind: Kind,
    #[values(Marketplace::Amazon, Marketplace::Shopify, Marketplace::Xero)]
    marketplace: Marketplace,
) {
    let world = World::new(kind).await;
    let decision = Decision::agree().organisations([keys::XERO_TENANT]);
    let connected = world.connected(marketplace, decision).await;
    assert_eq!(connected.len(), 1);
    let connection = &connected[0];
    assert_eq!(connection.status, ConnectionStatus::Connected);
    assert!(connection.is_default && connection.account_name.is_some());
    let live = world
        .connections
        .read_credential(&ada(), read(marketplace))
        .await
        .unwrap();
    assert_eq!(live.account_id, connection.account_id);
    let tested = world.connections.test(&ada(), connection.id).await.unwrap();
    assert_eq!(tested.test.outcome.class, OutcomeClass::Ok);
    world.clock.advance(TimeDelta::hours(2));
    let later = world
        .connections
        .read_credential(&ada(), read(marketplace))
        .await
        .unwrap();
    assert!(later.generation > live.generation, "expired, and renewed");
    assert_eq!(world.providers.violations(), []);
    let clocks = connection.clocks;
    match marketplace {
        Marketplace::Amazon => {
            let until = clocks.authorisation_expires_at.unwrap();
            assert_eq!((until - connection.created_at).num_days(), 365);
            let kept = world.by_ids(&[connection.id]).await[0].clocks;
            assert_eq!(
                kept.authorisation_expires_at,
                clocks.authorisation_expires_at
            );
        }
        _ => assert!(clocks.refresh_expires_at.is_some()),
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn one_consent_at_xero_connects_every_organisation_on_one_grant(
    #[values(Kind::Sqlite, Kind::Postgres, Kind::Google)] kind: Kind,
) {
    let world = World::new(kind).await;
    let both = [keys::XERO_TENANT, keys::XERO_OTHER_TENANT];
    let connected = world
        .connected(Marketplace::Xero, Decision::agree().organisations(both))
        .await;
    assert_eq!(connected.len(), 2);
    assert_eq!(connected[0].credential_id, connected[1].credential_id);
    assert_ne!(connected[0].account_id, connected[1].account_id);
    // One of them is consented to again: it gets a grant of its own, the other keeps the old one.
    let again = world
        .connected(
            Marketplace::Xero,
            Decision::agree().organisations([both[0]]),
        )
        .await;
    assert_eq!(again.len(), 1);
    assert_eq!(again[0].account_id, connected[0].account_id);
    assert_eq!(again[0].id, connected[0].id, "it is the same connection");
    assert_ne!(again[0].credential_id, connected[0].credential_id);
    for connection in world.all(&ada()).await {
        let tested = world.connections.test(&ada(), connection.id).await.unwrap();
        assert_eq!(tested.test.outcome.class, OutcomeClass::Ok);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seller_may_say_no() {
    let world = World::new(Kind::Sqlite).await;
    let result = world
        .consented(&ada(), Marketplace::Xero, Decision::refuse())
        .await;
    assert_eq!(result, ConsentResult::Denied);
    assert!(world.all(&ada()).await.is_empty());
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn reconnecting_keeps_the_connection_and_refuses_another_account(
    #[values(Kind::Sqlite, Kind::Postgres, Kind::Google)] kind: Kind,
) {
    let world = World::new(kind).await;
    let ours = || Decision::agree().organisations([keys::XERO_TENANT]);
    let connection = world.connected(Marketplace::Xero, ours()).await.remove(0);
    let other = Decision::agree()
        .account("somebody-else")
        .organisations([keys::XERO_OTHER_TENANT]);
    let result = world.reconsented(connection.id, other).await;
    assert_eq!(result, ConsentResult::OtherAccount);
    let untouched = world.by_ids(&[connection.id]).await.remove(0);
    assert_eq!(untouched, connection, "the old one stays in force");
    world
        .connections
        .read_credential(&ada(), read(Marketplace::Xero))
        .await
        .unwrap();

    let result = world.reconsented(connection.id, ours()).await;
    assert_eq!(result, ConsentResult::Connected(vec![connection.id]));
    let renewed = world.by_ids(&[connection.id]).await.remove(0);
    assert_ne!(renewed.credential_id, connection.credential_id);
    assert_eq!(renewed.label, connection.label);
    assert!(
        world
            .trail(connection.id)
            .await
            .contains(&"connection.reauthorised")
    );
    assert_eq!(world.all(&ada()).await.len(), 1);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_expired_connection_works_again_after_a_new_consent(
    #[values(Kind::Sqlite, Kind::Postgres, Kind::Google)] kind: Kind,
) {
    let world = World::new(kind).await;
    let connection = world
        .connected(Marketplace::Shopify, Decision::agree())
        .await
        .remove(0);
    let grant = world.providers.grants().pop().unwrap();
    world.providers.revoke_grant(grant.id);
    world.clock.advance(TimeDelta::hours(2));
    let ada = ada();
    let error = world
        .connections
        .read_credential(&ada, read(Marketplace::Shopify))
        .await;
    assert!(matches!(error, Err(ReadError::NeedsSeller { .. })));
    // Connecting as new finds the connection that is there.
    let again = world
        .connected(Marketplace::Shopify, Decision::agree())
        .await
        .remove(0);
    assert_eq!(again.id, connection.id);
    assert_eq!(again.status, ConnectionStatus::Connected);
    world
        .connections
        .read_credential(&ada, read(Marketplace::Shopify))
        .await
        .unwrap();
}

#[rstest]
#[case::lost(Fault::AnswerLost)]
#[case::reset(Fault::Reset)]
#[case::page(Fault::Page(503))]
#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_buys_nothing_ends_in_words_and_stores_nothing(
    #[values(Marketplace::Amazon, Marketplace::Shopify, Marketplace::Xero)]
    marketplace: Marketplace,
    #[case] fault: Fault,
) {
    let world = World::new(Kind::Sqlite).await;
    let call = match marketplace {
        Marketplace::Amazon => Call::AmazonToken,
        Marketplace::Shopify => Call::ShopifyToken,
        _ => Call::XeroToken,
    };
    world
        .providers
        .inject(FaultRule::new(fault).at(call).times(1));
    let result = world
        .consented(&ada(), marketplace, Decision::agree())
        .await;
    assert!(
        matches!(result, ConsentResult::Refused(class) if class.is_transient()),
        "{result:?}"
    );
    assert!(world.all(&ada()).await.is_empty());
    let result = world
        .consented(&ada(), marketplace, Decision::agree())
        .await;
    assert!(matches!(result, ConsentResult::Connected(_)), "{result:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_are_kept_although_the_marketplace_does_not_say_whose_they_are() {
    let world = World::new(Kind::Sqlite).await;
    world
        .providers
        .inject(FaultRule::new(Fault::Reset).at(Call::ShopifyGraphql));
    let connection = world
        .connected(Marketplace::Shopify, Decision::agree())
        .await
        .remove(0);
    assert_eq!(connection.status, ConnectionStatus::Pending);
    world.providers.clear_faults();
    let tested = world.connections.test(&ada(), connection.id).await.unwrap();
    assert_eq!(tested.connection.status, ConnectionStatus::Connected);
    assert!(tested.connection.account_name.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ceiling_of_the_marketplace_s_plan_is_an_expected_failure() {
    let world = World::new(Kind::Sqlite).await;
    let none = Decision::agree().organisations(["none"]);
    let result = world.consented(&ada(), Marketplace::Xero, none).await;
    let ConsentResult::Refused(class) = result else {
        panic!("{result:?}")
    };
    assert!(
        !class.is_transient() && class != OutcomeClass::ReauthRequired,
        "{class}"
    );
    assert!(world.all(&ada()).await.is_empty());
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn of_two_sellers_who_race_for_one_shop_one_has_tokens_and_the_other_knows(
    #[values(Kind::Sqlite, Kind::Postgres, Kind::Google)] kind: Kind,
) {
    let world = World::new(kind).await;
    let (ada, eve) = (ada(), caller("engines", "eve"));
    let go = |by| world.consented(by, Marketplace::Shopify, Decision::agree());
    let (first, second) = tokio::join!(go(&ada), go(&eve));
    // Shopify keeps one pair of tokens a shop. Whoever was first may hear of it at once, or when tokens are renewed.
    let superseded = ConsentResult::Refused(OutcomeClass::ReauthRequired);
    let mut working = 0;
    world.clock.advance(TimeDelta::hours(2));
    for (seller, end) in [(&ada, first), (&eve, second)] {
        let read = world
            .connections
            .read_credential(seller, read(Marketplace::Shopify));
        match (end, read.await) {
            (ConsentResult::Connected(_), Ok(_)) => working += 1,
            (ConsentResult::Connected(_), Err(ReadError::NeedsSeller { .. })) => {}
            (end, Err(ReadError::NoSuchConnection)) => assert_eq!(end, superseded),
            (end, read) => panic!("{end:?}, then {:?}", read.map(|live| live.connection)),
        }
    }
    assert_eq!(working, 1);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn of_racing_consents_to_one_account_one_connection_is_left(
    #[values(Kind::Sqlite, Kind::Postgres, Kind::Google)] kind: Kind,
) {
    let world = World::new(kind).await;
    let ada = ada();
    let go = || world.consented(&ada, Marketplace::Shopify, Decision::agree());
    let ends = tokio::join!(go(), go(), go());
    // One that Shopify has made worthless before it was stored is said to be so.
    let superseded = ConsentResult::Refused(OutcomeClass::ReauthRequired);
    let ends = [ends.0, ends.1, ends.2];
    assert!(
        ends.iter()
            .all(|end| matches!(end, ConsentResult::Connected(_)) || *end == superseded)
    );
    assert_eq!(world.all(&ada).await.len(), 1);
    world.clock.advance(TimeDelta::seconds(1));
    world
        .connected(Marketplace::Shopify, Decision::agree())
        .await;
    world.clock.advance(TimeDelta::hours(2));
    let read = read(Marketplace::Shopify);
    world.connections.read_credential(&ada, read).await.unwrap();
    assert_eq!(world.all(&ada).await.len(), 1);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_consent_that_comes_late_does_not_replace_a_newer_one(
    #[values(Kind::Sqlite, Kind::Postgres, Kind::Google)] kind: Kind,
) {
    let world = World::new(kind).await;
    world.clock.advance(TimeDelta::hours(1));
    let newer = world
        .connected(Marketplace::Shopify, Decision::agree())
        .await
        .remove(0);
    world.clock.advance(TimeDelta::minutes(-1));
    let late = world
        .connected(Marketplace::Shopify, Decision::agree())
        .await
        .remove(0);
    assert_eq!(late, newer);
}

#[tokio::test]
async fn what_cannot_begin_says_why() {
    let world = World::new(Kind::Sqlite).await;
    let mut elsewhere = wish(Marketplace::Xero);
    elsewhere.return_to = Some("https://evil.example/".to_owned());
    let error = world.leave(elsewhere).await.unwrap_err();
    assert!(matches!(error, ConnectionError::ReturnAddress), "{error}");
    let error = world.leave(wish(Marketplace::Takealot)).await.unwrap_err();
    assert!(
        matches!(error, ConnectionError::NotSupported { .. }),
        "{error}"
    );
    for shop in [
        "",
        "evil.example",
        "a.myshopify.com.evil.example",
        "a.myshopify.com:443",
        "../a.myshopify.com",
    ] {
        let mut bad = wish(Marketplace::Shopify);
        bad.form = form(&[("shop", shop)]);
        let error = world.leave(bad).await.unwrap_err();
        assert!(
            matches!(error, ConnectionError::InvalidForm(_)),
            "{shop}: {error}"
        );
    }
    let eve = caller("engines", "eve");
    let error = world.connections.reauthorise(
        &eve,
        fluxori_domain::ConnectionId::make(chrono::DateTime::UNIX_EPOCH),
        None,
        None,
    );
    assert!(matches!(error.await, Err(ConnectionError::NotFound)));
}
