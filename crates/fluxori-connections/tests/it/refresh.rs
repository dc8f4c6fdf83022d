//! Renewing tokens: once, whoever asks, and whatever goes wrong on the way.

use std::time::Duration;

use chrono::TimeDelta;
use fluxori_connections::{Connections, Pace, ReadError, ReadRequest, Verify};
use fluxori_domain::{
    AuthType, Clock as _, Connection, ConnectionStatus, CredentialDocument, Generation,
    Marketplace, OutcomeClass,
};
use fluxori_test_support::providers::{
    Call, Fault, FaultRule, Provider, Seed, SeededGrant, TokenState, keys,
};
use futures_util::future::join_all;
use rstest::rstest;
use secrecy::ExposeSecret;

use crate::world::{Kind, World, ada, read, request};

/// A connected Xero organisation whose access token has run out.
async fn expired_xero(world: &World) -> (Connection, SeededGrant) {
    let grant = world
        .providers
        .seed_grant(Seed::new(Provider::Xero, "ann").expired());
    let connection = connect(world, &grant, 0).await;
    (connection, grant)
}

async fn connect(world: &World, grant: &SeededGrant, organisation: usize) -> Connection {
    let tenant = &grant.organisations[organisation].tenant_id;
    let fields = [
        ("accessToken", grant.access_token.as_str()),
        ("refreshToken", grant.refresh_token.as_str()),
        ("tenantId", tenant.as_str()),
    ];
    let mut request = request(Marketplace::Xero, &fields);
    request.verify = Verify::Skip;
    world.create(request).await.connection
}

async fn renewed(connections: &Connections) -> Result<(String, Generation), ReadError> {
    let live = connections
        .read_credential(&ada(), read(Marketplace::Xero))
        .await?;
    Ok((access_token(&live.document), live.generation))
}

#[expect(
    clippy::disallowed_methods,
    reason = "EXPOSE: the marketplace is asked whether it is the newest one"
)]
fn access_token(document: &CredentialDocument) -> String {
    let CredentialDocument::Tokens {
        access_token: Some(token),
        ..
    } = document
    else {
        panic!("no access token")
    };
    token.expose_secret().to_owned()
}

async fn status(world: &World, connection: &Connection) -> ConnectionStatus {
    let found = world.connections.find(&ada().scope, connection.id).await;
    found.unwrap().status
}

fn spent(world: &World) -> u64 {
    world.providers.grants_spent(Provider::Xero).spent
}

/// Past any pause after a failure.
fn later(world: &World) {
    world.clock.advance(TimeDelta::minutes(6));
}

#[rstest]
#[tokio::test]
async fn a_token_that_has_run_out_is_renewed_when_it_is_asked_for(
    #[values(Kind::Sqlite, Kind::Postgres, Kind::Google)] kind: Kind,
) {
    let world = World::new(kind).await;
    let (connection, grant) = expired_xero(&world).await;
    let (token, generation) = renewed(&world.connections).await.unwrap();
    assert_ne!(token, grant.access_token);
    assert_eq!(generation, Generation::FIRST.next());
    assert_eq!(
        renewed(&world.connections).await.unwrap(),
        (token, generation)
    );
    assert_eq!(spent(&world), 1);
    assert!(
        world
            .trail(connection.id)
            .await
            .contains(&"credential.refreshed")
    );
    let tested = world.connections.test(&ada(), connection.id).await.unwrap();
    assert_eq!(tested.test.outcome.class, OutcomeClass::Ok);
    assert_eq!(
        spent(&world),
        1,
        "a fresh token is not renewed to be tested"
    );
}

