//! Runs the simulated marketplaces until it is stopped.
//!
//! Prints `NAME=value` lines up to the first empty one: the settings that point a server here, and as `DEMO_…` the
//! credentials that work here and nowhere else. `DEMO_ORIGIN` is where they are, `DEMO_PORTAL` where a
//! person finds those credentials and breaks what was connected.

use std::{
    io::{self, Write},
    net::{Ipv4Addr, SocketAddr},
    process::ExitCode,
};

use fluxori_test_support::providers::{SimulatedProviders, keys};

const HELP: &str = "\
Runs simulated marketplaces on 127.0.0.1 until it is stopped.

Usage: simulated-marketplaces [--port N | --listen ADDRESS:PORT]

  --port N                the port; a free one when not given
  --listen ADDRESS:PORT   another address to listen on, in a container 0.0.0.0:9000 for instance. Who uses them has
                          to find them at 127.0.0.1 and that port all the same
";

fn main() -> ExitCode {
    match run(&std::env::args().skip(1).collect::<Vec<_>>()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nothing is left to do if even this cannot be written.
            let _ = writeln!(io::stderr(), "simulated-marketplaces: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> io::Result<()> {
    let on = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let address = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => on(0),
        ["--port", port] => on(port
            .parse()
            .map_err(|_| io::Error::other("--port takes a number below 65536"))?),
        ["--listen", address] => address
            .parse()
            .map_err(|_| io::Error::other("--listen takes an address such as 0.0.0.0:9000"))?,
        ["--help" | "-h"] => return io::stdout().write_all(HELP.as_bytes()),
        _ => return Err(io::Error::other("unknown arguments; try --help")),
    };
    let providers = SimulatedProviders::start_listening(address)?;
    let mut out = io::stdout().lock();
    for (name, value) in providers.endpoints().environment() {
        writeln!(out, "{name}={value}")?;
    }
    for (name, value) in keys::demo_values() {
        writeln!(out, "{name}={value}")?;
    }
    let index = &providers.endpoints().index_url;
    writeln!(out, "DEMO_ORIGIN={}", index.trim_end_matches('/'))?;
    writeln!(out, "DEMO_PORTAL={index}portal")?;
    writeln!(
        out,
        "\nThe simulated marketplaces are running. Stop them with Ctrl-C."
    )?;
    out.flush()?;
    loop {
        std::thread::park();
    }
}
