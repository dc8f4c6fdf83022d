//! What may be stored: the rules written in `google/cloud/secretmanager/v1/{resources,service}.proto`.

use std::collections::BTreeMap;

use super::model::{NewSecret, Payload, Replication};
use crate::google::{crc32c::crc32c, status::Status};

/// "Must be no larger than 64KiB": `SecretPayload.data`.
const MOST_BYTES: usize = 65_536;
/// "A secret ID is a string with a maximum length of 255 characters": `CreateSecretRequest.secret_id`.
const LONGEST_ID: usize = 255;
/// "No more than 64 labels can be assigned to a given resource": `Secret.labels`.
const MOST_LABELS: usize = 64;
const LONGEST_LABEL: usize = 63;
const LONGEST_LABEL_BYTES: usize = 128;
/// "The total size of annotation keys and values must be less than 16KiB": `Secret.annotations`.
const MOST_ANNOTATION_BYTES: usize = 16 * 1024;

/// "Uppercase and lowercase letters, numerals, and the hyphen (`-`) and underscore (`_`) characters."
pub(in crate::google) fn is_secret_id(id: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    !id.is_empty() && id.len() <= LONGEST_ID && id.bytes().all(is_allowed)
}

/// Version ids start at 1. Aliases, which the fake does not keep, have other forms.
pub(in crate::google) fn version_number(id: &str) -> Option<u64> {
    let number: u64 = id.parse().ok().filter(|number| *number > 0)?;
    (id == number.to_string()).then_some(number)
}

pub(super) fn check_new(secret: &NewSecret) -> Result<Replication, Status> {
    check_labels(&secret.labels)?;
    check_annotations(&secret.annotations)?;
    let Some(replication) = secret.replication.clone() else {
        return Err(Status::invalid("Field [secret.replication] is required."));
    };
    if let Replication::UserManaged(replicas) = &replication {
        if replicas.is_empty() {
            return Err(Status::invalid(
                "Field [secret.replication.user_managed.replicas] cannot be empty.",
            ));
        }
        for (place, replica) in replicas.iter().enumerate() {
            if !is_location(&replica.location) {
                return Err(Status::invalid(format!(
                    "Location [{}] is not supported.",
                    replica.location
                )));
            }
            if replicas[..place]
                .iter()
                .any(|one| one.location == replica.location)
            {
                return Err(Status::invalid("Replica locations must be unique."));
            }
        }
    }
    for (key, location) in replication.keys() {
        let parts: Vec<_> = key.split('/').collect();
        match parts[..] {
            [
                "projects",
                _,
                "locations",
                at,
                "keyRings",
                _,
                "cryptoKeys",
                _,
            ] if at == location => {}
            _ => {
                return Err(Status::invalid(format!(
                    "Field [kms_key_name] must name a key in location [{location}]."
                )));
            }
        }
    }
    Ok(replication)
}

/// As every region is written: `europe-west3`.
fn is_location(location: &str) -> bool {
    let Some((continent, place)) = location.split_once('-') else {
        return false;
    };
    let letters = place.trim_end_matches(|last: char| last.is_ascii_digit());
    let is_word =
        |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase());
    is_word(continent) && is_word(letters) && letters.len() < place.len()
}

/// Keys match `[\p{Ll}\p{Lo}][\p{Ll}\p{Lo}\p{N}_-]{0,62}`, values `[\p{Ll}\p{Lo}\p{N}_-]{0,63}`.
pub(super) fn check_labels(labels: &BTreeMap<String, String>) -> Result<(), Status> {
    if labels.len() > MOST_LABELS {
        return Err(Status::invalid("No more than 64 labels can be assigned."));
    }
    let is_letter = |one: char| one.is_alphabetic() && !one.is_uppercase();
    let is_allowed = |one: char| is_letter(one) || one.is_numeric() || one == '_' || one == '-';
    let fits = |text: &str| {
        text.chars().count() <= LONGEST_LABEL
            && text.len() <= LONGEST_LABEL_BYTES
            && text.chars().all(is_allowed)
    };
    for (key, value) in labels {
        if !(fits(key) && key.starts_with(is_letter)) {
            return Err(Status::invalid(format!(
                "Label key [{key}] is not in a valid format."
            )));
        }
        if !fits(value) {
            return Err(Status::invalid(format!(
                "Label value of [{key}] is not in a valid format."
            )));
        }
    }
    Ok(())
}

