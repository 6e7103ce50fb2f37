//! 挂失 and 解挂: ours first, the core's in time, never undone without proof.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
#![expect(clippy::indexing_slicing, reason = "an answer reads best by its names")]

mod world;

use corebank::{
    CoreBank, RefusalCode, RestrictionKind,
    stub::{Fault, Op},
};
use identity::{Customer, NewChallenge};
use serde_json::{Value, json};
use world::World;

on_both_engines!(
    a_report_blocks_at_once_and_everywhere,
    a_report_holds_while_the_core_is_silent,
    reports_in_a_crowd_make_one_block,
    a_key_is_for_one_account,
    a_wrong_proof_leaves_it_blocked,
    the_right_proof_lifts_it_once,
    a_lift_waits_for_the_core_and_never_meets_a_late_block,
    typing_blocks_the_named_card_only,
    a_loan_can_not_be_lost,
);

async fn demand(w: &World, who: &Customer) -> String {
    w.account(who, "demand").await["id"].as_str().unwrap().to_owned()
}

async fn report(w: &World, who: &Customer, id: &str, key: &str) -> (u16, Value) {
    w.post(who, &format!("/api/accounts/{id}/loss-report"), key, &json!({}))
        .await
}

/// A challenge for lifting, with its code on the phone.
async fn challenge(w: &World, who: &Customer, id: &str) -> String {
    let bound = w.identity.bound_to(who, "loss.lift", id);
    let factors = w.identity.policy("loss.lift", 0).await.unwrap();
    let ask = NewChallenge {
        customer: who.id,
        act: "loss.lift",
        bound,
        summary: "解除挂失".to_owned(),
        factors,
    };
    let identity = w.identity.clone();
    let made =
        w.cx.db
            .tx(async move |c| identity.challenge_open(c, ask.clone()).await)
            .await
            .unwrap();
    w.work().await;
    made.id.to_string()
}

async fn lift(
    w: &World,
    who: &Customer,
    id: &str,
    (key, challenge): (&str, &str),
    password: &str,
) -> (u16, Value) {
    let body = json!({"challenge_id": challenge, "password": password, "sms_code": w.code(challenge)});
    w.post(who, &format!("/api/accounts/{id}/loss-report/lift"), key, &body)
        .await
}

async fn a_report_blocks_at_once_and_everywhere(w: World) {
    let who = w.customer("王建国").await;
    let id = demand(&w, &who).await;
    assert!(!w.is_blocked(&id).await);
    let (status, view) = report(&w, &who, &id, "key-00000001").await;
    assert_eq!(
        (status, view["state"].as_str(), view["core_confirmed"].as_bool()),
        (200, Some("blocked"), Some(true))
    );
    assert!(
        view["receipt_no"].as_str().unwrap().starts_with("GS20261123"),
        "{view}"
    );
    assert!(view["branch"]["phone"].is_string() && view["next_steps"].as_array().unwrap().len() == 3);
    assert!(w.is_blocked(&id).await);
    let tried = w.move_in_core("王建国", "陈晓明", 1).await;
    assert_eq!(tried, corebank::Answer::refused(RefusalCode::AccountRestricted));
    let seen = w.account(&who, "demand").await;
    assert_eq!(
        (seen["status"].as_str(), seen["id"].as_str()),
        (Some("lost"), Some(id.as_str()))
    );
    assert!(
        seen["status_text"].as_str().unwrap().contains("2026年11月23日"),
        "{seen}"
    );
    let (_, again) = report(&w, &who, &id, "key-00000001").await;
    let (_, other_key) = report(&w, &who, &id, "key-00000002").await;
    assert_eq!(
        (&again["receipt_no"], &other_key["receipt_no"]),
        (&view["receipt_no"], &view["receipt_no"])
    );
    assert_eq!(
        w.count("select count(*) from event where topic = 'accounts.blocked'")
            .await,
        1
    );
    assert_eq!(
        w.count("select count(*) from audit_log where action = 'account.loss_report'")
            .await,
        1
    );
    assert_eq!(w.accounts.loss_reports_since(world::NOW).await.unwrap(), 1);
}

