use actix_web::{
    HttpResponse,
    http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY},
};
use base64::{Engine, engine::general_purpose::STANDARD};

use crate::random::{NoRandomness, make_random};

/// What the build leaves where the nonce of an answer goes.
const PLACEHOLDER: &str = "__CSP_NONCE__";

/// The document, under a policy with a nonce that no other answer has.
pub(super) fn respond(html: &[u8]) -> Result<HttpResponse, NoRandomness> {
    let nonce = make_nonce()?;
    let html = String::from_utf8_lossy(html).replace(PLACEHOLDER, &nonce);
    Ok(HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((CONTENT_SECURITY_POLICY, policy(&nonce)))
        .insert_header(("cross-origin-opener-policy", "same-origin"))
        .body(html))
}

/// Scripts and requests of this server only; styles too, and those that carry the nonce. No frame, no form, no plug-in.
fn policy(nonce: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; \
         font-src 'self'; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
    )
}

/// 128 random bits, as a policy writes them.
fn make_nonce() -> Result<String, NoRandomness> {
    let bytes = make_random::<16>()?;
    Ok(STANDARD.encode(*bytes))
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    fn served() -> (String, String) {
        let html = b"<meta content=\"__CSP_NONCE__\"><style nonce=\"__CSP_NONCE__\"></style>";
        let response = respond(html).unwrap();
        let policy = response.headers().get(CONTENT_SECURITY_POLICY).unwrap();
        let policy = policy.to_str().unwrap().to_owned();
        let body = actix_web::body::to_bytes(response.into_body());
        let body = body.now_or_never().unwrap().unwrap();
        (policy, String::from_utf8(body.to_vec()).unwrap())
    }

    #[test]
    fn every_answer_has_a_nonce_of_its_own_wherever_one_is_wanted() {
        let (policy, body) = served();
        let nonce = policy.split_once("'nonce-").unwrap().1;
        let nonce = nonce.split_once('\'').unwrap().0;
        assert_eq!(nonce.len(), 24);
        assert_eq!(body.matches(nonce).count(), 2);
        assert!(!body.contains(PLACEHOLDER));
        assert_ne!(served().0, policy);
    }
}
