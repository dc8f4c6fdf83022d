use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

use super::KeyName;
use crate::{
    google::{
        crc32c::crc32c,
        status::{Code, Status},
    },
    random::Random,
};

/// "Must be no larger than 64KiB": `EncryptRequest.plaintext` and `additional_authenticated_data`.
const MOST_BYTES: usize = 65_536;
/// Before the nonce: which key, and which version of it.
const HEAD: usize = 12;

/// The state of a key version: `CryptoKeyVersion.CryptoKeyVersionState`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyState {
    /// It locks and unlocks.
    Enabled,
    /// It does neither, and can be enabled again.
    Disabled,
    /// What it locked stays locked.
    Destroyed,
}

impl KeyState {
    pub(in crate::google) const fn name(self) -> &'static str {
        match self {
            Self::Enabled => "ENABLED",
            Self::Disabled => "DISABLED",
            Self::Destroyed => "DESTROYED",
        }
    }

    pub(in crate::google) const fn number(self) -> i32 {
        match self {
            Self::Enabled => 1,
            Self::Disabled => 2,
            Self::Destroyed => 3,
        }
    }
}

struct Version {
    state: KeyState,
    created_at: DateTime<Utc>,
    key: LessSafeKey,
}

struct Key {
    id: u64,
    versions: Vec<Version>,
    /// Counted from 1.
    primary: u32,
}

/// What a version is, without what it locks with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::google) struct VersionFacts {
    pub(in crate::google) number: u32,
    pub(in crate::google) state: KeyState,
    pub(in crate::google) created_at: DateTime<Utc>,
}

/// What was locked, and by which version.
pub(in crate::google) struct Sealed {
    pub(in crate::google) version: u32,
    pub(in crate::google) ciphertext: Vec<u8>,
}

/// All keys of the project.
pub(in crate::google) struct Keys {
    project_id: String,
    by_name: BTreeMap<String, Key>,
    random: Random,
}

impl Keys {
    pub(in crate::google) fn seeded(project_id: &str, seed: u64) -> Self {
        Self {
            project_id: project_id.to_owned(),
            by_name: BTreeMap::new(),
            random: Random::seeded(seed),
        }
    }

    /// Adds a version, and makes it the primary one: `name` begins with `locations`.
    pub(in crate::google) fn rotate(&mut self, name: &str, now: DateTime<Utc>) -> u32 {
        let secret: Vec<u8> = (0..4)
            .flat_map(|_| self.random.bits().to_le_bytes())
            .collect();
        let key = UnboundKey::new(&AES_256_GCM, &secret).expect("it has 32 bytes");
        let id = self.random.bits();
        let entry = self.by_name.entry(name.to_owned()).or_insert(Key {
            id,
            versions: Vec::new(),
            primary: 0,
        });
        entry.versions.push(Version {
            state: KeyState::Enabled,
            created_at: now,
            key: LessSafeKey::new(key),
        });
        entry.primary += 1;
        entry.primary
    }

    pub(in crate::google) fn set_state(
        &mut self,
        name: &str,
        version: u32,
        state: KeyState,
    ) -> bool {
        let found = self.by_name.get_mut(name).and_then(|key| {
            let place = usize::try_from(version).ok()?.checked_sub(1)?;
            key.versions.get_mut(place)
        });
        match found {
            Some(version) if version.state != KeyState::Destroyed => {
                version.state = state;
                true
            }
            _ => false,
        }
    }

    /// The name as Cloud KMS answers it: with the id of the project.
    pub(in crate::google) fn full_name(&self, name: &str) -> String {
        format!("projects/{}/{name}", self.project_id)
    }

    fn find(&self, name: &str) -> Result<&Key, Status> {
        self.by_name.get(name).ok_or_else(|| {
            Status::not_found(format!("CryptoKey {} not found.", self.full_name(name)))
        })
    }

    pub(in crate::google) fn has(&self, name: &str) -> bool {
        self.by_name.contains_key(name)
    }

    /// The primary version.
    pub(in crate::google) fn primary(&self, name: &str) -> Result<VersionFacts, Status> {
        let key = self.find(name)?;
        let version = &key.versions[key.primary as usize - 1];
        Ok(VersionFacts {
            number: key.primary,
            state: version.state,
            created_at: version.created_at,
        })
    }

    /// Refuses a key that cannot be used.
    pub(in crate::google) fn check(&self, name: &KeyName) -> Result<(), Status> {
        let key = self.find(&name.key)?;
        self.usable(&name.key, key, key.primary).map(|_| ())
    }

