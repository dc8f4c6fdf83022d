use actix_web::{HttpRequest, HttpResponse, web};
use fluxori_connections::{TransferRequest, TransferResult, Transferred};
use fluxori_domain::{ConnectionId, FieldProblem, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    TRANSFER,
    field::{field, wrong},
};
use crate::{
    ApiState,
    auth::Login,
    http::{JsonBody, Query, idempotency_key, json, present},
    problem::{Problem, problem_of, problems},
    work::Work,
};

/// Most connections that a request may name.
const MOST: usize = 1_000;

problems!(Refusals: MalformedJson, InvalidQuery, InvalidHeader, LoginRequired, InvalidToken, Forbidden, Csrf,
    RequestTimeout, BodyTooLarge, UnsupportedMediaType, ValidationFailed, TooManyRequests, Internal, Unavailable);

/// Hand connections over to another user
///
/// For administrators of the organization: connections of somebody who leaves become another user's of the same
/// organization. They keep their ids, and adapters get them under the new user from then on. Each goes or stays for itself,
/// and `items` says of each what became of it; connections that share one consent go together or not at all. Sending the
/// same again does nothing.
#[utoipa::path(
    post,
    path = TRANSFER,
    tag = "Connections",
    params(("Idempotency-Key" = Option<String>, Header, description = "Accepted; handing over again does no harm.")),
    request_body(content = TransferConnectionsRequest, content_type = "application/json"),
    responses((status = 200, description = "What became of each.", body = TransferView), Refusals),
)]
pub(crate) async fn transfer(
    login: Login,
    state: web::Data<ApiState>,
    work: web::Data<Work>,
    request: HttpRequest,
    body: JsonBody<TransferConnectionsRequest>,
) -> Result<HttpResponse, Problem> {
    Query::of(&request, &[])?;
    idempotency_key(&request)?;
    let wanted = body.0.check()?;
    let connections = state.connections.clone();
    let transferred = work
        .finish(async move { connections.transfer(&login.0, wanted).await })
        .await?
        .map_err(|error| problem_of(error, state.clock.now()))?;
    let items = transferred
        .into_iter()
        .map(TransferItemView::from)
        .collect();
    Ok(json(HttpResponse::Ok(), &TransferView { items }))
}

/// What is to change hands.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct TransferConnectionsRequest {
    /// Who has them.
    from_user: String,
    /// Who gets them.
    to_user: String,
    /// Which, at most 1,000; all of them when absent.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<Vec<Uuid>>, nullable = false)]
    connection_ids: Option<Vec<String>>,
}

impl TransferConnectionsRequest {
    /// Reads the names, and says of all of them at once what is wrong.
    pub(super) fn check(self) -> Result<TransferRequest, Problem> {
        let mut errors: Vec<FieldProblem> = Vec::new();
        let from: Option<UserId> = field(&mut errors, "fromUser", self.from_user.parse());
        let to: Option<UserId> = field(&mut errors, "toUser", self.to_user.parse());
        if to.is_some() && from == to {
            errors.push(wrong("toUser", "must be somebody else"));
        }
        let connections: Option<Vec<ConnectionId>> = match self.connection_ids {
            None => None,
            Some(ids) if ids.len() > MOST => {
                errors.push(wrong("connectionIds", "has too many ids"));
                None
            }
            Some(ids) => {
                let ids: Result<_, _> = ids.iter().map(|id| id.parse()).collect();
                field(&mut errors, "connectionIds", ids)
            }
        };
        match (from, to) {
            (Some(from), Some(to)) if errors.is_empty() => Ok(TransferRequest {
                from,
                to,
                connections,
            }),
            _ => Err(Problem::invalid(errors)),
        }
    }
}

/// What became of the connections.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Transfer)]
struct TransferView {
    /// One for each that was named, or that there was.
    items: Vec<TransferItemView>,
}

/// What became of one connection.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = TransferItem)]
struct TransferItemView {
    /// Which one.
    #[schema(value_type = Uuid)]
    connection_id: ConnectionId,
    /// How it ended.
    result: TransferResultView,
    /// The connection by which the other user has the account already; `null` unless the result is `already_connected`.
    #[schema(value_type = Option<Uuid>)]
    existing: Option<ConnectionId>,
    /// Connections that have to go along; empty unless the result is `shared_consent`.
    #[schema(value_type = Vec<Uuid>)]
    with: Vec<ConnectionId>,
}

/// How handing over one connection ended.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = TransferResult)]
enum TransferResultView {
    /// It is the other user's now.
    Transferred,
    /// It was theirs already.
    AlreadyThere,
    /// They have the account, or one that shares its consent, already. It stays where it is.
    AlreadyConnected,
    /// It shares its consent with others that were not named. It stays where it is.
    SharedConsent,
    /// It is being refreshed, changed or deleted. It stays where it is; send the same again in a minute.
    Busy,
    /// Neither of the two has such a connection.
    NotFound,
}

impl From<Transferred> for TransferItemView {
    fn from(transferred: Transferred) -> Self {
        use TransferResultView as View;
        let (result, existing, with) = match transferred.result {
            TransferResult::Done => (View::Transferred, None, Vec::new()),
            TransferResult::AlreadyThere => (View::AlreadyThere, None, Vec::new()),
            TransferResult::AlreadyConnected { existing } => {
                (View::AlreadyConnected, Some(existing), Vec::new())
            }
            TransferResult::SharedConsent { with } => (View::SharedConsent, None, with),
            TransferResult::Busy => (View::Busy, None, Vec::new()),
            TransferResult::NotFound => (View::NotFound, None, Vec::new()),
        };
        Self {
            connection_id: transferred.connection,
            result,
            existing,
            with,
        }
    }
}
