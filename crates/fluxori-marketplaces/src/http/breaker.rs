//! Whether a host is called: no longer after several failures in a row, then by one call at a time until one succeeds.
//!
//! Knows no clock, no lock and no I/O: whoever uses it brings the time.

use chrono::{DateTime, TimeDelta, Utc};

/// So many calls in a row have to fail before a host is left alone.
pub(super) const FAILURES: u32 = 5;

/// How long it is left alone at first. Each call that fails afterwards doubles it, up to the longest.
pub(super) const FIRST_PAUSE: TimeDelta = TimeDelta::seconds(5);

/// The longest pause. Xero takes a spent token again for 30 minutes: this leaves many attempts.
pub(super) const LONGEST_PAUSE: TimeDelta = TimeDelta::minutes(1);

/// How one host fares.
#[derive(Debug, Default)]
pub(super) struct Breaker {
    state: State,
    /// Counts the changes of state: what a call from before the latest one has to say comes too late.
    epoch: u64,
}

#[derive(Debug)]
enum State {
    /// It is called; so many calls in a row have failed.
    Closed { failures: u32 },
    /// It is left alone.
    Open {
        until: DateTime<Utc>,
        pause: TimeDelta,
    },
    /// One call is under way, after this pause; the others wait for what it finds.
    Probing { pause: TimeDelta },
}

impl Default for State {
    fn default() -> Self {
        Self::Closed { failures: 0 }
    }
}

/// A call that was admitted. To be handed back with what became of it.
#[derive(Debug, Default)]
pub(super) struct Ticket {
    epoch: u64,
}

/// What became of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// The host answered, whatever it said.
    Answered,
    /// It did not, or said that it is in trouble.
    Failed,
    /// The call was given up, or never made.
    Unknown,
}

/// A change that somebody should hear of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    /// The host is left alone from now on.
    Opened,
    /// It is called again.
    Closed,
}

impl Breaker {
    /// Whether a call may be made now.
    ///
    /// # Errors
    /// When to ask again.
    pub(super) fn admit(&mut self, now: DateTime<Utc>) -> Result<Ticket, DateTime<Utc>> {
        if let Some(until) = self.resting_until(now) {
            return Err(until);
        }
        if let State::Open { pause, .. } = self.state {
            self.turn(State::Probing { pause });
        }
        Ok(Ticket { epoch: self.epoch })
    }

    /// When to ask again, if no call would be admitted now.
    pub(super) fn resting_until(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match self.state {
            // A time further away than the pause was written by a clock that was wrong.
            State::Open { until, pause } => (now < until && until <= now + pause).then_some(until),
            State::Probing { .. } => Some(now + FIRST_PAUSE),
            State::Closed { .. } => None,
        }
    }

    /// Takes note of what became of a call.
    pub(super) fn settle(
        &mut self,
        ticket: &Ticket,
        fate: Fate,
        now: DateTime<Utc>,
    ) -> Option<Change> {
        if !self.expects(ticket) {
            return None;
        }
        match (&mut self.state, fate) {
            (State::Closed { failures }, Fate::Answered) => {
                *failures = 0;
                None
            }
            (State::Closed { failures }, Fate::Failed) => {
                *failures += 1;
                if *failures < FAILURES {
                    return None;
                }
                self.rest(FIRST_PAUSE, now);
                Some(Change::Opened)
            }
            (State::Probing { .. }, Fate::Answered) => {
                self.turn(State::default());
                Some(Change::Closed)
            }
            (State::Probing { pause }, Fate::Failed) => {
                let pause = (*pause * 2).min(LONGEST_PAUSE);
                self.rest(pause, now);
                None
            }
            // The next one may ask at once.
            (State::Probing { pause }, Fate::Unknown) => {
                let pause = *pause;
                self.turn(State::Open { until: now, pause });
                None
            }
            (State::Closed { .. }, Fate::Unknown) | (State::Open { .. }, _) => None,
        }
    }

    /// Whether what became of this call still counts.
    pub(super) const fn expects(&self, ticket: &Ticket) -> bool {
        ticket.epoch == self.epoch
    }

    /// Whether calls are made as if nothing had ever happened.
    pub(super) const fn is_calm(&self) -> bool {
        matches!(self.state, State::Closed { failures: 0 })
    }

    /// Whether calls are made, as far as anybody knows.
    pub(super) const fn is_closed(&self) -> bool {
        matches!(self.state, State::Closed { .. })
    }

    fn rest(&mut self, pause: TimeDelta, now: DateTime<Utc>) {
        self.turn(State::Open {
            until: now + pause,
            pause,
        });
    }

    const fn turn(&mut self, state: State) {
        self.state = state;
        self.epoch += 1;
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};
    use rstest::rstest;

    use super::*;

    fn noon() -> DateTime<Utc> {
        "2026-11-23T12:00:00Z".parse().unwrap()
    }

    fn call(breaker: &mut Breaker, fate: Fate, now: DateTime<Utc>) -> Option<Change> {
        let ticket = breaker.admit(now).unwrap();
        breaker.settle(&ticket, fate, now)
    }

    /// One whose host has failed just often enough.
    fn open(now: DateTime<Utc>) -> Breaker {
        let mut breaker = Breaker::default();
        for _ in 1..FAILURES {
            assert_eq!(call(&mut breaker, Fate::Failed, now), None);
        }
        let change = call(&mut breaker, Fate::Failed, now);
        assert_eq!(change, Some(Change::Opened));
        breaker
    }

