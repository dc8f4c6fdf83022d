//! Names of the domain as the OpenAPI document lists them, taken from the domain itself.

use std::borrow::Cow;

use fluxori_domain::{
    AmazonRegion, AuditKind, AuthType, ConnectMethod, ConnectionStatus, ExpiryKind, Marketplace,
    OutcomeClass, Role, SyncOutcome, TakealotSurface,
};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, Type},
};

macro_rules! name_schema {
    ($($(#[$doc:meta])* $schema:ident = $name:literal, $values:expr;)+) => {$(
        $(#[$doc])*
        pub(crate) enum $schema {}

        impl PartialSchema for $schema {
            fn schema() -> RefOr<Schema> {
                let values: Vec<&'static str> = $values;
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    .enum_values(Some(values))
                    .into()
            }
        }

        impl ToSchema for $schema {
            fn name() -> Cow<'static, str> {
                Cow::Borrowed($name)
            }
        }
    )+};
}

name_schema! {
    /// Names of marketplaces.
    MarketplaceSchema = "Marketplace", Marketplace::ALL.iter().map(|name| name.as_str()).collect();
    /// Names of the ways to connect.
    AuthTypeSchema = "AuthType", AuthType::ALL.iter().map(|name| name.as_str()).collect();
    /// What a seller does to connect.
    ConnectMethodSchema = "ConnectMethod", ConnectMethod::ALL.iter().map(|name| name.as_str()).collect();
    /// Names of outcome classes.
    OutcomeClassSchema = "OutcomeClass", OutcomeClass::ALL.iter().map(|name| name.as_str()).collect();
    /// Names of audit events.
    AuditKindSchema = "AuditKind", AuditKind::ALL.iter().map(|name| name.as_str()).collect();
    /// Names of the ends of a synchronisation.
    SyncOutcomeSchema = "SyncOutcome", SyncOutcome::ALL.iter().map(|name| name.as_str()).collect();
    /// Names of Takealot's interfaces.
    TakealotSurfaceSchema = "TakealotSurface", TakealotSurface::ALL.iter().map(|name| name.as_str()).collect();
    /// Names of Amazon's regions.
    AmazonRegionSchema = "AmazonRegion", AmazonRegion::ALL.iter().map(|name| name.as_str()).collect();
    /// Names of roles.
    RoleSchema = "Role", Role::ALL.iter().map(|name| name.as_str()).collect();
    /// Names of what runs out.
    ExpiryKindSchema = "ExpiryKind", ExpiryKind::ALL.iter().map(|name| name.as_str()).collect();
    /// Names of the states of a connection.
    StatusSchema = "ConnectionStatus", ConnectionStatus::NAMES.to_vec();
}
