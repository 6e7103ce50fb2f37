//! An engine that lets another transaction write between the lock and the update, as a cluster may whose nodes
//! don't know each other's locks: a clash, never a lost update.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

mod common;

use common::*;
use weigui_ledger::{Cell, Error, Order, Outcome, Promise, Sql, Value, apply, expire_due, open, verify};

/// Lets another in once, right after the accounts were locked.
struct Leaky {
    inside: Lite,
    other: Option<&'static str>,
}

impl Sql for Leaky {
    fn exec<'a>(&'a mut self, sql: &'static str, args: &'a [Value<'a>]) -> Promise<'a, u64> {
        self.inside.exec(sql, args)
    }

    fn insert_new<'a>(&'a mut self, sql: &'static str, args: &'a [Value<'a>]) -> Promise<'a, bool> {
        self.inside.insert_new(sql, args)
    }

    fn rows<'a>(&'a mut self, sql: &'static str, args: &'a [Value<'a>]) -> Promise<'a, Vec<Vec<Cell>>> {
        let rows = now(self.inside.rows(sql, args));
        if sql.contains("from ledger_account")
            && sql.contains("/*lock*/")
            && let Some(other) = self.other.take()
        {
            assert_eq!(self.inside.0.execute(other, []).unwrap(), 1);
        }
        Box::pin(std::future::ready(rows))
    }
}

/// Account 1 is the bank's, 2 and 3 are customers'; 50 of the 100.00 of account 2 are held for account 3.
fn bank() -> Leaky {
    let mut s = Lite::new();
    for (n, limited) in [(1, false), (2, true), (3, true)] {
        now(open(&mut s, &new_account(n, limited, 0), 0)).unwrap();
    }
    for order in [direct(1, 1, 2, 10_000), hold(2, 2, 3, 50, Some(1_000))] {
        assert!(matches!(
            now(apply(&mut s, &order, &when(1))),
            Ok(Outcome::Created(_))
        ));
    }
    Leaky {
        inside: s,
        other: None,
    }
}

/// What another node's posting or change of an account's terms leaves behind.
const OTHERS: [&str; 2] = [
    "update ledger_account set version = version + 1 where id like '%02'",
    "update ledger_account set version = version + 1, credit_line = 5 where id like '%03'",
];

fn clashes(orders: &[Order]) {
    for other in OTHERS {
        for order in orders {
            let mut bank = bank();
            bank.inside.0.execute_batch("begin").unwrap();
            bank.other = Some(other);
            let outcome = now(apply(&mut bank, order, &when(2)));
            assert!(matches!(outcome, Err(Error::Clash)), "{other}: {outcome:?}");
            // Rolled back and run again, as the caller does, it is decided on what is there now.
            bank.inside.0.execute_batch("rollback").unwrap();
            let again = now(apply(&mut bank, order, &when(2)));
            assert!(matches!(again, Ok(Outcome::Created(_))), "{again:?}");
            assert!(now(verify(&mut bank.inside)).unwrap().is_whole());
        }
    }
}

#[test]
fn whatever_moves_or_holds_money_clashes() {
    clashes(&[
        direct(9, 2, 3, 100),
        hold(9, 2, 3, 100, None),
        post(9, 2, None),
        void(9, 2),
    ]);
}

#[test]
fn holds_that_end_by_themselves_clash() {
    for other in OTHERS {
        let mut bank = bank();
        bank.other = Some(other);
        let ended = now(expire_due(&mut bank, 5_000, 10));
        assert!(matches!(ended, Err(Error::Clash)), "{other}: {ended:?}");
    }
}
