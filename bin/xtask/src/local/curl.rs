//! `curl` lines for a shell that has `TOKEN` set.

use std::{net::SocketAddr, path::Path};

use serde_json::Value;

/// The lines that talk to one server.
pub(crate) struct Curl(pub(crate) SocketAddr);

impl Curl {
    /// Creates a connection from `body`.
    pub(crate) fn create(&self, body: &Value) -> String {
        self.create_from(&quoted(&body.to_string()))
    }

    /// Creates a connection from the JSON in a file.
    pub(crate) fn create_from_file(&self, file: &Path) -> String {
        self.create_from(&format!("@{}", file.display()))
    }

    fn create_from(&self, data: &str) -> String {
        format!("{} --json {data}", self.line("/api/connections"))
    }

    /// Lists the connections.
    pub(crate) fn list(&self) -> String {
        self.line("/api/connections")
    }

    fn line(&self, path: &str) -> String {
        format!(
            "  curl -sS http://{}{path} -H \"Authorization: Bearer $TOKEN\"",
            self.0
        )
    }
}

/// A text as one word of a shell.
pub(super) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_line_names_the_server_and_takes_the_token_from_the_shell() {
        let curl = Curl("127.0.0.1:8080".parse().unwrap());
        assert_eq!(
            curl.list(),
            "  curl -sS http://127.0.0.1:8080/api/connections -H \"Authorization: Bearer $TOKEN\""
        );
        assert!(
            curl.create(&json!({ "label": "Ada's" }))
                .ends_with(r#" --json '{"label":"Ada'\''s"}'"#)
        );
    }
}
