-- Sellers who are away at a marketplace's consent page. No secret: what has to come back is known by its hash.
-- The one table that is looked up before anybody knows the tenant: the state is all that a callback brings.
CREATE TABLE oauth_flows (
    state           bytea       NOT NULL CHECK (length(state) = 32),
    browser         bytea       NOT NULL CHECK (length(browser) = 32),
    organization_id text        COLLATE "C" NOT NULL,
    user_id         text        COLLATE "C" NOT NULL,
    marketplace     text        COLLATE "C" NOT NULL,
    target          jsonb       NOT NULL,
    reconnects      uuid,
    label           text,
    make_default    boolean     NOT NULL,
    return_to       text        NOT NULL,
    expires_at      timestamptz NOT NULL,
    PRIMARY KEY (state)
);

CREATE INDEX oauth_flows_expiry ON oauth_flows (expires_at);
