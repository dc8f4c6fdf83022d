//! How the events of an organization hang together, so that none can be changed, removed or moved unnoticed.
//!
//! Whoever has an export can check it with other tools: the form is written down in `docs/reference/audit-chain.md`, and
//! never changes under the same name.

use std::{fmt, str::FromStr};

use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::{AuditEvent, InvalidId};

/// The name of the form. Another form gets another name.
const FORM: &str = "fluxori.audit.v1";

/// Stands for the length of a value that is absent.
const ABSENT: [u8; 4] = [0xff; 4];

/// What stands for an event and all before it in the trail of an organization: a SHA-256.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AuditHash(pub [u8; 32]);

impl AuditHash {
    /// What stands before the first event.
    pub const START: Self = Self([0; 32]);
}

impl fmt::Display for AuditHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for AuditHash {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(InvalidId);
        }
        let mut bytes = [0; 32];
        for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
            let digits = str::from_utf8(digits).map_err(|_| InvalidId)?;
            *byte = u8::from_str_radix(digits, 16).map_err(|_| InvalidId)?;
        }
        Ok(Self(bytes))
    }
}

/// Everything that is stored of an event but its place in the chain. Nothing is taken for granted: what is checked may
/// have been written by anybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuditFields<'a> {
    /// Whose connection it concerns.
    pub organization: &'a str,
    /// The user.
    pub user: &'a str,
    /// Who acted, where that was another user.
    pub actor: Option<&'a str>,
    /// Which connection.
    pub connection: Uuid,
    /// Its own name.
    pub id: Uuid,
    /// At which marketplace.
    pub marketplace: &'a str,
    /// What happened.
    pub kind: &'a str,
    /// Through which program.
    pub service: &'a str,
    /// Why.
    pub purpose: Option<&'a str>,
    /// Which generation of the credential.
    pub generation: Option<i64>,
    /// How it ended.
    pub outcome: Option<&'a str>,
    /// In which request.
    pub request_id: Option<&'a str>,
    /// When, in microseconds since 1970.
    pub at: i64,
    /// How many equal reads it stands for.
    pub occurrences: i64,
}

impl<'a> From<&'a AuditEvent> for AuditFields<'a> {
    fn from(event: &'a AuditEvent) -> Self {
        Self {
            organization: event.scope.organization.as_str(),
            user: event.scope.user.as_str(),
            actor: event.actor.as_ref().map(crate::UserId::as_str),
            connection: *event.connection.as_uuid(),
            id: *event.id.as_uuid(),
            marketplace: event.marketplace.as_str(),
            kind: event.kind.as_str(),
            service: event.service.as_str(),
            purpose: event.purpose.as_ref().map(crate::Purpose::as_str),
            generation: event.generation.map(crate::Generation::as_i64),
            outcome: event.outcome.map(crate::OutcomeClass::as_str),
            request_id: event.request_id.as_ref().map(crate::RequestId::as_str),
            at: event.at.timestamp_micros(),
            occurrences: i64::from(event.occurrences),
        }
    }
}

impl AuditFields<'_> {
    /// What stands for this event as number `sequence` of its organization, behind what `before` stands for.
    #[must_use]
    pub fn link(&self, before: &AuditHash, sequence: i64) -> AuditHash {
        let mut hasher = Hasher(Sha256::new());
        hasher.text(FORM);
        hasher.bytes(&before.0);
        hasher.number(sequence);
        hasher.text(self.organization);
        hasher.text(self.user);
        hasher.optional(self.actor, Hasher::text);
        hasher.bytes(self.connection.as_bytes());
        hasher.bytes(self.id.as_bytes());
        hasher.text(self.marketplace);
        hasher.text(self.kind);
        hasher.text(self.service);
        hasher.optional(self.purpose, Hasher::text);
        hasher.optional(self.generation, Hasher::number);
        hasher.optional(self.outcome, Hasher::text);
        hasher.optional(self.request_id, Hasher::text);
        hasher.number(self.at);
        hasher.number(self.occurrences);
        AuditHash(hasher.0.finalize().into())
    }
}

