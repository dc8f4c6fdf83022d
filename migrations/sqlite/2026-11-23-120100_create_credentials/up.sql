-- Secrets, sealed or named, and their clocks. Several connections may share one.
CREATE TABLE credentials (
    organization_id          TEXT    NOT NULL,
    user_id                  TEXT    NOT NULL,
    id                       BLOB    NOT NULL CHECK (length(id) = 16),
    marketplace              TEXT    NOT NULL,
    auth_type                TEXT    NOT NULL,
    generation               INTEGER NOT NULL CHECK (generation >= 1),
    backend                  TEXT    NOT NULL CHECK (backend IN ('database', 'google_secret_manager')),
    secret                   TEXT    NOT NULL,
    access_expires_at        INTEGER,
    refresh_expires_at       INTEGER,
    authorisation_expires_at INTEGER,
    PRIMARY KEY (organization_id, user_id, id)
) STRICT;
