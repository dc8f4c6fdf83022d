//! `/api/webhooks`: what marketplaces push to us.

pub(crate) mod shopify;
