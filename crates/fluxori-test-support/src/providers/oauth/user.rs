//! What befalls a Xero user's grants besides rotation.

use super::{Provider, grant::Organisation, store::Grants};

impl Grants {
    /// The organisations that a user connected, or those of one consent.
    pub(in super::super) fn organisations(
        &self,
        user: &str,
        auth_event: Option<&str>,
    ) -> Vec<Organisation> {
        let connected = self.organisations.get(user).into_iter().flatten();
        connected
            .filter(|one| auth_event.is_none_or(|event| event == one.auth_event))
            .cloned()
            .collect()
    }

    /// Drops one organisation of a user. `false` when there is none of that name.
    pub(in super::super) fn disconnect(&mut self, user: &str, connection: &str) -> bool {
        let Some(connected) = self.organisations.get_mut(user) else {
            return false;
        };
        let before = connected.len();
        connected.retain(|one| one.id != connection);
        connected.len() < before
    }

    /// Ends every grant of the user whose refresh token this is, and drops all of the user's organisations.
    pub(super) fn revoke_user_of(&mut self, refresh: &str) {
        let Some(token) = self.refresh.get(refresh) else {
            return;
        };
        let user = self.by_id[&token.grant].account.clone();
        for grant in self.by_id.values_mut() {
            if grant.provider == Provider::Xero && grant.account == user {
                grant.is_revoked = true;
            }
        }
        self.organisations.remove(&user);
    }
}
