//! A house with outreach and identity alone, and couriers that note what reaches whom.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use corebank::EmbeddedCore;
use couriers::{
    Carried, FanAnswer, Menu, OAuthAnswer, SmsStub, TemplateOrder, WeChatAnswer, WeChatCourier, WeChatStub,
};
use futures_util::future::BoxFuture;
use identity::{CustomerId, Identity, Introduction};
use kit::bus::Bus;
use kit::cache::Cache;
use kit::clock::{Clock, DAY, ManualClock, Ms};
use kit::crypto::Vault;
use kit::cx::{Cx, Parts};
use kit::db::migrate::{self, Migration};
use kit::db::{Db, Engine, Options};
use kit::ids::Ids;
use kit::ids::export::Uuid;
use kit::jobs::Worker;
use kit::money::Money;
use kit::random::Random;
use kit::tasks::Tasks;
use outreach::{Error, Notice, NoticeKind, Outreach, Settings, jobs};

pub(crate) const START: Ms = 1_795_399_205_000;
pub(crate) const WANG: &str = "oWang";
pub(crate) const WANGS_SECOND: &str = "oWangSecond";
pub(crate) const PHONE: &str = "13800000002";

/// Couriers of paper, and the count of calls to WeChat, whatever came of them.
#[derive(Default)]
pub(crate) struct Wires {
    wechat: WeChatStub,
    pub(crate) gateway: SmsStub,
    calls: AtomicUsize,
}

impl Wires {
    /// The next answers of WeChat. One that is lost may belong to a message that was shown: the stub shows it.
    pub(crate) fn says(&self, answers: impl IntoIterator<Item = WeChatAnswer>) {
        answers.into_iter().for_each(|answer| self.wechat.next(answer));
    }

    pub(crate) fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }

    /// Phone and text.
    pub(crate) fn sms(&self) -> Vec<(String, String)> {
        self.gateway.sent().into_values().collect()
    }

    pub(crate) fn templates(&self) -> Vec<TemplateOrder> {
        let notice = |carried| {
            if let Carried::Notice(order) = carried {
                Some(order)
            } else {
                None
            }
        };
        self.wechat.carried().into_iter().filter_map(notice).collect()
    }

    pub(crate) fn texts(&self) -> Vec<String> {
        self.wechat.texts_to(WANG)
    }

    fn called(&self) -> &WeChatStub {
        self.calls.fetch_add(1, Ordering::SeqCst);
        &self.wechat
    }
}

impl WeChatCourier for Wires {
    fn oauth_user<'a>(&'a self, code: &'a str) -> BoxFuture<'a, OAuthAnswer> {
        self.called().oauth_user(code)
    }

    fn send_text<'a>(&'a self, openid: &'a str, text: &'a str) -> BoxFuture<'a, WeChatAnswer> {
        self.called().send_text(openid, text)
    }

    fn send_template<'a>(&'a self, order: &'a TemplateOrder) -> BoxFuture<'a, WeChatAnswer> {
        self.called().send_template(order)
    }

    fn fan<'a>(&'a self, openid: &'a str) -> BoxFuture<'a, FanAnswer> {
        self.called().fan(openid)
    }

    fn publish_menu<'a>(&'a self, menu: &'a Menu) -> BoxFuture<'a, WeChatAnswer> {
        self.called().publish_menu(menu)
    }
}

#[derive(Clone)]
pub(crate) struct House {
    pub(crate) cx: Cx,
    pub(crate) hand: ManualClock,
    pub(crate) wires: Arc<Wires>,
    pub(crate) outreach: Outreach,
    pub(crate) wang: CustomerId,
}

/// Runs a story on each engine, each time in a fresh house where 王建国 is bound to `oWang`.
pub(crate) async fn on_both(story: impl AsyncFn(House)) {
    for url in [
        kit::testing::sqlite(),
        kit::testing::mariadb().await.fresh_database().await,
    ] {
        let house = House::open(&url).await;
        println!("on {}", house.cx.db.engine().name());
        story(house.clone()).await;
        house.cx.db.close().await;
    }
}

impl House {
    async fn open(url: &str) -> House {
        let db = Db::open(&Options::new(url)).await.unwrap();
        migrate::run(&db, &history(db.engine())).await.unwrap();
        let (clock, hand) = Clock::manual(START);
        let random = Random;
        let vault = Vault::fixed([7; 32], clock.clone(), random);
        let cx = Cx::new(Parts {
            ids: Ids::new(clock.clone(), random),
            db: db.clone(),
            clock: clock.clone(),
            random,
            cache: Cache::local(),
            bus: Bus::local(),
            vault: vault.clone(),
            tasks: Tasks::new(),
            subscriptions: vec![],
            node: "test".to_owned(),
        });
        let wires = Arc::new(Wires::default());
        let sms = Arc::new(wires.gateway.clone());
        let core = Arc::new(EmbeddedCore::new(db, vault, clock));
        let settings = identity::Settings {
            public_url: "https://bank.example".to_owned(),
            authorize_url: String::new(),
            appid: String::new(),
        };
        let identity = Identity::new(cx.clone(), core, sms.clone(), wires.clone(), settings);
        let ask = Introduction {
            customer_no: "C1".to_owned(),
            name: "王建国".to_owned(),
            phone: PHONE.to_owned(),
            id_no: "11010519491231002X".to_owned(),
            pay_password: "258036".to_owned(),
            elder: false,
            openid: Some(WANG.to_owned()),
        };
        assert!(identity.introduce(&ask).await.unwrap());
        let wang = identity.by_customer_no("C1").await.unwrap().unwrap();
        let settings = Settings::new("https://bank.example/");
        let outreach = Outreach::new(cx.clone(), identity, wires.clone(), sms, settings);
        House {
            cx,
            hand,
            wires,
            outreach,
            wang,
        }
    }

