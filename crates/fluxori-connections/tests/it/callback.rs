//! What comes back through the browser: good once, in one browser, for a while, and only as the marketplace sent it.

use chrono::TimeDelta;
use fluxori_connections::{BrowserBinding, ConsentResult};
use fluxori_domain::Marketplace;
use fluxori_test_support::providers::{Call, Decision, keys, sign_shopify_query};
use rstest::rstest;
use url::Url;

use crate::{
    browser::{come_back, decide, same, wish},
    world::{Kind, RETURN_TO, World, ada},
};

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_callback_is_good_for_one_use_in_one_browser_for_ten_minutes(
    #[values(Kind::Sqlite, Kind::Postgres, Kind::Google)] kind: Kind,
    #[values(Marketplace::Amazon, Marketplace::Shopify, Marketplace::Xero)]
    marketplace: Marketplace,
) {
    let world = World::new(kind).await;
    let connections = &world.connections;
    let left = world.leave(wish(marketplace)).await.unwrap();
    let back = decide(&left, Decision::agree()).await;
    for stranger in [None, Some(BrowserBinding::make().unwrap())] {
        let end = come_back(connections, marketplace, &back, stranger).await;
        assert_eq!(end.result, ConsentResult::Expired, "another browser");
        assert_eq!(end.return_to.as_deref(), Some(RETURN_TO));
    }
    let end = come_back(connections, marketplace, &back, same(&left.browser)).await;
    assert!(
        matches!(end.result, ConsentResult::Connected(_)),
        "{:?}",
        end.result
    );
    let tokens = world.providers.count(Call::XeroToken)
        + world.providers.count(Call::ShopifyToken)
        + world.providers.count(Call::AmazonToken);
    let end = come_back(connections, marketplace, &back, same(&left.browser)).await;
    assert_eq!(end.result, ConsentResult::Expired, "replayed");
    let now = world.providers.count(Call::XeroToken)
        + world.providers.count(Call::ShopifyToken)
        + world.providers.count(Call::AmazonToken);
    assert_eq!(now, tokens, "a replayed code never reaches the marketplace");

    let left = world.leave(wish(marketplace)).await.unwrap();
    world.clock.advance(TimeDelta::minutes(11));
    let back = decide(&left, Decision::agree()).await;
    let end = come_back(connections, marketplace, &back, same(&left.browser)).await;
    assert_eq!(end.result, ConsentResult::Expired, "too late");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_callback_of_another_marketplace_or_shop_is_none() {
    let world = World::new(Kind::Sqlite).await;
    let left = world.leave(wish(Marketplace::Xero)).await.unwrap();
    let back = decide(&left, Decision::agree()).await;
    let end = come_back(
        &world.connections,
        Marketplace::Amazon,
        &back,
        same(&left.browser),
    )
    .await;
    assert_eq!(end.result, ConsentResult::Invalid);
    let end = come_back(
        &world.connections,
        Marketplace::Takealot,
        &back,
        same(&left.browser),
    )
    .await;
    assert_eq!(end.result, ConsentResult::Invalid);

    // A genuine callback of another shop, signed by Shopify, with the state of this flow.
    let left = world.leave(wish(Marketplace::Shopify)).await.unwrap();
    let back = decide(&left, Decision::agree()).await;
    let swapped: Vec<(String, String)> = back
        .query_pairs()
        .filter(|(name, _)| name != "hmac")
        .map(|(name, value)| match &*name {
            "shop" => (name.into_owned(), "other-shop.myshopify.com".to_owned()),
            _ => (name.into_owned(), value.into_owned()),
        })
        .collect();
    let signed = signed_by_shopify(&back, &swapped);
    let end = come_back(
        &world.connections,
        Marketplace::Shopify,
        &signed,
        same(&left.browser),
    )
    .await;
    assert_eq!(end.result, ConsentResult::Invalid);
    assert_eq!(world.providers.count(Call::ShopifyToken), 0);
    assert!(world.all(&ada()).await.is_empty());
}

/// Names and values, decoded.
type Parameters = Vec<(String, String)>;

fn signed_by_shopify(back: &Url, parameters: &[(String, String)]) -> Url {
    let pairs: Vec<(&str, &str)> = parameters
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let hmac = sign_shopify_query(&pairs, keys::SHOPIFY_CLIENT_SECRET);
    let mut signed = back.clone();
    signed
        .query_pairs_mut()
        .clear()
        .extend_pairs(&pairs)
        .append_pair("hmac", &hmac);
    signed
}

#[tokio::test(flavor = "multi_thread")]
async fn what_shopify_did_not_sign_consumes_nothing() {
    let world = World::new(Kind::Sqlite).await;
    let left = world.leave(wish(Marketplace::Shopify)).await.unwrap();
    let back = decide(&left, Decision::agree()).await;
    let changed = |change: &dyn Fn(&mut Parameters)| {
        let mut parameters: Parameters = back
            .query_pairs()
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect();
        change(&mut parameters);
        let mut url = back.clone();
        url.query_pairs_mut().clear().extend_pairs(&parameters);
        url
    };
    let duplicate = |name: &'static str| {
        move |parameters: &mut Parameters| {
            let twice = parameters
                .iter()
                .find(|(key, _)| key == name)
                .cloned()
                .unwrap();
            parameters.push(twice);
        }
    };
    let bad = [
        changed(&|parameters| parameters.retain(|(name, _)| name != "hmac")),
        changed(&|parameters| parameters.retain(|(name, _)| name != "timestamp")),
        changed(&|parameters| parameters.push(("extra".to_owned(), "1".to_owned()))),
        changed(&|parameters| {
            for (name, value) in parameters {
                if name == "code" {
                    value.push('0');
                }
            }
        }),
        changed(&duplicate("hmac")),
        changed(&duplicate("state")),
        changed(&duplicate("shop")),
    ];
    for url in bad {
        let end = come_back(
            &world.connections,
            Marketplace::Shopify,
            &url,
            same(&left.browser),
        )
        .await;
        assert_eq!(end.result, ConsentResult::Invalid);
    }
    let end = come_back(
        &world.connections,
        Marketplace::Shopify,
        &back,
        same(&left.browser),
    )
    .await;
    assert!(
        matches!(end.result, ConsentResult::Connected(_)),
        "the true one still works"
    );
}
