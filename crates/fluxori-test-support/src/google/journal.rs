use super::{Call, Code};

/// A call that came, without anything secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedCall {
    /// What was called.
    pub call: Call,
    /// On what: a resource name as the caller wrote it, or nothing.
    pub resource: String,
    /// The e-mail address of the caller, once that is known.
    pub principal: Option<String>,
    /// Why it was refused; nothing when it was done. What became of the answer on its way is not told.
    pub refused: Option<Code>,
    /// Nothing was done, because of an injected fault.
    pub is_swallowed: bool,
}

/// Every call, in order.
#[derive(Debug, Default)]
pub(super) struct Journal(Vec<RecordedCall>);

impl Journal {
    pub(super) fn record(&mut self, call: RecordedCall) {
        self.0.push(call);
    }

    pub(super) fn calls(&self) -> Vec<RecordedCall> {
        self.0.clone()
    }

    pub(super) fn count(&self, of: impl Fn(&RecordedCall) -> bool) -> usize {
        self.0.iter().filter(|call| of(call)).count()
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}
