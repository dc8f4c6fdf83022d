use std::{collections::BTreeMap, sync::LazyLock};

use actix_web::HttpResponse;
use utoipa::{
    Modify, OpenApi,
    openapi::{
        RefOr, Response,
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

use super::{
    assets, auth, connections, docs, events, health, marketplaces, oauth, start, webhooks,
};
use crate::{
    problem::{self, ProblemKind, ProblemView, documented_responses},
    sign_in::SESSION_COOKIE as SESSION,
};

/// The address of the document.
pub(crate) const PATH: &str = "/api/openapi.json";

static DOCUMENT: LazyLock<String> = LazyLock::new(|| {
    let mut text = Document::openapi()
        .to_pretty_json()
        .expect("a document of texts and numbers is JSON");
    text.push('\n');
    text
});

/// The OpenAPI 3.1 document of the API, as pretty JSON.
#[must_use]
pub fn openapi() -> String {
    DOCUMENT.clone()
}

/// Describe the API for programs
///
/// An OpenAPI 3.1 document.
#[utoipa::path(
    get,
    path = PATH,
    tag = "Documentation",
    responses((status = 200, description = "The document.", body = Object)),
    security(())
)]
pub(crate) async fn document() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/json")
        .body(DOCUMENT.as_str())
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Fluxori connections",
        description = "Sellers connect their marketplace accounts once. Secrets go in, and never come out.\n\n\
            Whatever does not work is answered by a problem document (RFC 9457); its `type` leads to an explanation.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    paths(
        connections::create::create,
        connections::list::list,
        connections::summary::summary,
        connections::transfer::transfer,
        connections::show::show,
        connections::change::change,
        connections::delete::delete,
        connections::replace::replace,
        connections::test::test,
        connections::events::events,
        events::events,
        connections::authorize::authorize,
        connections::reauthorize::reauthorize,
        oauth::callback::callback,
        oauth::start::start,
        webhooks::shopify::shopify,
        marketplaces::marketplaces,
        document,
        docs::docs,
        problem::page::show,
        start::start,
        assets::hashed,
        assets::icon,
        auth::session::session,
        auth::sign_in::sign_in,
        auth::callback::callback,
        auth::link::link,
        auth::sign_out::sign_out,
        health::live,
        health::ready,
    ),
    components(schemas(ProblemView)),
    tags(
        (name = "Connections", description = "Accounts at marketplaces, and their credentials."),
        (name = "Connecting in the browser", description =
            "Off to a marketplace's consent page and back; and what a marketplace tells us of its own accord."),
        (name = "Marketplaces", description = "What can be connected, and how."),
        (name = "Signing in", description = "To the page of this server: sessions by cookie."),
        (name = "The page", description = "What a browser shows people."),
        (name = "Documentation", description = "How to use the API."),
        (name = "Operations", description = "For whoever runs the server."),
    ),
    security(("bearer" = []), ("session" = [])),
    modifiers(&Login, &Admission),
)]
struct Document;

struct Login;

impl Modify for Login {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let bearer = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("JWT")
            .description(Some(
                "A token of your identity provider, naming user and organization.",
            ))
            .build();
        let session = ApiKey::Cookie(ApiKeyValue::with_description(
            SESSION,
            "For the page of this server: who is signed in in this browser. Not looked at when `Authorization` is sent. \
             Requests that change something need the header `X-CSRF-Token` too, with the `csrfToken` of `GET /auth/session`.",
        ));
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
        components.add_security_scheme("session", SecurityScheme::ApiKey(session));
    }
}

/// What any request may be answered that has to be admitted first.
struct Admission;

impl Modify for Admission {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let refusals = documented_responses(&[
            ProblemKind::TooManyRequests,
            ProblemKind::Busy,
            ProblemKind::TookTooLong,
        ]);
        let admitted = document
            .paths
            .paths
            .iter_mut()
            .filter(|(path, _)| !matches!(path.as_str(), health::LIVE | health::READY));
        for (_, item) in admitted {
            let operations = [
                &mut item.get,
                &mut item.put,
                &mut item.post,
                &mut item.delete,
                &mut item.patch,
            ];
            for operation in operations.into_iter().flatten() {
                for (status, refusal) in &refusals {
                    add(&mut operation.responses.responses, status, refusal);
                }
            }
        }
    }
}

/// Adds a response, or its description to that of the same status.
fn add(responses: &mut Responses, status: &str, more: &RefOr<Response>) {
    match (responses.get_mut(status), more) {
        (Some(RefOr::T(existing)), RefOr::T(more)) => {
            if !existing.description.contains(&more.description) {
                existing.description = format!("{} {}", existing.description, more.description);
            }
        }
        _ => {
            responses.insert(status.to_owned(), more.clone());
        }
    }
}

type Responses = BTreeMap<String, RefOr<Response>>;