#[rstest]
#[tokio::test]
async fn a_token_lives_as_long_as_was_asked_but_no_longer_than_tokens_live(
    #[values(Kind::Sqlite, Kind::Postgres, Kind::Google)] kind: Kind,
) {
    let world = World::new(kind).await;
    expired_xero(&world).await;
    renewed(&world.connections).await.unwrap();
    let ada = ada();
    let asked = |minutes| {
        let request = ReadRequest {
            minimum_validity: Duration::from_mins(minutes),
            ..read(Marketplace::Xero)
        };
        world.connections.read_credential(&ada, request)
    };
    asked(20).await.unwrap();
    assert_eq!(spent(&world), 1);
    asked(600).await.unwrap();
    assert_eq!(
        spent(&world),
        1,
        "no token lives for ten hours: none is bought for that"
    );
    world.clock.advance(TimeDelta::minutes(11));
    asked(5).await.unwrap();
    assert_eq!(spent(&world), 1);
    asked(20).await.unwrap();
    assert_eq!(spent(&world), 2);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_callers_in_several_processes_spend_one_grant(
    #[values(Kind::Sqlite, Kind::Postgres, Kind::Google)] kind: Kind,
) {
    let world = World::new(kind).await;
    expired_xero(&world).await;
    let slow = Fault::Slow(Duration::from_millis(100));
    world
        .providers
        .inject(FaultRule::new(slow).at(Call::XeroToken));
    let processes = [
        world.connections.clone(),
        world.neighbour().await,
        world.neighbour().await,
    ];
    let callers = (0..48).map(|number| {
        let connections = processes[number % processes.len()].clone();
        tokio::spawn(async move { renewed(&connections).await.unwrap() })
    });
    let tokens: Vec<_> = join_all(callers)
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect();
    assert!(tokens.iter().all(|token| *token == tokens[0]));
    assert_eq!(spent(&world), 1);
    assert_eq!(world.providers.violations(), []);
}

#[rstest]
#[case::lost(Fault::AnswerLost, 1)]
#[case::half(Fault::HalfBody, 1)]
#[case::page_after(Fault::PageAfter(200), 1)]
#[case::reset(Fault::Reset, 0)]
#[case::page(Fault::Page(502), 0)]
#[case::throttled(Fault::Throttled, 0)]
#[tokio::test]
async fn no_trouble_on_the_way_loses_a_grant_or_blames_the_seller(
    #[values(Kind::Sqlite, Kind::Postgres, Kind::Google)] kind: Kind,
    #[case] fault: Fault,
    #[case] spent_in_vain: u64,
) {
    let world = World::new(kind).await;
    let (connection, _) = expired_xero(&world).await;
    let before = status(&world, &connection).await;
    world
        .providers
        .inject(FaultRule::new(fault).at(Call::XeroToken).times(1));
    let error = renewed(&world.connections).await.unwrap_err();
    assert!(matches!(error, ReadError::Waiting { .. }), "{error}");
    assert_eq!(status(&world, &connection).await, before);
    let error = renewed(&world.connections).await.unwrap_err();
    assert!(
        matches!(error, ReadError::Waiting { .. }),
        "nobody insists: {error}"
    );
    assert_eq!(world.providers.count(Call::XeroToken), 1);
    later(&world);
    renewed(&world.connections).await.unwrap();
    assert_eq!(spent(&world), 1 + spent_in_vain);
    assert_eq!(status(&world, &connection).await, before);
}

#[rstest]
#[tokio::test]
async fn an_answer_that_was_lost_is_asked_for_again_by_background_work(
    #[values(Kind::Sqlite, Kind::Postgres, Kind::Google)] kind: Kind,
) {
    let world = World::new(kind).await;
    expired_xero(&world).await;
    world.providers.inject(
        FaultRule::new(Fault::AnswerLost)
            .at(Call::XeroToken)
            .times(1),
    );
    renewed(&world.connections).await.unwrap_err();
    let service = ada().service;
    assert_eq!(
        world.connections.finish_refreshes(&service).await.unwrap(),
        0,
        "too early"
    );
    later(&world);
    assert_eq!(
        world.connections.finish_refreshes(&service).await.unwrap(),
        1
    );
    assert_eq!(
        world.connections.finish_refreshes(&service).await.unwrap(),
        0
    );
    renewed(&world.connections).await.unwrap();
    assert_eq!(spent(&world), 2);
}

#[rstest]
#[tokio::test]
async fn a_dead_grant_expires_every_connection_that_lives_on_it_and_keeps_the_secret(
    #[values(Kind::Sqlite, Kind::Postgres, Kind::Google)] kind: Kind,
) {
    let world = World::new(kind).await;
    let (connection, grant) = expired_xero(&world).await;
    world.providers.revoke_grant(grant.id);
    let error = renewed(&world.connections).await.unwrap_err();
    assert!(matches!(error, ReadError::NeedsSeller { .. }), "{error}");
    let expired = ConnectionStatus::Expired(OutcomeClass::ReauthRequired);
    assert_eq!(status(&world, &connection).await, expired);
    let calls = world.providers.count(Call::XeroToken);
    renewed(&world.connections).await.unwrap_err();
    assert_eq!(
        world.providers.count(Call::XeroToken),
        calls,
        "it is not asked again"
    );
    assert!(
        world
            .trail(connection.id)
            .await
            .contains(&"credential.refused")
    );
}

#[rstest]
#[tokio::test]
async fn a_refused_application_is_an_incident_and_no_seller_s(
    #[values(Kind::Sqlite, Kind::Postgres, Kind::Google)] kind: Kind,
) {
    let world = World::new(kind).await;
    let (connection, _) = expired_xero(&world).await;
    let before = status(&world, &connection).await;
    let secrets = [keys::XERO_CLIENT_SECRET, keys::XERO_CLIENT_SECRET_PREVIOUS];
    for secret in secrets {
        world.providers.refuse_client_secret(secret, true);
    }
    let class = OutcomeClass::AppConfig;
    for _ in 0..3 {
        let error = renewed(&world.connections).await.unwrap_err();
        assert!(
            matches!(error, ReadError::Waiting { class: told, .. } if told == class),
            "{error}"
        );
    }
    assert_eq!(
        world.providers.count(Call::XeroToken),
        2,
        "each secret once, then a rest"
    );
    assert_eq!(status(&world, &connection).await, before);
    // The secret that was changed too early works again, as the previous one.
    world.providers.refuse_client_secret(secrets[1], false);
    later(&world);
    renewed(&world.connections).await.unwrap();
    assert_eq!(spent(&world), 1);
}

#[rstest]
#[tokio::test]
async fn a_rejected_token_is_renewed_once_a_generation(
    #[values(Kind::Sqlite, Kind::Postgres, Kind::Google)] kind: Kind,
) {
    let world = World::new(kind).await;
    let (connection, _) = expired_xero(&world).await;
    let ada = ada();
    let live = world
        .connections
        .read_credential(&ada, read(Marketplace::Xero))
        .await
        .unwrap();
    assert_eq!(spent(&world), 1);
    world.providers.expire_access_tokens(Provider::Xero);
    world.clock.advance(TimeDelta::seconds(1));
    let rejected = (live.credential, live.generation);
    for _ in 0..3 {
        let report = world
            .connections
            .report_rejected(&ada, connection.id, rejected, live.read_at);
        report.await.unwrap();
    }
    assert_eq!(spent(&world), 2);
    let (_, generation) = renewed(&world.connections).await.unwrap();
    assert_eq!(generation, live.generation.next());
    assert_eq!(
        status(&world, &connection).await,
        ConnectionStatus::Connected
    );
}

#[rstest]
#[tokio::test]
async fn a_test_renews_a_token_that_the_marketplace_no_longer_likes(
    #[values(Kind::Sqlite, Kind::Postgres, Kind::Google)] kind: Kind,
) {
    let world = World::new(kind).await;
    let (connection, _) = expired_xero(&world).await;
    renewed(&world.connections).await.unwrap();
    world.providers.expire_access_tokens(Provider::Xero);
    let tested = world.connections.test(&ada(), connection.id).await.unwrap();
    assert_eq!(tested.test.outcome.class, OutcomeClass::Ok);
    assert_eq!(spent(&world), 2);
}

#[rstest]
#[tokio::test]
async fn a_test_does_not_wait_for_the_lease_of_a_process_that_died(
    #[values(Kind::Sqlite, Kind::Postgres)] kind: Kind,
) {
    let world = World::new(kind).await;
    let (connection, _) = expired_xero(&world).await;
    let lease = Duration::from_mins(1);
    world.die_refreshing(&connection, lease).await;

    let answering = Pace::default().with_answers_within(Duration::ZERO);
    let connections = world.connections.clone().with_pace(answering);
    let test = connections.test(&ada(), connection.id).await.unwrap().test;
    assert_eq!(test.outcome.class, OutcomeClass::Transient);
    assert_eq!(test.outcome.retry_at, Some(world.clock.now() + lease));
    assert_eq!(status(&world, &connection).await, connection.status);
    assert_eq!(spent(&world), 0);
}

#[rstest]
#[tokio::test]
async fn a_token_that_is_not_used_is_kept_alive(
    #[values(Kind::Sqlite, Kind::Postgres, Kind::Google)] kind: Kind,
) {
    let world = World::new(kind).await;
    expired_xero(&world).await;
    let service = ada().service;
    renewed(&world.connections).await.unwrap();
    world.clock.advance(TimeDelta::days(29));
    assert_eq!(world.connections.keep_alive(&service).await.unwrap(), 0);
    world.clock.advance(TimeDelta::days(2));
    assert_eq!(world.connections.keep_alive(&service).await.unwrap(), 1);
    assert_eq!(world.connections.keep_alive(&service).await.unwrap(), 0);
    world.clock.advance(TimeDelta::days(45));
    renewed(&world.connections).await.unwrap();
}

#[rstest]
#[case::ahead(TimeDelta::days(1))]
#[case::behind(-TimeDelta::days(1))]
#[tokio::test]
async fn a_clock_that_jumps_and_comes_back_holds_nobody_up(
    #[values(Kind::Sqlite, Kind::Postgres, Kind::Google)] kind: Kind,
    #[case] jump: TimeDelta,
) {
    let world = World::new(kind).await;
    expired_xero(&world).await;
    world.clock.advance(jump);
    world
        .providers
        .inject(FaultRule::new(Fault::Reset).at(Call::XeroToken).times(1));
    // Behind, the old token seems good; it is rejected and renewed then.
    let first = renewed(&world.connections).await;
    world.clock.advance(-jump);
    later(&world);
    world.providers.clear_faults();
    let (token, _) = renewed(&world.connections).await.unwrap();
    if let Ok((before, _)) = first {
        assert_ne!(token, before);
    }
    assert_eq!(spent(&world), 1);
}

#[rstest]
#[tokio::test]
async fn amazon_s_token_does_not_rotate_and_is_bought_when_it_is_first_needed(
    #[values(Kind::Sqlite, Kind::Postgres, Kind::Google)] kind: Kind,
) {
    let world = World::new(kind).await;
    let grant = world
        .providers
        .seed_grant(Seed::new(Provider::Amazon, keys::AMAZON_SELLING_PARTNER_ID));
    let fields = [
        ("refreshToken", grant.refresh_token.as_str()),
        ("region", "eu"),
        ("sellingPartnerId", keys::AMAZON_SELLING_PARTNER_ID),
    ];
    let mut request = request(Marketplace::Amazon, &fields);
    request.verify = Verify::Skip;
    let created = world.create(request).await.connection;
    assert_eq!(created.auth_type, AuthType::SelfAuthorised);
    let ada = ada();
    let first = world
        .connections
        .read_credential(&ada, read(Marketplace::Amazon))
        .await
        .unwrap();
    world.clock.advance(TimeDelta::minutes(61));
    let second = world
        .connections
        .read_credential(&ada, read(Marketplace::Amazon))
        .await
        .unwrap();
    assert_ne!(
        access_token(&first.document),
        access_token(&second.document)
    );
    assert_eq!(
        world.providers.token_state(&grant.refresh_token),
        TokenState::Current
    );
    assert_eq!(world.providers.grants_spent(Provider::Amazon).spent, 2);
}

#[tokio::test]
async fn what_cannot_be_renewed_is_the_seller_s_to_bring() {
    let world = World::new(Kind::Sqlite).await;
    let grant = world
        .providers
        .seed_grant(Seed::new(Provider::Xero, "ann").expired());
    let tenant = &grant.organisations[0].tenant_id;
    let fields = [
        ("accessToken", grant.access_token.as_str()),
        ("tenantId", tenant.as_str()),
    ];
    let mut request = request(Marketplace::Xero, &fields);
    request.verify = Verify::Skip;
    world.create(request).await;
    let error = renewed(&world.connections).await.unwrap_err();
    assert!(
        matches!(
            error,
            ReadError::NoValidToken {
                expires_at: Some(_),
                ..
            }
        ),
        "{error}"
    );
    assert_eq!(world.providers.count(Call::XeroToken), 0);
}
