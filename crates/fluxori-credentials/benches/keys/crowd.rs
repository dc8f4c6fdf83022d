//! Many organizations, each with a data key and some sealed credentials, put into the tables at once: through the front door
//! it would take an hour.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    io::Write as _,
    process::{Command, Stdio},
};

use chrono::{DateTime, TimeDelta, Utc};
use fluxori_credentials::{
    Marketplace, OrganizationId, SecretText, Settings, Values, make_master_key_text, migrate,
};
use fluxori_domain::{ApiKey, CredentialDocument, CredentialId, Generation, SecretContext};
use fluxori_test_support::database::PostgresServer;
use fluxori_vault::{Keyring, Vault};
use secrecy::ExposeSecret;
use uuid::Uuid;

use crate::server::Server;

/// How many there are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    pub(crate) organizations: u32,
    /// Credentials in each, each of a user of its own.
    pub(crate) in_each: u32,
}

impl Size {
    pub(crate) const FULL: Self = Self {
        organizations: 10_000,
        in_each: 100,
    };
    pub(crate) const USUAL: Self = Self {
        organizations: 1_000,
        in_each: 100,
    };
    pub(crate) const QUICK: Self = Self {
        organizations: 50,
        in_each: 100,
    };

    pub(crate) const fn credentials(self) -> u32 {
        self.organizations * self.in_each
    }

    /// The organization of a user; both are numbered from 1.
    pub(crate) const fn organization_of(self, user: u32) -> u32 {
        (user - 1) / self.in_each + 1
    }
}

/// All of them, and the master keys: the one that they were made under, and the next.
pub(crate) struct Crowd {
    pub(crate) size: Size,
    pub(crate) secret_length: usize,
    url: String,
    keys: [SecretText; 2],
}

impl Crowd {
    pub(crate) async fn gather(server: &Server, size: Size) -> Self {
        let mut crowd = Self {
            size,
            secret_length: 0,
            url: server.url(),
            keys: [make_master_key_text(), make_master_key_text()],
        };
        migrate(&crowd.settings()).await.unwrap();
        crowd.fill().await;
        server.psql("ANALYZE");
        crowd
    }

    /// Of a process that knows the first master key only.
    fn settings(&self) -> Settings {
        self.settings_with(&[("ENCRYPTION_KEY", 0)])
    }

    /// Of a process that wraps by the second one and still has the first.
    pub(crate) fn settings_after_change(&self) -> Settings {
        self.settings_with(&[("ENCRYPTION_KEY", 1), ("ENCRYPTION_KEYS_RETIRED", 0)])
    }

    /// Of adapters, which have got to know the second one before the change.
    pub(crate) fn settings_of_adapters(&self) -> Settings {
        self.settings_with(&[("ENCRYPTION_KEY", 0), ("ENCRYPTION_KEYS_RETIRED", 1)])
    }

    fn settings_with(&self, keys: &[(&str, usize)]) -> Settings {
        let mut environment = BTreeMap::from([("DATABASE_URL".to_owned(), self.url.clone())]);
        for (name, key) in keys {
            #[expect(clippy::disallowed_methods, reason = "EXPOSE: a key of this run")]
            let key = self.keys[*key].expose_secret().to_owned();
            environment.insert((*name).to_owned(), key);
        }
        Settings::load(&Values::read(&environment, None).unwrap()).unwrap()
    }

    async fn fill(&mut self) {
        let vault = Vault::new(Keyring::parse(Some(&self.keys[0]), None).unwrap());
        let document = CredentialDocument::ApiKey {
            api_key: ApiKey::new(SecretText::new("fa15ecafe".repeat(14))),
            webhook_secret: None,
        };
        let plaintext = document.to_plaintext();
        // Old enough to be replaced.
        #[expect(
            clippy::disallowed_methods,
            reason = "rows of today, for a real server"
        )]
        let now = Utc::now() - TimeDelta::days(2);
        for first in (1..=self.size.organizations).step_by(500) {
            let last = self.size.organizations.min(first + 499);
            let mut rows = Rows::default();
            for number in first..=last {
                let organization = OrganizationId::new(number.to_string()).unwrap();
                let (key, row) = vault.make_data_key(&organization, now).await.unwrap();
                let (id, master) = (row.id.as_str(), row.master_key.as_str());
                rows.data_key(number, [id, master, &row.wrapped], now);
                for place in 1..=self.size.in_each {
                    let user = (number - 1) * self.size.in_each + place;
                    let id = Uuid::from_u128(user.into());
                    let context = SecretContext {
                        organization: organization.clone(),
                        credential: CredentialId::from_uuid(id),
                        marketplace: Marketplace::Takealot,
                        generation: Generation::FIRST,
                    };
                    let secret = vault.seal(&key, &context, &plaintext).unwrap();
                    self.secret_length = secret.len();
                    rows.credential((number, user, id), &secret, now);
                }
            }
            rows.copy_to(&self.url);
        }
    }
}

/// Lines for `COPY`.
#[derive(Default)]
struct Rows {
    data_keys: String,
    credentials: String,
    connections: String,
}

impl Rows {
    fn data_key(&mut self, organization: u32, key: [&str; 3], at: DateTime<Utc>) {
        let [id, master, wrapped] = key;
        let at = at.to_rfc3339();
        let keys = &mut self.data_keys;
        writeln!(keys, "{organization}\t{id}\t{master}\t{wrapped}\tt\t{at}").unwrap();
    }

    fn credential(
        &mut self,
        (organization, user, id): (u32, u32, Uuid),
        secret: &str,
        at: DateTime<Utc>,
    ) {
        let at = at.to_rfc3339();
        writeln!(
            self.credentials,
            "{organization}\t{user}\t{id}\ttakealot\tapi_key\t1\tdatabase\t{secret}"
        )
        .unwrap();
        writeln!(
            self.connections,
            "{organization}\t{user}\t{id}\ttakealot\tapi_key\tShop\t{user}\t\
             {{\"marketplace\":\"takealot\",\"apiSurface\":\"marketplace\",\"sellerId\":{user},\"countries\":[\"ZA\"]}}\t\
             connected\tok\tt\t{id}\t1\t{at}\t{at}"
        )
        .unwrap();
    }

    fn copy_to(&self, url: &str) {
        let script = format!(
            "COPY data_keys (organization_id, id, master_key_id, wrapped, is_active, created_at) FROM STDIN;\n{}\\.\n\
             COPY credentials (organization_id, user_id, id, marketplace, auth_type, generation, backend, secret) \
             FROM STDIN;\n{}\\.\n\
             COPY connections (organization_id, user_id, id, marketplace, auth_type, label, account_id, details, status, \
             status_reason, is_default, credential_id, version, created_at, updated_at) FROM STDIN;\n{}\\.\n",
            self.data_keys, self.credentials, self.connections
        );
        let folder = PostgresServer::find_bin_dir();
        let mut psql = Command::new(folder.map_or("psql".into(), |folder| folder.join("psql")))
            .args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", "-", url])
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        let mut input = psql.stdin.take().unwrap();
        input.write_all(script.as_bytes()).unwrap();
        drop(input);
        assert!(psql.wait().unwrap().success());
    }
}
