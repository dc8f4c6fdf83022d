-- Who is signed in to the page, and links that sign somebody in. No secret: cookies and tokens are known by their hashes.
-- Looked up before anybody knows the tenant: the cookie, or the token, is all that a browser brings.
CREATE TABLE sessions (
    hash            BLOB    NOT NULL CHECK (length(hash) = 32),
    -- A link becomes a session once: the row gets another hash and another end.
    kind            TEXT    NOT NULL CHECK (kind IN ('session', 'link')),
    organization_id TEXT    NOT NULL,
    user_id         TEXT    NOT NULL,
    read_only       INTEGER NOT NULL CHECK (read_only IN (0, 1)),
    expires_at      INTEGER NOT NULL,
    PRIMARY KEY (hash)
) STRICT;

CREATE INDEX sessions_expiry ON sessions (expires_at);
