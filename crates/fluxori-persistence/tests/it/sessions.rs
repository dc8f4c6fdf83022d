//! Who is signed in to the page, and links that sign somebody in.

use chrono::{DateTime, Utc};
use fluxori_domain::{
    Role, Roles, SecretHash,
    ports::{Session, SessionRepository, StorageError},
};
use fluxori_persistence::Database;
use futures_util::future::join_all;

use crate::support::{Store, alice, at, on_both, scope};

fn session(expires_at: DateTime<Utc>) -> Session {
    Session {
        scope: alice(),
        roles: Roles::default(),
        expires_at,
    }
}

/// The database as what knows sessions, whose methods are named like those of other ports.
pub(crate) fn sessions(database: &Database) -> &dyn SessionRepository {
    database
}

const fn hash(number: u8) -> SecretHash {
    SecretHash([number; 32])
}

async fn find(store: &Store, cookie: u8, now: i64) -> Option<Session> {
    sessions(&store.database)
        .find(hash(cookie), at(now))
        .await
        .unwrap()
}

async fn redeem(store: &Store, token: u8, cookie: u8, now: i64) -> Option<Session> {
    let redeemed = sessions(&store.database).redeem(hash(token), hash(cookie), at(9_000), at(now));
    redeemed.await.unwrap()
}

on_both! {
    async fn a_session_is_found_as_it_was_until_it_ends(store: Store) {
        let bob = Session {
            scope: scope("org-2", "bob"),
            roles: Roles::of([Role::ReadOnly, Role::Auditor]),
            expires_at: at(700),
        };
        sessions(&store.database).begin(hash(1), &session(at(600))).await.unwrap();
        sessions(&store.database).begin(hash(2), &bob).await.unwrap();
        assert_eq!(find(&store, 1, 599).await, Some(session(at(600))));
        assert_eq!(find(&store, 2, 599).await, Some(bob.clone()));
        assert_eq!(find(&store, 3, 0).await, None);

        assert!(sessions(&store.database).end(hash(1)).await.unwrap());
        assert!(!sessions(&store.database).end(hash(1)).await.unwrap(), "it is forgotten");
        assert_eq!(find(&store, 1, 0).await, None);
        assert_eq!(find(&store, 2, 0).await, Some(bob));
    }

    async fn a_session_is_over_at_its_time_by_the_time_given(store: Store) {
        sessions(&store.database).begin(hash(1), &session(at(600))).await.unwrap();
        assert!(find(&store, 1, 599).await.is_some());
        assert_eq!(find(&store, 1, 600).await, None);
        assert!(find(&store, 1, 0).await.is_some(), "looking forgets nothing");
    }

    async fn a_link_makes_one_session_of_its_own_person(store: Store) {
        let link = Session { roles: Roles::of([Role::OrgAdmin]), ..session(at(600)) };
        sessions(&store.database).offer(hash(1), &link).await.unwrap();
        let begun = Session { expires_at: at(9_000), ..link };
        assert_eq!(redeem(&store, 1, 2, 599).await, Some(begun.clone()));
        assert_eq!(find(&store, 2, 8_999).await, Some(begun), "for as long as a session lasts");
        assert_eq!(redeem(&store, 1, 3, 0).await, None, "it is used up");
        assert_eq!(find(&store, 3, 0).await, None);
        assert_eq!(store.count("sessions"), 1);
    }

    async fn a_link_that_is_too_old_opens_nothing(store: Store) {
        sessions(&store.database).offer(hash(1), &session(at(600))).await.unwrap();
        assert_eq!(redeem(&store, 1, 2, 600).await, None);
        assert_eq!(find(&store, 2, 0).await, None);
        assert!(redeem(&store, 1, 2, 599).await.is_some());
    }

    async fn a_token_is_no_cookie_and_a_cookie_no_token(store: Store) {
        sessions(&store.database).offer(hash(1), &session(at(600))).await.unwrap();
        assert_eq!(find(&store, 1, 0).await, None);
        assert!(!sessions(&store.database).end(hash(1)).await.unwrap());

        sessions(&store.database).begin(hash(2), &session(at(600))).await.unwrap();
        assert_eq!(redeem(&store, 2, 3, 0).await, None);
        assert!(find(&store, 2, 0).await.is_some(), "the session stays");
        assert!(redeem(&store, 1, 3, 0).await.is_some(), "the link stayed");
        assert_eq!(redeem(&store, 3, 4, 0).await, None, "what came of a link is no link");
    }

    async fn of_many_who_open_a_link_at_once_one_gets_in(store: Store) {
        for round in 0..5 {
            let token = hash(200 + round);
            sessions(&store.database).offer(token, &session(at(600))).await.unwrap();
            let racers = (0..16).map(|racer| {
                let database = store.database.clone();
                let cookie = hash(round * 16 + racer);
                tokio::spawn(async move {
                    let redeemed = sessions(&database).redeem(token, cookie, at(9_000), at(0));
                    redeemed.await.unwrap().map(|_| cookie)
                })
            });
            let ended = join_all(racers).await;
            let inside: Vec<_> = ended.into_iter().filter_map(Result::unwrap).collect();
            assert_eq!(inside.len(), 1);
            assert!(sessions(&store.database).find(inside[0], at(0)).await.unwrap().is_some());
            assert_eq!(store.count("sessions"), i64::from(round) + 1);
        }
    }

    async fn nothing_takes_the_place_of_a_session(store: Store) {
        sessions(&store.database).begin(hash(1), &session(at(600))).await.unwrap();
        let bob = Session { scope: scope("org-2", "bob"), ..session(at(700)) };
        let again = sessions(&store.database).begin(hash(1), &bob).await;
        assert!(matches!(again, Err(StorageError::Refused(_))), "{again:?}");
        sessions(&store.database).offer(hash(2), &bob).await.unwrap();
        let taken = sessions(&store.database).redeem(hash(2), hash(1), at(9_000), at(0)).await;
        assert!(matches!(taken, Err(StorageError::Refused(_))), "{taken:?}");
        assert_eq!(find(&store, 1, 0).await, Some(session(at(600))));
        assert!(redeem(&store, 2, 3, 0).await.is_some(), "the link stayed");
    }

    async fn what_is_over_is_purged_and_counted(store: Store) {
        sessions(&store.database).begin(hash(1), &session(at(600))).await.unwrap();
        sessions(&store.database).offer(hash(2), &session(at(599))).await.unwrap();
        sessions(&store.database).begin(hash(3), &session(at(601))).await.unwrap();
        sessions(&store.database).offer(hash(4), &session(at(601))).await.unwrap();
        assert_eq!(sessions(&store.database).purge(at(600)).await.unwrap(), 2);
        assert_eq!(sessions(&store.database).purge(at(600)).await.unwrap(), 0);
        assert!(find(&store, 3, 600).await.is_some());
        assert!(redeem(&store, 4, 5, 600).await.is_some());
        assert_eq!(redeem(&store, 2, 6, 0).await, None);
    }
}
