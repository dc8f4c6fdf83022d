use std::collections::HashMap;

use chrono::{DateTime, Timelike, Utc};

use super::{
    call::Quota,
    status::{Code, Detail, Status},
};

/// How many requests of each kind a minute admits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Of `versions.access`.
    pub access: u32,
    /// Of what changes nothing.
    pub read: u32,
    /// Of what changes something.
    pub write: u32,
}

impl Limits {
    /// As every project starts: <https://cloud.google.com/secret-manager/quotas>.
    pub const GOOGLE: Self = Self {
        access: 90_000,
        read: 600,
        write: 600,
    };
}

/// Requests counted by the minutes of the clock.
#[derive(Debug, Default)]
pub(super) struct Quotas {
    limits: Option<Limits>,
    /// The minute, and how many requests it has seen.
    used: HashMap<Quota, (i64, u32)>,
}

impl Quotas {
    pub(super) fn set(&mut self, limits: Option<Limits>) {
        self.limits = limits;
        self.used.clear();
    }

    /// Counts a request, or refuses it as Google does.
    pub(super) fn take(
        &mut self,
        quota: Quota,
        now: DateTime<Utc>,
        project_number: u64,
    ) -> Result<(), Status> {
        let Some(limits) = self.limits else {
            return Ok(());
        };
        let minute = now.timestamp().div_euclid(60);
        let used = self.used.entry(quota).or_insert((minute, 0));
        if used.0 != minute {
            *used = (minute, 0);
        }
        let (limit, title, metric, name) = match quota {
            Quota::Access => (
                limits.access,
                "Access requests",
                "access_requests",
                "Access",
            ),
            Quota::Read => (limits.read, "Read requests", "read_requests", "Read"),
            Quota::Write => (limits.write, "Write requests", "write_requests", "Write"),
        };
        if used.1 < limit {
            used.1 += 1;
            return Ok(());
        }
        let message = format!(
            "Quota exceeded for quota metric '{title}' and limit '{title} per minute' of service \
             'secretmanager.googleapis.com' for consumer 'project_number:{project_number}'."
        );
        let info = Detail::ErrorInfo {
            reason: "RATE_LIMIT_EXCEEDED",
            domain: "googleapis.com",
            metadata: vec![
                ("service", "secretmanager.googleapis.com".to_owned()),
                ("consumer", format!("projects/{project_number}")),
                (
                    "quota_metric",
                    format!("secretmanager.googleapis.com/{metric}"),
                ),
                ("quota_limit", format!("{name}RequestsPerMinutePerProject")),
                ("quota_limit_value", limit.to_string()),
                ("quota_location", "global".to_owned()),
            ],
        };
        let failure = Detail::QuotaFailure {
            subject: format!("project:{project_number}"),
            description: message.clone(),
        };
        Err(Status::new(Code::ResourceExhausted, message)
            .with(info)
            .with(failure)
            .with(Detail::RetryInfo(60 - now.second())))
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn a_minute_admits_so_many_of_each_kind_and_the_next_minute_begins_anew() {
        let mut quotas = Quotas::default();
        quotas.set(Some(Limits {
            write: 2,
            ..Limits::GOOGLE
        }));
        let now = DateTime::from_timestamp(1_795_435_213, 0).unwrap();
        let mut take = |quota, now| quotas.take(quota, now, 7);
        assert_eq!(take(Quota::Write, now), Ok(()));
        assert_eq!(take(Quota::Write, now), Ok(()));
        let refused = take(Quota::Write, now).unwrap_err();
        assert_eq!(refused.code, Code::ResourceExhausted);
        assert!(refused.details.contains(&Detail::RetryInfo(47)));
        assert_eq!(take(Quota::Read, now), Ok(()));
        assert_eq!(take(Quota::Write, now + TimeDelta::seconds(47)), Ok(()));
    }
}
