//! All connections of a tenant at a glance.

use fluxori_domain::{
    AuditKind, Connection, ConnectionStatus, Expiring, ExpiryKind, Marketplace, OutcomeClass,
    Overview,
    ports::{ConnectionRepository as _, StorageError},
};

use crate::support::{Store, alice, at, event, new, on_both, scope};

/// Stores a connection in this state whose refresh token and authorisation run out then.
async fn insert(
    store: &Store,
    account: &str,
    status: ConnectionStatus,
    [refresh, authorisation]: [Option<i64>; 2],
) -> Connection {
    let mut one = new(&alice(), Marketplace::Takealot, Some(account));
    one.connection.status = status;
    one.credential.clocks.refresh_expires_at = refresh.map(at);
    one.credential.clocks.authorisation_expires_at = authorisation.map(at);
    store.database.insert(one).await.unwrap()
}

async fn overview(store: &Store) -> Overview {
    store.database.overview(&alice()).await.unwrap()
}

fn expiring(connection: &Connection) -> Expiring {
    Expiring {
        connection: connection.id,
        label: connection.label.clone(),
        marketplace: connection.marketplace,
        clocks: connection.clocks,
    }
}

const GONE: ConnectionStatus = ConnectionStatus::Disconnected(OutcomeClass::TenantDisconnected);
const EXPIRED: ConnectionStatus = ConnectionStatus::Expired(OutcomeClass::ReauthRequired);
const ERROR: ConnectionStatus = ConnectionStatus::Error(OutcomeClass::ScopeMissing);

on_both! {
    async fn who_has_no_connection_sees_none(store: Store) {
        assert_eq!(overview(&store).await, Overview::default());
        assert_eq!(overview(&store).await.total(), 0);
    }

    async fn connections_are_counted_by_their_state(store: Store) {
        let states = [
            (ConnectionStatus::Pending, 3),
            (ConnectionStatus::Connected, 5),
            (ERROR, 2),
            (EXPIRED, 4),
            (GONE, 1),
        ];
        for (status, count) in states {
            for number in 0..count {
                insert(&store, &format!("{}-{number}", status.name()), status, [None, None]).await;
            }
        }
        let overview = overview(&store).await;
        assert_eq!(overview.by_status, [3, 5, 2, 4, 1]);
        assert_eq!(ConnectionStatus::NAMES, states.map(|(status, _)| status.name()));
        assert_eq!(overview.total(), 15);
        assert_eq!(overview.next_expiry, None, "nothing runs out");
    }

    async fn the_nearest_clock_of_all_is_told(store: Store) {
        let connected = ConnectionStatus::Connected;
        insert(&store, "never", connected, [None, None]).await;
        let late = insert(&store, "late", connected, [Some(900), None]).await;
        assert_eq!(overview(&store).await.next_expiry, Some(expiring(&late)));
        let sooner = insert(&store, "sooner", connected, [None, Some(800)]).await;
        assert_eq!(overview(&store).await.next_expiry, Some(expiring(&sooner)));
        let second = insert(&store, "second clock", ERROR, [Some(700), Some(950)]).await;
        assert_eq!(overview(&store).await.next_expiry, Some(expiring(&second)));
        let first = insert(&store, "first clock", ConnectionStatus::Pending, [Some(990), Some(600)]).await;
        let next = overview(&store).await.next_expiry;
        assert_eq!(next, Some(expiring(&first)));
        assert_eq!(next.unwrap().clocks.next(), Some((ExpiryKind::Authorisation, at(600))));
    }

    async fn of_what_needs_the_seller_already_nothing_runs_out(store: Store) {
        insert(&store, "expired", EXPIRED, [Some(1), None]).await;
        insert(&store, "disconnected", GONE, [None, Some(2)]).await;
        assert_eq!(overview(&store).await.next_expiry, None);
        let past = insert(&store, "overdue", ConnectionStatus::Connected, [Some(-600), None]).await;
        insert(&store, "later", ConnectionStatus::Connected, [Some(600), None]).await;
        assert_eq!(overview(&store).await.next_expiry, Some(expiring(&past)));
    }

    async fn others_and_the_deleted_do_not_count(store: Store) {
        let mine = insert(&store, "mine", ConnectionStatus::Connected, [Some(900), None]).await;
        for (organization, user) in [("org-1", "bob"), ("org-2", "alice")] {
            let other = scope(organization, user);
            let mut one = new(&other, Marketplace::Takealot, Some("other"));
            one.credential.clocks.refresh_expires_at = Some(at(1));
            store.database.insert(one).await.unwrap();
            assert_eq!(store.database.overview(&other).await.unwrap().total(), 1);
        }
        let deleted = insert(&store, "deleted", ConnectionStatus::Connected, [Some(2), None]).await;
        let event = event(&deleted, AuditKind::Deleted);
        store.database.bury(&alice(), deleted.id, None, false, event).await.unwrap();

        let overview = overview(&store).await;
        assert_eq!(overview.by_status, [0, 1, 0, 0, 0]);
        assert_eq!(overview.next_expiry, Some(expiring(&mine)));
    }

    async fn a_state_that_nobody_knows_is_reported(store: Store) {
        insert(&store, "one", ConnectionStatus::Connected, [None, None]).await;
        store.raw("UPDATE connections SET status = 'odd'");
        let error = store.database.overview(&alice()).await.unwrap_err();
        let StorageError::Inconsistent { table, column, .. } = error else {
            panic!("{error:?}");
        };
        assert_eq!((table, column), ("connections", "status"));
    }
}
