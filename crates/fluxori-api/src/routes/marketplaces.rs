use actix_web::{HttpRequest, HttpResponse, web};
use fluxori_domain::{
    AuthKind, AuthType, ConnectMethod, FieldKind, FormField, Marketplace, MarketplaceDescriptor,
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    ApiState,
    auth::Login,
    http::{Query, json},
    problem::{Problem, problems},
    schema::{AuthTypeSchema, ConnectMethodSchema, MarketplaceSchema},
};

/// The address of the list.
pub(crate) const PATH: &str = "/api/marketplaces";

problems!(Refusals: InvalidQuery, LoginRequired, InvalidToken, Forbidden, Csrf, TooManyRequests, Unavailable);

/// List the marketplaces that can be connected
///
/// With the ways to connect each, and the form of each way: draw the form from this.
#[utoipa::path(
    get,
    path = PATH,
    tag = "Marketplaces",
    responses((status = 200, description = "The marketplaces, in the order to show them.", body = MarketplacesView), Refusals),
)]
pub(crate) async fn marketplaces(
    _: Login,
    state: web::Data<ApiState>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    Query::of(&request, &[])?;
    let descriptors = state.connections.marketplaces().descriptors();
    let items = descriptors.into_iter().map(MarketplaceView::from).collect();
    Ok(json(HttpResponse::Ok(), &MarketplacesView { items }))
}

/// The marketplaces.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Marketplaces)]
struct MarketplacesView {
    /// In the order to show them.
    items: Vec<MarketplaceView>,
}

/// A marketplace and how to connect it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = MarketplaceDescriptor)]
struct MarketplaceView {
    /// Which one.
    #[schema(value_type = MarketplaceSchema)]
    marketplace: Marketplace,
    /// Its name as people write it.
    name: &'static str,
    /// What connecting it is good for.
    summary: &'static str,
    /// What the seller does at the marketplace after disconnecting here.
    disconnect_help: &'static str,
    /// The ways to connect, best first.
    auth_kinds: Vec<AuthKindView>,
}

/// One way to connect.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AuthKind)]
struct AuthKindView {
    /// Which way.
    #[schema(value_type = AuthTypeSchema)]
    auth_type: AuthType,
    /// What the seller does: `form` goes to `POST /api/connections`, `consent` to `POST /api/connections/authorize`.
    #[schema(value_type = ConnectMethodSchema)]
    method: ConnectMethod,
    /// What the button says.
    title: &'static str,
    /// Where to find what the form asks for, step by step.
    how_to: &'static str,
    /// The marketplace's page where that is, for whoever has an account there; `null` when there is none for all sellers.
    help_url: Option<String>,
    /// Whether the operator has set up what this way needs.
    configured: bool,
    /// The settings that are missing, by their environment name.
    missing_settings: Vec<&'static str>,
    /// The form.
    fields: Vec<FormFieldView>,
}

/// One field of a form.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = FormField)]
struct FormFieldView {
    /// Its name in `credentials`, or in `fields` where the method is `consent`.
    name: &'static str,
    /// What the seller reads beside it.
    label: &'static str,
    /// What it is and where to find it.
    help: &'static str,
    /// What kind of input it is.
    kind: KindView,
    /// The values of a `choice`; empty for the other kinds.
    choices: Vec<ChoiceView>,
    /// Whether it must be filled.
    required: bool,
    /// Most characters, after trimming.
    max_length: u16,
    /// What a usual value looks like. Others are warned about, not refused.
    usual: Option<PatternView>,
}

/// What kind of input a field is.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = FieldKind)]
enum KindView {
    /// Shown while typing.
    Text,
    /// Hidden while typing and never shown again.
    Secret,
    /// One of a few.
    Choice,
}

/// One of the values of a choice.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FieldChoice)]
struct ChoiceView {
    /// The value to send.
    value: &'static str,
    /// What the seller reads.
    label: &'static str,
}

/// The shape of a usual value.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Pattern)]
struct PatternView {
    /// A regular expression that matches the whole value.
    regex: &'static str,
    /// The same in words, as the end of "usually it …".
    words: &'static str,
}

impl From<MarketplaceDescriptor> for MarketplaceView {
    fn from(descriptor: MarketplaceDescriptor) -> Self {
        Self {
            marketplace: descriptor.marketplace,
            name: descriptor.marketplace.display_name(),
            summary: descriptor.summary,
            disconnect_help: descriptor.disconnect_help,
            auth_kinds: descriptor
                .auth_kinds
                .into_iter()
                .map(AuthKindView::from)
                .collect(),
        }
    }
}

impl From<AuthKind> for AuthKindView {
    fn from(kind: AuthKind) -> Self {
        Self {
            auth_type: kind.auth_type,
            method: kind.method,
            title: kind.title,
            how_to: kind.how_to,
            configured: kind.is_configured(),
            help_url: kind.help_url,
            missing_settings: kind.missing_settings,
            fields: kind.fields.into_iter().map(FormFieldView::from).collect(),
        }
    }
}

impl From<FormField> for FormFieldView {
    fn from(field: FormField) -> Self {
        let (kind, choices) = match field.kind {
            FieldKind::Text => (KindView::Text, Vec::new()),
            FieldKind::Secret => (KindView::Secret, Vec::new()),
            FieldKind::Choice(choices) => (KindView::Choice, choices),
        };
        Self {
            name: field.name,
            label: field.label,
            help: field.help,
            kind,
            choices: choices
                .into_iter()
                .map(|choice| ChoiceView {
                    value: choice.value,
                    label: choice.label,
                })
                .collect(),
            required: field.required,
            max_length: field.max_length,
            usual: field.usual.map(|usual| PatternView {
                regex: usual.regex,
                words: usual.words,
            }),
        }
    }
}