async fn a_report_holds_while_the_core_is_silent(w: World) {
    let who = w.customer("王建国").await;
    let id = demand(&w, &who).await;
    w.stub.every(Op::Restrict, Fault::Down);
    let (status, view) = report(&w, &who, &id, "key-00000001").await;
    assert_eq!(
        (status, view["state"].as_str(), view["core_confirmed"].as_bool()),
        (200, Some("blocked"), Some(false))
    );
    assert!(w.is_blocked(&id).await);
    assert_eq!(w.account(&who, "demand").await["status"], "lost");
    w.hand.forward(6_000);
    w.work().await;
    assert!(w.stub.calls(Op::Restrict) >= 2, "the job asks again");
    w.stub.heal();
    w.hand.forward(6_000);
    w.work().await;
    let told = w.core.accounts(&who.customer_no).await.done().unwrap();
    let restrictions = &told.first().unwrap().restrictions;
    assert_eq!(
        restrictions
            .iter()
            .filter(|r| r.kind == RestrictionKind::LossReport)
            .count(),
        1
    );
    let (_, view) = report(&w, &who, &id, "key-00000001").await;
    assert_eq!(view["core_confirmed"], true);
    assert_eq!(w.count("select count(*) from job").await, 0);
}

async fn reports_in_a_crowd_make_one_block(w: World) {
    let who = w.customer("王建国").await;
    let id = demand(&w, &who).await;
    let keys: Vec<String> = (0..12).map(|n| format!("crowd-key-{}", n % 4)).collect();
    let answers = futures_util::future::join_all(keys.iter().map(|key| report(&w, &who, &id, key))).await;
    let receipts: std::collections::BTreeSet<String> = answers
        .iter()
        .filter(|(status, _)| *status == 200)
        .map(|(_, v)| v["receipt_no"].to_string())
        .collect();
    assert_eq!(receipts.len(), 1, "{answers:?}");
    assert!(
        answers.iter().all(|(status, _)| [200, 409].contains(status)),
        "{answers:?}"
    );
    assert_eq!(w.count("select count(*) from accounts_loss").await, 1);
}

async fn a_key_is_for_one_account(w: World) {
    let who = w.customer("王建国").await;
    let id = demand(&w, &who).await;
    let term = w.account(&who, "term").await["id"].as_str().unwrap().to_owned();
    report(&w, &who, &id, "key-00000001").await;
    let (status, problem) = report(&w, &who, &term, "key-00000001").await;
    assert_eq!(
        (status, problem["code"].as_str()),
        (422, Some("request.key_reused"))
    );
    assert!(!w.is_blocked(&term).await);
}

async fn a_wrong_proof_leaves_it_blocked(w: World) {
    let who = w.customer("王建国").await;
    let id = demand(&w, &who).await;
    report(&w, &who, &id, "key-00000001").await;
    let made = challenge(&w, &who, &id).await;
    let (status, problem) = lift(&w, &who, &id, ("lift-key-1", &made), "000000").await;
    assert_eq!((status, problem["code"].as_str()), (422, Some("challenge.wrong")));
    assert!(w.is_blocked(&id).await);
    // A proof for another account is no proof for this one.
    let term = w.account(&who, "term").await["id"].as_str().unwrap().to_owned();
    let foreign = challenge(&w, &who, &term).await;
    let (status, _) = lift(
        &w,
        &who,
        &id,
        ("lift-key-2", &foreign),
        w.person("王建国").pay_password,
    )
    .await;
    assert_eq!(status, 410);
    assert!(w.is_blocked(&id).await);
    assert_eq!(w.stub.calls(Op::Lift), 0);
}

