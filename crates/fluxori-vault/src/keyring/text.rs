//! The texts in which a master key may be written.

use base64::{
    Engine,
    alphabet::{Alphabet, STANDARD, URL_SAFE},
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use fluxori_domain::SecretText;
use zeroize::Zeroizing;

use super::guessable::{is_guessable, is_placeholder};
use crate::{
    error::{KeySlot, VaultError},
    hazmat::{KEY_LEN, KeyMaterial},
};

/// Reads a key from a text without white space around it.
pub(super) fn decode(slot: KeySlot, text: &str) -> Result<KeyMaterial, VaultError> {
    if text.is_empty() {
        return Err(VaultError::KeyMissing { slot });
    }
    if is_placeholder(text.as_bytes()) {
        return Err(VaultError::KeyPlaceholder { slot });
    }
    let form = |expected| VaultError::KeyForm { slot, expected };
    let bytes = match text.chars().count() {
        32 => as_it_is(text).ok_or(form(
            "32 printable ASCII characters without space and comma",
        ))?,
        43 | 44 => from_base64(text).ok_or(form("the base64 of 32 bytes"))?,
        64 => from_hex(text).ok_or(form("64 hexadecimal digits"))?,
        length => return Err(VaultError::KeyLength { slot, length }),
    };
    if is_placeholder(&*bytes) {
        return Err(VaultError::KeyPlaceholder { slot });
    }
    if is_guessable(&bytes) {
        return Err(VaultError::KeyGuessable { slot });
    }
    Ok(KeyMaterial::new(bytes))
}

/// Writes a key as standard base64.
pub(super) fn encode(key: &KeyMaterial) -> SecretText {
    let mut text = Zeroizing::new([0; 44]);
    let length = engine(&STANDARD)
        .encode_slice(key.bytes(), &mut *text)
        .expect("32 bytes become 44 characters");
    SecretText::copy_of(std::str::from_utf8(&text[..length]).expect("base64 is ASCII"))
}

fn as_it_is(text: &str) -> Option<Zeroizing<[u8; KEY_LEN]>> {
    // A comma separates retired keys, so a key that holds one could never be retired.
    let fits = |byte: u8| byte.is_ascii_graphic() && byte != b',';
    let bytes: &[u8; KEY_LEN] = text.as_bytes().try_into().ok()?;
    bytes
        .iter()
        .all(|byte| fits(*byte))
        .then(|| Zeroizing::new(*bytes))
}

fn from_hex(text: &str) -> Option<Zeroizing<[u8; KEY_LEN]>> {
    let mut bytes = Zeroizing::new([0; KEY_LEN]);
    hex::decode_to_slice(text, &mut *bytes).ok()?;
    Some(bytes)
}

fn from_base64(text: &str) -> Option<Zeroizing<[u8; KEY_LEN]>> {
    // One alphabet at a time: a text that mixes them was put together by hand.
    [STANDARD, URL_SAFE].iter().find_map(|alphabet| {
        let mut decoded = Zeroizing::new([0; 36]);
        let length = engine(alphabet).decode_slice(text, &mut *decoded).ok()?;
        let bytes: &[u8; KEY_LEN] = decoded[..length].try_into().ok()?;
        Some(Zeroizing::new(*bytes))
    })
}

fn engine(alphabet: &Alphabet) -> GeneralPurpose {
    let config =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    GeneralPurpose::new(alphabet, config)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::short("8Jv0rXh3nY2kq7Tn")]
    #[case::one_short("wK7vZ1mQ4tY9bX2cN8dF5gH3jL6pR0s")]
    #[case::one_long("wK7vZ1mQ4tY9bX2cN8dF5gH3jL6pR0sAB")]
    #[case::sixteen_bytes_in_base64("8Jv0rXh3nY2kq7Tn1Zb6Wg==")]
    #[case::a_line_between("wK7vZ1mQ4tY9bX2c\nN8dF5gH3jL6pR0sA")]
    #[case::very_long(&"wK7vZ1mQ4t".repeat(10_000))]
    fn a_key_of_another_length_is_refused(#[case] text: &str) {
        let error = decode(KeySlot::Active, text).unwrap_err();
        let length = text.chars().count();
        assert!(
            matches!(error, VaultError::KeyLength { length: l, .. } if l == length),
            "{error}"
        );
        assert!(!error.to_string().contains(text));
    }

    #[rstest]
    #[case::space("wK7vZ1mQ4tY9bX2c N8dF5gH3jL6pR0s")]
    #[case::comma("wK7vZ1mQ4tY9bX2c,N8dF5gH3jL6pR0s")]
    #[case::umlaut("wK7vZ1mQ4tY9bX2cäN8dF5gH3jL6pR0s")]
    #[case::control("wK7vZ1mQ4tY9bX2c\u{7}N8dF5gH3jL6pR0s")]
    #[case::mixed_alphabets("8Jv0rXh3nY2kq7Tn1Zb6Wc4Ld9Ms5Pg0Fa+Eu_Ri3Oo=")]
    #[case::bits_left_over("8Jv0rXh3nY2kq7Tn1Zb6Wc4Ld9Ms5Pg0Fa+Eu/Ri3Op=")]
    #[case::thirty_three_bytes("8Jv0rXh3nY2kq7Tn1Zb6Wc4Ld9Ms5Pg0Fa+Eu/Ri3Oow")]
    #[case::padding_too_early("8Jv0rXh3nY2kq7Tn1Zb6Wc4Ld9Ms5Pg0Fa+Eu/Ri3O==")]
    #[case::not_hexadecimal("g09bf4ad78779d8da4abb4e7d596fa59ce0b77d32ce4f83415af84b9f462dcea")]
    fn a_key_with_foreign_characters_is_refused(#[case] text: &str) {
        let error = decode(KeySlot::Active, text).unwrap_err();
        assert!(matches!(error, VaultError::KeyForm { .. }), "{error}");
        assert!(
            error
                .to_string()
                .ends_with("`fluxori-server keys generate`")
        );
        assert!(!error.to_string().contains(text));
    }

    #[rstest]
    #[case::of_the_example("your_32_char_encryption_key_here")]
    #[case::capitals("YOUR_32_CHAR_ENCRYPTION_KEY_HERE")]
    #[case::too_short_as_well("changeme")]
    #[case::base64_of_the_example("eW91cl8zMl9jaGFyX2VuY3J5cHRpb25fa2V5X2hlcmU=")]
    #[case::looks_like_base64("replace_me_with_output_of_openssl_rand_32by")]
    #[case::example("Example-Key-0123456789-abcdefghi")]
    #[case::secret("this_is_a_very_secret_key_12345!")]
    #[case::keyboard("Qwertyuiop-1234567890-Asdfghjkl!")]
    fn a_placeholder_is_refused(#[case] text: &str) {
        let error = decode(KeySlot::Active, text).unwrap_err();
        assert!(
            matches!(error, VaultError::KeyPlaceholder { .. }),
            "{error}"
        );
        assert!(!error.to_string().contains(text));
    }

    #[rstest]
    #[case::zeros(&"0".repeat(64))]
    #[case::zeros_in_base64("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    #[case::one(&format!("{}1", "0".repeat(63)))]
    #[case::one_character(&"x".repeat(32))]
    #[case::repeated("aB3$eF6&aB3$eF6&aB3$eF6&aB3$eF6&")]
    #[case::repeated_once("8Jv0rXh3nY2kq7Tn8Jv0rXh3nY2kq7Tn")]
    #[case::dead_beef(&"deadbeef".repeat(8))]
    #[case::counting("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f")]
    #[case::counting_down("1f1e1d1c1b1a191817161514131211100f0e0d0c0b0a09080706050403020100")]
    #[case::counting_by_two("00020406080a0c0e10121416181a1c1e20222426282a2c2e30323436383a3c3e")]
    #[case::the_alphabet("HIJKLMNOPQRSTUVWXYZ765432hijklmn")]
    #[case::words("correcthorsebatterystaplelanding")]
    #[case::digits("31415926535897932384626433832795")]
    fn a_key_that_is_not_random_is_refused(#[case] text: &str) {
        let error = decode(KeySlot::Active, text).unwrap_err();
        assert!(matches!(error, VaultError::KeyGuessable { .. }), "{error}");
        assert!(!error.to_string().contains(text));
    }
}
