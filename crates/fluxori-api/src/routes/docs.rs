//! `GET /api/docs`: the OpenAPI document as a page that needs no script and loads nothing.

use std::{fmt::Write as _, sync::LazyLock};

use actix_web::{HttpResponse, http::header::CONTENT_SECURITY_POLICY};
use base64::{Engine, engine::general_purpose::STANDARD};
use ring::digest;
use serde_json::Value;

use super::openapi::openapi;
use crate::problem::ProblemKind;

/// The address of the page.
pub(crate) const PATH: &str = "/api/docs";

const STYLE: &str = "\
:root{color-scheme:light dark}\
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:0 auto;padding:1rem}\
code{font-family:ui-monospace,monospace;overflow-wrap:anywhere}\
article{border-top:1px solid;padding:.5rem 0}\
table{border-collapse:collapse;width:100%}\
th,td{text-align:left;vertical-align:top;padding:.2rem .6rem .2rem 0}";

static PAGE: LazyLock<String> = LazyLock::new(|| {
    let document = serde_json::from_str(&openapi()).expect("the document is JSON");
    page(&document)
});

/// The style is allowed by its hash, everything else is not allowed.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let hash = STANDARD.encode(digest::digest(&digest::SHA256, STYLE.as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
});

/// Describe the API for people
#[utoipa::path(
    get,
    path = PATH,
    tag = "Documentation",
    responses((status = 200, description = "A page without scripts.", body = String, content_type = "text/html")),
    security(())
)]
pub(crate) async fn docs() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((CONTENT_SECURITY_POLICY, POLICY.as_str()))
        .body(PAGE.as_str())
}

