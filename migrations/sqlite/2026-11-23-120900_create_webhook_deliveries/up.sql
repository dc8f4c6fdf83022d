-- What marketplaces pushed to us and was dealt with, by their own names of it. Not tenants' rows: a delivery is about an
-- account, which several tenants may have connected.
CREATE TABLE webhook_deliveries (
    marketplace TEXT    NOT NULL,
    id          TEXT    NOT NULL,
    received_at INTEGER NOT NULL,
    PRIMARY KEY (marketplace, id)
) STRICT;

CREATE INDEX webhook_deliveries_received ON webhook_deliveries (received_at);

-- Whom a delivery concerns.
CREATE INDEX connections_by_account ON connections (marketplace, account_id) WHERE deleted_at IS NULL AND account_id IS NOT NULL;
