//! What marketplaces pushed to us.

use fluxori_domain::{
    AuditKind, Marketplace,
    ports::{ConnectionRepository as _, WebhookRepository},
};

use crate::support::{Store, account, alice, at, event, on_both, scope};

fn webhooks(store: &Store) -> &dyn WebhookRepository {
    &store.database
}

on_both! {
    async fn a_delivery_is_remembered_until_it_is_forgotten(store: Store) {
        let (shopify, xero) = (Marketplace::Shopify, Marketplace::Xero);
        assert!(!webhooks(&store).is_known(shopify, "a").await.unwrap());
        webhooks(&store).remember(shopify, "a", at(0)).await.unwrap();
        webhooks(&store).remember(shopify, "a", at(50)).await.unwrap();
        assert!(webhooks(&store).is_known(shopify, "a").await.unwrap());
        assert!(!webhooks(&store).is_known(xero, "a").await.unwrap(), "names are each marketplace's own");
        assert_eq!(webhooks(&store).forget(at(0)).await.unwrap(), 0);
        assert_eq!(webhooks(&store).forget(at(1)).await.unwrap(), 1);
        assert!(!webhooks(&store).is_known(shopify, "a").await.unwrap());
    }

    async fn an_account_is_found_wherever_it_is_connected(store: Store) {
        let (takealot, bob) = (Marketplace::Takealot, scope("org-2", "bob"));
        let first = store.insert(&alice(), "shop").await;
        let second = store.insert(&bob, "shop").await;
        store.insert(&bob, "other").await;
        let found = webhooks(&store).connections_of(takealot, &account("shop")).await.unwrap();
        assert_eq!(found, [(alice(), first.id), (bob, second.id)]);
        let buried = event(&first, AuditKind::Deleted);
        store.database.bury(&alice(), first.id, None, false, buried).await.unwrap();
        let found = webhooks(&store).connections_of(takealot, &account("shop")).await.unwrap();
        assert_eq!(found.len(), 1);
    }
}
