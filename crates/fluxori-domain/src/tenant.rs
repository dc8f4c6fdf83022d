//! Who owns what. User and organization ids are opaque: the identity provider is not ours.

use crate::text::{check_printable, checked_text};

checked_text!(
    /// A user of the identity provider: 1–128 printable characters.
    UserId,
    |text| check_printable("a user id", text, 1, 128)
);
checked_text!(
    /// An organization of the identity provider: 1–128 printable characters.
    OrganizationId,
    |text| check_printable("an organization id", text, 1, 128)
);

/// The owner of a row. Every query on a tenant-owned row takes one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TenantScope {
    /// The organization.
    pub organization: OrganizationId,
    /// The user within it.
    pub user: UserId,
}

impl TenantScope {
    /// The scope of one user in one organization.
    #[must_use]
    pub const fn new(organization: OrganizationId, user: UserId) -> Self {
        Self { organization, user }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_short_and_printable() {
        assert!(UserId::new("auth0|5f7c8ec7c33c6c004bbafe82").is_ok());
        assert!(UserId::new("x".repeat(128)).is_ok());
        assert!(UserId::new("").is_err());
        assert!(UserId::new("x".repeat(129)).is_err());
        assert!(OrganizationId::new("a\nb").is_err());
        assert!(serde_json::from_str::<UserId>("\"\\u0000\"").is_err());
    }
}
