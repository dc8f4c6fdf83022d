DROP TRIGGER notify_of_changed_credentials ON credentials;
DROP TRIGGER notify_of_credentials ON credentials;
DROP TRIGGER notify_of_changed_connections ON connections;
DROP TRIGGER notify_of_connections ON connections;
DROP FUNCTION notify_of_changes();
