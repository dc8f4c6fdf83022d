use actix_web::{HttpResponse, web};

use crate::{page::Page, problem::Problem};

const TEXT: &str = "\
Fluxori connections: the API that keeps marketplace credentials.

  /api/docs           how to use it
  /api/openapi.json   the same for programs (OpenAPI 3.1)
  /livez, /readyz     whether it runs, whether it can serve
";

const NOT_BUILT: &str = "\
Fluxori connections: the page is on, but was not built into this program.

  cd frontend && npm ci && npm run build     builds it
  cargo build --release -p fluxori-server    builds it in
";

/// Show the page
///
/// The page where people see and mend their connections, where it is on; otherwise a few lines about this server.
#[utoipa::path(
    get,
    path = "/",
    operation_id = "start_page",
    tag = "The page",
    responses((status = 200, description = "The page, or a few lines.", content(
        (String = "text/html"),
        (String = "text/plain")
    ))),
    security(())
)]
pub(crate) async fn start(page: web::Data<Option<Page>>) -> Result<HttpResponse, Problem> {
    let text = |text| {
        HttpResponse::Ok()
            .content_type("text/plain; charset=utf-8")
            .body(text)
    };
    match page.as_ref() {
        None => Ok(text(TEXT)),
        Some(page) => match page.document() {
            None => Ok(text(NOT_BUILT)),
            Some(document) => document.map_err(|error| Problem::internal().caused_by(error)),
        },
    }
}
