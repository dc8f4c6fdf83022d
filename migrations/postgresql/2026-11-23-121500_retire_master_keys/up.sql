-- Master keys that may never wrap a data key again. Not tenants' rows: a master key belongs to the installation.
CREATE TABLE retired_master_keys (
    id         text        COLLATE "C" NOT NULL,
    retired_at timestamptz NOT NULL,
    PRIMARY KEY (id)
);
