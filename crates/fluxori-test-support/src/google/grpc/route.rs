//! Which request goes where, and what may happen to it on the way.

use hyper::{
    Request,
    body::{Bytes, Incoming},
};
use tokio::{sync::Notify, time};

use super::{
    frame::{self, Answer},
    kms, secrets,
};
use crate::google::{
    call::{Call, Service},
    faults::Fault,
    journal::RecordedCall,
    state::State,
    status::Status,
};

pub(super) async fn handle(state: &State, request: Request<Incoming>, hang_up: &Notify) -> Answer {
    let Some(call) = call_of(request.uri().path()) else {
        return frame::unimplemented();
    };
    let bearer = bearer_of(&request);
    let message = match frame::read(request.into_body()).await {
        Ok(message) => message,
        Err(refusal) => return frame::refusal(&refusal),
    };
    let is_key_call = call.service() == Some(Service::CloudKms);
    let subject = if is_key_call {
        kms::subject(call, &message)
    } else {
        secrets::subject(call, &message)
    };
    let fault = state.faults().draw(call, &subject);
    if let Some(fault) = fault.filter(|fault| fault.swallows()) {
        state.journal().record(RecordedCall {
            call,
            resource: subject,
            principal: None,
            refused: None,
            is_swallowed: true,
        });
        return on_the_way(fault, frame::unimplemented(), hang_up).await;
    }
    let answer = answer(state, call, bearer.as_deref(), &message);
    match fault {
        Some(fault) => on_the_way(fault, answer, hang_up).await,
        None => answer,
    }
}

fn answer(state: &State, call: Call, bearer: Option<&str>, message: &Bytes) -> Answer {
    let outcome = match call.service() {
        Some(Service::CloudKms) => kms::answer(state, call, bearer, message),
        _ => secrets::answer(state, call, bearer, message),
    };
    match outcome {
        Ok(framed) => frame::good(framed),
        Err(refusal) => frame::refusal(&refusal),
    }
}

/// The answer, or what is left of it. A connection that breaks takes all calls on it with it.
async fn on_the_way(fault: Fault, answer: Answer, hang_up: &Notify) -> Answer {
    match fault {
        Fault::Page(status) | Fault::PageAfter(status) => frame::page(status),
        Fault::Refused(code) | Fault::RefusedAfter(code) => {
            frame::refusal(&Status::new(code, "An injected fault."))
        }
        Fault::Slow(duration) => {
            time::sleep(duration).await;
            answer
        }
        Fault::AnswerLost | Fault::Reset | Fault::HalfBody => {
            hang_up.notify_one();
            std::future::pending().await
        }
    }
}

fn bearer_of(request: &Request<Incoming>) -> Option<String> {
    let mut values = request.headers().get_all("authorization").iter();
    let value = values.next()?.to_str().ok()?.strip_prefix("Bearer ")?;
    values.next().is_none().then(|| value.to_owned())
}

/// Of `/package.Service/Method`.
fn call_of(path: &str) -> Option<Call> {
    let (interface, method) = path.strip_prefix('/')?.split_once('/')?;
    let rpc = format!("{interface}.{method}");
    let services = [Some(Service::CloudKms), Some(Service::SecretManager)];
    let mut calls = Call::ALL
        .into_iter()
        .filter(|call| services.contains(&call.service()));
    calls.find(|call| call.rpc() == rpc)
}
