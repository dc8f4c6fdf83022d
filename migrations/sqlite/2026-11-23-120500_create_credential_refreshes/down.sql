DROP INDEX credentials_idle;
DROP TABLE credential_refreshes;
