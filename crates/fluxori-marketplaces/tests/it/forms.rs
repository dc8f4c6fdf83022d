use fluxori_domain::{
    AccountDetails, AccountId, AuthKind, AuthType, ConnectMethod, InvalidForm, Marketplace,
    TakealotSurface, ports::MarketplaceClient,
};
use fluxori_test_support::providers::keys;
use rstest::rstest;

use crate::support::{World, amazon, auth_type, form, shopify, takealot, xero};

fn good_forms() -> [(Marketplace, Vec<(&'static str, &'static str)>); 4] {
    [
        (Marketplace::Takealot, takealot(keys::TAKEALOT_GOOD)),
        (Marketplace::Amazon, amazon(keys::AMAZON_GOOD)),
        (Marketplace::Shopify, shopify(keys::SHOPIFY_GOOD)),
        (Marketplace::Xero, xero(keys::XERO_GOOD)),
    ]
}

fn fields_with_problems(error: &InvalidForm) -> Vec<&str> {
    let mut fields: Vec<_> = error
        .problems
        .iter()
        .map(|problem| problem.field.as_str())
        .collect();
    fields.sort_unstable();
    fields
}

fn form_kind(client: &dyn MarketplaceClient) -> AuthKind {
    let mut kinds = client.descriptor().auth_kinds.into_iter();
    kinds
        .find(|kind| kind.method == ConnectMethod::Form)
        .unwrap()
}

#[tokio::test]
async fn a_usual_form_is_taken_without_a_warning() {
    let world = World::new();
    for (marketplace, fields) in good_forms() {
        let submission = world.parse(marketplace, &fields).unwrap();
        assert_eq!(submission.warnings, [], "{marketplace}");
        assert_eq!(submission.details.marketplace(), marketplace);
    }
}

#[tokio::test]
async fn every_required_field_is_asked_for_at_once() {
    let world = World::new();
    for (marketplace, expected) in [
        (Marketplace::Takealot, vec!["apiKey"]),
        (
            Marketplace::Amazon,
            vec!["refreshToken", "region", "sellingPartnerId"],
        ),
        (Marketplace::Shopify, vec!["accessToken", "shop"]),
        (Marketplace::Xero, vec!["accessToken"]),
    ] {
        let error = world.parse(marketplace, &[]).unwrap_err();
        assert_eq!(fields_with_problems(&error), expected, "{marketplace}");
        let blank: Vec<_> = expected.iter().map(|name| (*name, " \r\n")).collect();
        let error = world.parse(marketplace, &blank).unwrap_err();
        assert_eq!(fields_with_problems(&error), expected, "{marketplace}");
    }
}

#[tokio::test]
async fn a_field_that_the_form_does_not_have_is_a_problem_beside_the_others() {
    let world = World::new();
    for (marketplace, mut fields) in good_forms() {
        fields.push(("password", "canary"));
        fields[0].1 = "canary with spaces";
        let error = world.parse(marketplace, &fields).unwrap_err();
        assert!(
            fields_with_problems(&error).contains(&"password"),
            "{marketplace}"
        );
        assert_eq!(error.problems.len(), 2, "{marketplace}: {error:?}");
        assert!(!format!("{error:?} {error}").contains("canary"));
    }
}

#[rstest]
#[case::line_break("canary-0123456789\r\nX-Evil: 1")]
#[case::null("canary-0123456789\u{0}")]
#[case::escape("canary-0123456789\u{1b}[2J")]
#[case::space("canary 0123456789 abcdef")]
#[case::no_ascii("canary-0123456789-é")]
#[case::look_alike("сanary-0123456789-abcdef")] // Cyrillic с
#[case::zero_width("canary-0123456789\u{200b}abcdef")]
#[case::too_short("canary")]
#[tokio::test]
async fn a_secret_that_could_break_a_header_is_refused_without_quoting_it(#[case] secret: &str) {
    let world = World::new();
    for (marketplace, field, mut fields) in [
        (Marketplace::Takealot, "apiKey", takealot("")),
        (Marketplace::Amazon, "refreshToken", amazon("")),
        (Marketplace::Shopify, "accessToken", shopify("")),
        (Marketplace::Xero, "accessToken", xero("")),
    ] {
        for pair in &mut fields {
            if pair.0 == field {
                pair.1 = secret;
            }
        }
        let error = world.parse(marketplace, &fields).unwrap_err();
        assert_eq!(fields_with_problems(&error), [field], "{marketplace}");
        let printed = format!("{error:?}");
        assert!(
            !printed.contains("canary") && !printed.contains("0123456789"),
            "{printed}"
        );
    }
}

