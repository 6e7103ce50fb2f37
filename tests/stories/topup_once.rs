//! WX15 · Exactly once, whatever is lost, doubled or late: chance plays against a model, and a bank dies at every step.

use kit::clock::{HOUR, SECOND};
use serde_json::{Value, json};
use std::time::Duration;
use testkit::{Answer, Customer, RealBank, TestBank};

/// Every round is the same for the same seed; a failure names it.
const SEEDS: [u64; 3] = [7, 1_900_000_001, 42];
const STEPS: usize = 24;

/// xorshift64: enough chance for a story, and the same everywhere.
struct Chance(u64);

impl Chance {
    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % n
    }

    fn place(&mut self, among: usize) -> usize {
        let among = u64::try_from(among).expect("few");
        usize::try_from(self.below(among)).expect("small")
    }

    fn fen(&mut self, most: i64) -> i64 {
        let most = u64::try_from(most).expect("positive");
        1 + i64::try_from(self.below(most)).expect("small")
    }
}

/// What the model knows of a top-up.
struct Known {
    id: String,
    fen: i64,
    given_back: i64,
}

async fn ordered(who: &Customer, fen: i64) -> Answer {
    let body = json!({"account_id": who.account_id().await, "amount_fen": fen});
    who.post("/api/topups", body).await.is(201)
}

#[tokio::test(flavor = "multi_thread")]
async fn chance_never_books_a_top_up_twice_nor_gives_back_more_than_was_paid() {
    for seed in SEEDS {
        let bank = TestBank::open().await;
        let wang = bank.customer("王建国").await.opens_h5().await;
        plays(&bank, &wang, seed).await;
        bank.close().await;
    }
}

async fn plays(bank: &TestBank, who: &Customer, seed: u64) {
    let (mut chance, mut known) = (Chance(seed), Vec::<Known>::new());
    let had = who.balance().await;
    for _ in 0..STEPS {
        weather(bank, &mut chance).await;
        match chance.below(4) {
            0 | 1 => {
                let fen = chance.fen(50_000);
                calm(who).await;
                let order = ordered(who, fen).await;
                let path = format!("/api/topups/{}/pay", order.text("/id"));
                let package = who.post(&path, json!({})).await.ok().text("/package");
                weather(bank, &mut chance).await;
                let key = package.strip_prefix("prepay_id=").expect("a prepay id");
                bank.pays_in_phone(who, key).await;
                known.push(Known {
                    id: order.text("/id"),
                    fen,
                    given_back: 0,
                });
            }
            2 if !known.is_empty() => {
                let at = chance.place(known.len());
                asks_back(who, &mut known[at], &mut chance, seed).await;
            }
            _ => bank
                .clock
                .forward(i64::try_from(chance.below(90)).expect("small") * SECOND),
        }
        if chance.below(2) == 0 {
            bank.run_jobs().await;
        }
    }
    calm(who).await;
    for _ in 0..6 {
        bank.clock.forward(HOUR);
        bank.run_jobs().await;
    }
    // The session is over by now.
    let who = &bank.customer("王建国").await.opens_h5().await;
    let expected: i64 = known.iter().map(|one| one.fen - one.given_back).sum();
    assert_eq!(who.balance().await - had, expected, "seed {seed}");
    for one in &known {
        let shown = who.get(&format!("/api/topups/{}", one.id)).await.ok();
        assert_eq!(shown.text("/state"), "credited", "seed {seed}: {shown}");
        assert_eq!(
            shown.number("/refunded_fen"),
            one.given_back,
            "seed {seed}: {shown}"
        );
    }
}

/// A refund of some of it; refused only when it would be more than was paid, or when nothing has come yet.
async fn asks_back(who: &Customer, one: &mut Known, chance: &mut Chance, seed: u64) {
    let fen = chance.fen(one.fen);
    let path = format!("/api/topups/{}/refund", one.id);
    let answer = who.post(&path, json!({"amount_fen": fen})).await;
    match answer.status {
        202 => one.given_back += fen,
        409 => {}
        422 => assert!(one.given_back + fen > one.fen, "seed {seed}: {answer}"),
        other => panic!("seed {seed}: {other} {answer}"),
    }
    assert!(one.given_back <= one.fen, "seed {seed}: more than was paid");
}

