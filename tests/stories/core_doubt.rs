//! TP05 · Every way in which a core can answer wrongly, named one by one; and 150 doubts that all end well.

use corebank::stub::{Fault, Op};
use serde_json::json;
use std::time::Duration;
use testkit::{Answer, Customer, TestBank};

async fn sends(bank: &TestBank, from: &Customer, to: &Customer, fen: i64) -> Answer {
    let draft = from.drafts_transfer(to, fen).await.is(201);
    let code = bank.sms_code(from).await;
    from.authorises(&draft, &from.pay_password, &code).await
}

/// What went wrong, in which calls, and whether the customer's request already knew the end.
type Case = (&'static str, Vec<(Op, Fault)>, u16);

fn cases() -> Vec<Case> {
    let ten_seconds = Fault::Delay(Duration::from_secs(10));
    vec![
        (
            "answer lost after execution",
            vec![(Op::Transfer, Fault::LoseAnswer)],
            202,
        ),
        (
            "lost before execution, as by a reset connection",
            vec![(Op::Transfer, Fault::Down)],
            202,
        ),
        ("executed twice", vec![(Op::Transfer, Fault::Duplicate)], 200),
        (
            "executed twice, both answers lost, the first question too",
            vec![
                (Op::Transfer, Fault::LoseAnswer),
                (Op::TransferStatus, Fault::LoseAnswer),
                (Op::TransferStatus, Fault::Down),
            ],
            202,
        ),
        (
            "the question overtakes the order: not seen, although it is booked",
            vec![
                (Op::Transfer, Fault::LoseAnswer),
                (Op::TransferStatus, Fault::Wrong),
            ],
            202,
        ),
        (
            "not seen again and again, so that it is sent again",
            vec![
                (Op::Transfer, Fault::LoseAnswer),
                (Op::TransferStatus, Fault::Wrong),
                (Op::TransferStatus, Fault::Wrong),
                (Op::TransferStatus, Fault::Wrong),
                (Op::Transfer, Fault::Duplicate),
            ],
            202,
        ),
        (
            "an answer after ten seconds",
            vec![(Op::Transfer, ten_seconds)],
            202,
        ),
        (
            "a balance that is one fen off and of an old version",
            vec![(Op::Balance, Fault::Wrong)],
            200,
        ),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_the_core_answers_the_money_moves_once() {
    for (what, faults, status) in cases() {
        let bank = TestBank::open().await;
        let wang = bank.customer("王建国").await.opens_h5().await;
        let chen = bank.customer("陈晓明").await.opens_h5().await;
        let (had, got) = (wang.balance().await, chen.balance().await);
        for (op, fault) in faults {
            bank.core.next(op, fault);
        }
        let answer = sends(&bank, &wang, &chen, 12_300).await;
        assert_eq!(answer.status, status, "{what}: {answer}");
        if status == 202 {
            assert_eq!(
                answer.text("/state"),
                "processing",
                "{what}: never shown as failed"
            );
        }
        bank.settles().await;
        let (wang, chen) = (wang.opens_h5().await, chen.opens_h5().await);
        let truth = wang
            .get(&format!("/api/transfers/{}", answer.text("/id")))
            .await
            .ok();
        assert_eq!(truth.text("/state"), "succeeded", "{what}: {truth}");
        assert_eq!(wang.balance().await, had - 12_300, "{what}");
        assert_eq!(chen.balance().await, got + 12_300, "{what}");
        assert_eq!(bank.transfers_of(&wang).await, 1, "{what}");
        bank.close().await;
    }
}

/// A core that confirms everything and tells nobody: 150 doubts, none lost, none doubled, none left.
#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_and_fifty_doubts_are_all_resolved() {
    let bank = TestBank::open().await;
    bank.execute("update identity_policy set factors = 'password' where act = 'transfer'")
        .await;
    let chen = bank.customer("陈晓明").await;
    let wang = bank.customer("王建国").await;
    let mut before = Vec::new();
    let mut doubts = Vec::new();
    bank.core.every(Op::Transfer, Fault::LoseAnswer);
    // Three payers: whoever asks for payees too often is slowed down.
    for (payer, payee) in [("王建国", &chen), ("陈晓明", &wang), ("李秀兰", &wang)] {
        let from = bank.customer(payer).await.opens_h5().await;
        before.push((payer, from.balance().await));
        for fen in 1..=50 {
            let draft = from.drafts_transfer(payee, fen).await.is(201);
            let proof = json!({"challenge_id": draft.text("/challenge/id"), "password": from.pay_password});
            let path = format!("/api/transfers/{}/authorise", draft.text("/id"));
            let doubt = from.post(&path, proof).await.is(202);
            assert_eq!(doubt.text("/state"), "processing");
            doubts.push((payer, draft.text("/id")));
        }
    }
    assert_eq!(doubts.len(), 150);
    bank.core.heal();
    bank.settles().await;
    // Each paid the sum of 1 to 50 fen; what they were paid by others comes on top.
    let sum: i64 = (1..=50).sum();
    for (payer, had) in before {
        let from = bank.customer(payer).await.opens_h5().await;
        for (_, id) in doubts.iter().filter(|(who, _)| *who == payer) {
            let truth = from.get(&format!("/api/transfers/{id}")).await.ok();
            assert_eq!(truth.text("/state"), "succeeded", "{truth}");
        }
        assert_eq!(bank.transfers_of(&from).await, 50, "{payer}");
        let got = match payer {
            // By Chen and by Li, after his balance was read.
            "王建国" => 2 * sum,
            // Wang had paid before her balance was read.
            _ => 0,
        };
        assert_eq!(from.balance().await, had - sum + got, "{payer}");
    }
    bank.close().await;
}
