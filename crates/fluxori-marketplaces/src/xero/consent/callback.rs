use std::collections::BTreeMap;

use fluxori_domain::{
    CallbackQuery,
    ports::{CallbackAnswer, CallbackProblem},
};

use crate::callback::{code, optional, required};

/// Reads what Xero sends back: a refusal before a code, whatever else is there. Nothing of it is signed.
pub(super) fn read(query: &CallbackQuery) -> Result<CallbackAnswer, CallbackProblem> {
    required(query, "state")?;
    optional(query, "code")?;
    if optional(query, "error")?.is_some() {
        return Ok(CallbackAnswer::Denied);
    }
    Ok(CallbackAnswer::Granted {
        code: code(query, "code")?,
        claims: BTreeMap::new(),
    })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::callback::query;

    #[rstest]
    #[case(&[("code", "canary-1"), ("state", "s")], "granted")]
    #[case(&[("code", "canary-1"), ("state", "s"), ("session_state", "x"), ("scope", "a b")], "granted")]
    #[case(&[("error", "access_denied"), ("state", "s")], "denied")]
    #[case(&[("error", "access_denied"), ("code", "canary-1"), ("state", "s")], "denied")]
    #[case(&[("code", "canary-1")], "malformed")]
    #[case(&[("error", "server_error"), ("error_description", "canary words"), ("state", "s")], "denied")]
    #[case(&[("error", "access_denied")], "malformed")]
    #[case(&[("state", "s")], "malformed")]
    #[case(&[("code", "a"), ("code", "b"), ("state", "s")], "malformed")]
    #[case(&[("code", "a"), ("state", "s"), ("state", "s")], "malformed")]
    #[case(&[("error", "a"), ("error", "b"), ("state", "s")], "malformed")]
    #[case(&[("error", "a"), ("code", "a"), ("code", "b"), ("state", "s")], "malformed")]
    #[case(&[("code", ""), ("state", "s")], "malformed")]
    fn a_refusal_goes_before_a_code(#[case] parameters: &[(&str, &str)], #[case] expected: &str) {
        let read = read(&query(parameters));
        assert!(!format!("{read:?}").contains("canary"), "{read:?}");
        let what = match read {
            Ok(CallbackAnswer::Granted { claims, .. }) if claims.is_empty() => "granted",
            Ok(CallbackAnswer::Granted { .. }) => "claims",
            Ok(CallbackAnswer::Denied) => "denied",
            Err(CallbackProblem::Malformed) => "malformed",
            Err(_) => "another problem",
        };
        assert_eq!(what, expected);
    }
}
