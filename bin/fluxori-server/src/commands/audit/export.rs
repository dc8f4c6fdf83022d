use std::process::ExitCode;

use anyhow::Result;
use chrono::{DateTime, SecondsFormat};
use clap::Args;
use fluxori_credentials::{AuditTrails, Moment, OrganizationId, StoredAuditEvent};
use serde::Serialize;

/// What to export.
#[derive(Debug, Args)]
pub(crate) struct ExportArguments {
    /// Only the trail of this organization.
    #[arg(long, value_name = "ID")]
    organization: Option<OrganizationId>,
    /// Only events since this time: an RFC 3339 time, or a day, whose beginning in UTC is meant.
    #[arg(long, value_name = "DATE")]
    since: Option<Moment>,
}

/// An event as it is exported, with everything that its hash stands for.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Line<'a> {
    organization: &'a str,
    sequence: Option<i64>,
    id: String,
    at: String,
    user: &'a str,
    actor: Option<&'a str>,
    connection: String,
    marketplace: &'a str,
    kind: &'a str,
    service: &'a str,
    purpose: Option<&'a str>,
    generation: Option<i64>,
    outcome: Option<&'a str>,
    request_id: Option<&'a str>,
    occurrences: i64,
    hash: Option<String>,
}

impl<'a> From<&'a StoredAuditEvent> for Line<'a> {
    fn from(event: &'a StoredAuditEvent) -> Self {
        let at = DateTime::from_timestamp_micros(event.at).map_or_else(
            || format!("{} microseconds since 1970", event.at),
            |at| at.to_rfc3339_opts(SecondsFormat::Micros, true),
        );
        Self {
            organization: &event.organization,
            sequence: event.sequence,
            id: event.id.to_string(),
            at,
            user: &event.user,
            actor: event.actor.as_deref(),
            connection: event.connection.to_string(),
            marketplace: &event.marketplace,
            kind: &event.kind,
            service: &event.service,
            purpose: event.purpose.as_deref(),
            generation: event.generation,
            outcome: event.outcome.as_deref(),
            request_id: event.request_id.as_deref(),
            occurrences: event.occurrences,
            hash: event.hash.map(|hash| hash.to_string()),
        }
    }
}

/// Prints the events.
pub(crate) fn export(arguments: &ExportArguments) -> Result<ExitCode> {
    super::with_trails(async |trails| carry_out(&trails, arguments).await)
}

async fn carry_out(trails: &AuditTrails, arguments: &ExportArguments) -> Result<ExitCode> {
    let mut printed = Ok(ExitCode::SUCCESS);
    let organization = arguments.organization.as_ref().map(OrganizationId::as_str);
    let since = arguments.since.map(|since| since.0);
    let take = |page: Vec<StoredAuditEvent>| {
        printed = print(&page);
        printed.is_ok()
    };
    trails.export(organization, since, take).await?;
    printed
}

fn print(page: &[StoredAuditEvent]) -> Result<ExitCode> {
    let mut text = String::new();
    for event in page {
        text += &serde_json::to_string(&Line::from(event))?;
        text.push('\n');
    }
    crate::commands::print(&text)
}
