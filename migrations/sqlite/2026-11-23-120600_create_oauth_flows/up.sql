-- Sellers who are away at a marketplace's consent page. No secret: what has to come back is known by its hash.
-- The one table that is looked up before anybody knows the tenant: the state is all that a callback brings.
CREATE TABLE oauth_flows (
    state           BLOB    NOT NULL CHECK (length(state) = 32),
    browser         BLOB    NOT NULL CHECK (length(browser) = 32),
    organization_id TEXT    NOT NULL,
    user_id         TEXT    NOT NULL,
    marketplace     TEXT    NOT NULL,
    target          TEXT    NOT NULL CHECK (json_valid(target)),
    reconnects      BLOB    CHECK (length(reconnects) = 16),
    label           TEXT,
    make_default    INTEGER NOT NULL CHECK (make_default IN (0, 1)),
    return_to       TEXT    NOT NULL,
    expires_at      INTEGER NOT NULL,
    PRIMARY KEY (state)
) STRICT;

CREATE INDEX oauth_flows_expiry ON oauth_flows (expires_at);
