//! How problems appear in the OpenAPI document.

use std::collections::BTreeMap;

use utoipa::openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder};

use super::ProblemKind;

/// Declares a set of problems that an operation may answer with, for its `responses(…)`.
macro_rules! problems {
    ($name:ident: $($kind:ident),+ $(,)?) => {
        struct $name;

        impl utoipa::IntoResponses for $name {
            fn responses() -> std::collections::BTreeMap<
                String,
                utoipa::openapi::RefOr<utoipa::openapi::Response>,
            > {
                $crate::problem::documented_responses(&[
                    $($crate::problem::ProblemKind::$kind),+
                ])
            }
        }
    };
}
pub(crate) use problems;

/// One response a status; its description lists the kinds.
pub(crate) fn documented_responses(kinds: &[ProblemKind]) -> BTreeMap<String, RefOr<Response>> {
    let mut by_status: BTreeMap<u16, Vec<ProblemKind>> = BTreeMap::new();
    for kind in kinds {
        by_status
            .entry(kind.status().as_u16())
            .or_default()
            .push(*kind);
    }
    by_status
        .into_iter()
        .map(|(status, kinds)| {
            let lines: Vec<_> = kinds
                .iter()
                .map(|kind| format!("`{}`: {}.", kind.uri(), kind.title()))
                .collect();
            let content = ContentBuilder::new()
                .schema(Some(Ref::from_schema_name("Problem")))
                .build();
            let response = ResponseBuilder::new()
                .description(lines.join(" "))
                .content("application/problem+json", content);
            (status.to_string(), response.into())
        })
        .collect()
}
