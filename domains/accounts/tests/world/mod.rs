//! A demo bank with accounts, on either engine, with a core that misbehaves on order.

#![expect(dead_code, reason = "each test file uses its part")]

use std::sync::Arc;

use accounts::{Accounts, Branch, Settings};
use axum::{
    Router,
    body::{Body, to_bytes},
    http::Request,
    response::Response,
};
use corebank::{
    CoreBank, EmbeddedCore, Stub,
    demo::{self, DemoPerson},
};
use couriers::{SmsStub, WeChatStub};
use identity::{Customer, Identity, Introduction};
use kit::{
    bus::Bus,
    cache::Cache,
    clock::{Clock, ManualClock},
    cx::{Cx, Parts},
    db::{Db, Engine, Options, migrate},
    ids::Ids,
    jobs::Worker,
    keys::{self, MasterKey},
    random::Random,
    tasks::Tasks,
};
use serde_json::Value;
use tower::ServiceExt as _;

/// 2026-11-23 10:00:05 in Shanghai.
pub(crate) const NOW: i64 = 1_795_399_205_000;

pub(crate) struct World {
    pub(crate) cx: Cx,
    pub(crate) hand: ManualClock,
    pub(crate) core: EmbeddedCore,
    pub(crate) stub: Stub,
    pub(crate) identity: Identity,
    pub(crate) accounts: Accounts,
    pub(crate) people: Vec<DemoPerson>,
    pub(crate) sms: SmsStub,
    router: Router,
}

macro_rules! plan {
    ($($engine:literal)*) => {[$(
        [
            (1, "kit", include_str!(concat!("../../../../migrations/", $engine, "/0001_kit.sql"))),
            (2, "audit", include_str!(concat!("../../../../migrations/", $engine, "/0002_audit.sql"))),
            (3, "identity", include_str!(concat!("../../../../migrations/", $engine, "/0003_identity.sql"))),
            (4, "core", include_str!(concat!("../../../../migrations/", $engine, "/0004_core.sql"))),
            (5, "accounts", include_str!(concat!("../../../../migrations/", $engine, "/0005_accounts.sql"))),
            (11, "ledger", include_str!(concat!("../../../../migrations/", $engine, "/0011_ledger.sql"))),
            (12, "core_clearing", include_str!(concat!("../../../../migrations/", $engine, "/0012_core_clearing.sql"))),
            (
                19,
                "accounts_insight",
                include_str!(concat!("../../../../migrations/", $engine, "/0019_accounts_insight.sql")),
            ),
            (
                23,
                "ledger_order",
                include_str!(concat!("../../../../migrations/", $engine, "/0023_ledger_order.sql")),
            ),
        ]
        .map(|(version, name, sql)| migrate::Migration { version, name, sql })
    ),*]};
}

pub(crate) async fn database(engine: Engine) -> Db {
    let url = match engine {
        Engine::Sqlite => kit::testing::sqlite(),
        Engine::MySql => kit::testing::mariadb().await.fresh_database().await,
    };
    let db = Db::open(&Options {
        pool: 4,
        ..Options::new(url)
    })
    .await
    .unwrap();
    let [sqlite] = plan!("sqlite");
    let [mysql] = plan!("mysql");
    migrate::run(&db, if engine == Engine::Sqlite { &sqlite } else { &mysql })
        .await
        .unwrap();
    db
}

impl World {
    pub(crate) async fn new(engine: Engine) -> Self {
        let (clock, hand) = Clock::manual(NOW);
        let db = database(engine).await;
        let vault = keys::open(&db, &master(), &clock, Random).await.unwrap();
        let cx = Cx::new(Parts {
            db,
            ids: Ids::new(clock.clone(), Random),
            random: Random,
            cache: Cache::local(),
            bus: Bus::local(),
            vault,
            tasks: Tasks::new(),
            subscriptions: accounts::subscriptions(),
            node: "test".to_owned(),
            clock,
        });
        let core = EmbeddedCore::new(cx.db.clone(), cx.vault.clone(), cx.clock.clone());
        demo::seed(&core, NOW).await.unwrap();
        let stub = Stub::new(Arc::new(core.clone()), cx.clock.clone());
        let port: Arc<dyn CoreBank> = Arc::new(stub.clone());
        let sms = SmsStub::default();
        let settings = identity::Settings {
            public_url: "http://localhost:8080".to_owned(),
            authorize_url: String::new(),
            appid: String::new(),
        };
        let gateway = Arc::new(sms.clone());
        let wechat = Arc::new(WeChatStub::default());
        let identity = Identity::new(cx.clone(), port.clone(), gateway, wechat, settings);
        let people = demo::people();
        for person in &people {
            identity.introduce(&introduction(person)).await.unwrap();
        }
        let accounts = Accounts::new(cx.clone(), port, identity.clone(), settings_of_accounts());
        let (router, _) = accounts::router().split_for_parts();
        let router = router.with_state(accounts.clone());
        Self {
            cx,
            hand,
            core,
            stub,
            identity,
            accounts,
            people,
            sms,
            router,
        }
    }

    pub(crate) fn person(&self, name: &str) -> &DemoPerson {
        self.people.iter().find(|p| p.name == name).unwrap()
    }

