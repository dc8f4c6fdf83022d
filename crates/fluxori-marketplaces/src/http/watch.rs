use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};

use super::breaker::{Breaker, Change, Fate, Ticket};

/// Of so many shops that fail each has a breaker of its own. Where there are more, Shopify as a whole is what fails.
const MOST_SHOPS: usize = 1_000;

/// How the host of one rule fares, or the hosts of all shops.
#[derive(Debug, Default)]
pub(super) struct Watch {
    /// The host; with shops, all of them together.
    all: Breaker,
    shops: Shops,
}

#[derive(Debug, Default)]
struct Shops {
    /// Those of which the latest call failed, or that are left alone.
    each: HashMap<String, Breaker>,
    /// Those that failed since one last answered. When they are as many as one host may fail in a row, the whole of Shopify is
    /// left alone: a dead shop, however often it is called, counts once.
    failing: HashSet<String>,
}

/// A call that was admitted.
#[derive(Debug)]
pub(super) struct Tickets {
    all: Ticket,
    shop: Option<(String, Ticket)>,
}

impl Tickets {
    /// Which shop was to be called.
    pub(super) fn shop(&self) -> Option<&str> {
        let (shop, _) = self.shop.as_ref()?;
        Some(shop)
    }
}

/// What somebody should hear of, about the host or all shops, and about one shop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Changes {
    pub(super) all: Option<Change>,
    pub(super) shop: Option<Change>,
}

impl Watch {
    /// When to ask again, if no call would be admitted now.
    pub(super) fn resting_until(
        &self,
        shop: Option<&str>,
        now: DateTime<Utc>,
    ) -> Option<DateTime<Utc>> {
        let shop = shop.and_then(|shop| self.shops.each.get(shop));
        let of_shop = shop.and_then(|breaker| breaker.resting_until(now));
        of_shop.or_else(|| self.all.resting_until(now))
    }

    /// Whether a call may be made now, to this shop where the hosts are shops.
    ///
    /// # Errors
    /// When to ask again.
    pub(super) fn admit(
        &mut self,
        shop: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<Tickets, DateTime<Utc>> {
        let shop = match shop {
            Some(shop) => Some((shop.to_owned(), self.shops.admit(shop, now)?)),
            None => None,
        };
        match self.all.admit(now) {
            Ok(all) => Ok(Tickets { all, shop }),
            Err(until) => {
                if let Some((shop, ticket)) = shop {
                    self.shops.settle(&shop, &ticket, Fate::Unknown, now);
                }
                Err(until)
            }
        }
    }

    /// Takes note of what became of a call.
    pub(super) fn settle(&mut self, tickets: &Tickets, fate: Fate, now: DateTime<Utc>) -> Changes {
        let Some((shop, ticket)) = &tickets.shop else {
            return Changes {
                all: self.all.settle(&tickets.all, fate, now),
                shop: None,
            };
        };
        let counts = match fate {
            Fate::Failed if self.all.is_closed() && self.all.expects(&tickets.all) => {
                self.shops.failing.insert(shop.clone())
            }
            Fate::Answered => {
                self.shops.failing.clear();
                true
            }
            Fate::Failed | Fate::Unknown => true,
        };
        let of_all = if counts { fate } else { Fate::Unknown };
        Changes {
            all: self.all.settle(&tickets.all, of_all, now),
            shop: self.shops.settle(shop, ticket, fate, now),
        }
    }

    /// Whether the host, or Shopify as a whole, is left alone.
    pub(super) const fn is_resting(&self) -> bool {
        !self.all.is_closed()
    }

    /// How many shops are left alone, each by itself.
    pub(super) fn resting_shops(&self) -> usize {
        let each = self.shops.each.values();
        each.filter(|breaker| !breaker.is_closed()).count()
    }
}

impl Shops {
    fn admit(&mut self, shop: &str, now: DateTime<Utc>) -> Result<Ticket, DateTime<Utc>> {
        match self.each.get_mut(shop) {
            Some(breaker) => breaker.admit(now),
            None => Ok(Ticket::default()),
        }
    }

    fn settle(
        &mut self,
        shop: &str,
        ticket: &Ticket,
        fate: Fate,
        now: DateTime<Utc>,
    ) -> Option<Change> {
        if let Some(breaker) = self.each.get_mut(shop) {
            let change = breaker.settle(ticket, fate, now);
            if breaker.is_calm() {
                self.each.remove(shop);
            }
            return change;
        }
        let mut breaker = Breaker::default();
        if fate != Fate::Failed || !breaker.expects(ticket) || !self.has_room(now) {
            return None;
        }
        let change = breaker.settle(ticket, fate, now);
        self.each.insert(shop.to_owned(), breaker);
        change
    }

