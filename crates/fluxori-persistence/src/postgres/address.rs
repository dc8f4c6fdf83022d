//! Addresses of PostgreSQL as libpq takes them, in the words of our driver.

use std::path::PathBuf;

use tokio_postgres::Config;

use crate::DatabaseError;

/// The driver's settings, and the file with root certificates if one is named (`sslrootcert`).
///
/// The driver knows three of libpq's modes of TLS. Ours always verifies the certificate and the host when TLS is used, so
/// `verify-ca` and `verify-full` are its `require`, and `allow` is its `prefer`.
pub(super) fn parse(url: &str) -> Result<(Config, Option<PathBuf>), DatabaseError> {
    let (base, parameters) = url.split_once('?').unwrap_or((url, ""));
    let mut root = None;
    let mut kept = Vec::new();
    for parameter in parameters.split('&').filter(|part| !part.is_empty()) {
        match parameter.split_once('=') {
            Some(("sslmode", "verify-ca" | "verify-full")) => kept.push("sslmode=require"),
            Some(("sslmode", "allow")) => kept.push("sslmode=prefer"),
            Some(("sslmode", mode)) if !matches!(mode, "disable" | "prefer" | "require") => {
                return Err(DatabaseError::InvalidAddress {
                    problem: "sslmode must be disable, allow, prefer, require, verify-ca or verify-full",
                });
            }
            Some(("sslrootcert", "system")) => {}
            Some(("sslrootcert", file)) => root = Some(PathBuf::from(file)),
            _ => kept.push(parameter),
        }
    }
    let url = format!("{base}?{}", kept.join("&"));
    let config = url.parse().map_err(|_| DatabaseError::InvalidAddress {
        problem: "it is not an address of PostgreSQL such as postgres://user:password@host:5432/database?sslmode=verify-full",
    })?;
    Ok((config, root))
}

#[cfg(test)]
mod tests {
    use tokio_postgres::config::{Host, SslMode};

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
    fn a_malformed_address_is_refused_without_quoting_it() {
        let error = parse("postgres://user:canary-7f3a@[::/db").unwrap_err();
        assert!(!format!("{error} {error:?}").contains("canary"));
    }
}
