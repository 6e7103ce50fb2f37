//! The demo bank: its account at WeChat, its people, its staff, and the sandbox world around it.
//!
//! Every value in here is public and synthetic; production refuses to start with any of them.

use std::sync::Arc;

use anyhow::Context as _;
use corebank::demo::{DemoPerson, people};
use couriers::WeChatAnswer;
use identity::{NewStaff, Role};
use sandbox::{DemoFacts, Person, Sandbox, SandboxConfig};
use serde_json::{Value, json};

use crate::config::{Config, WeChat};
use crate::demo_billers;
use crate::say;
use crate::wire::Bank;

const APPID: &str = "wxdemo0123456789ab";
const SECRET: &str = "demosecret0123456789abcdef012345";
const TOKEN: &str = "weiguidemotoken";
const AES_KEY: &str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";
const ORIGINAL_ID: &str = "gh_0123456789ab";

/// A member of the demo's staff.
pub struct DemoStaff {
    pub login: &'static str,
    pub name: &'static str,
    pub password: &'static str,
    /// Base32, for an authenticator.
    pub totp_secret: &'static str,
    pub role: Role,
}

pub const DEMO_STAFF: [DemoStaff; 4] = [
    DemoStaff {
        login: "teller01",
        name: "周柜员",
        password: "Teller#2026demo",
        totp_secret: "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
        role: Role::Teller,
    },
    DemoStaff {
        login: "supervisor01",
        name: "吴主管",
        password: "Supervisor#2026demo",
        totp_secret: "KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU",
        role: Role::Supervisor,
    },
    DemoStaff {
        login: "auditor01",
        name: "郑审计",
        password: "Auditor#2026demo",
        totp_secret: "MFRGGZDFMZTWQ2LKMFRGGZDFMZTWQ2LK",
        role: Role::Auditor,
    },
    DemoStaff {
        login: "operator01",
        name: "冯运维",
        password: "Operator#2026demo",
        totp_secret: "NBSWY3DPO5XXE3DENBSWY3DPO5XXE3DE",
        role: Role::Operator,
    },
];

/// Fills in what the demo needs and the configuration leaves open: everything outside is the sandbox.
pub(crate) fn complete(config: &mut Config) {
    let port = config.http.listen.rsplit(':').next().unwrap_or("8080").to_owned();
    let inside = format!("http://127.0.0.1:{port}/sandbox");
    let public = config.public_url();
    let fill = |value: &mut String, default: String| {
        if value.is_empty() {
            *value = default;
        }
    };
    let w: &mut WeChat = &mut config.wechat;
    fill(&mut w.account, "demo".to_owned());
    fill(&mut w.appid, APPID.to_owned());
    fill(&mut w.secret, SECRET.to_owned());
    fill(&mut w.token, TOKEN.to_owned());
    fill(&mut w.encoding_aes_key, AES_KEY.to_owned());
    fill(&mut w.original_id, ORIGINAL_ID.to_owned());
    fill(&mut w.api_base, format!("{inside}/wechat"));
    fill(
        &mut w.authorize_url,
        format!("{public}/sandbox/wechat/connect/oauth2/authorize"),
    );
    fill(&mut config.sms.url, format!("{inside}/sms/send"));
    crate::pay::demo(&mut config.pay, &format!("http://127.0.0.1:{port}"), &inside);
    fill(&mut config.core.clearing_url, format!("{inside}/clearing"));
    fill(&mut config.billers.url, format!("{inside}/billers"));
    fill(&mut config.billers.key, sandbox::BILLERS_KEY.to_owned());
}

/// Why a configuration must not serve a bank.
pub(crate) fn refuse_demo_values(config: &Config) -> anyhow::Result<()> {
    let w = &config.wechat;
    let demo = [
        (&w.appid, APPID),
        (&w.secret, SECRET),
        (&w.token, TOKEN),
        (&w.encoding_aes_key, AES_KEY),
        (&config.billers.key, sandbox::BILLERS_KEY),
        (&config.pay.api_v3_key, sandbox::pay::DEMO_MERCHANT.api_v3_key),
    ];
    for (value, known) in demo {
        anyhow::ensure!(
            value != known,
            "the configuration holds a key of the demo; put the bank's own in its place"
        );
    }
    for (key, value) in [
        ("wechat.api_base", &w.api_base),
        ("wechat.authorize_url", &w.authorize_url),
        ("sms.url", &config.sms.url),
    ] {
        anyhow::ensure!(!value.is_empty(), "{key} is required outside the demo");
        not_the_sandbox(key, value)?;
    }
    // These may be left out.
    not_the_sandbox("pay.base", &config.pay.base)?;
    not_the_sandbox("billers.url", &config.billers.url)
}

fn not_the_sandbox(key: &str, url: &str) -> anyhow::Result<()> {
    anyhow::ensure!(!url.contains("/sandbox"), "{key} points at a sandbox");
    Ok(())
}

/// A bank must not run with accounts whose passwords are printed in its manual.
pub(crate) async fn refuse_demo_staff(bank: &Bank) -> anyhow::Result<()> {
    for staff in &DEMO_STAFF {
        let known = bank.identity.staff_id(staff.login).await?.is_some();
        anyhow::ensure!(
            !known,
            "the database holds the demo's staff account {}; use a fresh database",
            staff.login
        );
    }
    Ok(())
}

