use actix_web::HttpResponse;

const TEXT: &str = "\
Fluxori connections: the API that keeps marketplace credentials.

  /api/docs           how to use it
  /api/openapi.json   the same for programs (OpenAPI 3.1)
  /livez, /readyz     whether it runs, whether it can serve
";

/// Say what this is
#[utoipa::path(
    get,
    path = "/",
    tag = "Documentation",
    responses((status = 200, description = "A few lines.", body = String, content_type = "text/plain")),
    security(())
)]
pub(crate) async fn start() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .body(TEXT)
}
