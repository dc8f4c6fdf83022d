//! What people do by hand behind the product's back.

use serde_json::Value;

use super::{
    call::Service,
    kms::{KeyName, KeyState},
    secrets::{Change, Wanted},
    state::State,
};

/// Something done by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Order {
    /// Disables a version.
    DisableVersion(String, u64),
    /// Enables a version.
    EnableVersion(String, u64),
    /// Destroys a version.
    DestroyVersion(String, u64),
    /// Deletes a secret with all its versions.
    DeleteSecret(String),
    /// Changes a payload where it is kept; its checksum stays.
    CorruptPayload(String, u64),
    /// Changes a payload and its checksum with it, so that only what is inside can tell.
    ReplacePayload(String, u64, Vec<u8>),
    /// Changes the state of a key version of Cloud KMS: the name of the key, and the version.
    SetKeyState(String, u32, KeyState),
    /// Disables an API.
    DisableService(Service),
    /// Enables an API.
    EnableService(Service),
    /// Detaches the billing account.
    DisableBilling,
    /// Attaches it again.
    EnableBilling,
    /// Takes a permission from an account.
    Revoke(String, String),
    /// Gives it back.
    Grant(String, String),
    /// Deletes a key of a service account. Access tokens live on.
    DeleteKey(String, String),
    /// Deletes a service account.
    DeleteAccount(String),
    /// Lets every access token run out now.
    ExpireTokens,
}

impl Order {
    /// From `{"do":"destroy-version","secret":"…","version":1}` and the like; the other members are `service`, `account`,
    /// `permission` and `key`.
    pub(super) fn read(order: &Value) -> Option<Self> {
        let text = |name: &str| order[name].as_str().map(ToOwned::to_owned);
        let secret = || text("secret");
        let version = || order["version"].as_u64();
        let service = || Service::of_name(order["service"].as_str()?);
        let (account, permission) = (|| text("account"), || text("permission"));
        Some(match order["do"].as_str()? {
            "disable-version" => Self::DisableVersion(secret()?, version()?),
            "enable-version" => Self::EnableVersion(secret()?, version()?),
            "destroy-version" => Self::DestroyVersion(secret()?, version()?),
            "delete-secret" => Self::DeleteSecret(secret()?),
            "corrupt-payload" => Self::CorruptPayload(secret()?, version()?),
            "disable-service" => Self::DisableService(service()?),
            "enable-service" => Self::EnableService(service()?),
            "disable-billing" => Self::DisableBilling,
            "enable-billing" => Self::EnableBilling,
            "revoke" => Self::Revoke(account()?, permission()?),
            "grant" => Self::Grant(account()?, permission()?),
            "delete-key" => Self::DeleteKey(account()?, text("key")?),
            "delete-account" => Self::DeleteAccount(account()?),
            "expire-tokens" => Self::ExpireTokens,
            _ => return None,
        })
    }

    /// Does it; says whether there was anything to do it to.
    pub(super) fn carry_out(self, state: &State) -> bool {
        let now = state.now();
        let change = |id: &str, number, change| {
            let mut secrets = state.secrets();
            secrets
                .change(id, Wanted::Number(number), change, "", now)
                .is_ok()
        };
        match self {
            Self::DisableVersion(id, number) => return change(&id, number, Change::Disable),
            Self::EnableVersion(id, number) => return change(&id, number, Change::Enable),
            Self::DestroyVersion(id, number) => return change(&id, number, Change::Destroy),
            Self::DeleteSecret(id) => return state.secrets().delete(&id, "").is_ok(),
            Self::CorruptPayload(id, number) => {
                let mut secrets = state.secrets();
                let kept = secrets
                    .kept_mut(&id, number)
                    .and_then(|kept| kept.data.as_mut());
                let Some(byte) = kept.and_then(|data| data.last_mut()) else {
                    return false;
                };
                *byte ^= 1;
            }
            Self::ReplacePayload(id, number, data) => {
                let mut secrets = state.secrets();
                let Some(kept) = secrets.kept_mut(&id, number) else {
                    return false;
                };
                kept.checksum = super::crc32c::crc32c(&data);
                kept.data = Some(data);
            }
            Self::SetKeyState(key, version, to) => {
                let name = KeyName::parse(&key).ok();
                return name.is_some_and(|name| state.keys().set_state(&name.key, version, to));
            }
            Self::DisableService(service) => {
                state.switches().disabled.insert(service);
            }
            Self::EnableService(service) => {
                state.switches().disabled.remove(&service);
            }
            Self::DisableBilling => state.switches().has_no_billing = true,
            Self::EnableBilling => state.switches().has_no_billing = false,
            Self::Revoke(account, permission) => state.accounts().revoke(&account, &permission),
            Self::Grant(account, permission) => state.accounts().grant(&account, &permission),
            Self::DeleteKey(account, key) => state.accounts().delete_key(&account, &key),
            Self::DeleteAccount(account) => state.accounts().delete(&account),
            Self::ExpireTokens => state.accounts().expire_tokens(now),
        }
        true
    }
}
