use fluxori_domain::ShopDomain;

/// A shop as sellers write it: `my-shop.myshopify.com` in any case, its name alone, or the address of its admin page.
///
/// An address is taken only where it names exactly one shop: `https`, no port, no user, no query, no `..`.
pub(super) fn read_shop(text: &str) -> Result<ShopDomain, String> {
    let text = text.to_ascii_lowercase();
    let domain = match text.strip_prefix("https://") {
        Some(address) => shop_of_address(address),
        None if text.contains('.') => Some(text),
        None => Some(format!("{text}.myshopify.com")),
    };
    domain
        .and_then(|domain| ShopDomain::new(domain).ok())
        .ok_or_else(|| {
            "It must look like my-shop.myshopify.com: letters, digits and hyphens before .myshopify.com."
                .to_owned()
        })
}

fn shop_of_address(address: &str) -> Option<String> {
    let (host, path) = address.split_once('/').unwrap_or((address, ""));
    let mut parts = path.split('/');
    // Without this a browser and we could disagree about which shop is meant.
    let is_plain = |part: &str| {
        part != "."
            && part != ".."
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    };
    if !path.split('/').all(is_plain) {
        return None;
    }
    if host == "admin.shopify.com" {
        let name = (parts.next() == Some("store"))
            .then(|| parts.next())
            .flatten()?;
        return Some(format!("{name}.myshopify.com"));
    }
    matches!(parts.next(), Some("" | "admin")).then(|| host.to_owned())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("my-shop.myshopify.com")]
    #[case("my-shop")]
    #[case("My-Shop.MyShopify.com")]
    #[case("https://my-shop.myshopify.com")]
    #[case("https://my-shop.myshopify.com/")]
    #[case("https://my-shop.myshopify.com/admin")]
    #[case("https://my-shop.myshopify.com/admin/settings/apps")]
    #[case("https://admin.shopify.com/store/my-shop")]
    #[case("https://admin.shopify.com/store/My-Shop/settings/apps/")]
    fn a_shop_is_found_in_what_sellers_paste(#[case] text: &str) {
        assert_eq!(read_shop(text).unwrap().as_str(), "my-shop.myshopify.com");
    }

    #[rstest]
    #[case("")]
    #[case("my shop")]
    #[case("-my-shop")]
    #[case("my-shop/admin")]
    #[case("my-shop@evil")]
    #[case("my-shop:443")]
    #[case("localhost#")]
    #[case("myshopify.com")]
    #[case("my-shop.myshopify.com/")]
    #[case("my-shop.myshopify.com/admin")]
    #[case("my-shop.myshopify.com:443")]
    #[case("my-shop.myshopify.com\nx")]
    #[case("../my-shop.myshopify.com")]
    #[case("http://my-shop.myshopify.com")]
    #[case("https://my-shop.myshopify.com:8443/admin")]
    #[case("https://user@my-shop.myshopify.com/admin")]
    #[case("https://my-shop.myshopify.com/admin/../../evil")]
    #[case("https://my-shop.myshopify.com/other")]
    #[case("https://my-shop.myshopify.com\\@evil.example/admin")]
    #[case("https://my-shop.myshopify.com?x=1")]
    #[case("https://my-shop.myshopify.com/admin?x=1")]
    #[case("https://my-shop.myshopify.com/admin#x")]
    #[case("https://my-shop.myshopify.com/%61dmin")]
    #[case("https://evil.example/admin")]
    #[case("https://admin.shopify.com/")]
    #[case("https://admin.shopify.com/store")]
    #[case("https://admin.shopify.com/store/")]
    #[case("https://admin.shopify.com/store/..")]
    #[case("https://admin.shopify.com/store/a.b")]
    #[case("https://admin.shopify.com/stores/my-shop")]
    #[case("https://admin.shopify.com.evil.example/store/my-shop")]
    #[case("https://admin.shopify.com/store/my-shop/../other")]
    #[case("shоp.myshopify.com")] // Cyrillic о
    #[case("ｍy-shop.myshopify.com")] // full-width m
    #[case("my-shop.myshopify.com\u{200b}")]
    #[case("169.254.169.254")]
    fn anything_else_is_refused_without_quoting_it(#[case] text: &str) {
        let message = read_shop(text).unwrap_err();
        assert!(!message.contains("evil"), "{message}");
    }
}
