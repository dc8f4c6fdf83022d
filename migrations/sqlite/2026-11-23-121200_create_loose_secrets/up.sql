-- What exists, or may exist, outside the database and is held by no row of credentials: about to be written, written and
-- not yet taken up, or let go of. The credential's row may be gone, hence no foreign key.
CREATE TABLE loose_secrets (
    organization_id TEXT    NOT NULL,
    user_id         TEXT    NOT NULL,
    credential_id   BLOB    NOT NULL CHECK (length(credential_id) = 16),
    id              BLOB    NOT NULL CHECK (length(id) = 16),
    backend         TEXT    NOT NULL CHECK (backend IN ('google_secret_manager')),
    place           TEXT    NOT NULL,
    -- Unknown while it is being written.
    value           TEXT    CHECK (substr(value, 1, length(place)) = place),
    due_at          INTEGER NOT NULL,
    -- What is being destroyed: this value, or the place with all that is in it.
    condemned       TEXT    CHECK (condemned IN ('value', 'place')),
    PRIMARY KEY (organization_id, user_id, credential_id, id)
) STRICT;

-- Writers and sweeps name an entry by nothing else.
CREATE INDEX loose_secrets_by_id ON loose_secrets (id);

-- What is known of a credential whose owner is not.
CREATE INDEX loose_secrets_by_credential ON loose_secrets (credential_id);

-- What is to be destroyed, the longest due first.
CREATE INDEX loose_secrets_due ON loose_secrets (due_at, id);

-- Who lives in which store, over all tenants.
CREATE INDEX credentials_by_backend ON credentials (backend, id);
