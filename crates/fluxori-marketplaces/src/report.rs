use std::time::Duration;

use fluxori_domain::{
    Outcome, OutcomeClass,
    ports::{Account, AccountChoice, IdentifyReport, RateHeadroom, Renewal, TestReport},
};

use crate::verdict::Verdict;

/// A report without an account: the call failed, or the marketplace does not say whose the credential is.
pub(crate) const fn bare(
    outcome: Outcome,
    latency: Duration,
    rate: Option<RateHeadroom>,
) -> TestReport {
    TestReport {
        outcome,
        stale_token: false,
        account: None,
        choices: Vec::new(),
        renewal: None,
        latency,
        rate,
    }
}

/// The call failed. `may_be_stale` says that the token was not fresh and that a fresher one can be had.
pub(crate) fn refused(
    verdict: Verdict,
    may_be_stale: bool,
    latency: Duration,
    rate: Option<RateHeadroom>,
) -> TestReport {
    TestReport {
        stale_token: may_be_stale && matches!(verdict, Verdict::IfFresh(_)),
        ..bare(verdict.outcome(), latency, rate)
    }
}

/// The credential works and belongs to `account`.
pub(crate) fn good(account: Account, latency: Duration, rate: Option<RateHeadroom>) -> TestReport {
    TestReport {
        account: Some(account),
        ..bare(OutcomeClass::Ok.into(), latency, rate)
    }
}

/// The credential works and reaches several accounts.
pub(crate) fn several(
    choices: Vec<AccountChoice>,
    latency: Duration,
    rate: Option<RateHeadroom>,
) -> TestReport {
    TestReport {
        choices,
        ..bare(OutcomeClass::Ok.into(), latency, rate)
    }
}

/// The caller handed over something that this marketplace never makes: nothing was called.
pub(crate) fn not_ours() -> TestReport {
    bare(OutcomeClass::Bug.into(), Duration::ZERO, None)
}

/// What a test with fresh tokens says about whose they are.
pub(crate) fn identified(report: TestReport) -> IdentifyReport {
    match report.account {
        Some(account) => IdentifyReport::Accounts(vec![account]),
        None => IdentifyReport::Unknown(report.outcome),
    }
}

/// The same report with tokens that were bought on the way.
pub(crate) fn with_renewal(
    mut report: TestReport,
    renewal: Renewal,
    spent: Duration,
) -> TestReport {
    report.renewal = Some(renewal);
    report.latency += spent;
    report
}
