use rstest::rstest;
use serde_json::json;

use super::*;
use crate::{KeyName, SecretId, VersionNumber};

fn secret() -> Resource {
    Resource::Secret(SecretId::new("one").unwrap())
}

fn version() -> Resource {
    Resource::Version(
        SecretId::new("one").unwrap(),
        VersionNumber::new(7).unwrap(),
    )
}

fn key() -> Resource {
    Resource::Key(KeyName::new("projects/123/locations/global/keyRings/r/cryptoKeys/k").unwrap())
}

/// An error document of Google's.
fn document(status: &str, message: &str, reason: Option<&str>) -> Vec<u8> {
    let info = reason.map(|reason| {
        json!({
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": reason,
            "domain": "googleapis.com",
            "metadata": { "service": "secretmanager.googleapis.com" },
        })
    });
    let details: Vec<_> = info.into_iter().collect();
    json!({ "error": { "code": 1, "message": message, "status": status, "details": details } })
        .to_string()
        .into_bytes()
}

fn error(http: u16, body: &[u8], operation: Operation, resource: Resource) -> SecretManagerError {
    Problem::from_http(http, None, Some(body)).into_error(
        Service::SecretManager,
        operation,
        resource,
    )
}

#[rstest]
#[case("SERVICE_DISABLED", SecretManagerError::ApiNotEnabled { service: Service::SecretManager })]
#[case("BILLING_DISABLED", SecretManagerError::BillingDisabled)]
#[case("CONSUMER_INVALID", SecretManagerError::ProjectUnusable)]
#[case("CONSUMER_SUSPENDED", SecretManagerError::ProjectUnusable)]
#[case("USER_PROJECT_DENIED", SecretManagerError::ProjectUnusable)]
#[case("ACCESS_TOKEN_SCOPE_INSUFFICIENT", SecretManagerError::ScopeMissing)]
#[case("SECURITY_POLICY_VIOLATED", SecretManagerError::PolicyRefused { resource: version() })]
#[case("IAM_PERMISSION_DENIED", denied())]
#[case("SOMETHING_NEW", denied())]
fn a_403_is_told_apart_by_its_reason(#[case] reason: &str, #[case] expected: SecretManagerError) {
    let body = document("PERMISSION_DENIED", "canary", Some(reason));
    let error = error(403, &body, Operation::AccessVersion, version());
    assert_eq!(error, expected);
    assert!(!format!("{error:?} {error}").contains("canary"));
}

fn denied() -> SecretManagerError {
    SecretManagerError::PermissionDenied {
        permission: "secretmanager.versions.access",
        role: "roles/secretmanager.secretAccessor",
        resource: version(),
    }
}

#[rstest]
#[case(Operation::CreateSecret, "roles/secretmanager.admin")]
#[case(Operation::AddVersion, "roles/secretmanager.secretVersionAdder")]
#[case(Operation::DestroyVersion, "roles/secretmanager.secretVersionManager")]
#[case(Operation::ListSecrets, "roles/secretmanager.viewer")]
fn a_denied_call_names_the_role_that_is_missing(#[case] operation: Operation, #[case] role: &str) {
    let body = document("PERMISSION_DENIED", "", Some("IAM_PERMISSION_DENIED"));
    let said = error(403, &body, operation, secret()).to_string();
    assert!(
        said.contains(role) && said.contains(operation.permission()),
        "{said}"
    );
}

#[rstest]
#[case(
    "Secret Version [projects/1/secrets/one/versions/7] is in DESTROYED state.",
    SecretManagerError::VersionDestroyed { resource: version() }
)]
#[case(
    "Secret Version [projects/1/secrets/one/versions/7] is in DISABLED state.",
    SecretManagerError::VersionDisabled { resource: version() }
)]
#[case(
    "projects/1/locations/global/keyRings/r/cryptoKeys/k/cryptoKeyVersions/1 is not enabled, current state is: DESTROYED.",
    SecretManagerError::CmekUnusable { resource: version() }
)]
#[case("The Cloud KMS key is DISABLED", SecretManagerError::CmekUnusable { resource: version() })]
#[case("other words", SecretManagerError::PreconditionFailed { resource: version() })]
fn a_failed_precondition_is_told_apart_by_googles_words(
    #[case] message: &str,
    #[case] expected: SecretManagerError,
) {
    let body = document("FAILED_PRECONDITION", message, None);
    let error = error(400, &body, Operation::AccessVersion, version());
    assert_eq!(error, expected);
}

#[test]
fn secret_manager_without_permission_on_our_key_is_not_us_without_permission() {
    let message = "Permission 'cloudkms.cryptoKeyVersions.useToEncrypt' denied on resource";
    let body = document("PERMISSION_DENIED", message, Some("IAM_PERMISSION_DENIED"));
    let error = error(403, &body, Operation::AddVersion, secret());
    assert_eq!(
        error,
        SecretManagerError::CmekUnusable { resource: secret() }
    );
}

