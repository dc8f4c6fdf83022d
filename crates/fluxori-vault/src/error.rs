use std::fmt;

use fluxori_domain::{MasterKeyId, ports::StorageError};

/// Where a key text was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeySlot {
    /// `ENCRYPTION_KEY`.
    Active,
    /// An entry of `ENCRYPTION_KEYS_RETIRED`, counted from 1.
    Retired(usize),
}

impl KeySlot {
    const fn remedy(self) -> &'static str {
        match self {
            Self::Active => "make one with `fluxori-server keys generate`",
            Self::Retired(_) => "give the old key exactly as it was, or remove the entry",
        }
    }

    const fn other_way(self) -> &'static str {
        match self {
            Self::Active => ", or name a key in Cloud KMS in ENCRYPTION_KMS_KEY",
            Self::Retired(_) => "",
        }
    }
}

impl fmt::Display for KeySlot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Active => f.write_str("ENCRYPTION_KEY"),
            Self::Retired(position) => {
                write!(f, "entry {position} of ENCRYPTION_KEYS_RETIRED")
            }
        }
    }
}

/// Why the keyring cannot be used. Never quotes a key.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VaultError {
    /// There is no key, or an empty one.
    #[error("{slot} is missing or empty; {}{}", slot.remedy(), slot.other_way())]
    KeyMissing {
        /// Which key.
        slot: KeySlot,
    },
    /// The text has no length that a key can have.
    #[error(
        "{slot} has {length} characters; a key has 44 (32 bytes as base64), 64 (hexadecimal digits) or 32 (used as they are); {}",
        slot.remedy()
    )]
    KeyLength {
        /// Which key.
        slot: KeySlot,
        /// How long it is.
        length: usize,
    },
    /// The text has a good length and characters that its form does not have.
    #[error("{slot} is not {expected}; {}", slot.remedy())]
    KeyForm {
        /// Which key.
        slot: KeySlot,
        /// What a text of this length must be.
        expected: &'static str,
    },
    /// The text is from an example, or says that it must be replaced.
    #[error("{slot} is a placeholder, not a key; {}", slot.remedy())]
    KeyPlaceholder {
        /// Which key.
        slot: KeySlot,
    },
    /// The key repeats itself, counts, or uses few characters.
    #[error("{slot} can be guessed: it is not random; {}", slot.remedy())]
    KeyGuessable {
        /// Which key.
        slot: KeySlot,
    },
    /// A local key and a service both claim to be the active key.
    #[error(
        "ENCRYPTION_KEY and ENCRYPTION_KMS_KEY are both set, but one key alone wraps new data keys: to go over to Cloud KMS, move ENCRYPTION_KEY to ENCRYPTION_KEYS_RETIRED; to come back from it, move ENCRYPTION_KMS_KEY to ENCRYPTION_KMS_KEYS_RETIRED"
    )]
    TwoActiveKeys,
    /// Data keys exist that no key of the keyring unwraps.
    #[error(
        "{data_keys} data key(s) are wrapped by master keys that are not in the keyring ({}): ENCRYPTION_KEY or ENCRYPTION_KMS_KEY was changed, or belongs to another database; add the old key to ENCRYPTION_KEYS_RETIRED, or to ENCRYPTION_KMS_KEYS_RETIRED if it is in Cloud KMS",
        list(ids)
    )]
    MasterKeysMissing {
        /// The derived names of the missing keys.
        ids: Vec<MasterKeyId>,
        /// How many data keys they wrap.
        data_keys: u64,
    },
    /// The active master key is one that nothing may need any more.
    #[error(
        "the master key {id} was withdrawn by `fluxori-server keys retire` and wraps nothing any more: this process has the ENCRYPTION_KEY or ENCRYPTION_KMS_KEY of before the last change; give it the one that the other processes have"
    )]
    MasterKeyWithdrawn {
        /// The derived name of that key.
        id: MasterKeyId,
    },
    /// The database did not say which master keys are in use.
    #[error("the data keys could not be counted")]
    Storage(#[from] StorageError),
}

fn list(ids: &[MasterKeyId]) -> String {
    let names: Vec<_> = ids.iter().map(MasterKeyId::as_str).collect();
    names.join(", ")
}
