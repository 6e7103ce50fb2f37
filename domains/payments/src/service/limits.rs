//! Limits 限额: what a customer may still send, and taking from it in the transaction that authorises.

use accounts::AccountId;
use identity::CustomerId;
use kit::clock::{Ms, date_of};
use kit::db::Conn;

use super::Payments;
use crate::error::Error;
use crate::model::rules::{Excess, Limits, Usage, Used};
use crate::model::transfer::Transfer;
use crate::store;

/// Every customer is in this class until classes are assigned.
const CLASS: &str = "standard";

/// One subject's limits and what is used of them.
struct Gauge {
    subject: String,
    limits: Limits,
    used: Usage,
}

/// Everything that limits a payment: the customer's class, and the account's where it has one of its own.
pub(crate) struct Allowance(Vec<Gauge>);

impl Allowance {
    pub(crate) fn check(&self, amount: i64) -> Result<(), Error> {
        for gauge in &self.0 {
            gauge
                .limits
                .check(amount, gauge.used)
                .map_err(|excess| refusal(excess, gauge.limits.left(gauge.used)))?;
        }
        Ok(())
    }

    /// Whether it fits into one transfer, whatever is used by then.
    pub(crate) fn check_one(&self, amount: i64) -> Result<(), Error> {
        self.0.iter().try_for_each(|gauge| {
            gauge
                .limits
                .check(amount, Usage::default())
                .map_err(|excess| refusal(excess, gauge.limits.per_day))
        })
    }

    /// Whether it could ever be sent, whatever is used today.
    pub(crate) fn is_amount(&self, amount: i64) -> bool {
        self.0
            .iter()
            .all(|g| g.limits.check(amount, g.used) != Err(Excess::BadAmount))
    }

    pub(crate) fn left(&self) -> i64 {
        self.least(|g| g.limits.left(g.used))
    }

    pub(crate) fn per_transfer(&self) -> i64 {
        self.least(|g| g.limits.per_transfer)
    }

    pub(crate) fn per_day(&self) -> i64 {
        self.least(|g| g.limits.per_day)
    }

    fn least(&self, of: impl Fn(&Gauge) -> i64) -> i64 {
        self.0.iter().map(of).min().unwrap_or(0)
    }
}

fn refusal(excess: Excess, left_fen: i64) -> Error {
    match excess {
        Excess::BadAmount => Error::BadAmount,
        Excess::Single => Error::LimitSingle,
        Excess::Day => Error::LimitDay { left_fen },
        Excess::Year => Error::LimitYear { left_fen },
    }
}

/// The day and the year of an instant, as windows are named.
fn windows(at: Ms) -> (String, String) {
    let day = date_of(at);
    (day.to_string(), day.year().to_string())
}

impl Payments {
    pub(crate) async fn allowance(
        &self,
        customer: CustomerId,
        account: AccountId,
    ) -> Result<Allowance, Error> {
        let now = self.cx.clock.now();
        self.cx
            .db
            .read(async move |c| allowance(c, customer, account, now).await)
            .await
    }

    /// Takes a payment from every window that counts it, or from none: an error where it does not fit undoes all.
    pub(crate) async fn take_limit(
        c: &mut Conn,
        (customer, account): (CustomerId, AccountId),
        amount: i64,
        now: Ms,
    ) -> Result<(), Error> {
        let Allowance(gauges) = allowance(c, customer, account, now).await?;
        let (day, year) = windows(now);
        for gauge in &gauges {
            if let Err(excess @ (Excess::BadAmount | Excess::Single)) =
                gauge.limits.check(amount, Usage::default())
            {
                return Err(refusal(excess, 0));
            }
            let left = gauge.limits.left(gauge.used);
            // The year's row first: everybody takes the rows in the same order.
            let steps = [
                (&year, gauge.used.year, gauge.limits.year(), Excess::Year),
                (&day, gauge.used.day, gauge.limits.day(), Excess::Day),
            ];
            for (window, used, bounds, excess) in steps {
                if used == Used::default() {
                    store::begin_usage(c, &gauge.subject, window).await?;
                }
                if !store::use_limit(c, (&gauge.subject, window), amount, bounds).await? {
                    return Err(refusal(excess, left));
                }
            }
        }
        Ok(())
    }

    /// Gives back what a transfer had taken when it was authorised.
    pub(crate) async fn return_limit(c: &mut Conn, t: &Transfer) -> Result<(), Error> {
        if !t.purpose.is_limited() {
            return Ok(());
        }
        let (day, year) = windows(t.authorised_at);
        for (subject, _) in subjects(c, t.customer, t.account).await? {
            store::return_limit(c, &subject, &year, t.amount_fen).await?;
            store::return_limit(c, &subject, &day, t.amount_fen).await?;
        }
        Ok(())
    }
}

async fn subjects(
    c: &mut Conn,
    customer: CustomerId,
    account: AccountId,
) -> Result<Vec<(String, String)>, Error> {
    let mut all = vec![(customer.to_string(), CLASS.to_owned())];
    if let Some(class) = store::class_of(c, account).await? {
        all.push((account.to_string(), class));
    }
    all.sort();
    Ok(all)
}

async fn allowance(
    c: &mut Conn,
    customer: CustomerId,
    account: AccountId,
    now: Ms,
) -> Result<Allowance, Error> {
    let (day, year) = windows(now);
    let mut gauges = Vec::with_capacity(2);
    for (subject, class) in subjects(c, customer, account).await? {
        // Without a row nothing may be sent: deny by default.
        let limits = store::limits(c, &class).await?.unwrap_or_default();
        let used = store::used(c, &subject, (&day, &year)).await?;
        gauges.push(Gauge {
            subject,
            limits,
            used,
        });
    }
    Ok(Allowance(gauges))
}
