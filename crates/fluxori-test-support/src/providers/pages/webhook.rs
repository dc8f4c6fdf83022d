//! What Shopify tells an application.

use super::{
    super::{keys, shopify::is_shop, shopify_webhook::ShopifyWebhook, state::State},
    asked::Asked,
    html,
    shopify::BRAND,
};
use actix_web::{HttpResponse, web};

const TOPICS: [&str; 4] = [
    "app/uninstalled",
    "shop/redact",
    "customers/redact",
    "customers/data_request",
];

/// The page that sends messages.
pub(super) async fn show(state: &State, asked: &Asked) -> HttpResponse {
    if !asked.is_form() {
        return page("");
    }
    let shop = asked.field("shop");
    if !is_shop(shop) {
        return page("There is no such shop.");
    }
    let topic = asked.field("topic");
    if topic == "app/uninstalled" {
        state.grants().uninstall(shop);
    }
    let webhook = ShopifyWebhook::new(topic, shop, state.now());
    let address = asked.field("address").to_owned();
    let sent = web::block(move || webhook.send(&address)).await;
    match sent {
        Ok(Ok(status)) => page(&format!("Sent. The application answered {status}.")),
        _ => page("The application could not be reached."),
    }
}

fn page(result: &str) -> HttpResponse {
    let result = match result {
        "" => String::new(),
        text => format!(
            "<p role=\"status\"><strong>{}</strong></p>",
            html::escape(text)
        ),
    };
    let topics = TOPICS.map(|topic| format!("<option>{topic}</option>"));
    let topics = topics.concat();
    let content = format!(
        "{result}<form method=\"post\"><label>To<input type=\"url\" name=\"address\" required \
         value=\"http://127.0.0.1:8080/api/webhooks/shopify\"></label>\
         <label>Topic<select name=\"topic\">{topics}</select></label>\
         <label>Shop<input type=\"text\" name=\"shop\" required value=\"{}\"></label>\
         <div class=\"buttons\"><button>Send</button></div></form>",
        keys::SHOPIFY_SHOP
    );
    html::page(200, BRAND, "Send a message to the application", &content)
}
