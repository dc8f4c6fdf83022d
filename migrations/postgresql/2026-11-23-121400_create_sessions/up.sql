-- Who is signed in to the page, and links that sign somebody in. No secret: cookies and tokens are known by their hashes.
-- Looked up before anybody knows the tenant: the cookie, or the token, is all that a browser brings.
CREATE TABLE sessions (
    hash            bytea       NOT NULL CHECK (length(hash) = 32),
    -- A link becomes a session once: the row gets another hash and another end.
    kind            text        COLLATE "C" NOT NULL CHECK (kind IN ('session', 'link')),
    organization_id text        COLLATE "C" NOT NULL,
    user_id         text        COLLATE "C" NOT NULL,
    read_only       boolean     NOT NULL,
    expires_at      timestamptz NOT NULL,
    PRIMARY KEY (hash)
);

CREATE INDEX sessions_expiry ON sessions (expires_at);
