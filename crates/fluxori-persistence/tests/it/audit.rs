//! The trail.

use fluxori_domain::{
    AuditEvent, AuditEventId, AuditKind, Generation, OutcomeClass, PageRequest, Purpose, RequestId,
    UserId,
    ports::{AuditReader as _, AuditWriter as _},
};

use crate::support::{alice, at, event, on_both};

on_both! {
    async fn events_come_back_as_they_were_newest_first_a_page_at_a_time(store: Store) {
        let alice = alice();
        let stored = store.insert(&alice, "1").await;
        let mut written: Vec<AuditEvent> = (0..5)
            .map(|number| {
                let mut read = event(&stored, AuditKind::CredentialRead);
                read.purpose = Some(Purpose::new(format!("import {number}")).unwrap());
                read.generation = Some(Generation::FIRST);
                read.outcome = Some(OutcomeClass::Ok);
                read.request_id = Some(RequestId::new("r-1").unwrap());
                read.actor = (number > 0).then(|| UserId::new(format!("boss {number}")).unwrap());
                read.occurrences = [1, 2, 500, 1_000_000, u32::MAX][number];
                read
            })
            .collect();
        store.database.append(written.clone()).await.unwrap();
        written.reverse();

        let mut page = PageRequest { after: None, limit: 4 };
        let first = store.database.events(&alice, stored.id, page).await.unwrap();
        assert_eq!(first.items, written[..4]);
        page.after = first.next;
        let second = store.database.events(&alice, stored.id, page).await.unwrap();
        assert_eq!(second.items[0], written[4]);
        assert_eq!(second.items[1].kind, AuditKind::Created);
        assert_eq!((second.items.len(), second.next), (2, None));
    }

    async fn a_thousand_events_are_appended_at_once_and_none_is_no_work(store: Store) {
        let alice = alice();
        let stored = store.insert(&alice, "1").await;
        let events: Vec<_> = (0..1_000)
            .map(|number| AuditEvent {
                id: AuditEventId::make(at(number)),
                ..event(&stored, AuditKind::CredentialRead)
            })
            .collect();
        store.database.append(events).await.unwrap();
        store.database.append(Vec::new()).await.unwrap();
        assert_eq!(store.count("audit_events"), 1_001);
    }

    async fn appending_again_after_an_unheard_answer_doubles_nothing(store: Store) {
        let stored = store.insert(&alice(), "1").await;
        let many = |occurrences| AuditEvent {
            occurrences,
            ..event(&stored, AuditKind::CredentialRead)
        };
        let (heard, lost) = (many(7), many(11));
        store.database.append(vec![heard.clone()]).await.unwrap();
        store.database.append(vec![heard, lost]).await.unwrap();
        let page = store.database.events(&alice(), stored.id, PageRequest::default()).await.unwrap();
        let counts: Vec<_> = page.items.iter().map(|event| event.occurrences).collect();
        assert_eq!(counts, [11, 7, 1]);
    }
}
