//! The same orders as in [`FakeGoogle`](super::FakeGoogle), for other processes.

use std::time::Duration;

use actix_web::{HttpResponse, web::Bytes};
use serde_json::{Value, json};

use super::{
    call::Call,
    faults::{Fault, FaultRule},
    operator::Order,
    quota::Limits,
    state::State,
    status::Code,
    view,
};
use crate::providers::wire;

/// Carries out an order.
pub(super) fn answer(state: &State, method: &str, what: &str, body: &Bytes) -> HttpResponse {
    let order: Value = serde_json::from_slice(body).unwrap_or_default();
    let done = match (method, what) {
        ("GET", "counts") => Some(counts(state)),
        ("GET", "secrets") => Some(secrets(state)),
        ("GET", "faults") => Some(json!({"injected": state.faults().injected()})),
        ("POST", "faults") => add_fault(state, &order),
        ("DELETE", "faults") => {
            state.faults().clear();
            Some(json!({}))
        }
        ("POST", "quotas") => set_quotas(state, &order),
        ("POST", "operator") => operate(state, &order),
        _ => return wire::json(404, &json!({"problem": "unknown order"})),
    };
    match done {
        Some(answer) => wire::json(200, &answer),
        None => wire::json(400, &json!({"problem": "malformed order"})),
    }
}

/// How often each call was made.
fn counts(state: &State) -> Value {
    let journal = state.journal();
    let count = |call: Call| {
        (
            call.name().to_owned(),
            journal.count(|one| one.call == call).into(),
        )
    };
    Value::Object(Call::ALL.into_iter().map(count).collect())
}

/// Every secret with the states of its versions, and never a payload.
fn secrets(state: &State) -> Value {
    let secrets: Vec<_> = view::secrets(&state.secrets())
        .into_iter()
        .map(|secret| {
            let states: Vec<_> = secret.versions.iter().map(|one| one.state.name()).collect();
            json!({"id": secret.id, "labels": secret.labels, "versions": states})
        })
        .collect();
    json!({ "secrets": secrets })
}

/// `{"fault":"answer-lost","call":"add_secret_version","probability":0.05,"seed":7}`; also `resource`, `skip`, `times`,
/// `status`, `code`, `milliseconds`.
fn add_fault(state: &State, order: &Value) -> Option<Value> {
    let number = |name: &str| order[name].as_u64();
    let status = match number("status") {
        None => 502,
        Some(status) => u16::try_from(status)
            .ok()
            .filter(|status| (200..600).contains(status))?,
    };
    let code = match &order["code"] {
        Value::Null => Code::Unavailable,
        code => Code::of_name(code.as_str()?)?,
    };
    let fault = match order["fault"].as_str()? {
        "answer-lost" => Fault::AnswerLost,
        "reset" => Fault::Reset,
        "slow" => Fault::Slow(Duration::from_millis(number("milliseconds")?)),
        "half-body" => Fault::HalfBody,
        "page" => Fault::Page(status),
        "page-after" => Fault::PageAfter(status),
        "refused" => Fault::Refused(code),
        "refused-after" => Fault::RefusedAfter(code),
        _ => return None,
    };
    let mut rule = FaultRule::new(fault);
    if let Value::String(call) = &order["call"] {
        rule = rule.at(Call::of_name(call)?);
    } else if !order["call"].is_null() {
        return None;
    }
    if let Some(part) = order["resource"].as_str() {
        rule = rule.on(part);
    }
    if let Some(share) = order["probability"].as_f64() {
        rule = rule.probability(share);
    }
    if let Some(calls) = number("skip") {
        rule = rule.skip(calls);
    }
    if let Some(times) = number("times") {
        rule = rule.times(times);
    }
    let mut faults = state.faults();
    if let Some(seed) = number("seed") {
        faults.seed(seed);
    }
    faults.add(rule);
    Some(json!({}))
}

/// `{"limits":"google"}`, `{"limits":"none"}` or `{"access":90000,"read":600,"write":600}`.
fn set_quotas(state: &State, order: &Value) -> Option<Value> {
    let number = |name: &str| u32::try_from(order[name].as_u64()?).ok();
    let limits = match order["limits"].as_str() {
        Some("none") => None,
        Some("google") => Some(Limits::GOOGLE),
        Some(_) => return None,
        None => Some(Limits {
            access: number("access")?,
            read: number("read")?,
            write: number("write")?,
        }),
    };
    state.quotas().set(limits);
    Some(json!({}))
}

/// `{"do":"destroy-version","secret":"…","version":1}` and the like.
fn operate(state: &State, order: &Value) -> Option<Value> {
    let done = Order::read(order)?.carry_out(state);
    Some(json!({ "done": done }))
}
