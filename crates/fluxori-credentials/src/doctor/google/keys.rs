//! Keys in Cloud KMS: master keys, and those that Secret Manager encrypts under.

use fluxori_secret_manager::{
    KeyDetails, KeyManagement, KeyName, KeyState, Operation, Replication, SecretManagerError as E,
    Use,
};

use super::{Finding, Verdict, account::Account, bad, chain, run, trouble};
use crate::{
    Settings,
    wiring::{Google, key_management},
};

/// What a key is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum For {
    /// Wrapping data keys, and opening them.
    Master,
    /// Opening data keys that were wrapped before.
    Retired,
    /// Secret Manager's own encryption.
    Secrets,
}

impl For {
    const fn subject(self) -> &'static str {
        match self {
            Self::Master => "ENCRYPTION_KMS_KEY",
            Self::Retired => "ENCRYPTION_KMS_KEYS_RETIRED",
            Self::Secrets => "SECRET_MANAGER_KMS_KEYS",
        }
    }

    /// What this process does with it itself.
    const fn permissions(self) -> &'static [Operation] {
        match self {
            Self::Master => &[Operation::Encrypt, Operation::Decrypt],
            Self::Retired => &[Operation::Decrypt],
            Self::Secrets => &[],
        }
    }
}

/// A key that the settings name.
pub(super) struct Key {
    name: KeyName,
    is_for: For,
}

/// The keys that the settings name; that their names are good was checked before.
pub(super) fn named(settings: &Settings) -> Vec<Key> {
    let secrets = &settings.secrets;
    let master = secrets
        .encryption_kms_key
        .iter()
        .map(|key| (For::Master, key));
    let retired = &secrets.encryption_kms_keys_retired.0;
    let retired = retired.iter().map(|key| (For::Retired, key));
    let cmek = &settings.google.secret_manager_kms_keys.0;
    let cmek = cmek.iter().map(|key| (For::Secrets, key));
    let keys = master.chain(retired).chain(cmek);
    keys.filter_map(|(is_for, name)| {
        let name = KeyName::new(name).ok()?;
        Some(Key { name, is_for })
    })
    .collect()
}

pub(super) async fn examine(
    keys: Vec<Key>,
    settings: &Settings,
    google: &Google,
    account: &Account,
    has_secrets: bool,
) -> Vec<Finding> {
    if keys.is_empty() {
        return Vec::new();
    }
    let kms = match key_management(&settings.google, google.tokens.clone()) {
        Ok(kms) => kms,
        Err(error) => return vec![bad("Cloud KMS", &error)],
    };
    let mut findings = Vec::new();
    for key in &keys {
        findings.extend(look(&kms, key, account).await);
    }
    if let (Some(project), false) = (&settings.google.project_id, has_secrets) {
        findings.extend(agent(&google.replication, project));
    }
    findings
}

async fn look(kms: &KeyManagement, Key { name, is_for }: &Key, account: &Account) -> Vec<Finding> {
    let subject = is_for.subject();
    let project = name.as_str().split('/').nth(1).unwrap_or_default();
    let wanted: Vec<_> = is_for
        .permissions()
        .iter()
        .map(|one| one.permission())
        .collect();
    let mut findings = Vec::new();
    if !wanted.is_empty() {
        let granted = match kms.test_permissions(name, &wanted).await {
            Ok(granted) => granted,
            Err(E::PermissionDenied { .. }) => Vec::new(),
            Err(error) => return trouble(subject, &error, project),
        };
        for permission in wanted.iter().filter(|one| !granted.contains(one)) {
            let message = format!("{permission} on {name} is missing, or there is no such key");
            findings.push(Finding::new(subject, Verdict::Bad, message));
        }
        if !findings.is_empty() {
            findings.extend(
                Use::key_gcloud_lines(name, &account.member())
                    .into_iter()
                    .map(run),
            );
        }
    }
    match kms.describe(name).await {
        Ok(details) => findings.extend(judge(*is_for, name, details)),
        // To use a key nobody has to look at it.
        Err(error @ E::PermissionDenied { .. }) => {
            findings.push(Finding::new(subject, Verdict::Notice, chain(&error)));
        }
        Err(error) => findings.extend(trouble(subject, &error, project)),
    }
    findings
}

/// What is known of a key, and what to do about it.
fn judge(is_for: For, name: &KeyName, details: KeyDetails) -> Vec<Finding> {
    let subject = is_for.subject();
    let find = |verdict, what: &str| Finding::new(subject, verdict, format!("{name} {what}"));
    if !details.encrypts {
        let what = "does not encrypt and decrypt: make a key with --purpose=encryption";
        return vec![find(Verdict::Bad, what)];
    }
    match details.primary {
        Some(KeyState::Enabled) => {
            vec![find(Verdict::Good, "is enabled, and encrypts and decrypts")]
        }
        Some(KeyState::Disabled) => vec![
            find(Verdict::Bad, "is disabled: enable its primary version"),
            run(format!(
                "gcloud kms keys versions enable VERSION --key={name}  # VERSION as in `gcloud kms keys describe {name}`"
            )),
        ],
        Some(KeyState::Destroyed) => vec![find(
            Verdict::Bad,
            "is destroyed, or will be: within its waiting time `gcloud kms keys versions restore` brings it back",
        )],
        Some(KeyState::Other) | None => {
            vec![find(Verdict::Bad, "has no primary version that works yet")]
        }
    }
}

/// Whether Secret Manager may use its keys shows when the first secret is made; then it is too late for this.
fn agent(replication: &Replication, project: &str) -> Vec<Finding> {
    let keys: Vec<&KeyName> = match replication {
        Replication::Automatic { cmek } => cmek.iter().collect(),
        Replication::Regions(replicas) => replicas
            .iter()
            .filter_map(|one| one.cmek.as_ref())
            .collect(),
    };
    if keys.is_empty() {
        return Vec::new();
    }
    let message = "Secret Manager's own service account has to be allowed to use them, which cannot be asked here";
    let mut findings = vec![
        Finding::new(For::Secrets.subject(), Verdict::Notice, message),
        run(format!(
            "gcloud beta services identity create --service=secretmanager.googleapis.com --project={project}"
        )),
    ];
    findings.extend(keys.into_iter().map(|key| {
        run(format!(
            "gcloud kms keys add-iam-policy-binding {key} \
             --member=\"serviceAccount:service-$(gcloud projects describe {project} --format='value(projectNumber)')@gcp-sa-secretmanager.iam.gserviceaccount.com\" \
             --role=roles/cloudkms.cryptoKeyEncrypterDecrypter"
        ))
    }));
    findings
}