pub(super) fn check_annotations(annotations: &BTreeMap<String, String>) -> Result<(), Status> {
    let size: usize = annotations
        .iter()
        .map(|(key, value)| key.len() + value.len())
        .sum();
    if size >= MOST_ANNOTATION_BYTES {
        return Err(Status::invalid("Annotations must be smaller than 16KiB."));
    }
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    for key in annotations.keys() {
        let ends = [key.bytes().next(), key.bytes().next_back()];
        let fits = key.len() <= LONGEST_LABEL
            && key.bytes().all(is_allowed)
            && ends
                .iter()
                .all(|end| end.is_some_and(|byte| byte.is_ascii_alphanumeric()));
        if !fits {
            return Err(Status::invalid(format!(
                "Annotation key [{key}] is not in a valid format."
            )));
        }
    }
    Ok(())
}

/// The checksum to keep with the payload.
pub(super) fn check_payload(payload: &Payload) -> Result<u32, Status> {
    if payload.data.is_empty() {
        return Err(Status::invalid("Secret Payload cannot be empty."));
    }
    if payload.data.len() > MOST_BYTES {
        return Err(Status::invalid(
            "Secret Payload must not be larger than 65536 bytes.",
        ));
    }
    let checksum = crc32c(&payload.data);
    match payload.checksum {
        Some(said) if said != i64::from(checksum) => Err(Status::invalid(
            "The CRC32C checksum of the received payload does not match [payload.data_crc32c].",
        )),
        _ => Ok(checksum),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_id_has_letters_digits_hyphens_and_underscores() {
        assert!(is_secret_id("fluxori-A_9"));
        assert!(is_secret_id(&"a".repeat(255)));
        for wrong in ["", "a.b", "a/b", "ä", &"a".repeat(256)] {
            assert!(!is_secret_id(wrong), "{wrong}");
        }
    }

    #[test]
    fn versions_are_counted_from_one() {
        assert_eq!(version_number("12"), Some(12));
        for wrong in ["0", "01", "+1", "-1", "latest", ""] {
            assert_eq!(version_number(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn labels_keep_to_small_letters() {
        let check = |key: &str, value: &str| {
            check_labels(&BTreeMap::from([(key.to_owned(), value.to_owned())]))
        };
        assert_eq!(check("organization", ""), Ok(()));
        assert_eq!(check("größe", "07_a-é"), Ok(()));
        for (key, value) in [
            ("", "a"),
            ("1a", "a"),
            ("Aa", "a"),
            ("a", "A"),
            ("a", "a.b"),
            ("a", "a b"),
        ] {
            assert!(check(key, value).is_err(), "{key}={value}");
        }
        assert!(check(&"a".repeat(64), "a").is_err());
        assert!(check("a", &"a".repeat(64)).is_err());
    }

    #[test]
    fn a_payload_has_between_1_and_65536_bytes_and_its_own_checksum() {
        let check = |data: Vec<u8>, checksum| check_payload(&Payload { data, checksum });
        assert_eq!(
            check(b"123456789".to_vec(), Some(0xe306_9283)),
            Ok(0xe306_9283)
        );
        assert!(check(b"123456789".to_vec(), Some(1)).is_err());
        assert!(check(Vec::new(), None).is_err());
        assert!(check(vec![1; 65_536], None).is_ok());
        assert!(check(vec![1; 65_537], None).is_err());
    }

    #[test]
    fn a_region_is_a_continent_a_direction_and_a_number() {
        for good in ["us-east1", "europe-west12", "africa-south1"] {
            assert!(is_location(good), "{good}");
        }
        for wrong in ["", "global", "eu", "us-east", "us_east1", "US-east1"] {
            assert!(!is_location(wrong), "{wrong}");
        }
    }
}
