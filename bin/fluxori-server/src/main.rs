#![doc = include_str!("../README.md")]

mod api_settings;
mod arguments;
mod commands;
mod figures;
mod housekeeping;
mod identity_http;
mod logging;
mod metrics;
mod open_files;
mod page;
mod readiness;
mod traces;
mod waiting;

use std::process::ExitCode;

use clap::Parser;

use arguments::{
    Arguments, AuditCommand, Command, ConfigCommand, KeysCommand, LogsCommand, MetricsCommand,
    OrganizationsCommand, SecretsCommand,
};

fn main() -> ExitCode {
    let result = match Arguments::parse().command.unwrap_or_default() {
        Command::Serve => commands::serve(),
        Command::Migrate => commands::migrate(),
        Command::Keys(KeysCommand::Generate) => commands::keys::generate(),
        Command::Keys(KeysCommand::List) => commands::keys::list(),
        Command::Keys(KeysCommand::Rotate(arguments)) => commands::keys::rotate(&arguments),
        Command::Keys(KeysCommand::Reseal(arguments)) => commands::keys::reseal(&arguments),
        Command::Keys(KeysCommand::Retire(arguments)) => commands::keys::retire(&arguments),
        Command::Secrets(SecretsCommand::Status) => commands::secrets::status(),
        Command::Secrets(SecretsCommand::Migrate(arguments)) => {
            commands::secrets::migrate(&arguments)
        }
        Command::Secrets(SecretsCommand::Reconcile(arguments)) => {
            commands::secrets::reconcile(&arguments)
        }
        Command::Audit(AuditCommand::Verify(arguments)) => commands::audit::verify(&arguments),
        Command::Audit(AuditCommand::Heads(arguments)) => commands::audit::heads(&arguments),
        Command::Audit(AuditCommand::Export(arguments)) => commands::audit::export(&arguments),
        Command::Audit(AuditCommand::Prune(arguments)) => commands::audit::prune(&arguments),
        Command::Organizations(OrganizationsCommand::Forget(arguments)) => {
            commands::organizations::forget(&arguments)
        }
        Command::SignInLink(arguments) => commands::sign_in_link(&arguments),
        Command::Doctor(arguments) => commands::doctor(&arguments),
        Command::Probe(arguments) => commands::probe(&arguments),
        Command::Openapi => commands::openapi(),
        Command::Config(ConfigCommand::Reference) => commands::config_reference(),
        Command::Logs(LogsCommand::Reference) => commands::logs_reference(),
        Command::Metrics(MetricsCommand::Reference) => commands::metrics_reference(),
    };
    match result {
        Ok(code) => code,
        Err(error) => {
            #[expect(clippy::print_stderr, reason = "the last word of the program")]
            {
                eprintln!("fluxori-server: {error:#}");
            }
            ExitCode::FAILURE
        }
    }
}
