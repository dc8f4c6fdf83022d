//! Secret Manager's requests, read from gRPC: `google/cloud/secretmanager/v1/service.proto`.

use hyper::body::Bytes;

use super::{
    answers,
    frame::decode,
    messages::{
        AddRequest, CreateRequest, ListRequest, Named, Replicated, Secret, Tagged, TestRequest,
        UpdateRequest,
    },
};
use crate::google::{
    call::Call,
    secrets::{
        Change, Listing, NewSecret, Payload, Replica, Replication, Request, SecretName, VersionName,
    },
    state::State,
    status::{Code, Status},
};

/// What a message is about: the secret also where it is still to be made.
pub(super) fn subject(call: Call, message: &Bytes) -> String {
    let subject = match call {
        Call::CreateSecret => decode::<CreateRequest>(message)
            .map(|one| format!("{}/secrets/{}", one.parent, one.secret_id)),
        Call::UpdateSecret => {
            decode::<UpdateRequest>(message).map(|one| one.secret.unwrap_or_default().name)
        }
        _ => decode::<Named>(message).map(|one| one.name),
    };
    subject.unwrap_or_default()
}

pub(super) fn answer(
    state: &State,
    call: Call,
    bearer: Option<&str>,
    message: &Bytes,
) -> Result<Vec<u8>, Status> {
    let answer = state.ask(bearer, call, request(call, message))?;
    Ok(answers::encoded(answer))
}

fn request(call: Call, message: &Bytes) -> Result<Request, Status> {
    let tagged = || decode::<Tagged>(message);
    let listing = || {
        let request: ListRequest = decode(message)?;
        let listing = Listing {
            page_size: request.page_size,
            page_token: request.page_token,
            filter: request.filter,
        };
        Ok::<_, Status>((request.parent, listing))
    };
    Ok(match call {
        Call::CreateSecret => {
            let request: CreateRequest = decode(message)?;
            Request::Create {
                parent: request.parent,
                id: request.secret_id,
                secret: new_secret(request.secret.unwrap_or_default()),
            }
        }
        Call::GetSecret => Request::Get(secret(&tagged()?.name)?),
        Call::ListSecrets => {
            let (parent, listing) = listing()?;
            Request::List { parent, listing }
        }
        Call::UpdateSecret => update(decode(message)?)?,
        Call::DeleteSecret => {
            let request = tagged()?;
            Request::Delete {
                name: secret(&request.name)?,
                etag: request.etag,
            }
        }
        Call::TestSecretPermissions => {
            let request: TestRequest = decode(message)?;
            Request::TestPermissions {
                name: secret(&request.resource)?,
                permissions: request.permissions,
            }
        }
        Call::AddSecretVersion => {
            let request: AddRequest = decode(message)?;
            let Some(payload) = request.payload else {
                return Err(Status::invalid("Field [payload] is required."));
            };
            Request::AddVersion {
                parent: secret(&request.parent)?,
                payload: Payload {
                    data: payload.data,
                    checksum: payload.data_crc32c,
                },
            }
        }
        Call::ListSecretVersions => {
            let (parent, listing) = listing()?;
            Request::ListVersions {
                parent: secret(&parent)?,
                listing,
            }
        }
        Call::GetSecretVersion => Request::GetVersion(version(&tagged()?.name)?),
        Call::AccessSecretVersion => Request::Access(version(&tagged()?.name)?),
        _ => {
            let request = tagged()?;
            Request::Change {
                name: version(&request.name)?,
                change: match call {
                    Call::EnableSecretVersion => Change::Enable,
                    Call::DisableSecretVersion => Change::Disable,
                    _ => Change::Destroy,
                },
                etag: request.etag,
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

fn new_secret(secret: Secret) -> NewSecret {
    let replicated = secret.replication.and_then(|one| one.replicated);
    NewSecret {
        labels: secret.labels.into_iter().collect(),
        annotations: secret.annotations.into_iter().collect(),
        replication: replicated.map(|replicated| match replicated {
            Replicated::Automatic(automatic) => Replication::Automatic {
                key: automatic.encryption.map(|one| one.key),
            },
            Replicated::UserManaged(managed) => {
                let replicas = managed.replicas.into_iter().map(|replica| Replica {
                    location: replica.location,
                    key: replica.encryption.map(|one| one.key),
                });
                Replication::UserManaged(replicas.collect())
            }
        }),
    }
}

fn update(request: UpdateRequest) -> Result<Request, Status> {
    let new = request.secret.unwrap_or_default();
    let (mut labels, mut annotations) = (None, None);
    let mask = request.update_mask.unwrap_or_default().texts;
    if mask.is_empty() {
        return Err(Status::invalid("Field [update_mask] is required."));
    }
    for field in mask {
        match field.as_str() {
            "labels" => labels = Some(new.labels.clone().into_iter().collect()),
            "annotations" => annotations = Some(new.annotations.clone().into_iter().collect()),
            _ => {
                let message = format!("This fake of Secret Manager does not update [{field}].");
                return Err(Status::new(Code::Unimplemented, message));
            }
        }
    }
    Ok(Request::Update {
        name: secret(&new.name)?,
        labels,
        annotations,
        etag: new.etag,
    })
}
