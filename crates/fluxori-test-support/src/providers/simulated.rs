//! What a test asks of the marketplaces' consents and tokens.

use super::{
    FaultRule, GrantView, Provider, ProviderCounts, Seed, SeededGrant, SimulatedProviders,
    TokenState,
};

impl SimulatedProviders {
    /// Makes a live grant without a browser. Thousands take less than a second.
    #[must_use]
    pub fn seed_grant(&self, seed: Seed) -> SeededGrant {
        self.state.grants().seed(seed, self.state.now())
    }

    /// How refreshing went at one marketplace, all grants together.
    #[must_use]
    pub fn grants_spent(&self, provider: Provider) -> ProviderCounts {
        self.state.grants().counts(provider)
    }

    /// The state of one grant.
    #[must_use]
    pub fn grant(&self, id: u64) -> Option<GrantView> {
        self.state.grants().view(id)
    }

    /// The state of every grant, in the order in which they were made.
    #[must_use]
    pub fn grants(&self) -> Vec<GrantView> {
        self.state.grants().views()
    }

    /// What this refresh token would buy now. Asking changes nothing.
    #[must_use]
    pub fn token_state(&self, refresh_token: &str) -> TokenState {
        let now = self.state.now();
        self.state.grants().token_state(refresh_token, now)
    }

    /// Ends a grant, as a seller does in the marketplace's own pages.
    pub fn revoke_grant(&self, id: u64) {
        self.state.grants().end(id);
    }

    /// Lets every access token of a marketplace run out now, but not the ones that never do.
    pub fn expire_access_tokens(&self, provider: Provider) {
        let now = self.state.now();
        self.state.grants().expire_access(provider, now);
    }

    /// Makes a secret of an application wrong, or right again.
    pub fn refuse_client_secret(&self, secret: &str, is_refused: bool) {
        self.state.clients().refuse(secret, is_refused);
    }

    /// Lets Xero sign id tokens with its next key from now on, which it does not publish yet.
    pub fn rotate_xero_key(&self) {
        self.state.signing().uses_next = true;
    }

    /// Lets Xero publish its next key beside the first one.
    pub fn publish_xero_key(&self) {
        self.state.signing().publishes_next = true;
    }

    /// Lets a call fail.
    pub fn inject(&self, rule: FaultRule) {
        self.state.faults().add(rule);
    }

    /// How many calls are held by [`Fault::Held`](super::Fault::Held) now.
    #[must_use]
    pub fn held(&self) -> usize {
        self.state.held().now()
    }

    /// Returns when exactly so many are held.
    pub async fn until_held(&self, calls: usize) {
        self.state.held().until(calls).await;
    }

    /// Lets all calls go that are held now. Those that come later are held again, unless the fault is taken back.
    pub fn release(&self) {
        self.state.held().release();
    }

    /// Takes all faults back.
    pub fn clear_faults(&self) {
        self.state.faults().clear();
    }

    /// Begins the sequence of random decisions about faults anew, so that a run can be repeated.
    pub fn seed_faults(&self, seed: u64) {
        self.state.faults().seed(seed);
    }
}
