use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::TimeDelta;
use fluxori_test_support::providers::{Decision, Provider, Seed, keys};

use crate::world::{Answer, World, parameter};

const CALLBACK: &str = "http://localhost:1/api/oauth/xero/callback";
/// The example of RFC 7636.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

fn consent_page(world: &World, client_id: &str, scope: &str) -> String {
    world.address(
        "/xero/login/identity/connect/authorize",
        &[
            ("response_type", "code"),
            ("client_id", client_id),
            ("redirect_uri", CALLBACK),
            ("scope", scope),
            ("state", "my-state"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ],
    )
}

fn redeem(world: &World, decision: &Decision, verifier: &str) -> Answer {
    let page = consent_page(world, keys::XERO_CLIENT_ID, keys::XERO_SCOPES);
    let callback = world.consent(&page, decision);
    assert_eq!(parameter(&callback, "state"), "my-state");
    token(
        world,
        &[
            ("grant_type", "authorization_code"),
            ("code", parameter(&callback, "code")),
            ("redirect_uri", CALLBACK),
            ("code_verifier", verifier),
        ],
    )
}

fn token(world: &World, fields: &[(&str, &str)]) -> Answer {
    let client = [
        ("client_id", keys::XERO_CLIENT_ID),
        ("client_secret", keys::XERO_CLIENT_SECRET),
    ];
    world.form(
        "/xero/identity/connect/token",
        &[&client[..], fields].concat(),
    )
}

fn refresh(world: &World, refresh_token: &str) -> Answer {
    let grant = ("grant_type", "refresh_token");
    token(world, &[grant, ("refresh_token", refresh_token)])
}

fn call(world: &World, method: &str, path: &str, access_token: &str) -> Answer {
    let bearer = format!("Bearer {access_token}");
    world.send(method, path, &[("authorization", &bearer)], "")
}

/// The values of one member in the list of connections.
fn connections(world: &World, access_token: &str, query: &str, member: &str) -> Vec<String> {
    let path = format!("/xero/connections{query}");
    let answer = call(world, "GET", &path, access_token);
    assert_eq!(answer.status, 200, "{}", answer.text);
    let connections = answer.json();
    let values = connections.as_array().unwrap().iter();
    values
        .map(|one| one[member].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn one_consent_reaches_the_chosen_organisations() {
    let world = World::new();
    let bought = redeem(&world, &Decision::agree(), VERIFIER);
    assert_eq!(bought.json()["expires_in"], 1800);
    assert!(bought.json()["id_token"].is_string());
    let access = bought.text_of("access_token");
    let tenants = connections(&world, &access, "", "tenantId");
    assert_eq!(tenants, [keys::XERO_TENANT, keys::XERO_OTHER_TENANT]);

    // Somebody else's, of one organisation.
    let new = "0c7a9a8e-0000-4000-8000-00000000000f";
    let decision = Decision::agree().account("someone").organisations([new]);
    let access = redeem(&world, &decision, VERIFIER).text_of("access_token");
    assert_eq!(connections(&world, &access, "", "tenantId"), [new]);
    world.assert_no_violations();
}

#[test]
fn a_consent_at_the_limit_of_the_plan_reaches_nothing() {
    let world = World::new();
    let access = redeem(&world, &Decision::at_plan_limit(), VERIFIER).text_of("access_token");
    assert_eq!(connections(&world, &access, "", "id"), Vec::<String>::new());
}

#[test]
fn a_second_consent_of_one_user_is_an_event_of_its_own() {
    let world = World::new();
    let first = Decision::agree().organisations([keys::XERO_TENANT]);
    redeem(&world, &first, VERIFIER);
    let second = Decision::agree().organisations([keys::XERO_OTHER_TENANT]);
    let access = redeem(&world, &second, VERIFIER).text_of("access_token");
    let events = connections(&world, &access, "", "authEventId");
    assert_eq!(events.len(), 2);
    assert_ne!(events[0], events[1]);
    let query = format!("?authEventId={}", events[1]);
    let added = connections(&world, &access, &query, "tenantId");
    assert_eq!(added, [keys::XERO_OTHER_TENANT]);
    world.assert_no_violations();
}

#[test]
fn another_verifier_buys_nothing_and_uses_the_code_up() {
    let world = World::new();
    let page = consent_page(&world, keys::XERO_CLIENT_ID, keys::XERO_SCOPES);
    let callback = world.consent(&page, &Decision::agree());
    let attempt = |verifier| {
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", parameter(&callback, "code")),
            ("redirect_uri", CALLBACK),
            ("code_verifier", verifier),
        ];
        token(&world, &fields)
    };
    let wrong = attempt("another-verifier-of-at-least-forty-three-characters");
    assert_eq!(wrong.error(), (400, "invalid_grant".to_owned()));
    assert_eq!(wrong.json().as_object().unwrap().len(), 1);
    assert_eq!(attempt(VERIFIER).error().1, "invalid_grant");
}

#[test]
fn a_refusal_comes_back() {
    let world = World::new();
    let page = consent_page(&world, keys::XERO_CLIENT_ID, keys::XERO_SCOPES);
    let callback = world.consent(&page, &Decision::refuse());
    assert_eq!(parameter(&callback, "error"), "access_denied");
    assert_eq!(parameter(&callback, "state"), "my-state");
}

#[test]
fn an_application_asks_for_what_there_is() {
    let world = World::new();
    for (client_id, scope, title) in [
        ("another", "openid", "Error unauthorized_client"),
        (
            keys::XERO_CLIENT_ID,
            "accounting.transactions",
            "Error invalid_scope",
        ),
    ] {
        let page = consent_page(&world, client_id, scope);
        let shown = world.providers.consent(&page, &Decision::agree());
        let shown = shown.unwrap_err();
        assert_eq!((shown.status, shown.title.as_str()), (500, title));
    }
}

#[test]
fn an_application_without_a_secret_needs_a_challenge() {
    let world = World::new();
    let page = consent_page(&world, keys::XERO_PUBLIC_CLIENT_ID, "offline_access");
    let without = page.split("&code_challenge").next().unwrap();
    let shown = world.providers.consent(without, &Decision::agree());
    assert_eq!(shown.unwrap_err().title, "Error invalid_request");

    let callback = world.consent(&page, &Decision::agree());
    let path = "/xero/identity/connect/token";
    let bought = world.form(
        path,
        &[
            ("client_id", keys::XERO_PUBLIC_CLIENT_ID),
            ("grant_type", "authorization_code"),
            ("code", parameter(&callback, "code")),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
        ],
    );
    assert_eq!(bought.status, 200);
    assert!(bought.json().get("id_token").is_none());
    world.assert_no_violations();
}

#[test]
fn an_old_refresh_token_has_half_an_hour() {
    let world = World::new();
    let first = world.providers.seed_grant(Seed::new(Provider::Xero, "ada"));
    let second = refresh(&world, &first.refresh_token);
    world.advance(TimeDelta::minutes(30) - TimeDelta::seconds(1));
    assert_eq!(refresh(&world, &first.refresh_token).status, 200);
    world.advance(TimeDelta::seconds(1));
    let late = refresh(&world, &first.refresh_token);
    assert_eq!(late.error(), (400, "invalid_grant".to_owned()));
    assert_eq!(
        refresh(&world, &second.text_of("refresh_token")).status,
        200
    );
    let view = world.providers.grant(first.id).unwrap();
    assert_eq!((view.spent, view.refused, view.is_alive), (3, 1, true));
    world.assert_no_violations();
}

#[test]
fn an_access_token_runs_out_after_half_an_hour() {
    let world = World::new();
    let seeded = world.providers.seed_grant(Seed::new(Provider::Xero, "ada"));
    connections(&world, &seeded.access_token, "", "id");
    world.advance(TimeDelta::minutes(30));
    let late = call(&world, "GET", "/xero/connections", &seeded.access_token);
    assert_eq!(late.status, 401);
    assert!(late.text_of("detail").starts_with("TokenExpired"));
}

#[test]
fn an_organisation_can_be_dropped_once() {
    let world = World::new();
    let seeded = world
        .providers
        .seed_grant(Seed::new(Provider::Xero, "ada").organisations(2));
    let dropped = &seeded.organisations[0];
    let path = format!("/xero/connections/{}", dropped.connection_id);
    let drop_it = || call(&world, "DELETE", &path, &seeded.access_token).status;
    assert_eq!((drop_it(), drop_it()), (204, 404));
    let left = connections(&world, &seeded.access_token, "", "tenantId");
    assert_eq!(left, [seeded.organisations[1].tenant_id.as_str()]);

    let bearer = format!("Bearer {}", seeded.access_token);
    let ask = |tenant: &str| {
        let headers = [
            ("authorization", bearer.as_str()),
            ("xero-tenant-id", tenant),
        ];
        let path = "/xero/api.xro/2.0/Organisation";
        world.send("GET", path, &headers, "").status
    };
    assert_eq!(ask(&dropped.tenant_id), 403);
    assert_eq!(ask(&seeded.organisations[1].tenant_id), 200);
    world.assert_no_violations();
}

#[test]
fn a_revocation_takes_all_grants_and_organisations_of_the_user() {
    let world = World::new();
    let first = redeem(&world, &Decision::agree(), VERIFIER);
    let second = redeem(&world, &Decision::agree(), VERIFIER);
    let revoke = |token: &str| {
        let fields = [
            ("token", token),
            ("client_id", keys::XERO_CLIENT_ID),
            ("client_secret", keys::XERO_CLIENT_SECRET),
        ];
        world.form("/xero/identity/connect/revocation", &fields)
    };
    let answer = revoke(&first.text_of("refresh_token"));
    assert_eq!((answer.status, answer.text.as_str()), (200, ""));
    let access = second.text_of("access_token");
    assert_eq!(connections(&world, &access, "", "id"), Vec::<String>::new());
    let dead = refresh(&world, &second.text_of("refresh_token"));
    assert_eq!(dead.error().1, "invalid_grant");
    assert_eq!(revoke("unheard-of").status, 200);
    world.assert_no_violations();
}

#[test]
fn a_secret_is_shown_in_the_header_or_in_the_body() {
    let world = World::new();
    let written = |credentials: &str| {
        let header = format!("Basic {credentials}");
        let body = format!(
            "grant_type=refresh_token&refresh_token={}",
            keys::XERO_REFRESH
        );
        let form = ("content-type", "application/x-www-form-urlencoded");
        let headers = [form, ("authorization", header.as_str())];
        world.send("POST", "/xero/identity/connect/token", &headers, &body)
    };
    let credentials = |secret| STANDARD.encode(format!("{}:{secret}", keys::XERO_CLIENT_ID));
    let good = written(&credentials(keys::XERO_CLIENT_SECRET_PREVIOUS));
    assert_eq!(good.status, 200);
    let wrong = written(&credentials("wrong"));
    assert_eq!(wrong.error(), (400, "invalid_client".to_owned()));
    world.assert_no_violations();
}
