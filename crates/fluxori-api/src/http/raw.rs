use std::time::Duration;

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use futures_util::{FutureExt, future::LocalBoxFuture};
use zeroize::Zeroizing;

use super::json::collect;
use crate::problem::{Problem, ProblemKind};

/// The longest body, in bytes.
const LONGEST: usize = 64 * 1024;

/// How long a body may take to arrive.
const DEADLINE: Duration = Duration::from_secs(5);

/// A body byte for byte, because its bytes are signed.
pub(crate) struct RawBody(pub(crate) Zeroizing<Vec<u8>>);

impl FromRequest for RawBody {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(_: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let payload = payload.take();
        async move {
            let body = tokio::time::timeout(DEADLINE, collect(payload, 0, LONGEST))
                .await
                .map_err(|_| {
                    Problem::new(
                        ProblemKind::RequestTimeout,
                        "The body did not arrive within 5 seconds.",
                    )
                })??;
            Ok(Self(body))
        }
        .boxed_local()
    }
}
