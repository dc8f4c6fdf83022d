use std::collections::BTreeMap;

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{ETAG, HeaderName, LOCATION},
    web,
};
use chrono::{DateTime, Utc};
use fluxori_connections::{CreateRequest, Created, Verify};
use fluxori_domain::{AuthType, CredentialForm, Label, Marketplace, SecretText};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    ALL,
    field::{MOST_FIELDS, field, wrong},
    test_view::TestView,
    view::{ConnectionView, WarningView, warnings},
};
use crate::{
    ApiState,
    auth::Login,
    http::{JsonBody, Query, idempotency_key, json, tag_of},
    problem::{Problem, problem_of, problems},
    schema::{AuthTypeSchema, MarketplaceSchema},
    work::Work,
};

/// Says that an earlier request made what this answer shows.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

problems!(Refusals: MalformedJson, InvalidQuery, InvalidHeader, LoginRequired, InvalidToken, Forbidden, Csrf, NotFound,
    RequestTimeout, AlreadyConnected, OtherAccount, IdempotencyInFlight, BodyTooLarge, UnsupportedMediaType,
    ValidationFailed, NotSupported, NotConfigured, NotConfirmed, ChoiceRequired, IdempotencyMismatch,
    TooManyRequests, Internal, Unavailable);

/// Connect an account
///
/// Takes the filled-in form of one of the ways to connect that `GET /api/marketplaces` lists. The credential is tested
/// at the marketplace before it is stored, unless `verify` is `skip`; then the connection begins as `pending`.
#[utoipa::path(
    post,
    path = ALL,
    tag = "Connections",
    params(("Idempotency-Key" = Option<String>, Header, description =
        "1 to 128 visible ASCII characters. The same key with the same request makes one connection, for 24 hours.")),
    request_body(content = CreateConnectionRequest, content_type = "application/json"),
    responses(
        (status = 201, description = "Connected.", body = CreatedView, headers(
            ("Location" = String, description = "The address of the connection."),
            ("ETag" = String, description = "Its version."),
            ("Idempotency-Replayed" = Option<String>, description = "`true` when an earlier request made it.")
        )),
        Refusals,
    ),
)]
pub(crate) async fn create(
    login: Login,
    state: web::Data<ApiState>,
    work: web::Data<Work>,
    request: HttpRequest,
    body: JsonBody<CreateConnectionRequest>,
) -> Result<HttpResponse, Problem> {
    Query::of(&request, &[])?;
    let mut wanted = body.0.check()?;
    wanted.idempotency_key = idempotency_key(&request)?;
    let connections = state.connections.clone();
    let created = work
        .finish(async move { connections.create(&login.0, wanted).await })
        .await?
        .map_err(|error| problem_of(error, state.clock.now()))?;
    Ok(respond(&created, state.clock.now()))
}

fn respond(created: &Created, now: DateTime<Utc>) -> HttpResponse {
    let connection = &created.connection;
    let mut response = HttpResponse::Created();
    response
        .insert_header((LOCATION, format!("{ALL}/{}", connection.id)))
        .insert_header((ETAG, tag_of(connection, now)));
    if created.replayed {
        response.insert_header((REPLAYED, "true"));
    }
    let view = CreatedView {
        connection: ConnectionView::of(connection, now),
        test: created.test.as_ref().map(TestView::from),
        warnings: warnings(&created.warnings),
    };
    json(response, &view)
}

/// What to connect.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct CreateConnectionRequest {
    /// Where.
    #[schema(value_type = MarketplaceSchema)]
    marketplace: String,
    /// In which of its ways.
    #[schema(value_type = AuthTypeSchema)]
    auth_type: String,
    /// The seller's own name for it, 1 to 100 characters; the account's name when absent.
    label: Option<String>,
    /// The filled-in form: field name → value. Never shown again.
    #[schema(value_type = BTreeMap<String, String>)]
    credentials: BTreeMap<String, SecretText>,
    /// Whether the marketplace must confirm the credential first.
    #[schema(value_type = VerifySchema)]
    #[serde(default)]
    verify: Option<String>,
    /// Whether adapters get this one when they name no account. The first one of a marketplace becomes it anyway.
    #[serde(default)]
    make_default: bool,
}

/// Whether the marketplace must confirm a credential before it is stored.
#[derive(Debug, ToSchema)]
#[schema(as = Verify, default = "require", rename_all = "lowercase")]
#[expect(dead_code, reason = "describes the values of a text")]
enum VerifySchema {
    Require,
    Skip,
}

/// A connection that was made.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CreatedConnection)]
struct CreatedView<'a> {
    /// The connection.
    #[serde(flatten)]
    connection: ConnectionView<'a>,
    /// What the test found; `null` when it was skipped, and in a repeated answer.
    test: Option<TestView<'a>>,
    /// Things that look wrong but were not refused.
    warnings: Vec<WarningView<'a>>,
}

impl CreateConnectionRequest {
    /// Reads the names, and says of all of them at once what is wrong.
    pub(super) fn check(self) -> Result<CreateRequest, Problem> {
        let mut errors = Vec::new();
        let marketplace: Option<Marketplace> =
            field(&mut errors, "marketplace", self.marketplace.parse());
        let auth_type: Option<AuthType> = field(&mut errors, "authType", self.auth_type.parse());
        let label = match self.label.map(|label| Label::new(label.trim())) {
            Some(label) => field(&mut errors, "label", label),
            None => None,
        };
        let verify = match self.verify.as_deref() {
            None | Some("require") => Verify::Require,
            Some("skip") => Verify::Skip,
            Some(_) => {
                errors.push(wrong("verify", "must be require or skip"));
                Verify::Require
            }
        };
        if self.credentials.len() > MOST_FIELDS {
            errors.push(wrong("credentials", "has too many fields"));
        }
        let (Some(marketplace), Some(auth_type), true) =
            (marketplace, auth_type, errors.is_empty())
        else {
            return Err(Problem::invalid(errors));
        };
        Ok(CreateRequest {
            marketplace,
            auth_type,
            label,
            form: CredentialForm::new(self.credentials),
            verify,
            make_default: self.make_default,
            idempotency_key: None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_wrong_name_is_reported_at_once() {
        let request: CreateConnectionRequest = serde_json::from_str(
            r#"{"marketplace":"ebay","authType":"magic","label":" ","credentials":{},"verify":"maybe"}"#,
        )
        .unwrap();
        let problem = request.check().unwrap_err();
        let body = actix_web::body::to_bytes(problem.response(None).into_body());
        let body = futures_util::FutureExt::now_or_never(body)
            .unwrap()
            .unwrap();
        let document: serde_json::Value = serde_json::from_slice(&body).unwrap();
        let fields: Vec<_> = document["errors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|error| error["field"].as_str().unwrap())
            .collect();
        assert_eq!(fields, ["marketplace", "authType", "label", "verify"]);
    }

    #[test]
    fn debug_of_a_request_does_not_show_its_values() {
        let request: CreateConnectionRequest = serde_json::from_str(
            r#"{"marketplace":"takealot","authType":"api_key","credentials":{"apiKey":"canary"}}"#,
        )
        .unwrap();
        let printed = format!("{request:?}");
        assert!(!printed.contains("canary"), "{printed}");
    }
}