fn page(document: &Value) -> String {
    let mut html = Html::default();
    let title = text(&document["info"]["title"]);
    html.raw("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">");
    html.raw("<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>");
    html.text(title)
        .raw("</title><style>")
        .raw(STYLE)
        .raw("</style></head><body><main>");
    html.element("h1", title);
    html.element("p", text(&document["info"]["description"]));
    html.raw("<p>For programs: <a href=\"/api/openapi.json\"><code>/api/openapi.json</code></a>. ");
    html.raw(
        "Send <code>Authorization: Bearer &lt;token&gt;</code> unless an operation is public.</p>",
    );
    html.element("h2", "Operations");
    for (path, operations) in members(&document["paths"]) {
        for (method, operation) in members(operations) {
            render_operation(&mut html, path, method, operation);
        }
    }
    html.element("h2", "Schemas");
    for (name, schema) in members(&document["components"]["schemas"]) {
        render_schema(&mut html, name, schema);
    }
    html.element("h2", "Problems");
    html.raw("<ul>");
    for kind in ProblemKind::ALL {
        html.raw("<li>")
            .text(kind.status().as_str())
            .raw(" <a href=\"")
            .text(kind.uri());
        html.raw("\"><code>")
            .text(kind.slug())
            .raw("</code></a>: ")
            .text(kind.title())
            .raw("</li>");
    }
    html.raw("</ul></main></body></html>");
    html.0
}

fn render_operation(html: &mut Html, path: &str, method: &str, operation: &Value) {
    html.raw("<article><h3><code>")
        .text(&method.to_uppercase())
        .raw(" ")
        .text(path);
    html.raw("</code> ")
        .text(text(&operation["summary"]))
        .raw("</h3>");
    if operation["security"] == serde_json::json!([{}]) {
        html.element("p", "Public.");
    }
    if let Some(description) = operation["description"].as_str() {
        html.element("p", description);
    }
    let parameters = operation["parameters"].as_array();
    if let Some(parameters) = parameters.filter(|parameters| !parameters.is_empty()) {
        html.raw("<table><tr><th>Parameter</th><th>In</th><th>Meaning</th></tr>");
        for parameter in parameters {
            html.raw("<tr><td><code>")
                .text(text(&parameter["name"]))
                .raw("</code></td><td>");
            html.text(text(&parameter["in"])).raw("</td><td>");
            html.text(text(&parameter["description"])).raw("</td></tr>");
        }
        html.raw("</table>");
    }
    for (media_type, content) in members(&operation["requestBody"]["content"]) {
        html.raw("<p>Body: <code>").text(media_type).raw("</code> ");
        html.kind(&content["schema"]).raw("</p>");
    }
    html.raw("<table><tr><th>Status</th><th>Body</th><th>Meaning</th></tr>");
    for (status, response) in members(&operation["responses"]) {
        html.raw("<tr><td>").text(status).raw("</td><td>");
        for (_, content) in members(&response["content"]) {
            html.kind(&content["schema"]);
        }
        html.raw("</td><td>")
            .text(text(&response["description"]))
            .raw("</td></tr>");
    }
    html.raw("</table></article>");
}

fn render_schema(html: &mut Html, name: &str, schema: &Value) {
    html.raw("<article id=\"")
        .text(name)
        .raw("\"><h3>")
        .text(name)
        .raw("</h3>");
    html.element("p", text(&schema["description"]));
    if schema["enum"].is_array() {
        html.raw("<p>").kind(schema).raw("</p>");
    }
    for part in alternatives(schema) {
        if part["$ref"].is_string() {
            html.raw("<p>Everything of ").kind(part).raw(", and:</p>");
        }
        let fields = members(&part["properties"]);
        if fields.is_empty() {
            continue;
        }
        html.raw("<table><tr><th>Field</th><th>Kind</th><th>Meaning</th></tr>");
        for (field, schema) in fields {
            html.raw("<tr><td><code>")
                .text(field)
                .raw("</code></td><td>");
            html.kind(schema).raw("</td><td>");
            html.text(text(&schema["description"])).raw("</td></tr>");
        }
        html.raw("</table>");
    }
    html.raw("</article>");
}

/// A schema that is put together from others, or the schema itself.
fn alternatives(schema: &Value) -> Vec<&Value> {
    match schema["allOf"].as_array().or(schema["oneOf"].as_array()) {
        Some(parts) => parts.iter().collect(),
        None => vec![schema],
    }
}

fn members(value: &Value) -> Vec<(&str, &Value)> {
    let object = value.as_object().into_iter().flatten();
    object.map(|(name, value)| (name.as_str(), value)).collect()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// A page being written. Everything that is not ours is escaped.
#[derive(Default)]
struct Html(String);

impl Html {
    fn raw(&mut self, html: &str) -> &mut Self {
        self.0.push_str(html);
        self
    }

    fn text(&mut self, text: &str) -> &mut Self {
        for character in text.chars() {
            match character {
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '&' => self.0.push_str("&amp;"),
                '"' => self.0.push_str("&quot;"),
                other => self.0.push(other),
            }
        }
        self
    }

    fn element(&mut self, name: &str, text: &str) -> &mut Self {
        write!(self.0, "<{name}>").expect("a text takes whatever is written to it");
        self.text(text);
        write!(self.0, "</{name}>").expect("a text takes whatever is written to it");
        self
    }

    /// The kind of a value: the name of its schema, its type, or its values.
    fn kind(&mut self, schema: &Value) -> &mut Self {
        if let Some(name) = text(&schema["$ref"])
            .rsplit('/')
            .next()
            .filter(|name| !name.is_empty())
        {
            return self
                .raw("<a href=\"#")
                .text(name)
                .raw("\">")
                .text(name)
                .raw("</a>");
        }
        if let Some(parts) = schema["oneOf"].as_array().or(schema["allOf"].as_array()) {
            for (index, part) in parts.iter().enumerate() {
                if index > 0 {
                    self.raw(" or ");
                }
                self.kind(part);
            }
            return self;
        }
        if let Some(values) = schema["enum"].as_array() {
            let values: Vec<_> = values.iter().map(text).collect();
            return self.raw("<code>").text(&values.join(" | ")).raw("</code>");
        }
        match &schema["type"] {
            Value::String(kind) if kind == "array" => self.raw("list of ").kind(&schema["items"]),
            Value::String(kind) => self.text(kind),
            Value::Array(kinds) => {
                let kinds: Vec<_> = kinds.iter().map(text).collect();
                self.text(&kinds.join(" or "))
            }
            _ => self,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_tells_of_every_operation_and_loads_nothing() {
        let page = &*PAGE;
        for needle in [
            "POST /api/connections<",
            "PUT /api/connections/{id}/credentials<",
            "/problems/not-found",
        ] {
            assert!(page.contains(needle), "{needle}");
        }
        for loader in [
            "<script",
            "<link",
            "<img",
            "@import",
            "url(",
            "http://",
            "https://",
            "javascript:",
            " on",
        ] {
            let found = page
                .find(loader)
                .map(|at| &page[at..(at + 40).min(page.len())]);
            let harmless = loader == " on" && found.is_some_and(|text| !text.contains('='));
            assert!(found.is_none() || harmless, "{found:?}");
        }
    }

    #[test]
    fn every_link_inside_the_page_leads_somewhere() {
        let page = &*PAGE;
        let mut links = 0;
        for link in page.split("href=\"#").skip(1) {
            let name = &link[..link.find('"').unwrap()];
            assert!(page.contains(&format!("id=\"{name}\"")), "{name}");
            links += 1;
        }
        assert!(links > 20, "{links}");
    }

    #[test]
    fn texts_are_escaped() {
        let mut html = Html::default();
        html.text("<b>&\"");
        assert_eq!(html.0, "&lt;b&gt;&amp;&quot;");
    }
}
