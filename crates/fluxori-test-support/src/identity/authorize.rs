//! The page on which a person signs in.

use actix_web::HttpResponse;

use super::{clients, codes::Agreed, person::Person, state::State};
use crate::providers::pages::{
    asked::{Asked, Choice},
    callback::send_back,
    html::{self, Brand, decision_buttons, escape},
};

pub(super) const BRAND: Brand = Brand {
    name: "identity provider",
    colour: "#4338ca",
};

/// Parameters that must not come twice (RFC 6749, section 3.1).
const PARAMETERS: &[&str] = &[
    "client_id",
    "redirect_uri",
    "response_type",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
];

/// `GET` and `POST /authorize`.
pub(super) fn answer(state: &State, asked: &Asked) -> HttpResponse {
    let client_id = asked.parameter("client_id");
    if !clients::is_known(client_id) {
        let text = "No application with this client_id is registered.";
        return html::problem(400, BRAND, "invalid_client", text);
    }
    let redirect_uri = asked.parameter("redirect_uri");
    if !clients::allows_redirect(redirect_uri) {
        let text = "This redirect_uri is not registered for the application.";
        return html::problem(400, BRAND, "invalid_redirect_uri", text);
    }
    let choice = asked.choice();
    if let Err((error, description)) = check(asked) {
        return back(state, asked, choice, &error_pairs(error, description));
    }
    match choice {
        Choice::Undecided => show(asked),
        Choice::Refused => {
            let pairs = error_pairs("access_denied", "The person did not sign in");
            back(state, asked, choice, &pairs)
        }
        Choice::Agreed | Choice::AgreedByHand => {
            let agreed = Agreed {
                client_id: client_id.to_owned(),
                redirect_uri: redirect_uri.to_owned(),
                scope: asked.parameter("scope").to_owned(),
                challenge: asked.parameter("code_challenge").to_owned(),
                nonce: filled(asked.parameter("nonce")),
                person: person(asked),
            };
            let now = state.now();
            let code = state.lock().codes.make(agreed, now);
            back(state, asked, choice, &[("code", &code)])
        }
    }
}

/// What the application did wrong, in the words of RFC 6749, section 4.1.2.1.
fn check(asked: &Asked) -> Result<(), (&'static str, &'static str)> {
    if PARAMETERS.iter().any(|name| asked.is_repeated(name)) {
        return Err(("invalid_request", "A parameter comes twice"));
    }
    if asked.parameter("response_type") != "code" {
        return Err(("unsupported_response_type", "Only code is supported"));
    }
    let scope = asked.parameter("scope");
    if !scope.split(' ').any(|one| one == "openid") {
        return Err(("invalid_scope", "The scope openid is missing"));
    }
    // 43 characters are SHA-256 in base64.
    let has_challenge = asked.parameter("code_challenge").len() == 43
        && asked.parameter("code_challenge_method") == "S256";
    if !has_challenge {
        return Err(("invalid_request", "PKCE with S256 is needed"));
    }
    if asked.parameter("prompt") == "none" {
        return Err(("login_required", "Nobody is signed in"));
    }
    Ok(())
}

const fn error_pairs<'a>(error: &'a str, description: &'a str) -> [(&'a str, &'a str); 2] {
    [("error", error), ("error_description", description)]
}

fn back(
    state: &State,
    asked: &Asked,
    choice: Choice,
    pairs: &[(&'static str, &str)],
) -> HttpResponse {
    let mut pairs = pairs.to_vec();
    let given = asked.parameter("state");
    if !given.is_empty() {
        pairs.push(("state", given));
    }
    // RFC 9207.
    pairs.push(("iss", state.issuer()));
    send_back(BRAND, choice, asked.parameter("redirect_uri"), &pairs)
}

fn person(asked: &Asked) -> Person {
    Person {
        user: asked.field("user").to_owned(),
        organization: filled(asked.field("organization")),
        role: filled(asked.field("role")),
    }
}

fn filled(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// What the provider can call somebody, and what that means where the settings of the server are the usual ones.
const ROLES: [(&str, &str); 4] = [
    ("", "none – has connections of their own"),
    ("viewer", "viewer – may look, but not change"),
    (
        "org_admin",
        "org_admin – looks after everybody's connections",
    ),
    ("auditor", "auditor – reads what happened"),
];

/// The page; parameters of the address may fill its fields.
fn show(asked: &Asked) -> HttpResponse {
    let wanted = |name, otherwise| match asked.parameter(name) {
        "" => otherwise,
        given => given,
    };
    let role = |value: &str, label: &str| {
        let selected = if asked.parameter("role") == value {
            " selected"
        } else {
            ""
        };
        format!("<option value=\"{value}\"{selected}>{label}</option>")
    };
    let content = format!(
        "<p>You can be anybody here: no password is asked for.</p>\n<form method=\"post\">\
         <label>User <input type=\"text\" name=\"user\" value=\"{}\" required autofocus></label>\
         <label>Organization <input type=\"text\" name=\"organization\" value=\"{}\"></label>\
         <label>Role <select name=\"role\">{}</select></label>{}</form>",
        escape(wanted("user", "dev-user")),
        escape(wanted("organization", "dev-org")),
        ROLES.map(|(value, label)| role(value, label)).concat(),
        decision_buttons("Sign in")
    );
    html::page(200, BRAND, "Sign in to Fluxori connections", &content)
}
