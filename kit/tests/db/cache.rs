//! The cache's promise: nothing loaded before an invalidation is returned by a call that begins after it.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use kit::cache::Cache;
use kit::testing::{Redis, redis};
use tokio::sync::Notify;
use tokio::task::JoinSet;

use crate::proxy::{Proxy, Wire};

const TTL: Duration = Duration::from_mins(1);

fn at(url: &str) -> Cache {
    Cache::redis(url).unwrap()
}

/// A cache of this process, one in Redis, and one whose Redis does not exist.
async fn on_all(test: impl AsyncFn(Cache, bool)) {
    test(Cache::local(), true).await;
    test(at(redis().await.url()), true).await;
    test(at("redis://127.0.0.1:1/"), false).await;
}

async fn get(cache: &Cache, key: &str, value: i64) -> i64 {
    cache
        .get_or_load(key, TTL, async { Ok::<_, Infallible>(value) })
        .await
        .unwrap()
}

#[tokio::test]
async fn a_value_is_kept_until_it_is_invalidated() {
    on_all(async |cache, keeps| {
        assert_eq!(get(&cache, "kept", 1).await, 1);
        assert_eq!(get(&cache, "kept", 2).await, if keeps { 1 } else { 2 });
        assert_eq!(get(&cache, "other", 3).await, 3);
        cache.invalidate("kept").await;
        assert_eq!(get(&cache, "kept", 4).await, 4);
        assert_eq!(get(&cache, "other", 5).await, if keeps { 3 } else { 5 });
    })
    .await;
}

#[tokio::test]
async fn a_value_expires_and_nothing_is_a_value_and_an_error_is_not() {
    on_all(async |cache, keeps| {
        let short = Duration::from_millis(150);
        let loads = AtomicU32::new(0);
        let nothing = async || {
            let load = async {
                loads.fetch_add(1, Ordering::SeqCst);
                Ok::<Option<i64>, Infallible>(None)
            };
            cache.get_or_load("nothing", short, load).await.unwrap()
        };
        assert_eq!((nothing().await, nothing().await), (None, None));
        assert_eq!(loads.load(Ordering::SeqCst), if keeps { 1 } else { 2 });
        tokio::time::sleep(short).await;
        nothing().await;
        assert_eq!(loads.load(Ordering::SeqCst), if keeps { 2 } else { 3 });
        for _ in 0..2 {
            let failed = cache
                .get_or_load("failed", TTL, async { Err::<i64, _>("no") })
                .await;
            assert_eq!(failed, Err("no"));
        }
        assert_eq!(get(&cache, "failed", 7).await, 7);
    })
    .await;
}

#[tokio::test]
async fn a_value_of_another_shape_is_loaded_anew() {
    on_all(async |cache, _| {
        let text = cache
            .get_or_load("shape", TTL, async { Ok::<_, Infallible>("old".to_owned()) })
            .await;
        assert_eq!(text, Ok("old".to_owned()));
        assert_eq!(get(&cache, "shape", 1).await, 1);
        assert_eq!(get(&cache, "shape", 2).await, 2);
    })
    .await;
}

#[tokio::test]
async fn a_crowd_causes_one_load() {
    on_all(async |cache, _| {
        let loads = Arc::new(AtomicU32::new(0));
        let mut crowd = JoinSet::new();
        for _ in 0..200 {
            let (cache, loads) = (cache.clone(), Arc::clone(&loads));
            crowd.spawn(async move {
                let load = async {
                    loads.fetch_add(1, Ordering::SeqCst);
                    // Longer than Redis is waited for, so that everybody is in line.
                    tokio::time::sleep(Duration::from_millis(1_500)).await;
                    Ok::<_, Infallible>(9)
                };
                cache.get_or_load("crowd", TTL, load).await.unwrap()
            });
        }
        assert!(crowd.join_all().await.iter().all(|n| *n == 9));
        // Two, if Redis was too slow for one of them: such a caller does not know of the others.
        assert!((1..=2).contains(&loads.load(Ordering::SeqCst)), "{loads:?}");
    })
    .await;
}

