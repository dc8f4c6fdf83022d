//! The tables, as the migrations make them on both databases.

use diesel::{allow_tables_to_appear_in_same_query, table};

table! {
    use diesel::sql_types::{BigInt, Bool, Nullable, Text};
    use crate::types::{Document, Identifier, Instant};

    connections (organization_id, user_id, id) {
        organization_id -> Text,
        user_id -> Text,
        id -> Identifier,
        marketplace -> Text,
        auth_type -> Text,
        label -> Text,
        account_id -> Nullable<Text>,
        account_name -> Nullable<Text>,
        details -> Document,
        status -> Text,
        status_reason -> Nullable<Text>,
        checked_at -> Nullable<Instant>,
        check_outcome -> Nullable<Text>,
        synced_at -> Nullable<Instant>,
        sync_outcome -> Nullable<Text>,
        is_default -> Bool,
        credential_id -> Identifier,
        version -> BigInt,
        created_at -> Instant,
        updated_at -> Instant,
        deleted_at -> Nullable<Instant>,
        revoke -> Bool,
    }
}

table! {
    use diesel::sql_types::{BigInt, Nullable, Text};
    use crate::types::{Identifier, Instant};

    credentials (organization_id, user_id, id) {
        organization_id -> Text,
        user_id -> Text,
        id -> Identifier,
        marketplace -> Text,
        auth_type -> Text,
        generation -> BigInt,
        backend -> Text,
        secret -> Text,
        access_expires_at -> Nullable<Instant>,
        refresh_expires_at -> Nullable<Instant>,
        authorisation_expires_at -> Nullable<Instant>,
        abandoned_at -> Nullable<Instant>,
    }
}

table! {
    use diesel::sql_types::{BigInt, Binary, Nullable, Text};
    use crate::types::{Identifier, Instant};

    credential_refreshes (organization_id, user_id, credential_id) {
        organization_id -> Text,
        user_id -> Text,
        credential_id -> Identifier,
        fence -> BigInt,
        owner -> Nullable<Identifier>,
        leased_until -> Nullable<Instant>,
        token -> Nullable<Binary>,
        spent_at -> Nullable<Instant>,
        failures -> BigInt,
        failure -> Nullable<Text>,
        retry_at -> Nullable<Instant>,
        refreshed_at -> Nullable<Instant>,
    }
}

table! {
    use diesel::sql_types::{Binary, Bool, Nullable, Text};
    use crate::types::{Document, Identifier, Instant};

    oauth_flows (state) {
        state -> Binary,
        browser -> Binary,
        organization_id -> Text,
        user_id -> Text,
        marketplace -> Text,
        target -> Document,
        reconnects -> Nullable<Identifier>,
        label -> Nullable<Text>,
        make_default -> Bool,
        return_to -> Text,
        expires_at -> Instant,
        actor -> Nullable<Text>,
    }
}

table! {
    use diesel::sql_types::{Binary, Bool, Nullable, Text};
    use crate::types::Instant;

    sessions (hash) {
        hash -> Binary,
        kind -> Text,
        organization_id -> Text,
        user_id -> Text,
        read_only -> Bool,
        expires_at -> Instant,
        roles -> Nullable<Text>,
    }
}

table! {
    use diesel::sql_types::{Bool, Text};
    use crate::types::Instant;

    data_keys (organization_id, id) {
        organization_id -> Text,
        id -> Text,
        master_key_id -> Text,
        wrapped -> Text,
        is_active -> Bool,
        created_at -> Instant,
    }
}

table! {
    use diesel::sql_types::Text;
    use crate::types::Instant;

    retired_master_keys (id) {
        id -> Text,
        retired_at -> Instant,
    }
}

table! {
    use diesel::sql_types::{Nullable, Text};
    use crate::types::{Identifier, Instant};

    loose_secrets (organization_id, user_id, credential_id, id) {
        organization_id -> Text,
        user_id -> Text,
        credential_id -> Identifier,
        id -> Identifier,
        backend -> Text,
        place -> Text,
        value -> Nullable<Text>,
        due_at -> Instant,
        condemned -> Nullable<Text>,
    }
}

table! {
    use diesel::sql_types::Bool;
    use crate::types::Identifier;

    installation (is_the_only_one) {
        is_the_only_one -> Bool,
        id -> Identifier,
    }
}

table! {
    use diesel::sql_types::{BigInt, Binary, Nullable, Text};
    use crate::types::{Identifier, Instant};

    audit_events (organization_id, id) {
        organization_id -> Text,
        user_id -> Text,
        connection_id -> Identifier,
        id -> Identifier,
        marketplace -> Text,
        kind -> Text,
        service -> Text,
        purpose -> Nullable<Text>,
        generation -> Nullable<BigInt>,
        outcome -> Nullable<Text>,
        request_id -> Nullable<Text>,
        at -> Instant,
        occurrences -> BigInt,
        actor -> Nullable<Text>,
        sequence -> Nullable<BigInt>,
        hash -> Nullable<Binary>,
    }
}

table! {
    use diesel::sql_types::{BigInt, Binary, Text};

    audit_chains (organization_id) {
        organization_id -> Text,
        events_before -> BigInt,
        pruned_through -> BigInt,
        pruned_hash -> Binary,
        sequence -> BigInt,
        hash -> Binary,
    }
}

table! {
    use diesel::sql_types::{Binary, Nullable, Text};
    use crate::types::{Identifier, Instant};

    idempotency_keys (organization_id, user_id, key) {
        organization_id -> Text,
        user_id -> Text,
        key -> Text,
        fingerprint -> Binary,
        connection_id -> Nullable<Identifier>,
        expires_at -> Instant,
    }
}

table! {
    use diesel::sql_types::Text;
    use crate::types::{Identifier, Instant};

    worker_leases (name) {
        name -> Text,
        owner -> Identifier,
        leased_until -> Instant,
    }
}

table! {
    use diesel::sql_types::Text;
    use crate::types::Instant;

    webhook_deliveries (marketplace, id) {
        marketplace -> Text,
        id -> Text,
        received_at -> Instant,
    }
}

allow_tables_to_appear_in_same_query!(connections, credentials, credential_refreshes);
