//! The token keeper: one refresh, however many callers and nodes, and never a forced one too many.

use std::sync::Arc;

use crate::platform::Platform;
use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, join_all, ready};
use secrecy::ExposeSecret as _;
use weigui_wechat::Client;
use weigui_wechat::client::{CallError, Lease, MemoryTokens, Record, StoreError, TokenStore};

const SEND: &str = "/cgi-bin/message/custom/send";

async fn send_many(clients: &[Client], count: usize) {
    let calls = (0..count).map(|i| clients[i % clients.len()].send_text("oU", "x"));
    for outcome in join_all(calls).await {
        outcome.unwrap();
    }
}

#[tokio::test]
async fn a_thousand_calls_at_the_start_ask_for_one_token() {
    let platform = Platform::start().await;
    let client = platform.client(Arc::new(MemoryTokens::default()));
    send_many(&[client], 1_000).await;
    assert_eq!(platform.world().asked, 1);
    assert_eq!(platform.calls_to(SEND), 1_000);
}

#[tokio::test]
async fn a_thousand_calls_on_two_nodes_with_a_voided_token_refresh_once() {
    let platform = Platform::start().await;
    let store = Arc::new(MemoryTokens::default());
    let nodes = [
        platform.client(Arc::<MemoryTokens>::clone(&store)),
        platform.client(store),
    ];
    send_many(&nodes, 10).await;
    assert_eq!(platform.world().asked, 1);
    platform.expire();
    send_many(&nodes, 1_000).await;
    let world = platform.world();
    assert_eq!(
        (world.asked, world.issued, world.forced),
        (2, 2, 0),
        "one refresh for all, no refused"
    );
}

#[tokio::test]
async fn a_refused_token_that_normal_mode_repeats_is_forced_once() {
    let platform = Platform::start().await;
    let store = Arc::new(MemoryTokens::default());
    let nodes = [
        platform.client(Arc::<MemoryTokens>::clone(&store)),
        platform.client(store),
    ];
    send_many(&nodes, 2).await;
    platform.world().stuck = true;
    platform.world().now += 60;
    send_many(&nodes, 200).await;
    let world = platform.world();
    assert_eq!((world.asked, world.forced, world.issued), (3, 1, 2));
}

#[tokio::test]
async fn forced_refreshes_keep_their_distance_and_their_number() {
    let platform = Platform::start().await;
    let client = platform.client(Arc::new(MemoryTokens::default()));
    client.send_text("oU", "x").await.unwrap();
    for round in 1..=25_u32 {
        platform.world().stuck = true;
        platform.world().now += 31;
        let outcome = client.send_text("oU", "x").await;
        if round <= 20 {
            outcome.unwrap();
            platform.world().stuck = true;
            platform.world().now += 5;
            let too_soon = client.send_text("oU", "x").await;
            assert!(matches!(too_soon, Err(CallError::NotSent(_))), "{too_soon:?}");
        } else {
            assert!(
                matches!(outcome, Err(CallError::NotSent(_))),
                "round {round}: {outcome:?}"
            );
        }
        assert_eq!(platform.world().forced, round.min(20));
    }
    platform.world().now += 86_400;
    platform.world().token_until = i64::MAX;
    client.send_text("oU", "x").await.unwrap();
    assert_eq!(platform.world().forced, 21, "a new day");
}

#[tokio::test]
async fn a_failed_call_with_an_older_token_does_not_drop_the_newer_one() {
    let platform = Platform::start().await;
    let client = platform.client(Arc::new(MemoryTokens::default()));
    let old = client.tokens().token().await.unwrap();
    platform.expire();
    let new = client.tokens().renew(&old).await.unwrap();
    let again = client.tokens().renew(&old).await.unwrap();
    assert_eq!(new.value.expose_secret(), again.value.expose_secret());
    assert_eq!(platform.world().asked, 2);
}

#[tokio::test]
async fn a_token_near_its_end_is_renewed_by_one_while_others_go_on() {
    let platform = Platform::start().await;
    let client = platform.client(Arc::new(MemoryTokens::default()));
    client.send_text("oU", "x").await.unwrap();
    platform.world().now += 7_200 - 200;
    let outcomes = join_all((0..50).map(|_| client.tokens().token())).await;
    let old = outcomes
        .iter()
        .filter(|t| t.as_ref().unwrap().value.expose_secret().ends_with("01"))
        .count();
    assert_eq!(platform.world().asked, 2);
    assert_eq!(old, 49, "nobody waits while the old token lives");
    assert!(
        client
            .tokens()
            .token()
            .await
            .unwrap()
            .value
            .expose_secret()
            .ends_with("02")
    );
}

/// A store whose every call fails.
struct Broken;

impl TokenStore for Broken {
    fn load<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<Option<Record>, StoreError>> {
        ready(Err(StoreError("down".into()))).boxed()
    }
    fn lease<'a>(&'a self, _: &'a str, _: i64, _: i64) -> BoxFuture<'a, Result<Lease, StoreError>> {
        ready(Err(StoreError("down".into()))).boxed()
    }
    fn count<'a>(&'a self, _: &'a str, _: &'a Record) -> BoxFuture<'a, Result<bool, StoreError>> {
        ready(Err(StoreError("down".into()))).boxed()
    }
    fn save<'a>(&'a self, _: &'a str, _: &'a Record) -> BoxFuture<'a, Result<bool, StoreError>> {
        ready(Err(StoreError("down".into()))).boxed()
    }
}

