//! Identifiers that we make ourselves.

use std::{fmt, str::FromStr, sync::Mutex};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::{ContextV7, NoContext, Timestamp, Uuid};

/// A text is not an identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an identifier")]
pub struct InvalidId;

/// Keeps the ids that one process makes in the order in which it made them, within a millisecond too, and when its clock
/// is set back: then they carry a time that is to come.
static ORDER: Mutex<ContextV7> = Mutex::new(ContextV7::new());

/// A UUIDv7 of its own type: time-ordered, so that new rows go to the end of every index.
macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident, $context:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Makes a new identifier from the time given and at least 32 random bits.
            #[must_use]
            pub fn make(now: DateTime<Utc>) -> Self {
                let seconds = u64::try_from(now.timestamp()).unwrap_or(0);
                let timestamp =
                    Timestamp::from_unix($context, seconds, now.timestamp_subsec_nanos());
                Self(Uuid::new_v7(timestamp))
            }

            /// Wraps a UUID that was stored before.
            #[must_use]
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// When it was made, to the millisecond; `None` for a UUID that was not made here.
            #[must_use]
            pub fn made_at(&self) -> Option<DateTime<Utc>> {
                let (seconds, nanoseconds) = self.0.get_timestamp()?.to_unix();
                DateTime::from_timestamp(i64::try_from(seconds).ok()?, nanoseconds)
            }

            /// The UUID.
            #[must_use]
            pub const fn as_uuid(&self) -> &Uuid {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                Uuid::try_parse(text).map(Self).map_err(|_| InvalidId)
            }
        }
    };
}

uuid_id!(
    /// One connection: what a seller sees.
    ConnectionId,
    &ORDER
);
uuid_id!(
    /// One credential: a secret document and its clocks. It tells when the seller agreed, so it keeps to the time given.
    CredentialId,
    NoContext
);
uuid_id!(
    /// One entry of the audit trail.
    AuditEventId,
    &ORDER
);

/// A key named by what it is: hexadecimal digits derived from the key itself.
///
/// Because the name follows from the key, a value that names it cannot be opened by accident under another key
/// (AES-GCM alone does not commit to its key).
macro_rules! key_id {
    ($(#[$doc:meta])* $name:ident, $digits:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Box<str>);

        impl $name {
            /// Wraps a name that was derived from a key or stored before.
            ///
            /// # Errors
            /// [`InvalidId`] unless the text is of this length, in lowercase hexadecimal digits.
            pub fn new(text: &str) -> Result<Self, InvalidId> {
                let hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
                if text.len() == $digits && text.bytes().all(hex) {
                    Ok(Self(text.into()))
                } else {
                    Err(InvalidId)
                }
            }

            /// The name.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

key_id!(
    /// An organization data key: 32 digits.
    DataKeyId,
    32
);
key_id!(
    /// A master key: 16 digits.
    MasterKeyId,
    16
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_made_later_sort_later() {
        let early = ConnectionId::make(DateTime::from_timestamp(1_700_000_000, 0).unwrap());
        let late = ConnectionId::make(DateTime::from_timestamp(1_700_000_001, 0).unwrap());
        assert!(early < late);
        let now = DateTime::from_timestamp(1_700_000_002, 0).unwrap();
        let ids: Vec<_> = (0..100).map(|_| ConnectionId::make(now)).collect();
        assert!(ids.is_sorted(), "of one instant, in the order of making");
        assert_eq!(early.to_string().parse(), Ok(early));
        assert_eq!(early.made_at().unwrap().timestamp(), 1_700_000_000);
        assert_eq!(ConnectionId::from_uuid(Uuid::nil()).made_at(), None);
    }

    #[test]
    fn a_credential_tells_when_it_was_made_though_the_clock_was_set_back() {
        let at = |seconds| DateTime::from_timestamp(seconds, 7_000_000).unwrap();
        for seconds in [1_800_000_000, 1_700_000_000] {
            let made_at = CredentialId::make(at(seconds)).made_at();
            assert_eq!(made_at, Some(at(seconds)));
        }
        assert_ne!(CredentialId::make(at(1)), CredentialId::make(at(1)));
    }

    #[test]
    fn only_hexadecimal_names_are_data_key_ids() {
        assert!(DataKeyId::new("00112233445566778899aabbccddeeff").is_ok());
        for bad in [
            "",
            "00112233445566778899AABBCCDDEEFF",
            "g0112233445566778899aabbccddeeff",
        ] {
            assert_eq!(DataKeyId::new(bad), Err(InvalidId), "{bad}");
        }
    }
}
