//! The command line.

use clap::{Parser, Subcommand};

use crate::commands::{
    DoctorArguments, ProbeArguments, SignInLinkArguments,
    audit::{ExportArguments, HeadsArguments, PruneArguments, VerifyArguments},
    keys::{ResealArguments, RetireArguments, RotateArguments},
    organizations::ForgetArguments,
    secrets::{MigrateArguments, ReconcileArguments},
};

/// Keeps sellers' marketplace credentials: sealed at rest, tested, and handed to adapters only.
#[derive(Debug, Parser)]
#[command(
    version,
    after_help = "Everything else is a setting: an environment variable, or a line of the TOML file that \
                  FLUXORI_CONFIG names.\n`fluxori-server config reference` lists them all.\n\n\
                  A first start:\n  \
                  export DATABASE_URL=sqlite:fluxori.db\n  \
                  export ENCRYPTION_KEY=$(fluxori-server keys generate)   # keep it: without it every credential is lost\n  \
                  export JWT_SECRET=...                                   # the secret that your identity provider signs with\n  \
                  fluxori-server migrate && fluxori-server"
)]
pub(crate) struct Arguments {
    /// What to do; `serve` when absent.
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

#[derive(Debug, Default, Subcommand)]
pub(crate) enum Command {
    /// Serve the HTTP API until told to stop (SIGTERM or Ctrl-C drains requests first).
    #[default]
    Serve,
    /// Bring the database to this version's schema. Safe to run again, and by several at once.
    Migrate,
    /// Master keys, and the data keys under them.
    #[command(subcommand)]
    Keys(KeysCommand),
    /// Where secrets are kept: count, move and compare them.
    #[command(subcommand)]
    Secrets(SecretsCommand),
    /// The audit trail: check, export and prune it. Needs the database and no key.
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Whole organizations.
    #[command(subcommand)]
    Organizations(OrganizationsCommand),
    /// Print a link that signs in to the page, once. For development: needs `SIGN_IN_LINKS=true`.
    SignInLink(SignInLinkArguments),
    /// Examine settings, keys, database, Google Cloud and marketplaces, and say what to mend. Changes nothing.
    Doctor(DoctorArguments),
    /// Ask a running server whether it is ready; says nothing if it is. For containers, which have no other program.
    Probe(ProbeArguments),
    /// Print the `OpenAPI` document.
    Openapi,
    /// Settings.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Log lines.
    #[command(subcommand)]
    Logs(LogsCommand),
    /// Metrics.
    #[command(subcommand)]
    Metrics(MetricsCommand),
}

#[derive(Debug, Subcommand)]
pub(crate) enum KeysCommand {
    /// Print a new master key for `ENCRYPTION_KEY`. Nothing keeps a copy.
    Generate,
    /// List master keys by name, with what they are to these settings and how many data keys need them. Changes nothing.
    List,
    /// Wrap all data keys by the active master key. May be stopped and begun again at any time.
    Rotate(RotateArguments),
    /// Make new data keys and seal credentials by them while everything goes on. May be stopped and begun again at any time.
    Reseal(ResealArguments),
    /// Withdraw a master key for ever; refused while anything needs it.
    Retire(RetireArguments),
}

#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// Check that no event was edited, removed, moved or put in, while more are appended. Changes nothing.
    Verify(VerifyArguments),
    /// Print the end of each chain: kept elsewhere, `audit verify --heads` compares with them. Changes nothing.
    Heads(HeadsArguments),
    /// Print the events as JSON, a line each. Changes nothing.
    Export(ExportArguments),
    /// Delete old events, so that the rest can still be checked. Only counts them without --yes.
    Prune(PruneArguments),
}

#[derive(Debug, Subcommand)]
pub(crate) enum OrganizationsCommand {
    /// Remove everything of an organization for ever, its data keys first. Only counts it without --yes.
    Forget(ForgetArguments),
}

#[derive(Debug, Subcommand)]
pub(crate) enum SecretsCommand {
    /// Count credentials by store and keys. Changes nothing.
    Status,
    /// Move secrets to the other store while everything goes on. May be stopped and begun again at any time.
    Migrate(MigrateArguments),
    /// Compare Google Secret Manager with the database: finish interrupted changes, report strays and losses, and what the
    /// versions cost.
    Reconcile(ReconcileArguments),
}

#[derive(Debug, Subcommand)]
pub(crate) enum LogsCommand {
    /// Print the reference of all events of the log, as Markdown.
    Reference,
}

#[derive(Debug, Subcommand)]
pub(crate) enum MetricsCommand {
    /// Print the reference of all metrics, as Markdown.
    Reference,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Print the reference of all settings, as Markdown.
    Reference,
}
