//! Answers as JSON: <https://protobuf.dev/programming-guides/json/>.

use actix_web::HttpResponse;
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use crate::{
    google::{
        secrets::{Answer, Page, Replication, Secret, Version, time},
        status::{Code, Status},
    },
    providers::wire,
};

/// How the caller wants enumerations: `$alt=json;enum-encoding=int`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Enums {
    Names,
    Numbers,
}

pub(super) fn outcome(outcome: Result<Answer, Status>, enums: Enums) -> HttpResponse {
    match outcome {
        Ok(answer) => wire::json(200, &document(answer, enums)),
        Err(status) => refusal(&status),
    }
}

pub(super) fn refusal(status: &Status) -> HttpResponse {
    let mut answer = wire::json(status.code.http(), &status.document());
    if status.code == Code::Unauthenticated {
        let realm = actix_web::http::header::HeaderValue::from_static(
            "Bearer realm=\"https://accounts.google.com/\", error=\"invalid_token\"",
        );
        answer
            .headers_mut()
            .insert(actix_web::http::header::WWW_AUTHENTICATE, realm);
    }
    answer
}

fn document(answer: Answer, enums: Enums) -> Value {
    match answer {
        Answer::Empty => json!({}),
        Answer::Secret(secret) => self::secret(&secret),
        Answer::Secrets(found) => page("secrets", &found, secret),
        Answer::Version(version) => self::version(&version, enums),
        Answer::Versions(found) => page("versions", &found, |one| version(one, enums)),
        Answer::Payload { name, payload } => {
            let mut document =
                json!({"name": name, "payload": {"data": STANDARD.encode(&payload.data)}});
            if let Some(checksum) = payload.checksum {
                document["payload"]["dataCrc32c"] = checksum.to_string().into();
            }
            document
        }
        Answer::Permissions(permissions) if permissions.is_empty() => json!({}),
        Answer::Permissions(permissions) => json!({"permissions": permissions}),
    }
}

fn page<T>(name: &str, page: &Page<T>, render: impl Fn(&T) -> Value) -> Value {
    let mut document = json!({});
    if !page.items.is_empty() {
        document[name] = page.items.iter().map(render).collect();
    }
    if let Some(next) = &page.next {
        document["nextPageToken"] = next.as_str().into();
    }
    if page.total > 0 {
        document["totalSize"] = page.total.into();
    }
    document
}

fn secret(secret: &Secret) -> Value {
    let replication = match &secret.replication {
        Replication::Automatic { key } => json!({"automatic": encrypted(key.as_deref())}),
        Replication::UserManaged(replicas) => {
            let replicas: Vec<_> = replicas
                .iter()
                .map(|replica| {
                    let mut document = encrypted(replica.key.as_deref());
                    document["location"] = replica.location.as_str().into();
                    document
                })
                .collect();
            json!({"userManaged": {"replicas": replicas}})
        }
    };
    let mut document = json!({
        "name": secret.name,
        "replication": replication,
        "createTime": time(secret.created_at),
        "etag": secret.etag,
    });
    if !secret.labels.is_empty() {
        document["labels"] = json!(secret.labels);
    }
    if !secret.annotations.is_empty() {
        document["annotations"] = json!(secret.annotations);
    }
    document
}

fn encrypted(key: Option<&str>) -> Value {
    key.map_or_else(
        || json!({}),
        |key| json!({"customerManagedEncryption": {"kmsKeyName": key}}),
    )
}

fn version(version: &Version, enums: Enums) -> Value {
    let with = |key: Option<&str>| match key {
        Some(key) => {
            json!({"customerManagedEncryption": {"kmsKeyVersionName": format!("{key}/cryptoKeyVersions/1")}})
        }
        None => json!({}),
    };
    let status = match &version.replication {
        Replication::Automatic { key } => json!({"automatic": with(key.as_deref())}),
        Replication::UserManaged(replicas) => {
            let replicas: Vec<_> = replicas
                .iter()
                .map(|replica| {
                    let mut document = with(replica.key.as_deref());
                    document["location"] = replica.location.as_str().into();
                    document
                })
                .collect();
            json!({"userManaged": {"replicas": replicas}})
        }
    };
    let mut document = json!({
        "name": version.name,
        "createTime": time(version.created_at),
        "state": match enums {
            Enums::Names => version.state.name().into(),
            Enums::Numbers => Value::from(version.state.number()),
        },
        "replicationStatus": status,
        "etag": version.etag,
    });
    if let Some(destroyed_at) = version.destroyed_at {
        document["destroyTime"] = time(destroyed_at).into();
    }
    if version.has_client_checksum {
        document["clientSpecifiedPayloadChecksum"] = true.into();
    }
    document
}