    /// A bound customer whose session has just been proved.
    pub(crate) async fn customer(&self, name: &str) -> Customer {
        let found = self
            .identity
            .customer_of(self.person(name).openid)
            .await
            .unwrap()
            .unwrap();
        Customer { level: 2, ..found }
    }

    pub(crate) async fn get(&self, who: &Customer, path: &str) -> (u16, Value) {
        self.send(who, Request::get(path).body(Body::empty()).unwrap())
            .await
    }

    pub(crate) async fn post(&self, who: &Customer, path: &str, key: &str, body: &Value) -> (u16, Value) {
        let request = Request::post(path)
            .header("content-type", "application/json")
            .header("idempotency-key", key)
            .body(Body::from(body.to_string()));
        self.send(who, request.unwrap()).await
    }

    async fn send(&self, who: &Customer, request: Request<Body>) -> (u16, Value) {
        let answer = self.raw(who, request).await;
        let status = answer.status().as_u16();
        let bytes = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
    }

    /// Status, content and verification code of a statement.
    pub(crate) async fn file(&self, who: &Customer, path: &str) -> (u16, Vec<u8>, String) {
        let answer = self
            .raw(who, Request::get(path).body(Body::empty()).unwrap())
            .await;
        let status = answer.status().as_u16();
        let code = answer
            .headers()
            .get("x-statement-code")
            .map(|v| v.to_str().unwrap().to_owned());
        let bytes = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        (status, bytes.to_vec(), code.unwrap_or_default())
    }

    async fn raw(&self, who: &Customer, mut request: Request<Body>) -> Response {
        request.extensions_mut().insert(who.clone());
        self.router.clone().oneshot(request).await.unwrap()
    }

    /// The account of this kind in the customer's overview.
    pub(crate) async fn account(&self, who: &Customer, kind: &str) -> Value {
        let (status, overview) = self.get(who, "/api/accounts").await;
        assert_eq!(status, 200, "{overview}");
        overview["accounts"]
            .as_array()
            .unwrap()
            .iter()
            .find(|a| a["kind"] == kind)
            .unwrap()
            .clone()
    }

    /// The code that was sent for a challenge.
    pub(crate) fn code(&self, challenge: &str) -> String {
        let sent = self.sms.sent();
        let (_, (_, text)) = sent.iter().find(|(id, _)| id.starts_with(challenge)).unwrap();
        let (_, after) = text.split_once("验证码").unwrap();
        after.chars().take(6).collect()
    }

    pub(crate) async fn is_blocked(&self, id: &str) -> bool {
        let id: accounts::AccountId = id.parse().unwrap();
        self.cx
            .db
            .tx(async move |c| Accounts::is_blocked(c, id).await)
            .await
            .unwrap()
    }

    /// Does everything that is due.
    pub(crate) async fn work(&self) {
        let mut handlers = identity::jobs(&self.identity);
        handlers.extend(accounts::jobs(&self.accounts));
        Worker::new(self.cx.clone(), handlers).drain().await.unwrap();
    }

    pub(crate) async fn count(&self, sql: &'static str) -> i64 {
        let row: Option<(i64,)> = self.cx.db.read(async |c| c.row(sql, ()).await).await.unwrap();
        row.unwrap().0
    }

    /// A transfer in the core, past our channel.
    pub(crate) async fn move_in_core(
        &self,
        from: &str,
        to: &str,
        fen: i64,
    ) -> corebank::Answer<corebank::Booking> {
        let order = corebank::TransferOrder {
            id: self.cx.ids.make(),
            debit_account: self.person(from).card_no.clone(),
            credit_account: self.person(to).card_no.clone(),
            beneficiary: None,
            amount: kit::money::Money::cny(fen),
            memo: String::new(),
            business_date: self.cx.clock.today(),
        };
        self.core.transfer(&order).await
    }
}

pub(crate) fn master() -> MasterKey {
    MasterKey::new([7; 32])
}

fn introduction(person: &DemoPerson) -> Introduction {
    Introduction {
        customer_no: person.customer_no.clone(),
        name: person.name.to_owned(),
        phone: person.phone.to_owned(),
        id_no: person.id_no.clone(),
        pay_password: person.pay_password.to_owned(),
        elder: person.elder,
        openid: Some(person.openid.to_owned()),
    }
}

fn settings_of_accounts() -> Settings {
    Settings {
        bank_name: "微柜银行".to_owned(),
        public_url: "http://localhost:8080".to_owned(),
        font: None,
        branch: Branch {
            name: "微柜银行杭州分行营业部".to_owned(),
            address: "杭州市上城区解放路1号".to_owned(),
            phone: "0571-95000".to_owned(),
        },
    }
}

/// Each story on both engines.
#[macro_export]
macro_rules! on_both_engines {
    ($($story:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test]
            async fn $story() {
                super::$story($crate::world::World::new(kit::db::Engine::Sqlite).await).await;
            })*
        }
        mod mysql {
            $(#[tokio::test]
            async fn $story() {
                super::$story($crate::world::World::new(kit::db::Engine::MySql).await).await;
            })*
        }
    };
}
