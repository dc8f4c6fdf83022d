use chrono::TimeDelta;

use super::{
    super::{Access, Seed, TokenState},
    *,
};

const SHOP: &str = "a.myshopify.com";
const START: DateTime<Utc> = DateTime::UNIX_EPOCH;

fn spend(
    grants: &mut Grants,
    provider: Provider,
    token: &str,
    at: TimeDelta,
) -> Result<Tokens, Dead> {
    let spending = Spending {
        provider,
        client_id: super::super::super::keys::client_id(provider),
        token,
        shop: None,
    };
    grants.spend(spending, START + at)
}

fn refresh(tokens: Result<Tokens, Dead>) -> String {
    tokens.unwrap().refresh.unwrap()
}

#[test]
fn a_xero_token_works_again_for_thirty_minutes_and_not_a_second_longer() {
    let mut grants = Grants::default();
    let first = grants
        .seed(Seed::new(Provider::Xero, "ada"), START)
        .refresh_token;
    let second = refresh(spend(
        &mut grants,
        Provider::Xero,
        &first,
        TimeDelta::zero(),
    ));
    let in_time = TimeDelta::minutes(30) - TimeDelta::microseconds(1);
    let third = refresh(spend(&mut grants, Provider::Xero, &first, in_time));
    assert_ne!(second, third);
    let late = spend(&mut grants, Provider::Xero, &first, TimeDelta::minutes(30));
    assert_eq!(late.unwrap_err(), Dead::Superseded);
    // What nobody received keeps a grace of its own, from when it was replaced.
    refresh(spend(
        &mut grants,
        Provider::Xero,
        &second,
        TimeDelta::minutes(59),
    ));
    let counts = grants.counts(Provider::Xero);
    assert_eq!((counts.spent, counts.refused), (3, 1));
}

#[test]
fn an_unused_token_ends_at_its_published_age() {
    for (provider, days) in [(Provider::Xero, 60), (Provider::Shopify, 90)] {
        let mut grants = Grants::default();
        let token = grants.seed(Seed::new(provider, SHOP), START).refresh_token;
        let late = spend(&mut grants, provider, &token, TimeDelta::days(days));
        assert_eq!(late.unwrap_err(), Dead::Expired);
        let in_time = TimeDelta::days(days) - TimeDelta::seconds(1);
        refresh(spend(&mut grants, provider, &token, in_time));
    }
}

#[test]
fn a_shopify_token_works_again_until_the_new_access_token_is_used() {
    let mut grants = Grants::default();
    let first = grants
        .seed(Seed::new(Provider::Shopify, SHOP), START)
        .refresh_token;
    let lost = refresh(spend(
        &mut grants,
        Provider::Shopify,
        &first,
        TimeDelta::zero(),
    ));
    let again = spend(&mut grants, Provider::Shopify, &first, TimeDelta::days(29)).unwrap();
    // One active pair: the one that nobody received is gone.
    assert_eq!(grants.token_state(&lost, START), TokenState::Dead);
    assert_eq!(grants.token_state(&first, START), TokenState::Retryable);

    let used = grants.use_access(&again.access, START + TimeDelta::days(29));
    assert!(matches!(used, Access::Live(_)), "{used:?}");
    let late = spend(&mut grants, Provider::Shopify, &first, TimeDelta::days(29));
    assert_eq!(late.unwrap_err(), Dead::Superseded);
}

#[test]
fn a_shopify_token_works_again_until_the_new_refresh_token_is_used() {
    let mut grants = Grants::default();
    let first = grants
        .seed(Seed::new(Provider::Shopify, SHOP), START)
        .refresh_token;
    let second = refresh(spend(
        &mut grants,
        Provider::Shopify,
        &first,
        TimeDelta::zero(),
    ));
    refresh(spend(
        &mut grants,
        Provider::Shopify,
        &second,
        TimeDelta::days(1),
    ));
    assert_eq!(grants.token_state(&first, START), TokenState::Dead);
    assert_eq!(grants.token_state(&second, START), TokenState::Retryable);
}

#[test]
fn a_shopify_token_works_again_for_thirty_days_at_most() {
    let mut grants = Grants::default();
    let first = grants
        .seed(Seed::new(Provider::Shopify, SHOP), START)
        .refresh_token;
    refresh(spend(
        &mut grants,
        Provider::Shopify,
        &first,
        TimeDelta::zero(),
    ));
    let late = spend(&mut grants, Provider::Shopify, &first, TimeDelta::days(30));
    assert_eq!(late.unwrap_err(), Dead::Superseded);
}

#[test]
fn a_shop_has_one_pair() {
    let mut grants = Grants::default();
    let before = grants.seed(Seed::new(Provider::Shopify, SHOP), START);
    let present = grants.seed(Seed::new(Provider::Shopify, SHOP), START);
    let other = grants.seed(Seed::new(Provider::Shopify, "b.myshopify.com"), START);
    assert_eq!(
        grants.use_access(&before.access_token, START),
        Access::Revoked
    );
    let dead = spend(
        &mut grants,
        Provider::Shopify,
        &before.refresh_token,
        TimeDelta::zero(),
    );
    assert_eq!(dead.unwrap_err(), Dead::Revoked);
    for alive in [present, other] {
        refresh(spend(
            &mut grants,
            Provider::Shopify,
            &alive.refresh_token,
            TimeDelta::zero(),
        ));
    }
}

#[test]
fn amazon_echoes_the_same_token() {
    let mut grants = Grants::default();
    let seeded = grants.seed(Seed::new(Provider::Amazon, "A1").expired(), START);
    assert_eq!(
        grants.use_access(&seeded.access_token, START),
        Access::Expired
    );
    let again = spend(
        &mut grants,
        Provider::Amazon,
        &seeded.refresh_token,
        TimeDelta::zero(),
    );
    assert_eq!(refresh(again), seeded.refresh_token);
}

#[test]
fn a_token_is_of_no_use_to_another_application() {
    let mut grants = Grants::default();
    let token = grants
        .seed(Seed::new(Provider::Xero, "ada"), START)
        .refresh_token;
    let spending = Spending {
        provider: Provider::Xero,
        client_id: "another",
        token: &token,
        shop: None,
    };
    assert_eq!(grants.spend(spending, START).unwrap_err(), Dead::Unknown);
    assert_eq!(grants.token_state(&token, START), TokenState::Current);
}
