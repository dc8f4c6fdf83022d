//! The servers of the cluster, each a process of its own.

use std::{fs::File, net::SocketAddr, path::Path, process::Command};

use anyhow::{Context, Result};
use serde_json::Value;

use super::Plan;
use crate::{
    interrupts::Interrupts,
    local::{AUDIENCE, ISSUER, Program, wait_until},
    storm::Site,
};

/// Running servers, which are asked to stop when this is dropped.
pub(crate) struct Servers {
    programs: Vec<Program>,
    pub(crate) addresses: Vec<SocketAddr>,
}

impl Servers {
    /// Starts them beside what is on the site, and waits until they listen.
    pub(crate) fn start(
        site: &mut Site,
        fluxori: &Path,
        token_secret: &str,
        interrupts: &mut Interrupts,
    ) -> Result<Self> {
        let mut servers = Self {
            programs: Vec::new(),
            addresses: Vec::new(),
        };
        for _ in 0..Plan::SERVERS {
            let log = site.next_output("serve").with_extension("log");
            let mut command = Command::new(fluxori);
            command
                .arg("serve")
                .env_clear()
                .envs(site.environment().iter())
                .env("SERVICE_NAME", "cluster")
                .env("LISTEN", "127.0.0.1:0")
                .env("JWT_SECRET", token_secret)
                .env("JWT_ISSUER", ISSUER)
                .env("JWT_AUDIENCE", AUDIENCE)
                .env("LOG_FORMAT", "json")
                // Every server takes its turn at it, before and after.
                .env("HOUSEKEEPING_SECONDS", "1")
                // Sellers here are quicker than people.
                .env("REQUESTS_PER_MINUTE", "1000000")
                .env("REQUESTS_BURST", "10000")
                .stderr(File::create(&log)?);
            let mut program = Program::start("fluxori-server", &mut command)?;
            wait_until("a server listens", &mut [&mut program], interrupts, || {
                listens_at(&log).is_some()
            })?;
            let address = listens_at(&log).context("it has said where")?;
            servers.addresses.push(address);
            servers.programs.push(program);
        }
        Ok(servers)
    }

    /// Fails when one has ended by itself.
    pub(crate) fn check_running(&mut self) -> Result<()> {
        self.programs
            .iter_mut()
            .try_for_each(Program::check_running)
    }
}

/// What its log says.
fn listens_at(log: &Path) -> Option<SocketAddr> {
    let text = std::fs::read_to_string(log).ok()?;
    text.lines().find_map(address_in)
}

fn address_in(line: &str) -> Option<SocketAddr> {
    let event: Value = serde_json::from_str(line).ok()?;
    if event["event"] != "server.listening" {
        return None;
    }
    event["address"].as_str()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_in_the_line_that_says_that_it_listens() {
        let line = r#"{"level":"INFO","event":"server.listening","address":"127.0.0.1:4000"}"#;
        assert_eq!(address_in(line), Some("127.0.0.1:4000".parse().unwrap()));
        assert_eq!(address_in(&line.replace("listening", "stopping")), None);
        assert_eq!(address_in("half a li"), None);
    }
}
