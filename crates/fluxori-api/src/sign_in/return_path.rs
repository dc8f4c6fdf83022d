use url::Url;

/// Longest path that is remembered, in bytes.
const LONGEST: usize = 2 * 1024;

/// The path of this server that a browser may be sent to when it is signed in; `/` in place of any other.
///
/// `base` is an address of this server. Never an address of another one, whatever a browser makes of the text, and never one
/// below `/auth/`, where coming would mean something.
pub(super) fn return_path(base: &Url, wanted: Option<&str>) -> String {
    wanted
        .and_then(|wanted| read(base, wanted))
        .unwrap_or_else(|| "/".to_owned())
}

fn read(base: &Url, wanted: &str) -> Option<String> {
    let is_plain = wanted
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let is_path = wanted.starts_with('/') && !wanted.starts_with("//");
    if wanted.len() > LONGEST || !is_plain || !is_path {
        return None;
    }
    // As a browser will read it: dots are resolved.
    let url = base.join(wanted).ok()?;
    let is_ours = url.origin() == base.origin();
    let path = url.path();
    let leads_back = path == "/auth" || path.starts_with("/auth/");
    // A path that begins with two slashes after its dots are resolved would name a host.
    if !is_ours || leads_back || path.starts_with("//") || url.fragment().is_some() {
        return None;
    }
    Some(match url.query() {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(wanted: &str) -> String {
        let base = Url::parse("https://vault.example.com").unwrap();
        return_path(&base, Some(wanted))
    }

    #[test]
    fn a_path_of_this_server_is_kept() {
        for good in ["/", "/?connection=1&tab=a%20b", "/x/y?z=/", "/authors"] {
            assert_eq!(path(good), good);
        }
        assert_eq!(path("/x/../y"), "/y");
    }

    #[test]
    fn everything_else_becomes_the_start() {
        let long = format!("/?{}", "x".repeat(LONGEST));
        for bad in [
            "",
            "x",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/x\\y",
            "https://evil.example/",
            "https:evil.example",
            "javascript:alert(1)",
            "/\t/evil.example",
            "/\n",
            " /",
            "/ x",
            "/é",
            "/x#y",
            "/.//evil.example",
            "/x/..//evil.example",
            "/%2e//evil.example",
            "/auth/link?token=x",
            "/auth",
            "/x/../auth/link?token=x",
            "/%2e%2e/auth/sign-in",
            &long,
        ] {
            assert_eq!(path(bad), "/", "{bad}");
        }
        let base = Url::parse("https://vault.example.com").unwrap();
        assert_eq!(return_path(&base, None), "/");
    }
}