    #[test]
    fn a_host_is_left_alone_after_failures_in_a_row_and_only_then() {
        let mut breaker = Breaker::default();
        for _ in 0..3 {
            for _ in 1..FAILURES {
                call(&mut breaker, Fate::Failed, noon());
            }
            call(&mut breaker, Fate::Unknown, noon());
            call(&mut breaker, Fate::Answered, noon());
            assert!(breaker.is_calm());
        }
        let until = open(noon()).admit(noon()).unwrap_err();
        assert_eq!(until, noon() + FIRST_PAUSE);
    }

    #[rstest]
    #[case(Fate::Answered, Some(Change::Closed))]
    #[case(Fate::Failed, None)]
    #[case(Fate::Unknown, None)]
    fn one_call_at_a_time_finds_out_how_the_host_is(
        #[case] fate: Fate,
        #[case] change: Option<Change>,
    ) {
        let mut breaker = open(noon());
        let due = noon() + FIRST_PAUSE;
        let probe = breaker.admit(due).unwrap();
        assert_eq!(breaker.admit(due).unwrap_err(), due + FIRST_PAUSE);
        assert_eq!(breaker.settle(&probe, fate, due), change);
        match fate {
            Fate::Answered => assert!(breaker.is_calm()),
            Fate::Failed => assert_eq!(breaker.admit(due).unwrap_err(), due + FIRST_PAUSE * 2),
            Fate::Unknown => assert!(breaker.admit(due).is_ok(), "the next one asks at once"),
        }
    }

    #[test]
    fn pauses_double_up_to_the_longest() {
        let (mut breaker, mut now) = (open(noon()), noon());
        let mut pauses = Vec::new();
        for _ in 0..6 {
            let until = breaker.admit(now).unwrap_err();
            pauses.push((until - now).num_seconds());
            now = until;
            call(&mut breaker, Fate::Failed, now);
        }
        assert_eq!(pauses, [5, 10, 20, 40, 60, 60]);
    }

    #[test]
    fn calls_from_before_a_change_do_not_count_any_more() {
        let mut breaker = Breaker::default();
        let late: Vec<_> = (0..9).map(|_| breaker.admit(noon()).unwrap()).collect();
        for ticket in &late[..5] {
            breaker.settle(ticket, Fate::Failed, noon());
        }
        for fate in [Fate::Answered, Fate::Failed, Fate::Unknown] {
            assert_eq!(breaker.settle(&late[5], fate, noon()), None);
        }
        let due = noon() + FIRST_PAUSE;
        let probe = breaker.admit(due).unwrap();
        assert_eq!(breaker.settle(&late[6], Fate::Answered, due), None);
        assert!(breaker.admit(due).is_err(), "the probe is still under way");
        breaker.settle(&probe, Fate::Answered, due);
        for ticket in &late[7..] {
            breaker.settle(ticket, Fate::Failed, due);
        }
        assert!(breaker.is_calm());
    }

    #[test]
    fn a_clock_that_is_set_back_leaves_no_host_alone_for_long() {
        let mut breaker = open(noon() + TimeDelta::hours(1));
        assert!(breaker.admit(noon()).is_ok());
    }

    #[derive(Debug, Clone)]
    enum Step {
        Begin,
        End(usize, Fate),
        Wait(i64),
    }

    fn step() -> impl Strategy<Value = Step> {
        let fate = prop_oneof![
            Just(Fate::Answered),
            Just(Fate::Failed),
            Just(Fate::Failed),
            Just(Fate::Unknown)
        ];
        prop_oneof![
            3 => Just(Step::Begin),
            3 => (any::<usize>(), fate).prop_map(|(which, fate)| Step::End(which, fate)),
            1 => (0_i64..90).prop_map(Step::Wait),
        ]
    }

    proptest! {
        /// Whatever happens in whatever order: who is sent away is told a time that is near, of calls to a host that has
        /// failed one at most is under way, and a host that answers is called again.
        #[test]
        fn nobody_is_sent_away_for_long_or_for_ever(steps in vec(step(), 0..200)) {
            let (mut breaker, mut now) = (Breaker::default(), noon());
            let mut under_way = Vec::new();
            for step in steps {
                match step {
                    Step::Begin => match breaker.admit(now) {
                        Ok(ticket) => under_way.push(ticket),
                        Err(until) => {
                            prop_assert!(now < until && until <= now + LONGEST_PAUSE);
                        }
                    },
                    Step::End(which, fate) if !under_way.is_empty() => {
                        let ticket = under_way.remove(which % under_way.len());
                        breaker.settle(&ticket, fate, now);
                    }
                    Step::End(..) => {}
                    Step::Wait(seconds) => now += TimeDelta::seconds(seconds),
                }
                let counting = under_way.iter().filter(|ticket| breaker.expects(ticket)).count();
                prop_assert!(breaker.is_closed() || counting <= 1);
            }
            for ticket in under_way {
                breaker.settle(&ticket, Fate::Unknown, now);
            }
            now += LONGEST_PAUSE;
            let ticket = breaker.admit(now);
            prop_assert!(ticket.is_ok());
            breaker.settle(&ticket.unwrap(), Fate::Answered, now);
            prop_assert!(breaker.is_calm());
        }
    }
}
