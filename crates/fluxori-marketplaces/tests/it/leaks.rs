//! Nothing secret in anything that prints: reports, forms, errors, and logs at their most talkative.

use std::{
    io::Write,
    sync::{Arc, Mutex},
};

use fluxori_domain::{Marketplace, ports::ExchangeReport};
use fluxori_test_support::providers::{
    Behaviour, Decision, Fault, FaultRule, Provider, canary, keys,
};
use tracing_subscriber::fmt::MakeWriter;

use crate::support::{World, amazon, shopify, takealot, takealot_seller, xero};

/// Everything that was logged since the start.
#[derive(Clone, Default)]
struct Logged(Arc<Mutex<Vec<u8>>>);

impl Write for Logged {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Logged {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

fn assert_clean(what: &str, text: &str) {
    for marker in canary::MARKERS {
        let place = text.find(marker);
        let around = place.map(|at| &text[at.saturating_sub(200)..at]);
        assert_eq!(around, None, "{what} holds {marker}, after the text shown");
    }
}

/// Consents, refreshes and disconnects once, with or without a fault on the way.
async fn spend(world: &World, provider: Provider, behaviour: &Behaviour) {
    let fault = match behaviour {
        Behaviour::Cut => Some(Fault::HalfBody),
        Behaviour::Page(status) => Some(Fault::PageAfter(*status)),
        Behaviour::Error(_) => Some(Fault::InvalidClient),
        _ => None,
    };
    world.providers.clear_faults();
    let marketplace = match provider {
        Provider::Amazon => Marketplace::Amazon,
        Provider::Shopify => Marketplace::Shopify,
        Provider::Xero => Marketplace::Xero,
    };
    let fields: &[(&str, &str)] = match provider {
        Provider::Amazon => &[("region", "eu")],
        Provider::Shopify => &[("shop", keys::SHOPIFY_SHOP)],
        Provider::Xero => &[],
    };
    let target = world.target(marketplace, fields);
    let returned = world.agree(marketplace, target, &Decision::agree());
    let held = world.seed(provider);
    if let Some(fault) = fault {
        world.providers.inject(FaultRule::new(fault));
    }
    let redeemed = world.redeem(&returned).await;
    assert_clean(
        "an exchange",
        &format!("{:?} {redeemed:?}", returned.consent()),
    );
    if let ExchangeReport::Granted(grant) = redeemed {
        let identified = world.identify(&returned, &grant.tokens).await;
        assert_clean("accounts", &format!("{identified:?}"));
    }
    let refreshed = world.refresh(&held).await;
    assert_clean("a refresh", &format!("{refreshed:?}"));
    let disconnected = world.disconnect(&held, true).await;
    assert_clean("a disconnection", &format!("{disconnected:?}"));
    world.providers.clear_faults();
}

#[tokio::test]
async fn nothing_that_prints_holds_a_secret() {
    let logged = Logged::default();
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(logged.clone())
        .init();

    for behaviour in [
        Behaviour::Good,
        Behaviour::Refused,
        Behaviour::Error(500),
        Behaviour::Cut,
        Behaviour::Redirect(302),
        Behaviour::Page(403),
    ] {
        let world = World::new();
        for (marketplace, key, fields) in [
            (
                Marketplace::Takealot,
                keys::TAKEALOT_GOOD,
                takealot(keys::TAKEALOT_GOOD),
            ),
            (
                Marketplace::Takealot,
                keys::TAKEALOT_GOOD,
                takealot_seller(keys::TAKEALOT_GOOD),
            ),
            (
                Marketplace::Amazon,
                keys::AMAZON_GOOD,
                amazon(keys::AMAZON_GOOD),
            ),
            (
                Marketplace::Shopify,
                keys::SHOPIFY_GOOD,
                shopify(keys::SHOPIFY_GOOD),
            ),
            (Marketplace::Xero, keys::XERO_GOOD, xero(keys::XERO_GOOD)),
        ] {
            world.providers.script(key, behaviour.clone());
            let submission = world.parse(marketplace, &fields);
            assert_clean("a submission", &format!("{submission:?}"));
            let report = world.test(marketplace, &fields).await;
            assert_clean("a report", &format!("{report:?}"));
        }
        for provider in Provider::ALL {
            spend(&world, provider, &behaviour).await;
        }
        assert_clean("the journal", &format!("{:?}", world.providers.requests()));
    }

    let logged = String::from_utf8_lossy(&logged.0.lock().unwrap()).into_owned();
    assert!(
        logged.contains("a marketplace answered"),
        "the log is being kept"
    );
    assert_clean("the log", &logged);
}
