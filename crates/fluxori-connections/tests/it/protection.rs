//! One marketplace is down, or hangs: nobody else notices, no seller is blamed, and no grant is lost or spent twice.

use std::sync::Arc;

use chrono::TimeDelta;
use fluxori_connections::{Connections, ReadError, Verify};
use fluxori_domain::{
    Caller, Clock as _, Connection, ConnectionStatus, Marketplace, OutcomeClass,
    ports::RefreshRepository as _,
};
use fluxori_test_support::providers::{Call, Fault, FaultRule, Provider, Seed, TokenState, keys};
use futures_util::future::join_all;
use rstest::rstest;
use tokio::task::JoinHandle;

use crate::world::{Kind, World, ada, caller, read, request, takealot};

/// As many calls as fail before a host is left alone.
const ENOUGH: usize = 5;

/// As many as may be under way at Xero unless something else is set.
const AT_ONCE: usize = 32;

/// Somebody with a Xero organisation whose access token has run out.
struct Seller {
    caller: Caller,
    connection: Connection,
    grant: u64,
    refresh_token: String,
}

impl Seller {
    async fn of(world: &World, number: usize) -> Self {
        let caller = caller("engines", &format!("seller-{number}"));
        let seed = Seed::new(Provider::Xero, format!("user-{number}")).expired();
        let grant = world.providers.seed_grant(seed);
        let fields = [
            ("accessToken", grant.access_token.as_str()),
            ("refreshToken", grant.refresh_token.as_str()),
            ("tenantId", grant.organisations[0].tenant_id.as_str()),
        ];
        let mut request = request(Marketplace::Xero, &fields);
        request.verify = Verify::Skip;
        let created = world.connections.create(&caller, request).await.unwrap();
        Self {
            caller,
            connection: created.connection,
            grant: grant.id,
            refresh_token: grant.refresh_token,
        }
    }

    async fn many(world: &World, many: usize) -> Vec<Self> {
        let mut sellers = Vec::new();
        for number in 0..many {
            sellers.push(Self::of(world, number).await);
        }
        sellers
    }

    async fn read(&self, connections: &Connections) -> Result<(), ReadError> {
        let read = connections.read_credential(&self.caller, read(Marketplace::Xero));
        read.await.map(drop)
    }

    fn reading(&self, connections: &Connections) -> JoinHandle<Result<(), ReadError>> {
        let (connections, caller) = (connections.clone(), self.caller.clone());
        tokio::spawn(async move {
            let read = connections.read_credential(&caller, read(Marketplace::Xero));
            read.await.map(drop)
        })
    }

    async fn status(&self, world: &World) -> ConnectionStatus {
        let found = world
            .connections
            .find(&self.caller.scope, self.connection.id);
        found.await.unwrap().status
    }

    /// It was renewed by one call that counted, and nobody thinks ill of it.
    async fn assert_unharmed(&self, world: &World) {
        let grant = world.providers.grant(self.grant).unwrap();
        assert_eq!((grant.spent, grant.lost, grant.refused), (1, 0, 0));
        assert_eq!(self.status(world).await, self.connection.status);
    }
}

/// Everything that a seller may want elsewhere.
async fn assert_takealot_is_well(world: &World) {
    let created = world.create(takealot(keys::TAKEALOT_GOOD)).await.connection;
    let tested = world.connections.test(&ada(), created.id).await.unwrap();
    assert_eq!(tested.test.outcome.class, OutcomeClass::Ok);
    world
        .connections
        .read_credential(&ada(), read(Marketplace::Takealot))
        .await
        .unwrap();
    assert_eq!(world.all(&ada()).await.len(), 1);
    world
        .connections
        .delete(&ada(), created.id, None, true)
        .await
        .unwrap();
}

