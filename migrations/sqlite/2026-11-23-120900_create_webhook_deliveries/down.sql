DROP INDEX connections_by_account;
DROP TABLE webhook_deliveries;
