use fluxori_domain::{
    Generation, Marketplace, OrganizationId, Plaintext, SecretContext, ports::SecretStoreError,
};
use fluxori_secret_manager::{
    KeyName, MAX_PAYLOAD_BYTES, Operation, Resource, SecretId, VersionNumber,
    fuzzing::{grpc_refusal, payload, refusal, secrets, unwrap, versions, wrap},
};
use secrecy::ExposeSecret;

use crate::silence::{assert_silent, assert_silent_error};

/// What Google may answer, as a success and as a refusal of either interface: no word of it is in an error, a payload is
/// whole and of the version that was asked for, and a secret opens only where it was put.
pub fn google_answer(input: &[u8]) {
    let secret = SecretId::new("fluxori-1").expect("it is an id");
    let version = VersionNumber::new(7).expect("it is a number");
    read(input, &secret, version);
    refuse(input, &secret, version);
    keep(input);
}

fn read(input: &[u8], secret: &SecretId, version: VersionNumber) {
    if let Some(listed) = versions(input, secret) {
        assert!(listed.iter().all(|version| version.number.as_u64() > 0));
    }
    for listed in secrets(input).unwrap_or_default() {
        assert_eq!(SecretId::new(listed.id.as_str()).as_ref(), Ok(&listed.id));
    }
    match payload(input, secret, version) {
        Some(Ok(payload)) => {
            assert!((1..=MAX_PAYLOAD_BYTES).contains(&payload.len()));
            assert_eq!(format!("{payload:?}"), "Payload([REDACTED])");
            if let Ok(plaintext) = unwrap(&context(), &payload) {
                let wrapped = wrap(&context(), &plaintext).expect("it was wrapped before");
                assert_eq!(exposed(&wrapped), exposed(&payload));
            }
        }
        Some(Err(error)) => assert_silent_error(&error),
        None => {}
    }
}

fn refuse(input: &[u8], secret: &SecretId, version: VersionNumber) {
    let key = "projects/p-project/locations/l/keyRings/r/cryptoKeys/k";
    let key = KeyName::new(key).expect("it is a name");
    let (status, body) = input.split_first().unwrap_or((&0, &[]));
    let message = String::from_utf8_lossy(body);
    for (operation, resource) in [
        (
            Operation::AccessVersion,
            Resource::Version(secret.clone(), version),
        ),
        (Operation::AddVersion, Resource::Secret(secret.clone())),
        (Operation::Decrypt, Resource::Key(key)),
    ] {
        let code = i32::from(status % 17);
        assert_silent(&format!(
            "{:?} {:?} {:?}",
            refusal(
                200 + 2 * u16::from(*status),
                Some(body),
                operation,
                resource.clone()
            ),
            refusal(400, Some(input), operation, resource.clone()),
            grpc_refusal(code, &message, body, operation, resource),
        ));
    }
}

fn keep(input: &[u8]) {
    let plaintext = Plaintext::new(input.to_vec().into());
    let payload = match wrap(&context(), &plaintext) {
        Ok(payload) => payload,
        Err(error) => {
            assert!(
                matches!(error, SecretStoreError::TooLarge { .. }),
                "{error}"
            );
            return;
        }
    };
    let opened = unwrap(&context(), &payload).expect("it was put there");
    assert_eq!(exposed(&opened), input);
    let elsewhere = SecretContext {
        generation: context().generation.next(),
        ..context()
    };
    assert!(unwrap(&elsewhere, &payload).is_err(), "it opens elsewhere");
}

fn context() -> SecretContext {
    SecretContext {
        organization: OrganizationId::new("org-1").expect("it is a name"),
        credential: "018bcfe5-6800-7000-8000-000000000001"
            .parse()
            .expect("it is an id"),
        marketplace: Marketplace::Xero,
        generation: Generation::FIRST,
    }
}

#[expect(clippy::disallowed_methods, reason = "EXPOSE: compared, in a test")]
fn exposed(secret: &impl ExposeSecret<[u8]>) -> &[u8] {
    secret.expose_secret()
}
