//! What must hold of the words, whatever happens to them.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod life;
mod words;
