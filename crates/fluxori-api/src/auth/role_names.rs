use fluxori_domain::{Role, Roles};

use crate::JwtSettings;

/// What the identity provider's names of roles mean here.
pub(super) struct RoleNames([(Role, Vec<String>); 5]);

impl RoleNames {
    pub(super) fn new(settings: &JwtSettings) -> Self {
        Self([
            (Role::Member, settings.member_roles.clone()),
            (Role::ReadOnly, settings.read_only_roles.clone()),
            (Role::OrgAdmin, settings.org_admin_roles.clone()),
            (Role::Auditor, settings.auditor_roles.clone()),
            (Role::Service, settings.service_roles.clone()),
        ])
    }

    /// The roles of somebody whom the provider gives these.
    ///
    /// A name that means nothing here stands for a member, because providers name many things roles. Not so beside a role
    /// that is about something else than one's own connections: it must not become more by a name that nobody thought of.
    pub(super) fn roles(&self, names: &[&str]) -> Roles {
        let known: Vec<Role> = names.iter().flat_map(|name| self.meant_by(name)).collect();
        let is_unknown = |name: &&str| self.meant_by(name).next().is_none();
        let only_looks = known.iter().all(|role| *role == Role::ReadOnly);
        if only_looks && names.iter().any(is_unknown) {
            return Roles::default();
        }
        Roles::of(known)
    }

    fn meant_by<'a>(&'a self, name: &'a str) -> impl Iterator<Item = Role> + 'a {
        let lists = self.0.iter();
        lists
            .filter(move |(_, names)| names.iter().any(|known| known == name))
            .map(|(role, _)| *role)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_mean_what_the_settings_say() {
        let names = RoleNames::new(&JwtSettings {
            org_admin_roles: vec!["owner".to_owned(), "boss".to_owned()],
            auditor_roles: vec!["auditor".to_owned(), "boss".to_owned()],
            ..JwtSettings::default()
        });
        for (sent, meant) in [
            (&[][..], "member"),
            (&["anything"], "member"),
            (&["viewer"], "read_only"),
            (&["viewer", "read_only"], "read_only"),
            (&["viewer", "anything"], "member"),
            (&["viewer", "member"], "member,read_only"),
            (&["owner"], "org_admin"),
            (&["owner", "anything"], "org_admin"),
            (&["boss"], "org_admin,auditor"),
            (&["org_admin"], "member"),
            (&["auditor", "anything"], "auditor"),
            (&["auditor", "viewer"], "read_only,auditor"),
            (&["auditor", "member"], "member,auditor"),
            (&["service", "anything"], "service"),
            (&["service", "member"], "member,service"),
        ] {
            assert_eq!(names.roles(sent).to_string(), meant, "{sent:?}");
        }
    }
}
