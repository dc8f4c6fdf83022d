//! Xero's consent page.

use actix_web::HttpResponse;
use uuid::Uuid;

use super::{
    super::{
        Provider, keys,
        oauth::{NewCode, derive_uuid, make_hex},
        state::State,
    },
    asked::{Asked, Choice},
    callback::send_back,
    html::{self, Brand, code_list, decision_buttons},
};

const BRAND: Brand = Brand {
    name: "Xero",
    colour: "#0369a1",
};

/// Scopes that an application of today may not ask for any more.
const BROAD: [&str; 2] = ["accounting.transactions", "accounting.reports.read"];

/// Ticked when the application may connect no more organisations: there are tokens, and they reach nothing.
const NONE: &str = "none";

/// `GET` and `POST /identity/connect/authorize`.
pub(super) fn consent(state: &State, asked: &Asked) -> HttpResponse {
    if let Some((code, text)) = problem_of(asked) {
        return html::problem(500, BRAND, code, text);
    }
    let choice = asked.choice();
    let redirect_uri = asked.parameter("redirect_uri");
    match choice {
        Choice::Undecided => show(asked, ""),
        Choice::Refused => {
            let parameters = [
                ("error", "access_denied"),
                ("state", asked.parameter("state")),
            ];
            send_back(BRAND, choice, redirect_uri, &parameters)
        }
        Choice::Agreed | Choice::AgreedByHand => {
            let chosen = organisations(asked);
            let is_at_limit = asked.fields("organisation").any(|one| one == NONE);
            if chosen.is_empty() && !is_at_limit {
                return show(asked, "Choose at least one organisation.");
            }
            finish(state, asked, chosen, choice)
        }
    }
}

fn problem_of(asked: &Asked) -> Option<(&'static str, &'static str)> {
    let client_id = asked.parameter("client_id");
    let is_public = client_id == keys::XERO_PUBLIC_CLIENT_ID;
    let challenge = asked.parameter("code_challenge");
    let has_challenge = challenge.len() == 43 && asked.parameter("code_challenge_method") == "S256";
    if client_id != keys::XERO_CLIENT_ID && !is_public {
        return Some((
            "unauthorized_client",
            "Unknown client or client not enabled",
        ));
    }
    if asked.parameter("response_type") != "code" {
        return Some(("unsupported_response_type", "Only code is supported"));
    }
    if !keys::allows_redirect(Provider::Xero, asked.parameter("redirect_uri")) {
        return Some(("unauthorized_client", "Invalid redirect_uri"));
    }
    let scope = asked.parameter("scope");
    if scope.is_empty() || scope.split(' ').any(|one| BROAD.contains(&one)) {
        return Some(("invalid_scope", "Invalid scope for client"));
    }
    if asked.parameter("state").is_empty() {
        return Some(("invalid_request", "The address lacks state"));
    }
    if !has_challenge && (is_public || !challenge.is_empty()) {
        return Some(("invalid_request", "code challenge required, method S256"));
    }
    None
}

/// What was ticked, with names. Tests may name organisations that the page does not offer.
fn organisations(asked: &Asked) -> Vec<(String, String)> {
    let offered = keys::XERO_ORGANISATIONS.map(|(id, name)| (id.to_owned(), name.to_owned()));
    if asked.fields("organisation").any(|one| one == NONE) {
        return Vec::new();
    }
    if asked.field("organisation") == "all" {
        return offered.to_vec();
    }
    let named = |id: &str| {
        let known = offered.iter().find(|(offered, _)| offered == id).cloned();
        let is_one = Uuid::parse_str(id).is_ok();
        known.or_else(|| is_one.then(|| (id.to_owned(), format!("Books {id:.8}"))))
    };
    asked.fields("organisation").filter_map(named).collect()
}

fn finish(
    state: &State,
    asked: &Asked,
    organisations: Vec<(String, String)>,
    choice: Choice,
) -> HttpResponse {
    let user = match asked.field("account") {
        "" => keys::XERO_CONSENTING_USER,
        chosen => chosen,
    };
    let redirect_uri = asked.parameter("redirect_uri");
    let challenge = asked.parameter("code_challenge");
    let new = NewCode {
        provider: Provider::Xero,
        account: derive_uuid(user).to_string(),
        client_id: asked.parameter("client_id").to_owned(),
        redirect_uri: redirect_uri.to_owned(),
        scope: asked.parameter("scope").to_owned(),
        challenge: (!challenge.is_empty()).then(|| challenge.to_owned()),
        organisations,
    };
    let code = state.grants().make_code(new, state.now());
    let parameters = [
        ("code", code.as_str()),
        ("scope", asked.parameter("scope")),
        ("state", asked.parameter("state")),
        ("session_state", &make_hex::<16>()),
    ];
    send_back(BRAND, choice, redirect_uri, &parameters)
}

fn show(asked: &Asked, problem: &str) -> HttpResponse {
    let problem = match problem {
        "" => String::new(),
        text => format!("<p class=\"problem\" role=\"alert\">{text}</p>"),
    };
    let offered: Vec<_> = keys::XERO_ORGANISATIONS
        .iter()
        .map(|(id, name)| {
            format!(
                "<label><input type=\"checkbox\" name=\"organisation\" value=\"{id}\" checked> {name}</label>"
            )
        })
        .collect();
    let offered = offered.concat();
    let scopes = code_list(asked.parameter("scope").split(' '));
    let content = format!(
        "{problem}<p>Fluxori connections asks for:</p>{scopes}<form method=\"post\">\
         <label>You are<select name=\"account\"><option>{}</option><option>another-user</option></select></label>\
         <fieldset><legend>Organisations to connect</legend>{offered}\
         <label><input type=\"checkbox\" name=\"organisation\" value=\"{NONE}\"> None of them: act as if the \
         application's plan allowed no more</label></fieldset>{}</form>",
        keys::XERO_CONSENTING_USER,
        decision_buttons("Allow access")
    );
    html::page(200, BRAND, "Connect organisations", &content)
}
