use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use fluxori_connections::{AuditHeads, AuditTrails, VerifyTrails};
use fluxori_domain::{
    AuditHash,
    ports::{AuditChain, AuditSurvey, AuditTrail, StorageError, StoredAuditEvent},
};
use uuid::Uuid;

use crate::{
    silence::assert_silent_error,
    sites::{Standing, at_once, now},
};

/// A trail, and what somebody does to it in the database: whatever it is, checking finds it, and finds nothing where
/// nothing was done. The input is what is done, two bytes a deed, then an empty line and the words that events are made of.
/// The whole input as heads that were kept elsewhere: read, or refused without being repeated.
pub fn audit_trail(input: &[u8]) {
    let at = input.windows(2).position(|two| two == b"\n\n");
    let (deeds, words) = match at {
        Some(at) => (&input[..at], &input[at + 2..]),
        None => (input, &b""[..]),
    };
    let appended = Trail::of(&String::from_utf8_lossy(words));
    let mut found = Trail {
        events: appended.events.clone(),
        chain: appended.chain.clone(),
    };
    for deed in deeds.chunks_exact(2).take(8) {
        found.suffer(deed[0], usize::from(deed[1]));
    }
    found.events.sort_by_key(|event| event.sequence);
    let is_whole = found.events == appended.events;
    let report = at_once(verify(found)).expect("memory can be read");
    assert_eq!(
        report.findings.is_empty(),
        is_whole,
        "{:?}",
        report.findings
    );
    heads(input);
}

async fn verify(
    trail: Trail,
) -> Result<fluxori_connections::VerifyReport, fluxori_connections::ConnectionError> {
    let trails = AuditTrails {
        trail: Arc::new(trail),
        clock: Arc::new(Standing),
    };
    trails.verify(&VerifyTrails::default(), |_| ()).await
}

fn heads(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else {
        return;
    };
    match AuditHeads::parse(text) {
        // Of several heads of one organization the newest counts, so saying it again changes nothing.
        Ok(heads) => assert_eq!(AuditHeads::parse(&format!("{text}\n{text}")), Ok(heads)),
        Err(error) => assert_silent_error(&error),
    }
}

/// One organization's events, and the record of its chain, in memory.
struct Trail {
    events: Vec<StoredAuditEvent>,
    chain: AuditChain,
}

impl Trail {
    /// Ten events made of these words.
    fn of(words: &str) -> Self {
        const EVENTS: i64 = 10;
        let words: Vec<&str> = words.lines().collect();
        let word = |number: i64, place: usize| {
            let index = usize::try_from(number).unwrap_or_default() * 7 + place;
            let word = words.get(index % words.len().max(1)).copied();
            word.unwrap_or("word").to_owned()
        };
        let mut hash = AuditHash::START;
        let mut events = Vec::new();
        for sequence in 1..=EVENTS {
            let mut event = StoredAuditEvent {
                organization: "engines".to_owned(),
                user: word(sequence, 0),
                actor: (sequence % 3 == 0).then(|| word(sequence, 1)),
                connection: Uuid::from_u128(7),
                id: Uuid::from_u128(100 + u128::from(sequence.unsigned_abs())),
                marketplace: word(sequence, 2),
                kind: word(sequence, 3),
                service: word(sequence, 4),
                purpose: (sequence % 2 == 0).then(|| word(sequence, 5)),
                generation: (sequence % 2 == 1).then_some(sequence),
                outcome: None,
                request_id: Some(word(sequence, 6)),
                at: now().timestamp_micros() + sequence,
                occurrences: 1,
                sequence: Some(sequence),
                hash: None,
            };
            hash = event.fields().link(&hash, sequence);
            event.hash = Some(hash);
            events.push(event);
        }
        Self {
            chain: AuditChain {
                organization: "engines".to_owned(),
                events_before: 0,
                pruned_through: 0,
                pruned_hash: AuditHash::START,
                sequence: EVENTS,
                hash,
            },
            events,
        }
    }

