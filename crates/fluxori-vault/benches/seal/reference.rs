use ring::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    rand::{SecureRandom, SystemRandom},
};

/// The least that AES-256-GCM with a fresh random nonce costs: no binding, no text, nothing wiped.
pub(crate) struct BareRing {
    key: LessSafeKey,
    random: SystemRandom,
}

impl BareRing {
    pub(crate) fn new() -> Self {
        let key = UnboundKey::new(&AES_256_GCM, &[7; 32]).expect("the length fits");
        Self {
            key: LessSafeKey::new(key),
            random: SystemRandom::new(),
        }
    }

    pub(crate) fn seal(&self, document: &[u8]) -> ([u8; NONCE_LEN], Vec<u8>) {
        let mut nonce = [0; NONCE_LEN];
        self.random.fill(&mut nonce).expect("there is randomness");
        let mut buffer = Vec::with_capacity(document.len() + AES_256_GCM.tag_len());
        buffer.extend_from_slice(document);
        self.key
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::empty(),
                &mut buffer,
            )
            .expect("a document is short");
        (nonce, buffer)
    }

    pub(crate) fn open(&self, (nonce, mut buffer): ([u8; NONCE_LEN], Vec<u8>)) -> Vec<u8> {
        let length = self
            .key
            .open_in_place(
                Nonce::assume_unique_for_key(nonce),
                Aad::empty(),
                &mut buffer,
            )
            .expect("it was sealed above")
            .len();
        buffer.truncate(length);
        buffer
    }
}
