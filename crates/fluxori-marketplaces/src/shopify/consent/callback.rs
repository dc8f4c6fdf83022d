use chrono::{DateTime, TimeDelta, Utc};
use fluxori_domain::{
    CallbackQuery, SecretText, ShopDomain,
    ports::{CallbackAnswer, CallbackProblem},
};

use super::{
    super::{descriptor::SHOP, signature::signs_query},
    claims,
};
use crate::callback::{code, optional, required, required_text};

/// How far a signed timestamp may be from now, in either direction.
const TOLERANCE: TimeDelta = TimeDelta::seconds(90);

/// Checks what Shopify sent, in this order: the shop, the signature, the age. Used for callbacks and for install requests.
pub(super) fn check(
    query: &CallbackQuery,
    secrets: &[SecretText],
    now: DateTime<Utc>,
) -> Result<ShopDomain, CallbackProblem> {
    let malformed = CallbackProblem::Malformed;
    let shop = required_text(query, SHOP)?.to_ascii_lowercase();
    let shop = ShopDomain::new(shop).map_err(|_| malformed)?;
    let timestamp = required_text(query, "timestamp")?;
    let signature = required(query, "hmac")?;
    for name in ["code", "state"] {
        optional(query, name)?;
    }
    if !signs_query(secrets, query, signature) {
        return Err(CallbackProblem::Forged);
    }
    let is_number = timestamp.bytes().all(|byte| byte.is_ascii_digit());
    let signed_at = timestamp
        .parse()
        .ok()
        .filter(|_| is_number)
        .and_then(|seconds| DateTime::from_timestamp(seconds, 0))
        .ok_or(malformed)?;
    if (now - signed_at).abs() > TOLERANCE {
        return Err(CallbackProblem::Stale);
    }
    Ok(shop)
}

/// Reads what a shop's consent page sends back.
pub(super) fn read(
    query: &CallbackQuery,
    secrets: &[SecretText],
    now: DateTime<Utc>,
) -> Result<CallbackAnswer, CallbackProblem> {
    let shop = check(query, secrets, now)?;
    required(query, "state")?;
    // Shopify describes no refusal; others say it like this.
    if optional(query, "error")?.is_some() {
        return Ok(CallbackAnswer::Denied);
    }
    Ok(CallbackAnswer::Granted {
        code: code(query, "code")?,
        claims: claims(&shop),
    })
}

#[cfg(test)]
mod tests {
    use ring::hmac;
    use rstest::rstest;

    use super::*;
    use crate::callback::query;

    const NOW: i64 = 1_795_428_000;

    const GOOD: [(&str, &str); 5] = [
        ("code", "canary-code"),
        ("host", "YWRtaW4uc2hvcGlmeS5jb20="),
        ("shop", "some-shop.myshopify.com"),
        ("state", "st-1"),
        ("timestamp", "1795428000"),
    ];

