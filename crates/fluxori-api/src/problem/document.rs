use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Members, ProblemKind};
use crate::schema::OutcomeClassSchema;

/// A problem document (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Problem)]
pub(crate) struct ProblemView<'a> {
    /// The kind of problem: an address relative to the server, where the kind is described.
    #[serde(rename = "type")]
    #[schema(example = "/problems/validation-failed")]
    kind: &'static str,
    /// The kind of problem in words, always the same.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// What happened this time and what to do.
    detail: &'a str,
    /// Names this occurrence: the request that it happened in.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "urn:fluxori:request:01890a5d-ac96-774b-bcce-b302099a8057")]
    instance: Option<String>,
    /// The id of the request, also in the log and the audit trail.
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<&'a str>,
    /// Fields or parameters to correct.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldProblemView<'a>>,
    /// What the marketplace's answer means.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<OutcomeClassSchema>)]
    outcome: Option<&'static str>,
    /// Not before this time, where the marketplace said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_at: Option<DateTime<Utc>>,
    /// Accounts to choose from.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    choices: Vec<AccountChoiceView<'a>>,
    /// The connection that the account already has.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<uuid::Uuid>)]
    existing_connection_id: Option<String>,
}

/// What is wrong with one field.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FieldProblem)]
pub(crate) struct FieldProblemView<'a> {
    /// The field, as a path in the body: `label`, `credentials.apiKey`.
    pub(crate) field: &'a str,
    /// What is wrong and what to do.
    pub(crate) message: &'a str,
}

/// One of several accounts that a credential reaches.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AccountChoice)]
struct AccountChoiceView<'a> {
    /// What to send back to choose it.
    id: &'a str,
    /// Its name.
    name: Option<&'a str>,
}

impl<'a> ProblemView<'a> {
    pub(super) fn new(
        kind: ProblemKind,
        detail: &'a str,
        members: &'a Members,
        request_id: Option<&'a str>,
    ) -> Self {
        let outcome = members.outcome;
        Self {
            kind: kind.uri(),
            title: kind.title(),
            status: kind.status().as_u16(),
            detail,
            instance: request_id.map(|id| format!("urn:fluxori:request:{id}")),
            request_id,
            errors: members
                .errors
                .iter()
                .map(|problem| FieldProblemView {
                    field: &problem.field,
                    message: &problem.message,
                })
                .collect(),
            outcome: outcome.map(|outcome| outcome.class.as_str()),
            retry_at: outcome.and_then(|outcome| outcome.retry_at),
            choices: members
                .choices
                .iter()
                .map(|choice| AccountChoiceView {
                    id: &choice.id,
                    name: choice.name.as_deref(),
                })
                .collect(),
            existing_connection_id: members.existing.map(|id| id.to_string()),
        }
    }
}
