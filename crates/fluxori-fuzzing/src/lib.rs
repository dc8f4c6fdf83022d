#![doc = include_str!("../README.md")]
#![expect(
    clippy::missing_panics_doc,
    reason = "a target panics where something does not hold: that is what it is for"
)]

mod answers;
mod audit;
mod callbacks;
mod documents;
mod forms;
mod google;
mod replies;
mod requests;
mod sealed;
mod settings;
mod silence;
mod sites;
mod tokens;
mod webhooks;
mod words;
mod wrapped;

pub use answers::{
    amazon::amazon_answers, shopify::shopify_answers, takealot::takealot_answers,
    xero::xero_answers,
};
pub use audit::audit_trail;
pub use callbacks::callback_query;
pub use documents::credential_document;
pub use forms::filled_form;
pub use google::google_answer;
pub use requests::{request_body, request_head};
pub use sealed::sealed_value;
pub use settings::settings_file;
pub use tokens::{bearer_token, identity_keys};
pub use webhooks::webhook;
pub use words::word;
pub use wrapped::wrapped_key;

/// The name of a target, and what it does with an input: it panics where something does not hold that must.
pub type Target = (&'static str, fn(&[u8]));

/// All targets, by name. Each has a program in `fuzz/fuzz_targets` and a folder in `fuzz/corpus` of the same name.
pub const TARGETS: &[Target] = &[
    ("amazon_answers", amazon_answers),
    ("audit_trail", audit_trail),
    ("bearer_token", bearer_token),
    ("callback_query", callback_query),
    ("credential_document", credential_document),
    ("filled_form", filled_form),
    ("google_answer", google_answer),
    ("identity_keys", identity_keys),
    ("request_body", request_body),
    ("request_head", request_head),
    ("sealed_value", sealed_value),
    ("settings_file", settings_file),
    ("shopify_answers", shopify_answers),
    ("takealot_answers", takealot_answers),
    ("webhook", webhook),
    ("word", word),
    ("wrapped_key", wrapped_key),
    ("xero_answers", xero_answers),
];
