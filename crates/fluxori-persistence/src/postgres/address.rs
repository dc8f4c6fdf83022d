//! Addresses of PostgreSQL as libpq takes them, in the words of our driver.

use std::path::PathBuf;

use tokio_postgres::{
    Config,
    config::{Host, TargetSessionAttrs},
};

use crate::DatabaseError;

/// The driver's settings, and the file with root certificates if one is named (`sslrootcert`).
///
/// The driver knows three of libpq's modes of TLS. Ours always verifies the certificate and the host when TLS is used, so
/// `verify-ca` and `verify-full` are its `require`, and `allow` is its `prefer`.
///
/// Whatever is said of `target_session_attrs`, a server must take changes: what a standby tells may be out of date, and an
/// adapter would go on with a credential that was replaced or taken away.
pub(super) fn parse(url: &str) -> Result<(Config, Option<PathBuf>), DatabaseError> {
    let (base, parameters) = url.split_once('?').unwrap_or((url, ""));
    let mut root = None;
    let mut kept: Vec<String> = Vec::new();
    for parameter in parameters.split('&').filter(|part| !part.is_empty()) {
        match parameter.split_once('=') {
            Some(("sslmode", "verify-ca" | "verify-full")) => {
                kept.push("sslmode=require".to_owned());
            }
            Some(("sslmode", "allow")) => kept.push("sslmode=prefer".to_owned()),
            Some(("sslmode", mode)) if !matches!(mode, "disable" | "prefer" | "require") => {
                return Err(DatabaseError::InvalidAddress {
                    problem: "sslmode must be disable, allow, prefer, require, verify-ca or verify-full",
                });
            }
            Some(
                ("target_session_attrs", "any" | "read-write" | "primary")
                | ("sslrootcert", "system"),
            ) => {}
            Some(("target_session_attrs", _)) => {
                return Err(DatabaseError::InvalidAddress {
                    problem: "target_session_attrs must be read-write: nothing is read from a standby",
                });
            }
            Some(("sslrootcert", file)) => root = Some(PathBuf::from(file)),
            // The driver takes them one by one.
            Some(("host", hosts)) => {
                kept.extend(hosts.split(',').map(|host| format!("host={host}")));
            }
            _ => kept.push(parameter.to_owned()),
        }
    }
    let url = format!("{base}?{}", kept.join("&"));
    let mut config: Config = url.parse().map_err(|_| DatabaseError::InvalidAddress {
        problem: "it is not an address of PostgreSQL such as postgres://user:password@host:5432/database?sslmode=verify-full",
    })?;
    config.target_session_attrs(TargetSessionAttrs::ReadWrite);
    Ok((config, root))
}

/// One for each server that the address names, in its order: the driver would give all of them together the time that one
/// may take, and so never come to the second where the first says nothing.
pub(super) fn servers(all: &Config) -> Result<Vec<Config>, DatabaseError> {
    let (hosts, addresses, ports) = (all.get_hosts(), all.get_hostaddrs(), all.get_ports());
    let count = hosts.len().max(addresses.len());
    let fits =
        |named: usize, may_be_one: bool| named == count || named == 0 || (may_be_one && named == 1);
    if count == 0 {
        return Err(DatabaseError::InvalidAddress {
            problem: "it names no host",
        });
    }
    if !fits(hosts.len(), false) || !fits(addresses.len(), false) || !fits(ports.len(), true) {
        return Err(DatabaseError::InvalidAddress {
            problem: "it names not as many ports, or addresses, as hosts",
        });
    }
    Ok((0..count)
        .map(|number| {
            let mut one = without_servers(all);
            match hosts.get(number) {
                Some(Host::Tcp(name)) => one.host(name),
                Some(Host::Unix(folder)) => one.host_path(folder),
                None => &mut one,
            };
            if let Some(address) = addresses.get(number) {
                one.hostaddr(*address);
            }
            if let Some(port) = ports.get(number).or_else(|| ports.first()) {
                one.port(*port);
            }
            one
        })
        .collect())
}

