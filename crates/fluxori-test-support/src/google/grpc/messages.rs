//! The messages of `google/cloud/secretmanager/v1/{resources,service}.proto`, as far as the fake fills them.
//!
//! Messages of one shape are one type here: what tells them apart is the method.

use std::collections::HashMap;

use prost::{Message, Oneof};

#[derive(Clone, Copy, PartialEq, Message)]
pub(super) struct Timestamp {
    #[prost(int64, tag = "1")]
    pub(super) seconds: i64,
    #[prost(int32, tag = "2")]
    pub(super) nanos: i32,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Secret {
    #[prost(string, tag = "1")]
    pub(super) name: String,
    #[prost(message, optional, tag = "2")]
    pub(super) replication: Option<Replication>,
    #[prost(message, optional, tag = "3")]
    pub(super) create_time: Option<Timestamp>,
    #[prost(map = "string, string", tag = "4")]
    pub(super) labels: HashMap<String, String>,
    #[prost(string, tag = "8")]
    pub(super) etag: String,
    #[prost(map = "string, string", tag = "13")]
    pub(super) annotations: HashMap<String, String>,
}

/// Also `ReplicationStatus`, in which the key is a version of one.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Replication {
    #[prost(oneof = "Replicated", tags = "1, 2")]
    pub(super) replicated: Option<Replicated>,
}

#[derive(Clone, PartialEq, Oneof)]
pub(super) enum Replicated {
    #[prost(message, tag = "1")]
    Automatic(Automatic),
    #[prost(message, tag = "2")]
    UserManaged(UserManaged),
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Automatic {
    #[prost(message, optional, tag = "1")]
    pub(super) encryption: Option<Encryption>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct UserManaged {
    #[prost(message, repeated, tag = "1")]
    pub(super) replicas: Vec<Replica>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Replica {
    #[prost(string, tag = "1")]
    pub(super) location: String,
    #[prost(message, optional, tag = "2")]
    pub(super) encryption: Option<Encryption>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Encryption {
    #[prost(string, tag = "1")]
    pub(super) key: String,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct SecretVersion {
    #[prost(string, tag = "1")]
    pub(super) name: String,
    #[prost(message, optional, tag = "2")]
    pub(super) create_time: Option<Timestamp>,
    #[prost(message, optional, tag = "3")]
    pub(super) destroy_time: Option<Timestamp>,
    #[prost(int32, tag = "4")]
    pub(super) state: i32,
    #[prost(message, optional, tag = "5")]
    pub(super) replication_status: Option<Replication>,
    #[prost(string, tag = "6")]
    pub(super) etag: String,
    #[prost(bool, tag = "7")]
    pub(super) client_specified_payload_checksum: bool,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct SecretPayload {
    #[prost(bytes = "vec", tag = "1")]
    pub(super) data: Vec<u8>,
    #[prost(int64, optional, tag = "2")]
    pub(super) data_crc32c: Option<i64>,
}

/// What every request but `UpdateSecretRequest` begins with: the name of what it is about.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Named {
    #[prost(string, tag = "1")]
    pub(super) name: String,
}

/// The requests that get, access, delete, enable, disable and destroy; not all of them have an etag.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Tagged {
    #[prost(string, tag = "1")]
    pub(super) name: String,
    #[prost(string, tag = "2")]
    pub(super) etag: String,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct ListRequest {
    #[prost(string, tag = "1")]
    pub(super) parent: String,
    #[prost(int32, tag = "2")]
    pub(super) page_size: i32,
    #[prost(string, tag = "3")]
    pub(super) page_token: String,
    #[prost(string, tag = "4")]
    pub(super) filter: String,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct CreateRequest {
    #[prost(string, tag = "1")]
    pub(super) parent: String,
    #[prost(string, tag = "2")]
    pub(super) secret_id: String,
    #[prost(message, optional, tag = "3")]
    pub(super) secret: Option<Secret>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct AddRequest {
    #[prost(string, tag = "1")]
    pub(super) parent: String,
    #[prost(message, optional, tag = "2")]
    pub(super) payload: Option<SecretPayload>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct UpdateRequest {
    #[prost(message, optional, tag = "1")]
    pub(super) secret: Option<Secret>,
    #[prost(message, optional, tag = "2")]
    pub(super) update_mask: Option<Texts>,
}

/// `FieldMask`, and the answer about permissions.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Texts {
    #[prost(string, repeated, tag = "1")]
    pub(super) texts: Vec<String>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct TestRequest {
    #[prost(string, tag = "1")]
    pub(super) resource: String,
    #[prost(string, repeated, tag = "2")]
    pub(super) permissions: Vec<String>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct SecretList {
    #[prost(message, repeated, tag = "1")]
    pub(super) secrets: Vec<Secret>,
    #[prost(string, tag = "2")]
    pub(super) next_page_token: String,
    #[prost(int32, tag = "3")]
    pub(super) total_size: i32,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct VersionList {
    #[prost(message, repeated, tag = "1")]
    pub(super) versions: Vec<SecretVersion>,
    #[prost(string, tag = "2")]
    pub(super) next_page_token: String,
    #[prost(int32, tag = "3")]
    pub(super) total_size: i32,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct AccessAnswer {
    #[prost(string, tag = "1")]
    pub(super) name: String,
    #[prost(message, optional, tag = "2")]
    pub(super) payload: Option<SecretPayload>,
}
