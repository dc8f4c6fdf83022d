-- What a seller sees: one account at one marketplace. A row with deleted_at is a tombstone: invisible, not yet removed.
-- The primary key is also what lists are paged by.
CREATE TABLE connections (
    organization_id TEXT    NOT NULL,
    user_id         TEXT    NOT NULL,
    id              BLOB    NOT NULL CHECK (length(id) = 16),
    marketplace     TEXT    NOT NULL,
    auth_type       TEXT    NOT NULL,
    label           TEXT    NOT NULL,
    account_id      TEXT,
    account_name    TEXT,
    details         TEXT    NOT NULL CHECK (json_valid(details)),
    status          TEXT    NOT NULL,
    status_reason   TEXT,
    checked_at      INTEGER,
    check_outcome   TEXT,
    synced_at       INTEGER,
    sync_outcome    TEXT,
    is_default      INTEGER NOT NULL CHECK (is_default IN (0, 1)),
    credential_id   BLOB    NOT NULL CHECK (length(credential_id) = 16),
    version         INTEGER NOT NULL CHECK (version >= 1),
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL,
    deleted_at      INTEGER,
    PRIMARY KEY (organization_id, user_id, id),
    CHECK ((checked_at IS NULL) = (check_outcome IS NULL)),
    CHECK ((synced_at IS NULL) = (sync_outcome IS NULL)),
    FOREIGN KEY (organization_id, user_id, credential_id) REFERENCES credentials (organization_id, user_id, id)
) STRICT;

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