/// Everything else that is said. The driver's type gives no host back, so what it holds is copied one by one.
fn without_servers(all: &Config) -> Config {
    let mut one = Config::new();
    if let Some(user) = all.get_user() {
        one.user(user);
    }
    if let Some(password) = all.get_password() {
        one.password(password);
    }
    if let Some(name) = all.get_dbname() {
        one.dbname(name);
    }
    if let Some(options) = all.get_options() {
        one.options(options);
    }
    if let Some(name) = all.get_application_name() {
        one.application_name(name);
    }
    if let Some(timeout) = all.get_connect_timeout() {
        one.connect_timeout(*timeout);
    }
    if let Some(timeout) = all.get_tcp_user_timeout() {
        one.tcp_user_timeout(*timeout);
    }
    if let Some(interval) = all.get_keepalives_interval() {
        one.keepalives_interval(interval);
    }
    if let Some(retries) = all.get_keepalives_retries() {
        one.keepalives_retries(retries);
    }
    one.keepalives(all.get_keepalives())
        .keepalives_idle(all.get_keepalives_idle())
        .ssl_mode(all.get_ssl_mode())
        .ssl_negotiation(all.get_ssl_negotiation())
        .channel_binding(all.get_channel_binding())
        .load_balance_hosts(all.get_load_balance_hosts())
        .target_session_attrs(all.get_target_session_attrs());
    one
}

#[cfg(test)]
mod tests {
    use tokio_postgres::config::SslMode;

    use super::*;

    #[test]
    fn every_mode_of_libpq_is_understood() {
        for (mode, expected) in [
            ("disable", SslMode::Disable),
            ("allow", SslMode::Prefer),
            ("prefer", SslMode::Prefer),
            ("require", SslMode::Require),
            ("verify-ca", SslMode::Require),
            ("verify-full", SslMode::Require),
        ] {
            let (config, _) = parse(&format!("postgres://u:p@h/db?sslmode={mode}")).unwrap();
            assert_eq!(config.get_ssl_mode(), expected, "{mode}");
        }
        assert!(parse("postgres://u:p@h/db?sslmode=maybe").is_err());
    }

    #[test]
    fn a_socket_and_a_root_certificate_are_taken_from_the_parameters() {
        let (config, root) =
            parse("postgresql:///db?host=/run/pg&user=me&sslrootcert=/etc/ca.pem").unwrap();
        assert_eq!(config.get_hosts(), [Host::Unix("/run/pg".into())]);
        assert_eq!(config.get_dbname(), Some("db"));
        assert_eq!(root, Some(PathBuf::from("/etc/ca.pem")));

        // As Cloud Run names the socket of a database of Cloud SQL.
        let (config, _) = parse("postgres://me:p@/db?host=/cloudsql/project:region:name").unwrap();
        let socket = Host::Unix("/cloudsql/project:region:name".into());
        assert_eq!(config.get_hosts(), [socket]);
    }

    #[test]
    fn only_a_server_that_takes_changes_will_do() {
        for target in ["", "any", "read-write", "primary"] {
            let url = format!("postgres://u@h/db?target_session_attrs={target}");
            let url = url.trim_end_matches("?target_session_attrs=");
            let (config, _) = parse(url).unwrap();
            let wanted = config.get_target_session_attrs();
            assert_eq!(wanted, TargetSessionAttrs::ReadWrite, "{target}");
        }
        for target in ["read-only", "standby", "prefer-standby"] {
            let url = format!("postgres://u@h/db?target_session_attrs={target}");
            assert!(parse(&url).is_err(), "{target}");
        }
    }

    #[test]
    fn each_server_has_all_that_is_said_and_a_host_and_a_port_of_its_own() {
        let url = "postgres://me:secret@one:5433,two:5434/db?sslmode=require&options=-c%20a%3Db\
                   &application_name=name&keepalives_interval=7&keepalives_retries=3&channel_binding=require";
        let (all, _) = parse(url).unwrap();
        let servers = servers(&all).unwrap();
        for (server, alone) in servers.iter().zip([
            url.replace("one:5433,two:5434", "one:5433"),
            url.replace("one:5433,two:5434", "two:5434"),
        ]) {
            assert_eq!(*server, parse(&alone).unwrap().0);
        }
        assert_eq!(servers.len(), 2);
    }

    #[test]
    fn servers_may_share_a_port_and_lie_behind_sockets() {
        let of = |url: &str| servers(&parse(url).unwrap().0);
        let sockets = of("postgres:///db?host=/run/one,/run/two&user=me").unwrap();
        assert_eq!(sockets[1].get_hosts(), [Host::Unix("/run/two".into())]);
        let shared = of("postgres:///db?host=one,two,three&port=6000&user=me").unwrap();
        assert!(shared.iter().all(|server| server.get_ports() == [6000]));
        assert!(of("postgres:///db?host=one,two,three&port=1,2").is_err());
        assert!(of("postgres:///db?user=me").is_err());
    }

    #[test]
    fn a_malformed_address_is_refused_without_quoting_it() {
        let error = parse("postgres://user:canary-7f3a@[::/db").unwrap_err();
        assert!(!format!("{error} {error:?}").contains("canary"));
    }
}
