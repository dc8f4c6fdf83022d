//! How the pages look.

use actix_web::{HttpResponse, http::StatusCode, http::header};

const STYLE: &str = include_str!("style.css");

/// Whose page it is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Brand {
    pub(crate) name: &'static str,
    pub(crate) colour: &'static str,
}

/// The page of nobody in particular.
pub(super) const PLAIN: Brand = Brand {
    name: "marketplaces",
    colour: "#334155",
};

/// A page; `content` is HTML.
pub(crate) fn page(status: u16, brand: Brand, title: &str, content: &str) -> HttpResponse {
    let status = StatusCode::from_u16(status).expect("pages use statuses that exist");
    let Brand { name, colour } = brand;
    let title = escape(title);
    HttpResponse::build(status)
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .body(format!(
            "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
             <title>{title}</title>\n<style>:root {{ --brand: {colour} }}\n{STYLE}</style></head>\n<body>\
             <p class=\"notice\" role=\"note\">Simulated – not the real {name}. Nothing here leaves this machine.</p>\n\
             <main>\n<h1>{title}</h1>\n{content}\n</main></body></html>\n"
        ))
}

/// A page that says what is wrong, and leads nowhere.
pub(crate) fn problem(status: u16, brand: Brand, code: &str, explanation: &str) -> HttpResponse {
    let content = format!("<p class=\"problem\">{}</p>", escape(explanation));
    page(status, brand, &format!("Error {code}"), &content)
}

/// The buttons of every consent page.
pub(crate) fn decision_buttons(agree: &str) -> String {
    format!(
        "<div class=\"buttons\">\
         <button name=\"decision\" value=\"agree\">{}</button>\
         <button name=\"decision\" value=\"refuse\" class=\"quiet\">Cancel</button></div>\
         <p><button name=\"decision\" value=\"by-hand\" class=\"link\">Agree, and follow the callback by hand \
         (for instance twice)</button></p>",
        escape(agree)
    )
}

/// A list of names.
pub(super) fn code_list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let items: Vec<_> = names
        .map(|name| format!("<li><code>{}</code></li>", escape(name)))
        .collect();
    format!("<ul>{}</ul>", items.concat())
}

/// Text as HTML.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_an_address_is_no_markup() {
        assert_eq!(
            escape(r#"<a href="x">'&"#),
            "&lt;a href=&quot;x&quot;&gt;&#39;&amp;"
        );
    }
}