async fn the_right_proof_lifts_it_once(w: World) {
    let who = w.customer("王建国").await;
    let id = demand(&w, &who).await;
    let (status, problem) = lift_unblocked(&w, &who, &id).await;
    assert_eq!(
        (status, problem["code"].as_str()),
        (409, Some("loss.not_blocked"))
    );
    report(&w, &who, &id, "key-00000001").await;
    let made = challenge(&w, &who, &id).await;
    let password = w.person("王建国").pay_password;
    let (status, _) = lift(&w, &who, &id, ("lift-key-1", &made), "000000").await;
    assert_eq!(status, 422, "a typing error");
    let (status, view) = lift(&w, &who, &id, ("lift-key-1", &made), password).await;
    assert_eq!((status, view["state"].as_str()), (200, Some("lifted")), "{view}");
    assert!(!w.is_blocked(&id).await);
    assert!(matches!(
        w.move_in_core("王建国", "陈晓明", 1).await,
        corebank::Answer::Done(_)
    ));
    let (status, again) = lift(&w, &who, &id, ("lift-key-1", &made), password).await;
    assert_eq!((status, &again["receipt_no"]), (200, &view["receipt_no"]));
    let (status, _) = lift(&w, &who, &id, ("lift-key-9", &made), password).await;
    assert_eq!(status, 409);
    assert_eq!(w.account(&who, "demand").await["status"], "normal");
    let (_, second) = report(&w, &who, &id, "key-00000002").await;
    assert_eq!(second["state"], "blocked");
    assert_ne!(second["receipt_no"], view["receipt_no"]);
    w.hand.forward(60_000);
    w.work().await;
    assert!(
        w.is_blocked(&id).await,
        "jobs of the first report leave the second alone"
    );
}

async fn lift_unblocked(w: &World, who: &Customer, id: &str) -> (u16, Value) {
    let body = json!({"challenge_id": uuid::Uuid::nil(), "password": "1", "sms_code": "1"});
    w.post(
        who,
        &format!("/api/accounts/{id}/loss-report/lift"),
        "lift-key-0",
        &body,
    )
    .await
}

async fn a_lift_waits_for_the_core_and_never_meets_a_late_block(w: World) {
    let who = w.customer("王建国").await;
    let id = demand(&w, &who).await;
    w.stub.every(Op::Restrict, Fault::Down);
    w.stub.every(Op::Lift, Fault::LoseAnswer);
    report(&w, &who, &id, "key-00000001").await;
    let made = challenge(&w, &who, &id).await;
    let (status, view) = lift(
        &w,
        &who,
        &id,
        ("lift-key-1", &made),
        w.person("王建国").pay_password,
    )
    .await;
    assert_eq!((status, view["state"].as_str()), (200, Some("lifting")));
    assert!(w.is_blocked(&id).await, "ours stands until the core's is gone");
    assert_eq!(w.stub.calls(Op::Lift), 0, "the block must arrive before the lift");
    w.stub.heal();
    w.stub.next(Op::Lift, Fault::LoseAnswer);
    for _ in 0..4 {
        w.hand.forward(40_000);
        w.work().await;
    }
    assert!(!w.is_blocked(&id).await);
    assert!(matches!(
        w.move_in_core("王建国", "陈晓明", 1).await,
        corebank::Answer::Done(_)
    ));
    assert_eq!(w.count("select count(*) from job").await, 0);
    assert_eq!(
        w.count("select count(*) from event where topic = 'accounts.lifted'")
            .await,
        1
    );
}

async fn typing_blocks_the_named_card_only(w: World) {
    let who = w.customer("陈晓明").await;
    let asked = w.accounts.chat_loss(&who, "挂失").await;
    let tail = w.account(&who, "credit").await["tail"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(
        asked.contains("活期储蓄 尾号") && asked.contains(&format!("标准信用卡 尾号{tail}")),
        "{asked}"
    );
    assert_eq!(
        w.count("select count(*) from accounts_loss").await,
        0,
        "asking blocks nothing"
    );
    assert!(
        w.accounts
            .chat_loss(&who, "挂失0000")
            .await
            .starts_with("没有找到尾号0000的账户")
    );
    let done = w.accounts.chat_loss(&who, &format!("挂失{tail}")).await;
    assert!(
        done.starts_with(&format!("已挂失：标准信用卡（尾号{tail}）。\n回执号：GS20261123")),
        "{done}"
    );
    assert!(
        w.is_blocked(w.account(&who, "credit").await["id"].as_str().unwrap())
            .await
    );
    assert!(!w.is_blocked(&demand(&w, &who).await).await);
    let again = w.accounts.chat_loss(&who, &format!("挂失{tail}")).await;
    assert_eq!(again, done);
}

async fn a_loan_can_not_be_lost(w: World) {
    let who = w.customer("王建国").await;
    let loan = w.account(&who, "loan").await["id"].as_str().unwrap().to_owned();
    let (status, problem) = report(&w, &who, &loan, "key-00000001").await;
    assert_eq!(
        (status, problem["code"].as_str()),
        (422, Some("loss.not_reportable"))
    );
}
