DROP TABLE retired_master_keys;
