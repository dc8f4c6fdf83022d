//! Changing data keys and master keys.

use fluxori_domain::{
    AuditKind, Connection, ConnectionFilter, Credential, Generation, Marketplace, PageRequest,
    TenantScope,
    ports::{
        ConnectionRepository as _, DataKeyRepository as _, KeyMaintenance as _,
        RefreshRepository as _, Resealed, SealedCount, StorageError, WrappedBy, WrappedDataKey,
    },
};
use futures_util::future::join_all;

use crate::{
    data_keys::{key, master, organization},
    support::{
        OpenTransaction, Store, alice, at, event, keys, new, new_secret, on_both, scope, secret,
        sqlite_path,
    },
};

/// Makes a data key the active one of an organization, whichever is that now.
pub(crate) async fn activate(store: &Store, owner: &str, digit: char) {
    let key = key(owner, digit, 'a');
    match keys(&store.database)
        .active(&key.organization)
        .await
        .unwrap()
    {
        Some(old) => assert!(store.database.activate(key, &old.id).await.unwrap()),
        None => drop(store.database.insert_first(key).await.unwrap()),
    }
}

/// A value that a data key seals.
fn sealed(digit: char, text: &str) -> String {
    format!("fx1.{}.iv.{text}", String::from(digit).repeat(32))
}

/// A credential that a data key seals.
async fn insert(store: &Store, scope: &TenantScope, account: &str, digit: char) -> Credential {
    let mut new = new(scope, Marketplace::Takealot, Some(account));
    new.credential.secret = secret(&sealed(digit, account));
    let credential = new.credential.clone();
    store.database.insert(new).await.unwrap();
    credential
}

async fn stored(store: &Store, credential: &Credential) -> Option<Credential> {
    let row = store.database.credential(&credential.scope, credential.id);
    row.await.unwrap()
}

/// What a reseal is told of a credential.
fn resealed(seen: &Credential, digit: char) -> Resealed {
    Resealed {
        seen: seen.clone(),
        secret: secret(&sealed(digit, "again")),
    }
}

async fn connection_of(store: &Store, credential: &Credential) -> Connection {
    let page = store.database.list(
        &credential.scope,
        ConnectionFilter::default(),
        PageRequest::default(),
    );
    let items = page.await.unwrap().items;
    items
        .into_iter()
        .find(|one| one.credential_id == credential.id)
        .unwrap()
}

