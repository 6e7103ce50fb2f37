//! The bus: heard by everybody who listens, here and on other nodes, and again after Redis was away.

use std::time::{Duration, Instant};

use kit::bus::{Bus, Hint, Listening};
use kit::testing::{Redis, redis};

async fn next(ear: &mut Listening) -> Hint {
    tokio::time::timeout(Duration::from_secs(5), ear.recv())
        .await
        .expect("nothing was heard")
        .unwrap()
}

async fn silent(ear: &mut Listening) -> bool {
    tokio::time::timeout(Duration::from_millis(200), ear.recv())
        .await
        .is_err()
}

async fn connected(url: &str) -> Bus {
    let bus = Bus::redis(url).unwrap();
    wait_for(&bus, true).await;
    bus
}

async fn wait_for(bus: &Bus, connected: bool) {
    let begun = Instant::now();
    while bus.is_connected() != connected {
        assert!(
            begun.elapsed() < Duration::from_secs(10),
            "connected: {}",
            bus.is_connected()
        );
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

fn said(text: &str) -> Hint {
    Hint::Said(text.into())
}

#[tokio::test]
async fn listeners_of_a_topic_hear_it_once_and_others_do_not() {
    for bus in [Bus::local(), connected(redis().await.url()).await] {
        let (mut a, mut b, mut other) = (
            bus.subscribe("once"),
            bus.subscribe("once"),
            bus.subscribe("other"),
        );
        bus.publish("once", "rates 汇率").await;
        assert_eq!(
            (next(&mut a).await, next(&mut b).await),
            (said("rates 汇率"), said("rates 汇率"))
        );
        assert!(silent(&mut a).await && silent(&mut other).await);
    }
}

#[tokio::test]
async fn nodes_hear_one_another() {
    let url = redis().await.url();
    let (here, there) = (connected(url).await, connected(url).await);
    let (mut near, mut far) = (here.subscribe("nodes"), there.subscribe("nodes"));
    here.publish("nodes", "1").await;
    there.publish("nodes", "2").await;
    // Each node hears its own hint at once and the other's in its time.
    for ear in [&mut near, &mut far] {
        let mut heard = [next(ear).await, next(ear).await];
        heard.sort_by_key(|hint| format!("{hint:?}"));
        assert_eq!(heard, [said("1"), said("2")]);
    }
}

#[tokio::test]
async fn a_slow_listener_is_told_that_it_missed_something() {
    let bus = Bus::local();
    let mut slow = bus.subscribe("many");
    for n in 0..1_000 {
        bus.publish("many", &n.to_string()).await;
    }
    assert_eq!(next(&mut slow).await, Hint::Missed);
    assert!(matches!(next(&mut slow).await, Hint::Said(_)));
}

#[tokio::test]
async fn after_redis_was_away_nodes_hear_one_another_again() {
    let mut server = Redis::start().await;
    let (here, there) = (connected(server.url()).await, connected(server.url()).await);
    let (mut near, mut far) = (here.subscribe("again"), there.subscribe("again"));
    server.crash();
    wait_for(&here, false).await;
    // Within the node the bus works on.
    here.publish("again", "alone").await;
    assert_eq!(next(&mut near).await, said("alone"));
    server.recover().await;
    wait_for(&here, true).await;
    wait_for(&there, true).await;
    assert_eq!(next(&mut far).await, Hint::Missed);
    here.publish("again", "back").await;
    assert_eq!(next(&mut far).await, said("back"));
}

#[tokio::test]
async fn a_bus_does_not_need_redis_to_start() {
    let mut server = Redis::start().await;
    server.crash();
    let bus = Bus::redis(server.url()).unwrap();
    let mut ear = bus.subscribe("late");
    assert!(!bus.is_connected());
    bus.publish("late", "here").await;
    assert_eq!(next(&mut ear).await, said("here"));
    server.recover().await;
    wait_for(&bus, true).await;
    let other = connected(server.url()).await;
    other.publish("late", "there").await;
    assert_eq!(next(&mut ear).await, said("there"));
    assert!(Bus::redis("not an address").is_err());
}
