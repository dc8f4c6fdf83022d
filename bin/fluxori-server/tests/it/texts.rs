//! What the program prints about itself.

use crate::process::run;

fn printed(arguments: &[&str]) -> String {
    let output = run(arguments, &[]);
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_help_teaches_a_first_start() {
    let help = printed(&["--help"]);
    for word in [
        "serve",
        "migrate",
        "keys",
        "doctor",
        "DATABASE_URL",
        "ENCRYPTION_KEY",
        "JWT_SECRET",
    ] {
        assert!(help.contains(word), "{word}: {help}");
    }
}

#[test]
fn two_generated_keys_differ() {
    let first = printed(&["keys", "generate"]);
    assert_eq!(first.trim().len(), 44);
    assert_ne!(first, printed(&["keys", "generate"]));
}

#[test]
fn the_openapi_document_is_json_without_a_running_server() {
    let document: serde_json::Value = serde_json::from_str(&printed(&["openapi"])).unwrap();
    assert!(document["paths"]["/api/connections"].is_object());
}

#[test]
fn the_configuration_reference_names_every_secret_as_one() {
    let page = printed(&["config", "reference"]);
    let line = |name: &str| {
        page.lines()
            .find(|line| line.contains(&format!("| `{name}` |")))
            .unwrap()
            .to_owned()
    };
    assert!(line("ENCRYPTION_KEY").contains("**Secret.**"));
    assert!(line("JWT_SECRET").contains("**Secret.**"));
    assert!(!line("LISTEN").contains("**Secret.**"));
}