    /// Whether one more shop can be watched. All that may be called now make room: within the longest pause everybody does.
    fn has_room(&mut self, now: DateTime<Utc>) -> bool {
        if self.each.len() >= MOST_SHOPS {
            self.each
                .retain(|_, breaker| breaker.resting_until(now).is_some());
        }
        self.each.len() < MOST_SHOPS
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::breaker::{FAILURES, FIRST_PAUSE, LONGEST_PAUSE},
        *,
    };

    fn noon() -> DateTime<Utc> {
        "2026-11-23T12:00:00Z".parse().unwrap()
    }

    fn call(watch: &mut Watch, shop: &str, fate: Fate) -> Changes {
        let tickets = watch.admit(Some(shop), noon()).unwrap();
        watch.settle(&tickets, fate, noon())
    }

    fn times(watch: &mut Watch, shop: &str, fate: Fate) {
        for _ in 0..FAILURES {
            call(watch, shop, fate);
        }
    }

    #[test]
    fn a_dead_shop_is_left_alone_and_the_others_are_called() {
        let mut watch = Watch::default();
        for dead in ["a", "b", "c", "d"] {
            times(&mut watch, dead, Fate::Failed);
            assert!(watch.admit(Some(dead), noon()).is_err());
        }
        assert_eq!((watch.is_resting(), watch.resting_shops()), (false, 4));
        call(&mut watch, "e", Fate::Answered);
        times(&mut watch, "f", Fate::Failed);
        assert_eq!((watch.is_resting(), watch.resting_shops()), (false, 5));
    }

    #[test]
    fn shopify_as_a_whole_is_left_alone_when_several_shops_in_a_row_fail() {
        let mut watch = Watch::default();
        for shop in ["a", "b", "c", "d"] {
            assert_eq!(call(&mut watch, shop, Fate::Failed), Changes::default());
        }
        let changes = call(&mut watch, "e", Fate::Failed);
        assert_eq!(changes.all, Some(Change::Opened));
        assert!(watch.admit(Some("another"), noon()).is_err());

        let due = noon() + FIRST_PAUSE;
        let probe = watch.admit(Some("another"), due).unwrap();
        assert!(watch.admit(Some("a"), due).is_err(), "one at a time");
        let changes = watch.settle(&probe, Fate::Answered, due);
        assert_eq!(changes.all, Some(Change::Closed));
        assert!(watch.admit(Some("a"), due).is_ok());
        assert!(!watch.is_resting());
    }

    #[test]
    fn a_shop_that_failed_before_is_a_probe_like_any_other() {
        let mut watch = Watch::default();
        for shop in ["a", "b", "c", "d", "e"] {
            call(&mut watch, shop, Fate::Failed);
        }
        let due = noon() + FIRST_PAUSE;
        let probe = watch.admit(Some("a"), due).unwrap();
        watch.settle(&probe, Fate::Failed, due);
        let until = watch.admit(Some("another"), due).unwrap_err();
        assert_eq!(until, due + FIRST_PAUSE * 2);
    }

    #[test]
    fn a_shop_that_is_refused_for_all_does_not_lose_its_turn() {
        let mut watch = Watch::default();
        times(&mut watch, "a", Fate::Failed);
        for shop in ["b", "c", "d", "e"] {
            call(&mut watch, shop, Fate::Failed);
        }
        let due = noon() + FIRST_PAUSE;
        let probe = watch.admit(Some("z"), due).unwrap();
        assert!(watch.admit(Some("a"), due).is_err());
        watch.settle(&probe, Fate::Answered, due);
        let own = watch.admit(Some("a"), due).unwrap();
        let changes = watch.settle(&own, Fate::Answered, due);
        assert_eq!(changes.shop, Some(Change::Closed));
    }

    #[test]
    fn memory_is_bounded_however_many_shops_fail() {
        let mut watch = Watch::default();
        let mut dead = 0;
        for number in 0..5 * MOST_SHOPS {
            let shop = format!("shop-{number}");
            if number % 3 == 0 {
                times(&mut watch, &shop, Fate::Failed);
                dead += 1;
            } else {
                call(&mut watch, &shop, Fate::Failed);
            }
            // Shopify itself is well: some shop answers in between.
            call(&mut watch, "well", Fate::Answered);
            assert!(watch.shops.each.len() <= MOST_SHOPS);
            assert!(watch.shops.failing.len() < FAILURES as usize);
        }
        assert!(dead > MOST_SHOPS);
        assert_eq!(watch.resting_shops(), MOST_SHOPS);
        assert!(!watch.is_resting());

        let later = noon() + LONGEST_PAUSE;
        let tickets = watch.admit(Some("late"), later).unwrap();
        watch.settle(&tickets, Fate::Failed, later);
        assert_eq!(watch.shops.each.len(), 1, "the dead do not stay for ever");
    }

    #[test]
    fn shops_that_answer_leave_no_trace() {
        let mut watch = Watch::default();
        call(&mut watch, "a", Fate::Failed);
        call(&mut watch, "a", Fate::Answered);
        call(&mut watch, "b", Fate::Unknown);
        assert!(watch.shops.each.is_empty());
    }
}
