use std::collections::BTreeMap;

use actix_web::{HttpRequest, HttpResponse, http::header::SET_COOKIE, web};
use chrono::{DateTime, Utc};
use fluxori_connections::{Authorisation, AuthoriseRequest};
use fluxori_domain::{CredentialForm, Label, Marketplace, SecretText};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    AUTHORIZE,
    field::{MOST_FIELDS, field, wrong},
};
use crate::{
    ApiState,
    auth::Login,
    http::{JsonBody, Query, browser_binding, idempotency_key, json, present, set_browser_binding},
    problem::{FIELDS, Problem, problem_in, problems},
    schema::MarketplaceSchema,
    work::Work,
};

problems!(Refusals: MalformedJson, InvalidQuery, InvalidHeader, LoginRequired, InvalidToken, Forbidden, Csrf, RequestTimeout,
    BodyTooLarge, UnsupportedMediaType, ValidationFailed, NotSupported, NotConfigured, TooManyRequests, Internal,
    Unavailable);

/// Begin to connect an account in the browser
///
/// For the ways to connect whose `method` is `consent`. Send the browser to `authorizationUrl`; it comes back to `returnTo`
/// with how it ended (see `GET /api/oauth/{marketplace}/callback`). The answer sets a cookie without which nothing is
/// connected, so it must reach the browser itself: a page calls this with `credentials: "include"`.
#[utoipa::path(
    post,
    path = AUTHORIZE,
    tag = "Connecting in the browser",
    params(("Idempotency-Key" = Option<String>, Header, description = "Accepted; beginning again does no harm.")),
    request_body(content = AuthorizeRequest, content_type = "application/json"),
    responses(
        (status = 201, description = "The browser may leave.", body = AuthorizationView, headers(
            ("Set-Cookie" = String, description = "Ties the consent to this browser.")
        )),
        Refusals,
    ),
)]
pub(crate) async fn authorize(
    login: Login,
    state: web::Data<ApiState>,
    work: web::Data<Work>,
    request: HttpRequest,
    body: JsonBody<AuthorizeRequest>,
) -> Result<HttpResponse, Problem> {
    Query::of(&request, &[])?;
    idempotency_key(&request)?;
    let wanted = body.0.check()?;
    let (connections, browser) = (state.connections.clone(), browser_binding(&request));
    let authorisation = work
        .finish(async move { connections.authorise(&login.0, wanted, browser).await })
        .await?
        .map_err(|error| problem_in(FIELDS, error, state.clock.now()))?;
    Ok(respond(&authorisation))
}

/// The answer that lets a browser leave for a consent page.
pub(super) fn respond(authorisation: &Authorisation) -> HttpResponse {
    let mut response = HttpResponse::Created();
    response.insert_header((SET_COOKIE, set_browser_binding(&authorisation.browser)));
    let view = AuthorizationView {
        authorization_url: &authorisation.url,
        expires_at: authorisation.expires_at,
    };
    json(response, &view)
}

/// What to connect.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct AuthorizeRequest {
    /// Where.
    #[schema(value_type = MarketplaceSchema)]
    marketplace: String,
    /// The filled-in form: field name → value. None of them is a secret.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, String>)]
    fields: BTreeMap<String, SecretText>,
    /// The seller's own name for it, 1 to 100 characters; the account's name when absent. Ignored when the consent
    /// connects several accounts.
    label: Option<String>,
    /// Whether adapters get this one when they name no account. The first one of a marketplace becomes it anyway.
    #[serde(default)]
    make_default: bool,
    /// Where the browser goes in the end: an address that the operator allows, or below one. The first of them when absent.
    #[serde(default, deserialize_with = "present")]
    return_to: Option<String>,
}

/// A browser may leave for a consent page.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Authorization)]
pub(super) struct AuthorizationView<'a> {
    /// The address of the consent page. For this browser only.
    authorization_url: &'a str,
    /// When the browser has to be back.
    expires_at: DateTime<Utc>,
}

impl AuthorizeRequest {
    /// Reads the names, and says of all of them at once what is wrong.
    pub(super) fn check(self) -> Result<AuthoriseRequest, Problem> {
        let mut errors = Vec::new();
        let marketplace: Option<Marketplace> =
            field(&mut errors, "marketplace", self.marketplace.parse());
        let label = match self.label.map(|label| Label::new(label.trim())) {
            Some(label) => field(&mut errors, "label", label),
            None => None,
        };
        if self.fields.len() > MOST_FIELDS {
            errors.push(wrong(FIELDS, "has too many fields"));
        }
        let (Some(marketplace), true) = (marketplace, errors.is_empty()) else {
            return Err(Problem::invalid(errors));
        };
        Ok(AuthoriseRequest {
            marketplace,
            form: CredentialForm::new(self.fields),
            label,
            make_default: self.make_default,
            return_to: self.return_to,
        })
    }
}