    /// One deed of somebody who may write to the database. Numbers stay unique, as the database has it.
    fn suffer(&mut self, deed: u8, which: usize) {
        let count = self.events.len();
        if count < 2 {
            return;
        }
        let (one, other) = (which % count, (which / 16 + which + 1) % count);
        let event = &mut self.events[one];
        match deed % 12 {
            0 => drop(self.events.remove(one)),
            1 => {
                let (first, second) = (self.events[one].sequence, self.events[other].sequence);
                self.events[one].sequence = second;
                self.events[other].sequence = first;
            }
            2 => event.user.push('x'),
            3 => event.actor = event.actor.is_none().then(|| "somebody".to_owned()),
            4 => std::mem::swap(&mut event.kind, &mut event.service),
            5 => event.at += 1,
            6 => event.occurrences -= 1,
            7 => event.generation = event.generation.map_or(Some(1), |_| None),
            8 => event.hash = Some(AuditHash::START),
            9 => event.hash = None,
            10 => event.sequence = None,
            _ => {
                let mut made_up = event.clone();
                made_up.id = Uuid::from_u128(900 + which as u128);
                made_up.sequence = self.events.iter().filter_map(|event| event.sequence).max();
                made_up.sequence = made_up.sequence.map(|last| last + 1);
                self.events.push(made_up);
            }
        }
    }

    fn survey(&self) -> AuditSurvey {
        let count = |wanted: &dyn Fn(Option<i64>) -> bool| {
            let found = self.events.iter().filter(|event| wanted(event.sequence));
            i64::try_from(found.count()).unwrap_or(i64::MAX)
        };
        let inside = 1..=self.chain.sequence;
        AuditSurvey {
            chain: Some(self.chain.clone()),
            unchained: count(&|sequence| sequence.is_none()),
            outside: count(&|sequence| sequence.is_some_and(|number| !inside.contains(&number))),
        }
    }
}

#[async_trait]
impl AuditTrail for Trail {
    async fn organizations(
        &self,
        after: Option<&str>,
        _: u16,
    ) -> Result<Vec<String>, StorageError> {
        let name = &self.chain.organization;
        let is_next = after.is_none_or(|after| after < name.as_str());
        Ok(is_next.then(|| name.clone()).into_iter().collect())
    }

    async fn count(&self, _: Option<&str>) -> Result<u64, StorageError> {
        Ok(self.events.len() as u64)
    }

    async fn chains(&self, _: Option<&str>, _: u16) -> Result<Vec<AuditChain>, StorageError> {
        Ok(vec![self.chain.clone()])
    }

    async fn survey(&self, _: &str) -> Result<AuditSurvey, StorageError> {
        Ok(Trail::survey(self))
    }

    async fn chained(
        &self,
        _: &str,
        after: i64,
        limit: u16,
    ) -> Result<Vec<StoredAuditEvent>, StorageError> {
        let is_next =
            |event: &&StoredAuditEvent| event.sequence.is_some_and(|number| after < number);
        let events = self.events.iter().filter(is_next).take(limit.into());
        Ok(events.cloned().collect())
    }

    async fn unchained(
        &self,
        _: &str,
        after: Option<&StoredAuditEvent>,
        limit: u16,
    ) -> Result<Vec<StoredAuditEvent>, StorageError> {
        let mut events = self.events.clone();
        events.retain(|event| {
            event.sequence.is_none() && after.is_none_or(|after| after.id < event.id)
        });
        events.sort_by_key(|event| event.id);
        events.truncate(limit.into());
        Ok(events)
    }

    async fn prune(&self, _: &str, _: i64, _: i64, _: AuditHash) -> Result<bool, StorageError> {
        Ok(false)
    }

    async fn prune_unchained(
        &self,
        _: &str,
        _: DateTime<Utc>,
        _: u16,
    ) -> Result<u64, StorageError> {
        Ok(0)
    }
}
