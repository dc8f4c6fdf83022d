-- Master keys that may never wrap a data key again. Not tenants' rows: a master key belongs to the installation.
CREATE TABLE retired_master_keys (
    id         TEXT    NOT NULL,
    retired_at INTEGER NOT NULL,
    PRIMARY KEY (id)
) STRICT;
