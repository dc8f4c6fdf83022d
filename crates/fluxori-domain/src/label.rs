use crate::text::{check_printable, checked_text};

checked_text!(
    /// The seller's own name for a connection: 1–100 printable characters.
    Label,
    |text| check_printable("a label", text, 1, 100)
);
