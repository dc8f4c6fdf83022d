//! Runs the fake of Google until it is stopped.
//!
//! Prints one line of JSON: `environment`, the settings that point a server here, and the `endpoints` beside them.

use std::{
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
};

use fluxori_test_support::google::{FakeGoogle, Setup};
use serde_json::{Map, Value, json};

const HELP: &str = "\
Runs a fake of Google on 127.0.0.1 until it is stopped.

Usage: simulated-google --key-file FILE [--port N] [--grpc-port N] [--project ID]

  --key-file FILE  where to write the key of a service account
  --port N         the port of Secret Manager, tokens and metadata; a free one when not given
  --grpc-port N    the port of gRPC, Cloud KMS among it; a free one when not given
  --project ID     the id of its project; fluxori-test when not given
";

fn main() -> ExitCode {
    match run(std::env::args().skip(1)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nothing is left to do if even this cannot be written.
            let _ = writeln!(io::stderr(), "simulated-google: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(mut arguments: impl Iterator<Item = String>) -> io::Result<()> {
    let mut setup = Setup::default();
    let mut key_file = None;
    while let Some(name) = arguments.next() {
        if ["--help", "-h"].contains(&name.as_str()) {
            return io::stdout().write_all(HELP.as_bytes());
        }
        let value = arguments.next();
        let value = value.ok_or_else(|| io::Error::other("unknown arguments; try --help"))?;
        let port = || {
            let number = value.parse();
            number.map_err(|_| io::Error::other("a port is a number below 65536"))
        };
        match name.as_str() {
            "--port" => setup.port = port()?,
            "--grpc-port" => setup.grpc_port = port()?,
            "--project" => setup.project_id = value,
            "--key-file" => key_file = Some(PathBuf::from(value)),
            _ => return Err(io::Error::other("unknown arguments; try --help")),
        }
    }
    let key_file = key_file.ok_or_else(|| io::Error::other("--key-file is needed; try --help"))?;
    let google = FakeGoogle::start_with(setup)?;
    let key = google.write_key("server", &key_file)?;
    let endpoints = google.endpoints();
    let environment: Map<String, Value> = endpoints
        .environment(&key_file)
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.into()))
        .collect();
    let told = json!({
        "environment": environment,
        "endpoints": {
            "secretManager": endpoints.secret_manager_url,
            "secretManagerGrpc": endpoints.secret_manager_grpc_url,
            "kms": endpoints.kms_url,
            "token": endpoints.token_url,
            "metadataHost": endpoints.metadata_host,
            "resourceManager": endpoints.resource_manager_url,
            "serviceUsage": endpoints.service_usage_url,
            "control": format!("{}/control", endpoints.secret_manager_url),
        },
        "account": key.email,
        "kmsKey": google.kms_key("global", "fluxori", "data-keys"),
    });
    let mut out = io::stdout().lock();
    writeln!(out, "{told}")?;
    out.flush()?;
    loop {
        std::thread::park();
    }
}
