use crate::TenantScope;

/// A moment in the life of a [`ChangeFeed`], as far as one tenant is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChangeMark {
    /// Tenants that are told apart by nothing have the same.
    pub group: u16,
    /// Which unbroken spell of listening.
    pub session: u64,
    /// Which change of the group.
    pub change: u32,
}

/// Hears of changes to connections and credentials, whichever process makes them. Costs nothing to ask.
///
/// What was read after a mark was taken holds for as long as the mark is current, but for the time that a message takes.
pub trait ChangeFeed: Send + Sync {
    /// The present moment; nothing while changes may go unheard.
    fn mark(&self, scope: &TenantScope) -> Option<ChangeMark>;

    /// Whether every change since the mark would have been heard, and none of its tenants was.
    fn is_current(&self, mark: &ChangeMark) -> bool;

    /// This process has changed something of the tenant's: nobody has to wait for the message.
    fn changed(&self, scope: &TenantScope);
}