#[tokio::test]
async fn a_secret_may_be_long_but_not_endless() {
    let world = World::new();
    for (marketplace, longest) in [
        (Marketplace::Takealot, 512),
        (Marketplace::Amazon, 2048),
        (Marketplace::Shopify, 512),
        (Marketplace::Xero, 8192),
    ] {
        for (length, good) in [(longest, true), (longest + 1, false)] {
            let secret = "x".repeat(length);
            let fields = match marketplace {
                Marketplace::Takealot => takealot(&secret),
                Marketplace::Amazon => amazon(&secret),
                Marketplace::Shopify => shopify(&secret),
                Marketplace::Xero => xero(&secret),
            };
            let parsed = world.parse(marketplace, &fields);
            assert_eq!(parsed.is_ok(), good, "{marketplace} {length}");
            if let Ok(submission) = parsed {
                assert_eq!(
                    submission.warnings.len(),
                    1,
                    "{marketplace}: it looks unusual"
                );
            }
        }
    }
}

#[tokio::test]
async fn white_space_around_a_pasted_value_is_dropped() {
    let world = World::new();
    let key = format!("\n {} \r\n", keys::TAKEALOT_GOOD);
    let submission = world.parse(Marketplace::Takealot, &takealot(&key)).unwrap();
    assert_eq!(submission.warnings, []);
}

#[rstest]
#[case(None, Ok(TakealotSurface::Marketplace))]
#[case(Some("marketplace"), Ok(TakealotSurface::Marketplace))]
#[case(Some("seller"), Ok(TakealotSurface::Seller))]
#[case(Some("Seller"), Err(()))]
#[case(Some("canary"), Err(()))]
#[tokio::test]
async fn a_choice_is_one_of_those_offered(
    #[case] chosen: Option<&str>,
    #[case] expected: Result<TakealotSurface, ()>,
) {
    let world = World::new();
    let mut fields = takealot(keys::TAKEALOT_GOOD);
    fields.extend(chosen.map(|chosen| ("apiSurface", chosen)));
    match (world.parse(Marketplace::Takealot, &fields), expected) {
        (Ok(submission), Ok(surface)) => {
            let AccountDetails::Takealot(details) = submission.details else {
                panic!("details of another marketplace")
            };
            assert_eq!(details.api_surface, surface);
        }
        (Err(error), Err(())) => {
            assert_eq!(
                error.problems[0].message,
                "Choose one of: marketplace, seller."
            );
        }
        (parsed, _) => panic!("{parsed:?}"),
    }
}

#[rstest]
#[case("a1simulated001", Some("eu:A1SIMULATED001"))]
#[case("B0123", Some("eu:B0123"))]
#[case("A1SI", None)]
#[case("A1SIM ULATED", None)]
#[case("A1SIM:ULATED", None)]
#[case("A1SIMULATEDé", None)]
#[tokio::test]
async fn an_amazon_account_is_a_seller_in_a_region(
    #[case] seller: &str,
    #[case] account: Option<&str>,
) {
    let world = World::new();
    let mut fields = amazon(keys::AMAZON_GOOD);
    fields[2].1 = seller;
    let parsed = world.parse(Marketplace::Amazon, &fields).ok();
    let found = parsed.and_then(|submission| submission.account_id);
    assert_eq!(found.as_ref().map(AccountId::as_str), account);
}

