//! Where a request comes from. Whoever passes it on may only say so if the operator trusts them.

use std::{
    net::{IpAddr, SocketAddr},
    str::FromStr,
    sync::atomic::{AtomicBool, Ordering},
};

use actix_web::{
    HttpMessage, HttpRequest,
    http::header::{HeaderMap, HeaderName},
};
use fluxori_domain::telemetry::events;
use ipnet::IpNet;

use crate::SettingsError;

/// Each proxy adds the address that it was called from, on the right.
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
/// Longest chain of proxies that is followed.
const MOST_HOPS: usize = 16;
/// In `TRUSTED_PROXIES`, whoever may open the socket of `LISTEN_UNIX`.
const UNIX: &str = "unix";

/// The address that a request counts for; none when it came through a Unix socket and nobody who is trusted says more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CallerAddress(Option<IpAddr>);

impl CallerAddress {
    /// As the edge found it.
    pub(crate) fn of(request: &HttpRequest) -> Option<IpAddr> {
        request.extensions().get::<Self>().and_then(|found| found.0)
    }
}

/// Whose word is taken for where a request comes from.
#[derive(Debug, Default)]
pub(crate) struct TrustedProxies {
    networks: Vec<IpNet>,
    unix: bool,
    has_warned: AtomicBool,
}

impl TrustedProxies {
    pub(crate) fn parse(texts: &[String]) -> Result<Self, SettingsError> {
        let mut trusted = Self::default();
        for (index, text) in texts.iter().enumerate() {
            if text == UNIX {
                trusted.unix = true;
                continue;
            }
            let network = IpAddr::from_str(text)
                .map(IpNet::from)
                .or_else(|_| IpNet::from_str(text));
            let network = network.map_err(|_| SettingsError::BadProxy { index: index + 1 })?;
            trusted.networks.push(network);
        }
        Ok(trusted)
    }

    /// Where a request comes from that arrived from `peer`. What a chain of trusted proxies says is believed from the
    /// right, up to the first address that is none of them. What cannot be read is nobody's word: then it counts for
    /// the proxy that passed it on.
    pub(crate) fn caller(&self, peer: Option<SocketAddr>, headers: &HeaderMap) -> CallerAddress {
        let mut nearest = peer.map(|peer| peer.ip().to_canonical());
        let may_speak = nearest.map_or(self.unix, |address| self.trusts(address));
        if !may_speak {
            self.warn_once(nearest, headers);
            return CallerAddress(nearest);
        }
        let lines: Vec<_> = headers.get_all(FORWARDED_FOR).collect();
        let entries = lines.iter().rev().map(|line| line.to_str().unwrap_or(""));
        for entry in entries.flat_map(|line| line.rsplit(',')).take(MOST_HOPS) {
            let Some(address) = read(entry.trim()) else {
                break;
            };
            nearest = Some(address);
            if !self.trusts(address) {
                break;
            }
        }
        CallerAddress(nearest)
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.networks
            .iter()
            .any(|network| network.contains(&address))
    }

    /// A proxy that is not named makes all its callers one address, which the operator should hear of.
    fn warn_once(&self, peer: Option<IpAddr>, headers: &HeaderMap) {
        if headers.contains_key(FORWARDED_FOR) && !self.has_warned.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                event = events::SERVER_PROXY_UNNAMED,
                peer = peer.map(tracing::field::display),
                "requests are passed on by somebody whom TRUSTED_PROXIES does not name: all of them count for that address"
            );
        }
    }
}

/// An address, with or without a port.
fn read(text: &str) -> Option<IpAddr> {
    let bare = text
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'));
    let address = IpAddr::from_str(bare.unwrap_or(text))
        .or_else(|_| SocketAddr::from_str(text).map(|address| address.ip()));
    address.ok().map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    fn caller(trusted: &[&str], peer: Option<&str>, forwarded: &[&str]) -> Option<String> {
        let texts: Vec<_> = trusted.iter().map(ToString::to_string).collect();
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append(FORWARDED_FOR, HeaderValue::from_str(line).unwrap());
        }
        let peer = peer.map(|text| SocketAddr::new(text.parse().unwrap(), 4711));
        let found = TrustedProxies::parse(&texts)
            .unwrap()
            .caller(peer, &headers);
        found.0.map(|address| address.to_string())
    }

    #[test]
    fn nobody_is_believed_who_is_not_named() {
        let found =
            |trusted: &[&str]| caller(trusted, Some("192.0.2.1"), &["203.0.113.9"]).unwrap();
        assert_eq!(found(&[]), "192.0.2.1");
        assert_eq!(found(&["192.0.2.2", "unix"]), "192.0.2.1");
        assert_eq!(found(&["192.0.2.1"]), "203.0.113.9");
        assert_eq!(found(&["192.0.2.0/24"]), "203.0.113.9");
        // An address of version 4 that arrives on a listener of version 6 is the same one.
        let mapped = caller(
            &["192.0.2.0/24"],
            Some("::ffff:192.0.2.1"),
            &["203.0.113.9"],
        );
        assert_eq!(mapped.unwrap(), "203.0.113.9");
    }

    #[test]
    fn a_caller_cannot_write_themselves_another_address() {
        let found =
            |forwarded: &[&str]| caller(&["10.0.0.0/8"], Some("10.0.0.1"), forwarded).unwrap();
        assert_eq!(found(&["1.1.1.1, 203.0.113.9"]), "203.0.113.9");
        assert_eq!(found(&["1.1.1.1", "203.0.113.9, 10.0.0.2"]), "203.0.113.9");
        assert_eq!(found(&["1.1.1.1", "203.0.113.9"]), "203.0.113.9");
        // Nobody else than proxies in it: the farthest.
        assert_eq!(found(&["10.0.0.3, 10.0.0.2"]), "10.0.0.3");
        assert_eq!(found(&[]), "10.0.0.1");
    }

    #[test]
    fn what_cannot_be_read_counts_for_who_passed_it_on() {
        let found = |line: &str| caller(&["10.0.0.0/8"], Some("10.0.0.1"), &[line]).unwrap();
        assert_eq!(found("203.0.113.9, unknown"), "10.0.0.1");
        assert_eq!(found("203.0.113.9, , 10.0.0.2"), "10.0.0.2");
        assert_eq!(found("203.0.113.9:1234"), "203.0.113.9");
        assert_eq!(found("[2001:db8::7]:1234"), "2001:db8::7");
        assert_eq!(found("[2001:db8::7]"), "2001:db8::7");
        let long = "10.0.0.9, ".repeat(40) + "10.0.0.8";
        assert_eq!(found(&long), "10.0.0.9");
    }

    #[test]
    fn a_unix_socket_has_no_address_unless_who_speaks_there_is_trusted() {
        assert_eq!(caller(&[], None, &["203.0.113.9"]), None);
        assert_eq!(caller(&["0.0.0.0/0"], None, &["203.0.113.9"]), None);
        assert_eq!(
            caller(&["unix"], None, &["203.0.113.9"]).unwrap(),
            "203.0.113.9"
        );
        assert_eq!(caller(&["unix"], None, &[]), None);
    }

    #[test]
    fn what_is_no_network_is_named_by_its_position() {
        let texts = ["10.0.0.0/8".to_owned(), "proxy.internal".to_owned()];
        let error = TrustedProxies::parse(&texts).unwrap_err();
        assert_eq!(error, SettingsError::BadProxy { index: 2 });
    }
}
