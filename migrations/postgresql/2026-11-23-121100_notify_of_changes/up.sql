-- Tells adapters that keep opened credentials in memory whose to read anew. Tenants are told apart by 16 bits of a hash,
-- which many share, so that the channel names nobody.
--
-- Commits that notify wait for each other, so it is done only while somebody listens. Listeners share a lock; a
-- transaction that gets it for itself knows that there is none. A listener that comes meanwhile waits for that transaction.
CREATE FUNCTION notify_of_changes() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    tenant record;
BEGIN
    IF pg_try_advisory_xact_lock(7380403049479694593) THEN
        RETURN NULL;
    END IF;
    IF TG_OP = 'DELETE' THEN
        tenant := OLD;
    ELSE
        tenant := NEW;
    END IF;
    PERFORM pg_notify(
        'fluxori_changes',
        substr(encode(sha256(convert_to(tenant.organization_id || chr(10) || tenant.user_id, 'UTF8')), 'hex'), 1, 4)
    );
    RETURN NULL;
END
$$;

CREATE TRIGGER notify_of_connections AFTER INSERT OR DELETE ON connections
    FOR EACH ROW EXECUTE FUNCTION notify_of_changes();

-- What a read of a credential depends on: not tests without news, labels and synchronisations.
CREATE TRIGGER notify_of_changed_connections AFTER UPDATE ON connections
    FOR EACH ROW WHEN (
        (OLD.status, OLD.is_default, OLD.credential_id, OLD.account_id, OLD.details, OLD.deleted_at)
        IS DISTINCT FROM
        (NEW.status, NEW.is_default, NEW.credential_id, NEW.account_id, NEW.details, NEW.deleted_at)
    ) EXECUTE FUNCTION notify_of_changes();

CREATE TRIGGER notify_of_credentials AFTER DELETE ON credentials
    FOR EACH ROW EXECUTE FUNCTION notify_of_changes();

CREATE TRIGGER notify_of_changed_credentials AFTER UPDATE ON credentials
    FOR EACH ROW WHEN (
        (OLD.generation, OLD.backend, OLD.secret, OLD.access_expires_at)
        IS DISTINCT FROM
        (NEW.generation, NEW.backend, NEW.secret, NEW.access_expires_at)
    ) EXECUTE FUNCTION notify_of_changes();
