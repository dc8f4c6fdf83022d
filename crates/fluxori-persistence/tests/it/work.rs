//! Background work: what is due, and who does it.

use std::time::Duration;

use fluxori_domain::{
    AuditKind, Check, ConnectionFilter, OutcomeClass, PageRequest,
    ports::{ConnectionRepository as _, WorkRepository},
};
use uuid::Uuid;

use crate::support::{alice, at, event, new, on_both};

const MINUTE: Duration = Duration::from_mins(1);

on_both! {
    async fn one_process_at_a_time_does_a_piece_of_work(store: Store) {
        let work: &dyn WorkRepository = &store.database;
        let (one, two) = (Uuid::new_v4(), Uuid::new_v4());
        assert!(work.claim("sweeping", one, MINUTE).await.unwrap());
        assert!(work.claim("sweeping", one, MINUTE).await.unwrap(), "it keeps what it has");
        assert!(!work.claim("sweeping", two, MINUTE).await.unwrap());
        assert!(work.claim("washing", two, MINUTE).await.unwrap());
        assert!(work.claim("sweeping", one, Duration::ZERO).await.unwrap());
        assert!(work.claim("sweeping", two, MINUTE).await.unwrap(), "it ends by itself");
        assert!(!work.claim("sweeping", one, MINUTE).await.unwrap());
    }

    async fn connections_that_nobody_tested_for_long_are_found(store: Store) {
        let never = store.insert(&alice(), "never").await;
        let mut tested = store.insert(&alice(), "tested").await;
        tested.last_check = Some(Check { at: at(5_000), outcome: OutcomeClass::Ok });
        let event = event(&tested, AuditKind::Tested);
        let tested = store.database.update(tested, None, event).await.unwrap();
        let untested = async |before| {
            let found = store.database.untested(at(before), 10).await.unwrap();
            found.into_iter().map(|(_, id)| id).collect::<Vec<_>>()
        };
        assert!(untested(-1_000_000).await.is_empty());
        assert_eq!(untested(5_000).await, [never.id]);
        let mut both = untested(1_000_000).await;
        both.sort_unstable();
        assert_eq!(both, [never.id, tested.id]);
    }

    async fn what_runs_out_soon_can_be_listed_alone(store: Store) {
        for (account, refresh, authorisation) in [
            ("a", Some(100), None),
            ("b", None, Some(200)),
            ("c", Some(900), Some(300)),
            ("d", None, None),
        ] {
            let mut one = new(&alice(), fluxori_domain::Marketplace::Takealot, Some(account));
            one.credential.clocks.refresh_expires_at = refresh.map(at);
            one.credential.clocks.authorisation_expires_at = authorisation.map(at);
            let clocks = one.credential.clocks;
            let stored = store.database.insert(one).await.unwrap();
            assert_eq!(stored.clocks, clocks);
        }
        let expiring = async |before| {
            let filter = ConnectionFilter { expiring_by: Some(at(before)), ..ConnectionFilter::default() };
            let page = PageRequest { after: None, limit: 10 };
            let listed = store.database.list(&alice(), filter, page).await.unwrap().items;
            listed.iter().map(|one| one.account_id.as_ref().unwrap().to_string()).collect::<Vec<_>>()
        };
        assert!(expiring(99).await.is_empty());
        assert_eq!(expiring(200).await, ["b", "a"]);
        assert_eq!(expiring(10_000).await, ["c", "b", "a"]);
    }
}
