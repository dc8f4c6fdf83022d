//! Secret Manager's answers as messages.

use chrono::{DateTime, Utc};

use super::{
    frame::encode,
    messages::{
        AccessAnswer, Automatic, Encryption, Replica, Replicated,
        Replication as ReplicationMessage, Secret as SecretMessage, SecretList, SecretPayload,
        SecretVersion, Texts, Timestamp, UserManaged, VersionList,
    },
};
use crate::google::secrets::{Answer, Replication, Secret, Version};

pub(super) fn encoded(answer: Answer) -> Vec<u8> {
    match answer {
        Answer::Empty => encode(&Texts::default()),
        Answer::Secret(one) => encode(&secret(&one)),
        Answer::Secrets(page) => encode(&SecretList {
            secrets: page.items.iter().map(secret).collect(),
            next_page_token: page.next.unwrap_or_default(),
            total_size: size(page.total),
        }),
        Answer::Version(one) => encode(&version(&one)),
        Answer::Versions(page) => encode(&VersionList {
            versions: page.items.iter().map(version).collect(),
            next_page_token: page.next.unwrap_or_default(),
            total_size: size(page.total),
        }),
        Answer::Payload { name, payload } => encode(&AccessAnswer {
            name,
            payload: Some(SecretPayload {
                data: payload.data,
                data_crc32c: payload.checksum,
            }),
        }),
        Answer::Permissions(texts) => encode(&Texts { texts }),
    }
}

fn size(total: usize) -> i32 {
    i32::try_from(total).unwrap_or(i32::MAX)
}

fn time(time: DateTime<Utc>) -> Timestamp {
    Timestamp {
        seconds: time.timestamp(),
        nanos: i32::try_from(time.timestamp_subsec_nanos()).unwrap_or_default(),
    }
}

fn secret(secret: &Secret) -> SecretMessage {
    SecretMessage {
        name: secret.name.clone(),
        replication: Some(replication(&secret.replication, "")),
        create_time: Some(time(secret.created_at)),
        labels: secret.labels.clone().into_iter().collect(),
        etag: secret.etag.clone(),
        annotations: secret.annotations.clone().into_iter().collect(),
    }
}

fn version(version: &Version) -> SecretVersion {
    SecretVersion {
        name: version.name.clone(),
        create_time: Some(time(version.created_at)),
        destroy_time: version.destroyed_at.map(time),
        state: version.state.number(),
        replication_status: Some(replication(&version.replication, "/cryptoKeyVersions/1")),
        etag: version.etag.clone(),
        client_specified_payload_checksum: version.has_client_checksum,
    }
}

/// The replication, with this after the name of each key.
fn replication(replication: &Replication, suffix: &str) -> ReplicationMessage {
    let encryption = |key: &Option<String>| {
        key.as_ref().map(|key| Encryption {
            key: format!("{key}{suffix}"),
        })
    };
    let replicated = match replication {
        Replication::Automatic { key } => Replicated::Automatic(Automatic {
            encryption: encryption(key),
        }),
        Replication::UserManaged(replicas) => Replicated::UserManaged(UserManaged {
            replicas: replicas
                .iter()
                .map(|replica| Replica {
                    location: replica.location.clone(),
                    encryption: encryption(&replica.key),
                })
                .collect(),
        }),
    };
    ReplicationMessage {
        replicated: Some(replicated),
    }
}
