//! The layers of this repository, as data. `docs/architecture.md` says why they are so.

use super::rules::Layer;

/// One row a crate of the workspace; a crate without a row is refused.
///
/// `may_use` lists crates of ours, `must_not_use` what its own `Cargo.toml` may not name, `must_not_reach` what may not
/// be linked by any way at all. Only normal dependencies count: tests may use what they like. `actix*` stands for every
/// name with that beginning.
pub(crate) const TABLE: &[Layer] = &[
    // Words and transitions only: no I/O, no cipher, no clock of its own.
    Layer {
        name: "fluxori-domain",
        may_use: &[],
        must_not_use: &["config"],
        must_not_reach: &[
            "actix*", "diesel*", "hyper", "reqwest", "ring", "rustls", "tokio*",
        ],
    },
    // Bytes in, sealed text out; where either is kept is not its business.
    Layer {
        name: "fluxori-vault",
        may_use: &["fluxori-domain"],
        must_not_use: &[],
        must_not_reach: &[
            "actix*",
            "config",
            "diesel*",
            "hyper",
            "reqwest",
            "tokio-postgres",
        ],
    },
    // Speaks to Google; what the bytes mean, and which row names them, is not its business.
    Layer {
        name: "fluxori-secret-manager",
        may_use: &["fluxori-domain"],
        must_not_use: &["config"],
        must_not_reach: &["actix*", "diesel*", "tokio-postgres"],
    },
    // Cannot decrypt, because it does not link what decrypts. (TLS to PostgreSQL brings ring in from below.)
    Layer {
        name: "fluxori-persistence",
        may_use: &["fluxori-domain"],
        must_not_use: &["config", "ring"],
        must_not_reach: &["actix*", "fluxori-vault", "reqwest"],
    },
    // Speaks to providers; never to our database, our keys or our callers.
    Layer {
        name: "fluxori-marketplaces",
        may_use: &["fluxori-domain"],
        must_not_use: &["config"],
        must_not_reach: &[
            "actix*",
            "diesel*",
            "fluxori-persistence",
            "fluxori-vault",
            "tokio-postgres",
        ],
    },
    // The rules, over ports: which database, which marketplace and which key it is, others decide.
    Layer {
        name: "fluxori-connections",
        may_use: &["fluxori-domain"],
        must_not_use: &["config"],
        must_not_reach: &[
            "actix*",
            "diesel*",
            "fluxori-marketplaces",
            "fluxori-persistence",
            "fluxori-secret-manager",
            "fluxori-vault",
            "reqwest",
            "tokio-postgres",
        ],
    },
    // The one place where everything is wired, linked by adapters: no web server in it.
    Layer {
        name: "fluxori-credentials",
        may_use: &[
            "fluxori-connections",
            "fluxori-domain",
            "fluxori-marketplaces",
            "fluxori-persistence",
            "fluxori-secret-manager",
            "fluxori-vault",
        ],
        must_not_use: &[],
        must_not_reach: &["actix*"],
    },
    // Answers requests by calling use cases; cannot open a secret or a database by itself.
    Layer {
        name: "fluxori-api",
        may_use: &["fluxori-connections", "fluxori-domain"],
        must_not_use: &["config"],
        must_not_reach: &[
            "diesel*",
            "fluxori-credentials",
            "fluxori-marketplaces",
            "fluxori-persistence",
            "fluxori-secret-manager",
            "fluxori-vault",
            "tokio-postgres",
        ],
    },
    // Never ships: only tests and xtask name it, as the other rows' `may_use` ensures.
    Layer {
        name: "fluxori-test-support",
        may_use: &["fluxori-domain"],
        must_not_use: &[],
        must_not_reach: &["fluxori-api", "fluxori-credentials", "fluxori-server"],
    },
    // Never ships either: what must hold of every reader of bytes from outside.
    Layer {
        name: "fluxori-fuzzing",
        may_use: &[
            "fluxori-api",
            "fluxori-connections",
            "fluxori-credentials",
            "fluxori-domain",
            "fluxori-marketplaces",
            "fluxori-secret-manager",
            "fluxori-vault",
        ],
        must_not_use: &["actix*", "diesel*", "reqwest"],
        must_not_reach: &["fluxori-server", "fluxori-test-support"],
    },
    // Parses, wires, exits.
    Layer {
        name: "fluxori-server",
        may_use: &["fluxori-api", "fluxori-credentials", "fluxori-domain"],
        must_not_use: &["diesel*", "reqwest", "ring"],
        must_not_reach: &["fluxori-test-support"],
    },
    // Starts the others as programs instead of linking them.
    Layer {
        name: "xtask",
        may_use: &["fluxori-test-support"],
        must_not_use: &["reqwest"],
        must_not_reach: &["fluxori-vault"],
    },
];
