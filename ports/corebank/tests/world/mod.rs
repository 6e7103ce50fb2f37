//! A seeded demo bank on a database of its own.

#![expect(dead_code, reason = "each test file uses its part")]

use std::sync::Arc;

use corebank::{
    Beneficiary, CoreBank, EmbeddedCore, HttpCore, HttpOptions, TransferOrder, VerifyCustomer,
    contract::Bank,
    demo::{self, DemoPerson},
    http::{Desk, Seals},
};
use kit::{
    clock::{Clock, ManualClock, date_of},
    crypto::Vault,
    db::{Db, Engine, Options, migrate},
    ids::Ids,
    money::Money,
    random::Random,
};

/// 2026-11-23 10:00:05 in Shanghai.
pub(crate) const NOW: i64 = 1_795_399_205_000;

pub(crate) struct World {
    pub(crate) core: EmbeddedCore,
    pub(crate) clock: Clock,
    pub(crate) hand: ManualClock,
    pub(crate) db: Db,
    pub(crate) people: Vec<DemoPerson>,
}

impl World {
    pub(crate) async fn new(engine: Engine) -> Self {
        let (url, [core, ledger, clearing, order]) = match engine {
            Engine::Sqlite => (
                kit::testing::sqlite(),
                [
                    include_str!("../../../../migrations/sqlite/0004_core.sql"),
                    include_str!("../../../../migrations/sqlite/0011_ledger.sql"),
                    include_str!("../../../../migrations/sqlite/0012_core_clearing.sql"),
                    include_str!("../../../../migrations/sqlite/0023_ledger_order.sql"),
                ],
            ),
            Engine::MySql => (
                kit::testing::mariadb().await.fresh_database().await,
                [
                    include_str!("../../../../migrations/mysql/0004_core.sql"),
                    include_str!("../../../../migrations/mysql/0011_ledger.sql"),
                    include_str!("../../../../migrations/mysql/0012_core_clearing.sql"),
                    include_str!("../../../../migrations/mysql/0023_ledger_order.sql"),
                ],
            ),
        };
        let plan = [
            (4, "core", core),
            (11, "ledger", ledger),
            (12, "core_clearing", clearing),
            (23, "ledger_order", order),
        ];
        let plan = plan.map(|(version, name, sql)| migrate::Migration { version, name, sql });
        let db = Db::open(&Options {
            pool: 4,
            ..Options::new(url)
        })
        .await
        .unwrap();
        migrate::run(&db, &plan).await.unwrap();
        let (clock, hand) = Clock::manual(NOW);
        let vault = Vault::fixed([7; 32], clock.clone(), Random);
        let core = EmbeddedCore::new(db.clone(), vault, clock.clone());
        assert!(demo::seed(&core, NOW).await.unwrap());
        Self {
            core,
            clock,
            hand,
            db,
            people: demo::people(),
        }
    }

    pub(crate) fn person(&self, name: &str) -> &DemoPerson {
        self.people.iter().find(|p| p.name == name).unwrap()
    }

    pub(crate) fn bank(&self) -> Bank {
        let (from, to) = (self.person("王建国"), self.person("陈晓明"));
        Bank {
            core: Arc::new(self.core.clone()),
            ids: Ids::new(self.clock.clone(), Random),
            business_date: date_of(self.clock.now()),
            owner: VerifyCustomer {
                name: from.name.to_owned(),
                id_no: from.id_no.clone(),
                card_no: from.card_no.clone(),
                phone: from.phone.to_owned(),
            },
            customer_no: from.customer_no.clone(),
            payer: demand(from),
            payee: demand(to),
            payee_name: to.name.to_owned(),
            beneficiary: Beneficiary {
                bank_code: "102100099996".to_owned(),
                bank_name: "中国工商银行".to_owned(),
                name: "钱多多".to_owned(),
            },
            beneficiary_account: "6222020200112233441".to_owned(),
            card: to.accounts.get(1).unwrap().account_no.clone(),
        }
    }

    pub(crate) fn order(&self, fen: i64) -> TransferOrder {
        let bank = self.bank();
        TransferOrder {
            id: bank.ids.make(),
            debit_account: bank.payer,
            credit_account: bank.payee,
            beneficiary: None,
            amount: Money::cny(fen),
            memo: String::new(),
            business_date: bank.business_date,
        }
    }

    pub(crate) async fn books_are_whole(&self) {
        let report = self.core.verify_books().await.unwrap();
        assert!(report.is_whole(), "{:#?}", report.broken);
        assert!(report.transfers > 500, "{report:?}");
    }

    /// The wire over this core; answers its base address.
    pub(crate) async fn serve(&self) -> String {
        serve(Arc::new(self.core.clone())).await
    }

    /// The adapter without certificates, with the clock of the machine.
    pub(crate) fn http(base: &str) -> HttpCore {
        HttpCore::new(
            HttpOptions::plain(base),
            Clock::system(),
            Ids::new(Clock::system(), Random),
        )
        .unwrap()
    }
}

pub(crate) async fn serve(core: Arc<dyn CoreBank>) -> String {
    serve_sealed(core, Seals::default()).await
}

#[expect(clippy::disallowed_methods, reason = "the server ends with the test")]
pub(crate) async fn serve_sealed(core: Arc<dyn CoreBank>, seals: Seals) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let desk = Desk {
        seals,
        clock: Clock::system(),
    };
    tokio::spawn(async move { axum::serve(listener, corebank::serve(core, desk)).await });
    base
}

pub(crate) fn demand(person: &DemoPerson) -> String {
    person.accounts.first().unwrap().account_no.clone()
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
