//! Query strings: every parameter known, none twice.

use actix_web::HttpRequest;
use fluxori_domain::FieldProblem;
use url::form_urlencoded;

use crate::problem::{Members, Problem, ProblemKind};

/// The parameters of a request, all of them among the allowed ones.
#[derive(Debug)]
pub(crate) struct Query {
    pairs: Vec<(&'static str, String)>,
}

impl Query {
    /// Reads the query of a request that may have these parameters.
    pub(crate) fn of(request: &HttpRequest, allowed: &[&'static str]) -> Result<Self, Problem> {
        Self::parse(request.query_string(), allowed)
    }

    pub(super) fn parse(text: &str, allowed: &[&'static str]) -> Result<Self, Problem> {
        let mut pairs: Vec<(&'static str, String)> = Vec::new();
        for (name, value) in form_urlencoded::parse(text.as_bytes()) {
            let Some(known) = allowed.iter().find(|known| **known == name) else {
                let detail = match allowed {
                    [] => "This address takes no parameters.".to_owned(),
                    _ => format!(
                        "This address takes these parameters only: {}.",
                        allowed.join(", ")
                    ),
                };
                return Err(Problem::new(ProblemKind::InvalidQuery, detail));
            };
            if pairs.iter().any(|(seen, _)| seen == known) {
                return Err(invalid(known, "comes more than once"));
            }
            pairs.push((known, value.into_owned()));
        }
        Ok(Self { pairs })
    }

    /// The value of a parameter, read by `read`, which answers what is wrong with it.
    pub(crate) fn value<T>(
        &self,
        name: &'static str,
        read: impl FnOnce(&str) -> Result<T, String>,
    ) -> Result<Option<T>, Problem> {
        let Some((_, text)) = self.pairs.iter().find(|(known, _)| *known == name) else {
            return Ok(None);
        };
        read(text)
            .map(Some)
            .map_err(|message| invalid(name, &message))
    }
}

fn invalid(name: &str, message: &str) -> Problem {
    Problem::new(
        ProblemKind::InvalidQuery,
        "Correct the parameters named in errors.",
    )
    .with_members(Members {
        errors: vec![FieldProblem {
            field: name.to_owned(),
            message: message.to_owned(),
        }],
        ..Members::default()
    })
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn read(query: &str) -> Result<Option<String>, Problem> {
        let request = TestRequest::with_uri(&format!("/?{query}")).to_http_request();
        Query::of(&request, &["limit", "cursor"])?.value("limit", |text| Ok(text.to_owned()))
    }

    #[test]
    fn unknown_and_repeated_parameters_are_refused() {
        assert_eq!(read("limit=5").unwrap().as_deref(), Some("5"));
        assert_eq!(read("").unwrap(), None);
        for bad in ["limits=5", "limit=5&limit=6", "limit=5&x", "Limit=5"] {
            assert_eq!(
                read(bad).unwrap_err().kind(),
                ProblemKind::InvalidQuery,
                "{bad}"
            );
        }
    }
}
