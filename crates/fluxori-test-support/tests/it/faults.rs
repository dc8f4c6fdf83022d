use std::time::Duration;

use fluxori_test_support::providers::{
    Call, Fault, FaultRule, Provider, Seed, SeededGrant, TokenState, keys,
};

use crate::world::{Answer, World};

fn refresh(world: &World, token: &str) -> Answer {
    world.form(
        "/xero/identity/connect/token",
        &[
            ("grant_type", "refresh_token"),
            ("refresh_token", token),
            ("client_id", keys::XERO_CLIENT_ID),
            ("client_secret", keys::XERO_CLIENT_SECRET),
        ],
    )
}

/// A grant whose first refresh goes wrong, and what came of it.
fn troubled(world: &World, fault: Fault) -> (SeededGrant, Answer) {
    let seeded = world.providers.seed_grant(Seed::new(Provider::Xero, "ada"));
    let rule = FaultRule::new(fault).at(Call::XeroToken).times(1);
    world.providers.inject(rule.key(&seeded.refresh_token));
    let answer = refresh(world, &seeded.refresh_token);
    (seeded, answer)
}

#[test]
fn a_lost_answer_has_spent_the_token() {
    for (fault, status) in [
        (Fault::AnswerLost, 0),
        (Fault::HalfBody, 200),
        (Fault::PageAfter(200), 200),
        (Fault::PageAfter(502), 502),
    ] {
        let world = World::new();
        let (seeded, answer) = troubled(&world, fault);
        assert_eq!(answer.status, status, "{fault:?}");
        assert!(answer.json().is_null(), "{fault:?} {}", answer.text);
        let state = world.providers.token_state(&seeded.refresh_token);
        assert_eq!(state, TokenState::Retryable, "{fault:?}");
        assert_eq!(refresh(&world, &seeded.refresh_token).status, 200);
        let view = world.providers.grant(seeded.id).unwrap();
        assert_eq!((view.spent, view.lost), (2, 1), "{fault:?}");
    }
}

#[test]
fn what_fails_before_has_spent_nothing() {
    for (fault, status) in [
        (Fault::Reset, 0),
        (Fault::Page(200), 200),
        (Fault::Page(503), 503),
        (Fault::Throttled, 429),
        (Fault::InvalidClient, 400),
    ] {
        let world = World::new();
        let (seeded, answer) = troubled(&world, fault);
        assert_eq!(answer.status, status, "{fault:?}");
        let state = world.providers.token_state(&seeded.refresh_token);
        assert_eq!(state, TokenState::Current, "{fault:?}");
        let view = world.providers.grant(seeded.id).unwrap();
        assert_eq!((view.spent, view.lost), (0, 0), "{fault:?}");
    }
}

#[test]
fn a_slow_answer_arrives() {
    let world = World::new();
    let (seeded, answer) = troubled(&world, Fault::Slow(Duration::from_millis(1)));
    assert_eq!(answer.status, 200);
    assert_eq!(world.providers.grant(seeded.id).unwrap().spent, 1);
}

#[test]
fn a_held_call_goes_on_when_it_is_let_go() {
    let world = World::new();
    std::thread::scope(|scope| {
        let asked = scope.spawn(|| troubled(&world, Fault::Held));
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        runtime.unwrap().block_on(world.providers.until_held(1));
        assert_eq!(world.providers.held(), 1);
        let grants = world.providers.grants();
        assert!(grants.iter().all(|grant| grant.spent == 0));
        world.providers.release();
        let (seeded, answer) = asked.join().unwrap();
        assert_eq!(answer.status, 200);
        assert_eq!(world.providers.grant(seeded.id).unwrap().spent, 1);
    });
    assert_eq!(world.providers.held(), 0);
}

#[test]
fn an_api_call_can_fail_as_well_and_faults_can_be_taken_back() {
    let world = World::new();
    let seeded = world.providers.seed_grant(Seed::new(Provider::Xero, "ada"));
    let bearer = format!("Bearer {}", seeded.access_token);
    let ask = || {
        let headers = [("authorization", bearer.as_str())];
        world.send("GET", "/xero/connections", &headers, "").status
    };
    world.providers.inject(FaultRule::new(Fault::Page(502)));
    assert_eq!(ask(), 502);
    world.providers.clear_faults();
    assert_eq!(ask(), 200);
}