    /// Signs parameters that need no encoding, but for the `=` of a host.
    fn signature(key: &str, parameters: &[(&str, &str)]) -> String {
        let mut parameters = parameters.to_vec();
        parameters.sort_unstable();
        let pairs: Vec<_> = parameters
            .iter()
            .map(|(name, value)| format!("{name}={}", value.replace('=', "%3D")))
            .collect();
        let key = hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes());
        hex::encode(hmac::sign(&key, pairs.join("&").as_bytes()))
    }

    fn read_signed(
        parameters: &[(&str, &str)],
        at: i64,
    ) -> Result<CallbackAnswer, CallbackProblem> {
        let signature = signature("hush", parameters);
        let parameters = [parameters, &[("hmac", signature.as_str())]].concat();
        read_at(&parameters, at)
    }

    fn read_at(parameters: &[(&str, &str)], at: i64) -> Result<CallbackAnswer, CallbackProblem> {
        let secrets = [SecretText::copy_of("new"), SecretText::copy_of("hush")];
        let now = DateTime::from_timestamp(at, 0).unwrap();
        read(&query(parameters), &secrets, now)
    }

    #[test]
    fn a_signed_callback_grants_a_code_for_its_shop() {
        let answer = read_signed(&GOOD, NOW).unwrap();
        assert!(!format!("{answer:?}").contains("canary"), "{answer:?}");
        let CallbackAnswer::Granted { claims, .. } = answer else {
            panic!("the shop agreed")
        };
        assert_eq!(claims["shop"], "some-shop.myshopify.com");
    }

    #[rstest]
    #[case(90, true)]
    #[case(-90, true)]
    #[case(91, false)]
    #[case(-91, false)]
    fn a_signature_is_good_for_ninety_seconds(#[case] late: i64, #[case] good: bool) {
        let result = read_signed(&GOOD, NOW + late);
        assert_eq!(result.is_ok(), good);
        if let Err(problem) = result {
            assert_eq!(problem, CallbackProblem::Stale);
        }
    }

    #[test]
    fn a_parameter_that_is_missing_or_doubled_is_malformed_although_it_is_signed() {
        for index in [0, 2, 3, 4] {
            let mut parameters = GOOD.to_vec();
            let taken = parameters.remove(index);
            let problem = read_signed(&parameters, NOW).unwrap_err();
            assert_eq!(problem, CallbackProblem::Malformed, "without {}", taken.0);
            parameters.extend([taken, taken]);
            let problem = read_signed(&parameters, NOW).unwrap_err();
            assert_eq!(problem, CallbackProblem::Malformed, "two of {}", taken.0);
        }
        assert_eq!(read_at(&GOOD, NOW).unwrap_err(), CallbackProblem::Malformed);
        let signature = signature("hush", &GOOD);
        let twice = [("hmac", signature.as_str()), ("hmac", signature.as_str())];
        let parameters = [&GOOD[..], &twice].concat();
        assert_eq!(
            read_at(&parameters, NOW).unwrap_err(),
            CallbackProblem::Malformed
        );
    }

    #[test]
    fn a_parameter_that_was_tampered_with_is_forged() {
        let signature = signature("hush", &GOOD);
        for (index, value) in [
            (0, "x"),
            (1, "x"),
            (2, "evil.myshopify.com"),
            (3, "x"),
            (4, "1795428001"),
        ] {
            let mut parameters = GOOD.to_vec();
            parameters[index].1 = value;
            parameters.push(("hmac", &signature));
            let problem = read_at(&parameters, NOW).unwrap_err();
            assert_eq!(problem, CallbackProblem::Forged, "{}", parameters[index].0);
        }
    }

    #[rstest]
    #[case(2, "evil.example")]
    #[case(2, "some-shop.myshopify.com.evil.example")]
    #[case(4, "now")]
    #[case(4, "-1795428000")]
    #[case(4, "1795428000.0")]
    #[case(4, "99999999999999999999")]
    fn what_is_signed_but_is_no_shop_or_time_is_malformed(
        #[case] index: usize,
        #[case] value: &str,
    ) {
        let mut parameters = GOOD;
        parameters[index].1 = value;
        let problem = read_signed(&parameters, NOW).unwrap_err();
        assert_eq!(problem, CallbackProblem::Malformed);
    }

    #[test]
    fn the_shop_is_judged_before_the_signature_and_that_before_the_age() {
        let mut parameters = [&GOOD[..], &[("hmac", "00")]].concat();
        assert_eq!(
            read_at(&parameters, NOW + 1000).unwrap_err(),
            CallbackProblem::Forged
        );
        parameters[2].1 = "evil.example";
        assert_eq!(
            read_at(&parameters, NOW).unwrap_err(),
            CallbackProblem::Malformed
        );
    }

    #[test]
    fn a_signed_refusal_is_one() {
        let mut parameters = GOOD.to_vec();
        parameters[0] = ("error", "access_denied");
        assert!(matches!(
            read_signed(&parameters, NOW).unwrap(),
            CallbackAnswer::Denied
        ));
    }

    #[test]
    fn an_install_request_has_neither_code_nor_state() {
        let parameters = &GOOD[1..];
        let parameters = [&parameters[..2], &parameters[3..]].concat();
        let signature = signature("hush", &parameters);
        let parameters = [&parameters[..], &[("hmac", signature.as_str())]].concat();
        let now = DateTime::from_timestamp(NOW, 0).unwrap();
        let secrets = [SecretText::copy_of("hush")];
        let shop = check(&query(&parameters), &secrets, now).unwrap();
        assert_eq!(shop.as_str(), "some-shop.myshopify.com");
        let problem = check(&query(&parameters), &[], now).unwrap_err();
        assert_eq!(problem, CallbackProblem::Forged, "nothing to check it with");
    }
}
