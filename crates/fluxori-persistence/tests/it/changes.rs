//! Hearing of changes that other processes make.

use std::time::Duration;

use fluxori_domain::{
    AuditKind, Generation, Label, LastSync, SyncOutcome, TenantScope,
    ports::{ChangeFeed as _, ChangeMark, ConnectionRepository as _},
};
use fluxori_persistence::ChangeListener;

use crate::support::{OpenTransaction, Store, alice, at, event, new_secret, scope};

/// A listener that hears.
async fn listen(store: &Store) -> ChangeListener {
    let feed = store.database.listen().expect("it is PostgreSQL");
    mark(&feed, &alice()).await;
    feed
}

/// The present moment, as soon as there is one.
async fn mark(feed: &ChangeListener, scope: &TenantScope) -> ChangeMark {
    loop {
        match feed.mark(scope) {
            Some(mark) => return mark,
            None => tokio::time::sleep(Duration::from_millis(1)).await,
        }
    }
}

/// Waits until a mark is not current any more.
async fn until_heard(feed: &ChangeListener, mark: ChangeMark) {
    while feed.is_current(&mark) {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

#[tokio::test]
async fn whatever_a_read_depends_on_is_heard_and_nothing_else() {
    let store = Store::postgres().await;
    let feed = listen(&store).await;
    let (alice, eve) = (alice(), scope("org-1", "eve"));
    let of_eve = mark(&feed, &eve).await;

    let before = mark(&feed, &alice).await;
    let mut stored = store.insert(&alice, "1").await;
    until_heard(&feed, before).await;

    // Silent ones first: what comes over the channel comes in order.
    let before = mark(&feed, &alice).await;
    stored.label = Label::new("Another label").unwrap();
    let renamed = event(&stored, AuditKind::Changed);
    stored = store.database.update(stored, None, renamed).await.unwrap();
    let sync = LastSync {
        at: at(1),
        outcome: SyncOutcome::Succeeded,
    };
    let synced = event(&stored, AuditKind::Synced);
    let recorded = store.database.record_sync(&alice, stored.id, sync, synced);
    assert!(recorded.await.unwrap());
    store.insert(&eve, "1").await;
    until_heard(&feed, of_eve).await;
    assert!(feed.is_current(&before));

    let replaced = event(&stored, AuditKind::CredentialReplaced);
    let secret = new_secret(Generation::FIRST, "two");
    stored = store
        .database
        .update(stored, Some(secret), replaced)
        .await
        .unwrap();
    until_heard(&feed, before).await;

    let before = mark(&feed, &alice).await;
    let deleted = event(&stored, AuditKind::Deleted);
    let buried = store
        .database
        .bury(&alice, stored.id, None, false, deleted)
        .await
        .unwrap();
    until_heard(&feed, before).await;

    let before = mark(&feed, &alice).await;
    let destroyed = event(&stored, AuditKind::SecretDestroyed);
    store.database.remove(&buried, destroyed).await.unwrap();
    until_heard(&feed, before).await;
}

#[tokio::test]
async fn no_mark_survives_the_loss_of_the_channel_and_it_comes_back_by_itself() {
    let store = Store::postgres().await;
    let feed = listen(&store).await;
    let before = mark(&feed, &alice()).await;
    let cut = store.place.psql(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
         WHERE datname = current_database() AND query LIKE 'NOTIFY fluxori_heartbeat%'",
    );
    assert_eq!(cut.unwrap().trim(), "1");
    until_heard(&feed, before).await;
    let after = mark(&feed, &alice()).await;
    assert_ne!(before.session, after.session);
    store.insert(&alice(), "1").await;
    until_heard(&feed, after).await;
}

#[tokio::test]
async fn a_message_that_nobody_of_ours_sent_ends_every_mark() {
    let store = Store::postgres().await;
    let feed = listen(&store).await;
    let before = mark(&feed, &alice()).await;
    store.raw("NOTIFY fluxori_changes, 'everybody'");
    until_heard(&feed, before).await;
    mark(&feed, &alice()).await;
}

/// Nobody is told while nobody listens: whoever begins to listen must not miss the end of such a transaction.
#[tokio::test]
async fn a_listener_waits_for_transactions_that_told_nobody() {
    let store = Store::postgres().await;
    store.insert(&alice(), "1").await;
    let url = store.place.url();
    let untold = OpenTransaction::after(url, "UPDATE connections SET status = 'error'");
    let feed = store.database.listen().unwrap();
    let waiting = "SELECT count(*) FROM pg_locks JOIN pg_database d ON d.oid = database \
                   WHERE locktype = 'advisory' AND NOT granted AND datname = current_database()";
    while store.place.psql(waiting).unwrap().trim() == "0" {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    assert_eq!(feed.mark(&alice()), None);
    drop(untold);
    mark(&feed, &alice()).await;
}

#[tokio::test]
async fn sqlite_tells_of_nothing() {
    let store = Store::sqlite().await;
    assert!(store.database.listen().is_none());
}
