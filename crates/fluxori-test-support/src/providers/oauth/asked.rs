//! What the token endpoints ask of the shared state.

use actix_web::HttpResponse;
use serde_json::Value;

use super::{
    super::{Call, state::State, wire},
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

/// The answer to a successful refresh: the whole one, or what has to be in it.
pub(super) fn answer_to_refresh(
    state: &State,
    spending: Spending<'_>,
    call: Call,
    tokens: &Tokens,
    mut whole: Value,
) -> HttpResponse {
    if state.is_terse(spending.token, &tokens.account, call)
        && let Some(members) = whole.as_object_mut()
    {
        members.retain(|name, _| ["access_token", "refresh_token"].contains(&name.as_str()));
    }
    wire::spent(tokens.grant, wire::json(200, &whole))
}

impl Grants {
    /// The account of the grant that a refresh token belongs, or belonged, to.
    pub(in super::super) fn account_of_refresh(&self, token: &str) -> Option<String> {
        let id = self.refresh.get(token)?.grant;
        Some(self.by_id[&id].account.clone())
    }
}
