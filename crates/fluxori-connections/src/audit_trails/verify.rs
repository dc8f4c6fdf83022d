use chrono::{DateTime, Utc};
use fluxori_domain::{
    AuditHash,
    ports::{AuditChain, StoredAuditEvent},
};

use super::{AuditDamage, AuditFinding, AuditHeads, AuditTrails, BATCH, walk::Walk};
use crate::ConnectionError;

/// How many findings are kept; the others are counted.
const MOST_FINDINGS: usize = 1_000;

/// How often a chain is looked at again because it was pruned meanwhile.
const ATTEMPTS: usize = 5;

/// How often what stands for a chain is kept on the way, so that it can be pruned in pieces.
pub(super) const PIECE: i64 = 1_000;

/// What is to be checked.
#[derive(Debug, Clone, Default)]
pub struct VerifyTrails {
    /// Of one organization, or of all.
    pub organization: Option<String>,
    /// Heads that were kept elsewhere.
    pub heads: Option<AuditHeads>,
}

/// What checking came to.
#[derive(Debug, Default)]
pub struct VerifyReport {
    /// Organizations that were looked at.
    pub organizations: u64,
    /// Events that hang on the chain of theirs.
    pub events: u64,
    /// Events from before there were chains. Nothing tells whether they were changed, only how many there have to be.
    pub unchained: u64,
    /// Heads kept elsewhere that lie in what was pruned since: nothing tells whether they fit.
    pub pruned_heads: u64,
    /// What is wrong.
    pub findings: Vec<AuditFinding>,
    /// How many more findings there are.
    pub more: u64,
}

/// What came of one chain.
#[derive(Default)]
pub(super) struct Checked {
    pub(super) events: u64,
    pub(super) unchained: u64,
    pub(super) pruned_head: bool,
    pub(super) pruned_through: i64,
    pub(super) findings: Vec<AuditFinding>,
    /// How far all events are old, in pieces: numbers, and what stands for each.
    pub(super) old: Vec<(i64, AuditHash)>,
}

impl AuditTrails {
    /// Checks that the trails are what was appended, while more is appended. `progress` is told how many events were
    /// looked at.
    ///
    /// # Errors
    /// [`ConnectionError::Storage`]. Whatever is wrong with the trails is in the report instead.
    pub async fn verify(
        &self,
        order: &VerifyTrails,
        mut progress: impl FnMut(u64) + Send,
    ) -> Result<VerifyReport, ConnectionError> {
        let (mut report, mut seen) = (VerifyReport::default(), 0);
        let only = order.organization.as_deref();
        let mut after: Option<String> = None;
        loop {
            let page = self.organizations(only, after.as_deref()).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.clone());
            for organization in &page {
                let head = order
                    .heads
                    .as_ref()
                    .and_then(|heads| heads.of(organization));
                let mut count = |events| {
                    seen += events;
                    progress(seen);
                };
                let checked = self.check(organization, head, None, &mut count).await?;
                report.add(checked);
            }
        }
        for organization in order.heads.iter().flat_map(AuditHeads::organizations) {
            let is_meant = only.is_none_or(|only| only == organization);
            if is_meant && self.is_gone(organization).await? {
                report.find(finding(
                    organization,
                    None,
                    None,
                    AuditDamage::OtherThanKept,
                ));
            }
        }
        Ok(report)
    }

    /// Whether nothing is left of an organization's trail.
    async fn is_gone(&self, organization: &str) -> Result<bool, ConnectionError> {
        let survey = self.trail.survey(organization).await?;
        Ok(survey.chain.is_none() && survey.outside == 0 && survey.unchained == 0)
    }

    /// Checks one chain, and again if it was pruned meanwhile.
    pub(super) async fn check(
        &self,
        organization: &str,
        kept: Option<(i64, AuditHash)>,
        old: Option<DateTime<Utc>>,
        progress: &mut (dyn FnMut(u64) + Send),
    ) -> Result<Checked, ConnectionError> {
        let mut attempts = 0;
        loop {
            let (checked, chain) = self.look(organization, kept, old, progress).await?;
            attempts += 1;
            if checked.findings.is_empty() || attempts == ATTEMPTS {
                return Ok(checked);
            }
            let now = self.trail.survey(organization).await?.chain;
            let beginning = |chain: Option<&AuditChain>| chain.map(|chain| chain.pruned_through);
            if beginning(now.as_ref()) == beginning(chain.as_ref()) {
                return Ok(checked);
            }
        }
    }

    async fn look(
        &self,
        organization: &str,
        kept: Option<(i64, AuditHash)>,
        old: Option<DateTime<Utc>>,
        progress: &mut (dyn FnMut(u64) + Send),
    ) -> Result<(Checked, Option<AuditChain>), ConnectionError> {
        let survey = self.trail.survey(organization).await?;
        let mut checked = Checked {
            unchained: survey.unchained.unsigned_abs(),
            ..Checked::default()
        };
        let Some(chain) = survey.chain else {
            if survey.outside > 0 || survey.unchained > 0 {
                let damage = AuditDamage::NoChain;
                checked
                    .findings
                    .push(finding(organization, None, None, damage));
            }
            return Ok((checked, None));
        };
        checked.pruned_through = chain.pruned_through;
        let mut kept_fits = Kept::new(kept, &chain);
        let mut walk = Walk::new(chain.clone());
        let mut is_old = old.is_some();
        let before = old.map_or(i64::MIN, |old| old.timestamp_micros());
        let mut after = chain.pruned_through;
        'pages: while after < chain.sequence {
            let page = self.trail.chained(organization, after, BATCH).await?;
            let Some(last) = page.last().and_then(|event| event.sequence) else {
                break;
            };
            after = last;
            let mut count = 0;
            for event in page {
                let sequence = event.sequence.unwrap_or(i64::MAX);
                if sequence > chain.sequence {
                    break 'pages;
                }
                count += 1;
                kept_fits.compare(&event);
                is_old &= event.at < before;
                match walk.take(event) {
                    Some(hash) if is_old => note(&mut checked.old, sequence, hash),
                    Some(_) => {}
                    None => is_old = false,
                }
            }
            checked.events += count;
            progress(count);
        }
        checked.findings.extend(walk.end());
        checked.pruned_head = kept_fits == Kept::Pruned;
        if let Kept::Differs(sequence) = kept_fits {
            let damage = AuditDamage::OtherThanKept;
            checked
                .findings
                .push(finding(organization, Some(sequence), None, damage));
        }
        if survey.outside > 0 {
            self.find_outside(organization, &mut checked).await?;
        }
        self.find_unchained(&chain, survey.unchained, &mut checked)
            .await?;
        Ok((checked, Some(chain)))
    }

    /// Names the events that claim a place outside the chain.
    async fn find_outside(
        &self,
        organization: &str,
        checked: &mut Checked,
    ) -> Result<(), ConnectionError> {
        let Some(chain) = self.trail.survey(organization).await?.chain else {
            return Ok(());
        };
        let mut claims = self.trail.chained(organization, i64::MIN, BATCH).await?;
        claims.retain(|claim| claim.sequence <= Some(chain.pruned_through));
        claims.extend(
            self.trail
                .chained(organization, chain.sequence, BATCH)
                .await?,
        );
        // What was appended between the two looks is inside by now.
        let Some(chain) = self.trail.survey(organization).await?.chain else {
            return Ok(());
        };
        let inside = chain.pruned_through + 1..=chain.sequence;
        for claim in claims {
            if let Some(sequence) = claim.sequence.filter(|number| !inside.contains(number)) {
                let damage = AuditDamage::Outside;
                let found = finding(organization, Some(sequence), Some(&claim), damage);
                checked.findings.push(found);
            }
        }
        Ok(())
    }

    async fn find_unchained(
        &self,
        chain: &AuditChain,
        unchained: i64,
        checked: &mut Checked,
    ) -> Result<(), ConnectionError> {
        let organization = chain.organization.as_str();
        let extra = unchained - chain.events_before;
        if extra < 0 {
            let damage = AuditDamage::UnchainedRemoved { missing: -extra };
            checked
                .findings
                .push(finding(organization, None, None, damage));
        } else if extra > 0 && chain.events_before == 0 {
            for event in self.trail.unchained(organization, None, BATCH).await? {
                let damage = AuditDamage::Unchained { extra };
                checked
                    .findings
                    .push(finding(organization, None, Some(&event), damage));
            }
        } else if extra > 0 {
            // Nothing tells them from those that were there before.
            let damage = AuditDamage::Unchained { extra };
            checked
                .findings
                .push(finding(organization, None, None, damage));
        }
        Ok(())
    }
}

