//! Every address that is answered, in one table.

mod assets;
mod auth;
mod connections;
mod docs;
mod events;
mod health;
mod marketplaces;
mod oauth;
mod openapi;
mod start;
mod webhooks;

use std::{
    collections::BTreeMap,
    future::{Ready, ready},
};

use actix_web::{
    Handler, HttpResponse, Resource, Route, guard,
    http::{Method, header::ALLOW},
    middleware::{Compress, from_fn},
    web,
};

use fluxori_domain::{Reach, Right};

use crate::{
    admission::{Lane, Lanes, admit},
    auth::{Need, Needs, login, page_login},
    http::contain,
    problem::{self, Problem, ProblemKind},
};

#[cfg(feature = "fuzzing")]
pub(crate) use connections::fuzzing;
pub use openapi::openapi;

/// Who may come to an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Access {
    /// Everybody.
    Public,
    /// Callers with a good token or session, whose roles give what is needed.
    Login(Need),
    /// People who are signed in to the page.
    Page,
}

/// One method of one address.
struct Endpoint {
    method: Method,
    path: &'static str,
    access: Access,
    lane: Lane,
    route: Route,
}

impl Endpoint {
    /// The same, where answering takes as long as somebody else lets us wait.
    fn waits_outside(self) -> Self {
        Self {
            lane: Lane::Outside,
            ..self
        }
    }
}

/// For callers who may look at connections.
const SEE: Access = needs(Right::See, Reach::Own);
/// For callers who may change connections.
const CHANGE: Access = needs(Right::Change, Reach::Own);
/// For callers who may change other people's connections.
const CHANGE_ALL: Access = needs(Right::Change, Reach::Organization);
/// For callers who may read what happened to connections.
const AUDIT: Access = needs(Right::Audit, Reach::Own);
/// For callers who may read what happened in the organization.
const AUDIT_ALL: Access = needs(Right::Audit, Reach::Organization);

const fn needs(right: Right, reach: Reach) -> Access {
    Access::Login(Need { right, reach })
}

/// The table.
fn endpoints() -> Vec<Endpoint> {
    use Access::{Page, Public};
    use connections::{
        ALL, AUTHORIZE, CREDENTIALS, EVENTS, ONE, REAUTHORIZE, SUMMARY, TEST, TRANSFER,
    };
    vec![
        get("/", Public, start::start),
        get(assets::HASHED, Public, assets::hashed),
        get(assets::ICON, Public, assets::icon),
        get(auth::SESSION, Public, auth::session::session),
        get(auth::SIGN_IN, Public, auth::sign_in::sign_in).waits_outside(),
        get(auth::CALLBACK, Public, auth::callback::callback).waits_outside(),
        get(auth::LINK, Public, auth::link::link),
        on(Method::POST, auth::SIGN_OUT, Page, auth::sign_out::sign_out),
        get(health::LIVE, Public, health::live),
        get(health::READY, Public, health::ready),
        get(docs::PATH, Public, docs::docs),
        get(openapi::PATH, Public, openapi::document),
        get(problem::page::PATH, Public, problem::page::show),
        get(marketplaces::PATH, SEE, marketplaces::marketplaces),
        get(events::PATH, AUDIT_ALL, events::events),
        on(Method::POST, ALL, CHANGE, connections::create::create).waits_outside(),
        get(ALL, SEE, connections::list::list),
        get(SUMMARY, SEE, connections::summary::summary),
        on(
            Method::POST,
            TRANSFER,
            CHANGE_ALL,
            connections::transfer::transfer,
        ),
        get(ONE, SEE, connections::show::show),
        on(Method::PATCH, ONE, CHANGE, connections::change::change),
        on(Method::DELETE, ONE, CHANGE, connections::delete::delete).waits_outside(),
        on(
            Method::PUT,
            CREDENTIALS,
            CHANGE,
            connections::replace::replace,
        )
        .waits_outside(),
        on(Method::POST, TEST, CHANGE, connections::test::test).waits_outside(),
        get(EVENTS, AUDIT, connections::events::events),
        on(
            Method::POST,
            AUTHORIZE,
            CHANGE,
            connections::authorize::authorize,
        ),
        on(
            Method::POST,
            REAUTHORIZE,
            CHANGE,
            connections::reauthorize::reauthorize,
        ),
        get(oauth::CALLBACK, Public, oauth::callback::callback).waits_outside(),
        get(oauth::START, Public, oauth::start::start),
        on(
            Method::POST,
            webhooks::shopify::PATH,
            Public,
            webhooks::shopify::shopify,
        ),
    ]
}

