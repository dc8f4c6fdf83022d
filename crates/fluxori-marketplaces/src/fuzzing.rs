//! Answers without a network: what a test of every byte sequence needs of this crate, and no part of its interface.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use reqwest::{
    StatusCode,
    header::{HeaderMap, HeaderName, HeaderValue},
};
use zeroize::Zeroizing;

use crate::{
    HttpClient,
    http::{Answer, Trouble},
};

/// One answer, as it might come off the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The status; one that HTTP does not know counts as 200.
    pub status: u16,
    /// Names and values; what cannot be a header is left out.
    pub headers: Vec<(String, String)>,
    /// The body; `None` when it never ended.
    pub body: Option<Vec<u8>>,
}

/// Answers that are still to be given. Behind the last, nobody answers.
#[derive(Clone)]
pub(crate) struct Replies(Arc<Mutex<VecDeque<Reply>>>);

impl HttpClient {
    /// The same client, answered by these in their order, whatever is asked.
    #[must_use]
    pub fn answered_by(&self, replies: Vec<Reply>) -> Self {
        let mut client = self.clone();
        client.replies = Some(Replies(Arc::new(Mutex::new(replies.into()))));
        client
    }
}

impl Replies {
    pub(crate) fn next(&self) -> Result<Answer, Trouble> {
        let mut replies = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let reply = replies.pop_front().ok_or(Trouble::Unreachable)?;
        let headers = reply.headers.iter().filter_map(|(name, value)| {
            let name = HeaderName::try_from(name).ok()?;
            Some((name, HeaderValue::try_from(value).ok()?))
        });
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(name, value);
        }
        Ok(Answer::new(
            StatusCode::from_u16(reply.status).unwrap_or(StatusCode::OK),
            map,
            reply.body.map(Zeroizing::new),
        ))
    }
}
