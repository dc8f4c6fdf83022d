//! Secret Manager's requests, read from HTTP: the bindings of `google/cloud/secretmanager/v1/service.proto`.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use serde_json::{Map, Value};

use super::{
    body::{self, Incoming},
    render,
};
use crate::google::{
    call::Call,
    secrets::{
        Change, Listing, NewSecret, Payload, Replica, Replication, Request, SecretName, VersionName,
    },
    state::State,
    status::{Code, Status},
};

/// The members of a secret that the fake keeps.
const KEPT: [&str; 6] = [
    "name",
    "replication",
    "createTime",
    "labels",
    "annotations",
    "etag",
];
/// Those that Google has beside them.
const KNOWN: [&str; 14] = [
    "name",
    "replication",
    "createTime",
    "labels",
    "annotations",
    "etag",
    "topics",
    "expireTime",
    "ttl",
    "rotation",
    "versionAliases",
    "versionDestroyTtl",
    "customerManagedEncryption",
    "tags",
];

pub(super) fn answer(state: &State, call: Call, incoming: &Incoming<'_>) -> HttpResponse {
    let asked = state.ask(incoming.bearer(), call, request(call, incoming));
    render::outcome(asked, incoming.enums())
}

fn request(call: Call, incoming: &Incoming<'_>) -> Result<Request, Status> {
    let name = incoming.name();
    let listing = || {
        incoming.allow_query(&["pageSize", "pageToken", "filter"])?;
        Ok::<_, Status>(Listing {
            page_size: incoming.number("pageSize")?,
            page_token: incoming.parameter("pageToken"),
            filter: incoming.parameter("filter"),
        })
    };
    Ok(match call {
        Call::CreateSecret => {
            incoming.allow_query(&["secretId"])?;
            Request::Create {
                id: incoming.parameter("secretId"),
                secret: new_secret(incoming.object(&KNOWN)?)?,
                parent: name.trim_end_matches("/secrets").to_owned(),
            }
        }
        Call::GetSecret => {
            incoming.allow_query(&[])?;
            Request::Get(secret(&name)?)
        }
        Call::ListSecrets => Request::List {
            listing: listing()?,
            parent: name.trim_end_matches("/secrets").to_owned(),
        },
        Call::UpdateSecret => update(incoming, secret(&name)?)?,
        Call::DeleteSecret => {
            incoming.allow_query(&["etag"])?;
            Request::Delete {
                name: secret(&name)?,
                etag: incoming.parameter("etag"),
            }
        }
        Call::TestSecretPermissions => {
            incoming.allow_query(&[])?;
            let mut body = incoming.object(&["permissions"])?;
            Request::TestPermissions {
                name: secret(&name)?,
                permissions: body::text_list(body.remove("permissions"), "permissions")?,
            }
        }
        Call::AddSecretVersion => {
            incoming.allow_query(&[])?;
            Request::AddVersion {
                parent: secret(&name)?,
                payload: payload(incoming.object(&["payload"])?)?,
            }
        }
        Call::ListSecretVersions => Request::ListVersions {
            listing: listing()?,
            parent: secret(name.trim_end_matches("/versions"))?,
        },
        Call::GetSecretVersion => {
            incoming.allow_query(&[])?;
            Request::GetVersion(version(&name)?)
        }
        Call::AccessSecretVersion => {
            incoming.allow_query(&[])?;
            Request::Access(version(&name)?)
        }
        _ => {
            incoming.allow_query(&[])?;
            let mut body = incoming.object(&["etag"])?;
            Request::Change {
                name: version(&name)?,
                change: match call {
                    Call::EnableSecretVersion => Change::Enable,
                    Call::DisableSecretVersion => Change::Disable,
                    _ => Change::Destroy,
                },
                etag: body::text(body.remove("etag"), "etag")?,
            }
        }
    })
}

fn secret(name: &str) -> Result<SecretName, Status> {
    SecretName::parse(name).ok_or_else(|| not_a_name(name))
}

fn version(name: &str) -> Result<VersionName, Status> {
    VersionName::parse(name).ok_or_else(|| not_a_name(name))
}

fn not_a_name(name: &str) -> Status {
    Status::invalid(format!("Resource ID [{name}] is not in a valid format."))
}

