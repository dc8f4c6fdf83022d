use serde_json::{Value, json};

use crate::{InvalidName, KeyName};

/// Where Google keeps the payloads of a secret. Decided when the secret is made, for ever.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Replication {
    /// Wherever Google likes.
    Automatic {
        /// A key of ours to encrypt them under, which must be in the location `global`. Otherwise a key of Google's.
        cmek: Option<KeyName>,
    },
    /// In these regions only. Never empty.
    Regions(Vec<Replica>),
}

/// One region that keeps payloads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replica {
    /// Its name, such as `europe-west1`.
    pub region: String,
    /// A key of ours, which must be in the same region. Either every region has one or none has.
    pub cmek: Option<KeyName>,
}

impl Replication {
    /// Checks what Google would refuse on each creation
    /// (`CustomerManagedEncryption` in `google/cloud/secretmanager/v1/resources.proto`,
    /// <https://cloud.google.com/secret-manager/docs/cmek>).
    ///
    /// # Errors
    /// [`InvalidName`] with the rule that is broken.
    pub fn validated(self) -> Result<Self, InvalidName> {
        let broken = |what| Err(InvalidName { what });
        match &self {
            Self::Automatic { cmek: Some(key) } if key.location() != "global" => {
                broken("a key for automatic replication: it must be in the location global")
            }
            Self::Automatic { .. } => Ok(self),
            Self::Regions(replicas) if replicas.is_empty() => {
                broken("a list of regions: it is empty")
            }
            Self::Regions(replicas) => {
                let with_key = replicas.iter().filter(|one| one.cmek.is_some()).count();
                if !replicas.iter().all(|one| is_region(&one.region)) {
                    return broken("a list of regions: names such as europe-west1");
                }
                if (1..replicas.len()).any(|later| {
                    replicas[..later]
                        .iter()
                        .any(|one| one.region == replicas[later].region)
                }) {
                    return broken("a list of regions: one is named twice");
                }
                if with_key != 0 && with_key != replicas.len() {
                    return broken("a list of regions: either each has a key or none has");
                }
                let is_elsewhere = |one: &Replica| {
                    one.cmek
                        .as_ref()
                        .is_some_and(|key| key.location() != one.region)
                };
                if replicas.iter().any(is_elsewhere) {
                    return broken("a list of regions: each key must be in its own region");
                }
                Ok(self)
            }
        }
    }

    /// As Google writes it.
    pub(crate) fn to_json(&self) -> Value {
        let encryption = |key: &KeyName| json!({ "kmsKeyName": key.as_str() });
        match self {
            Self::Automatic { cmek: None } => json!({ "automatic": {} }),
            Self::Automatic { cmek: Some(key) } => {
                json!({ "automatic": { "customerManagedEncryption": encryption(key) } })
            }
            Self::Regions(replicas) => {
                let replicas: Vec<Value> = replicas
                    .iter()
                    .map(|one| match &one.cmek {
                        None => json!({ "location": one.region }),
                        Some(key) => json!({
                            "location": one.region,
                            "customerManagedEncryption": encryption(key),
                        }),
                    })
                    .collect();
                json!({ "userManaged": { "replicas": replicas } })
            }
        }
    }

    /// From an answer; nothing when it is not written as documented.
    pub(crate) fn from_json(value: &Value) -> Option<Self> {
        let key = |holder: &Value| match holder.get("customerManagedEncryption") {
            None => Some(None),
            Some(encryption) => {
                let name = encryption.get("kmsKeyName")?.as_str()?;
                Some(Some(KeyName::new(name).ok()?))
            }
        };
        if let Some(automatic) = value.get("automatic") {
            return Some(Self::Automatic {
                cmek: key(automatic)?,
            });
        }
        let replicas = value.get("userManaged")?.get("replicas")?.as_array()?;
        let replicas = replicas.iter().map(|one| {
            Some(Replica {
                region: one.get("location")?.as_str()?.to_owned(),
                cmek: key(one)?,
            })
        });
        replicas.collect::<Option<_>>().map(Self::Regions)
    }
}

fn is_region(text: &str) -> bool {
    (1..=63).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(location: &str) -> KeyName {
        let name = format!("projects/my-project/locations/{location}/keyRings/r/cryptoKeys/k");
        KeyName::new(&name).unwrap()
    }

    fn regions(list: &[(&str, Option<&str>)]) -> Replication {
        let replica = |(region, cmek): &(&str, Option<&str>)| Replica {
            region: (*region).to_owned(),
            cmek: cmek.map(key),
        };
        Replication::Regions(list.iter().map(replica).collect())
    }

    #[test]
    fn what_is_written_is_read_again() {
        for replication in [
            Replication::Automatic { cmek: None },
            Replication::Automatic {
                cmek: Some(key("global")),
            },
            regions(&[("europe-west1", None), ("europe-west4", None)]),
            regions(&[("europe-west1", Some("europe-west1"))]),
        ] {
            let json = replication.to_json();
            assert_eq!(Replication::from_json(&json), Some(replication.clone()));
            assert!(replication.validated().is_ok(), "{json}");
        }
    }

    #[test]
    fn what_google_would_refuse_is_refused_here() {
        for replication in [
            Replication::Automatic {
                cmek: Some(key("europe-west1")),
            },
            regions(&[]),
            regions(&[("Europe", None)]),
            regions(&[("us-east1", None), ("us-east1", None)]),
            regions(&[("us-east1", Some("us-east1")), ("us-west1", None)]),
            regions(&[("us-east1", Some("global"))]),
        ] {
            assert!(replication.clone().validated().is_err(), "{replication:?}");
        }
    }
}
