//! What the clock and the counter do at a bank of a story: balance changes told, books reconciled, money moved without
//! the channel.

use crate::bank::TestBank;
use crate::customer::Customer;
use accounts::FeedLease;
use corebank::embedded::{CounterBooking, Internal, Side};
use corebank::{Answer, CoreBank as _, EntryKind, TransferOrder};
use kit::clock::{DAY, MINUTE, SECOND};
use kit::money::Money;

/// Longer than any lease of a reader, so that this round is ours.
const AFTER_A_LEASE: i64 = 5 * SECOND;

impl TestBank {
    /// A round of the worker that tells of balance changes, until the feed has nothing more; answers how many it saw.
    pub async fn tells_changes(&self) -> usize {
        self.clock.forward(AFTER_A_LEASE);
        let (mut lease, mut seen) = (FeedLease::default(), 0);
        loop {
            let told = weigui::tell_changes(&self.bank, &mut lease).await;
            match told.expect("changes are told") {
                0 => return seen,
                more => seen += more,
            }
        }
    }

    /// A minute's or an hour's run over the feed; answers whether there was anything to compare.
    pub async fn reconciles(&self, hourly: bool) -> bool {
        self.clock.forward(AFTER_A_LEASE);
        let done = self.bank.office.reconcile_now(hourly).await;
        done.expect("reconciled")
    }

    /// Midnight passes, and the run of the day that has ended is made.
    pub async fn ends_the_day(&self) {
        let now = self.now();
        let midnight = kit::clock::day_bounds(kit::clock::date_of(now)).0 + DAY;
        self.clock.forward(midnight - now + 11 * MINUTE);
        self.begins_the_day().await;
    }

    /// The clockwork looks whether the day that has ended has its runs.
    pub async fn begins_the_day(&self) {
        self.bank.office.begin_day().await.expect("begun");
        self.run_jobs().await;
    }

    /// What the core has in the customer's account, whatever this channel has kept of it. Fen.
    pub async fn books_say(&self, who: &Customer) -> i64 {
        self.account_says(&who.card_no).await
    }

    /// What the core has in any account, the bank's own too. Fen.
    pub async fn account_says(&self, account_no: &str) -> i64 {
        let core = self.bank.embedded.as_ref().expect("the reference core");
        match core.balance(account_no).await {
            Answer::Done(balance) => balance.posted.fen(),
            other => panic!("the core answered {other:?}"),
        }
    }

    /// The customer pays in a shop: the core books it, and this channel has no part in it. Answers the booking's id.
    pub async fn shop_takes(&self, from: &Customer, fen: i64, shop: &str) -> uuid::Uuid {
        let id: uuid::Uuid = self.cx.ids.make();
        let booking = CounterBooking {
            id,
            debit: Side::Number(from.card_no.clone()),
            credit: Side::Outside {
                through: Internal::Clearing,
                name: shop.to_owned(),
                number: "8800000000000001".to_owned(),
            },
            amount: Money::cny(fen),
            kind: EntryKind::Payment,
            memo: String::new(),
            place: None,
            at: self.now(),
        };
        let core = self.bank.embedded.as_ref().expect("the reference core");
        core.book(&[booking]).await.expect("booked");
        id
    }

    /// An order in our name that our books know nothing of.
    pub async fn somebody_orders(&self, from: &Customer, to: &Customer, fen: i64) -> uuid::Uuid {
        let id: uuid::Uuid = self.cx.ids.make();
        let order = TransferOrder {
            id,
            debit_account: from.card_no.clone(),
            credit_account: to.card_no.clone(),
            beneficiary: None,
            amount: Money::cny(fen),
            memo: String::new(),
            business_date: self.cx.clock.today(),
        };
        self.core.transfer(&order).await.done().expect("booked");
        id
    }
}
