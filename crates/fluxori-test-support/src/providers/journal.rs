use super::Call;

/// A request that came, without anything secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedRequest {
    /// What was called.
    pub call: Call,
    /// The method.
    pub method: String,
    /// The path, which holds no secret in any of these calls.
    pub path: String,
    /// The trace that the caller says it belongs to.
    pub traceparent: Option<String>,
    /// What the marketplace would not have accepted. Quotes no value.
    pub violations: Vec<String>,
}
