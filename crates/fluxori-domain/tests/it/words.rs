//! Words with rules: what is taken is kept as it is, and what is printed is read as the same.

use std::{fmt::Display, str::FromStr};

use fluxori_domain::{
    AccountDetails, AccountId, AmazonDetails, AmazonRegion, AuditHash, ConnectionId, Cursor,
    IdempotencyKey, Label, OrganizationId, Purpose, Role, Roles, ServiceName, ShopDomain,
    ShopifyDetails, UserId, XeroDetails,
};
use proptest::{collection::vec, option, prelude::*, sample::select};
use uuid::Uuid;

/// Whether a text that is taken comes back from its printed form, as it was.
fn survives<T>(text: &str) -> bool
where
    T: FromStr + Display + PartialEq,
{
    match text.parse::<T>() {
        Ok(word) => word.to_string() == text && word.to_string().parse().ok() == Some(word),
        Err(_) => true,
    }
}

/// Texts that are nearly words: printable, blank, of other scripts, invisible, long.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[ -~]{0,140}",
        r"[\p{L}\p{N}\p{Zs}\p{C}]{0,140}",
        "[a-z0-9-]{0,70}\\.myshopify\\.com",
    ]
}

proptest! {
    #[test]
    fn a_text_is_a_word_as_it_is_or_not_at_all(text in text()) {
        prop_assert!(survives::<AccountId>(&text));
        prop_assert!(survives::<IdempotencyKey>(&text));
        prop_assert!(survives::<Label>(&text));
        prop_assert!(survives::<OrganizationId>(&text));
        prop_assert!(survives::<Purpose>(&text));
        prop_assert!(survives::<ServiceName>(&text));
        prop_assert!(survives::<ShopDomain>(&text));
        prop_assert!(survives::<UserId>(&text));
    }

    #[test]
    fn a_cursor_comes_back_however_its_id_is_written(number in any::<u128>()) {
        let id = Uuid::from_u128(number);
        let cursor = Cursor::after(id);
        prop_assert_eq!(cursor.to_string().parse(), Ok(cursor));
        prop_assert_eq!(id.hyphenated().to_string().parse(), Ok(cursor));
        let connection = ConnectionId::from_uuid(id);
        prop_assert_eq!(connection.to_string().parse(), Ok(connection));
    }

    #[test]
    fn a_hash_comes_back(bytes in any::<[u8; 32]>(), text in "[0-9a-zA-Z+ -]{0,70}") {
        let hash = AuditHash(bytes);
        prop_assert_eq!(hash.to_string().parse(), Ok(hash));
        if let Ok(read) = text.parse::<AuditHash>() {
            prop_assert_eq!(read.to_string(), text.to_lowercase());
        }
    }

    #[test]
    fn roles_come_back_in_any_order(roles in vec(select(Role::ALL.to_vec()), 1..6)) {
        let roles = Roles::of(roles);
        prop_assert_eq!(roles.to_string().parse::<Roles>(), Ok(roles));
    }

    #[test]
    fn what_is_known_of_an_account_comes_back_from_its_row(
        texts in vec(any::<String>(), 3),
        tenant in option::of(any::<u128>()),
        lists in vec(vec(any::<String>(), 0..4), 2),
    ) {
        let [first, second, third] = texts.as_slice() else { unreachable!() };
        for details in [
            AccountDetails::Amazon(AmazonDetails {
                region: AmazonRegion::FarEast,
                selling_partner_id: first.clone(),
                marketplace_ids: lists[0].clone(),
                countries: lists[1].clone(),
            }),
            AccountDetails::Shopify(ShopifyDetails {
                shop: ShopDomain::new("my-shop.myshopify.com").unwrap(),
                shop_gid: Some(second.clone()),
                currency: None,
                timezone: Some(third.clone()),
                scopes: lists[0].clone(),
            }),
            AccountDetails::Xero(XeroDetails {
                tenant_id: tenant.map(Uuid::from_u128),
                connection_id: None,
                tenant_type: Some(first.clone()),
            }),
        ] {
            let stored = serde_json::to_string(&details).unwrap();
            prop_assert_eq!(serde_json::from_str::<AccountDetails>(&stored).unwrap(), details);
        }
    }
}