#[rstest]
#[tokio::test]
async fn a_marketplace_that_is_down_is_left_alone_and_costs_no_seller_more_than_the_wait(
    #[values(Kind::Sqlite, Kind::Postgres)] kind: Kind,
) {
    let world = World::new(kind).await;
    let sellers = Seller::many(&world, 2 * ENOUGH).await;
    let (first, rest) = sellers.split_at(ENOUGH);
    let down = FaultRule::new(Fault::Page(503)).at(Call::XeroToken);
    world.providers.inject(down);
    for seller in first {
        let error = seller.read(&world.connections).await.unwrap_err();
        assert!(matches!(error, ReadError::Waiting { .. }), "{error}");
    }
    let until = world.clock.now() + TimeDelta::seconds(5);
    for seller in rest {
        let error = seller.read(&world.connections).await.unwrap_err();
        let ReadError::Waiting { class, retry_at } = error else {
            panic!("{error}")
        };
        assert_eq!((class, retry_at), (OutcomeClass::Transient, until));
        let test = world.connections.test(&seller.caller, seller.connection.id);
        let outcome = test.await.unwrap().test.outcome;
        assert_eq!((outcome.class, outcome.retry_at), (class, Some(until)));
    }
    assert_eq!(
        world.providers.count(Call::XeroToken),
        ENOUGH,
        "nobody calls it"
    );
    assert_takealot_is_well(&world).await;
    let service = ada().service;
    assert_eq!(
        world.connections.finish_refreshes(&service).await.unwrap(),
        0
    );

    // It is back. Whose token was never spent need not cool down; the others have cooled down by now.
    world.providers.clear_faults();
    world.clock.advance(TimeDelta::seconds(5));
    for seller in rest {
        seller.read(&world.connections).await.unwrap();
    }
    let finished = world.connections.finish_refreshes(&service).await.unwrap();
    assert_eq!(
        finished, ENOUGH,
        "what was tried in vain is finished in the background"
    );
    for seller in &sellers {
        seller.read(&world.connections).await.unwrap();
        seller.assert_unharmed(&world).await;
    }
    assert_eq!(world.providers.count(Call::XeroToken), 3 * ENOUGH);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_an_outage_one_refresh_asks_and_the_others_lose_nothing(
    #[values(Kind::Sqlite, Kind::Postgres)] kind: Kind,
) {
    let world = World::new(kind).await;
    let sellers = Seller::many(&world, 2 * ENOUGH).await;
    let down = FaultRule::new(Fault::AnswerLost).at(Call::XeroToken);
    world.providers.inject(down.times(ENOUGH as u64));
    let (first, rest) = sellers.split_at(ENOUGH);
    for seller in first {
        seller.read(&world.connections).await.unwrap_err();
        let state = world.providers.token_state(&seller.refresh_token);
        assert_eq!(
            state,
            TokenState::Retryable,
            "the answer was lost, the grant is not"
        );
    }

    world.clock.advance(TimeDelta::seconds(5));
    let held = FaultRule::new(Fault::Held).at(Call::XeroToken);
    world.providers.inject(held.times(1));
    let probe = rest[0].reading(&world.connections);
    world.providers.until_held(1).await;
    let others = sellers.iter().skip(ENOUGH + 1);
    for error in join_all(others.map(|seller| seller.read(&world.connections))).await {
        let error = error.unwrap_err();
        assert!(
            matches!(error, ReadError::Waiting { class, .. } if class == OutcomeClass::Transient),
            "{error}"
        );
    }
    assert_eq!(world.providers.count(Call::XeroToken), ENOUGH + 1);
    world.providers.release();
    probe.await.unwrap().unwrap();
    let reads = sellers.iter().map(|seller| seller.read(&world.connections));
    for read in join_all(reads).await {
        read.unwrap();
    }
    for seller in rest {
        seller.assert_unharmed(&world).await;
    }
    for seller in first {
        // The same token again, within the grace.
        let grant = world.providers.grant(seller.grant).unwrap();
        assert_eq!((grant.spent, grant.lost, grant.refused), (2, 1, 0));
        assert_eq!(seller.status(&world).await, seller.connection.status);
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_marketplace_that_hangs_holds_up_its_own_calls_and_no_token_stands_in_line(
    #[values(Kind::Sqlite, Kind::Postgres)] kind: Kind,
) {
    let world = Arc::new(World::new(kind).await);
    let sellers = Seller::many(&world, AT_ONCE + 3).await;
    let hangs = FaultRule::new(Fault::Held).at(Call::XeroToken);
    world.providers.inject(hangs);
    let reads: Vec<_> = sellers
        .iter()
        .map(|seller| seller.reading(&world.connections))
        .collect();
    world.providers.until_held(AT_ONCE).await;
    assert_takealot_is_well(&world).await;

    // Whoever waits for a turn has neither a lease that could run out nor an intent.
    let database = world.database().await;
    let mut leased = 0;
    for seller in &sellers {
        let (scope, id) = (&seller.caller.scope, seller.connection.credential_id);
        let progress = database
            .progress(scope, id, world.clock.now())
            .await
            .unwrap();
        leased += usize::from(progress.unwrap().is_leased);
    }
    assert_eq!(leased, AT_ONCE);
    assert_eq!(
        world.providers.held(),
        AT_ONCE,
        "all of that while they are held"
    );

    world.providers.clear_faults();
    world.providers.release();
    for read in join_all(reads).await {
        read.unwrap().unwrap();
    }
    for seller in &sellers {
        seller.assert_unharmed(&world).await;
    }
    assert_eq!(world.providers.violations(), []);
}
