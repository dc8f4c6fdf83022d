use std::collections::BTreeSet;

/// Whether everything `wanted` is `granted`. Writing includes reading: Shopify drops `read_x` beside `write_x`.
pub(super) fn covers<'a>(
    granted: impl Iterator<Item = &'a str>,
    wanted: impl Iterator<Item = &'a str>,
) -> bool {
    let mut expanded = BTreeSet::new();
    for scope in granted.map(str::trim) {
        expanded.insert(scope.to_owned());
        expanded.extend(implied(scope));
    }
    wanted.into_iter().all(|scope| expanded.contains(scope))
}

fn implied(scope: &str) -> Option<String> {
    const UNAUTHENTICATED: &str = "unauthenticated_";
    let (prefix, rest) = match scope.strip_prefix(UNAUTHENTICATED) {
        Some(rest) => (UNAUTHENTICATED, rest),
        None => ("", scope),
    };
    let what = rest.strip_prefix("write_")?;
    Some(format!("{prefix}read_{what}"))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("write_orders", "read_orders,write_orders", true)]
    #[case("write_orders, read_products", "read_orders,read_products", true)]
    #[case(
        "unauthenticated_write_checkouts",
        "unauthenticated_read_checkouts",
        true
    )]
    #[case("read_orders", "write_orders", false)]
    #[case("write_orders", "read_products", false)]
    #[case("unauthenticated_write_checkouts", "read_checkouts", false)]
    #[case("", "read_orders", false)]
    #[case("read_orders", "", true)]
    fn writing_includes_reading(#[case] granted: &str, #[case] wanted: &str, #[case] all: bool) {
        let wanted = wanted.split(',').filter(|scope| !scope.is_empty());
        assert_eq!(covers(granted.split(','), wanted), all);
    }
}
