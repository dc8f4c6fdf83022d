-- How many equal reads of a credential, close together, an event stands for. One for everything else.
ALTER TABLE audit_events ADD COLUMN occurrences INTEGER NOT NULL DEFAULT 1 CHECK (occurrences >= 1);
