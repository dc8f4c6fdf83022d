//! Numbers over all tenants.

use fluxori_domain::{
    AuditKind, ConnectionStatus, Marketplace, OutcomeClass,
    ports::{ConnectionFigures, ConnectionRepository as _, FigureRepository as _},
};

use crate::support::{Store, alice, at, event, new, on_both, scope};

async fn insert(
    store: &Store,
    (organization, account): (&str, &str),
    status: ConnectionStatus,
    [refresh, authorisation]: [Option<i64>; 2],
) {
    let scope = scope(organization, "somebody");
    let mut one = new(&scope, Marketplace::Amazon, Some(account));
    one.connection.status = status;
    one.credential.clocks.refresh_expires_at = refresh.map(at);
    one.credential.clocks.authorisation_expires_at = authorisation.map(at);
    store.database.insert(one).await.unwrap();
}

on_both! {
    async fn connections_of_all_tenants_are_counted_by_state_and_by_what_runs_out(store: Store) {
        assert!(store.database.connection_figures(at(100)).await.unwrap().is_empty());
        let connected = ConnectionStatus::Connected;
        let expired = ConnectionStatus::Expired(OutcomeClass::ReauthRequired);
        insert(&store, ("one", "a"), connected, [Some(50), None]).await;
        insert(&store, ("one", "b"), connected, [Some(100), Some(99)]).await;
        insert(&store, ("two", "c"), connected, [None, None]).await;
        insert(&store, ("two", "d"), expired, [Some(1), Some(1)]).await;
        let gone = store.insert(&alice(), "gone").await;
        let deleted = event(&gone, AuditKind::Deleted);
        store.database.bury(&alice(), gone.id, None, false, deleted).await.unwrap();

        let mut figures = store.database.connection_figures(at(100)).await.unwrap();
        figures.sort_by_key(|line| line.status);
        let line = |status, connections, refresh_token_expiring, authorisation_expiring| ConnectionFigures {
            marketplace: Marketplace::Amazon,
            status,
            connections,
            refresh_token_expiring,
            authorisation_expiring,
        };
        assert_eq!(figures, [line("connected", 3, 1, 1), line("expired", 1, 1, 1)]);
    }
}
