use fluxori_secret_manager::{Level, Use};
use fluxori_test_support::google::Order;

use crate::world::{World, id_of};

fn permissions(of: Use, level: Level) -> Vec<&'static str> {
    of.grants()
        .filter(|grant| grant.level == level)
        .map(|grant| grant.permission)
        .collect()
}

#[tokio::test]
async fn the_permissions_on_a_secret_are_the_ones_that_were_given() {
    let world = World::new();
    let (secret, _) = world.secret("one", "x").await;
    let wanted = permissions(Use::Adapter, Level::Secret);
    let granted = world
        .secrets
        .test_permissions(&secret, &wanted)
        .await
        .unwrap();
    assert_eq!(granted, wanted);
    let revoke = Order::Revoke(world.account.email.clone(), wanted[0].to_owned());
    world.google.operate(revoke);
    let granted = world
        .secrets
        .test_permissions(&secret, &wanted)
        .await
        .unwrap();
    assert_eq!(granted, wanted[1..]);
}

#[tokio::test]
async fn nobody_has_permissions_on_a_secret_that_does_not_exist() {
    let world = World::new();
    let wanted = permissions(Use::Adapter, Level::Secret);
    let granted = world
        .secrets
        .test_permissions(&id_of("gone"), &wanted)
        .await;
    assert_eq!(granted.unwrap(), [""; 0]);
}

#[tokio::test]
async fn the_permissions_on_the_project_are_known_before_there_is_a_secret() {
    let world = World::new();
    let wanted: Vec<_> = Use::Server.grants().map(|grant| grant.permission).collect();
    let granted = world
        .secrets
        .test_project_permissions(&wanted)
        .await
        .unwrap();
    assert_eq!(granted, wanted);
    let revoke = Order::Revoke(world.account.email.clone(), wanted[0].to_owned());
    world.google.operate(revoke);
    let granted = world
        .secrets
        .test_project_permissions(&wanted)
        .await
        .unwrap();
    assert_eq!(granted, wanted[1..]);
}