#[rstest]
#[case("NOT_FOUND", 404, SecretManagerError::NotFound { resource: secret() })]
#[case("ALREADY_EXISTS", 409, SecretManagerError::AlreadyExists { resource: secret() })]
#[case("UNAUTHENTICATED", 401, SecretManagerError::Unauthenticated)]
#[case("RESOURCE_EXHAUSTED", 429, SecretManagerError::QuotaExceeded {
    service: Service::SecretManager, retry_after: None,
})]
#[case("UNAVAILABLE", 503, unavailable(Trouble::Fault))]
#[case("INTERNAL", 500, unavailable(Trouble::Fault))]
#[case("ABORTED", 409, unavailable(Trouble::Fault))]
#[case("DEADLINE_EXCEEDED", 504, unavailable(Trouble::TimedOut))]
#[case("INVALID_ARGUMENT", 400, SecretManagerError::InvalidArgument {
    what: "Google refuses an argument of the call",
})]
fn every_status_has_its_error(
    #[case] status: &str,
    #[case] http: u16,
    #[case] expected: SecretManagerError,
) {
    let body = document(status, "canary", None);
    assert_eq!(
        error(http, &body, Operation::AddVersion, secret()),
        expected
    );
}

fn unavailable(trouble: Trouble) -> SecretManagerError {
    SecretManagerError::Unavailable {
        service: Service::SecretManager,
        trouble,
        maybe_done: true,
    }
}

#[test]
fn a_read_that_fails_leaves_no_doubt_behind() {
    let body = document("UNAVAILABLE", "", None);
    let error = error(503, &body, Operation::AccessVersion, version());
    assert!(error.is_transient() && !error.may_have_happened());
}

#[rstest]
#[case(403, false)]
#[case(404, false)]
#[case(302, false)]
#[case(400, false)]
#[case(429, true)]
#[case(502, true)]
#[case(503, true)]
#[case(504, true)]
fn a_page_of_something_in_between_is_no_verdict_of_googles(
    #[case] http: u16,
    #[case] is_transient: bool,
) {
    for body in [&b"<html>canary</html>"[..], b"", b"{}", b"[1]"] {
        let error = error(http, body, Operation::AccessVersion, version());
        assert_eq!(error.is_transient(), is_transient, "{error:?}");
        let is_verdict = matches!(
            error,
            SecretManagerError::NotFound { .. } | SecretManagerError::PermissionDenied { .. }
        );
        assert!(!is_verdict, "{error:?}");
    }
}

#[test]
fn the_longer_of_two_waits_counts() {
    let body = json!({ "error": { "status": "RESOURCE_EXHAUSTED", "details": [
        { "@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [] },
        { "@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "2.5s" },
    ] } })
    .to_string();
    let wait = |header| Problem::from_http(429, header, Some(body.as_bytes())).retry_after();
    assert_eq!(wait(None), Some(Duration::from_millis(2500)));
    assert_eq!(
        wait(Some(Duration::from_secs(1))),
        Some(Duration::from_millis(2500))
    );
    assert_eq!(
        wait(Some(Duration::from_secs(9))),
        Some(Duration::from_secs(9))
    );
}

#[test]
fn durations_that_are_none_are_ignored() {
    for bad in ["2.5", "-1s", "NaNs", "infs", "1e300s", "", "s"] {
        assert_eq!(seconds(bad), None, "{bad}");
    }
}

#[test]
fn grpc_says_the_same_with_other_bytes() {
    let status = tonic::Status::with_details(
        Code::PermissionDenied,
        "canary",
        details::tests::trailer(Some("SERVICE_DISABLED"), None).into(),
    );
    let error = |status: &tonic::Status, operation| {
        Problem::from_grpc(status).into_error(Service::KeyManagement, operation, key())
    };
    assert_eq!(
        error(&status, Operation::Encrypt),
        SecretManagerError::ApiNotEnabled {
            service: Service::KeyManagement
        }
    );
    let Resource::Key(name) = key() else {
        unreachable!("it is a key")
    };
    let wrong = tonic::Status::invalid_argument("Decryption failed: canary");
    assert_eq!(
        error(&wrong, Operation::Decrypt),
        SecretManagerError::DoesNotDecrypt { key: name.clone() }
    );
    let disabled =
        tonic::Status::failed_precondition("k is not enabled, current state is: DISABLED.");
    assert_eq!(
        error(&disabled, Operation::Encrypt),
        SecretManagerError::KeyUnusable { key: name }
    );
}