fn get<F, Args>(path: &'static str, access: Access, handler: F) -> Endpoint
where
    F: Handler<Args>,
    Args: actix_web::FromRequest + 'static,
    F::Output: actix_web::Responder + 'static,
{
    on(Method::GET, path, access, handler)
}

fn on<F, Args>(method: Method, path: &'static str, access: Access, handler: F) -> Endpoint
where
    F: Handler<Args>,
    Args: actix_web::FromRequest + 'static,
    F::Output: actix_web::Responder + 'static,
{
    let route = if method == Method::GET {
        Route::new().guard(guard::Any(guard::Get()).or(guard::Head()))
    } else {
        Route::new().method(method.clone())
    };
    Endpoint {
        method,
        path,
        access,
        lane: Lane::default(),
        route: route.to(handler),
    }
}

/// Puts the table into an application.
pub(crate) fn configure(service: &mut web::ServiceConfig) {
    let mut by_path: BTreeMap<&'static str, Vec<Endpoint>> = BTreeMap::new();
    for endpoint in endpoints() {
        by_path.entry(endpoint.path).or_default().push(endpoint);
    }
    for (path, endpoints) in by_path {
        let access = endpoints[0].access;
        let needs = needs_of(&endpoints);
        let lanes = lanes_of(&endpoints);
        let allowed = allowed(&endpoints);
        let mut resource = web::resource(path).app_data(lanes);
        for endpoint in endpoints {
            resource = resource.route(endpoint.route);
        }
        let resource = resource.default_service(web::to(refuse(move || other_method(&allowed))));
        match path {
            "/" | assets::HASHED | assets::ICON => {
                // Only here: no answer of the API is compressed, so its length tells nothing of the secrets near it.
                let resource = resource.wrap(Compress::default());
                service.service(resource.wrap(from_fn(admit)).wrap(from_fn(contain)));
            }
            // Whoever asks whether the server works must hear it, the more so when it has its hands full.
            health::LIVE | health::READY => {
                service.service(resource.wrap(from_fn(contain)));
            }
            _ => register(service, resource.app_data(needs), access),
        }
    }
    service.default_service(web::to(refuse(Problem::not_found)));
}

fn register(service: &mut web::ServiceConfig, resource: Resource, access: Access) {
    let (admit, contain) = (from_fn(admit), from_fn(contain));
    match access {
        Access::Public => service.service(resource.wrap(admit).wrap(contain)),
        Access::Login(_) => {
            service.service(resource.wrap(from_fn(login)).wrap(admit).wrap(contain))
        }
        Access::Page => {
            service.service(resource.wrap(from_fn(page_login)).wrap(admit).wrap(contain))
        }
    };
}

/// What the methods of an address need, each for itself.
fn needs_of(endpoints: &[Endpoint]) -> Needs {
    let needs = endpoints
        .iter()
        .filter_map(|endpoint| match endpoint.access {
            Access::Login(need) => Some((endpoint.method.clone(), need)),
            Access::Public | Access::Page => None,
        });
    Needs(needs.collect())
}

fn lanes_of(endpoints: &[Endpoint]) -> Lanes {
    let lanes = endpoints
        .iter()
        .map(|endpoint| (endpoint.method.clone(), endpoint.lane));
    Lanes(lanes.collect())
}

fn allowed(endpoints: &[Endpoint]) -> String {
    let mut methods = Vec::new();
    for endpoint in endpoints {
        methods.push(endpoint.method.as_str());
        if endpoint.method == Method::GET {
            methods.push("HEAD");
        }
    }
    methods.join(", ")
}

fn other_method(allowed: &str) -> Problem {
    Problem::new(
        ProblemKind::MethodNotAllowed,
        format!("This address takes {allowed}."),
    )
    .with_header(ALLOW, allowed)
}

/// A handler that always answers with this problem.
fn refuse(
    problem: impl Fn() -> Problem + Clone + 'static,
) -> impl Handler<
    (),
    Output = Result<HttpResponse, Problem>,
    Future = Ready<Result<HttpResponse, Problem>>,
> {
    move || ready(Err(problem()))
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, mem::discriminant};

    use super::*;

    #[test]
    fn the_table_and_the_document_name_the_same_operations() {
        let document: serde_json::Value = serde_json::from_str(&openapi()).unwrap();
        let mut documented = BTreeSet::new();
        for (path, operations) in document["paths"].as_object().unwrap() {
            for (method, operation) in operations.as_object().unwrap() {
                let public = operation["security"] == serde_json::json!([{}]);
                documented.insert((path.clone(), method.to_uppercase(), public));
            }
        }
        let routed: BTreeSet<_> = endpoints()
            .into_iter()
            .map(|endpoint| {
                (
                    endpoint.path.to_owned(),
                    endpoint.method.to_string(),
                    endpoint.access == Access::Public,
                )
            })
            .collect();
        assert_eq!(documented, routed);
    }

    #[test]
    fn every_operation_has_a_name_of_its_own() {
        let document: serde_json::Value = serde_json::from_str(&openapi()).unwrap();
        let mut seen = BTreeSet::new();
        for operations in document["paths"].as_object().unwrap().values() {
            for operation in operations.as_object().unwrap().values() {
                let name = operation["operationId"].as_str().unwrap();
                assert!(seen.insert(name.to_owned()), "two operations are {name}");
            }
        }
    }

    #[test]
    fn the_methods_of_an_address_are_for_the_same_callers() {
        let mut seen = BTreeMap::new();
        for endpoint in endpoints() {
            let callers = discriminant(&endpoint.access);
            let first = *seen.entry(endpoint.path).or_insert(callers);
            assert_eq!(first, callers, "{}", endpoint.path);
        }
    }
}