fn payload(mut body: Map<String, Value>) -> Result<Payload, Status> {
    let Some(payload) = body.remove("payload") else {
        return Err(Status::invalid("Field [payload] is required."));
    };
    let mut payload = body::members(payload, "payload", &["data", "dataCrc32c"])?;
    Ok(Payload {
        data: body::bytes(payload.remove("data"), "payload.data")?,
        checksum: body::long(payload.get("dataCrc32c"), "payload.data_crc32c")?,
    })
}

/// Refuses what Google would do and the fake does not, instead of doing something else.
fn only_kept(body: &Map<String, Value>) -> Result<(), Status> {
    match body.keys().find(|name| !KEPT.contains(&name.as_str())) {
        None => Ok(()),
        Some(name) => {
            let message = format!("This fake of Secret Manager does not keep [{name}].");
            Err(Status::new(Code::Unimplemented, message))
        }
    }
}

fn new_secret(mut body: Map<String, Value>) -> Result<NewSecret, Status> {
    only_kept(&body)?;
    Ok(NewSecret {
        labels: body::texts(body.remove("labels"), "secret.labels")?,
        annotations: body::texts(body.remove("annotations"), "secret.annotations")?,
        replication: body
            .remove("replication")
            .map(replication)
            .transpose()?
            .flatten(),
    })
}

fn replication(value: Value) -> Result<Option<Replication>, Status> {
    let at = "secret.replication";
    let mut members = body::members(value, at, &["automatic", "userManaged"])?;
    match (members.remove("automatic"), members.remove("userManaged")) {
        (None, None) => Ok(None),
        (Some(automatic), None) => {
            let at = "secret.replication.automatic";
            let mut automatic = body::members(automatic, at, &["customerManagedEncryption"])?;
            let key = key(automatic.remove("customerManagedEncryption"), at)?;
            Ok(Some(Replication::Automatic { key }))
        }
        (None, Some(managed)) => {
            let at = "secret.replication.user_managed";
            let mut managed = body::members(managed, at, &["replicas"])?;
            let replicas = match managed.remove("replicas") {
                None => Vec::new(),
                Some(Value::Array(replicas)) => replicas,
                Some(_) => {
                    return Err(body::malformed(format!("Invalid value at '{at}.replicas'")));
                }
            };
            let replicas: Result<_, _> = replicas.into_iter().map(replica).collect();
            Ok(Some(Replication::UserManaged(replicas?)))
        }
        (Some(_), Some(_)) => Err(body::malformed(format!(
            "Invalid value at '{at}' (oneof), oneof field 'replication' is already set."
        ))),
    }
}

fn replica(value: Value) -> Result<Replica, Status> {
    let at = "secret.replication.user_managed.replicas";
    let mut replica = body::members(value, at, &["location", "customerManagedEncryption"])?;
    Ok(Replica {
        location: body::text(replica.remove("location"), at)?,
        key: key(replica.remove("customerManagedEncryption"), at)?,
    })
}

fn key(value: Option<Value>, at: &str) -> Result<Option<String>, Status> {
    let Some(value) = value else {
        return Ok(None);
    };
    let mut members = body::members(value, at, &["kmsKeyName"])?;
    Ok(Some(body::text(members.remove("kmsKeyName"), at)?))
}

/// The mask names what is replaced: <https://google.aip.dev/134>.
fn update(incoming: &Incoming<'_>, name: SecretName) -> Result<Request, Status> {
    incoming.allow_query(&["updateMask"])?;
    let mut body = incoming.object(&KNOWN)?;
    let mask = incoming.parameter("updateMask");
    let mut labels = None;
    let mut annotations = None;
    let mut take = |field: &str| -> Result<BTreeMap<String, String>, Status> {
        body::texts(body.remove(field), &format!("secret.{field}"))
    };
    for field in mask.split(',') {
        match field {
            "labels" => labels = Some(take("labels")?),
            "annotations" => annotations = Some(take("annotations")?),
            "" => return Err(Status::invalid("Field [update_mask] is required.")),
            _ => {
                let message = format!("This fake of Secret Manager does not update [{field}].");
                return Err(Status::new(Code::Unimplemented, message));
            }
        }
    }
    Ok(Request::Update {
        name,
        labels,
        annotations,
        etag: body::text(body.remove("etag"), "secret.etag")?,
    })
}
