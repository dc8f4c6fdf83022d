//! Writers, movers and sweeps at once. Whoever wins: what a row holds exists.

use std::sync::Arc;

use fluxori_domain::{
    Credential,
    ports::{LooseSecret, Sentence, StorageError},
};
use fluxori_persistence::Database;
use futures_util::future::join_all;

use crate::{
    outside::{Keeper, entries, entry, google, insert, keep, ledger, loose, moves, place, stored},
    support::{alice, at, on_both, secret},
};

const ROUNDS: u32 = 40;

/// Writes versions, moves to new places and to the database and back, over and over.
async fn write(database: Database, keeper: Arc<Keeper>, credential: Credential, writer: u32) {
    for turn in 0..12 {
        let seen = stored(&database, &credential).await.unwrap();
        let number = writer * 100 + turn;
        if (turn + writer) % 5 == 4 {
            let home = secret(&format!("fx1.{number}"));
            moves(&database)
                .relocate(&seen, &home, at(0))
                .await
                .unwrap();
            continue;
        }
        let home = match seen.secret.place() {
            Some(home) if turn % 4 != 3 => home.to_owned(),
            _ => place(credential.id, number),
        };
        let entry = entry(
            &credential.scope,
            credential.id,
            &home,
            at(i64::from(number)),
        );
        match ledger(&database).begin(&entry).await {
            Err(StorageError::Conflict) => continue,
            begun => begun.unwrap(),
        }
        let value = google(&home, number);
        keeper.put(&value.value);
        tokio::task::yield_now().await;
        if ledger(&database)
            .written(entry.id, &value.value)
            .await
            .unwrap()
        {
            match moves(&database).relocate(&seen, &value, at(0)).await {
                Ok(_) | Err(StorageError::Conflict) => {}
                Err(error) => panic!("{error}"),
            }
        }
    }
}

async fn sweep(database: Database, keeper: Arc<Keeper>, credential: Credential) {
    for _ in 0..12 {
        for entry in entries(&database, &credential.scope, credential.id).await {
            keeper.settle(&database, &entry).await;
        }
    }
}

on_both! {
    async fn either_a_value_is_taken_up_or_it_is_condemned(store: Store) {
        let (_, credential) = insert(&store, "1").await;
        let mut held = credential.clone();
        let (mut taken, mut condemned) = (0, 0);
        for round in 2..2 + ROUNDS {
            let next = google(&place(credential.id, 1), round);
            let entry = keep(&store, &alice(), credential.id, &next).await;
            let relocate = moves(&store.database).relocate(&held, &next, at(0));
            let (flipped, sentence) = if round % 2 == 0 {
                tokio::join!(relocate, ledger(&store.database).condemn(&entry))
            } else {
                let both = tokio::join!(ledger(&store.database).condemn(&entry), relocate);
                (both.1, both.0)
            };
            let now = stored(&store.database, &credential).await.unwrap();
            match (flipped, sentence.unwrap()) {
                (Ok(true), Sentence::Gone) => {
                    taken += 1;
                    assert_eq!(now.secret, next);
                }
                (Err(StorageError::Conflict), Sentence::AllBut(spared)) => {
                    condemned += 1;
                    assert_eq!(now, held, "nothing of it was stored");
                    assert!(spared.contains(&held.secret.value) && !spared.contains(&next.value));
                    ledger(&store.database).forget(entry.id).await.unwrap();
                }
                other => panic!("{other:?}"),
            }
            held = now;
        }
        assert_eq!(taken + condemned, ROUNDS);
    }

    async fn either_a_writer_begins_or_the_place_is_condemned(store: Store) {
        for round in 0..ROUNDS {
            let id = fluxori_domain::CredentialId::make(crate::support::later());
            let home = place(id, 1);
            let last = keep(&store, &alice(), id, &google(&home, 1)).await;
            let writer = entry(&alice(), id, &home, at(60));
            let (begun, sentence) = if round % 2 == 0 {
                tokio::join!(ledger(&store.database).begin(&writer), ledger(&store.database).condemn(&last))
            } else {
                let both = tokio::join!(
                    ledger(&store.database).condemn(&last),
                    ledger(&store.database).begin(&writer)
                );
                (both.1, both.0)
            };
            match (begun, sentence.unwrap()) {
                (Ok(()), Sentence::AllBut(spared)) => assert!(spared.is_empty(), "{spared:?}"),
                (Err(StorageError::Conflict), Sentence::Everything) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    async fn either_a_value_is_noted_or_its_entry_is_condemned(store: Store) {
        let (_, credential) = insert(&store, "1").await;
        let home = place(credential.id, 1);
        for round in 2..2 + ROUNDS {
            let writer = entry(&alice(), credential.id, &home, at(60));
            ledger(&store.database).begin(&writer).await.unwrap();
            let value = google(&home, round).value;
            let (sentence, noted) = tokio::join!(
                ledger(&store.database).condemn(&writer),
                ledger(&store.database).written(writer.id, &value)
            );
            match (noted.unwrap(), sentence.unwrap()) {
                (true, Sentence::Busy) => {
                    let noted = LooseSecret { value: Some(value), ..writer.clone() };
                    let left = entries(&store.database, &alice(), credential.id).await;
                    assert_eq!(left, [noted]);
                }
                (false, Sentence::AllBut(_)) => {}
                other => panic!("{other:?}"),
            }
            ledger(&store.database).forget(writer.id).await.unwrap();
        }
    }

    async fn what_a_row_holds_outlives_every_sweep(store: Store) {
        for round in 0..3 {
            let (_, credential) = insert(&store, &round.to_string()).await;
            let keeper = Arc::new(Keeper::default());
            keeper.put(&credential.secret.value);
            let mut tasks = Vec::new();
            for number in 1..=3 {
                let (database, keeper) = (store.database.clone(), Arc::clone(&keeper));
                tasks.push(tokio::spawn(write(database, keeper, credential.clone(), number)));
            }
            for _ in 0..2 {
                let (database, keeper) = (store.database.clone(), Arc::clone(&keeper));
                tasks.push(tokio::spawn(sweep(database, keeper, credential.clone())));
            }
            for ended in join_all(tasks).await {
                ended.unwrap();
            }
            let held = stored(&store.database, &credential).await.unwrap().secret;
            let exists = || !held.backend.is_outside() || keeper.values().contains(&held.value);
            assert!(exists(), "{}", held.value);
            // Nobody writes any more: two rounds are enough for whatever is left.
            for _ in 0..2 {
                for entry in entries(&store.database, &alice(), credential.id).await {
                    keeper.settle(&store.database, &entry).await;
                }
            }
            assert!(exists(), "{}", held.value);
            assert!(loose(&store, &credential).await.is_empty());
        }
    }
}
