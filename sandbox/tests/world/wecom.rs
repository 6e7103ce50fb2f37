//! WeCom as a bank meets it: customers who come and go, bankers who leave, answers through 微信客服; and a library that
//! others wrote, which speaks to the simulation unmodified.

use std::process::Command;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use sandbox::{WeCom, WeComCustomer, WeComSettings, WeComStaff};
use serde_json::{Value, json};
use weigui_wechat::client::{Action, CallError, MemoryTokens};
use weigui_wechat::kf::{
    Inflow, Kf, KfContent, KfEvent, MemoryLedger, Outgoing, ReplyWindow, Rung, ServiceState,
};
use weigui_wechat::wecom::{
    App, Attachment, Broadcast, Callback, CallbackSetup, Client, ClientSetup, ContactWay, CustomerChange,
    Delivery, Event, GroupState, HandOverPage, Listener, Moment, Notice, Outcome, Pair, Push, Receiver,
    Remark, SentPage, StaffChange, TagPlace, Taken, To, WelcomeCode, router,
};
use weigui_wechat::{Key, ResponderError};

use crate::peers::peers;
use crate::town::{AES, http, serve};

const CORP: &str = "wwdemo0123456789";
const TOKEN: &str = "QDG6eK";
const AGENT: i64 = 1_000_002;
const DAY_MS: i64 = 86_400_000;

/// What the bank has been told, in order.
#[derive(Default)]
struct Book(Mutex<Vec<(Key, Event)>>);

impl Listener for Book {
    fn hear(&self, push: Arc<Push>, key: Key) -> BoxFuture<'static, Result<Option<String>, ResponderError>> {
        let event = push.event().cloned();
        self.0.lock().unwrap().extend(event.map(|event| (key, event)));
        async { Ok(None) }.boxed()
    }
}

struct Branch {
    client: Client,
    book: Arc<Book>,
    base: String,
    now: Arc<AtomicI64>,
    http: reqwest::Client,
}

fn staff(user_id: &str) -> WeComStaff {
    WeComStaff {
        user_id: user_id.into(),
        name: user_id.into(),
        department: 7,
    }
}

fn customer(n: usize) -> WeComCustomer {
    WeComCustomer {
        external_user_id: format!("wmCustomer{n:04}"),
        name: format!("客户{n}"),
        unionid: format!("oUnion{n}"),
        openid: format!("oOpen{n}"),
    }
}

async fn branch() -> Branch {
    let now = Arc::new(AtomicI64::new(1_767_225_600_000));
    let (ms, s, s2) = (Arc::clone(&now), Arc::clone(&now), Arc::clone(&now));
    let book = Arc::new(Book::default());
    let listener: Arc<dyn Listener> = Arc::<Book>::clone(&book);
    let seconds: weigui_wechat::Clock = Arc::new(move || s.load(Ordering::SeqCst) / 1_000);
    let receiver = Receiver::new(CORP, TOKEN, AES).unwrap();
    let callback = Callback::new(CallbackSetup::new(receiver, listener, seconds));
    let bank = serve(Router::new().nest("/cb", router(callback))).await;
    let http = http();
    let wecom = WeCom::new(WeComSettings {
        callback_url: format!("{bank}/cb"),
        corpid: CORP.into(),
        token: TOKEN.into(),
        aes_key: AES.into(),
        apps: vec![(AGENT, "s3cret-contact".into()), (7, "s3cret-other".into())],
        staff: ["zhang", "li", "wang"].map(staff).to_vec(),
        customers: (0..150).map(customer).collect(),
        clock: Arc::new(move || ms.load(Ordering::SeqCst)),
        http: http.clone(),
    })
    .unwrap();
    let base = serve(Router::new().nest("/sandbox", wecom.router())).await;
    let client = Client::new(ClientSetup {
        http: http.clone(),
        api: format!("{base}/sandbox/wecom"),
        app: App {
            corpid: CORP.into(),
            agent_id: AGENT,
            secret: "s3cret-contact".into(),
        },
        store: Arc::new(MemoryTokens::default()),
        clock: Arc::new(move || s2.load(Ordering::SeqCst) / 1_000),
        limiter: None,
    });
    Branch {
        client,
        book,
        base,
        now,
        http,
    }
}

