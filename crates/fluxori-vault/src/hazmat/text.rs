//! base64url without padding, canonical only: one string for one value.
//!
//! With the vector units of the machine, because this is half the cost of opening a value otherwise.

use base64_simd::{Out, URL_SAFE_NO_PAD};
use zeroize::Zeroizing;

use super::{DoesNotOpen, NONCE_LEN};

/// Appends the encoded bytes to `text`.
pub(crate) fn encode_onto(text: &mut String, bytes: &[u8]) {
    URL_SAFE_NO_PAD.encode_append(bytes, text);
}

/// Decodes into memory that is wiped when dropped, because it is opened in place.
pub(crate) fn decode(text: &str) -> Result<Zeroizing<Vec<u8>>, DoesNotOpen> {
    let bytes = URL_SAFE_NO_PAD
        .decode_to_vec(text)
        .map_err(|_| DoesNotOpen)?;
    Ok(Zeroizing::new(bytes))
}

/// Decodes a nonce.
pub(crate) fn decode_nonce(text: &str) -> Result<[u8; NONCE_LEN], DoesNotOpen> {
    let mut nonce = [0; NONCE_LEN];
    if text.len() != NONCE_LEN / 3 * 4 {
        return Err(DoesNotOpen);
    }
    URL_SAFE_NO_PAD
        .decode(text.as_bytes(), Out::from_slice(&mut nonce))
        .map_err(|_| DoesNotOpen)?;
    Ok(nonce)
}

#[cfg(test)]
mod tests {
    use base64::{Engine, engine::general_purpose};
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_agrees_with_another_implementation(bytes in any::<Vec<u8>>(), text in "[A-Za-z0-9_=+/. -]{0,70}") {
            let mut encoded = String::new();
            encode_onto(&mut encoded, &bytes);
            prop_assert_eq!(&encoded, &general_purpose::URL_SAFE_NO_PAD.encode(&bytes));
            for text in [encoded, text] {
                let theirs = general_purpose::URL_SAFE_NO_PAD.decode(&text).ok();
                prop_assert_eq!(decode(&text).ok().map(|bytes| bytes.to_vec()), theirs);
            }
        }
    }

    #[test]
    fn a_nonce_has_twelve_bytes() {
        assert_eq!(
            decode_nonce("AAECAwQFBgcICQoL"),
            Ok([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
        );
        for bad in [
            "",
            "AAECAwQFBgcICQo",
            "AAECAwQFBgcICQoLA",
            "AAECAwQFBgcICQo=",
        ] {
            assert_eq!(decode_nonce(bad), Err(DoesNotOpen), "{bad}");
        }
    }
}
