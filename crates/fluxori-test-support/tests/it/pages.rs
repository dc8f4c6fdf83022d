use std::{
    io::{Read, Write},
    net::TcpListener,
    thread,
};

use fluxori_test_support::providers::{Provider, Seed, keys};
use url::form_urlencoded::Serializer;

use crate::world::World;

/// The addresses of all links on a page.
fn links(page: &str) -> Vec<String> {
    let mut found = Vec::new();
    for part in page.split("href=\"").skip(1) {
        let address = part.split('"').next().unwrap_or_default();
        found.push(address.replace("&amp;", "&"));
    }
    found
}

#[test]
fn every_link_of_the_first_page_leads_somewhere() {
    let world = World::new();
    let index = world.send("GET", "/", &[], "").text;
    let links = links(&index);
    assert!(links.len() > 7, "{links:?}");
    for link in links {
        let page = world.send("GET", &link, &[], "");
        assert_eq!(page.status, 200, "{link}");
        let is_page = !link.starts_with("/control");
        assert_eq!(
            page.text.contains("Simulated – not the real"),
            is_page,
            "{link}"
        );
    }
    world.assert_no_violations();
}

#[test]
fn a_callback_can_be_followed_twice_by_hand() {
    let world = World::new();
    let index = world.send("GET", "/", &[], "").text;
    for link in links(&index) {
        if !link.contains("redirect_uri") {
            continue;
        }
        let form = [("content-type", "application/x-www-form-urlencoded")];
        let body = "decision=by-hand&organisation=all";
        let page = world.send("POST", &link, &form, body);
        assert_eq!(page.status, 200);
        let callbacks = links(&page.text);
        assert_eq!(callbacks.len(), 2, "{link}");
        assert_eq!(callbacks[0], callbacks[1]);
        assert!(callbacks[0].contains("/callback?"), "{callbacks:?}");
    }
}

#[test]
fn what_an_address_says_is_text() {
    let world = World::new();
    let link = world.address(
        "/shopify/a.myshopify.com/admin/oauth/authorize",
        &[
            ("client_id", keys::SHOPIFY_CLIENT_ID),
            ("scope", "<script>"),
            (
                "redirect_uri",
                "https://example.com/api/oauth/shopify/callback",
            ),
            ("state", "s"),
        ],
    );
    let path = &link[link.find("/shopify").unwrap()..];
    let page = world.send("GET", path, &[], "");
    assert_eq!(page.status, 200);
    assert!(page.text.contains("&lt;script&gt;"));
    assert!(!page.text.contains("<script>"));
}

#[test]
fn a_shop_sends_its_messages_and_says_what_came_back() {
    let world = World::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/hook", listener.local_addr().unwrap());
    let application = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut received = [0; 4096];
        let mut text = String::new();
        while !text.contains("myshopify_domain") {
            let length = stream.read(&mut received).unwrap();
            assert!(length > 0, "the message ended early");
            text.push_str(std::str::from_utf8(&received[..length]).unwrap());
        }
        stream
            .write_all(b"HTTP/1.1 401 No\r\ncontent-length: 0\r\n\r\n")
            .unwrap();
        text
    });
    let fields = [
        ("address", address.as_str()),
        ("topic", "app/uninstalled"),
        ("shop", "a.myshopify.com"),
    ];
    let body = Serializer::new(String::new()).extend_pairs(fields).finish();
    let page = world.send("POST", "/shopify/webhook", &[], &body);
    assert!(page.text.contains("The application answered 401."));
    let message = application.join().unwrap();
    assert!(message.contains("x-shopify-topic: app/uninstalled"));
    assert!(message.contains("x-shopify-hmac-sha256: "));
}

#[test]
fn a_seller_finds_keys_and_breaks_what_was_connected() {
    let world = World::new();
    let portal = world.send("GET", "/portal", &[], "").text;
    for (_, key) in keys::demo_values() {
        let is_shown = portal.contains(&format!(">{key}</code>"));
        assert!(is_shown || key == keys::XERO_TENANT, "{key}");
    }
    let ask = || {
        let headers = [("x-api-key", keys::TAKEALOT_GOOD)];
        let path = "/takealot/marketplace/v1/seller";
        world.send("GET", path, &headers, "").status
    };
    let press = |order: &str| {
        let body = format!("marketplace=takealot&order={order}");
        world.send("POST", "/portal", &[], &body).status
    };
    assert_eq!(ask(), 200);
    assert_eq!((press("withdraw"), ask()), (303, 403));
    let portal = world.send("GET", "/portal", &[], "").text;
    assert!(portal.contains("The keys that worked are refused."));
    assert_eq!((press("accept"), ask()), (303, 200));
    assert_eq!(press("expire"), 400);
}

#[test]
fn a_press_ends_what_a_person_agreed_to() {
    let world = World::new();
    let seeded = world.providers.seed_grant(Seed::new(Provider::Xero, "ada"));
    let is_alive = || world.providers.grant(seeded.id).unwrap().is_alive;
    world.send("POST", "/portal", &[], "marketplace=xero&order=expire");
    assert!(is_alive());
    world.send("POST", "/portal", &[], "marketplace=xero&order=withdraw");
    assert!(!is_alive());
}

#[test]
fn the_page_that_takealot_shows_has_its_keys_only() {
    let world = World::new();
    let page = world.send("GET", "/portal/takealot", &[], "").text;
    assert!(page.contains(keys::TAKEALOT_GOOD));
    assert!(!page.contains("<form") && !page.contains(keys::SHOPIFY_SHOP));
}
