//! What the token endpoints ask of the shared state.

use super::{
    super::state::State,
    codes::Redemption,
    rotation::{Dead, Spending},
    store::{Grants, Tokens},
};

impl State {
    /// Redeems a code, at this moment.
    pub(super) fn redeem(&self, with: Redemption<'_>) -> Option<Tokens> {
        self.grants().redeem(with, self.now())
    }

    /// Spends a refresh token, at this moment.
    pub(super) fn spend(&self, spending: Spending<'_>) -> Result<Tokens, Dead> {
        self.grants().spend(spending, self.now())
    }
}

impl Grants {
    /// The account of the grant that a refresh token belongs, or belonged, to.
    pub(in super::super) fn account_of_refresh(&self, token: &str) -> Option<String> {
        let id = self.refresh.get(token)?.grant;
        Some(self.by_id[&id].account.clone())
    }
}
