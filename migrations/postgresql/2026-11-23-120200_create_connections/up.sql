-- What a seller sees: one account at one marketplace. A row with deleted_at is a tombstone: invisible, not yet removed.
-- The primary key is also what lists are paged by.
CREATE TABLE connections (
    organization_id text        COLLATE "C" NOT NULL,
    user_id         text        COLLATE "C" NOT NULL,
    id              uuid        NOT NULL,
    marketplace     text        COLLATE "C" NOT NULL,
    auth_type       text        COLLATE "C" NOT NULL,
    label           text        NOT NULL,
    account_id      text        COLLATE "C",
    account_name    text,
    details         jsonb       NOT NULL,
    status          text        COLLATE "C" NOT NULL,
    status_reason   text        COLLATE "C",
    checked_at      timestamptz,
    check_outcome   text        COLLATE "C",
    synced_at       timestamptz,
    sync_outcome    text        COLLATE "C",
    is_default      boolean     NOT NULL,
    credential_id   uuid        NOT NULL,
    version         bigint      NOT NULL CHECK (version >= 1),
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL,
    deleted_at      timestamptz,
    PRIMARY KEY (organization_id, user_id, id),
    CHECK ((checked_at IS NULL) = (check_outcome IS NULL)),
    CHECK ((synced_at IS NULL) = (sync_outcome IS NULL)),
    FOREIGN KEY (organization_id, user_id, credential_id) REFERENCES credentials (organization_id, user_id, id)
);

-- An account is connected once.
CREATE UNIQUE INDEX connections_account ON connections (organization_id, user_id, marketplace, account_id)
    WHERE deleted_at IS NULL AND account_id IS NOT NULL;

-- A marketplace has one default.
CREATE UNIQUE INDEX connections_one_default ON connections (organization_id, user_id, marketplace)
    WHERE is_default AND deleted_at IS NULL;

-- What an adapter reads: the default first, or the only one.
CREATE INDEX connections_default_first ON connections (organization_id, user_id, marketplace, is_default)
    WHERE deleted_at IS NULL;

-- Who still uses a credential.
CREATE INDEX connections_credential ON connections (organization_id, user_id, credential_id);

-- Deletions to be finished, oldest first.
CREATE INDEX connections_buried ON connections (deleted_at) WHERE deleted_at IS NOT NULL;