impl Branch {
    async fn desk(&self, path: &str, body: Value) -> (u16, Value) {
        let request = self.http.post(format!("{}/sandbox/wecom-desk{path}", self.base));
        let request = request
            .header("content-type", "application/json")
            .body(body.to_string());
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        (
            status,
            serde_json::from_str(&answer.text().await.unwrap()).unwrap(),
        )
    }

    async fn does(&self, path: &str, body: Value) -> Value {
        let (status, answer) = self.desk(path, body).await;
        assert_eq!(status, 200, "{path} {answer}");
        answer
    }

    async fn sees(&self, path: &str) -> Value {
        let request = self.http.get(format!("{}/sandbox/wecom-desk{path}", self.base));
        serde_json::from_str(&request.send().await.unwrap().text().await.unwrap()).unwrap()
    }

    fn forward(&self, ms: i64) {
        self.now.fetch_add(ms, Ordering::SeqCst);
    }

    /// Waits for the first event for which `pick` gives something, and takes everything up to it out of the book.
    async fn hears<T>(&self, what: &str, pick: impl Fn(&Event) -> Option<T>) -> T {
        for _ in 0..200 {
            {
                let mut book = self.book.0.lock().unwrap();
                let found = book.iter().position(|(_, event)| pick(event).is_some());
                if let Some(at) = found {
                    let (_, event) = book.drain(..=at).next_back().unwrap();
                    return pick(&event).unwrap();
                }
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("not heard: {what}; {:?}", self.book.0.lock().unwrap());
    }

    async fn befriend(&self, user: &str, customers: std::ops::Range<usize>) -> Vec<String> {
        let ids: Vec<_> = customers.map(|n| customer(n).external_user_id).collect();
        for id in &ids {
            self.does(&format!("/customers/{id}/add"), json!({"user": user}))
                .await;
        }
        ids
    }
}

fn code_of<T>(outcome: Result<T, CallError>) -> i64 {
    outcome.err().unwrap().refusal().unwrap().code
}

fn added(event: &Event) -> Option<(Option<String>, WelcomeCode)> {
    match event {
        Event::Customer(CustomerChange::Added {
            state,
            welcome: Some(code),
            ..
        }) => Some((state.clone(), code.clone())),
        _ => None,
    }
}

#[tokio::test]
async fn a_customer_comes_by_a_code_and_is_greeted_once() {
    let branch = branch().await;
    let client = &branch.client;
    let way = client
        .add_contact_way(&ContactWay::qr(&["zhang"], "BR0102"))
        .await
        .unwrap();
    let id = customer(1).external_user_id;
    branch
        .does(
            &format!("/customers/{id}/add"),
            json!({"config_id": way.config_id}),
        )
        .await;
    let (state, code) = branch.hears("a new customer", added).await;
    assert_eq!(state.as_deref(), Some("BR0102"), "the channel of the code");
    let link = [Attachment::link("绑定账户", "https://bank.example/h5/")];
    client.send_welcome(&code, Some("您好"), &link).await.unwrap();
    assert_eq!(
        code_of(client.send_welcome(&code, Some("您好"), &[]).await),
        41050,
        "once"
    );
    let seen = branch.sees(&format!("/inbox/{id}")).await;
    assert_eq!(seen[0]["message"]["text"]["content"], "您好");
    let file = client.customer(&id, None).await.unwrap();
    assert_eq!(
        (file.follows[0].state.as_str(), file.follows[0].userid.as_str()),
        ("BR0102", "zhang")
    );
    assert_eq!(
        client.customer_of_follower("oUnion1", "oOpen1").await.unwrap(),
        id
    );
    // Too late, and already chatting.
    let other = customer(2).external_user_id;
    branch
        .does(&format!("/customers/{other}/add"), json!({"user": "zhang"}))
        .await;
    let (_, code) = branch.hears("a second customer", added).await;
    branch
        .does(&format!("/customers/{other}/say"), json!({"user": "zhang"}))
        .await;
    let error = client.send_welcome(&code, Some("您好"), &[]).await.unwrap_err();
    assert_eq!(error.action(), Some(Action::TooLate));
    branch.forward(21_000);
    assert!(matches!(
        client.send_welcome(&code, Some("您好"), &[]).await,
        Err(CallError::Invalid(_))
    ));
    let (status, _) = branch
        .desk(&format!("/customers/{other}/add"), json!({"user": "zhang"}))
        .await;
    assert_eq!(status, 409, "friends already");
}

/// The banker's remark and tag for a customer; the tag's id.
async fn known_as(client: &Client, id: &str) -> String {
    let remark = Remark {
        userid: "zhang".into(),
        external_userid: id.to_owned(),
        remark: Some("李总".into()),
        ..Remark::default()
    };
    client.remark_customer(&remark).await.unwrap();
    let tags = client
        .add_corp_tags(&TagPlace::Named("等级"), &["VIP".into()])
        .await
        .unwrap();
    let tag = tags.tags[0].id.clone();
    client
        .mark_tags("zhang", id, std::slice::from_ref(&tag), &[])
        .await
        .unwrap();
    tag
}

const PAIR: Pair<'static> = Pair {
    from: "zhang",
    to: "li",
};

#[tokio::test]
async fn a_banker_leaves_and_nobody_is_lost() {
    let branch = branch().await;
    let client = &branch.client;
    let ids = branch.befriend("zhang", 0..150).await;
    let tag = known_as(client, &ids[0]).await;
    let group = json!({"name": "理财群", "members": [ids[0]]});
    let chat = branch.does("/staff/zhang/group", group).await;
    let early = client.hand_over_resigned(PAIR, &ids[..1]).await;
    assert_eq!(code_of(early), 40097, "still there");
    branch.does("/staff/zhang/leave", json!({})).await;
    let left = |event: &Event| match event {
        Event::Staff(StaffChange::Left { user_id }) if user_id == "zhang" => Some(()),
        _ => None,
    };
    branch.hears("the banker left", left).await;
    let page = client.unassigned(None, 100).await.unwrap();
    assert_eq!((page.info.len(), page.is_last), (100, false));
    let rest = client.unassigned(page.next_cursor.as_deref(), 100).await.unwrap();
    assert_eq!((rest.info.len(), rest.is_last), (50, true));
    for batch in ids.chunks(100) {
        let taken = client.hand_over_resigned(PAIR, batch).await.unwrap();
        assert!(taken.iter().all(Taken::is_accepted) && taken.len() == batch.len());
    }
    let again = ["wmNobody".to_owned(), ids[3].clone()];
    let again = client.hand_over_resigned(PAIR, &again).await.unwrap();
    assert_eq!((again[0].errcode, again[1].errcode), (40096, 40100));
    one_refuses(&branch, &ids[7]).await;
    a_day_passes(&branch).await;
    let file = client.customer(&ids[0], None).await.unwrap();
    let follow = &file.follows[0];
    let known = (follow.userid.as_str(), follow.remark.as_str(), follow.add_way);
    assert_eq!(known, ("li", "李总", 202));
    assert_eq!(follow.tags[0].tag_id.as_deref(), Some(tag.as_str()));
    afterwards(client, chat["chat_id"].as_str().unwrap()).await;
}

async fn one_refuses(branch: &Branch, id: &str) {
    branch.does(&format!("/customers/{id}/refuse"), json!({})).await;
    let failed = |event: &Event| match event {
        Event::Customer(CustomerChange::HandOverFailed { relation, reason }) => {
            Some((relation.external_user_id.clone(), format!("{reason:?}")))
        }
        _ => None,
    };
    let told = branch.hears("a refusal", failed).await;
    assert_eq!(told, (id.to_owned(), "CustomerRefused".to_owned()));
}

async fn a_day_passes(branch: &Branch) {
    branch.forward(DAY_MS - 1_000);
    let results = branch.client.resigned_results(PAIR, None).await.unwrap();
    let count = |page: &HandOverPage, outcome| {
        let found = page.customers.iter().filter(|one| one.status == outcome);
        found.count()
    };
    assert_eq!(count(&results, Outcome::Waiting), 149, "not before 24 hours");
    branch.forward(1_000);
    let results = branch.client.resigned_results(PAIR, None).await.unwrap();
    assert_eq!(count(&results, Outcome::Done), 149);
    assert_eq!(count(&results, Outcome::Refused), 1);
    let moved = |event: &Event| match event {
        Event::Customer(CustomerChange::Added {
            relation,
            welcome: None,
            ..
        }) => (relation.user_id == "li").then_some(()),
        _ => None,
    };
    branch.hears("a customer moved", moved).await;
}

/// Who refused waits for somebody else; the group has a new owner at once.
async fn afterwards(client: &Client, chat: &str) {
    let left = client.unassigned(None, 1_000).await.unwrap();
    assert_eq!(left.info.len(), 1, "the one who refused waits for somebody else");
    let groups = client.groups(GroupState::Ownerless, &[], None).await.unwrap();
    assert_eq!(groups.groups[0].chat_id, chat);
    let id = [groups.groups[0].chat_id.clone()];
    assert!(
        client
            .hand_over_resigned_groups(&id, "li")
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(client.group(&id[0]).await.unwrap().owner, "li");
    assert_eq!(
        client.hand_over_resigned_groups(&id, "wang").await.unwrap()[0].errcode,
        90500
    );
}

#[tokio::test]
async fn a_customer_is_handed_over_twice_in_ninety_days_and_to_nobody_who_is_full() {
    let branch = branch().await;
    let client = &branch.client;
    let ids = branch.befriend("zhang", 0..1).await;
    let mut from = "zhang";
    for to in ["li", "zhang"] {
        let taken = client
            .hand_over(Pair { from, to }, &ids, Some("您好"))
            .await
            .unwrap();
        assert_eq!(taken[0].errcode, 0);
        branch.forward(DAY_MS);
        from = to;
    }
    let third = client
        .hand_over(Pair { from, to: "li" }, &ids, None)
        .await
        .unwrap();
    assert_eq!(third[0].errcode, 40128);
    branch.forward(90 * DAY_MS);
    branch.does("/staff/wang/fill", json!({})).await;
    let pair = Pair { from, to: "wang" };
    assert!(client.hand_over(pair, &ids, None).await.unwrap()[0].is_accepted());
    branch.forward(DAY_MS);
    branch.does("/tick", json!({})).await;
    branch
        .hears("a full successor", |event| match event {
            Event::Customer(CustomerChange::HandOverFailed { reason, .. }) => {
                (format!("{reason:?}") == "SuccessorFull").then_some(())
            }
            _ => None,
        })
        .await;
    let results = client.hand_over_results(pair, None).await.unwrap();
    assert_eq!(results.customers[0].status, Outcome::SuccessorFull);
    assert_eq!(
        client.customers_of("zhang").await.unwrap(),
        ids,
        "stays where they were"
    );
}

#[tokio::test]
async fn a_message_to_many_waits_for_the_member_and_comes_once_a_day() {
    let branch = branch().await;
    let client = &branch.client;
    let mut ids = branch.befriend("zhang", 0..3).await;
    ids.push(customer(99).external_user_id);
    let first = client
        .broadcast(&Broadcast::to_customers(ids.clone(), "讲座"))
        .await
        .unwrap();
    assert_eq!(first.fail_list, [ids[3].clone()], "nobody's friend");
    assert_eq!(
        client.broadcast_tasks(&first.id, None).await.unwrap().tasks[0].status,
        0
    );
    assert!(
        branch
            .sees(&format!("/inbox/{}", ids[0]))
            .await
            .as_array()
            .unwrap()
            .is_empty()
    );
    branch
        .does(&format!("/customers/{}/remove", ids[2]), json!({"user": "zhang"}))
        .await;
    branch
        .does("/staff/zhang/confirm", json!({"msgid": first.id}))
        .await;
    let status = |page: SentPage| page.sent.iter().map(|one| one.status).collect::<Vec<_>>();
    assert_eq!(
        status(client.broadcast_results(&first.id, "zhang", None).await.unwrap()),
        [1, 1, 2]
    );
    let second = client
        .broadcast(&Broadcast::to_customers(ids[..2].to_vec(), "再来"))
        .await
        .unwrap();
    branch
        .does("/staff/zhang/confirm", json!({"msgid": second.id}))
        .await;
    assert_eq!(
        status(client.broadcast_results(&second.id, "zhang", None).await.unwrap()),
        [3, 3]
    );
    for _ in 0..3 {
        client.remind_broadcast(&second.id).await.unwrap();
    }
    let error = client.remind_broadcast(&second.id).await.unwrap_err();
    assert_eq!(error.action(), Some(Action::SlowDown));
}

#[tokio::test]
async fn moments_are_published_by_members_and_notices_reach_them() {
    let branch = branch().await;
    let client = &branch.client;
    let moment = Moment {
        text: Some("新春快乐".into()),
        users: vec!["zhang".into()],
        ..Moment::default()
    };
    let job = client.add_moment(&moment).await.unwrap();
    let id = client.moment_job(&job).await.unwrap().result.moment_id;
    branch
        .does("/staff/zhang/publish", json!({"moment_id": id}))
        .await;
    let published = client.moment_publishers(&id, None).await.unwrap().publishers;
    assert_eq!((published.len(), published[0].publish_status), (1, 1));
    let card = Notice::card("转介", "李总", "https://bank.example/");
    let sent = client
        .send_notice(&To::users(&["zhang", "ghost"]), &card, Delivery::default())
        .await
        .unwrap();
    assert_eq!(sent.missed().collect::<Vec<_>>(), ["ghost"]);
    assert_eq!(
        branch.sees("/notices/zhang").await[0]["textcard"]["title"],
        "转介"
    );
}

#[tokio::test]
async fn customer_service_answers_five_times_and_hands_over() {
    let branch = branch().await;
    let kf = Kf::new(branch.client.clone());
    let account = kf.add_account("微柜客服", "M").await.unwrap();
    kf.add_servicers(&account, &["li".into()]).await.unwrap();
    let ledger = Arc::new(MemoryLedger::default());
    let inflow = Inflow::new(kf.clone(), ledger.clone());
    let id = customer(5).external_user_id;
    let act = |act: &str| format!("/customers/{id}/{act}");
    branch
        .does(
            &act("kf-enter"),
            json!({"open_kfid": account, "scene": "menu", "scene_param": "p"}),
        )
        .await;
    let bell = |event: &Event| match event {
        Event::KfDoorbell { token, .. } => Some(token.clone()),
        _ => None,
    };
    let token = branch.hears("a doorbell", bell).await;
    assert_eq!(
        inflow.ring(&account, Some(&token)).await.unwrap(),
        Rung::Pulled(1)
    );
    greet(&kf, &ledger.messages(&account)[0].content).await;
    assert_eq!(
        code_of(kf.send(&account, &id, None, &Outgoing::text("在吗")).await),
        95002,
        "nobody has written"
    );
    branch
        .does(&act("kf-write"), json!({"open_kfid": account, "text": "余额"}))
        .await;
    let token = branch.hears("another doorbell", bell).await;
    inflow.ring(&account, Some(&token)).await.unwrap();
    let kept = ledger.messages(&account);
    assert!(matches!(&kept.last().unwrap().content, KfContent::Text { text, .. } if text == "余额"));
    five_answers(
        &branch,
        &kf,
        &(account.clone(), id.clone()),
        kept.last().unwrap().sent_at,
    )
    .await;
    states(&branch, &kf, &account, &id).await;
    let told = branch.sees(&format!("/inbox/{id}")).await;
    let greeting_answers_farewell = 1 + 5 + 1;
    assert_eq!(told.as_array().unwrap().len(), greeting_answers_farewell);
}

async fn greet(kf: &Kf, first: &KfContent) {
    let KfContent::Event(KfEvent::Entered(entered)) = first else {
        panic!("{first:?}")
    };
    let (scene, param) = (entered.scene.as_str(), entered.scene_param.as_str());
    assert_eq!((scene, param), ("menu", "p"));
    let code = entered.welcome_code.as_deref().unwrap();
    let welcome = Outgoing::text("欢迎");
    kf.send_on_event(code, None, &welcome).await.unwrap();
}

/// Five answers, each sent twice under one id and taken once; not a sixth.
async fn five_answers(branch: &Branch, kf: &Kf, (account, id): &(String, String), heard: i64) {
    let mut window = ReplyWindow::default();
    window.heard(heard);
    let now = branch.now.load(Ordering::SeqCst) / 1_000;
    for n in 0..5 {
        assert!(window.take(now));
        let own = format!("answer-{n}");
        kf.send(account, id, Some(&own), &Outgoing::text("好"))
            .await
            .unwrap();
        kf.send(account, id, Some(&own), &Outgoing::text("好"))
            .await
            .unwrap();
    }
    assert!(!window.take(now), "our account and WeCom's agree");
    let error = kf
        .send(account, id, None, &Outgoing::text("六"))
        .await
        .unwrap_err();
    assert_eq!(error.action(), Some(Action::QuotaSpent));
}

/// Queue, person, end, and the customer who comes back.
async fn states(branch: &Branch, kf: &Kf, account: &str, id: &str) {
    branch
        .does(
            &format!("/customers/{id}/kf-write"),
            json!({"open_kfid": account, "text": "人工"}),
        )
        .await;
    kf.change_service(account, id, ServiceState::Queue, None)
        .await
        .unwrap();
    assert_eq!(
        code_of(kf.send(account, id, None, &Outgoing::text("请稍候")).await),
        95018
    );
    let back = kf.change_service(account, id, ServiceState::Robot, None).await;
    assert_eq!(code_of(back), 95013);
    let idle = kf
        .change_service(account, id, ServiceState::Person, Some("wang"))
        .await;
    assert_eq!(code_of(idle), 95014, "not behind this account");
    kf.change_service(account, id, ServiceState::Person, Some("li"))
        .await
        .unwrap();
    let service = kf.service(account, id).await.unwrap();
    assert_eq!(
        (service.state, service.servicer.as_deref()),
        (ServiceState::Person, Some("li"))
    );
    let farewell = kf
        .change_service(account, id, ServiceState::Ended, None)
        .await
        .unwrap()
        .unwrap();
    kf.send_on_event(&farewell, None, &Outgoing::text("再见"))
        .await
        .unwrap();
    assert_eq!(
        code_of(kf.send_on_event(&farewell, None, &Outgoing::text("再见")).await),
        95003
    );
    branch
        .does(
            &format!("/customers/{id}/kf-write"),
            json!({"open_kfid": account, "text": "还有"}),
        )
        .await;
    assert_eq!(kf.service(account, id).await.unwrap().state, ServiceState::New);
    branch.forward(2 * DAY_MS);
    let late = kf
        .send(account, id, None, &Outgoing::text("晚了"))
        .await
        .unwrap_err();
    assert_eq!(late.action(), Some(Action::WindowClosed));
}

#[tokio::test]
async fn tokens_expire_and_pushes_repeat() {
    let branch = branch().await;
    branch.befriend("zhang", 0..1).await;
    branch.does("/faults", json!({"deliver_thrice": true})).await;
    branch.client.customers_of("zhang").await.unwrap();
    branch.does("/expire", json!({})).await;
    let calls = (0..30).map(|_| branch.client.customers_of("zhang"));
    for outcome in futures_util::future::join_all(calls).await {
        outcome.unwrap();
    }
    assert_eq!(
        branch.sees("/overview").await["tokens_issued"],
        2,
        "one refresh for all"
    );
    branch.book.0.lock().unwrap().clear();
    branch.befriend("li", 0..1).await;
    for _ in 0..100 {
        if branch.book.0.lock().unwrap().len() == 3 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let book = branch.book.0.lock().unwrap();
    assert_eq!(book.len(), 3);
    assert!(
        book.iter().all(|(key, _)| *key == book[0].0),
        "three deliveries, one key"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wechatpy_meets_the_wecom_that_it_was_written_for() {
    let branch = branch().await;
    let mut command = Command::new(peers().join("venv/bin/python"));
    command
        .env_remove("HTTP_PROXY")
        .env_remove("HTTPS_PROXY")
        .env("NO_PROXY", "127.0.0.1")
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/peers/wecom.py"))
        .args([
            &format!("{}/sandbox", branch.base),
            CORP,
            "s3cret-contact",
            &AGENT.to_string(),
        ]);
    let out = tokio::task::spawn_blocking(move || command.output().unwrap())
        .await
        .unwrap();
    let said = String::from_utf8_lossy(&out.stdout);
    let wrong = String::from_utf8_lossy(&out.stderr);
    assert!(
        out.status.success() && said.trim_end().ends_with("DONE"),
        "{said}\n{wrong}"
    );
    assert_eq!(said.matches("PASS ").count(), 8, "{said}");
}
