use std::sync::Arc;

use bytes::Bytes;
use reqwest::{Client, Method, header::AUTHORIZATION};
use url::Url;
use zeroize::Zeroizing;

use super::{
    Answer, Attempt, Caller, Failure, Operation, Problem, Service,
    call::{read_capped, retry_after},
};
use crate::{BearerToken, Resource, SecretManagerError, error::Trouble};

/// Whose quota a call made in the name of a person counts against
/// (<https://cloud.google.com/docs/quotas/set-quota-project>).
const USER_PROJECT: &str = "x-goog-user-project";

/// One call, as often as it is made.
pub(crate) struct Request {
    pub(crate) operation: Operation,
    pub(crate) resource: Resource,
    pub(crate) method: Method,
    pub(crate) url: Url,
    /// JSON. Wiped afterwards, for it may hold a secret.
    pub(crate) body: Option<Zeroizing<Vec<u8>>>,
    /// Bytes read of an answer.
    pub(crate) limit: usize,
}

/// A service of Google's over REST.
#[derive(Clone)]
pub(crate) struct Rest {
    pub(crate) service: Service,
    pub(crate) http: Client,
    pub(crate) caller: Arc<Caller>,
}

impl Rest {
    /// Makes the call and returns the answer to it.
    ///
    /// `judge` may turn the failure of one attempt into a success, knowing whether an earlier attempt may have done the work.
    pub(crate) async fn call<T>(
        &self,
        request: &Request,
        judge: impl Fn(Result<Answer, Failure>, bool) -> Result<T, Failure>,
    ) -> Result<T, SecretManagerError> {
        let judge = &judge;
        self.caller
            .call(
                request.operation,
                |Attempt { token, maybe_done }| async move {
                    judge(self.attempt(request, &token).await, maybe_done)
                },
            )
            .await
    }

    async fn attempt(&self, request: &Request, token: &BearerToken) -> Result<Answer, Failure> {
        let unavailable = |trouble, maybe_done| SecretManagerError::Unavailable {
            service: self.service,
            trouble,
            maybe_done: maybe_done && request.operation.changes_something(),
        };
        let mut response = self.build(request, token).send().await.map_err(|error| {
            // Without a connection nothing was sent; after that, anything may have arrived.
            if error.is_connect() {
                unavailable(Trouble::NotReached, false)
            } else if error.is_timeout() {
                unavailable(Trouble::TimedOut, true)
            } else {
                unavailable(Trouble::Interrupted, true)
            }
        })?;
        let status = response.status();
        let asked = retry_after(response.headers());
        let body = read_capped(&mut response, request.limit).await;
        if !status.is_success() {
            let problem = Problem::from_http(
                status.as_u16(),
                asked,
                body.as_ref().map(|bytes| bytes.as_slice()),
            );
            let wait = problem.retry_after();
            let error =
                problem.into_error(self.service, request.operation, request.resource.clone());
            return Err(Failure { error, wait });
        }
        match body {
            Some(body) => Ok(Answer::new(body)),
            None => Err(unavailable(Trouble::Interrupted, true).into()),
        }
    }

    fn build(&self, request: &Request, token: &BearerToken) -> reqwest::RequestBuilder {
        let mut builder = self
            .http
            .request(request.method.clone(), request.url.clone())
            .header(AUTHORIZATION, token.header());
        if let Some(project) = token.quota_project() {
            builder = builder.header(USER_PROJECT, project.as_str());
        }
        if let Some(body) = &request.body {
            builder = builder
                .header(reqwest::header::CONTENT_TYPE, "application/json")
                .body(Bytes::from_owner(body.clone()));
        }
        builder
    }
}