#[tokio::test]
async fn without_the_store_calls_go_on_and_nothing_is_forced() {
    let platform = Platform::start().await;
    let client = platform.client(Arc::new(Broken));
    send_many(std::slice::from_ref(&client), 100).await;
    assert_eq!(platform.world().asked, 1);
    platform.expire();
    send_many(std::slice::from_ref(&client), 100).await;
    assert_eq!(
        platform.world().asked,
        2,
        "a call that failed with the old token drops only the old one"
    );
    platform.world().stuck = true;
    assert!(client.send_text("oU", "x").await.is_err());
    assert_eq!(platform.world().forced, 0, "what cannot be counted is not forced");
}

#[tokio::test]
async fn a_node_that_lost_its_lease_takes_the_newer_token() {
    let platform = Platform::start().await;
    let store = Arc::new(MemoryTokens::default());
    let now = platform.world().now;
    let Lease::Mine(stale) = store.lease("wx1", now, now + 1).await.unwrap() else {
        panic!("free")
    };
    let client = platform.client(Arc::<MemoryTokens>::clone(&store));
    platform.world().now += 2;
    client.send_text("oU", "x").await.unwrap();
    assert!(
        !store.save("wx1", &stale).await.unwrap(),
        "an older fencing number writes nothing"
    );
    assert!(!store.count("wx1", &stale).await.unwrap());
    assert!(store.load("wx1").await.unwrap().unwrap().token.is_some());
}

/// A store that works until it is switched off, and again when it is switched on.
#[derive(Default)]
struct Switched {
    store: MemoryTokens,
    off: std::sync::atomic::AtomicBool,
}

impl Switched {
    fn switch(&self, off: bool) {
        self.off.store(off, std::sync::atomic::Ordering::SeqCst);
    }

    fn or_down<'a, T: Send + 'a>(
        &'a self,
        call: BoxFuture<'a, Result<T, StoreError>>,
    ) -> BoxFuture<'a, Result<T, StoreError>> {
        if self.off.load(std::sync::atomic::Ordering::SeqCst) {
            ready(Err(StoreError("lost".into()))).boxed()
        } else {
            call
        }
    }
}

impl TokenStore for Switched {
    fn load<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Option<Record>, StoreError>> {
        self.or_down(self.store.load(name))
    }
    fn lease<'a>(&'a self, name: &'a str, now: i64, until: i64) -> BoxFuture<'a, Result<Lease, StoreError>> {
        self.or_down(self.store.lease(name, now, until))
    }
    fn count<'a>(&'a self, name: &'a str, record: &'a Record) -> BoxFuture<'a, Result<bool, StoreError>> {
        self.or_down(self.store.count(name, record))
    }
    fn save<'a>(&'a self, name: &'a str, record: &'a Record) -> BoxFuture<'a, Result<bool, StoreError>> {
        self.or_down(self.store.save(name, record))
    }
}

/// WeChat's own view: how often a token other than the living one was shown to it.
fn refused_calls(platform: &Platform) -> usize {
    let world = platform.world();
    let living = format!("access_token={}", world.token);
    let sends = world.calls.iter().filter(|(path, _, _)| path == SEND);
    sends.filter(|(_, query, _)| !query.contains(&living)).count()
}

#[tokio::test]
async fn two_nodes_a_forced_expiry_and_a_store_lost_in_the_middle_are_still_one_refresh() {
    let platform = Platform::start().await;
    let store = Arc::new(Switched::default());
    let nodes = [
        platform.client(Arc::<Switched>::clone(&store)),
        platform.client(Arc::<Switched>::clone(&store)),
    ];
    send_many(&nodes, 10).await;
    {
        let mut world = platform.world();
        assert_eq!((world.issued, world.asked), (1, 1));
        world.calls.clear();
        world.now += 60;
    }
    platform.expire();
    let lost = async {
        // In the middle: the first refresh is on its way (the platform takes 20 ms over it).
        while platform.world().asked < 2 {
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
        store.switch(true);
    };
    tokio::join!(send_many(&nodes, 1_000), lost);
    assert_eq!(
        platform.world().issued,
        2,
        "one new token for a thousand calls on two nodes"
    );
    assert_eq!(platform.world().forced, 0);
    assert!(
        platform.world().asked <= 3,
        "each node asked at most once: {}",
        platform.world().asked
    );
    let refused = refused_calls(&platform);
    assert_eq!(platform.calls_to(SEND), 1_000 + refused, "none was refused twice");
    platform.world().calls.clear();
    send_many(&nodes, 200).await;
    assert_eq!(refused_calls(&platform), 0, "no storm of 40001 afterwards");
    // The store is back, with a lease that nobody gave back and the token of long ago.
    store.switch(false);
    platform.expire();
    send_many(&nodes, 20).await;
    assert_eq!(platform.world().issued, 3);
}

#[tokio::test]
async fn a_node_that_dies_with_the_lease_does_not_stop_the_others() {
    let platform = Platform::start().await;
    let store = Arc::new(MemoryTokens::default());
    let now = platform.world().now;
    let Lease::Mine(_) = store.lease("wx1", now, now + 15).await.unwrap() else {
        panic!("free")
    };
    let client = platform.client(store);
    let began = std::time::Instant::now();
    client.send_text("oU", "x").await.unwrap();
    assert!(
        began.elapsed() < std::time::Duration::from_secs(15),
        "not for the lease's whole life"
    );
    assert_eq!(platform.world().issued, 1);
}
