use serde_json::{Value, json};

/// The codes of `google.rpc.Code` that the services answer with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Code {
    /// 1.
    Cancelled,
    /// 2.
    Unknown,
    /// 3.
    InvalidArgument,
    /// 4.
    DeadlineExceeded,
    /// 5.
    NotFound,
    /// 6.
    AlreadyExists,
    /// 7.
    PermissionDenied,
    /// 8.
    ResourceExhausted,
    /// 9.
    FailedPrecondition,
    /// 10.
    Aborted,
    /// 12.
    Unimplemented,
    /// 13.
    Internal,
    /// 14.
    Unavailable,
    /// 16.
    Unauthenticated,
}

impl Code {
    pub(super) const ALL: [Self; 14] = [
        Self::Cancelled,
        Self::Unknown,
        Self::InvalidArgument,
        Self::DeadlineExceeded,
        Self::NotFound,
        Self::AlreadyExists,
        Self::PermissionDenied,
        Self::ResourceExhausted,
        Self::FailedPrecondition,
        Self::Aborted,
        Self::Unimplemented,
        Self::Internal,
        Self::Unavailable,
        Self::Unauthenticated,
    ];

    /// As it is written in `status`, and over HTTP: `google/rpc/code.proto`.
    const fn facts(self) -> (&'static str, u16, i32) {
        match self {
            Self::Cancelled => ("CANCELLED", 499, 1),
            Self::Unknown => ("UNKNOWN", 500, 2),
            Self::InvalidArgument => ("INVALID_ARGUMENT", 400, 3),
            Self::DeadlineExceeded => ("DEADLINE_EXCEEDED", 504, 4),
            Self::NotFound => ("NOT_FOUND", 404, 5),
            Self::AlreadyExists => ("ALREADY_EXISTS", 409, 6),
            Self::PermissionDenied => ("PERMISSION_DENIED", 403, 7),
            Self::ResourceExhausted => ("RESOURCE_EXHAUSTED", 429, 8),
            Self::FailedPrecondition => ("FAILED_PRECONDITION", 400, 9),
            Self::Aborted => ("ABORTED", 409, 10),
            Self::Unimplemented => ("UNIMPLEMENTED", 501, 12),
            Self::Internal => ("INTERNAL", 500, 13),
            Self::Unavailable => ("UNAVAILABLE", 503, 14),
            Self::Unauthenticated => ("UNAUTHENTICATED", 401, 16),
        }
    }

    /// Such as `NOT_FOUND`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.facts().0
    }

    /// The HTTP status that stands for it.
    #[must_use]
    pub const fn http(self) -> u16 {
        self.facts().1
    }

    /// The number.
    #[must_use]
    pub const fn number(self) -> i32 {
        self.facts().2
    }

    pub(super) fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.name() == name)
    }
}

/// A refusal: `google.rpc.Status`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Status {
    pub(super) code: Code,
    pub(super) message: String,
    pub(super) details: Vec<Detail>,
}

/// `google/rpc/error_details.proto`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Detail {
    ErrorInfo {
        reason: &'static str,
        domain: &'static str,
        metadata: Vec<(&'static str, String)>,
    },
    /// Seconds.
    RetryInfo(u32),
    /// Who exceeded it, and what.
    QuotaFailure {
        subject: String,
        description: String,
    },
    /// One field, and what is wrong with it.
    BadRequest { field: String, description: String },
    /// What the link is for, and the link.
    Help { description: String, url: String },
}

impl Status {
    pub(super) fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            details: Vec::new(),
        }
    }

    pub(super) fn invalid(message: impl Into<String>) -> Self {
        Self::new(Code::InvalidArgument, message)
    }

    pub(super) fn not_found(message: impl Into<String>) -> Self {
        Self::new(Code::NotFound, message)
    }

    pub(super) fn precondition(message: impl Into<String>) -> Self {
        Self::new(Code::FailedPrecondition, message)
    }

    pub(super) fn with(mut self, detail: Detail) -> Self {
        self.details.push(detail);
        self
    }

    /// The document that goes over HTTP: <https://cloud.google.com/apis/design/errors#http_mapping>.
    pub(super) fn document(&self) -> Value {
        let mut error = json!({
            "code": self.code.http(),
            "message": self.message,
            "status": self.code.name(),
        });
        if !self.details.is_empty() {
            error["details"] = self.details.iter().map(Detail::document).collect();
        }
        json!({ "error": error })
    }
}

impl Detail {
    fn document(&self) -> Value {
        let (name, mut value) = match self {
            Self::ErrorInfo {
                reason,
                domain,
                metadata,
            } => {
                let metadata: serde_json::Map<_, _> = metadata
                    .iter()
                    .map(|(name, value)| ((*name).to_owned(), value.as_str().into()))
                    .collect();
                let value = json!({"reason": reason, "domain": domain, "metadata": metadata});
                ("ErrorInfo", value)
            }
            Self::RetryInfo(seconds) => ("RetryInfo", json!({"retryDelay": format!("{seconds}s")})),
            Self::QuotaFailure {
                subject,
                description,
            } => (
                "QuotaFailure",
                json!({"violations": [{"subject": subject, "description": description}]}),
            ),
            Self::BadRequest { field, description } => (
                "BadRequest",
                json!({"fieldViolations": [{"field": field, "description": description}]}),
            ),
            Self::Help { description, url } => (
                "Help",
                json!({"links": [{"description": description, "url": url}]}),
            ),
        };
        value["@type"] = format!("type.googleapis.com/google.rpc.{name}").into();
        value
    }
}
