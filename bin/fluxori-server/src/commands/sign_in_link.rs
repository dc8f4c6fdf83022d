use std::{process::ExitCode, sync::Arc};

use anyhow::{Context, Result, bail};
use clap::Args;
use fluxori_api::SignInLink;
use fluxori_credentials::{
    Clock, OrganizationId, Role, Roles, Settings, SystemClock, TenantScope, UserId, Values, Wiring,
};
use secrecy::ExposeSecret;

/// Whom a link signs in.
#[derive(Debug, Args)]
pub(crate) struct SignInLinkArguments {
    /// The user, as access tokens name them.
    #[arg(long)]
    user: UserId,
    /// The organization, as access tokens name it.
    #[arg(long)]
    organization: OrganizationId,
    /// Whether they may only look.
    #[arg(long, conflicts_with = "roles")]
    read_only: bool,
    /// What they are: `member`, `read_only`, `org_admin` or `auditor`; several times for several. A member without it.
    #[arg(long = "role", value_name = "ROLE")]
    roles: Vec<Role>,
    /// How long the link is good, in minutes. Whoever opened it stays signed in for `SESSION_HOURS`.
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=1440))]
    minutes: u16,
}

/// Prints a link that signs in whoever opens it first.
pub(crate) fn sign_in_link(arguments: &SignInLinkArguments) -> Result<ExitCode> {
    let settings = Settings::load(&Values::from_env()?)?;
    let url = super::block_on(offer(&settings, arguments))??;
    super::print(&format!("{url}\n"))
}

#[expect(
    clippy::disallowed_methods,
    reason = "EXPOSE: printed for whom it was asked for"
)]
async fn offer(settings: &Settings, arguments: &SignInLinkArguments) -> Result<String> {
    let page = settings.sign_in.page_address(&settings.consent);
    let (true, Some(page)) = (settings.sign_in.sign_in_links, page) else {
        bail!(
            "set SIGN_IN_LINKS=true and PUBLIC_URL, here and for the server: without them no link is good"
        );
    };
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let wiring = Wiring::connect(settings, Arc::clone(&clock)).await?;
    let link = SignInLink {
        scope: TenantScope::new(arguments.organization.clone(), arguments.user.clone()),
        roles: if arguments.read_only {
            Roles::of([Role::ReadOnly])
        } else {
            Roles::of(arguments.roles.iter().copied())
        },
        expires_at: clock.now() + std::time::Duration::from_secs(60 * u64::from(arguments.minutes)),
    };
    let url = link.offer(wiring.sessions().as_ref(), page).await;
    wiring.shutdown().await;
    Ok(url.context("no link was made")?.expose_secret().to_owned())
}
