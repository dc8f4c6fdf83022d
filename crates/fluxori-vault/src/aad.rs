//! What a value is bound to: a list of fields that reads in one way only.

/// Each field behind its length in bytes (16 bits, big endian), so that no two lists give the same bytes.
pub(crate) fn join<const N: usize>(fields: [&[u8]; N]) -> Vec<u8> {
    let size = fields.iter().map(|field| 2 + field.len()).sum();
    let mut joined = Vec::with_capacity(size);
    for field in fields {
        let length = u16::try_from(field.len()).expect("ids and labels are short");
        joined.extend_from_slice(&length.to_be_bytes());
        joined.extend_from_slice(field);
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_that_moves_to_the_next_field_changes_the_whole() {
        assert_ne!(join([b"ab", b"c"]), join([b"a", b"bc"]));
        assert_ne!(join([b"ab", b""]), join([b"", b"ab"]));
        assert_eq!(join([b"ab", b""]), b"\0\x02ab\0\0");
    }
}
