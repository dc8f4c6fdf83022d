//! Cloud KMS over gRPC: encrypting and decrypting small values under a key that never leaves Google
//! (`google/cloud/kms/v1/service.proto`).

mod crypt;
mod describe;

use std::{fmt, sync::Arc, time::Duration};

use google_cloud_googleapis::cloud::kms::v1::key_management_service_client::KeyManagementServiceClient;
use tonic::{
    Code, Request, Status,
    metadata::AsciiMetadataValue,
    transport::{Channel, ClientTlsConfig, Endpoint as GrpcEndpoint},
};

pub use crypt::Ciphertext;
pub use describe::{KeyDetails, KeyState, ProtectionLevel};

use crate::{
    BearerToken, Endpoint, InvalidName, KeyName, Operation, Resource, RetrySettings,
    SecretManagerError, Service, TokenSource,
    error::Trouble,
    google::{Caller, Failure, Problem},
};

/// Bytes read of an answer: a plaintext has at most 64 KiB.
const LARGEST_ANSWER: usize = 256 * 1024;

/// Where Cloud KMS answers.
#[derive(Debug, Clone)]
pub struct KeyManagementSettings {
    /// Google's own, or an emulator's.
    pub endpoint: Endpoint,
    /// Deadlines and repetition.
    pub retry: RetrySettings,
}

impl Default for KeyManagementSettings {
    fn default() -> Self {
        Self {
            endpoint: Endpoint::google(Service::KeyManagement.name()),
            retry: RetrySettings::default(),
        }
    }
}

/// A client of Cloud KMS. Cloning shares the connection and the budget of repetition.
///
/// TLS is rustls with the roots of this machine, or those that `SSL_CERT_FILE` names. gRPC goes through no proxy.
#[derive(Clone)]
pub struct KeyManagement {
    channel: Channel,
    caller: Arc<Caller>,
}

impl KeyManagement {
    /// Prepares a connection, which is made by the first call, with tokens from `tokens`.
    ///
    /// # Errors
    /// [`SecretManagerError::InvalidArgument`] when TLS cannot be prepared: this machine has no root certificates.
    ///
    /// # Panics
    /// Outside a tokio runtime: the connection lives on the runtime in which this is called. Also when several ciphers for
    /// rustls are linked and the process has installed none.
    pub fn new(
        settings: &KeyManagementSettings,
        tokens: Arc<dyn TokenSource>,
    ) -> Result<Self, SecretManagerError> {
        let endpoint = GrpcEndpoint::from_shared(settings.endpoint.as_str().to_owned())
            .map_err(|_| InvalidName {
                what: "the endpoint of Cloud KMS",
            })?
            .connect_timeout(Duration::from_secs(5))
            .http2_keep_alive_interval(Duration::from_secs(30))
            .keep_alive_timeout(Duration::from_secs(10));
        let endpoint = if settings.endpoint.is_tls() {
            let tls = ClientTlsConfig::new().with_native_roots();
            endpoint.tls_config(tls).map_err(|_| InvalidName {
                what: "TLS without root certificates; install ca-certificates or set SSL_CERT_FILE",
            })?
        } else {
            endpoint
        };
        let retry = settings.retry.clone();
        Ok(Self {
            channel: endpoint.connect_lazy(),
            caller: Arc::new(Caller::new(Service::KeyManagement, tokens, retry)),
        })
    }

    fn client(&self) -> KeyManagementServiceClient<Channel> {
        KeyManagementServiceClient::new(self.channel.clone())
            .max_decoding_message_size(LARGEST_ANSWER)
    }
}

impl fmt::Debug for KeyManagement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyManagement").finish_non_exhaustive()
    }
}

/// A request with the token, and with the name of the key where Google's front ends look for it to find the right region
/// (<https://google.aip.dev/client-libraries/4222>).
fn with_headers<T>(message: T, token: &BearerToken, field: &str, key: &KeyName) -> Request<T> {
    let mut request = Request::new(message);
    let header = token.header();
    let mut authorization = AsciiMetadataValue::try_from(header.as_bytes())
        .expect("a token is checked to be a header when it is made");
    authorization.set_sensitive(true);
    let headers = request.metadata_mut();
    headers.insert("authorization", authorization);
    if let Some(project) = token.quota_project()
        && let Ok(project) = project.as_str().parse()
    {
        headers.insert("x-goog-user-project", project);
    }
    let name: String = url::form_urlencoded::byte_serialize(key.as_str().as_bytes()).collect();
    if let Ok(parameters) = format!("{field}={name}").parse() {
        headers.insert("x-goog-request-params", parameters);
    }
    request
}

/// What a status means for this call.
fn failure(status: &Status, operation: Operation, key: &KeyName) -> Failure {
    let has_source = std::error::Error::source(status).is_some();
    // The client itself makes these when there is no connection, or none any more.
    if has_source && matches!(status.code(), Code::Unavailable | Code::Unknown) {
        return Failure::from(SecretManagerError::Unavailable {
            service: Service::KeyManagement,
            trouble: Trouble::NotReached,
            maybe_done: false,
        });
    }
    let problem = Problem::from_grpc(status);
    let wait = problem.retry_after();
    let resource = Resource::Key(key.clone());
    Failure {
        error: problem.into_error(Service::KeyManagement, operation, resource),
        wait,
    }
}
