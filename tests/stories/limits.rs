//! TP01 · Limits of a class, a day and a year hold, also when fifty ask at the same moment.

use serde_json::json;
use testkit::{Customer, TestBank};

/// Drafts that need no proof: fifty passwords at once would lock the password, and the limit is what is looked at.
async fn drafts(
    bank: &TestBank,
    from: &Customer,
    to: &Customer,
    (count, fen): (usize, i64),
) -> Vec<(String, String)> {
    bank.execute("update identity_policy set factors = '' where act = 'transfer'")
        .await;
    let mut made = Vec::new();
    for _ in 0..count {
        let draft = from.drafts_transfer(to, fen).await.is(201);
        made.push((draft.text("/id"), draft.text("/challenge/id")));
    }
    made
}

async fn all_at_once(from: &Customer, drafts: &[(String, String)]) -> Vec<testkit::Answer> {
    let calls = drafts.iter().map(|(id, challenge)| {
        let proof = json!({"challenge_id": challenge});
        let path = format!("/api/transfers/{id}/authorise");
        async move { from.post(&path, proof).await }
    });
    futures_util::future::join_all(calls).await
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_at_once_take_no_more_than_the_day_allows() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let chen = bank.customer("陈晓明").await;
    let had = wang.balance().await;
    let drafts = drafts(&bank, &wang, &chen, (50, 100)).await;
    bank.execute("update payments_limit set per_day = 1050 where class = 'standard'")
        .await;
    let answers = all_at_once(&wang, &drafts).await;
    let passed = answers
        .iter()
        .filter(|answer| [200, 202].contains(&answer.status))
        .count();
    for refused in answers.iter().filter(|answer| answer.status >= 400) {
        refused.clone().refused(422, "transfer.limit_day");
    }
    assert_eq!(passed, 10, "ten of 100 fen fit into 1,050");
    bank.settles().await;
    let wang = wang.opens_h5().await;
    assert_eq!(wang.balance().await, had - 1_000);
    assert_eq!(bank.transfers_of(&wang).await, 10);
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn counts_and_years_hold_as_amounts_do() {
    for (limit, code, fits) in [
        (
            "update payments_limit set per_day_count = 7 where class = 'standard'",
            "transfer.limit_day",
            7,
        ),
        (
            "update payments_limit set per_year = 450 where class = 'standard'",
            "transfer.limit_year",
            4,
        ),
        (
            "update payments_limit set per_year_count = 3 where class = 'standard'",
            "transfer.limit_year",
            3,
        ),
    ] {
        let bank = TestBank::open().await;
        let wang = bank.customer("王建国").await.opens_h5().await;
        let chen = bank.customer("陈晓明").await;
        let had = wang.balance().await;
        let drafts = drafts(&bank, &wang, &chen, (12, 100)).await;
        bank.execute(limit).await;
        let answers = all_at_once(&wang, &drafts).await;
        let passed = answers
            .iter()
            .filter(|answer| [200, 202].contains(&answer.status))
            .count();
        assert_eq!(passed, fits, "{limit}");
        for refused in answers.iter().filter(|answer| answer.status >= 400) {
            refused.clone().refused(422, code);
        }
        bank.settles().await;
        let moved = i64::try_from(fits).expect("small") * 100;
        assert_eq!(wang.opens_h5().await.balance().await, had - moved, "{limit}");
        bank.close().await;
    }
}

/// An account of class III has limits of its own beside its owner's.
#[tokio::test(flavor = "multi_thread")]
async fn an_account_of_class_three_sends_two_thousand_a_day() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let chen = bank.customer("陈晓明").await;
    bank.execute(
        "insert into payments_account_class (account_id, class) select id, 'class_3' from accounts_account",
    )
    .await;
    let check = wang
        .post("/api/transfers/check", wang.transfer_form(&chen, 100).await)
        .await
        .ok();
    assert_eq!(check.number("/day_left_fen"), 200_000);
    wang.drafts_transfer(&chen, 200_001)
        .await
        .refused(422, "transfer.limit_single");
    bank.pays(&wang, &chen, 150_000).await;
    wang.drafts_transfer(&chen, 50_001)
        .await
        .refused(422, "transfer.limit_day");
    bank.pays(&wang, &chen, 50_000).await;
    bank.close().await;
}

/// What the core refuses did not use anything up; what is unknown does until it is known.
#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_gives_the_limit_back_and_a_doubt_does_not() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let chen = bank.customer("陈晓明").await;
    let left = async |who: &Customer| {
        let form = who.transfer_form(&chen, 100).await;
        who.post("/api/transfers/check", form)
            .await
            .ok()
            .number("/day_left_fen")
    };
    let whole = left(&wang).await;
    let draft = wang.drafts_transfer(&chen, 300).await.is(201);
    let code = bank.sms_code(&wang).await;
    bank.refuses_next_transfer(corebank::RefusalCode::Declined);
    wang.authorises(&draft, &wang.pay_password, &code).await.is(200);
    assert_eq!(left(&wang).await, whole);
    let draft = wang.drafts_transfer(&chen, 400).await.is(201);
    let code = bank.sms_code(&wang).await;
    bank.loses_next_answer();
    wang.authorises(&draft, &wang.pay_password, &code).await.is(202);
    assert_eq!(left(&wang).await, whole - 400);
    bank.close().await;
}
