//! What was seen over time, and whether it grows.

use std::time::Duration;

/// Numbers with the times at which they were seen.
#[derive(Debug, Clone, Default)]
pub(crate) struct Record(Vec<(Duration, f64)>);

/// The means of the first and of the last third of a time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Thirds {
    pub(crate) first: f64,
    pub(crate) last: f64,
}

impl Record {
    pub(crate) fn note(&mut self, at: Duration, value: f64) {
        self.0.push((at, value));
    }

    pub(crate) fn latest(&self) -> Option<f64> {
        self.0.last().map(|(_, value)| *value)
    }

    /// The largest.
    pub(crate) fn most(&self) -> f64 {
        self.0.iter().map(|(_, value)| *value).fold(0.0, f64::max)
    }

    /// Of what was seen from one time to another; `None` when there was too little.
    pub(crate) fn thirds(&self, from: Duration, to: Duration) -> Option<Thirds> {
        let third = to.saturating_sub(from) / 3;
        Some(Thirds {
            first: self.mean(from, from + third)?,
            last: self.mean(to.saturating_sub(third), to)?,
        })
    }

    #[expect(clippy::cast_precision_loss, reason = "one a second, for some hours")]
    fn mean(&self, from: Duration, to: Duration) -> Option<f64> {
        let (count, sum) = self
            .0
            .iter()
            .filter(|(at, _)| (from..=to).contains(at))
            .fold((0_u64, 0.0), |(count, sum), (_, value)| {
                (count + 1, sum + value)
            });
        (count >= 3).then(|| sum / count as f64)
    }
}

impl Thirds {
    /// By how many percent the last differs from the first, up or down.
    pub(crate) fn drift(self) -> f64 {
        (self.last / self.first - 1.0).abs() * 100.0
    }

    /// By how much the last is above the first; nothing when it is below.
    pub(crate) fn growth(self) -> f64 {
        (self.last - self.first).max(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(count: u64) -> Duration {
        Duration::from_secs(count)
    }

    fn record(value: impl Fn(f64) -> f64) -> Record {
        let mut record = Record::default();
        for at in 0..=300_u32 {
            record.note(seconds(at.into()), value(at.into()));
        }
        record
    }

    #[test]
    fn what_swings_is_flat_and_what_leaks_is_not() {
        let swings = record(|at| 100.0 + 20.0 * (at % 2.0));
        let thirds = swings.thirds(seconds(60), seconds(300)).unwrap();
        assert!(thirds.drift() < 1.0 && thirds.growth() < 1.0, "{thirds:?}");
        assert!((swings.most() - 120.0).abs() < 1e-9);

        let leaks = record(|at| 100.0 + at / 10.0);
        let thirds = leaks.thirds(seconds(60), seconds(300)).unwrap();
        assert!(
            thirds.drift() > 14.0 && thirds.growth() > 15.0,
            "{thirds:?}"
        );
    }

    #[test]
    fn what_fills_at_first_is_warming_up() {
        let fills = record(|at| 100.0 + at.min(60.0));
        assert!(fills.thirds(seconds(0), seconds(300)).unwrap().drift() > 5.0);
        assert!(fills.thirds(seconds(60), seconds(300)).unwrap().drift() < 1.0);
        let shrinks = record(|at| 100.0 - at / 10.0);
        let thirds = shrinks.thirds(seconds(60), seconds(300)).unwrap();
        assert!(thirds.drift() > 14.0 && thirds.growth() < 1e-9);
    }

    #[test]
    fn too_little_is_not_judged() {
        assert_eq!(Record::default().thirds(seconds(0), seconds(9)), None);
        let whole = record(|at| at);
        assert_eq!(whole.thirds(seconds(400), seconds(500)), None);
        assert_eq!(whole.latest(), Some(300.0));
    }
}
