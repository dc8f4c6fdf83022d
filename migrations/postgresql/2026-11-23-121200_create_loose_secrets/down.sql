DROP INDEX credentials_by_backend;
DROP TABLE loose_secrets;
