//! Every kind of problem: its address, status and title never change.

use actix_web::http::StatusCode;

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $slug:literal, $status:ident, $title:literal;)+) => {
        /// A kind of problem.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub(crate) enum ProblemKind {
            $($(#[$doc])* $name,)+
        }

        impl ProblemKind {
            /// Every kind, by rising status.
            pub(crate) const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The last part of the address.
            pub(crate) const fn slug(self) -> &'static str {
                match self { $(Self::$name => $slug,)+ }
            }

            /// The HTTP status.
            pub(crate) const fn status(self) -> StatusCode {
                match self { $(Self::$name => StatusCode::$status,)+ }
            }

            /// The title.
            pub(crate) const fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)+ }
            }

            /// The address: a reference relative to the server.
            pub(crate) const fn uri(self) -> &'static str {
                match self { $(Self::$name => concat!("/problems/", $slug),)+ }
            }
        }
    };
}

kinds! {
    /// The body cannot be read as JSON.
    MalformedJson = "malformed-json", BAD_REQUEST, "The body is not JSON";
    /// The query cannot be read.
    InvalidQuery = "invalid-query", BAD_REQUEST, "The query cannot be used";
    /// A header cannot be read.
    InvalidHeader = "invalid-header", BAD_REQUEST, "A header cannot be used";
    /// A message that a marketplace signed is not one that is known here.
    MalformedWebhook = "malformed-webhook", BAD_REQUEST, "The message is not understood";
    /// No token came.
    LoginRequired = "login-required", UNAUTHORIZED, "Login required";
    /// A token came and is refused.
    InvalidToken = "invalid-token", UNAUTHORIZED, "The access token is not accepted";
    /// A message is not a marketplace's.
    ForgedWebhook = "forged-webhook", UNAUTHORIZED, "The signature is not accepted";
    /// The role of the caller does not allow it.
    Forbidden = "forbidden", FORBIDDEN, "Your role does not allow this";
    /// A page that is not ours may have made the browser send it.
    Csrf = "csrf", FORBIDDEN, "The request may come from another page";
    /// There is nothing at this address, for this caller.
    NotFound = "not-found", NOT_FOUND, "Not found";
    /// The address exists, the method does not.
    MethodNotAllowed = "method-not-allowed", METHOD_NOT_ALLOWED, "Method not allowed";
    /// The body took too long to arrive.
    RequestTimeout = "request-timeout", REQUEST_TIMEOUT, "The request took too long to arrive";
    /// The account is connected already.
    AlreadyConnected = "already-connected", CONFLICT, "The account is already connected";
    /// The credential is of another account.
    OtherAccount = "other-account", CONFLICT, "The credential belongs to another account";
    /// Somebody else changed the connection at the same time.
    Conflict = "conflict", CONFLICT, "Changed by somebody else";
    /// The first request with this idempotency key is still running.
    IdempotencyInFlight = "idempotency-in-flight", CONFLICT, "The same request is still being worked on";
    /// `If-Match` names another version.
    PreconditionFailed = "precondition-failed", PRECONDITION_FAILED, "The connection has another version";
    /// The body is too long.
    BodyTooLarge = "body-too-large", PAYLOAD_TOO_LARGE, "The body is too long";
    /// The body is something else than JSON.
    UnsupportedMediaType = "unsupported-media-type", UNSUPPORTED_MEDIA_TYPE, "The body must be application/json";
    /// Fields have to be corrected.
    ValidationFailed = "validation-failed", UNPROCESSABLE_ENTITY, "Some fields have to be corrected";
    /// This way of connecting does not exist.
    NotSupported = "not-supported", UNPROCESSABLE_ENTITY, "This way of connecting does not exist";
    /// This way of connecting is not set up.
    NotConfigured = "not-configured", UNPROCESSABLE_ENTITY, "This way of connecting is not set up here";
    /// The test at the marketplace did not succeed.
    NotConfirmed = "credential-not-confirmed", UNPROCESSABLE_ENTITY, "The marketplace did not confirm the credential";
    /// One of several accounts must be chosen.
    ChoiceRequired = "choice-required", UNPROCESSABLE_ENTITY, "Choose one of several accounts";
    /// The idempotency key came with another request.
    IdempotencyMismatch = "idempotency-mismatch", UNPROCESSABLE_ENTITY, "The idempotency key was used for another request";
    /// Too many requests.
    TooManyRequests = "too-many-requests", TOO_MANY_REQUESTS, "Too many requests";
    /// A defect or a wrong setting of this installation.
    Internal = "internal", INTERNAL_SERVER_ERROR, "Something went wrong on our side";
    /// Something that a request needs does not answer at the moment.
    Unavailable = "unavailable", SERVICE_UNAVAILABLE, "Not available at the moment";
    /// More requests at once than are answered at once.
    Busy = "busy", SERVICE_UNAVAILABLE, "Too many requests at the moment";
    /// The caller was kept waiting for as long as anybody is.
    TookTooLong = "took-too-long", GATEWAY_TIMEOUT, "The request took too long";
}
