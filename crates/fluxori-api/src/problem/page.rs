//! `GET /problems/{slug}`: what a problem's `type` leads to.

use actix_web::{HttpResponse, web};

use super::{Problem, ProblemKind, problems};

/// The address of this page.
pub(crate) const PATH: &str = "/problems/{slug}";

/// The reference, which is also the text of these pages.
const REFERENCE: &str = include_str!("../../../../docs/reference/problems.md");

problems!(Refusals: NotFound);

/// Explain a kind of problem
///
/// The section of the reference about this kind, as Markdown. This is where the `type` of a problem document leads.
#[utoipa::path(
    get,
    path = PATH,
    operation_id = "problem",
    tag = "Documentation",
    params(("slug" = String, Path, description = "The last part of a problem's `type`.")),
    responses((status = 200, description = "The section.", body = String, content_type = "text/markdown"), Refusals),
    security(())
)]
pub(crate) async fn show(slug: web::Path<String>) -> Result<HttpResponse, Problem> {
    let section = ProblemKind::ALL
        .iter()
        .find(|kind| kind.slug() == slug.as_str())
        .and_then(|kind| section(kind.slug()))
        .ok_or_else(Problem::not_found)?;
    Ok(HttpResponse::Ok()
        .content_type("text/markdown; charset=utf-8")
        .body(section))
}

/// The part of the reference between this heading and the next.
fn section(slug: &str) -> Option<String> {
    let mut lines = REFERENCE
        .lines()
        .skip_while(|line| line.strip_prefix("## ") != Some(slug));
    let heading = lines.next()?;
    let mut text = format!("{heading}\n");
    for line in lines.take_while(|line| !line.starts_with("## ")) {
        text.push_str(line);
        text.push('\n');
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reference_has_a_section_for_every_kind_and_no_other() {
        let headings: Vec<_> = REFERENCE
            .lines()
            .filter_map(|line| line.strip_prefix("## "))
            .collect();
        let kinds: Vec<_> = ProblemKind::ALL.iter().map(|kind| kind.slug()).collect();
        assert_eq!(headings, kinds, "same kinds, same order, no repetition");
        for kind in ProblemKind::ALL {
            let section = section(kind.slug()).unwrap();
            let status = format!("**{} {}**", kind.status().as_u16(), kind.title());
            assert!(section.contains(&status), "{status}");
        }
    }
}
