//! How a browser leaves: by a redirect that takes nothing along of what it came with, or with a few words.

use actix_web::{HttpResponse, http::header::LOCATION};
use fluxori_connections::ConsentResult;
use url::Url;

/// What we tell a page, and what it may have been told before.
const OURS: [&str; 4] = ["result", "reason", "connection", "connect"];

/// Sends the browser on with these parameters, after those that the address has already; without an address, says how it
/// ended.
pub(super) fn leave(
    return_to: Option<&str>,
    parameters: &[(String, String)],
    words: (&str, &str),
) -> HttpResponse {
    let Some(mut url) = return_to.and_then(|address| Url::parse(address).ok()) else {
        return page(words);
    };
    forget_ours(&mut url);
    url.query_pairs_mut().extend_pairs(parameters);
    HttpResponse::SeeOther()
        .insert_header((LOCATION, url.as_str()))
        .finish()
}

/// An address that was built from a page which had been told something before must not tell two things.
fn forget_ours(url: &mut Url) {
    let is_ours = |(name, _): &(String, String)| OURS.contains(&name.as_str());
    let before: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    if before.iter().any(is_ours) {
        let others = before.iter().filter(|pair| !is_ours(pair));
        url.query_pairs_mut().clear().extend_pairs(others);
    }
}

/// A page of constant words: nothing from the request is in it.
fn page((title, sentence): (&str, &str)) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .body(format!(
            "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>{title}</title></head>\
             <body><main><h1>{title}</h1><p>{sentence}</p></main></body></html>\n"
        ))
}

/// What the page is told of a result.
pub(super) fn parameters(result: &ConsentResult) -> Vec<(String, String)> {
    let pair = |name: &str, value: String| (name.to_owned(), value);
    let mut pairs = vec![pair("result", result.as_str().to_owned())];
    match result {
        ConsentResult::Connected(connections) => {
            let ids = connections.iter().map(ToString::to_string);
            pairs.extend(ids.map(|id| pair("connection", id)));
        }
        ConsentResult::Refused(class) => pairs.push(pair("reason", class.as_str().to_owned())),
        ConsentResult::Denied
        | ConsentResult::Expired
        | ConsentResult::Invalid
        | ConsentResult::OtherAccount
        | ConsentResult::Failed => {}
    }
    pairs
}

/// The same for a person, as a title and a sentence.
pub(super) const fn words(result: &ConsentResult) -> (&'static str, &'static str) {
    match result {
        ConsentResult::Connected(_) => ("Connected", "You can close this window."),
        ConsentResult::Denied => (
            "Not connected",
            "You did not agree at the marketplace. You can close this window and begin again.",
        ),
        ConsentResult::Expired => (
            "Not connected",
            "This took too long, was used already, or began in another browser. Begin again.",
        ),
        ConsentResult::Invalid => (
            "Not connected",
            "This is not what the marketplace sends. Begin again from the page where you connect accounts.",
        ),
        ConsentResult::OtherAccount => (
            "Not connected",
            "You agreed for another account than the one of this connection, which stays as it is. \
             Connect the other account as a new one.",
        ),
        ConsentResult::Refused(_) => (
            "Not connected",
            "The marketplace did not go through with it. Begin again later.",
        ),
        ConsentResult::Failed => (
            "Not connected",
            "Something went wrong on our side. Begin again in a moment.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::{StatusCode, header::CONTENT_TYPE};
    use fluxori_domain::OutcomeClass;

    use super::*;

    fn location(return_to: &str, result: &ConsentResult) -> String {
        let response = leave(Some(return_to), &parameters(result), words(result));
        assert_eq!(response.status(), StatusCode::SEE_OTHER);
        let location = response.headers().get(LOCATION).unwrap();
        location.to_str().unwrap().to_owned()
    }

    #[test]
    fn a_result_is_added_to_what_the_address_has() {
        let refused = ConsentResult::Refused(OutcomeClass::AccountSuspended);
        assert_eq!(
            location("https://app.example.com/x?tab=a%20b", &refused),
            "https://app.example.com/x?tab=a%20b&result=refused&reason=account_suspended"
        );
        assert_eq!(
            location(
                "https://app.example.com/?result=connected&tab=2&connection=1",
                &ConsentResult::Denied
            ),
            "https://app.example.com/?tab=2&result=denied"
        );
    }

    #[test]
    fn every_account_of_a_consent_is_named() {
        let ids: Vec<_> = (0..2)
            .map(|_| fluxori_domain::ConnectionId::make(chrono::DateTime::UNIX_EPOCH))
            .collect();
        let address = location(
            "https://app.example.com",
            &ConsentResult::Connected(ids.clone()),
        );
        assert_eq!(
            address,
            format!(
                "https://app.example.com/?result=connected&connection={}&connection={}",
                ids[0], ids[1]
            )
        );
    }

    #[test]
    fn without_an_address_there_is_a_page() {
        let response = leave(None, &[], words(&ConsentResult::Expired));
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(
            response.headers().get(CONTENT_TYPE).unwrap(),
            "text/html; charset=utf-8"
        );
    }
}
