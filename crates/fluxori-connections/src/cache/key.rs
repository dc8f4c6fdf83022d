use std::hash::{Hash, Hasher};

use fluxori_domain::{Marketplace, TenantScope, ports::Selector};
use quick_cache::Equivalent;

use crate::ReadRequest;

/// Which question an entry answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key {
    scope: TenantScope,
    marketplace: Marketplace,
    selector: Selector,
}

impl Key {
    pub(super) fn of(scope: &TenantScope, request: &ReadRequest) -> Self {
        Self {
            scope: scope.clone(),
            marketplace: request.marketplace,
            selector: request.selector.clone(),
        }
    }
}

/// The same by reference.
#[derive(Hash)]
pub(super) struct Sought<'a> {
    scope: &'a TenantScope,
    marketplace: Marketplace,
    selector: &'a Selector,
}

impl<'a> Sought<'a> {
    pub(super) const fn of(scope: &'a TenantScope, request: &'a ReadRequest) -> Self {
        Self {
            scope,
            marketplace: request.marketplace,
            selector: &request.selector,
        }
    }
}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let Self {
            scope,
            marketplace,
            selector,
        } = self;
        let sought = Sought {
            scope,
            marketplace: *marketplace,
            selector,
        };
        sought.hash(state);
    }
}

impl Equivalent<Key> for Sought<'_> {
    fn equivalent(&self, key: &Key) -> bool {
        *self.scope == key.scope
            && self.marketplace == key.marketplace
            && *self.selector == key.selector
    }
}
