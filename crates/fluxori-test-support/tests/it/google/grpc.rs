//! Cloud KMS over gRPC.

use fluxori_test_support::google::{
    Call, Code as GoogleCode, Fault, FaultRule, KeyState, Order, Service,
};
use google_cloud_googleapis::{
    cloud::kms::v1::{
        DecryptRequest, EncryptRequest, GetCryptoKeyRequest,
        key_management_service_client::KeyManagementServiceClient,
    },
    iam::v1::{TestIamPermissionsRequest, iam_policy_client::IamPolicyClient},
};
use tonic::{Code, Request, Status, transport::Channel};

use super::world::{ACCOUNT, Google};

pub(super) async fn channel(google: &Google) -> Channel {
    let url = google.fake.endpoints().kms_url.clone();
    Channel::from_shared(url).unwrap().connect().await.unwrap()
}

pub(super) fn authorized<T>(google: &Google, message: T) -> Request<T> {
    let mut request = Request::new(message);
    let bearer = format!("Bearer {}", google.token());
    request
        .metadata_mut()
        .insert("authorization", bearer.parse().unwrap());
    request
}

fn lock(key: &str, aad: &[u8]) -> EncryptRequest {
    EncryptRequest {
        name: key.to_owned(),
        plaintext: b"123456789".to_vec(),
        plaintext_crc32c: Some(0xe306_9283),
        additional_authenticated_data: aad.to_vec(),
        ..EncryptRequest::default()
    }
}

fn unlock(key: &str, ciphertext: &[u8], aad: &[u8]) -> DecryptRequest {
    DecryptRequest {
        name: key.to_owned(),
        ciphertext: ciphertext.to_vec(),
        additional_authenticated_data: aad.to_vec(),
        ..DecryptRequest::default()
    }
}

#[tokio::test]
async fn a_key_locks_rotates_and_unlocks_with_the_same_data_beside_it_only() {
    let google = Google::new();
    let key = google.fake.kms_key("global", "fluxori", "data-keys");
    let mut kms = KeyManagementServiceClient::new(channel(&google).await);
    let locked = kms
        .encrypt(authorized(&google, lock(&key, b"aad")))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(locked.name, format!("{key}/cryptoKeyVersions/1"));
    assert!(
        locked.verified_plaintext_crc32c && !locked.verified_additional_authenticated_data_crc32c
    );

    assert_eq!(google.fake.kms_key("global", "fluxori", "data-keys"), key);
    let opened = kms
        .decrypt(authorized(
            &google,
            unlock(&key, &locked.ciphertext, b"aad"),
        ))
        .await;
    let opened = opened.unwrap().into_inner();
    assert_eq!(
        (&opened.plaintext[..], opened.plaintext_crc32c),
        (&b"123456789"[..], Some(0xe306_9283))
    );
    assert!(!opened.used_primary);
    let found = kms.get_crypto_key(authorized(
        &google,
        GetCryptoKeyRequest { name: key.clone() },
    ));
    let primary = found.await.unwrap().into_inner().primary.unwrap();
    assert_eq!(primary.name, format!("{key}/cryptoKeyVersions/2"));

    let wrong = kms
        .decrypt(authorized(
            &google,
            unlock(&key, &locked.ciphertext, b"other"),
        ))
        .await;
    assert_eq!(wrong.unwrap_err().code(), Code::InvalidArgument);
    let mut torn = unlock(&key, &locked.ciphertext, b"aad");
    torn.ciphertext_crc32c = Some(1);
    let torn = kms.decrypt(authorized(&google, torn)).await.unwrap_err();
    assert!(
        torn.message().contains("ciphertext_crc32c did not match"),
        "{torn}"
    );

    google
        .fake
        .operate(Order::SetKeyState(key.clone(), 1, KeyState::Disabled));
    let closed = kms
        .decrypt(authorized(
            &google,
            unlock(&key, &locked.ciphertext, b"aad"),
        ))
        .await;
    let closed = closed.unwrap_err();
    assert_eq!(closed.code(), Code::FailedPrecondition);
    assert!(
        closed
            .message()
            .ends_with("is not enabled, current state is: DISABLED.")
    );
    assert_eq!(google.fake.count(Call::Decrypt), 4);
}

