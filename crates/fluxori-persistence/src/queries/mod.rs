//! Every query, written once and compiled twice: awaited on PostgreSQL, called on SQLite.

pub(crate) mod audit;
pub(crate) mod audit_trail;
pub(crate) mod burial;
pub(crate) mod change;
pub(crate) mod data_keys;
pub(crate) mod defaults;
pub(crate) mod figures;
pub(crate) mod flows;
pub(crate) mod forgetting;
pub(crate) mod grants;
pub(crate) mod guards;
pub(crate) mod idempotency;
pub(crate) mod insert;
pub(crate) mod keys;
pub(crate) mod ledger;
pub(crate) mod moves;
pub(crate) mod overview;
pub(crate) mod read;
pub(crate) mod refreshes;
pub(crate) mod sessions;
pub(crate) mod transfer;
pub(crate) mod webhooks;
pub(crate) mod work;

/// Compiles functions over a connection into two modules, `postgres` (asynchronous) and `sqlite` (not).
///
/// Inside, `Driver` is the connection of that database, `wait!(…)` awaits or does nothing, `RunQueryDsl` is the trait of that
/// driver, the other query modules go by their own names, and `dialect` holds the few statements that differ.
macro_rules! dual {
    ($(
        $(#[$doc:meta])*
        fn $name:ident($connection:ident $(, $argument:ident: $type:ty)* $(,)?) -> $result:ty $body:block
    )+) => {
        pub(crate) mod postgres {
            use super::*;
            use crate::postgres::form::*;
            $(
                $(#[$doc])*
                pub(crate) async fn $name(
                    $connection: &mut Driver<'_> $(, $argument: $type)*
                ) -> $result $body
            )+
        }

        pub(crate) mod sqlite {
            use super::*;
            use crate::sqlite::form::*;
            $(
                $(#[$doc])*
                pub(crate) fn $name($connection: &mut Driver $(, $argument: $type)*) -> $result $body
            )+
        }
    };
}
pub(crate) use dual;