    /// The version, if it may be used.
    fn usable<'a>(&self, name: &str, key: &'a Key, number: u32) -> Result<&'a Version, Status> {
        let full = format!("{}/cryptoKeyVersions/{number}", self.full_name(name));
        let found = key.versions.get((number as usize).wrapping_sub(1));
        let Some(version) = found else {
            return Err(Status::not_found(format!(
                "CryptoKeyVersion {full} not found."
            )));
        };
        if version.state == KeyState::Enabled {
            return Ok(version);
        }
        let state = version.state.name();
        Err(Status::precondition(format!(
            "{full} is not enabled, current state is: {state}."
        )))
    }

    /// Locks with the primary version, or with the one that is named.
    pub(in crate::google) fn encrypt(
        &mut self,
        name: &KeyName,
        plaintext: &[u8],
        aad: &[u8],
    ) -> Result<Sealed, Status> {
        for (field, data) in [
            ("plaintext", plaintext),
            ("additional_authenticated_data", aad),
        ] {
            if data.len() > MOST_BYTES {
                return Err(Status::invalid(format!(
                    "{field} must not be larger than 65536 bytes."
                )));
            }
        }
        let (first, second) = (self.random.bits(), self.random.bits());
        let key = self.find(&name.key)?;
        let number = name.version.unwrap_or(key.primary);
        let version = self.usable(&name.key, key, number)?;
        let mut nonce = [0; NONCE_LEN];
        nonce[..8].copy_from_slice(&first.to_le_bytes());
        nonce[8..].copy_from_slice(&second.to_le_bytes()[..4]);
        let mut sealed = plaintext.to_vec();
        version
            .key
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(aad),
                &mut sealed,
            )
            .map_err(|_| Status::new(Code::Internal, "Encryption failed."))?;
        let mut ciphertext = key.id.to_le_bytes().to_vec();
        ciphertext.extend(number.to_le_bytes());
        ciphertext.extend(nonce);
        ciphertext.extend(sealed);
        Ok(Sealed {
            version: number,
            ciphertext,
        })
    }

    /// Unlocks with the version that locked; says also whether that is the primary one.
    pub(in crate::google) fn decrypt(
        &self,
        name: &KeyName,
        ciphertext: &[u8],
        aad: &[u8],
    ) -> Result<(Vec<u8>, bool), Status> {
        let key = self.find(&name.key)?;
        let invalid = || Status::invalid("Decryption failed: the ciphertext is invalid.");
        let (head, rest) = ciphertext.split_at_checked(HEAD).ok_or_else(invalid)?;
        let (nonce, sealed) = rest.split_at_checked(NONCE_LEN).ok_or_else(invalid)?;
        let (id, number) = head.split_at(8);
        if id != key.id.to_le_bytes() {
            return Err(Status::invalid(
                "Decryption failed: verify that 'name' refers to the correct CryptoKey.",
            ));
        }
        let number = u32::from_le_bytes(number.try_into().map_err(|_| invalid())?);
        let version = self.usable(&name.key, key, number)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| invalid())?;
        let mut opened = sealed.to_vec();
        let plaintext = version
            .key
            .open_in_place(nonce, Aad::from(aad), &mut opened)
            .map_err(|_| invalid())?;
        Ok((plaintext.to_vec(), number == key.primary))
    }
}

/// Whether a checksum came, if it is right.
pub(in crate::google) fn verify(
    field: &str,
    data: &[u8],
    checksum: Option<i64>,
) -> Result<bool, Status> {
    match checksum {
        None => Ok(false),
        Some(checksum) if checksum == i64::from(crc32c(data)) => Ok(true),
        Some(_) => Err(Status::invalid(format!(
            "The checksum in field {field}_crc32c did not match the data in field {field}."
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAME: &str = "locations/global/keyRings/r/cryptoKeys/k";

    fn keys() -> (Keys, KeyName) {
        let mut keys = Keys::seeded("p", 7);
        keys.rotate(NAME, DateTime::UNIX_EPOCH);
        (keys, KeyName::parse(&format!("projects/p/{NAME}")).unwrap())
    }

    #[test]
    fn what_is_locked_opens_with_the_same_data_beside_it_only() {
        let (mut keys, name) = keys();
        let sealed = keys.encrypt(&name, b"canary", b"aad").unwrap().ciphertext;
        assert_eq!(
            keys.decrypt(&name, &sealed, b"aad"),
            Ok((b"canary".to_vec(), true))
        );
        let mut torn = sealed.clone();
        *torn.last_mut().unwrap() ^= 1;
        for (ciphertext, aad) in [
            (&sealed[..], &b"other"[..]),
            (&torn, b"aad"),
            (&sealed[..9], b"aad"),
            (b"", b""),
        ] {
            let refused = keys.decrypt(&name, ciphertext, aad).unwrap_err();
            assert_eq!(refused.code, Code::InvalidArgument);
        }
    }

    #[test]
    fn an_older_version_opens_what_it_locked_until_it_is_disabled() {
        let (mut keys, name) = keys();
        let sealed = keys.encrypt(&name, b"canary", b"").unwrap();
        assert_eq!(
            (sealed.version, keys.rotate(NAME, DateTime::UNIX_EPOCH)),
            (1, 2)
        );
        assert_eq!(keys.encrypt(&name, b"canary", b"").unwrap().version, 2);
        assert_eq!(
            keys.decrypt(&name, &sealed.ciphertext, b""),
            Ok((b"canary".to_vec(), false))
        );
        assert!(keys.set_state(NAME, 1, KeyState::Disabled));
        let refused = keys.decrypt(&name, &sealed.ciphertext, b"").unwrap_err();
        assert_eq!(refused.code, Code::FailedPrecondition);
        assert!(keys.set_state(NAME, 1, KeyState::Destroyed));
        assert!(!keys.set_state(NAME, 1, KeyState::Enabled));
    }

    #[test]
    fn another_key_does_not_open_it() {
        let (mut keys, name) = keys();
        let sealed = keys.encrypt(&name, b"canary", b"").unwrap().ciphertext;
        keys.rotate(
            "locations/global/keyRings/r/cryptoKeys/l",
            DateTime::UNIX_EPOCH,
        );
        let other = KeyName::parse("projects/p/locations/global/keyRings/r/cryptoKeys/l").unwrap();
        assert_eq!(
            keys.decrypt(&other, &sealed, b"").unwrap_err().code,
            Code::InvalidArgument
        );
    }
}
