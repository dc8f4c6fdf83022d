//! Sellers who are away at a consent page.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use fluxori_domain::{
    ConsentTarget, Label, Marketplace, SecretHash, UserId,
    ports::{FlowRepository, OAuthFlow},
};
use futures_util::future::join_all;

use crate::support::{Store, alice, at, on_both};

const BROWSER: SecretHash = SecretHash([7; 32]);

fn flow(number: u8, expires_at: DateTime<Utc>) -> OAuthFlow {
    OAuthFlow {
        state: SecretHash([number; 32]),
        browser: BROWSER,
        scope: alice(),
        actor: (number > 1).then(|| UserId::new("boss").unwrap()),
        marketplace: Marketplace::Shopify,
        target: ConsentTarget(BTreeMap::from([(
            "shop".to_owned(),
            "a.myshopify.com".to_owned(),
        )])),
        reconnects: None,
        label: Some(Label::new("Ελλάδα 🏪").unwrap()),
        make_default: true,
        return_to: "https://app.example.com/integrations?tab=1".to_owned(),
        expires_at,
    }
}

fn flows(store: &Store) -> &dyn FlowRepository {
    &store.database
}

async fn take(store: &Store, number: u8) -> Option<OAuthFlow> {
    let state = SecretHash([number; 32]);
    let taken = flows(store).take(state, BROWSER, Marketplace::Shopify, at(0));
    taken.await.unwrap()
}

on_both! {
    async fn a_flow_is_taken_out_as_it_was_once(store: Store) {
        flows(&store).begin(flow(1, at(600))).await.unwrap();
        assert_eq!(take(&store, 1).await, Some(flow(1, at(600))));
        assert_eq!(take(&store, 1).await, None, "a replayed callback finds nothing");
    }

    async fn of_many_racing_callbacks_one_gets_the_flow(store: Store) {
        for number in 0..5 {
            flows(&store).begin(flow(number, at(600))).await.unwrap();
            let racers = (0..8).map(|_| {
                let database = store.database.clone();
                tokio::spawn(async move {
                    let flows: &dyn FlowRepository = &database;
                    let state = SecretHash([number; 32]);
                    flows.take(state, BROWSER, Marketplace::Shopify, at(0)).await.unwrap()
                })
            });
            let taken = join_all(racers).await.into_iter().filter_map(Result::unwrap).count();
            assert_eq!(taken, 1);
        }
    }

    async fn a_flow_that_does_not_fit_in_everything_stays(store: Store) {
        flows(&store).begin(flow(1, at(600))).await.unwrap();
        let state = SecretHash([1; 32]);
        let other = SecretHash([8; 32]);
        let (shopify, xero) = (Marketplace::Shopify, Marketplace::Xero);
        for (state, browser, marketplace, now) in [
            (other, BROWSER, shopify, at(0)),
            (state, other, shopify, at(0)),
            (state, BROWSER, xero, at(0)),
            (state, BROWSER, shopify, at(600)),
            (state, BROWSER, shopify, at(86_400)),
        ] {
            let taken = flows(&store).take(state, browser, marketplace, now).await.unwrap();
            assert_eq!(taken, None);
        }
        assert!(take(&store, 1).await.is_some());
    }

    async fn nobody_comes_back_after_the_end(store: Store) {
        flows(&store).begin(flow(1, at(600))).await.unwrap();
        flows(&store).begin(flow(2, at(601))).await.unwrap();
        assert_eq!(flows(&store).purge(at(600)).await.unwrap(), 1);
        assert_eq!(take(&store, 1).await, None);
        assert!(take(&store, 2).await.is_some());
    }
}
