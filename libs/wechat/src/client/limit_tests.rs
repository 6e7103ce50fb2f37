//! Buckets, days and rests, by a clock that the test moves.

use super::*;
use crate::client::Family;

/// 2026-01-01 15:59:50 UTC, ten seconds before midnight in China.
const EVENING: i64 = 1_767_283_190;
const PATH: &str = "/cgi-bin/menu/create";

fn limiter(quota: Quota) -> Limiter {
    Limiter::new(&[quota], Arc::new(MemoryCount::default()))
}

fn refusal(code: i64) -> ApiError {
    ApiError {
        code,
        message: String::new(),
        family: Family::OfficialAccount,
    }
}

async fn admitted(limiter: &Limiter, times: u32, now: i64) -> u32 {
    let mut passed = 0;
    for _ in 0..times {
        passed += u32::from(limiter.admit("wx1", PATH, now).await.is_ok());
    }
    passed
}

#[tokio::test]
async fn a_bucket_fills_by_the_second() {
    let limiter = limiter(Quota::by_minute(PATH, 30));
    assert_eq!(admitted(&limiter, 100, EVENING).await, 30);
    let held = limiter.admit("wx1", PATH, EVENING).await.unwrap_err();
    assert_eq!((held.why, held.wait_s), (HeldWhy::Minute, 3));
    assert_eq!(
        admitted(&limiter, 100, EVENING + 4).await,
        2,
        "one every two seconds"
    );
    assert_eq!(
        admitted(&limiter, 100, EVENING + 600).await,
        30,
        "never more than full"
    );
    assert!(
        limiter.admit("wx2", PATH, EVENING + 600).await.is_ok(),
        "another account"
    );
}

#[tokio::test]
async fn a_day_ends_at_midnight_in_china_and_is_shared() {
    let shared = Arc::new(MemoryCount::default());
    let quota = [Quota::daily(PATH, 10)];
    let nodes = [
        Limiter::new(&quota, Arc::<MemoryCount>::clone(&shared)),
        Limiter::new(&quota, shared),
    ];
    assert_eq!(admitted(&nodes[0], 6, EVENING).await, 6);
    assert_eq!(admitted(&nodes[1], 6, EVENING).await, 4);
    let held = nodes[0].admit("wx1", PATH, EVENING).await.unwrap_err();
    assert_eq!((held.why, held.wait_s), (HeldWhy::Day, 10));
    assert!(nodes[0].admit("wx1", "/cgi-bin/menu/get", EVENING).await.is_ok());
    assert_eq!(admitted(&nodes[0], 20, EVENING + 10).await, 10);
}

#[tokio::test]
async fn what_wechat_has_closed_rests_until_it_opens() {
    let limiter = limiter(Quota::daily("/cgi-bin/other", 1));
    limiter.refused("wx1", PATH, &refusal(40003), EVENING);
    assert!(
        limiter.admit("wx1", PATH, EVENING).await.is_ok(),
        "not about quotas"
    );
    limiter.refused("wx1", PATH, &refusal(45011), EVENING - 100);
    assert_eq!(
        limiter.admit("wx1", PATH, EVENING - 41).await.unwrap_err().wait_s,
        1
    );
    assert!(limiter.admit("wx1", PATH, EVENING - 40).await.is_ok());
    limiter.refused("wx1", PATH, &refusal(45009), EVENING);
    let held = limiter.admit("wx1", PATH, EVENING).await.unwrap_err();
    assert_eq!((held.why, held.wait_s), (HeldWhy::Closed, 10));
    assert!(limiter.admit("wx2", PATH, EVENING).await.is_ok());
    limiter.reopen("wx1");
    assert!(limiter.admit("wx1", PATH, EVENING).await.is_ok());
}

/// A count whose store is down.
struct Down;

impl SharedCount for Down {
    fn add<'a>(&'a self, _: &'a str, _: i64) -> BoxFuture<'a, Result<i64, StoreError>> {
        ready(Err(StoreError("down".into()))).boxed()
    }
}

#[tokio::test]
async fn without_the_shared_count_calls_go_on() {
    let limiter = Limiter::new(&[Quota::daily(PATH, 1)], Arc::new(Down));
    assert_eq!(admitted(&limiter, 5, EVENING).await, 5);
}
