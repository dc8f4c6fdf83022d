use std::{
    sync::atomic::{AtomicU32, AtomicU64, Ordering},
    time::{Duration, Instant},
};

use fluxori_domain::{TenantScope, ports::ChangeMark};
use sha2::{Digest as _, Sha256};

/// How many groups of tenants there are: what 16 bits can tell apart.
const GROUPS: usize = 1 << 16;

/// How long a message to ourselves vouches for the channel, from when it was sent.
const VOUCHED: Duration = Duration::from_secs(1);

/// What was heard, for everybody to look at without waiting.
pub(super) struct Board {
    began: Instant,
    /// How many changes were heard, by group.
    groups: Box<[AtomicU32]>,
    session: AtomicU64,
    /// In microseconds since the beginning; 0 while nobody listens.
    healthy_until: AtomicU64,
}

impl Board {
    pub(super) fn new() -> Self {
        Self {
            began: Instant::now(),
            groups: std::iter::repeat_with(AtomicU32::default)
                .take(GROUPS)
                .collect(),
            session: AtomicU64::new(0),
            healthy_until: AtomicU64::new(0),
        }
    }

    pub(super) fn mark(&self, scope: &TenantScope) -> Option<ChangeMark> {
        let group = group(scope);
        // The session first: one that ends while we look makes the mark worthless, never too good.
        let session = self.session.load(Ordering::Acquire);
        self.is_healthy().then(|| ChangeMark {
            group,
            session,
            change: self.changes(group).load(Ordering::Acquire),
        })
    }

    pub(super) fn is_current(&self, mark: &ChangeMark) -> bool {
        self.session.load(Ordering::Acquire) == mark.session
            && self.changes(mark.group).load(Ordering::Acquire) == mark.change
            && self.is_healthy()
    }

    /// Something of this tenant's has changed.
    pub(super) fn changed(&self, scope: &TenantScope) {
        self.heard(group(scope));
    }

    /// Something of this group's has changed.
    pub(super) fn heard(&self, group: u16) {
        self.changes(group).fetch_add(1, Ordering::AcqRel);
    }

    /// From now on changes may go unheard: no mark survives that. Returns whether they were heard until now.
    pub(super) fn interrupt(&self) -> bool {
        let was_healthy = self.healthy_until.swap(0, Ordering::AcqRel) != 0;
        self.session.fetch_add(1, Ordering::AcqRel);
        was_healthy
    }

    /// The time for a message to ourselves.
    pub(super) fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    /// The message that was sent at this time has come back, and so has everything before it. Returns whether it is the
    /// first of its session.
    pub(super) fn vouch(&self, sent: u64) -> bool {
        let vouched = u64::try_from(VOUCHED.as_micros()).unwrap_or(u64::MAX);
        let until = sent.saturating_add(vouched);
        self.healthy_until.swap(until, Ordering::AcqRel) == 0
    }

    pub(super) fn is_healthy(&self) -> bool {
        self.now() < self.healthy_until.load(Ordering::Acquire)
    }

    fn changes(&self, group: u16) -> &AtomicU32 {
        &self.groups[usize::from(group)]
    }
}

/// The group of a tenant, as the triggers of the tables compute it.
fn group(scope: &TenantScope) -> u16 {
    // No part contains the divider, which is a control character.
    let name = format!("{}\n{}", scope.organization, scope.user);
    let hash = Sha256::digest(name.as_bytes());
    u16::from_be_bytes([hash[0], hash[1]])
}

#[cfg(test)]
mod tests {
    use fluxori_domain::{OrganizationId, UserId};

    use super::*;

    fn tenant(user: &str) -> TenantScope {
        TenantScope::new(
            OrganizationId::new("org").unwrap(),
            UserId::new(user).unwrap(),
        )
    }

    fn healthy() -> Board {
        let board = Board::new();
        assert!(board.vouch(board.now()), "the first");
        board
    }

    #[test]
    fn a_mark_is_current_until_its_tenant_changes() {
        let board = healthy();
        let (ada, eve) = (tenant("ada"), tenant("eve"));
        let marks = (board.mark(&ada).unwrap(), board.mark(&eve).unwrap());
        assert!(board.is_current(&marks.0) && board.is_current(&marks.1));
        board.changed(&ada);
        assert!(!board.is_current(&marks.0) && board.is_current(&marks.1));
        assert!(board.is_current(&board.mark(&ada).unwrap()));
    }

    #[test]
    fn no_mark_survives_an_interruption() {
        let board = healthy();
        let before = board.mark(&tenant("ada")).unwrap();
        assert!(board.interrupt());
        assert!(!board.interrupt());
        assert_eq!(board.mark(&tenant("ada")), None);
        assert!(!board.is_current(&before));
        board.vouch(board.now());
        assert!(
            !board.is_current(&before),
            "what happened meanwhile is unknown"
        );
    }

    #[test]
    fn a_message_that_took_too_long_vouches_for_nothing() {
        let board = Board {
            began: Instant::now().checked_sub(VOUCHED * 2).unwrap(),
            ..Board::new()
        };
        board.vouch(0);
        assert_eq!(board.mark(&tenant("ada")), None);
    }
}
