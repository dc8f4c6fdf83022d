//! The same questions and orders as in [`SimulatedProviders`](super::SimulatedProviders), for other processes.

use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, web::Bytes};
use serde_json::{Value, json};

use super::{
    Call, Fault, FaultRule, GrantView, Provider, Seed, SeededGrant, TokenState,
    seller::Marketplace, state::State, wire,
};

/// More than this at once is a mistake.
const MOST_SEEDS: u64 = 1_000_000;

/// The answer to an order; `None` when the address is none.
pub(super) fn answer(
    state: &State,
    request: &HttpRequest,
    body: &Bytes,
    parts: &[&str],
) -> Option<HttpResponse> {
    let ["control", what] = parts else {
        return None;
    };
    let order: Value = serde_json::from_slice(body).unwrap_or_default();
    let done = match (request.method().as_str(), *what) {
        ("GET", "counts") => Some(counts(state)),
        ("GET", "grants") => Some(grants(state)),
        ("POST", "grants") => seed(state, &order),
        ("GET", "violations") => Some(violations(state)),
        ("POST", "faults") => add_fault(state, &order),
        ("DELETE", "faults") => {
            state.faults().clear();
            Some(json!({}))
        }
        ("POST", "withdraw") => seller_order(&order, |one| state.withdraw(one)),
        ("POST", "accept") => seller_order(&order, |one| state.accept(one)),
        ("POST", "expire") => expire(state, &order),
        ("POST", "token") => token_state(state, &order),
        _ => return Some(wire::json(404, &json!({"problem": "unknown order"}))),
    };
    Some(match done {
        Some(answer) => wire::json(200, &answer),
        None => wire::json(400, &json!({"problem": "malformed order"})),
    })
}

fn counts(state: &State) -> Value {
    let grants = state.grants();
    Provider::ALL
        .into_iter()
        .map(|provider| {
            let counts = grants.counts(provider);
            let value = json!({
                "grants": counts.grants, "alive": counts.alive, "spent": counts.spent,
                "lost": counts.lost, "refused": counts.refused,
            });
            (provider.name().to_owned(), value)
        })
        .collect::<serde_json::Map<_, _>>()
        .into()
}

fn grants(state: &State) -> Value {
    let views = state.grants().views();
    let views: Vec<_> = views.iter().map(view).collect();
    json!({"counts": counts(state), "grants": views})
}

fn view(grant: &GrantView) -> Value {
    json!({
        "id": grant.id, "provider": grant.provider.name(), "account": grant.account,
        "alive": grant.is_alive, "spent": grant.spent, "lost": grant.lost, "refused": grant.refused,
        "currentRefreshSha256": grant.current_refresh_sha256,
        "currentAccessSha256": grant.current_access_sha256,
    })
}

/// `{"provider":"shopify","accounts":["a.myshopify.com"],"expired":true}`, or `"count":1000` instead of accounts.
fn seed(state: &State, order: &Value) -> Option<Value> {
    let provider = Provider::of_name(order["provider"].as_str()?)?;
    let accounts: Vec<String> = match (&order["accounts"], order["count"].as_u64()) {
        (Value::Array(named), None) => named
            .iter()
            .map(|account| account.as_str().map(ToOwned::to_owned))
            .collect::<Option<_>>()?,
        (Value::Null, Some(count)) if count <= MOST_SEEDS => (1..=count)
            .map(|number| Seed::nth_account(provider, number))
            .collect(),
        _ => return None,
    };
    let is_expired = order["expired"].as_bool().unwrap_or_default();
    let now = state.now();
    let seeded = accounts.into_iter().map(|account| {
        let seed = Seed::new(provider, account);
        let seed = if is_expired { seed.expired() } else { seed };
        seeded_view(&state.grants().seed(seed, now))
    });
    Some(json!({"grants": seeded.collect::<Vec<_>>()}))
}

fn seeded_view(grant: &SeededGrant) -> Value {
    let organisations: Vec<_> = grant
        .organisations
        .iter()
        .map(|one| {
            json!({"connectionId": one.connection_id, "tenantId": one.tenant_id, "name": one.name})
        })
        .collect();
    json!({
        "id": grant.id, "provider": grant.provider.name(), "account": grant.account,
        "accessToken": grant.access_token, "refreshToken": grant.refresh_token,
        "expiresAt": grant.expires_at.to_rfc3339(), "organisations": organisations,
    })
}

fn violations(state: &State) -> Value {
    let requests = state.requests();
    let violations: Vec<_> = requests
        .iter()
        .filter(|request| !request.violations.is_empty())
        .map(|request| {
            json!({"method": request.method, "path": request.path, "violations": request.violations})
        })
        .collect();
    json!({"requests": requests.len(), "violations": violations})
}

/// `{"fault":"answer-lost","call":"shopify_token","key":"…","probability":0.05,"times":3,"seed":7}`; only the fault is
/// needed. `slow` takes `milliseconds`, `page` and `page-after` take `status`.
fn add_fault(state: &State, order: &Value) -> Option<Value> {
    let status = u16::try_from(order["status"].as_u64().unwrap_or(200)).ok()?;
    if !(200..600).contains(&status) {
        return None;
    }
    let mut rule = FaultRule::new(match order["fault"].as_str()? {
        "answer-lost" => Fault::AnswerLost,
        "reset" => Fault::Reset,
        "slow" => Fault::Slow(Duration::from_millis(order["milliseconds"].as_u64()?)),
        "half-body" => Fault::HalfBody,
        "page" => Fault::Page(status),
        "page-after" => Fault::PageAfter(status),
        "throttled" => Fault::Throttled,
        "invalid-client" => Fault::InvalidClient,
        _ => return None,
    });
    if let Some(call) = order["call"].as_str() {
        rule = rule.at(Call::of_name(call)?);
    }
    if let Some(key) = order["key"].as_str() {
        rule = rule.key(key);
    }
    if let Some(share) = order["probability"].as_f64() {
        rule = rule.probability(share);
    }
    if let Some(times) = order["times"].as_u64() {
        rule = rule.times(times);
    }
    let mut faults = state.faults();
    if let Some(seed) = order["seed"].as_u64() {
        faults.seed(seed);
    }
    faults.add(rule);
    Some(json!({}))
}

/// `{"provider":"xero"}`: all access tokens of a marketplace run out now.
fn expire(state: &State, order: &Value) -> Option<Value> {
    let provider = Provider::of_name(order["provider"].as_str()?)?;
    state.grants().expire_access(provider, state.now());
    Some(json!({}))
}

/// `{"marketplace":"takealot"}`: what a seller does there.
fn seller_order(order: &Value, work: impl FnOnce(Marketplace)) -> Option<Value> {
    work(Marketplace::of_name(order["marketplace"].as_str()?)?);
    Some(json!({}))
}

/// `{"refreshToken":"…"}`: what it would buy now.
fn token_state(state: &State, order: &Value) -> Option<Value> {
    let token = order["refreshToken"].as_str()?;
    let state = match state.grants().token_state(token, state.now()) {
        TokenState::Current => "current",
        TokenState::Retryable => "retryable",
        TokenState::Dead => "dead",
        TokenState::Unknown => "unknown",
    };
    Some(json!({"state": state}))
}