/// Another fault, or none.
async fn weather(bank: &TestBank, chance: &mut Chance) {
    let flag = |chance: &mut Chance| chance.below(3) == 0;
    let pay = json!({
        "notices_fivefold": flag(chance),
        "hold_notices": flag(chance),
        "lose_answers": flag(chance),
    });
    bank.world.faults(json!({ "pay": pay })).await;
    if flag(chance) {
        bank.loses_next_answer();
    }
}

async fn calm(who: &Customer) {
    let pay = json!({"notices_fivefold": false, "hold_notices": false, "lose_answers": false});
    who.world.faults(json!({ "pay": pay })).await;
}

/// Where the bank dies while a top-up is on its way, and while some of it goes back.
const COMING: [&str; 3] = [
    "payments.payin_paid",
    "payments.payin_sent",
    "payments.payin_credited",
];
const GOING: [&str; 2] = ["payments.payin_taken", "payments.payin_given_back"];
const FEN: i64 = 4_321;
const BACK: i64 = 1_234;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bank_that_dies_at_any_step_of_a_top_up_credits_it_once() {
    let mut bank = RealBank::start().await;
    for point in COMING {
        let wang = bank.session_of("王建国").await;
        let had = wang.balance().await;
        bank.kill();
        bank.starts_again_to_die_at(point).await;
        let wang = bank.session_of("王建国").await;
        let id = topped_up(&wang).await;
        bank.dies().await;
        bank.starts_again().await;
        let wang = bank.session_of("王建国").await;
        comes_to(&wang, &id, "/state", &["credited"], point).await;
        assert_eq!(wang.balance().await, had + FEN, "{point}");
    }
    for point in GOING {
        bank.kill();
        bank.starts_again_to_die_at(point).await;
        let wang = bank.session_of("王建国").await;
        let had = wang.balance().await;
        let id = topped_up(&wang).await;
        comes_to(&wang, &id, "/state", &["credited"], point).await;
        let path = wang.world.bank(&format!("/api/topups/{id}/refund"));
        tries(&wang, path, json!({ "amount_fen": BACK })).await;
        bank.dies().await;
        bank.starts_again().await;
        let wang = bank.session_of("王建国").await;
        // The simulated Pay dies with the bank: it may know nothing of the order any more, and refuse.
        let ends = ["done", "returned"];
        let gone = if comes_to(&wang, &id, "/refunds/0/state", &ends, point).await == "done" {
            BACK
        } else {
            0
        };
        assert_eq!(wang.balance().await, had + FEN - gone, "{point}");
    }
    bank.command(&["ledger", "verify"]);
    bank.command(&["audit", "verify"]);
    bank.ends().await;
}

/// Orders a top-up and pays it in the phone.
async fn topped_up(who: &Customer) -> String {
    let order = ordered(who, FEN).await;
    let path = format!("/api/topups/{}/pay", order.text("/id"));
    let package = who.post(&path, json!({})).await.ok().text("/package");
    let key = package.strip_prefix("prepay_id=").expect("a prepay id");
    let door = who.world.sandbox(&format!("/pay/phone/{}/pay", who.openid));
    tries(who, door, json!({ "key": key })).await;
    order.text("/id")
}

/// The bank may die before it answers.
async fn tries(who: &Customer, url: String, body: Value) {
    let ask = testkit::Ask {
        method: reqwest::Method::POST,
        url,
        json: Some(&body),
        headers: vec![("idempotency-key", who.world.new_key())],
    };
    drop(who.browser.try_send(ask).await);
}

/// Which of these states it comes to. A job whose worker has died is taken over when its lease is over.
async fn comes_to(who: &Customer, id: &str, at: &str, ends: &[&str], point: &str) -> String {
    let mut last = String::new();
    for _ in 0..640 {
        let shown = who.get(&format!("/api/topups/{id}")).await.ok();
        last = shown.at(at).as_str().unwrap_or_default().to_owned();
        if ends.contains(&last.as_str()) {
            return last;
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    panic!("{point}: {last}, never {ends:?}")
}
