//! The ledger of what is kept outside: noting, finding, condemning.

use fluxori_domain::{
    CredentialId,
    ports::{ConnectionRepository as _, KnownSecret, LooseSecret, Sentence, StorageError},
};
use fluxori_persistence::Database;
use uuid::Uuid;

use crate::{
    outside::{entries, entry, google, insert, keep, ledger, loose, moves, new_outside, place},
    support::{Store, alice, at, later, on_both, scope, settings, sqlite_path},
};

async fn condemn(store: &Store, entry: &LooseSecret) -> Sentence {
    ledger(&store.database).condemn(entry).await.unwrap()
}

async fn begin(store: &Store, entry: &LooseSecret) {
    ledger(&store.database).begin(entry).await.unwrap();
}

async fn written(store: &Store, entry: &LooseSecret, value: &str) -> bool {
    let written = ledger(&store.database).written(entry.id, value);
    written.await.unwrap()
}

fn all_but<const N: usize>(values: [&str; N]) -> Sentence {
    Sentence::AllBut(values.map(str::to_owned).to_vec())
}

on_both! {
    async fn the_installation_has_one_name_for_ever(store: Store) {
        let name = ledger(&store.database).installation().await.unwrap();
        assert_eq!(name.get_version_num(), 4);
        assert_eq!(name.get_variant(), uuid::Variant::RFC4122);
        let again = Database::connect(&settings(&store.place)).await.unwrap();
        assert_eq!(ledger(&again).installation().await.unwrap(), name);
        let other = match sqlite_path(&store.place) {
            Some(_) => Store::sqlite().await,
            None => Store::postgres().await,
        };
        assert_ne!(ledger(&other.database).installation().await.unwrap(), name);
        assert_eq!(store.count("installation"), 1);
    }

    async fn what_is_about_to_be_written_is_on_the_ledger_with_its_value_once_that_is_known(store: Store) {
        let id = CredentialId::make(later());
        let place = place(id, 1);
        let mut entry = entry(&alice(), id, &place, at(120));
        begin(&store, &entry).await;
        assert_eq!(entries(&store.database, &alice(), id).await, [entry.clone()]);
        let value = google(&place, 1).value;
        assert!(written(&store, &entry, &value).await);
        assert!(written(&store, &entry, &value).await, "the same again");
        assert!(!written(&store, &entry, &google(&place, 2).value).await, "not another one");
        entry.value = Some(value.clone());
        assert_eq!(entries(&store.database, &alice(), id).await, [entry.clone()]);
        for foreign in [scope("org-2", "alice"), scope("org-1", "bob")] {
            assert!(entries(&store.database, &foreign, id).await.is_empty());
        }
        for _ in 0..2 {
            ledger(&store.database).forget(entry.id).await.unwrap();
        }
        assert!(!written(&store, &entry, &value).await, "taken away");
        assert_eq!(store.count("loose_secrets"), 0);
    }

    async fn a_value_outside_its_place_is_not_noted(store: Store) {
        let id = CredentialId::make(later());
        let entry = entry(&alice(), id, &place(id, 1), at(0));
        begin(&store, &entry).await;
        let elsewhere = google(&place(id, 2), 1).value;
        let noted = ledger(&store.database).written(entry.id, &elsewhere).await;
        assert!(matches!(noted, Err(StorageError::Refused(_))), "{noted:?}");
    }

    async fn entries_of_all_tenants_are_due_in_order_and_no_more_than_asked(store: Store) {
        let mut begun = Vec::new();
        for (organization, due) in [("org-3", 30), ("org-1", 10), ("org-2", 20), ("org-1", 40)] {
            let id = CredentialId::make(later());
            let one = entry(&scope(organization, "u"), id, &place(id, 1), at(due));
            begin(&store, &one).await;
            begun.push(one);
        }
        let due = |now, limit| ledger(&store.database).due(now, limit);
        assert!(due(at(9), 10).await.unwrap().is_empty());
        assert_eq!(due(at(10), 10).await.unwrap(), [begun[1].clone()]);
        assert_eq!(due(at(30), 2).await.unwrap(), [begun[1].clone(), begun[2].clone()]);
        condemn(&store, &begun[1]).await;
        let crashed = due(at(10), 10).await.unwrap();
        assert_eq!(crashed, [begun[1].clone()], "until it is forgotten");
    }

    async fn what_is_known_of_credentials_is_what_rows_and_entries_say_together(store: Store) {
        let (_, held) = insert(&store, "1").await;
        let rewritten = google(&place(held.id, 1), 2);
        let beside = keep(&store, &held.scope, held.id, &rewritten).await;
        let homeless = CredentialId::make(later());
        let lost = keep(&store, &scope("org-9", "z"), homeless, &google(&place(homeless, 1), 1)).await;
        condemn(&store, &lost).await;
        let (_, unasked) = insert(&store, "2").await;
        let sealed = store.insert(&alice(), "3").await.credential_id;
        let asked = [held.id, homeless, sealed, CredentialId::make(later())];
        let mut known = ledger(&store.database).known(&asked).await.unwrap();
        known.sort_by_key(|known| asked.iter().position(|id| *id == known.credential));
        assert_eq!(known.len(), 3, "{known:?}");
        assert_eq!(known[0], KnownSecret {
            credential: held.id,
            scope: held.scope.clone(),
            held: Some(held.secret.clone()),
            loose: vec![beside],
        });
        assert_eq!(known[1], KnownSecret {
            credential: homeless,
            scope: lost.scope.clone(),
            held: None,
            loose: vec![lost],
        });
        assert_eq!(known[2].held, Some(crate::support::secret("fx1.sealed")));
        assert!(known.iter().all(|known| known.credential != unasked.id));
        assert!(ledger(&store.database).known(&[]).await.unwrap().is_empty());
    }

    async fn an_entry_that_is_not_there_needs_no_sentence(store: Store) {
        let id = CredentialId::make(later());
        let gone = entry(&alice(), id, &place(id, 1), at(0));
        assert_eq!(condemn(&store, &gone).await, Sentence::Gone);
        begin(&store, &gone).await;
        let foreign = LooseSecret { scope: scope("org-2", "alice"), ..gone.clone() };
        assert_eq!(condemn(&store, &foreign).await, Sentence::Gone, "not this tenant's");
        assert_eq!(condemn(&store, &gone).await, Sentence::Everything);
    }

    async fn a_place_that_nothing_uses_is_destroyed_as_a_whole(store: Store) {
        let id = CredentialId::make(later());
        let place = place(id, 1);
        let one = keep(&store, &alice(), id, &google(&place, 1)).await;
        assert_eq!(condemn(&store, &one).await, Sentence::Everything);
        assert_eq!(condemn(&store, &one).await, Sentence::Everything, "after a crash");

        // Nobody writes there any more, and elsewhere everybody does.
        let late = entry(&alice(), id, &place, at(120));
        let refused = ledger(&store.database).begin(&late).await;
        assert!(matches!(refused, Err(StorageError::Conflict)), "{refused:?}");
        begin(&store, &entry(&alice(), id, &self::place(id, 2), at(120))).await;
        begin(&store, &entry(&scope("org-2", "u"), id, &place, at(120))).await;
        assert_eq!(condemn(&store, &one).await, Sentence::Everything, "what is elsewhere does not matter");
        ledger(&store.database).forget(one.id).await.unwrap();
        begin(&store, &late).await;
    }

    async fn what_a_row_or_another_entry_has_in_the_place_is_spared(store: Store) {
        let (_, held) = insert(&store, "1").await;
        let (home, away) = (place(held.id, 1), place(held.id, 2));
        let [second, third, foreign] =
            [google(&home, 2), google(&home, 3), google(&away, 1)];
        let second_entry = keep(&store, &alice(), held.id, &second).await;
        keep(&store, &alice(), held.id, &third).await;
        let foreign_entry = keep(&store, &alice(), held.id, &foreign).await;
        let spared = all_but([&held.secret.value, &third.value]);
        assert_eq!(condemn(&store, &second_entry).await, spared);
        assert_eq!(condemn(&store, &second_entry).await, spared, "after a crash");
        assert_eq!(condemn(&store, &foreign_entry).await, Sentence::Everything, "the row is elsewhere");

        let unknown = entry(&alice(), held.id, &home, at(0));
        begin(&store, &unknown).await;
        assert_eq!(condemn(&store, &unknown).await, spared, "the condemned one is not spared");
    }

    async fn a_value_that_a_row_holds_is_not_loose_whatever_the_ledger_says(store: Store) {
        let (_, held) = insert(&store, "1").await;
        let wrong = keep(&store, &alice(), held.id, &held.secret).await;
        assert_eq!(condemn(&store, &wrong).await, Sentence::Gone);
        assert!(loose(&store, &held).await.is_empty());
    }

    async fn who_is_still_writing_is_waited_for(store: Store) {
        let (_, held) = insert(&store, "1").await;
        let home = place(held.id, 1);
        let (dead, alive) =
            (entry(&alice(), held.id, &home, at(0)), entry(&alice(), held.id, &home, at(60)));
        begin(&store, &dead).await;
        begin(&store, &alive).await;
        assert_eq!(condemn(&store, &dead).await, Sentence::Busy);
        let known = keep(&store, &alice(), held.id, &google(&home, 7)).await;
        assert_eq!(condemn(&store, &known).await, all_but([&held.secret.value]), "the value is known");
        let written_now = google(&home, 8).value;
        assert!(written(&store, &alive, &written_now).await, "nobody has hurt it");
        assert_eq!(condemn(&store, &dead).await, all_but([&held.secret.value, &written_now]));
    }

    async fn a_sentence_that_is_repeated_waits_for_writers_who_came_meanwhile(store: Store) {
        let (_, held) = insert(&store, "1").await;
        let home = place(held.id, 1);
        let dead = entry(&alice(), held.id, &home, at(0));
        begin(&store, &dead).await;
        assert_eq!(condemn(&store, &dead).await, all_but([&held.secret.value]));
        // The sweep dies; when it is repeated it lists again, and that list has what is being written.
        let alive = entry(&alice(), held.id, &home, at(60));
        begin(&store, &alive).await;
        assert_eq!(condemn(&store, &dead).await, Sentence::Busy);
        ledger(&store.database).forget(alive.id).await.unwrap();
        assert_eq!(condemn(&store, &dead).await, all_but([&held.secret.value]));
    }

    async fn of_several_dead_writers_the_one_due_last_condemns_all(store: Store) {
        let (_, held) = insert(&store, "1").await;
        let home = place(held.id, 1);
        let dead: Vec<_> =
            [0, 5, 5].map(|due| entry(&alice(), held.id, &home, at(due))).into_iter().collect();
        for one in &dead {
            begin(&store, one).await;
        }
        assert_eq!(condemn(&store, &dead[0]).await, Sentence::Busy);
        assert_eq!(condemn(&store, &dead[1]).await, all_but([&held.secret.value]));
        for one in &dead {
            assert!(!written(&store, one, &google(&home, 9).value).await, "too late");
            assert_eq!(condemn(&store, one).await, all_but([&held.secret.value]));
        }
    }

    async fn an_entry_that_was_written_since_it_was_read_is_judged_another_time(store: Store) {
        let (_, held) = insert(&store, "1").await;
        let home = place(held.id, 1);
        let read = entry(&alice(), held.id, &home, at(0));
        begin(&store, &read).await;
        let value = google(&home, 2).value;
        assert!(written(&store, &read, &value).await);
        assert_eq!(condemn(&store, &read).await, Sentence::Busy);
        let read = LooseSecret { value: Some(value), ..read };
        assert_eq!(condemn(&store, &read).await, all_but([&held.secret.value]));
    }

    async fn nothing_condemned_is_written_or_taken_up(store: Store) {
        let (_, held) = insert(&store, "1").await;
        let home = place(held.id, 1);
        let open = entry(&alice(), held.id, &home, at(0));
        begin(&store, &open).await;
        condemn(&store, &open).await;
        assert!(!written(&store, &open, &google(&home, 5).value).await);
        let second = google(&home, 2);
        let kept = keep(&store, &alice(), held.id, &second).await;
        condemn(&store, &kept).await;
        assert!(!written(&store, &kept, &second.value).await);
        let moved = moves(&store.database).relocate(&held, &second, at(0)).await;
        assert!(matches!(moved, Err(StorageError::Conflict)), "{moved:?}");

        let new = new_outside(&alice(), "2");
        let kept = keep(&store, &alice(), new.credential.id, &new.credential.secret).await;
        assert_eq!(condemn(&store, &kept).await, Sentence::Everything);
        let refused = store.database.insert(new).await;
        assert!(matches!(refused, Err(StorageError::Conflict)), "{refused:?}");
        assert_eq!(store.count("credentials"), 1);
    }

    async fn an_id_on_the_ledger_is_nobody_elses(store: Store) {
        let id = CredentialId::make(later());
        let place = place(id, 1);
        let (one, other) =
            (entry(&alice(), id, &place, at(0)), entry(&alice(), id, &place, at(0)));
        begin(&store, &one).await;
        begin(&store, &other).await;
        assert!(written(&store, &one, &google(&place, 1).value).await);
        ledger(&store.database).forget(Uuid::new_v4()).await.unwrap();
        ledger(&store.database).forget(one.id).await.unwrap();
        assert_eq!(entries(&store.database, &alice(), id).await, [other]);
    }
}
