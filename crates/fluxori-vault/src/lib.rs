#![doc = include_str!("../README.md")]

mod aad;
mod cache;
mod check;
mod data_key;
mod error;
mod flights;
mod hazmat;
mod keyring;
mod reseal;
mod sealed;
mod store;
mod vault;
mod wrapped;

pub use check::{MasterKeyRole, MasterKeyUse, require_master_keys, survey_master_keys};
pub use data_key::DataKey;
pub use error::{KeySlot, VaultError};
pub use keyring::{Keyring, MasterKeySources, make_master_key_text};
pub use store::VaultStore;
pub use vault::{MAX_PLAINTEXT_BYTES, Vault};
