//! Every operation as every kind of caller, compared with tests/authz-matrix.txt. A new operation without a
//! row fails; `UPDATE=1 cargo test -p stories authz` writes the file, and its diff is read like code.
//!
//! `in` means that the door opened, whatever came then; the numbers are refusals at the door, and 404 is what
//! somebody else's thing looks like.

use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use testkit::{Ask, Browser, Staff, TestBank};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/authz-matrix.txt");
const CALLERS: [&str; 8] = [
    "nobody",
    "visitor",
    "customer",
    "other",
    "teller",
    "supervisor",
    "auditor",
    "operator",
];

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_admits_whom_the_matrix_names() {
    let bank = TestBank::open().await;
    let spec = bank
        .stranger()
        .get(&bank.url("/api/openapi.json"))
        .await
        .ok()
        .json();
    // Whose the account is, is the question here, not whether a proof is fresh.
    bank.execute("update identity_policy set factors = '' where act = 'accounts.export'")
        .await;
    let ids = things(&bank).await;
    let mut staff = Vec::new();
    for login in ["teller01", "supervisor01", "auditor01", "operator01"] {
        staff.push(bank.staff(login).await);
    }
    let mut text = header();
    for (method, path) in operations(&spec) {
        let mut row = format!("{:<52}", format!("{method} {path}"));
        for caller in CALLERS {
            let browser = match caller {
                "nobody" => bank.stranger(),
                "visitor" => bank.customer("赵敏").await.opens_h5().await.browser,
                "customer" => bank.customer("王建国").await.opens_h5().await.browser,
                "other" => bank.customer("陈晓明").await.opens_h5().await.browser,
                login => admitted(&bank, &mut staff, login).await,
            };
            write!(row, "{:<11}", ask(&bank, &browser, &method, &path, &ids).await).expect("written");
            if path.ends_with("/unbind") {
                bank.bound_customer("王建国").await;
                bank.bound_customer("陈晓明").await;
            }
        }
        writeln!(text, "{}", row.trim_end()).expect("written");
    }
    bank.leave().await;
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(FILE, &text).expect("written");
    }
    let committed = std::fs::read_to_string(FILE).unwrap_or_default();
    assert_eq!(text, committed, "UPDATE=1 cargo test -p stories authz");
}

fn header() -> String {
    let callers = CALLERS.map(|caller| format!("{caller:<11}")).concat();
    format!("{:<52}{}\n", "# operation", callers.trim_end())
}

fn operations(spec: &Value) -> Vec<(String, String)> {
    let paths = spec["paths"].as_object().expect("paths");
    let all = paths.iter().flat_map(|(path, methods)| {
        methods
            .as_object()
            .expect("methods")
            .keys()
            .map(move |method| (method.to_uppercase(), path.clone()))
    });
    all.collect()
}

/// One thing of 王建国's for each kind of id in a path.
async fn things(bank: &TestBank) -> BTreeMap<&'static str, String> {
    let wang = bank.customer("王建国").await.opens_h5().await;
    let chen = bank.customer("陈晓明").await;
    let zhang = bank.customer("张伟").await.opens_h5().await;
    let form =
        json!({ "name": zhang.name, "id_no": zhang.id_no, "card_no": zhang.card_no, "phone": zhang.phone });
    let binding = zhang.post("/api/bindings", form).await.is(201).text("/id");
    let transfer = wang.drafts_transfer(&chen, 100).await.is(201);
    let payee = json!({ "to_no": chen.card_no, "to_name": chen.name });
    let payee = wang.post("/api/payees", payee).await.is(201).text("/id");
    let mut plan = wang.transfer_form(&chen, 100).await;
    plan["frequency"] = json!("once");
    plan["first_on"] = json!("2026-12-01");
    let plan = wang.post("/api/schedules", plan).await.is(201).text("/id");
    let case = case_id(bank, &wang).await;
    let run = json!({ "date": "2026-11-22", "reason": "核对门禁矩阵" });
    let supervisor = bank.staff("supervisor01").await;
    let run = supervisor
        .post("/api/office/reconciliations", run)
        .await
        .is(202)
        .text("/id");
    let teller = bank.staff("teller01").await;
    let collection = json!({ "charge": "box_rent", "amount_fen": 100 });
    let collection = teller
        .post("/api/office/collections", collection)
        .await
        .is(201)
        .text("/id");
    BTreeMap::from([
        ("/api/office/collections/", collection),
        ("/api/office/cases/", case),
        ("/api/office/reconciliations/", run),
        ("/api/accounts/", wang.account_id().await),
        ("/api/transfers/", transfer.text("/id")),
        ("/api/challenges/", transfer.text("/challenge/id")),
        ("/api/bindings/", binding),
        ("/api/payees/", payee),
        ("/api/schedules/", plan),
        (
            "/api/office/customers/",
            wang.get("/api/session").await.ok().text("/customer/id"),
        ),
    ])
}

