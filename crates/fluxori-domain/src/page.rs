//! Reading long lists a piece at a time.

use crate::ids::{ConnectionId, InvalidId};

/// Where a page ends: the id of its last item. Ids are ordered by time, so the next page begins after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor(uuid::Uuid);

impl Cursor {
    /// The cursor behind the item with this id.
    #[must_use]
    pub const fn after(id: uuid::Uuid) -> Self {
        Self(id)
    }

    /// The id that the cursor stands behind.
    #[must_use]
    pub const fn as_uuid(&self) -> &uuid::Uuid {
        &self.0
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0.simple())
    }
}

impl std::str::FromStr for Cursor {
    type Err = InvalidId;
    fn from_str(text: &str) -> Result<Self, InvalidId> {
        text.parse::<ConnectionId>().map(|id| Self(*id.as_uuid()))
    }
}

/// How much to read, and from where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageRequest {
    /// Start behind this item; from the newest when absent.
    pub after: Option<Cursor>,
    /// Most items, 1 to [`PageRequest::MAX`].
    pub limit: u16,
}

impl PageRequest {
    /// Most items that one page may have.
    pub const MAX: u16 = 100;
    /// Items of a page when the caller does not say.
    pub const DEFAULT: u16 = 20;
}

impl Default for PageRequest {
    fn default() -> Self {
        Self {
            after: None,
            limit: Self::DEFAULT,
        }
    }
}

/// One piece of a list, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// Where the next page begins; absent on the last page.
    pub next: Option<Cursor>,
}
