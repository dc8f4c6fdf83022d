//! The storm: every caller wants every credential, each in an order of its own.

use std::{sync::Arc, time::Duration};

use anyhow::Result;
use fluxori_credentials::CredentialProvider;
use serde_json::Value;
use tokio::time::sleep;

use crate::{callers::Callers, orders::Orders, pace::Pace, sellers::Sellers, tally::Tally};

/// What the callers of this process do.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    /// Whether each caller asks for each credential until it has it, and is done then. Otherwise it goes round, and past
    /// what it would have to wait for, until it is told to finish.
    pub(crate) is_once: bool,
    pub(crate) pace: Pace,
    pub(crate) sellers: Sellers,
    /// Decides about the orders in which callers ask.
    pub(crate) seed: u64,
}

/// Starts the callers at `go`, and puts together what they saw.
pub(crate) async fn run(
    provider: CredentialProvider,
    orders: &mut Orders,
    plan: Plan,
) -> Result<Value> {
    let callers = Arc::new(Callers::new(provider, plan.sellers.count()));
    orders.go().await?;
    let tasks: Vec<_> = (0..plan.pace.callers)
        .map(|number| {
            let seed = plan.seed.wrapping_mul(0x1_0000);
            let mut dice = Dice(seed.wrapping_add(number.into()));
            let (callers, orders) = (Arc::clone(&callers), orders.clone());
            tokio::spawn(async move {
                if plan.is_once {
                    walk_once(&callers, plan.sellers, &mut dice).await
                } else {
                    walk_on(&callers, plan, &mut dice, &orders).await
                }
            })
        })
        .collect();
    let mut whole = Tally::default();
    for task in tasks {
        whole.add(task.await??);
    }
    if let Some(callers) = Arc::into_inner(callers) {
        callers.shutdown().await;
    }
    Ok(whole.json())
}

async fn walk_once(callers: &Callers, sellers: Sellers, dice: &mut Dice) -> Result<Tally> {
    let mut tally = Tally::default();
    for number in dice.order(sellers.count()) {
        callers.insist(number, &mut tally).await?;
    }
    Ok(tally)
}

async fn walk_on(callers: &Callers, plan: Plan, dice: &mut Dice, orders: &Orders) -> Result<Tally> {
    let mut tally = Tally::default();
    let mut turns = plan.pace.turns();
    loop {
        let mut is_idle = true;
        for number in dice.order(plan.sellers.count()) {
            if orders.is_finishing() {
                return Ok(tally);
            }
            turns.next().await;
            is_idle &= !callers.try_once(number, &mut tally).await?;
        }
        if is_idle {
            sleep(Duration::from_millis(20)).await;
        }
    }
}

/// The same orders in every run with the same seed, by the `SplitMix64` generator.
struct Dice(u64);

impl Dice {
    /// All numbers below `count`, shuffled.
    fn order(&mut self, count: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..count).collect();
        for last in (1..count).rev() {
            order.swap(last, self.below(last + 1));
        }
        order
    }

    fn below(&mut self, count: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let count = count as u64;
        usize::try_from((mixed ^ (mixed >> 31)) % count).expect("below a usize")
    }
}
