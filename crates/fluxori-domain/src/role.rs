//! What somebody is in their organization, and what that allows: the one table of rights.

use std::{fmt, str::FromStr};

use crate::{InvalidText, text::named_enum};

named_enum!(
    /// What the identity provider says of somebody, in our words.
    Role, "a role" {
        /// Has connections of their own.
        Member = "member",
        /// Looks at connections of their own.
        ReadOnly = "read_only",
        /// Has the connections of everybody in the organization in hand.
        OrgAdmin = "org_admin",
        /// Reads what happened in the organization, and nothing else.
        Auditor = "auditor",
        /// Is an adapter: reads credentials through the library, and has no business with the API.
        Service = "service",
    }
);

/// What is done with connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Right {
    /// Looking at them, and at what can be connected.
    See,
    /// Making, changing, testing and deleting them.
    Change,
    /// Reading what happened to them.
    Audit,
}

/// With whose connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reach {
    /// One's own.
    Own,
    /// Those of everybody in the organization.
    Organization,
}

impl Role {
    /// How far this role reaches by a right; `None` when it does not give it.
    #[must_use]
    pub const fn reach(self, right: Right) -> Option<Reach> {
        match (self, right) {
            (Self::Member, _) | (Self::ReadOnly, Right::See | Right::Audit) => Some(Reach::Own),
            (Self::OrgAdmin, _) | (Self::Auditor, Right::Audit) => Some(Reach::Organization),
            (Self::ReadOnly, Right::Change)
            | (Self::Auditor, Right::See | Right::Change)
            | (Self::Service, _) => None,
        }
    }
}

/// The roles of one person or program: at least one. Their rights add up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Roles(u8);

impl Roles {
    /// These roles; without any, those of a member.
    #[must_use]
    pub fn of(roles: impl IntoIterator<Item = Role>) -> Self {
        let bits = roles.into_iter().fold(0, |bits, role| bits | bit(role));
        Self(if bits == 0 { bit(Role::Member) } else { bits })
    }

    /// Each of them, in the order of [`Role::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Role> {
        let all = Role::ALL.iter().copied();
        all.filter(move |role| self.0 & bit(*role) != 0)
    }

    /// How far they reach by a right, together; `None` when none of them gives it.
    #[must_use]
    pub fn reach(self, right: Right) -> Option<Reach> {
        self.iter().filter_map(|role| role.reach(right)).max()
    }

    /// Whether one of them gives a right, at least over one's own connections.
    #[must_use]
    pub fn gives(self, right: Right) -> bool {
        self.reach(right).is_some()
    }

    /// Whether nothing may be changed by them.
    #[must_use]
    pub fn is_read_only(self) -> bool {
        !self.gives(Right::Change)
    }
}

const fn bit(role: Role) -> u8 {
    1 << role as u8
}

impl Default for Roles {
    fn default() -> Self {
        Self::of([])
    }
}

/// Their names, separated by commas.
impl fmt::Display for Roles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, role) in self.iter().enumerate() {
            f.write_str(if index == 0 { "" } else { "," })?;
            f.write_str(role.as_str())?;
        }
        Ok(())
    }
}

impl FromStr for Roles {
    type Err = InvalidText;

    fn from_str(text: &str) -> Result<Self, InvalidText> {
        let roles: Result<Vec<Role>, _> = text.split(',').map(str::parse).collect();
        Ok(Self::of(roles?))
    }
}

impl TryFrom<String> for Roles {
    type Error = InvalidText;

    fn try_from(text: String) -> Result<Self, InvalidText> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rights_of_several_roles_add_up() {
        let both = Roles::of([Role::ReadOnly, Role::Auditor]);
        assert_eq!(both.reach(Right::See), Some(Reach::Own));
        assert_eq!(both.reach(Right::Audit), Some(Reach::Organization));
        assert_eq!(both.reach(Right::Change), None);
        let selling = Roles::of([Role::Service, Role::Member]);
        assert_eq!(selling, selling.to_string().parse().unwrap());
        assert_eq!(selling.reach(Right::Change), Some(Reach::Own));
        assert!(Roles::of([Role::Auditor]).is_read_only());
        assert!(!Roles::of([Role::Auditor, Role::OrgAdmin]).is_read_only());
    }

    #[test]
    fn an_adapter_has_no_right_at_all() {
        for right in [Right::See, Right::Change, Right::Audit] {
            assert_eq!(Roles::of([Role::Service]).reach(right), None);
        }
    }

    #[test]
    fn who_is_nothing_else_is_a_member() {
        assert_eq!(Roles::default(), Roles::of([Role::Member]));
        assert_eq!(Roles::default().to_string(), "member");
    }

    #[test]
    fn names_come_back_as_the_same_roles() {
        for bits in 1..1_u8 << Role::ALL.len() {
            assert_eq!(Roles(bits).to_string().parse(), Ok(Roles(bits)));
        }
        for bad in ["", "owner", "member,", "member auditor"] {
            assert!(bad.parse::<Roles>().is_err(), "{bad}");
        }
    }
}