on_both! {
    async fn data_keys_are_paged_by_who_wraps_them(store: Store) {
        let mut all = Vec::new();
        for (owner, digit, by) in [("a", '1', 'a'), ("b", '3', 'b'), ("c", '2', 'a'), ("d", '1', 'b')] {
            all.push(store.database.insert_first(key(owner, digit, by)).await.unwrap());
        }
        let page = async |by: &WrappedBy, after: Option<&WrappedDataKey>, limit| {
            store.database.wrapped(by, after, limit).await.unwrap()
        };
        assert_eq!(page(&WrappedBy::Any, None, 3).await, all[..3]);
        assert_eq!(page(&WrappedBy::Any, Some(&all[2]), 3).await, all[3..]);
        let others = WrappedBy::AnyBut(master('a'));
        assert_eq!(page(&others, None, 1).await, all[1..2]);
        assert_eq!(page(&others, Some(&all[1]), 9).await, all[3..]);
        assert!(page(&others, Some(&all[3]), 9).await.is_empty());
        let only = WrappedBy::Only(master('a'));
        assert_eq!(page(&only, None, 9).await, [all[0].clone(), all[2].clone()]);
        for (by, count) in [(WrappedBy::Any, 4), (others, 2), (only, 2)] {
            assert_eq!(store.database.count_wrapped(&by).await.unwrap(), count);
        }
    }

    async fn organizations_are_named_once_each(store: Store) {
        for owner in ["b", "a", "c"] {
            activate(&store, owner, '1').await;
            activate(&store, owner, '2').await;
        }
        let page = store.database.organizations(None, 2).await.unwrap();
        assert_eq!(page, [organization("a"), organization("b")]);
        let page = store.database.organizations(Some(&page[1]), 2).await.unwrap();
        assert_eq!(page, [organization("c")]);
    }

    async fn a_new_key_is_active_and_the_old_one_goes_on_opening(store: Store) {
        let owner = organization("org-1");
        activate(&store, "org-1", '1').await;
        let (old, new) = (key("org-1", '1', 'a'), key("org-1", '2', 'a'));
        assert!(!store.database.activate(key("org-1", '3', 'a'), &new.id).await.unwrap());
        assert!(store.database.activate(new.clone(), &old.id).await.unwrap());
        assert!(!store.database.activate(key("org-1", '3', 'a'), &old.id).await.unwrap(), "too late");
        assert_eq!(store.database.active(&owner).await.unwrap(), Some(new));
        assert_eq!(keys(&store.database).find(&owner, &old.id).await.unwrap(), Some(old.clone()));
        assert_eq!(store.database.inactive(&owner).await.unwrap(), [old]);
    }

    async fn of_racing_new_keys_one_becomes_active(store: Store) {
        activate(&store, "org-1", '0').await;
        let racers = ('1'..='6').map(|digit| {
            let database = store.database.clone();
            tokio::spawn(async move {
                database.activate(key("org-1", digit, 'a'), &key("org-1", '0', 'a').id).await.unwrap()
            })
        });
        let won = join_all(racers).await.into_iter().filter(|won| *won.as_ref().unwrap()).count();
        assert_eq!(won, 1);
        assert_eq!(store.count("data_keys"), 2);
    }

    async fn what_other_keys_seal_is_paged_by_user(store: Store) {
        let (alice, bob) = (alice(), scope("org-1", "bob"));
        activate(&store, "org-1", '1').await;
        activate(&store, "org-2", '1').await;
        let mut old = vec![insert(&store, &alice, "1", '1').await, insert(&store, &bob, "2", '1').await];
        insert(&store, &scope("org-2", "alice"), "3", '1').await;
        activate(&store, "org-1", '2').await;
        insert(&store, &alice, "4", '2').await;
        old.insert(1, insert(&store, &alice, "5", '1').await);
        let owner = organization("org-1");
        let active = key("org-1", '2', 'a').id;
        let page = async |after: Option<&Credential>, limit| {
            let after = after.map(|after| (after.scope.user.clone(), after.id));
            store.database.sealed_by_others(&owner, &active, after.as_ref(), limit).await.unwrap()
        };
        assert_eq!(page(None, 2).await, old[..2]);
        assert_eq!(page(Some(&old[1]), 2).await, old[2..]);
        assert!(page(Some(&old[2]), 2).await.is_empty());
        let count = store.database.count_sealed(Some(&owner)).await.unwrap();
        let expected = SealedCount { credentials: 4, by_inactive: 3, active_keys: 1, inactive_keys: 1 };
        assert_eq!(count, expected);
        let count = store.database.count_sealed(None).await.unwrap();
        assert_eq!(count, SealedCount { credentials: 5, active_keys: 2, ..expected });
    }

    async fn a_resealed_row_holds_another_value_and_nothing_else_changed(store: Store) {
        activate(&store, "org-1", '1').await;
        let first = insert(&store, &alice(), "1", '1').await;
        let second = insert(&store, &scope("org-1", "bob"), "2", '1').await;
        let connection = connection_of(&store, &first).await;
        activate(&store, "org-1", '2').await;
        let (owner, active) = (organization("org-1"), key("org-1", '2', 'a').id);
        let both = vec![resealed(&first, '2'), resealed(&second, '2')];
        assert_eq!(store.database.reseal(&owner, &active, both.clone()).await.unwrap(), 2);
        for (before, after) in [&first, &second].into_iter().zip(&both) {
            let expected = Credential { secret: after.secret.clone(), ..before.clone() };
            assert_eq!(stored(&store, before).await, Some(expected));
        }
        assert_eq!(store.database.reseal(&owner, &active, both).await.unwrap(), 0, "done already");
        assert_eq!(connection_of(&store, &first).await, connection, "the seller sees nothing of it");
        assert_eq!(store.database.reseal(&owner, &active, vec![]).await.unwrap(), 0);
    }

    async fn a_row_that_somebody_changed_meanwhile_is_left_alone(store: Store) {
        activate(&store, "org-1", '1').await;
        let seen = insert(&store, &alice(), "1", '1').await;
        let connection = connection_of(&store, &seen).await;
        let change = new_secret(Generation::FIRST, &sealed('1', "newer"));
        let replaced = event(&connection, AuditKind::CredentialReplaced);
        store.database.update(connection, Some(change), replaced).await.unwrap();
        let owner = organization("org-1");
        let by = key("org-1", '1', 'a').id;
        assert_eq!(store.database.reseal(&owner, &by, vec![resealed(&seen, '1')]).await.unwrap(), 0);
        assert_eq!(stored(&store, &seen).await.unwrap().secret, secret(&sealed('1', "newer")));
        let foreign = store.database.reseal(&organization("org-2"), &by, vec![]).await;
        assert!(matches!(foreign, Err(StorageError::Conflict)), "{foreign:?}");
    }

    async fn nothing_is_resealed_by_a_key_that_is_not_active_any_more(store: Store) {
        activate(&store, "org-1", '1').await;
        let seen = insert(&store, &alice(), "1", '1').await;
        activate(&store, "org-1", '2').await;
        activate(&store, "org-1", '3').await;
        let owner = organization("org-1");
        for late in ['2', '9'] {
            let by = key("org-1", late, 'a').id;
            let refused = store.database.reseal(&owner, &by, vec![resealed(&seen, late)]).await;
            assert!(matches!(refused, Err(StorageError::Conflict)), "{refused:?}");
        }
        assert_eq!(stored(&store, &seen).await, Some(seen));
    }

    async fn a_data_key_goes_only_when_it_seals_nothing(store: Store) {
        activate(&store, "org-1", '1').await;
        let seen = insert(&store, &alice(), "1", '1').await;
        let (owner, old) = (organization("org-1"), key("org-1", '1', 'a').id);
        let drop_unused = async |key| store.database.drop_unused(&owner, key).await.unwrap();
        assert!(!drop_unused(&old).await, "it is active");
        activate(&store, "org-1", '2').await;
        assert!(!drop_unused(&old).await, "it seals a credential");
        let active = key("org-1", '2', 'a').id;
        store.database.reseal(&owner, &active, vec![resealed(&seen, '2')]).await.unwrap();
        assert!(drop_unused(&old).await);
        assert!(!drop_unused(&old).await, "it is gone");
        assert_eq!(keys(&store.database).find(&owner, &old).await.unwrap(), None);
    }

    async fn what_a_dropped_key_sealed_is_not_stored_any_more(store: Store) {
        activate(&store, "org-1", '1').await;
        activate(&store, "org-1", '2').await;
        let seen = insert(&store, &alice(), "1", '2').await;
        let connection = connection_of(&store, &seen).await;
        let (owner, old) = (organization("org-1"), key("org-1", '1', 'a').id);
        assert!(store.database.drop_unused(&owner, &old).await.unwrap());
        let change = new_secret(Generation::FIRST, &sealed('1', "late"));
        let replaced = event(&connection, AuditKind::CredentialReplaced);
        let late = store.database.update(connection, Some(change), replaced).await;
        assert!(matches!(late, Err(StorageError::Conflict)), "{late:?}");
        let mut late = new(&alice(), Marketplace::Takealot, Some("2"));
        late.credential.secret = secret(&sealed('1', "late"));
        let late = store.database.insert(late).await;
        assert!(matches!(late, Err(StorageError::Conflict)), "{late:?}");
        assert_eq!(stored(&store, &seen).await, Some(seen));
    }

    async fn a_master_key_is_withdrawn_when_it_wraps_nothing_and_never_comes_back(store: Store) {
        let (database, owner) = (&store.database, organization("org-1"));
        database.insert_first(key("org-1", '1', 'a')).await.unwrap();
        assert_eq!(database.withdraw(&master('a'), at(1)).await.unwrap(), 1);
        assert!(database.rewrap(key("org-1", '1', 'b'), &master('a')).await.unwrap());
        assert_eq!(database.withdraw(&master('a'), at(2)).await.unwrap(), 0);
        assert_eq!(database.withdraw(&master('a'), at(3)).await.unwrap(), 0, "again is harmless");
        let refused = [
            database.insert_first(key("org-2", '1', 'a')).await.map(drop),
            database.rewrap(key("org-1", '1', 'a'), &master('b')).await.map(drop),
            database.activate(key("org-1", '2', 'a'), &key("org-1", '1', 'b').id).await.map(drop),
        ];
        for refused in refused {
            assert!(
                matches!(&refused, Err(StorageError::WithdrawnKey { id }) if *id == master('a')),
                "{refused:?}"
            );
        }
        assert_eq!(database.active(&owner).await.unwrap(), Some(key("org-1", '1', 'b')));
        assert_eq!(store.count("data_keys"), 1);
        let known = keys(database).master_keys().await.unwrap();
        assert_eq!(known[0].withdrawn_at, Some(at(2)));
    }

    async fn a_key_is_either_withdrawn_or_used_never_both(store: Store) {
        for round in 0..20 {
            let by = char::from_digit(round % 10, 10).unwrap();
            let owner = format!("org-{round}");
            let (user, keeper) = (store.database.clone(), store.database.clone());
            let wraps = tokio::spawn(async move { user.insert_first(key(&owner, '1', by)).await });
            let withdraws = tokio::spawn(async move { keeper.withdraw(&master(by), at(0)).await });
            let (wraps, withdraws) = (wraps.await.unwrap(), withdraws.await.unwrap().unwrap());
            assert_eq!(wraps.is_err(), withdraws == 0, "{wraps:?} {withdraws}");
        }
    }

    async fn a_value_under_way_keeps_its_key_or_fails(store: Store) {
        let owner = organization("org-1");
        activate(&store, "org-1", '1').await;
        for round in 0..20 {
            let old = keys(&store.database).active(&owner).await.unwrap().unwrap();
            let digit = old.id.as_str().chars().next().unwrap();
            activate(&store, "org-1", if digit == '1' { '2' } else { '1' }).await;
            let (writer, keeper) = (store.database.clone(), store.database.clone());
            let mut new = new(&alice(), Marketplace::Takealot, Some(&format!("{round}")));
            new.credential.secret = secret(&sealed(digit, "under way"));
            let credential = new.credential.clone();
            let stores = tokio::spawn(async move { writer.insert(new).await });
            let (owner, id) = (owner.clone(), old.id.clone());
            let drops = tokio::spawn(async move { keeper.drop_unused(&owner, &id).await });
            let (stores, drops) = (stores.await.unwrap(), drops.await.unwrap().unwrap());
            assert_eq!(stores.is_err(), drops, "{stores:?}");
            if stores.is_ok() {
                let owner = organization("org-1");
                let active = keys(&store.database).active(&owner).await.unwrap().unwrap();
                let digit = active.id.as_str().chars().next().unwrap();
                let others = store.database.sealed_by_others(&owner, &active.id, None, 100);
                let others = others.await.unwrap();
                assert!(others.contains(&credential));
                let again = others.iter().map(|seen| resealed(seen, digit)).collect();
                store.database.reseal(&owner, &active.id, again).await.unwrap();
                assert!(store.database.drop_unused(&owner, &old.id).await.unwrap());
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_deletes_a_key_waits_for_a_value_under_way() {
    let store = Store::postgres().await;
    assert!(sqlite_path(&store.place).is_none());
    activate(&store, "org-1", '1').await;
    let seen = insert(&store, &alice(), "1", '1').await;
    activate(&store, "org-1", '2').await;
    let (owner, old) = (organization("org-1"), key("org-1", '1', 'a').id);
    let active = key("org-1", '2', 'a').id;
    store
        .database
        .reseal(&owner, &active, vec![resealed(&seen, '2')])
        .await
        .unwrap();
    let under_way = OpenTransaction::after(
        store.place.url(),
        &format!("DO $$ BEGIN PERFORM 1 FROM data_keys WHERE id = '{old}' FOR KEY SHARE; END $$"),
    );
    let database = store.database.clone();
    let dropping = tokio::spawn(async move { database.drop_unused(&owner, &old).await });
    // A new key does not wait for it, nor does a reseal.
    activate(&store, "org-1", '3').await;
    assert!(!dropping.is_finished());
    drop(under_way);
    assert!(dropping.await.unwrap().unwrap());
}
