//! The files of the page.

use actix_web::{HttpResponse, web};

use crate::{
    page::Page,
    problem::{Problem, problems},
};

/// A file whose name holds its version.
pub(crate) const HASHED: &str = "/assets/{file}";
/// The picture beside the title.
pub(crate) const ICON: &str = "/favicon.svg";

problems!(Refusals: NotFound);

/// Fetch a file of the page
///
/// Its name holds its version, so it may be kept for ever.
#[utoipa::path(
    get,
    path = HASHED,
    tag = "The page",
    params(("file" = String, Path, description = "The name that the page knows.")),
    responses(
        (status = 200, description = "The file.", content(
            (String = "text/javascript"),
            (String = "text/css"),
            (String = "image/svg+xml"),
            (String = "image/png"),
            (String = "font/woff2"),
            (String = "application/json")
        )),
        Refusals,
    ),
    security(())
)]
pub(crate) async fn hashed(
    page: web::Data<Option<Page>>,
    file: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let page = page.as_ref().as_ref();
    page.and_then(|page| page.hashed(&file))
        .ok_or_else(Problem::not_found)
}

/// Fetch the picture of the page
#[utoipa::path(
    get,
    path = ICON,
    tag = "The page",
    responses((status = 200, description = "The picture.", body = String, content_type = "image/svg+xml"), Refusals),
    security(())
)]
pub(crate) async fn icon(page: web::Data<Option<Page>>) -> Result<HttpResponse, Problem> {
    let page = page.as_ref().as_ref();
    page.and_then(Page::icon).ok_or_else(Problem::not_found)
}
