use std::sync::Arc;

use fluxori_secret_manager::{
    Ciphertext, KeyManagement, KeyManagementSettings, KeyName, KeyState, Level, ProtectionLevel,
    Resource, SecretManagerError, Service, Trouble, Use,
};
use fluxori_test_support::google::{
    Call, Code, Fault, FaultRule, KeyState as FakeState, Order, Service as FakeService,
};
use rstest::rstest;

use crate::world::{World, retry};

/// A world with a key and a client for it.
struct Subject {
    world: World,
    key: KeyName,
    client: KeyManagement,
}

impl Subject {
    fn new() -> Self {
        let world = World::new();
        let key = KeyName::new(&world.google.kms_key("global", "fluxori", "wrap")).unwrap();
        let settings = KeyManagementSettings {
            endpoint: world.google.endpoints().kms_url.parse().unwrap(),
            retry: retry(),
        };
        let client = KeyManagement::new(&settings, Arc::clone(&world.tokens)).unwrap();
        Self { world, key, client }
    }

    async fn wrapped(&self, additional: &[u8]) -> Ciphertext {
        let sealed = self
            .client
            .encrypt(&self.key, b"data key", additional)
            .await;
        sealed.unwrap()
    }
}

#[tokio::test]
async fn what_was_encrypted_decrypts_with_the_same_additional_data() {
    let it = Subject::new();
    let sealed = it.wrapped(b"org-1").await;
    assert!(!sealed.0.windows(8).any(|part| part == b"data key"));
    let plaintext = it.client.decrypt(&it.key, &sealed, b"org-1").await.unwrap();
    assert_eq!(plaintext.as_slice(), b"data key");
    assert_eq!(it.world.google.count(Call::Token), 1);
}

#[tokio::test]
async fn other_additional_data_another_key_and_changed_bytes_do_not_decrypt() {
    let it = Subject::new();
    let sealed = it.wrapped(b"org-1").await;
    let refused = SecretManagerError::DoesNotDecrypt {
        key: it.key.clone(),
    };
    let error = it
        .client
        .decrypt(&it.key, &sealed, b"org-2")
        .await
        .unwrap_err();
    assert_eq!(error, refused);

    let mut changed = sealed.clone();
    *changed.0.last_mut().unwrap() ^= 1;
    let error = it
        .client
        .decrypt(&it.key, &changed, b"org-1")
        .await
        .unwrap_err();
    assert_eq!(error, refused);

    let other = KeyName::new(&it.world.google.kms_key("global", "fluxori", "other")).unwrap();
    let error = it
        .client
        .decrypt(&other, &sealed, b"org-1")
        .await
        .unwrap_err();
    assert_eq!(error, SecretManagerError::DoesNotDecrypt { key: other });
}

#[tokio::test]
async fn a_rotated_key_still_decrypts_what_its_old_version_encrypted() {
    let it = Subject::new();
    let sealed = it.wrapped(b"").await;
    let _same_name = it.world.google.kms_key("global", "fluxori", "wrap");
    let plaintext = it.client.decrypt(&it.key, &sealed, b"").await.unwrap();
    assert_eq!(plaintext.as_slice(), b"data key");
}

#[tokio::test]
async fn a_disabled_key_is_said_to_be_unusable() {
    let it = Subject::new();
    let sealed = it.wrapped(b"").await;
    let name = it.key.to_string();
    it.world
        .google
        .operate(Order::SetKeyState(name, 1, FakeState::Disabled));
    let unusable = SecretManagerError::KeyUnusable {
        key: it.key.clone(),
    };
    let error = it.client.encrypt(&it.key, b"x", b"").await.unwrap_err();
    assert_eq!(error, unusable);
    let error = it.client.decrypt(&it.key, &sealed, b"").await.unwrap_err();
    assert_eq!(error, unusable);
    let details = it.client.describe(&it.key).await.unwrap();
    assert_eq!(details.primary, Some(KeyState::Disabled));
}

#[tokio::test]
async fn a_key_tells_what_it_is_for_and_where_it_is() {
    let it = Subject::new();
    let details = it.client.describe(&it.key).await.unwrap();
    assert!(details.encrypts);
    assert_eq!(details.primary, Some(KeyState::Enabled));
    assert_eq!(details.protection, ProtectionLevel::Software);
}

