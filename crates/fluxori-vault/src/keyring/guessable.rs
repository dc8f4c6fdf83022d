//! Keys that a thief would try first. Nothing here proves a key random; it catches the accidents that happen.

use zeroize::Zeroizing;

use crate::hazmat::KEY_LEN;

/// What examples, templates and keyboards leave in a key. Long enough not to appear in random base64 by chance
/// (about once in a million keys).
const PLACEHOLDERS: &[&str] = &[
    "encrypt",
    "changeme",
    "change_me",
    "change-me",
    "changethis",
    "example",
    "placeholder",
    "replace",
    "your_",
    "your-",
    "yourkey",
    "secret_key",
    "secret-key",
    "secretkey",
    "master_key",
    "masterkey",
    "password",
    "passphrase",
    "default",
    "insecure",
    "fluxori",
    "qwerty",
    "123456789",
    "abcdefghi",
];

/// Whether a text says of itself that it is not a key.
pub(super) fn is_placeholder(text: &[u8]) -> bool {
    let text = Zeroizing::new(text.to_ascii_lowercase());
    PLACEHOLDERS
        .iter()
        .any(|word| text.windows(word.len()).any(|part| part == word.as_bytes()))
}

/// Whether a key repeats itself, counts, or uses few characters.
///
/// A random key of 32 bytes or of 32 hexadecimal digits is refused less than once in a million.
pub(super) fn is_guessable(key: &[u8; KEY_LEN]) -> bool {
    has_few_values(key) || repeats(key) || counts(key) || is_of_one_class(key)
}

/// Random bytes show about 30 values, random hexadecimal digits about 14 of their 16.
fn has_few_values(key: &[u8; KEY_LEN]) -> bool {
    let mut seen = [false; 256];
    for byte in key {
        seen[usize::from(*byte)] = true;
    }
    let values = seen.into_iter().filter(|seen| *seen).count();
    values < if is_text(key) { 8 } else { 16 }
}

/// The same sequence again and again, up to half the key long.
fn repeats(key: &[u8; KEY_LEN]) -> bool {
    (1..=KEY_LEN / 2).any(|period| key[period..] == key[..KEY_LEN - period])
}

/// Most neighbours differ by the same step, or by at most one.
fn counts(key: &[u8; KEY_LEN]) -> bool {
    let mut steps = [0_u8; 256];
    for pair in key.windows(2) {
        steps[usize::from(pair[1].wrapping_sub(pair[0]))] += 1;
    }
    let near = steps[0] + steps[1] + steps[255];
    near >= 20 || steps.into_iter().any(|count| count >= 16)
}

/// Words or digits only: a text without at least two of small letters, capitals, digits and other signs.
fn is_of_one_class(key: &[u8; KEY_LEN]) -> bool {
    let has = |class: fn(&u8) -> bool| u8::from(key.iter().any(class));
    let classes = has(u8::is_ascii_lowercase)
        + has(u8::is_ascii_uppercase)
        + has(u8::is_ascii_digit)
        + has(|byte| byte.is_ascii_punctuation() && !b"-_.".contains(byte));
    is_text(key) && classes < 2
}

fn is_text(key: &[u8; KEY_LEN]) -> bool {
    key.iter().all(u8::is_ascii_graphic)
}

#[cfg(test)]
mod tests {
    use ring::rand::{SecureRandom, SystemRandom};

    use super::*;

    #[test]
    fn random_keys_pass_in_every_form() {
        let random = SystemRandom::new();
        for _ in 0..2_000 {
            let mut bytes = [0; KEY_LEN];
            random.fill(&mut bytes).unwrap();
            assert!(!is_guessable(&bytes), "{bytes:?}");
            let digits: [u8; KEY_LEN] = hex::encode(&bytes[..16]).into_bytes().try_into().unwrap();
            assert!(!is_guessable(&digits), "{digits:?}");
        }
    }
}
