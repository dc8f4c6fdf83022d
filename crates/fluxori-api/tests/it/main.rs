//! The API over real HTTP, on real databases, against simulated marketplaces.

#![expect(
    clippy::unwrap_used,
    reason = "in a test, a panic is the report of a failure"
)]

mod app;
mod browser;
mod document;
mod exchange;
mod page;
mod tokens;
mod visitor;
mod wire;

mod accounts;
mod bad_input;
mod callback;
mod change;
mod connect;
mod coverage;
mod create;
mod delete;
mod events;
mod expiry;
mod idempotency;
mod key_set;
mod limits;
mod list;
mod login;
mod logs;
mod operations;
mod outage;
mod protection;
mod replace;
mod roles;
mod session;
mod show;
mod sign_in;
mod sign_in_link;
mod start;
mod summary;
mod tenants;
mod testing;
mod tls;
mod transfer;
mod troubled_marketplace;
mod webhook;

/// Runs each of these tests, functions of a [`app::TestApp`], once on SQLite and once on PostgreSQL.
macro_rules! on_both_databases {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                super::$name(crate::app::TestApp::on_sqlite().await).await;
            })+
        }
        mod postgresql {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                super::$name(crate::app::TestApp::on_postgresql().await).await;
            })+
        }
    };
}
pub(crate) use on_both_databases;
