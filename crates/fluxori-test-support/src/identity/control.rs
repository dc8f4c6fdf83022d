//! The same orders as in [`SimulatedIdentity`](super::SimulatedIdentity), for other processes.

use actix_web::{HttpResponse, web::Bytes};
use serde_json::{Value, json};

use super::{faults::Fault, routes::Call, state::State};
use crate::providers::wire;

/// Carries out an order.
pub(super) fn answer(state: &State, method: &str, what: &str, body: &Bytes) -> HttpResponse {
    let order: Value = serde_json::from_slice(body).unwrap_or_default();
    let done = match (method, what) {
        ("GET", "counts") => Some(counts(state)),
        ("POST", "faults") => add_fault(state, &order),
        ("DELETE", "faults") => {
            state.lock().faults.clear();
            Some(json!({}))
        }
        _ => return wire::json(404, &json!({"problem": "unknown order"})),
    };
    match done {
        Some(answer) => wire::json(200, &answer),
        None => wire::json(400, &json!({"problem": "malformed order"})),
    }
}

/// How often each call was made.
fn counts(state: &State) -> Value {
    let inner = state.lock();
    let count = |call: Call| {
        let count = inner.counts.get(&call).copied().unwrap_or_default();
        (call.name().to_owned(), count.into())
    };
    Value::Object(Call::ALL.into_iter().map(count).collect())
}

/// `{"fault":"wrong-nonce"}`; `token-slow` takes `milliseconds`, `token-error` may take `status`.
fn add_fault(state: &State, order: &Value) -> Option<Value> {
    let status = u16::try_from(order["status"].as_u64().unwrap_or(500)).ok()?;
    if !(400..600).contains(&status) {
        return None;
    }
    let milliseconds = order["milliseconds"].as_u64().unwrap_or_default();
    let fault = Fault::of_name(order["fault"].as_str()?, milliseconds, status)?;
    state.lock().faults.push(fault);
    Some(json!({}))
}
