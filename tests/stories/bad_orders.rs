//! TP01–TP05 · One table of everything that must not move money: each with its own code, and nothing moved.

use corebank::RefusalCode;
use kit::clock::MINUTE;
use serde_json::{Value, json};
use testkit::{Answer, Customer, TestBank};

/// A form with one thing changed.
async fn order(payer: &Customer, payee: &Customer, change: Value) -> Answer {
    let mut form = payer.transfer_form(payee, 100).await;
    for (key, value) in change.as_object().expect("an object") {
        form[key] = value.clone();
    }
    payer.post("/api/transfers", form).await
}

/// What is wrong | the form's change | status, code, and the field to blame.
const TABLE: &str = r#"
overflow             | {"amount_fen": 9223372036854775807}   | 422 transfer.bad_amount amount_fen
underflow            | {"amount_fen": -9223372036854775808}  | 422 transfer.bad_amount amount_fen
negative             | {"amount_fen": -1}                    | 422 transfer.bad_amount amount_fen
zero                 | {"amount_fen": 0}                     | 422 transfer.bad_amount amount_fen
three decimals       | {"amount_fen": 100.125}               | 422 request.bad_field
float                | {"amount_fen": 100.0}                 | 422 request.bad_field
text                 | {"amount_fen": "100"}                 | 422 request.bad_field
beyond 64 bits       | {"amount_fen": 1e30}                  | 422 request.bad_field
above one transfer   | {"amount_fen": 5000001}               | 422 transfer.limit_single amount_fen
other's account      | {"from_account_id": "$theirs"}        | 404 account.not_found
to oneself           | {"to_no": "$no", "to_name": "$name"}  | 422 transfer.same_account to_no
nobody's number      | {"to_no": "6222009940009999998"}      | 422 transfer.payee_unknown to_no
letters for a number | {"to_no": "abc"}                      | 422 transfer.payee_unknown to_no
another name         | {"to_name": "陈小明"}                 | 422 transfer.name_mismatch to_name
unknown bank         | {"bank_code": "000000000000"}         | 422 transfer.bank_unknown bank_code
long memo            | {"memo": "$long"}                     | 422 transfer.bad_memo memo
control characters   | {"memo": "a\u0000b"}                  | 422 transfer.bad_memo memo
unknown arrival      | {"arrival": "yesterday"}              | 422 request.bad_field
unknown field        | {"amount_yuan": 1}                    | 422 request.bad_field
"#;

