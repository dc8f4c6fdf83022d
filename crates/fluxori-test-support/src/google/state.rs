use std::{
    collections::HashSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use chrono::{DateTime, TimeDelta, Utc};
use fluxori_domain::{Clock, SystemClock};

use super::{
    Endpoints, Setup,
    auth::Accounts,
    call::{Call, Service},
    faults::Faults,
    journal::{Journal, RecordedCall},
    kms::{KeyName, Keys},
    quota::Quotas,
    secrets::{Answer, Request, Store},
    status::{Code, Detail, Status},
};

/// What all listeners share. None of its locks is held while anything waits.
pub(super) struct State {
    clock: Arc<dyn Clock>,
    project_id: String,
    project_number: u64,
    endpoints: Endpoints,
    secrets: Mutex<Store>,
    keys: Mutex<Keys>,
    accounts: Mutex<Accounts>,
    faults: Mutex<Faults>,
    journal: Mutex<Journal>,
    quotas: Mutex<Quotas>,
    switches: Mutex<Switches>,
}

/// What an operator turns off and on.
#[derive(Debug, Default)]
pub(super) struct Switches {
    pub(super) disabled: HashSet<Service>,
    pub(super) has_no_billing: bool,
    /// How much Google's clock is ahead of this machine's.
    pub(super) skew: TimeDelta,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl State {
    pub(super) fn new(setup: Setup, endpoints: Endpoints) -> Self {
        let mut accounts = Accounts::seeded(setup.seed);
        accounts.add(&format!(
            "{}-compute@developer.gserviceaccount.com",
            setup.project_number
        ));
        Self {
            clock: setup.clock,
            secrets: Mutex::new(Store::new(setup.project_number)),
            keys: Mutex::new(Keys::seeded(&setup.project_id, setup.seed)),
            project_id: setup.project_id,
            project_number: setup.project_number,
            endpoints,
            accounts: Mutex::new(accounts),
            faults: Mutex::new(Faults::seeded(setup.seed)),
            journal: Mutex::default(),
            quotas: Mutex::default(),
            switches: Mutex::default(),
        }
    }

    pub(super) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// The time by which clients sign: they take it from the machine, whatever clock a test sets.
    pub(super) fn wall(&self) -> DateTime<Utc> {
        SystemClock.now() + self.switches().skew
    }

    pub(super) fn project_id(&self) -> &str {
        &self.project_id
    }

    pub(super) const fn project_number(&self) -> u64 {
        self.project_number
    }

    pub(super) const fn endpoints(&self) -> &Endpoints {
        &self.endpoints
    }

    /// The account of the machine that the metadata server speaks for.
    pub(super) fn metadata_email(&self) -> String {
        format!(
            "{}-compute@developer.gserviceaccount.com",
            self.project_number
        )
    }

    pub(super) fn secrets(&self) -> MutexGuard<'_, Store> {
        lock(&self.secrets)
    }

    pub(super) fn keys(&self) -> MutexGuard<'_, Keys> {
        lock(&self.keys)
    }

    pub(super) fn accounts(&self) -> MutexGuard<'_, Accounts> {
        lock(&self.accounts)
    }

    pub(super) fn faults(&self) -> MutexGuard<'_, Faults> {
        lock(&self.faults)
    }

    pub(super) fn journal(&self) -> MutexGuard<'_, Journal> {
        lock(&self.journal)
    }

    pub(super) fn quotas(&self) -> MutexGuard<'_, Quotas> {
        lock(&self.quotas)
    }

    pub(super) fn switches(&self) -> MutexGuard<'_, Switches> {
        lock(&self.switches)
    }

    /// Does what a caller asks of Secret Manager, or refuses it, and writes it down.
    pub(super) fn ask(
        &self,
        bearer: Option<&str>,
        call: Call,
        request: Result<Request, Status>,
    ) -> Result<Answer, Status> {
        let subject = request
            .as_ref()
            .map_or_else(|_| String::new(), Request::subject);
        self.note(bearer, call, subject, |caller| {
            let request = request?;
            let is_mine = self.is_mine(request.project());
            self.permit(caller, call, is_mine, &request.resource())?;
            let may = |permission: &str| is_mine && self.accounts().may(caller, permission);
            let mut secrets = self.secrets();
            for key in request.keys(&secrets) {
                self.keys().check(&KeyName::parse(&key)?)?;
            }
            request.carry_out(&mut secrets, self.now(), may)
        })
    }

    /// Finds out who calls, checks what Google checks before a service sees a request, and writes down how it went.
    pub(super) fn note<T>(
        &self,
        bearer: Option<&str>,
        call: Call,
        resource: String,
        work: impl FnOnce(&str) -> Result<T, Status>,
    ) -> Result<T, Status> {
        let caller = self
            .accounts()
            .authenticate(bearer, call, self.now(), self.wall());
        let (principal, outcome) = match caller {
            Ok(caller) => {
                let outcome = self.admit(call).and_then(|()| work(&caller));
                (Some(caller), outcome)
            }
            Err(refusal) => (None, Err(refusal)),
        };
        self.journal().record(RecordedCall {
            call,
            resource,
            principal,
            refused: outcome.as_ref().err().map(|status| status.code),
            is_swallowed: false,
        });
        outcome
    }

    /// Whether the project may use the API now.
    fn admit(&self, call: Call) -> Result<(), Status> {
        let Some(service) = call.service() else {
            return Ok(());
        };
        let number = self.project_number;
        let info = |reason| Detail::ErrorInfo {
            reason,
            domain: "googleapis.com",
            metadata: vec![
                ("consumer", format!("projects/{number}")),
                ("service", service.name().to_owned()),
            ],
        };
        let console = "https://console.developers.google.com";
        let wait = "then retry. If you enabled this API recently, wait a few minutes for the action to propagate to \
                    our systems and retry.";
        let switches = self.switches();
        if switches.disabled.contains(&service) {
            let title = service.title();
            let url = format!(
                "{console}/apis/api/{}/overview?project={number}",
                service.name()
            );
            let message = format!(
                "{title} has not been used in project {number} before or it is disabled. Enable it by visiting {url} {wait}"
            );
            let description = "Google developers console API activation".to_owned();
            return Err(Status::new(Code::PermissionDenied, message)
                .with(Detail::Help { description, url })
                .with(info("SERVICE_DISABLED")));
        }
        if switches.has_no_billing && call.quota().is_some() {
            let url = format!("{console}/billing/enable?project={number}");
            let message = format!(
                "This API method requires billing to be enabled. Please enable billing on project #{number} by \
                 visiting {url} then retry. If you enabled billing for this project recently, wait a few minutes for \
                 the action to propagate to our systems and retry."
            );
            let description = "Google developers console billing".to_owned();
            return Err(Status::new(Code::PermissionDenied, message)
                .with(Detail::Help { description, url })
                .with(info("BILLING_DISABLED")));
        }
        drop(switches);
        match call.quota() {
            Some(quota) => self.quotas().take(quota, self.now(), number),
            None => Ok(()),
        }
    }

    pub(super) fn is_mine(&self, project: &str) -> bool {
        project == self.project_id || project == self.project_number.to_string()
    }

    /// Refuses alike what is forbidden and what may not exist.
    pub(super) fn permit(
        &self,
        caller: &str,
        call: Call,
        is_mine: bool,
        resource: &str,
    ) -> Result<(), Status> {
        let Some(permission) = call.permission() else {
            return Ok(());
        };
        if is_mine && self.accounts().may(caller, permission) {
            return Ok(());
        }
        let message = format!(
            "Permission '{permission}' denied for resource '{resource}' (or it may not exist)."
        );
        Err(
            Status::new(Code::PermissionDenied, message).with(Detail::ErrorInfo {
                reason: "IAM_PERMISSION_DENIED",
                domain: "iam.googleapis.com",
                metadata: vec![
                    ("resource", resource.to_owned()),
                    ("permission", permission.to_owned()),
                ],
            }),
        )
    }
}