/// Takes values one behind the other, each with its length, so that no two lists of values look alike.
struct Hasher(Sha256);

impl Hasher {
    fn bytes(&mut self, bytes: &[u8]) {
        // No value is near as long; one that were would not look like an absent one either.
        let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX - 1);
        self.0.update(length.to_be_bytes());
        self.0.update(bytes);
    }

    fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    fn number(&mut self, number: i64) {
        self.bytes(&number.to_be_bytes());
    }

    fn optional<T>(&mut self, value: Option<T>, take: impl FnOnce(&mut Self, T)) {
        match value {
            Some(value) => take(self, value),
            None => self.0.update(ABSENT),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event() -> AuditFields<'static> {
        AuditFields {
            organization: "engines",
            user: "ada",
            actor: Some("grace"),
            connection: Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001),
            id: Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0002),
            marketplace: "takealot",
            kind: "credential.read",
            service: "stock-sync",
            purpose: Some("order import"),
            generation: Some(7),
            outcome: None,
            request_id: Some("r-1"),
            at: 1_800_000_000_123_456,
            occurrences: 3,
        }
    }

    /// Both are made by the program in `docs/reference/audit-chain.md` too.
    #[test]
    fn the_form_of_a_link_never_changes() {
        let first = event().link(&AuditHash::START, 1);
        assert_eq!(
            first.to_string(),
            "862ed302a59b188fcb83f716084a18665c59086a698ea4eae16e6369e6f43fa9"
        );
        let bare = AuditFields {
            organization: "Ελλάδα",
            actor: None,
            purpose: None,
            generation: None,
            outcome: Some("ok"),
            request_id: None,
            ..event()
        };
        assert_eq!(
            bare.link(&first, 2).to_string(),
            "142147f356ae515cb728b38c10420b41fba838f03c4beb0d49ffb2bca183ddc6"
        );
    }

    #[test]
    fn every_column_and_every_place_counts() {
        let at = |fields: AuditFields<'_>| fields.link(&AuditHash::START, 1);
        let other = Uuid::from_u128(1);
        let event = event();
        let changed = [
            AuditFields {
                organization: "engine",
                ..event
            },
            AuditFields {
                user: "eve",
                ..event
            },
            AuditFields {
                actor: None,
                ..event
            },
            AuditFields {
                connection: other,
                ..event
            },
            AuditFields { id: other, ..event },
            AuditFields {
                marketplace: "xero",
                ..event
            },
            AuditFields {
                kind: "connection.tested",
                ..event
            },
            AuditFields {
                service: "",
                ..event
            },
            AuditFields {
                purpose: None,
                ..event
            },
            AuditFields {
                purpose: Some(""),
                ..event
            },
            AuditFields {
                generation: Some(8),
                ..event
            },
            AuditFields {
                outcome: Some("ok"),
                ..event
            },
            AuditFields {
                request_id: None,
                ..event
            },
            AuditFields {
                at: event.at + 1,
                ..event
            },
            AuditFields {
                occurrences: 4,
                ..event
            },
            // A value that moves to the neighbour.
            AuditFields {
                outcome: event.request_id,
                request_id: None,
                ..event
            },
            AuditFields {
                organization: "enginesa",
                user: "da",
                ..event
            },
        ];
        let mut links: Vec<_> = changed.into_iter().map(at).collect();
        links.extend([
            at(event),
            event.link(&AuditHash::START, 2),
            event.link(&AuditHash([1; 32]), 1),
        ]);
        let distinct: std::collections::HashSet<_> = links.iter().collect();
        assert_eq!(distinct.len(), links.len());
    }

    #[test]
    fn a_hash_is_read_back_as_it_is_printed() {
        let hash = event().link(&AuditHash::START, 1);
        assert_eq!(hash.to_string().parse(), Ok(hash));
        for bad in ["", "00", &"g".repeat(64), &"+1".repeat(32), &"é".repeat(32)] {
            assert_eq!(bad.parse::<AuditHash>(), Err(InvalidId), "{bad}");
        }
    }
}
