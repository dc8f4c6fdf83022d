//! What every secret of the simulated marketplaces contains, so that a leak can be searched for.

/// In every secret that can hold letters.
pub const WORD: &str = "canary";

/// In every secret that is made of hexadecimal digits only.
pub const HEX: &str = "fa15ecafe";

/// In every JSON web token: how its claims begin in base64.
pub const JWT: &str = "eyJjYW5hcnkiOiJ0";

/// How the claims of every JSON web token begin.
pub(crate) const JWT_TEXT: &str = r#"{"canary":"token","#;

/// All of them.
pub const MARKERS: &[&str] = &[WORD, HEX, JWT];
