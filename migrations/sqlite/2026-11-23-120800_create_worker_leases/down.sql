DROP INDEX connections_checked;
DROP TABLE worker_leases;
