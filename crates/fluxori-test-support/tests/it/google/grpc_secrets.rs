//! Secret Manager over gRPC, with messages written down once more.

use prost::Message;
use tonic::{Code, Status, codec::ProstCodec};

use super::{
    grpc::{authorized, channel},
    world::Google,
};

/// `CreateSecretRequest` with an automatic replication, and `AddSecretVersionRequest`: `service.proto`.
#[derive(Clone, PartialEq, Message)]
struct CreateSecret {
    #[prost(string, tag = "1")]
    parent: String,
    #[prost(string, tag = "2")]
    secret_id: String,
    /// Field 2 of it is the replication, whose field 1 is `automatic`, which is empty.
    #[prost(bytes = "vec", tag = "3")]
    secret: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
struct AddSecretVersion {
    #[prost(string, tag = "1")]
    parent: String,
    #[prost(message, optional, tag = "2")]
    payload: Option<Payload>,
}

#[derive(Clone, PartialEq, Message)]
struct Payload {
    #[prost(bytes = "vec", tag = "1")]
    data: Vec<u8>,
    #[prost(int64, optional, tag = "2")]
    data_crc32c: Option<i64>,
}

/// Requests and answers whose first field is a name.
#[derive(Clone, PartialEq, Message)]
struct Name {
    #[prost(string, tag = "1")]
    name: String,
}

#[derive(Clone, PartialEq, Message)]
struct Accessed {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(message, optional, tag = "2")]
    payload: Option<Payload>,
}

async fn ask<A, B>(google: &Google, method: &str, message: A) -> Result<B, Status>
where
    A: Message + 'static,
    B: Message + Default + 'static,
{
    let mut client = tonic::client::Grpc::new(channel(google).await);
    client.ready().await.unwrap();
    let path = format!("/google.cloud.secretmanager.v1.SecretManagerService/{method}");
    let codec = ProstCodec::<A, B>::default();
    let answer = client
        .unary(authorized(google, message), path.parse().unwrap(), codec)
        .await;
    answer.map(tonic::Response::into_inner)
}

#[tokio::test]
async fn secrets_are_the_same_over_grpc_and_over_rest() {
    let google = Google::new();
    let create = || CreateSecret {
        parent: "projects/fluxori-test".to_owned(),
        secret_id: "one".to_owned(),
        secret: vec![0x12, 0x02, 0x0a, 0x00],
    };
    let number = google.fake.project_number();
    let made: Name = ask(&google, "CreateSecret", create()).await.unwrap();
    assert_eq!(made.name, format!("projects/{number}/secrets/one"));
    let again = ask::<_, Name>(&google, "CreateSecret", create())
        .await
        .unwrap_err();
    assert_eq!(again.code(), Code::AlreadyExists);
    let added = AddSecretVersion {
        parent: made.name.clone(),
        payload: Some(Payload {
            data: b"123456789".to_vec(),
            data_crc32c: Some(0xe306_9283),
        }),
    };
    let version: Name = ask(&google, "AddSecretVersion", added).await.unwrap();
    let accessed: Accessed = ask(&google, "AccessSecretVersion", version.clone())
        .await
        .unwrap();
    assert_eq!(accessed.name, version.name);
    assert_eq!(accessed.payload.unwrap().data_crc32c, Some(0xe306_9283));

    let path = format!("/v1/{}:disable", version.name);
    assert_eq!(
        google.call("POST", &path, "{}").json()["clientSpecifiedPayloadChecksum"],
        true
    );
    let closed = ask::<_, Accessed>(&google, "AccessSecretVersion", version.clone()).await;
    assert_eq!(closed.unwrap_err().code(), Code::FailedPrecondition);
    ask::<_, Name>(&google, "DestroySecretVersion", version)
        .await
        .unwrap();
    ask::<_, Name>(&google, "DeleteSecret", made).await.unwrap();
    assert_eq!(google.fake.held(), (0, 0));
    let unknown = ask::<_, Name>(&google, "Sing", create()).await.unwrap_err();
    assert_eq!(unknown.code(), Code::Unimplemented);
}