/// A dispute of 王建国's, as a case.
async fn case_id(bank: &TestBank, wang: &testkit::Customer) -> String {
    let account = wang.account_id().await;
    let page = wang
        .get(&format!("/api/accounts/{account}/entries?limit=1"))
        .await
        .ok();
    let form = json!({ "entry_id": page.at("/items/0/id"), "at": page.at("/items/0/at"), "reason": "twice", "text": "" });
    wang.post(&format!("/api/accounts/{account}/disputes"), form)
        .await
        .is(201);
    bank.run_jobs().await;
    bank.column("office_case", "id").await.remove(0)
}

/// The browser of a member of staff who is logged in, anew where the last call has ended that.
async fn admitted(bank: &TestBank, staff: &mut [Staff], role: &str) -> Browser {
    let one = staff
        .iter_mut()
        .find(|staff| staff.login.starts_with(role))
        .expect("a login");
    if one.get("/api/office/me").await.status != 200 {
        *one = bank.staff(&one.login).await;
    }
    one.browser.clone()
}

/// Complete where the question is whose the thing is; otherwise nothing, which is refused behind the door.
fn body_of(path: &str) -> Value {
    let id = "01890000-0000-7000-8000-000000000000";
    match path.rsplit('/').next() {
        Some("lift" | "authorise") => {
            json!({ "challenge_id": id, "password": "000111", "sms_code": "000000" })
        }
        Some("prove" | "confirm") => json!({ "sms_code": "000000" }),
        _ => json!({}),
    }
}

async fn ask(
    bank: &TestBank,
    browser: &Browser,
    method: &str,
    path: &str,
    ids: &BTreeMap<&'static str, String>,
) -> String {
    let id = ids
        .iter()
        .find(|(prefix, _)| path.starts_with(*prefix))
        .map_or("", |(_, id)| id);
    let span = if path.contains("/statement.") {
        "?from=2026-11-01&to=2026-11-02"
    } else {
        ""
    };
    let url = bank.url(&format!("{}{span}", path.replace("{id}", id)));
    let method: reqwest::Method = method.parse().expect("a method");
    let body = body_of(path);
    let json = (method != reqwest::Method::GET).then_some(&body);
    let headers = vec![("idempotency-key", bank.new_key())];
    let answer = browser
        .send(Ask {
            method,
            url,
            json,
            headers,
        })
        .await;
    assert!(answer.status < 500, "{answer}");
    assert!(
        !answer.body.starts_with(b"{") || answer.at("/code") != "access.unlisted",
        "{answer}"
    );
    let refused_at_the_door = match answer.status {
        401 => answer.text("/code") == "session.required",
        403 => ["binding.required", "access.denied"].contains(&answer.text("/code").as_str()),
        404 => true,
        _ => false,
    };
    if refused_at_the_door {
        answer.status.to_string()
    } else {
        "in".to_owned()
    }
}
