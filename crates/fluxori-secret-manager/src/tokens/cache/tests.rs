use std::sync::atomic::{AtomicUsize, Ordering};

use fluxori_domain::SecretText;
use fluxori_test_support::clock::ManualClock;

use super::*;
use crate::{TokenIssuer, Trouble};

/// Answers with a numbered token, or a failure where the script says so.
#[derive(Debug)]
struct Script {
    lifetime: u32,
    failing: Vec<usize>,
    asked: Arc<AtomicUsize>,
}

const FAILURE: TokenError = TokenError::Unavailable {
    issuer: TokenIssuer::MetadataServer,
    trouble: Trouble::Fault,
};

#[async_trait]
impl Fetch for Script {
    async fn fetch(&self, _: DateTime<Utc>) -> Result<Fetched, TokenError> {
        let number = self.asked.fetch_add(1, Ordering::SeqCst) + 1;
        tokio::task::yield_now().await;
        if self.failing.contains(&number) {
            return Err(FAILURE);
        }
        let text = SecretText::new(format!("token-{number}"));
        Ok(Fetched {
            token: BearerToken::new(text, None)?,
            lifetime: self.lifetime,
        })
    }
}

struct Subject {
    tokens: GoogleTokens,
    clock: Arc<ManualClock>,
    asked: Arc<AtomicUsize>,
}

impl Subject {
    fn new(lifetime: u32, failing: &[usize]) -> Self {
        let clock = Arc::new(ManualClock::default());
        let asked = Arc::new(AtomicUsize::new(0));
        let script = Script {
            lifetime,
            failing: failing.to_vec(),
            asked: asked.clone(),
        };
        Self {
            tokens: GoogleTokens::from_source(Box::new(script), clock.clone()),
            clock,
            asked,
        }
    }

    async fn after(&self, seconds: i64) -> Result<String, TokenError> {
        self.clock.advance(TimeDelta::seconds(seconds));
        let token = self.tokens.token().await?;
        Ok(token.header().to_str().unwrap().to_owned())
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

#[tokio::test]
async fn a_token_is_kept_until_four_minutes_before_it_expires() {
    let subject = Subject::new(3600, &[]);
    assert_eq!(subject.after(0).await.unwrap(), "Bearer token-1");
    assert_eq!(subject.after(3359).await.unwrap(), "Bearer token-1");
    assert_eq!(subject.after(1).await.unwrap(), "Bearer token-2");
    assert_eq!(subject.asked(), 2);
}

#[tokio::test]
async fn nothing_is_looked_for_before_a_token_is_wanted() {
    let subject = Subject::new(3600, &[]);
    assert_eq!(subject.asked(), 0);
    assert!(!format!("{:?}", subject.tokens).contains("token-1"));
}

#[tokio::test]
async fn a_short_lived_token_is_not_asked_for_at_every_call() {
    let subject = Subject::new(60, &[]);
    for _ in 0..29 {
        assert_eq!(subject.after(1).await.unwrap(), "Bearer token-1");
    }
    assert_eq!(subject.after(2).await.unwrap(), "Bearer token-2");
}

#[tokio::test]
async fn callers_who_come_together_share_one_request() {
    let subject = Subject::new(3600, &[]);
    let all = futures_util::future::join_all((0..20).map(|_| subject.tokens.token())).await;
    assert!(all.iter().all(Result::is_ok));
    assert_eq!(subject.asked(), 1);
}

#[tokio::test]
async fn a_token_that_cannot_be_replaced_is_used_until_half_a_minute_before_its_end() {
    let subject = Subject::new(3600, &[2, 3, 4]);
    assert_eq!(subject.after(0).await.unwrap(), "Bearer token-1");
    assert_eq!(subject.after(3400).await.unwrap(), "Bearer token-1");
    assert_eq!(subject.after(169).await.unwrap(), "Bearer token-1");
    assert_eq!(subject.asked(), 3);
    assert_eq!(subject.after(1).await.unwrap_err(), FAILURE);
    assert_eq!(subject.after(2).await.unwrap(), "Bearer token-5");
}

#[tokio::test]
async fn a_failure_is_remembered_for_a_moment() {
    let subject = Subject::new(3600, &[1]);
    for _ in 0..5 {
        assert_eq!(subject.after(0).await.unwrap_err(), FAILURE);
    }
    assert_eq!(subject.asked(), 1);
    assert_eq!(subject.after(1).await.unwrap(), "Bearer token-2");
}

#[tokio::test]
async fn a_rejected_token_is_not_handed_out_again_and_a_newer_one_stays() {
    let subject = Subject::new(3600, &[]);
    let first = subject.tokens.token().await.unwrap();
    subject.tokens.reject(&first);
    assert_eq!(subject.after(0).await.unwrap(), "Bearer token-2");
    subject.tokens.reject(&first);
    assert_eq!(subject.after(0).await.unwrap(), "Bearer token-2");
}