/// Fills a fresh database; on a database that has the demo's people it changes nothing.
pub(crate) async fn seed(bank: &Bank) -> anyhow::Result<()> {
    let Some(core) = &bank.embedded else { return Ok(()) };
    corebank::demo::seed(core, bank.cx.clock.now())
        .await
        .context("seeding the core")?;
    demo_billers::seed(bank, core).await?;
    for staff in &DEMO_STAFF {
        if bank.identity.staff_id(staff.login).await?.is_some() {
            continue;
        }
        bank.identity.hire(hired(staff)).await?;
    }
    for person in people() {
        if bank.identity.introduce(&introduced(&person)).await?
            && let Some(customer) = bank.identity.by_customer_no(&person.customer_no).await?
        {
            bank.accounts.learn(customer, &person.customer_no).await?;
        }
        if person.following {
            let (outreach, openid) = (bank.outreach.clone(), person.openid);
            bank.cx
                .db
                .tx(async move |c| outreach.followed(c, openid, None).await)
                .await?;
        }
    }
    Ok(())
}

fn hired(staff: &DemoStaff) -> NewStaff {
    NewStaff {
        login: staff.login.to_owned(),
        name: staff.name.to_owned(),
        password: staff.password.to_owned(),
        totp_secret: staff.totp_secret.to_owned(),
        roles: vec![staff.role],
    }
}

fn introduced(person: &DemoPerson) -> identity::Introduction {
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

/// The simulated world, told where the bank listens, with the core's switches wired to the stub.
pub(crate) fn world(bank: &Bank) -> anyhow::Result<Sandbox> {
    let w = &bank.config.wechat;
    let port = bank.config.http.listen.rsplit(':').next().unwrap_or("8080");
    let clock = bank.cx.clock.clone();
    let sandbox = Sandbox::new(SandboxConfig {
        callback_url: format!("http://127.0.0.1:{port}/wechat/{}/callback", w.account),
        appid: w.appid.clone(),
        secret: w.secret.clone(),
        token: w.token.clone(),
        aes_key: w.encoding_aes_key.clone(),
        gh: w.original_id.clone(),
        name: say::BANK.to_owned(),
        persons: people().iter().map(phone).collect(),
        clock: Arc::new(move || clock.now()),
        http: kit::http::client(kit::http::Timeouts::default())?,
    })?;
    if let Some(stub) = bank.faults.clone() {
        sandbox.on_core_faults(move |faults| {
            stub.switch(corebank::stub::Switches {
                delay_ms: faults.delay_ms,
                lose_answers: faults.lose_answers,
                down: faults.down,
            });
        });
    }
    Ok(sandbox)
}

fn phone(person: &DemoPerson) -> Person {
    const COLOURS: [&str; 5] = ["#8c5a3c", "#2f5d8a", "#3c7a57", "#6b4c8a", "#a2493f"];
    let colour = person.openid.len() + usize::from(person.phone.bytes().last().unwrap_or(0));
    Person {
        openid: person.openid.to_owned(),
        nickname: person.name.to_owned(),
        avatar_color: COLOURS
            .get(colour % COLOURS.len())
            .copied()
            .unwrap_or("#2f5d8a")
            .to_owned(),
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

/// Gives the account its menu, as soon as the sandbox answers.
pub(crate) async fn publish_menu(bank: Bank) {
    let menu = say::menu(&bank.config);
    for pause in [0_u64, 200, 500, 1_000, 2_000, 5_000] {
        tokio::time::sleep(std::time::Duration::from_millis(pause)).await;
        if matches!(
            bank.outside.wechat.publish_menu(&menu).await,
            WeChatAnswer::Sent(_)
        ) {
            return;
        }
    }
    tracing::warn!("the menu could not be published");
}

/// The public facts of the demo bank, for scripts.
pub fn info(config: &Config) -> Value {
    let mut config = config.clone();
    complete(&mut config);
    let w = &config.wechat;
    let port = config.http.listen.rsplit(':').next().unwrap_or("8080");
    let customers: Vec<Value> = people()
        .iter()
        .map(|p| {
            json!({
                "name": p.name, "openid": p.openid, "phone": p.phone, "card_no": p.card_no,
                "card_tail": identity::mask::tail(&p.card_no), "id_no": p.id_no, "pay_password": p.pay_password, "bound": p.bound,
            })
        })
        .collect();
    let staff: Vec<Value> = DEMO_STAFF
        .iter()
        .map(|s| json!({"login": s.login, "password": s.password, "totp_secret": s.totp_secret, "roles": [s.role.name()]}))
        .collect();
    json!({
        "wechat": {
            "callback_url": format!("http://127.0.0.1:{port}/wechat/{}/callback", w.account),
            "appid": w.appid, "token": w.token, "encoding_aes_key": w.encoding_aes_key, "original_id": w.original_id,
        },
        "doors": {
            "simulator": format!("{}/simulator/", config.public_url()),
            "h5": format!("{}/h5/", config.public_url()),
            "office": format!("{}/office/", config.public_url()),
        },
        "customers": customers,
        "staff": staff,
    })
}
