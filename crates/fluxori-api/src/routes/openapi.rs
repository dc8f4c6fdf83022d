use std::sync::LazyLock;

use actix_web::HttpResponse;
use utoipa::{
    Modify, OpenApi,
    openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
};

use super::{connections, docs, health, marketplaces, oauth, start, webhooks};
use crate::problem::{self, ProblemView};

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
        connections::show::show,
        connections::change::change,
        connections::delete::delete,
        connections::replace::replace,
        connections::test::test,
        connections::events::events,
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
        health::live,
        health::ready,
    ),
    components(schemas(ProblemView)),
    tags(
        (name = "Connections", description = "Accounts at marketplaces, and their credentials."),
        (name = "Connecting in the browser", description =
            "Off to a marketplace's consent page and back; and what a marketplace tells us of its own accord."),
        (name = "Marketplaces", description = "What can be connected, and how."),
        (name = "Documentation", description = "How to use the API."),
        (name = "Operations", description = "For whoever runs the server."),
    ),
    security(("bearer" = [])),
    modifiers(&Bearer),
)]
struct Document;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("JWT")
            .description(Some(
                "A token of your identity provider, naming user and organization.",
            ))
            .build();
        document
            .components
            .get_or_insert_default()
            .add_security_scheme("bearer", SecurityScheme::Http(scheme));
    }
}