#[tokio::test(flavor = "multi_thread")]
async fn what_can_not_be_ordered_is_refused_by_its_own_code() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let chen = bank.customer("陈晓明").await.opens_h5().await;
    let (had, got) = (wang.balance().await, chen.balance().await);
    let table = TABLE
        .replace("$theirs", &chen.account_id().await)
        .replace("$no", &wang.card_no)
        .replace("$name", &wang.name)
        .replace("$long", &"长".repeat(51));
    let lines: Vec<&str> = table.lines().filter(|line| !line.is_empty()).collect();
    assert_eq!(lines.len(), 19);
    for line in lines {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let change = serde_json::from_str(cells[1]).expect("a change");
        let told: Vec<&str> = cells[2].split(' ').collect();
        let answer = order(&wang, &chen, change).await;
        assert_eq!(
            (answer.status.to_string().as_str(), answer.text("/code").as_str()),
            (told[0], told[1]),
            "{line}: {answer}"
        );
        let status = answer.status;
        let refused = answer.refused(status, told[1]);
        if let Some(field) = told.get(2) {
            refused.blames(field);
        }
    }
    assert_eq!((wang.balance().await, chen.balance().await), (had, got));
    assert_eq!(bank.transfers_of(&wang).await, 0);
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_a_step_and_a_proof_are_good_for_one_thing() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let chen = bank.customer("陈晓明").await.opens_h5().await;
    let li = bank.customer("李秀兰").await;
    let had = wang.balance().await;

    // Another body under a used key.
    let body = wang.transfer_form(&chen, 100).await;
    let draft = wang
        .post_with_key("/api/transfers", "used-key-1", body.clone())
        .await
        .is(201);
    let mut changed = body;
    changed["to_no"] = json!(li.card_no);
    changed["to_name"] = json!(li.name);
    wang.post_with_key("/api/transfers", "used-key-1", changed)
        .await
        .refused(422, "request.key_reused");
    let code = bank.sms_code(&wang).await;

    // The proof for one payee does not pay another: neither the challenge nor the code.
    bank.clock.forward(2 * MINUTE);
    let other = wang.drafts_transfer(&li, 100).await.is(201);
    let path = format!("/api/transfers/{}/authorise", other.text("/id"));
    let borrowed =
        json!({"challenge_id": draft.text("/challenge/id"), "password": wang.pay_password, "sms_code": code});
    wang.post(&path, borrowed)
        .await
        .refused(409, "transfer.wrong_state");
    let code_only =
        json!({"challenge_id": other.text("/challenge/id"), "password": wang.pay_password, "sms_code": code});
    wang.post(&path, code_only).await.refused(422, "challenge.wrong");

    // Steps out of order: a receipt before the booking, a proof after the cancelling, somebody else's transfer.
    wang.get(&format!("/api/transfers/{}/receipt", draft.text("/id")))
        .await
        .refused(409, "transfer.wrong_state");
    wang.get(&format!("/api/transfers/{}/receipt.pdf", draft.text("/id")))
        .await
        .refused(409, "transfer.wrong_state");
    wang.post(&format!("/api/transfers/{}/cancel", draft.text("/id")), json!({}))
        .await
        .ok();
    wang.authorises(&draft, &wang.pay_password, &code)
        .await
        .refused(409, "transfer.wrong_state");
    chen.post(
        &path,
        json!({"challenge_id": other.text("/challenge/id"), "password": "1", "sms_code": "1"}),
    )
    .await
    .refused(404, "not_found");
    assert_eq!(wang.balance().await, had);
    assert_eq!(bank.transfers_of(&wang).await, 0);
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_guesses_at_once_lock_and_nothing_moves() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let chen = bank.customer("陈晓明").await;
    let had = wang.balance().await;
    let draft = wang.drafts_transfer(&chen, 100).await.is(201);
    let code = bank.sms_code(&wang).await;
    let path = format!("/api/transfers/{}/authorise", draft.text("/id"));
    let guesses = (0..10).map(|guess| {
        let proof = json!({
            "challenge_id": draft.text("/challenge/id"), "password": format!("90000{guess}"), "sms_code": code,
        });
        wang.post(&path, proof)
    });
    let answers = futures_util::future::join_all(guesses).await;
    let judged = answers.iter().filter(|answer| answer.status == 422).count();
    assert!(judged <= 5, "{judged} guesses were judged");
    assert!(
        answers
            .iter()
            .all(|answer| [409, 422, 423].contains(&answer.status))
    );
    let locked = wang.authorises(&draft, &wang.pay_password, &code).await;
    assert_eq!(locked.status, 423, "{locked}");
    assert_eq!(wang.balance().await, had);
    bank.close().await;
}

/// The account is closed, or the payee's, between the check and the booking: the core has the last word.
#[tokio::test(flavor = "multi_thread")]
async fn what_the_core_will_not_book_is_told_by_its_own_code() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let chen = bank.customer("陈晓明").await;
    let had = wang.balance().await;
    for (code, told) in [
        (RefusalCode::AccountClosed, "account.closed"),
        (RefusalCode::AccountRestricted, "account.blocked"),
        (RefusalCode::PayeeNotFound, "transfer.payee_unknown"),
        (RefusalCode::PayeeRestricted, "transfer.payee_blocked"),
        (RefusalCode::InsufficientFunds, "transfer.insufficient"),
        (RefusalCode::Declined, "transfer.declined"),
    ] {
        let draft = wang.drafts_transfer(&chen, 100).await.is(201);
        let sms = bank.sms_code(&wang).await;
        bank.refuses_next_transfer(code);
        let failed = wang.authorises(&draft, &wang.pay_password, &sms).await.is(200);
        assert_eq!(
            (
                failed.text("/state").as_str(),
                failed.text("/reason/code").as_str()
            ),
            ("failed", told)
        );
        bank.clock.forward(MINUTE);
    }
    assert_eq!(wang.balance().await, had);
    bank.close().await;
}