/// How a head that was kept elsewhere compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kept {
    /// There is none, or it fits.
    Fits,
    /// Its event was pruned, and others behind it.
    Pruned,
    /// Its event is still to come.
    Awaited(i64, AuditHash),
    /// It does not fit.
    Differs(i64),
}

impl Kept {
    fn new(kept: Option<(i64, AuditHash)>, chain: &AuditChain) -> Self {
        let Some((sequence, hash)) = kept else {
            return Self::Fits;
        };
        if sequence < chain.pruned_through {
            return Self::Pruned;
        }
        let known = [
            (chain.pruned_through, chain.pruned_hash),
            (chain.sequence, chain.hash),
        ];
        match known.iter().find(|(number, _)| *number == sequence) {
            Some((_, known)) if *known == hash => Self::Fits,
            Some(_) => Self::Differs(sequence),
            None if sequence > chain.sequence => Self::Differs(sequence),
            None => Self::Awaited(sequence, hash),
        }
    }

    fn compare(&mut self, event: &StoredAuditEvent) {
        if let Self::Awaited(sequence, hash) = *self
            && event.sequence == Some(sequence)
        {
            let fits = event.hash == Some(hash);
            *self = if fits {
                Self::Fits
            } else {
                Self::Differs(sequence)
            };
        }
    }
}

/// Keeps the newest of the old events, and one of each piece before it.
fn note(old: &mut Vec<(i64, AuditHash)>, sequence: i64, hash: AuditHash) {
    if let Some(last) = old.last_mut()
        && last.0 % PIECE != 0
    {
        *last = (sequence, hash);
    } else {
        old.push((sequence, hash));
    }
}

fn finding(
    organization: &str,
    sequence: Option<i64>,
    event: Option<&StoredAuditEvent>,
    damage: AuditDamage,
) -> AuditFinding {
    AuditFinding {
        organization: organization.to_owned(),
        sequence,
        event: event.map(|event| event.id),
        damage,
    }
}

impl VerifyReport {
    fn add(&mut self, checked: Checked) {
        self.organizations += 1;
        self.events += checked.events;
        self.unchained += checked.unchained;
        self.pruned_heads += u64::from(checked.pruned_head);
        for finding in checked.findings {
            self.find(finding);
        }
    }

    fn find(&mut self, finding: AuditFinding) {
        if self.findings.len() < MOST_FINDINGS {
            self.findings.push(finding);
        } else {
            self.more += 1;
        }
    }
}
