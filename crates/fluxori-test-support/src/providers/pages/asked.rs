use actix_web::{HttpRequest, http::Method, web::Bytes};
use url::form_urlencoded;

/// What a browser asks for.
pub(crate) struct Asked {
    is_form: bool,
    query: Vec<(String, String)>,
    form: Vec<(String, String)>,
}

/// What the person in front of a consent page did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Choice {
    /// Nothing yet.
    Undecided,
    Agreed,
    /// Agreed, and wants to follow the callback by hand, any number of times.
    AgreedByHand,
    Refused,
}

impl Asked {
    pub(crate) fn new(request: &HttpRequest, body: &Bytes) -> Self {
        Self {
            is_form: request.method() == Method::POST,
            query: form_urlencoded::parse(request.query_string().as_bytes())
                .into_owned()
                .collect(),
            form: form_urlencoded::parse(body).into_owned().collect(),
        }
    }

    /// A parameter of the address; empty when it is absent or comes twice.
    pub(crate) fn parameter(&self, name: &str) -> &str {
        let mut found = self.query.iter().filter(|(key, _)| key == name);
        match (found.next(), found.next()) {
            (Some((_, value)), None) => value,
            _ => "",
        }
    }

    /// Whether a parameter of the address comes more than once.
    pub(crate) fn is_repeated(&self, name: &str) -> bool {
        self.query.iter().filter(|(key, _)| key == name).count() > 1
    }

    /// A field of the form; empty when it is absent.
    pub(crate) fn field(&self, name: &str) -> &str {
        let named = self.form.iter().find(|(key, _)| key == name);
        named.map(|(_, value)| value.as_str()).unwrap_or_default()
    }

    /// All fields of this name.
    pub(super) fn fields<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let named = self.form.iter().filter(move |(key, _)| key == name);
        named.map(|(_, value)| value.as_str())
    }

    pub(super) const fn is_form(&self) -> bool {
        self.is_form
    }

    pub(crate) fn choice(&self) -> Choice {
        match (self.is_form, self.field("decision")) {
            (true, "agree") => Choice::Agreed,
            (true, "by-hand") => Choice::AgreedByHand,
            (true, "refuse") => Choice::Refused,
            _ => Choice::Undecided,
        }
    }
}