#[tokio::test]
async fn a_missing_permission_on_a_key_is_named_and_can_be_asked_for() {
    let it = Subject::new();
    let wanted: Vec<_> = Use::KeyUser
        .grants()
        .filter(|grant| grant.level == Level::Key)
        .map(|grant| grant.permission)
        .collect();
    let granted = it.client.test_permissions(&it.key, &wanted).await.unwrap();
    assert_eq!(granted, wanted);

    let email = it.world.account.email.clone();
    it.world
        .google
        .operate(Order::Revoke(email, wanted[0].to_owned()));
    let granted = it.client.test_permissions(&it.key, &wanted).await.unwrap();
    assert_eq!(granted, wanted[1..]);
    let error = it.client.encrypt(&it.key, b"x", b"").await.unwrap_err();
    assert_eq!(
        error,
        SecretManagerError::PermissionDenied {
            permission: wanted[0],
            role: "roles/cloudkms.cryptoKeyEncrypter",
            resource: Resource::Key(it.key.clone()),
        }
    );
}

#[tokio::test]
async fn a_switched_off_service_is_known_by_the_details_of_its_error() {
    let it = Subject::new();
    it.world
        .google
        .operate(Order::DisableService(FakeService::CloudKms));
    let error = it.client.describe(&it.key).await.unwrap_err();
    let service = Service::KeyManagement;
    assert_eq!(error, SecretManagerError::ApiNotEnabled { service });
}

#[rstest]
#[case(Fault::Refused(Code::Unavailable))]
#[case(Fault::Refused(Code::Internal))]
#[case(Fault::Reset)]
#[case(Fault::AnswerLost)]
#[tokio::test]
async fn one_bad_moment_is_not_noticed(#[case] fault: Fault) {
    let it = Subject::new();
    let rule = |call| FaultRule::new(fault).at(call).times(1);
    it.world.google.inject(rule(Call::Encrypt));
    let sealed = it.wrapped(b"org-1").await;
    it.world.google.inject(rule(Call::Decrypt));
    let plaintext = it.client.decrypt(&it.key, &sealed, b"org-1").await.unwrap();
    assert_eq!(plaintext.as_slice(), b"data key");
    let count = |call| it.world.google.count(call);
    assert_eq!((count(Call::Encrypt), count(Call::Decrypt)), (2, 2));
}

#[tokio::test]
async fn without_anybody_there_the_service_is_not_reached() {
    let world = World::new();
    let settings = KeyManagementSettings {
        endpoint: "http://127.0.0.1:1".parse().unwrap(),
        retry: fluxori_secret_manager::RetrySettings {
            failures_allowed: 2,
            ..retry()
        },
    };
    let keys = KeyManagement::new(&settings, Arc::clone(&world.tokens)).unwrap();
    let key = KeyName::new("projects/123/locations/global/keyRings/r/cryptoKeys/k").unwrap();
    assert_eq!(
        keys.encrypt(&key, b"x", b"").await.unwrap_err(),
        SecretManagerError::Unavailable {
            service: Service::KeyManagement,
            trouble: Trouble::NotReached,
            maybe_done: false,
        }
    );
}

#[tokio::test]
async fn more_than_64_kib_is_not_sent() {
    let it = Subject::new();
    let large = vec![0; 65_537];
    for (plaintext, additional) in [(&large[..], &b""[..]), (b"", &large[..])] {
        let error = it
            .client
            .encrypt(&it.key, plaintext, additional)
            .await
            .unwrap_err();
        assert_eq!(error, SecretManagerError::PayloadTooLarge { limit: 65_536 });
    }
    assert_eq!(it.world.google.count_all(), 0);
}

#[tokio::test]
async fn tls_with_the_roots_of_this_machine_is_ready_before_anybody_calls() {
    let world = World::new();
    let settings = KeyManagementSettings::default();
    assert!(KeyManagement::new(&settings, Arc::clone(&world.tokens)).is_ok());
    assert_eq!(world.google.count(Call::Token), 0);
}
