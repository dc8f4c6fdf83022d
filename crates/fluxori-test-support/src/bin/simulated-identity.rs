//! Runs the simulated provider of `OpenID` Connect until it is stopped.
//!
//! Prints `NAME=value` lines up to the first empty one: the settings that let people sign in to a server there.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use fluxori_test_support::identity::SimulatedIdentity;

const HELP: &str = "\
Runs a simulated provider of OpenID Connect on 127.0.0.1 until it is stopped.

Usage: simulated-identity [--port N]

  --port N   the port; a free one when not given
";

fn main() -> ExitCode {
    match run(&std::env::args().skip(1).collect::<Vec<_>>()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nothing is left to do if even this cannot be written.
            let _ = writeln!(io::stderr(), "simulated-identity: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> io::Result<()> {
    let port = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => 0,
        ["--port", port] => port
            .parse()
            .map_err(|_| io::Error::other("--port takes a number below 65536"))?,
        ["--help" | "-h"] => return io::stdout().write_all(HELP.as_bytes()),
        _ => return Err(io::Error::other("unknown arguments; try --help")),
    };
    let identity = SimulatedIdentity::start_on(port)?;
    let mut out = io::stdout().lock();
    for (name, value) in identity.environment() {
        writeln!(out, "{name}={value}")?;
    }
    writeln!(
        out,
        "\nThe simulated identity provider is running. Stop it with Ctrl-C."
    )?;
    out.flush()?;
    loop {
        std::thread::park();
    }
}
