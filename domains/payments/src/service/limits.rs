//! Limits 限额: what a customer may still send, and taking from it in the transaction that authorises.

use accounts::AccountId;
use identity::CustomerId;
use kit::clock::{Ms, date_of};
use kit::db::Conn;

use super::Payments;
use crate::error::Error;
use crate::model::rules::{Excess, Limits, Usage};
use crate::model::transfer::Transfer;
use crate::store::{self, Spent};

/// Every customer is in this class until classes are assigned.
const CLASS: &str = "standard";

/// One subject's limits and what is used of them.
struct Gauge {
    limits: Limits,
    used: Usage,
}

/// Everything that limits a payment: the customer's class, and the account's where it has one of its own.
pub(crate) struct Allowance(Vec<Gauge>);

impl Allowance {
    fn of(subjects: Vec<Subject>, spent: &[Spent], [day, year]: [&str; 2]) -> Self {
        let gauge = |(subject, limits): Subject| {
            let used = |window| {
                let row = spent.iter().find(|row| row.is(&subject, window));
                row.map(|row| row.used).unwrap_or_default()
            };
            Gauge {
                limits,
                used: Usage {
                    day: used(day),
                    year: used(year),
                },
            }
        };
        Self(subjects.into_iter().map(gauge).collect())
    }

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

    /// What the customer has sent today, from whatever account. Fen.
    pub(crate) fn sent_today(&self) -> i64 {
        self.0.first().map_or(0, |gauge| gauge.used.day.amount)
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
            .glances(async move |c| allowance(c, customer, account, now).await)
            .await
    }

    /// Takes a payment from every window that counts it, or from none: an error where it does not fit undoes all.
    /// The windows are held from the look at them on, so fifty at once can't pass together. Gives what the customer has
    /// sent today, this payment included. Fen.
    pub(crate) async fn take_limit(
        c: &mut Conn,
        (customer, account): (CustomerId, AccountId),
        amount: i64,
        now: Ms,
    ) -> Result<i64, Error> {
        let subjects = subjects(c, customer, account).await?;
        let (day, year) = windows(now);
        let windows = [day.as_str(), year.as_str()];
        let mut spent = store::used_now(c, names(&subjects), windows).await?;
        if begun(c, &subjects, &spent, windows).await? {
            spent = store::used_now(c, names(&subjects), windows).await?;
        }
        let allowance = Allowance::of(subjects.clone(), &spent, windows);
        allowance.check(amount)?;
        store::use_limit(c, names(&subjects), windows, amount).await?;
        Ok(allowance.sent_today() + amount)
    }

    /// Gives back what a transfer had taken when it was authorised.
    pub(crate) async fn return_limit(c: &mut Conn, t: &Transfer) -> Result<(), Error> {
        if !t.purpose.is_limited() {
            return Ok(());
        }
        let (day, year) = windows(t.authorised_at);
        let subjects = subjects(c, t.customer, t.account).await?;
        store::return_limit(c, names(&subjects), [&day, &year], t.amount_fen).await?;
        Ok(())
    }
}

/// What limits a payment, and how much.
type Subject = (String, Limits);

/// The customer and, where its class has limits of its own, the account. Who has no limits in the table may send
/// nothing: deny by default.
async fn subjects(c: &mut Conn, customer: CustomerId, account: AccountId) -> Result<Vec<Subject>, Error> {
    let found = store::limits(c, CLASS, account).await?;
    let of = |class: &str| {
        let row = found.iter().find(|row| row.class == class);
        row.map(|row| row.limits).unwrap_or_default()
    };
    let mut all = vec![(customer.to_string(), of(CLASS))];
    if let Some(class) = found.iter().find_map(|row| row.class_of_account.as_deref()) {
        all.push((account.to_string(), of(class)));
    }
    Ok(all)
}

/// The names of one subject, or of two.
fn names(subjects: &[Subject]) -> [&str; 2] {
    [subjects.first(), subjects.last()].map(|subject| subject.map_or("", |(name, _)| name))
}

/// Begins the windows that nothing was taken from before; whether there were any.
async fn begun(
    c: &mut Conn,
    subjects: &[Subject],
    spent: &[Spent],
    windows: [&str; 2],
) -> Result<bool, Error> {
    let mut any = false;
    for (subject, _) in subjects {
        for window in windows {
            if !spent.iter().any(|row| row.is(subject, window)) {
                store::begin_usage(c, subject, window).await?;
                any = true;
            }
        }
    }
    Ok(any)
}

async fn allowance(
    c: &mut Conn,
    customer: CustomerId,
    account: AccountId,
    now: Ms,
) -> Result<Allowance, Error> {
    let subjects = subjects(c, customer, account).await?;
    let (day, year) = windows(now);
    let windows = [day.as_str(), year.as_str()];
    let spent = store::used(c, names(&subjects), windows).await?;
    Ok(Allowance::of(subjects, &spent, windows))
}
