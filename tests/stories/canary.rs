//! SE02 · Whoever steals the database or the logs learns no name, number, code or password.

use testkit::TestBank;

#[tokio::test(flavor = "multi_thread")]
async fn neither_the_database_nor_the_log_names_a_person() {
    let bank = TestBank::open().await;
    let wang = bank.customer("王建国").await.opens_h5().await;
    let chen = bank.customer("陈晓明").await.opens_h5().await;
    let zhang = bank.customer("张伟").await.opens_h5().await;
    let form = serde_json::json!({
        "name": zhang.name, "id_no": zhang.id_no, "card_no": zhang.card_no, "phone": zhang.phone,
    });
    let binding = zhang.post("/api/bindings", form).await.is(201);
    let code = bank.sms_code(&zhang).await;
    let confirm = format!("/api/bindings/{}/confirm", binding.text("/id"));
    zhang
        .post(&confirm, serde_json::json!({ "sms_code": code }))
        .await
        .ok();
    bank.pays(&wang, &chen, 77_700).await;
    wang.types("余额").await;
    bank.staff("teller01").await;
    bank.settles().await;

    let (dump, log) = (bank.dump(), testkit::log_so_far());
    assert!(dump.len() > 20_000, "a dump of {} bytes", dump.len());
    for who in [&wang, &chen, &zhang] {
        let card_tail = &who.card_no[who.card_no.len() - 10..];
        for secret in [
            &who.name,
            &who.id_no,
            &who.card_no,
            card_tail,
            &who.phone,
            &who.pay_password,
        ] {
            if secret.len() >= 6 {
                assert!(!holds(&dump, secret), "{secret} is in the database");
                assert!(!holds(log.as_bytes(), secret), "{secret} is in the log");
            }
        }
    }
    assert!(!says(log.as_bytes(), &code), "the code is in the log");
    bank.close().await;
}

/// Six digits stand in many a timestamp and id; a code stands by itself.
fn says(text: &[u8], code: &str) -> bool {
    let ends = |byte: Option<&u8>| byte.is_none_or(|byte| !byte.is_ascii_alphanumeric() && *byte != b'.');
    let at = |begin: usize| begin.checked_sub(1).and_then(|before| text.get(before));
    text.windows(code.len()).enumerate().any(|(begin, window)| {
        window == code.as_bytes() && ends(at(begin)) && ends(text.get(begin + code.len()))
    })
}

fn holds(text: &[u8], part: &str) -> bool {
    text.windows(part.len()).any(|window| window == part.as_bytes())
}
