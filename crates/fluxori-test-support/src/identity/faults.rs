//! What a test can order to go wrong, once each.

use std::time::Duration;

/// What goes wrong, at the next sign-in that comes by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The discovery document names another issuer.
    OtherIssuer,
    /// The token endpoint answers with this status and the error `server_error`.
    TokenError(u16),
    /// The token endpoint answers 200 with a page for people.
    TokenPage,
    /// The token endpoint answers with more than anybody should read.
    TokenHuge,
    /// The token endpoint answers this much later.
    TokenSlow(Duration),
    /// The token endpoint closes the connection without a word.
    TokenHangUp,
    /// The token endpoint's answer has no ID token.
    NoIdToken,
    /// The ID token carries another nonce.
    WrongNonce,
    /// The ID token carries no nonce.
    NoNonce,
    /// The ID token is of another issuer.
    WrongIssuer,
    /// The ID token is for another application.
    WrongAudience,
    /// The ID token is for this application and another, and says that this one asked (`azp`). That is right.
    Audiences,
    /// The ID token is for this application and another, and does not say which one asked.
    AudiencesWithoutParty,
    /// The ID token is for this application and another, and says that the other one asked.
    AudiencesOfOtherParty,
    /// The ID token ended an hour ago.
    Expired,
    /// The ID token is signed with HS256 and the secret of the application.
    SharedSecret,
    /// The ID token is signed with HS256, the public key taken for a shared secret.
    PublicKeyAsSecret,
    /// The ID token says `alg: none` and carries no signature.
    Unsigned,
    /// The ID token is signed with a key that is never published.
    UnknownKey,
    /// The ID token is signed with a key that is published from now on, beside the ones before: who kept the key set has to
    /// read it again.
    RotatedKey,
    /// The ID token does not name the organization.
    NoOrganization,
}

/// Where a fault happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Discovery,
    Token,
    IdToken,
}

impl Fault {
    /// By the name it has in an order; `milliseconds` and `status` are asked for where they matter.
    pub(super) fn of_name(name: &str, milliseconds: u64, status: u16) -> Option<Self> {
        Some(match name {
            "other-issuer" => Self::OtherIssuer,
            "token-error" => Self::TokenError(status),
            "token-page" => Self::TokenPage,
            "token-huge" => Self::TokenHuge,
            "token-slow" => Self::TokenSlow(Duration::from_millis(milliseconds)),
            "token-hang-up" => Self::TokenHangUp,
            "no-id-token" => Self::NoIdToken,
            "wrong-nonce" => Self::WrongNonce,
            "no-nonce" => Self::NoNonce,
            "wrong-issuer" => Self::WrongIssuer,
            "wrong-audience" => Self::WrongAudience,
            "audiences" => Self::Audiences,
            "audiences-without-party" => Self::AudiencesWithoutParty,
            "audiences-of-other-party" => Self::AudiencesOfOtherParty,
            "expired" => Self::Expired,
            "shared-secret" => Self::SharedSecret,
            "public-key-as-secret" => Self::PublicKeyAsSecret,
            "unsigned" => Self::Unsigned,
            "unknown-key" => Self::UnknownKey,
            "rotated-key" => Self::RotatedKey,
            "no-organization" => Self::NoOrganization,
            _ => return None,
        })
    }

    pub(super) const fn place(self) -> Place {
        match self {
            Self::OtherIssuer => Place::Discovery,
            Self::TokenError(_)
            | Self::TokenPage
            | Self::TokenHuge
            | Self::TokenSlow(_)
            | Self::TokenHangUp
            | Self::NoIdToken => Place::Token,
            Self::WrongNonce
            | Self::NoNonce
            | Self::WrongIssuer
            | Self::WrongAudience
            | Self::Audiences
            | Self::AudiencesWithoutParty
            | Self::AudiencesOfOtherParty
            | Self::Expired
            | Self::SharedSecret
            | Self::PublicKeyAsSecret
            | Self::Unsigned
            | Self::UnknownKey
            | Self::RotatedKey
            | Self::NoOrganization => Place::IdToken,
        }
    }
}
