//! What is written down for running the server elsewhere: `Containerfile`, `compose.yaml` and the folder `deploy/`.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use fluxori_test_support::providers::Endpoints;
use serde_json::Value;

use crate::process::run;

/// A setting where it is given: in which file, its name, and its value if that is written there.
struct Given {
    file: String,
    name: String,
    value: String,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Files with one of these endings, in the order of their names.
fn files(ending: &str) -> Vec<String> {
    fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                collect(&path, files);
            } else {
                files.push(path);
            }
        }
    }
    let mut found = vec![root().join("compose.yaml")];
    collect(&root().join("deploy"), &mut found);
    let names = found.iter().map(|path| path.strip_prefix(root()).unwrap());
    let names = names.map(|name| name.to_str().unwrap().to_owned());
    let mut names: Vec<_> = names.filter(|name| name.ends_with(ending)).collect();
    names.sort();
    assert!(!names.is_empty(), "{ending}");
    names
}

/// The documents in a file of YAML.
fn documents(name: &str) -> Vec<Value> {
    serde_saphyr::from_multiple(&read(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Calls `look` with every map in a document.
fn each_map(value: &Value, look: &mut impl FnMut(&serde_json::Map<String, Value>)) {
    match value {
        Value::Object(map) => {
            look(map);
            map.values().for_each(|value| each_map(value, look));
        }
        Value::Array(values) => values.iter().for_each(|value| each_map(value, look)),
        _ => {}
    }
}

fn pair(line: &str) -> (String, String) {
    let (name, value) = line
        .split_once('=')
        .unwrap_or_else(|| panic!("no NAME=value: {line}"));
    (name.to_owned(), value.to_owned())
}

fn in_yaml(name: &str) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut given = Vec::new();
    for document in documents(name) {
        each_map(&document, &mut |map| {
            if let Some(Value::Object(variables)) = map.get("environment") {
                given.extend(
                    variables
                        .iter()
                        .map(|(name, value)| (name.clone(), text(value))),
                );
            }
            if let Some(Value::Array(variables)) = map.get("env") {
                given.extend(
                    variables
                        .iter()
                        .map(|each| (text(&each["name"]), text(&each["value"]))),
                );
            }
            if let Some(Value::Array(literals)) = map.get("literals") {
                given.extend(literals.iter().map(|literal| pair(&text(literal))));
            }
        });
    }
    given
}

fn in_lines(name: &str) -> Vec<(String, String)> {
    let text = read(name);
    let lines = text.lines().map(str::trim);
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(pair).collect()
}

fn in_unit(name: &str) -> Vec<(String, String)> {
    let text = read(name);
    let lines = text
        .lines()
        .filter_map(|line| line.strip_prefix("Environment="));
    let words = lines.flat_map(str::split_whitespace);
    words.map(|word| pair(word.trim_matches('"'))).collect()
}

fn in_containerfile() -> Vec<(String, String)> {
    let text = read("Containerfile");
    let (_, server) = text.split_once(" AS server\n").unwrap();
    let lines = server.lines().filter_map(|line| line.strip_prefix("ENV "));
    lines.flat_map(str::split_whitespace).map(pair).collect()
}

fn all_given() -> Vec<Given> {
    let yaml = files(".yaml")
        .into_iter()
        .map(|name| (in_yaml(&name), name));
    let lines = files(".env")
        .into_iter()
        .map(|name| (in_lines(&name), name));
    let units = files(".service")
        .into_iter()
        .map(|name| (in_unit(&name), name));
    let image = [(in_containerfile(), "Containerfile".to_owned())];
    let all = yaml.chain(lines).chain(units).chain(image);
    all.flat_map(|(given, file)| {
        given.into_iter().map(move |(name, value)| Given {
            file: file.clone(),
            name,
            value,
        })
    })
    .collect()
}

/// Every setting there is, and whether it is a secret.
fn settings() -> BTreeMap<String, bool> {
    let page = String::from_utf8(run(&["config", "reference"], &[]).stdout).unwrap();
    let lines = page.lines().filter_map(|line| line.strip_prefix("| `"));
    lines
        .map(|line| {
            let (name, rest) = line.split_once('`').unwrap();
            (name.to_owned(), rest.contains("**Secret.**"))
        })
        .collect()
}

/// Of other programs, of the libraries below us, and the one that names the file of settings.
fn is_foreign(name: &str) -> bool {
    name.starts_with("POSTGRES_") || ["FLUXORI_CONFIG", "NO_PROXY", "COMMAND"].contains(&name)
}

#[test]
fn only_settings_that_exist_are_given_and_secrets_only_as_files() {
    let settings = settings();
    let given = all_given();
    assert!(
        given.len() > 50,
        "only {} were found: where do they stand now?",
        given.len()
    );
    for Given { file, name, value } in given.iter().filter(|given| !is_foreign(&given.name)) {
        let of_file = name
            .strip_suffix("_FILE")
            .and_then(|name| settings.get(name));
        match (settings.get(name), of_file) {
            // An address without a password is none.
            (Some(true), _) => assert!(
                value.is_empty() || value.starts_with("sqlite:"),
                "{file}: {name} is a secret; name a file of it in {name}_FILE"
            ),
            (Some(false), _) => {}
            (None, Some(true)) => assert!(
                value.is_empty() || value.starts_with('/') || value.starts_with("%d/"),
                "{file}: {name} is not the path of a file"
            ),
            (None, _) => panic!("{file}: there is no setting {name}"),
        }
    }
}

#[test]
fn the_simulated_marketplaces_are_where_the_composition_looks_for_them() {
    let text = read("deploy/compose/simulated.toml");
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let written: BTreeMap<_, _> = lines
        .map(|line| {
            let (name, value) = line.split_once(" = ").unwrap();
            (name.to_uppercase(), value.trim_matches('"').to_owned())
        })
        .collect();
    let endpoints = Endpoints::at("http://127.0.0.1:9000");
    let told = endpoints.environment().into_iter();
    let told: BTreeMap<_, _> = told
        .filter(|(name, _)| *name != "NO_PROXY")
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
    assert_eq!(written, told);
}

#[test]
fn every_place_names_this_release_and_this_toolchain() {
    let toolchain = read("rust-toolchain.toml");
    let (_, channel) = toolchain.split_once("channel = \"").unwrap();
    let channel = channel.split('"').next().unwrap();
    let containerfile = read("Containerfile");
    assert!(containerfile.contains(&format!("rust:{channel}-")));
    assert!(containerfile.contains(&format!("RUSTUP_TOOLCHAIN={channel} ")));

    let version = env!("CARGO_PKG_VERSION");
    let mut images = 0;
    for name in files(".yaml") {
        let text = read(&name);
        for line in text.lines().filter(|line| {
            line.contains("newTag:") || line.contains("image: ") && line.contains("fluxori-")
        }) {
            // A bare name is one that kustomize replaces.
            if !line.ends_with(" fluxori-server") {
                assert!(line.ends_with(version), "{name}: {line}");
                images += 1;
            }
        }
    }
    assert_eq!(images, 5);
}

#[test]
fn every_container_is_locked_up() {
    let mut containers = 0;
    for name in files(".yaml")
        .iter()
        .filter(|name| name.contains("kubernetes"))
    {
        for document in documents(name) {
            each_map(&document, &mut |map| {
                let Some(Value::Array(list)) = map.get("containers") else {
                    return;
                };
                assert_eq!(map["securityContext"]["runAsNonRoot"], true, "{name}");
                for container in list {
                    containers += 1;
                    let security = &container["securityContext"];
                    assert_eq!(security["readOnlyRootFilesystem"], true, "{name}");
                    assert_eq!(security["allowPrivilegeEscalation"], false, "{name}");
                    assert_eq!(security["capabilities"]["drop"][0], "ALL", "{name}");
                }
            });
        }
    }
    assert_eq!(containers, 2);

    let composition = documents("compose.yaml").remove(0);
    let services = composition["services"].as_object().unwrap();
    assert_eq!(services.len(), 5);
    for (name, service) in services {
        assert_eq!(service["read_only"], true, "{name}");
        assert_eq!(service["cap_drop"][0], "ALL", "{name}");
        assert_eq!(
            service["security_opt"][0], "no-new-privileges:true",
            "{name}"
        );
    }
}

/// Requests may take this long, and after them come tokens that are not stored yet and the last audit events.
#[test]
fn nobody_kills_a_server_before_it_has_stopped_by_itself() {
    const REFRESH_SECONDS: u64 = 30;
    let settings = in_lines("deploy/kubernetes/base/settings.env");
    let shutdown = settings
        .iter()
        .find(|(name, _)| name == "SHUTDOWN_TIMEOUT_SECONDS");
    let shutdown: u64 = shutdown.unwrap().1.parse().unwrap();
    let deployment = documents("deploy/kubernetes/base/deployment.yaml").remove(0);
    let pod = &deployment["spec"]["template"]["spec"];
    let sleep = &pod["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"];
    let grace = pod["terminationGracePeriodSeconds"].as_u64().unwrap();
    assert!(grace >= sleep.as_u64().unwrap() + shutdown + REFRESH_SECONDS);

    // The other two leave SHUTDOWN_TIMEOUT_SECONDS as it is, which is 30.
    let unit = read("deploy/systemd/fluxori-server.service");
    assert!(unit.contains("\nTimeoutStopSec=90s\n"));
    let composition = documents("compose.yaml").remove(0);
    for server in ["server-1", "server-2"] {
        assert_eq!(composition["services"][server]["stop_grace_period"], "90s");
    }
}
