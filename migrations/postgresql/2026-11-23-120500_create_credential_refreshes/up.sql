-- Who may spend a grant now, what was about to be spent, and how it went. A row appears with the first refresh. Apart from
-- credentials, whose rows adapters read all the time, because these change twice with each refresh.
CREATE TABLE credential_refreshes (
    organization_id text        COLLATE "C" NOT NULL,
    user_id         text        COLLATE "C" NOT NULL,
    credential_id   uuid        NOT NULL,
    fence           bigint      NOT NULL CHECK (fence >= 0),
    owner           uuid,
    -- By the database's clock, unlike every other time here.
    leased_until    timestamptz,
    -- The token about to be spent, or spent without a stored answer, and since when.
    token           bytea       CHECK (length(token) = 32),
    spent_at        timestamptz,
    failures        bigint      NOT NULL CHECK (failures >= 0),
    failure         text        COLLATE "C",
    retry_at        timestamptz,
    refreshed_at    timestamptz,
    PRIMARY KEY (organization_id, user_id, credential_id),
    CHECK ((owner IS NULL) = (leased_until IS NULL)),
    CHECK ((token IS NULL) = (spent_at IS NULL)),
    CHECK ((failure IS NULL) = (retry_at IS NULL)),
    FOREIGN KEY (organization_id, user_id, credential_id)
        REFERENCES credentials (organization_id, user_id, id) ON DELETE CASCADE
);

-- Refreshes that somebody has to finish, oldest first.
CREATE INDEX credential_refreshes_open ON credential_refreshes (spent_at) WHERE token IS NOT NULL;

-- Refresh tokens that die unless they are used.
CREATE INDEX credentials_idle ON credentials (marketplace, refresh_expires_at) WHERE refresh_expires_at IS NOT NULL;