    pub(crate) fn worker(&self) -> Worker {
        Worker::new(self.cx.clone(), jobs(&self.outreach))
    }

    /// Does every job that is due.
    pub(crate) async fn works(&self) {
        self.worker().drain().await.unwrap();
    }

    /// Lets time pass in small steps, with the jobs that fall due.
    pub(crate) async fn passes(&self, span: Ms) {
        for _ in 0..span / 5_000 {
            self.hand.forward(5_000);
            self.works().await;
        }
    }

    pub(crate) async fn tell(&self, notice: Notice) -> Result<(), Error> {
        let outreach = self.outreach.clone();
        self.cx
            .db
            .tx(async move |c| outreach.notice(c, &notice).await)
            .await
    }

    pub(crate) async fn answers_late(&self, openid: &'static str, key: &str) {
        let (outreach, key) = (self.outreach.clone(), key.to_owned());
        self.cx
            .db
            .tx(async move |c| outreach.late_answer(c, openid, &format!("答复{key}"), &key).await)
            .await
            .unwrap();
    }

    pub(crate) async fn writes(&self, openid: &'static str) {
        let outreach = self.outreach.clone();
        self.cx
            .db
            .tx(async move |c| outreach.user_wrote(c, openid).await)
            .await
            .unwrap();
    }

    pub(crate) async fn clicks(&self, openid: &'static str) {
        let outreach = self.outreach.clone();
        self.cx
            .db
            .tx(async move |c| outreach.user_clicked(c, openid).await)
            .await
            .unwrap();
    }

    pub(crate) async fn follows(&self, openid: &'static str, scene: Option<&'static str>) -> bool {
        let outreach = self.outreach.clone();
        self.cx
            .db
            .tx(async move |c| outreach.followed(c, openid, scene).await)
            .await
            .unwrap()
    }

    pub(crate) async fn unfollows(&self, openid: &'static str) {
        let outreach = self.outreach.clone();
        self.cx
            .db
            .tx(async move |c| outreach.unfollowed(c, openid).await)
            .await
            .unwrap();
    }

    pub(crate) async fn receipt(&self, msgid: &'static str, status: &'static str) {
        let outreach = self.outreach.clone();
        self.cx
            .db
            .tx(async move |c| outreach.receipt(c, msgid, status).await)
            .await
            .unwrap();
    }

    pub(crate) async fn sql(&self, statement: &'static str) -> u64 {
        self.cx
            .db
            .tx(async move |c| c.exec(statement, ()).await)
            .await
            .unwrap()
    }

    pub(crate) async fn count(&self, question: &'static str) -> i64 {
        let found: Option<(i64,)> = self
            .cx
            .db
            .read(async move |c| c.row(question, ()).await)
            .await
            .unwrap();
        found.unwrap().0
    }

    /// `channel state code` of every message, sorted.
    pub(crate) async fn messages(&self) -> Vec<String> {
        let rows: Vec<(String, String, String)> = self
            .cx
            .db
            .read(async |c| c.rows("select channel, state, code from outreach_send", ()).await)
            .await
            .unwrap();
        let mut lines: Vec<String> = rows
            .into_iter()
            .map(|(a, b, c)| format!("{a} {b} {c}").trim_end().to_owned())
            .collect();
        lines.sort();
        lines
    }

    /// Binds another WeChat user to 王建国, as identity would write it.
    pub(crate) async fn binds_second(&self) {
        let id: Uuid = self.cx.ids.make();
        let (id, customer, until) = (id.to_string(), self.wang.to_string(), START + DAY);
        let tag = self.cx.vault.tag(
            "identity_binding",
            &[&id, WANGS_SECOND, &customer, &until.to_string()],
        );
        self.cx
            .db
            .tx(async move |c| {
                c.exec(
                    "insert into identity_binding (id, openid, active_openid, customer_id, state, bound_at, valid_until,
                         ended_at, tag) values (?, ?, ?, ?, 'active', ?, ?, 0, ?)",
                    (&*id, WANGS_SECOND, WANGS_SECOND, &*customer, START, until, &*tag),
                )
                .await
            })
            .await
            .unwrap();
    }

    /// 王建国 has paid 500 yuan.
    pub(crate) fn paid(&self, key: &str) -> Notice {
        Notice {
            customer: self.wang,
            kind: NoticeKind::TransferDone {
                amount: Money::cny(50_000),
                payee_masked: "*晓明".to_owned(),
                account_tail: "1234".to_owned(),
                at: START,
            },
            dedupe_key: key.to_owned(),
            link: Some("/h5/transfers/0189".to_owned()),
        }
    }
}

fn history(engine: Engine) -> Vec<Migration> {
    macro_rules! both {
        ($version:literal, $name:literal) => {
            Migration {
                version: $version,
                name: $name,
                sql: match engine {
                    Engine::Sqlite => include_str!(concat!("../../../../migrations/sqlite/", $name, ".sql")),
                    Engine::MySql => include_str!(concat!("../../../../migrations/mysql/", $name, ".sql")),
                },
            }
        };
    }
    vec![
        both!(1, "0001_kit"),
        both!(2, "0002_audit"),
        both!(3, "0003_identity"),
        both!(7, "0007_outreach"),
    ]
}
