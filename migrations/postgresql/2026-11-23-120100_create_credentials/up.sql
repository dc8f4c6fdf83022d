-- Secrets, sealed or named, and their clocks. Several connections may share one.
CREATE TABLE credentials (
    organization_id          text        COLLATE "C" NOT NULL,
    user_id                  text        COLLATE "C" NOT NULL,
    id                       uuid        NOT NULL,
    marketplace              text        COLLATE "C" NOT NULL,
    auth_type                text        COLLATE "C" NOT NULL,
    generation               bigint      NOT NULL CHECK (generation >= 1),
    backend                  text        COLLATE "C" NOT NULL
        CHECK (backend IN ('database', 'google_secret_manager')),
    secret                   text        COLLATE "C" NOT NULL,
    access_expires_at        timestamptz,
    refresh_expires_at       timestamptz,
    authorisation_expires_at timestamptz,
    PRIMARY KEY (organization_id, user_id, id)
);

-- A credential is looked up by its whole key. Left to itself, the planner sees that most users have one credential, and
-- reads all of a user's to find one.
ALTER TABLE credentials
    ALTER COLUMN organization_id SET (n_distinct = 1),
    ALTER COLUMN user_id SET (n_distinct = 1);