#[tokio::test]
async fn refusals_of_cloud_kms_carry_their_reason() {
    let google = Google::new();
    let key = google.fake.kms_key("global", "fluxori", "data-keys");
    let channel = channel(&google).await;
    let mut kms = KeyManagementServiceClient::new(channel.clone());
    let missing = kms
        .encrypt(Request::new(lock(&key, b"")))
        .await
        .unwrap_err();
    assert_eq!(missing.code(), Code::Unauthenticated);
    let absent = kms
        .encrypt(authorized(&google, lock(&format!("{key}s"), b"")))
        .await;
    assert_eq!(absent.unwrap_err().code(), Code::NotFound);

    let permissions = [
        "cloudkms.cryptoKeyVersions.useToEncrypt",
        "cloudkms.cryptoKeyVersions.useToDecrypt",
    ];
    google
        .fake
        .operate(Order::Revoke(ACCOUNT.to_owned(), permissions[0].to_owned()));
    let refused = kms
        .encrypt(authorized(&google, lock(&key, b"")))
        .await
        .unwrap_err();
    assert_eq!(refused.code(), Code::PermissionDenied);
    assert!(has_text(&refused, "IAM_PERMISSION_DENIED") && has_text(&refused, permissions[0]));
    let test = TestIamPermissionsRequest {
        resource: key.clone(),
        permissions: permissions.map(ToOwned::to_owned).to_vec(),
    };
    let mut iam = IamPolicyClient::new(channel);
    let told = iam
        .test_iam_permissions(authorized(&google, test))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(told.permissions, permissions[1..]);

    google
        .fake
        .operate(Order::DisableService(Service::CloudKms));
    let disabled = kms
        .encrypt(authorized(&google, lock(&key, b"")))
        .await
        .unwrap_err();
    assert!(has_text(&disabled, "SERVICE_DISABLED"));
}

#[tokio::test]
async fn faults_happen_to_calls_over_grpc() {
    let google = Google::new();
    let key = google.fake.kms_key("global", "fluxori", "data-keys");
    let mut kms = KeyManagementServiceClient::new(channel(&google).await);
    for (fault, code) in [
        (
            Fault::Refused(GoogleCode::ResourceExhausted),
            Code::ResourceExhausted,
        ),
        // The client takes the page for a message, and its first letter for a flag of one.
        (Fault::Page(503), Code::Internal),
    ] {
        google
            .fake
            .inject(FaultRule::new(fault).at(Call::Encrypt).on(&key).times(1));
        let failed = kms
            .encrypt(authorized(&google, lock(&key, b"")))
            .await
            .unwrap_err();
        assert_eq!(failed.code(), code, "{fault:?}");
    }
    google
        .fake
        .inject(FaultRule::new(Fault::AnswerLost).at(Call::Encrypt).times(1));
    let lost = kms
        .encrypt(authorized(&google, lock(&key, b"")))
        .await
        .unwrap_err();
    assert!(
        [
            Code::Unavailable,
            Code::Unknown,
            Code::Internal,
            Code::Cancelled
        ]
        .contains(&lost.code()),
        "{lost}"
    );
    assert!(
        kms.encrypt(authorized(&google, lock(&key, b"")))
            .await
            .is_ok()
    );
}

fn has_text(status: &Status, text: &str) -> bool {
    status
        .details()
        .windows(text.len())
        .any(|part| part == text.as_bytes())
}

#[tokio::test]
async fn a_payload_under_a_key_that_is_disabled_is_out_of_reach() {
    let google = Google::new();
    let key = google.fake.kms_key("global", "fluxori", "secrets");
    let body = format!(
        r#"{{"replication":{{"automatic":{{"customerManagedEncryption":{{"kmsKeyName":"{key}"}}}}}}}}"#
    );
    let made = google.call(
        "POST",
        "/v1/projects/fluxori-test/secrets?secretId=one",
        &body,
    );
    assert_eq!(made.status, 200, "{made:?}");
    let add = r#"{"payload":{"data":"YQ=="}}"#;
    let path = "/v1/projects/fluxori-test/secrets/one";
    let added = google
        .call("POST", &format!("{path}:addVersion"), add)
        .json();
    let used =
        &added["replicationStatus"]["automatic"]["customerManagedEncryption"]["kmsKeyVersionName"];
    assert_eq!(*used, format!("{key}/cryptoKeyVersions/1"));
    google
        .fake
        .operate(Order::SetKeyState(key, 1, KeyState::Disabled));
    for (method, verb, body) in [
        ("GET", "/versions/1:access", ""),
        ("POST", ":addVersion", add),
    ] {
        let refused = google.call(method, &format!("{path}{verb}"), body);
        assert_eq!(refused.refusal(), (400, "FAILED_PRECONDITION".to_owned()));
    }
}
