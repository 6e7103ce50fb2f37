//! The demo's people and world around a bank in the test's process, through the same doors as anybody's.

use corebank::demo::{DemoPerson, people};
use sandbox::{DemoFacts, Person, Sandbox, SandboxConfig};
use std::sync::Arc;
use weigui::{Bank, Config, DEMO_STAFF};

/// The account's secret at the simulated WeChat.
pub const WECHAT_SECRET: &str = "storysecret0123456789abcdef01234";

/// Points everything outside at the sandbox that the bank itself serves.
pub(crate) fn complete(config: &mut Config) {
    let base = format!("http://{}", config.http.listen);
    config.http.public_url.clone_from(&base);
    let w = &mut config.wechat;
    w.account = "demo".to_owned();
    w.appid = "wxstory0123456789a".to_owned();
    w.secret = WECHAT_SECRET.to_owned();
    w.token = "storytoken".to_owned();
    w.encoding_aes_key = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG".to_owned();
    w.original_id = "gh_0123456789ab".to_owned();
    w.api_base = format!("{base}/sandbox/wechat");
    w.authorize_url = format!("{base}/sandbox/wechat/connect/oauth2/authorize");
    config.sms.url = format!("{base}/sandbox/sms/send");
    weigui::demo_pay(&mut config.pay, &base, &format!("{base}/sandbox"));
    config.core.clearing_url = format!("{base}/sandbox/clearing");
    config.billers.url = format!("{base}/sandbox/billers");
    sandbox::BILLERS_KEY.clone_into(&mut config.billers.key);
}

/// Fills a fresh database with half a year of the demo's life.
pub(crate) async fn seed(bank: &Bank) {
    let core = bank.embedded.as_ref().expect("the reference core");
    corebank::demo::seed(core, bank.cx.clock.now())
        .await
        .expect("the core is seeded");
    weigui::seed_billers(bank, core)
        .await
        .expect("the billers are known");
    for staff in &DEMO_STAFF {
        let new = identity::NewStaff {
            login: staff.login.to_owned(),
            name: staff.name.to_owned(),
            password: staff.password.to_owned(),
            totp_secret: staff.totp_secret.to_owned(),
            roles: vec![staff.role],
        };
        bank.identity.hire(new).await.expect("hired");
    }
    for person in people() {
        bank.identity
            .introduce(&introduction(&person))
            .await
            .expect("introduced");
        let customer = bank
            .identity
            .by_customer_no(&person.customer_no)
            .await
            .expect("an answer");
        bank.accounts
            .learn(customer.expect("a customer"), &person.customer_no)
            .await
            .expect("learnt");
        if person.following {
            let (outreach, openid) = (bank.outreach.clone(), person.openid);
            let followed = bank
                .cx
                .db
                .tx(async move |c| outreach.followed(c, openid, None).await)
                .await;
            followed.expect("followed");
        }
    }
}

fn introduction(person: &DemoPerson) -> identity::Introduction {
    identity::Introduction {
        customer_no: person.customer_no.clone(),
        name: person.name.to_owned(),
        phone: person.phone.to_owned(),
        id_no: person.id_no.clone(),
        pay_password: person.pay_password.to_owned(),
        elder: person.elder,
        openid: person.bound.then(|| person.openid.to_owned()),
    }
}

/// The simulated WeChat platform, phones and SMS gateway, on the bank's clock.
pub(crate) fn world(bank: &Bank) -> Sandbox {
    let (w, clock) = (&bank.config.wechat, bank.cx.clock.clone());
    let config = SandboxConfig {
        callback_url: format!("http://{}/wechat/{}/callback", bank.config.http.listen, w.account),
        appid: w.appid.clone(),
        secret: w.secret.clone(),
        token: w.token.clone(),
        aes_key: w.encoding_aes_key.clone(),
        gh: w.original_id.clone(),
        name: "微柜银行".to_owned(),
        persons: people().iter().map(phone).collect(),
        clock: Arc::new(move || clock.now()),
        http: kit::http::client(kit::http::Timeouts::default()).expect("an HTTP client"),
    };
    Sandbox::new(config).expect("a world")
}

fn phone(person: &DemoPerson) -> Person {
    Person {
        openid: person.openid.to_owned(),
        nickname: person.name.to_owned(),
        avatar_color: "#2f5d8a".to_owned(),
        phone: person.phone.to_owned(),
        following: person.following,
        demo: DemoFacts {
            name: person.name.to_owned(),
            id_no: person.id_no.clone(),
            card_no: person.card_no.clone(),
            pay_password: person.pay_password.to_owned(),
            bound: person.bound,
        },
    }
}