#[rstest]
#[case(
    "45E4708E-d862-4111-ab3a-dd8cd03913e1",
    Some("45e4708e-d862-4111-ab3a-dd8cd03913e1")
)]
#[case("45e4708ed8624111ab3add8cd03913e1", None)]
#[case("{45e4708e-d862-4111-ab3a-dd8cd03913e}", None)]
#[case("00000000-0000-0000-0000-000000000000", None)]
#[case("canary", None)]
#[tokio::test]
async fn a_xero_account_is_a_tenant_id(#[case] tenant: &str, #[case] account: Option<&str>) {
    let world = World::new();
    let mut fields = xero(keys::XERO_GOOD);
    fields.push(("tenantId", tenant));
    let parsed = world.parse(Marketplace::Xero, &fields).ok();
    let found = parsed.and_then(|submission| submission.account_id);
    assert_eq!(found.as_ref().map(AccountId::as_str), account);
}

#[tokio::test]
async fn a_xero_token_set_without_a_refresh_token_is_warned_about() {
    let world = World::new();
    let fields = [("accessToken", keys::XERO_GOOD)];
    let submission = world.parse(Marketplace::Xero, &fields).unwrap();
    assert_eq!(submission.warnings[0].field, "refreshToken");
    assert_eq!(submission.clocks.refresh_expires_at, None);
}

#[tokio::test]
async fn only_the_offered_ways_lead_in() {
    let world = World::new();
    for (marketplace, fields) in good_forms() {
        let client: &dyn MarketplaceClient = world.client(marketplace);
        for auth_type_tried in AuthType::ALL {
            let parsed = client.parse(*auth_type_tried, &form(&fields));
            assert_eq!(parsed.is_ok(), *auth_type_tried == auth_type(marketplace));
        }
    }
}

#[tokio::test]
async fn a_new_secret_is_all_that_an_existing_connection_asks_for() {
    let world = World::new();
    for (marketplace, fields) in good_forms() {
        let client = world.client(marketplace);
        let first = world.parse(marketplace, &fields).unwrap();
        let kind = &form_kind(client);
        let secrets: Vec<_> = fields
            .into_iter()
            .filter(|(name, _)| {
                kind.fields.iter().any(|field| {
                    field.name == *name && field.kind == fluxori_domain::FieldKind::Secret
                })
            })
            .collect();
        let known = client.known_fields(&first.details);
        let second = client
            .parse(kind.auth_type, &form(&secrets).with_known(known))
            .unwrap();
        assert_eq!(second.details, first.details, "{marketplace}");
        assert_eq!(second.account_id, first.account_id, "{marketplace}");
    }
}

#[tokio::test]
async fn descriptors_describe_what_the_forms_take() {
    let world = World::new();
    for (marketplace, fields) in good_forms() {
        let descriptor = world.client(marketplace).descriptor();
        assert_eq!(descriptor.marketplace, marketplace);
        let kind = form_kind(world.client(marketplace));
        for (name, _) in &fields {
            assert!(
                kind.fields.iter().any(|field| field.name == *name),
                "{name}"
            );
        }
        for kind in &descriptor.auth_kinds {
            assert!(kind.is_configured(), "{marketplace}");
            for field in &kind.fields {
                assert!(!field.label.is_empty() && !field.help.is_empty());
            }
        }
    }
}

#[tokio::test]
async fn takealot_tells_where_its_keys_are_made() {
    let world = World::new();
    let addresses = |marketplace| {
        let kinds = world.client(marketplace).descriptor().auth_kinds;
        kinds
            .into_iter()
            .map(|kind| kind.help_url)
            .collect::<Vec<_>>()
    };
    let portal = Some("https://seller.takealot.com/".to_owned());
    assert_eq!(addresses(Marketplace::Takealot), [portal]);
    for marketplace in [Marketplace::Amazon, Marketplace::Shopify, Marketplace::Xero] {
        assert_eq!(addresses(marketplace), [None, None], "{marketplace}");
    }
}
