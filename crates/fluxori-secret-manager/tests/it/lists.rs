use std::collections::BTreeSet;

use fluxori_secret_manager::{Labels, SecretManagerError, VersionState};
use fluxori_test_support::google::{Call, Order};

use crate::world::{World, id_of, of};

#[tokio::test]
async fn all_pages_together_are_all_secrets_with_the_label() {
    let world = World::with(|settings| settings.page_size = 3);
    let ours = Labels::none().with("app", "fluxori").unwrap();
    let theirs = Labels::none().with("app", "other").unwrap();
    for number in 0..7 {
        let id = id_of(&format!("fluxori-{number}"));
        world.secrets.create(&id, &ours).await.unwrap();
        let id = id_of(&format!("other-{number}"));
        world.secrets.create(&id, &theirs).await.unwrap();
    }
    let mut found = Vec::new();
    let mut next = None;
    loop {
        let page = world.secrets.list(&ours, next.as_ref()).await.unwrap();
        assert!(page.secrets.len() <= 3);
        found.extend(page.secrets.into_iter().map(|secret| secret.id.to_string()));
        next = page.next;
        if next.is_none() {
            break;
        }
    }
    assert_eq!(
        found.first().map(String::as_str),
        Some("fluxori-6"),
        "newest first"
    );
    let distinct: BTreeSet<_> = found.iter().cloned().collect();
    assert_eq!((found.len(), distinct.len()), (7, 7));
    assert!(world.google.count(Call::ListSecrets) >= 3);

    let both = ours.with("marketplace", "xero").unwrap();
    let none = world.secrets.list(&both, None).await.unwrap();
    assert_eq!((none.secrets.len(), none.next), (0, None));
}

#[tokio::test]
async fn versions_are_listed_with_their_states_newest_first() {
    let world = World::with(|settings| settings.page_size = 2);
    let (secret, _) = world.secret("one", "a").await;
    for payload in ["b", "c"] {
        world
            .secrets
            .add_version(&secret, &of(payload))
            .await
            .unwrap();
    }
    world.google.operate(Order::DisableVersion("one".into(), 2));
    world.google.operate(Order::DestroyVersion("one".into(), 1));

    let page = world.secrets.list_versions(&secret, None).await.unwrap();
    let mut versions = page.versions;
    let rest = world
        .secrets
        .list_versions(&secret, page.next.as_ref())
        .await
        .unwrap();
    versions.extend(rest.versions);
    assert_eq!(rest.next, None);
    let seen: Vec<_> = versions
        .iter()
        .map(|one| (one.number.as_u64(), one.state))
        .collect();
    assert_eq!(
        seen,
        [
            (3, VersionState::Enabled),
            (2, VersionState::Disabled),
            (1, VersionState::Destroyed),
        ]
    );
}

#[tokio::test]
async fn versions_of_a_secret_that_is_gone_are_not_an_empty_list() {
    let world = World::new();
    let error = world
        .secrets
        .list_versions(&id_of("gone"), None)
        .await
        .unwrap_err();
    assert!(
        matches!(error, SecretManagerError::NotFound { .. }),
        "{error:?}"
    );
}
