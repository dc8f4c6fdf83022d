use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use opentelemetry::{
    Context, KeyValue,
    trace::{Link, SpanContext, SpanKind, TraceContextExt as _, TraceId, TraceState},
};
use opentelemetry_sdk::trace::{SamplingDecision, SamplingResult, ShouldSample};

/// Records a share of all traces, evenly: so many of a hundred, one after the other. What belongs to a recorded one is recorded.
///
/// It looks at no number that a caller chose, so nobody outside decides what is recorded, unless the settings trust callers.
#[derive(Debug, Clone)]
pub(super) struct Share {
    percent: u64,
    follow_callers: bool,
    begun: Arc<AtomicU64>,
}

impl Share {
    pub(super) fn new(percent: u8, follow_callers: bool) -> Self {
        Self {
            percent: u64::from(percent),
            follow_callers,
            begun: Arc::default(),
        }
    }

    /// Whether the next trace is one of the share.
    fn next(&self) -> bool {
        let before = self.begun.fetch_add(1, Ordering::Relaxed) % 100;
        (before + 1) * self.percent / 100 > before * self.percent / 100
    }
}

impl ShouldSample for Share {
    fn should_sample(
        &self,
        parent: Option<&Context>,
        _: TraceId,
        _: &str,
        _: &SpanKind,
        _: &[KeyValue],
        _: &[Link],
    ) -> SamplingResult {
        let parent = parent.map(|context| context.span().span_context().clone());
        let is_recorded = match parent.filter(SpanContext::is_valid) {
            Some(parent) if !parent.is_remote() || self.follow_callers => parent.is_sampled(),
            _ => self.next(),
        };
        SamplingResult {
            decision: if is_recorded {
                SamplingDecision::RecordAndSample
            } else {
                SamplingDecision::Drop
            },
            attributes: Vec::new(),
            trace_state: TraceState::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use opentelemetry::trace::{SpanId, TraceFlags};
    use rstest::rstest;

    use super::*;

    fn is_recorded(share: &Share, parent: Option<(bool, TraceFlags)>) -> bool {
        let parent = parent.map(|(is_remote, flags)| {
            let context = SpanContext::new(
                TraceId::from(1_u128),
                SpanId::from(1_u64),
                flags,
                is_remote,
                TraceState::default(),
            );
            Context::new().with_remote_span_context(context)
        });
        let result = share.should_sample(
            parent.as_ref(),
            TraceId::from(1_u128),
            "",
            &SpanKind::Server,
            &[],
            &[],
        );
        result.decision == SamplingDecision::RecordAndSample
    }

    #[rstest]
    #[case(0, 0)]
    #[case(1, 10)]
    #[case(25, 250)]
    #[case(99, 990)]
    #[case(100, 1_000)]
    fn so_many_of_a_hundred_are_recorded(#[case] percent: u8, #[case] recorded: usize) {
        let share = Share::new(percent, false);
        let chosen = (0..1_000).filter(|_| is_recorded(&share, None));
        assert_eq!(chosen.count(), recorded);
    }

    #[test]
    fn what_belongs_to_a_trace_of_ours_goes_with_it() {
        let (all, none) = (Share::new(100, false), Share::new(0, false));
        assert!(is_recorded(&none, Some((false, TraceFlags::SAMPLED))));
        assert!(!is_recorded(&all, Some((false, TraceFlags::default()))));
    }

    #[test]
    fn a_caller_decides_only_where_the_settings_trust_it() {
        let (all, none) = (Share::new(100, false), Share::new(0, false));
        assert!(!is_recorded(&none, Some((true, TraceFlags::SAMPLED))));
        assert!(is_recorded(&all, Some((true, TraceFlags::default()))));
        let (all, none) = (Share::new(100, true), Share::new(0, true));
        assert!(is_recorded(&none, Some((true, TraceFlags::SAMPLED))));
        assert!(!is_recorded(&all, Some((true, TraceFlags::default()))));
    }
}