#[tokio::test]
async fn when_the_loader_hangs_up_another_one_takes_over() {
    on_all(async |cache, _| {
        let loads = Arc::new(AtomicU32::new(0));
        let call = |cache: Cache, loads: Arc<AtomicU32>| async move {
            let load = async {
                loads.fetch_add(1, Ordering::SeqCst);
                tokio::time::sleep(Duration::from_secs(1)).await;
                Ok::<_, Infallible>(3)
            };
            cache.get_or_load("hang", TTL, load).await.unwrap()
        };
        let mut first = JoinSet::new();
        first.spawn(call(cache.clone(), Arc::clone(&loads)));
        while loads.load(Ordering::SeqCst) == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let mut others = JoinSet::new();
        for _ in 0..20 {
            others.spawn(call(cache.clone(), Arc::clone(&loads)));
        }
        tokio::time::sleep(Duration::from_millis(600)).await;
        first.abort_all();
        assert!(others.join_all().await.iter().all(|n| *n == 3));
        assert!((2..=3).contains(&loads.load(Ordering::SeqCst)), "{loads:?}");
    })
    .await;
}

/// The trap itself, step by step: read old, write, invalidate, and only then store what was read.
#[tokio::test]
async fn a_load_overtaken_by_an_invalidation_is_not_stored_and_not_shared() {
    on_all(async |cache, _| {
        let (loading, go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let mut slow = JoinSet::new();
        {
            let (cache, loading, go) = (cache.clone(), Arc::clone(&loading), Arc::clone(&go));
            slow.spawn(async move {
                let load = async {
                    loading.notify_one();
                    go.notified().await;
                    Ok::<_, Infallible>("old".to_owned())
                };
                cache.get_or_load("overtaken", TTL, load).await.unwrap()
            });
        }
        loading.notified().await;
        cache.invalidate("overtaken").await;
        let new = async || {
            let load = async { Ok::<_, Infallible>("new".to_owned()) };
            cache.get_or_load("overtaken", TTL, load).await.unwrap()
        };
        // Must neither wait for the slow load nor receive its value.
        assert_eq!(
            tokio::time::timeout(Duration::from_secs(3), new()).await.unwrap(),
            "new"
        );
        go.notify_one();
        assert_eq!(slow.join_all().await, ["old"]);
        assert_eq!(new().await, "new");
        cache.invalidate("overtaken").await;
        assert_eq!(new().await, "new");
    })
    .await;
}

#[tokio::test]
async fn forgetting_everything_in_the_middle_lets_no_old_value_in() {
    let server = Redis::start().await;
    let cache = at(server.url());
    let (loading, go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let mut slow = JoinSet::new();
    {
        let (cache, loading, go) = (cache.clone(), Arc::clone(&loading), Arc::clone(&go));
        slow.spawn(async move {
            let load = async {
                loading.notify_one();
                go.notified().await;
                Ok::<_, Infallible>(1)
            };
            cache.get_or_load("k", TTL, load).await.unwrap()
        });
    }
    loading.notified().await;
    cache.invalidate("k").await;
    server.command(&["FLUSHALL"]).await.unwrap();
    // Another node begins a load of its own, so that a ticket exists again.
    let other = at(server.url());
    assert_eq!(get(&other, "k", 2).await, 2);
    other.invalidate("k").await;
    go.notify_one();
    slow.join_all().await;
    assert_eq!(get(&other, "k", 3).await, 3);
}

/// Writers raise a number and invalidate; whoever asks after that must see at least this number. Two nodes
/// share one Redis, which meanwhile is flushed again and again.
async fn linearizable(nodes: Vec<Cache>, meanwhile: impl Future<Output = ()>) {
    let truth = Arc::new(AtomicI64::new(0));
    let announced = Arc::new(AtomicI64::new(0));
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let mut work = JoinSet::new();
    for (number, cache) in nodes.iter().cloned().enumerate() {
        for _ in 0..4 {
            let (cache, truth, announced, stopped) = (
                cache.clone(),
                Arc::clone(&truth),
                Arc::clone(&announced),
                stopped.clone(),
            );
            work.spawn(async move {
                let mut asked = 0_u64;
                while !*stopped.borrow() {
                    let floor = announced.load(Ordering::SeqCst);
                    let load = async {
                        let value = truth.load(Ordering::SeqCst);
                        tokio::time::sleep(Duration::from_micros(asked % 7 * 300)).await;
                        Ok::<_, Infallible>(value)
                    };
                    let got = cache.get_or_load("truth", TTL, load).await.unwrap();
                    assert!(
                        got >= floor,
                        "node {number} returned {got} after {floor} was announced"
                    );
                    asked += 1;
                    tokio::task::yield_now().await;
                }
                asked
            });
        }
    }
    let writer = nodes[0].clone();
    let mut writing = JoinSet::new();
    writing.spawn(async move {
        while !*stopped.borrow() {
            let value = truth.fetch_add(1, Ordering::SeqCst) + 1;
            writer.invalidate("truth").await;
            announced.store(value, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        announced.load(Ordering::SeqCst)
    });
    meanwhile.await;
    stop.send(true).unwrap();
    let asked: u64 = work.join_all().await.iter().sum();
    let written = writing.join_all().await[0];
    println!("{asked} reads, {written} writes");
    assert!(
        asked > 500 && written > 50,
        "{asked} reads, {written} writes: too few to tell anything"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn no_reader_goes_back_in_time_within_a_process() {
    let cache = Cache::local();
    linearizable(
        vec![cache.clone(), cache],
        tokio::time::sleep(Duration::from_secs(2)),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_reader_goes_back_in_time_across_nodes_while_redis_is_flushed() {
    let server = Redis::start().await;
    let nodes = vec![at(server.url()), at(server.url())];
    let flushing = async {
        for _ in 0..30 {
            tokio::time::sleep(Duration::from_millis(100)).await;
            server.command(&["FLUSHALL"]).await.unwrap();
        }
    };
    linearizable(nodes, flushing).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_reader_of_this_node_goes_back_in_time_while_redis_dies_and_returns() {
    let mut server = Redis::start().await;
    let node = at(server.url());
    let dying = async {
        for _ in 0..2 {
            tokio::time::sleep(Duration::from_millis(500)).await;
            server.crash();
            tokio::time::sleep(Duration::from_millis(500)).await;
            server.recover().await;
            tokio::time::sleep(Duration::from_millis(1_500)).await;
        }
    };
    linearizable(vec![node.clone(), node], dying).await;
}

/// The network to Redis fails, not Redis: the old value is still there when it is back.
#[tokio::test]
async fn an_invalidation_that_redis_missed_is_made_up_for() {
    let server = Redis::start().await;
    let port = server
        .url()
        .trim_end_matches('/')
        .rsplit(':')
        .next()
        .unwrap()
        .parse()
        .unwrap();
    let proxy = Proxy::to(port).await;
    let cache = at(&format!("redis://127.0.0.1:{}/", proxy.port));
    let other_node = at(server.url());
    assert_eq!(get(&cache, "owed", 1).await, 1);
    proxy.set(Wire::Broken);
    let begun = Instant::now();
    cache.invalidate("owed").await;
    assert_eq!(get(&cache, "owed", 2).await, 2);
    assert!(
        begun.elapsed() < Duration::from_millis(1_200),
        "{:?}",
        begun.elapsed()
    );
    assert_eq!(get(&other_node, "owed", 9).await, 1, "Redis has not heard of it");
    proxy.set(Wire::Whole);
    let back = Instant::now();
    // The first answer from the cache is the first value loaded after the invalidation and kept.
    let (mut last, mut next) = (2, 3);
    loop {
        let got = get(&cache, "owed", next).await;
        assert_ne!(got, 1, "the value from before the invalidation came back");
        if got == last && next > 3 {
            break;
        }
        (last, next) = (got, next + 1);
        assert!(back.elapsed() < Duration::from_secs(5), "Redis is not used again");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(get(&other_node, "owed", 9).await, last);
}

#[tokio::test]
async fn without_redis_a_miss_is_quick_and_redis_is_used_again_when_it_is_back() {
    let mut server = Redis::start().await;
    let cache = at(server.url());
    assert_eq!(get(&cache, "k", 1).await, 1);
    assert_eq!(get(&cache, "k", 2).await, 1);
    server.crash();
    assert_eq!(get(&cache, "k", 3).await, 3);
    let begun = Instant::now();
    for n in 0..100 {
        assert_eq!(get(&cache, "k", n).await, n);
    }
    assert!(
        begun.elapsed() < Duration::from_millis(900),
        "{:?}",
        begun.elapsed()
    );
    server.recover().await;
    let back = Instant::now();
    loop {
        get(&cache, "k", 5).await;
        if get(&cache, "k", 6).await == 5 {
            break;
        }
        assert!(back.elapsed() < Duration::from_secs(5), "Redis is not used again");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
