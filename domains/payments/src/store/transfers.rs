//! Transfers.

use kit::clock::Ms;
use kit::db::{Cols, Conn, FromCol, FromRow, Result};

use crate::model::transfer::{Hold, State, Transfer, TransferId};

/// A transfer row, sealed.
#[derive(Clone)]
pub(crate) struct Row {
    pub(crate) id: TransferId,
    pub(crate) customer: identity::CustomerId,
    pub(crate) account: accounts::AccountId,
    pub(crate) from_no: String,
    pub(crate) from_name: String,
    pub(crate) to_no: String,
    pub(crate) to_idx: String,
    pub(crate) to_name: String,
    pub(crate) amount: i64,
    pub(crate) fee: i64,
    pub(crate) memo: String,
    pub(crate) state: String,
    pub(crate) reason: String,
    pub(crate) challenge: String,
    pub(crate) bound: String,
    pub(crate) expires_at: Ms,
    pub(crate) business_date: String,
    pub(crate) reference: String,
    pub(crate) created_at: Ms,
    pub(crate) authorised_at: Ms,
    pub(crate) done_at: Ms,
    pub(crate) checks: i64,
    pub(crate) next_check_at: Ms,
    pub(crate) bank: String,
    pub(crate) bank_name: String,
    pub(crate) arrival: String,
    pub(crate) cooling: bool,
    pub(crate) execute_at: Ms,
    pub(crate) hold: String,
    pub(crate) hold_id: String,
    pub(crate) void_id: String,
    pub(crate) schedule: String,
    pub(crate) sent_at: Ms,
    pub(crate) accepted_at: Ms,
    pub(crate) purpose: String,
}

/// Read by position, because a row has more columns than a tuple may.
impl FromRow for Row {
    fn from_row(cols: &Cols<'_>) -> Result<Self> {
        fn at<T: FromCol>(cols: &Cols<'_>, place: usize) -> Result<T> {
            cols.get(place)
        }
        Ok(Self {
            id: at(cols, 0)?,
            customer: at(cols, 1)?,
            account: at(cols, 2)?,
            from_no: at(cols, 3)?,
            from_name: at(cols, 4)?,
            to_no: at(cols, 5)?,
            to_idx: at(cols, 6)?,
            to_name: at(cols, 7)?,
            amount: at(cols, 8)?,
            fee: at(cols, 9)?,
            memo: at(cols, 10)?,
            state: at(cols, 11)?,
            reason: at(cols, 12)?,
            challenge: at(cols, 13)?,
            bound: at(cols, 14)?,
            expires_at: at(cols, 15)?,
            business_date: at(cols, 16)?,
            reference: at(cols, 17)?,
            created_at: at(cols, 18)?,
            authorised_at: at(cols, 19)?,
            done_at: at(cols, 20)?,
            checks: at(cols, 21)?,
            next_check_at: at(cols, 22)?,
            bank: at(cols, 23)?,
            bank_name: at(cols, 24)?,
            arrival: at(cols, 25)?,
            cooling: at::<i64>(cols, 26)? != 0,
            execute_at: at(cols, 27)?,
            hold: at(cols, 28)?,
            hold_id: at(cols, 29)?,
            void_id: at(cols, 30)?,
            schedule: at(cols, 31)?,
            sent_at: at(cols, 32)?,
            accepted_at: at(cols, 33)?,
            purpose: at(cols, 34)?,
        })
    }
}

/// Writes a new transfer: one that waits for its proof, or one that needs none and goes.
pub(crate) async fn insert(c: &mut Conn, r: &Row) -> Result<u64> {
    use kit::db::Bind;
    let cooling = i64::from(r.cooling);
    let vals = [
        r.id.val(),
        r.customer.val(),
        r.account.val(),
        r.from_no.val(),
        r.from_name.val(),
        r.to_no.val(),
        r.to_idx.val(),
        r.to_name.val(),
        r.amount.val(),
        r.fee.val(),
        r.memo.val(),
        r.state.val(),
        r.challenge.val(),
        r.bound.val(),
        r.expires_at.val(),
        r.business_date.val(),
        r.created_at.val(),
        r.authorised_at.val(),
        r.next_check_at.val(),
        r.bank.val(),
        r.bank_name.val(),
        r.arrival.val(),
        cooling.val(),
        r.schedule.val(),
        r.sent_at.val(),
        r.purpose.val(),
        r.execute_at.val(),
        r.hold.val(),
        r.hold_id.val(),
        r.void_id.val(),
    ];
    c.exec_vals(
        "insert into payments_transfer (id, customer_id, account_id, from_no, from_name, to_no, to_idx, to_name, amount, fee, memo,
             state, challenge_id, bound, expires_at, business_date, created_at, authorised_at, next_check_at, bank, bank_name,
             arrival, cooling, schedule_id, sent_at, purpose, execute_at, hold, hold_id, void_id, reason, reference, done_at, checks)
         values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', '', 0, 0)",
        &vals,
    )
    .await
}

pub(crate) async fn by_id(c: &mut Conn, id: TransferId) -> Result<Option<Row>> {
    c.row(
        "select id, customer_id, account_id, from_no, from_name, to_no, to_idx, to_name, amount, fee, memo, state, reason,
             challenge_id, bound, expires_at, business_date, reference, created_at, authorised_at, done_at, checks, next_check_at,
             bank, bank_name, arrival, cooling, execute_at, hold, hold_id, void_id, schedule_id, sent_at, accepted_at, purpose
         from payments_transfer where id = ?",
        (id,),
    )
    .await
}

/// A customer's transfers before a place, newest first.
pub(crate) async fn of_customer(
    c: &mut Conn,
    customer: identity::CustomerId,
    (before, id): (Ms, &str),
    limit: i64,
) -> Result<Vec<Row>> {
    c.rows(
        "select id, customer_id, account_id, from_no, from_name, to_no, to_idx, to_name, amount, fee, memo, state, reason,
             challenge_id, bound, expires_at, business_date, reference, created_at, authorised_at, done_at, checks, next_check_at,
             bank, bank_name, arrival, cooling, execute_at, hold, hold_id, void_id, schedule_id, sent_at, accepted_at, purpose
         from payments_transfer where customer_id = ? and (created_at < ? or (created_at = ? and id < ?))
         order by created_at desc, id desc limit ?",
        (customer, before, before, id, limit),
    )
    .await
}

/// Moves a transfer from its proof to where it stands now, sent or waiting; false when it has moved or expired since.
pub(crate) async fn authorised(c: &mut Conn, t: &Transfer) -> Result<bool> {
    let n = c
        .exec(
            "update payments_transfer set state = ?, authorised_at = ?, sent_at = ?, next_check_at = ?, execute_at = ?,
                 cooling = ?, hold = ?, hold_id = ?, void_id = ?
             where id = ? and state = 'awaiting_challenge' and expires_at > ?",
            (
                t.state.name(),
                t.authorised_at,
                t.sent_at,
                t.next_check_at,
                t.execute_at,
                i64::from(t.cooling),
                t.hold.name(),
                &*t.hold_id,
                &*t.void_id,
                t.id,
                t.authorised_at,
            ),
        )
        .await?;
    Ok(n == 1)
}

/// The time of a transfer that waited has come; false when it was taken back first.
pub(crate) async fn leaves(c: &mut Conn, id: TransferId, now: Ms, next: Ms) -> Result<bool> {
    let n = c
        .exec(
            "update payments_transfer set state = 'processing', sent_at = ?, next_check_at = ?, checks = 0
             where id = ? and state = 'waiting' and execute_at <= ?",
            (now, next, id, now),
        )
        .await?;
    Ok(n == 1)
}

/// The clearing has it; the questions begin anew.
pub(crate) async fn accepted(
    c: &mut Conn,
    id: TransferId,
    reference: &str,
    now: Ms,
    next: Ms,
) -> Result<bool> {
    let n = c
        .exec(
            "update payments_transfer set state = 'at_clearing', accepted_at = ?, next_check_at = ?, reference = ?, checks = 0
             where id = ? and state = 'processing'",
            (now, next, reference, id),
        )
        .await?;
    Ok(n == 1)
}

/// Notes what is known of the money that a transfer holds.
pub(crate) async fn hold_is(c: &mut Conn, id: TransferId, (from, to): (Hold, Hold)) -> Result<bool> {
    let n = c
        .exec(
            "update payments_transfer set hold = ? where id = ? and hold = ?",
            (to.name(), id, from.name()),
        )
        .await?;
    Ok(n == 1)
}

/// Ends a transfer that is still in `from`; false when somebody else ended it first.
pub(crate) async fn ended(
    c: &mut Conn,
    id: TransferId,
    (from, to): (State, State),
    (reason, reference): (&str, &str),
    now: Ms,
) -> Result<bool> {
    let n = c
        .exec(
            "update payments_transfer set state = ?, reason = ?, reference = ?, done_at = ?, next_check_at = 0
             where id = ? and state = ?",
            (to.name(), reason, reference, now, id, from.name()),
        )
        .await?;
    Ok(n == 1)
}

/// Notes that the core was asked and did not know.
pub(crate) async fn asked(c: &mut Conn, id: TransferId, next: Ms) -> Result<u64> {
    c.exec(
        "update payments_transfer set checks = checks + 1, next_check_at = ? where id = ? and (state in ('waiting', 'processing', 'at_clearing') or hold = 'unwanted')",
        (next, id),
    )
    .await
}

/// Did the same amount go to the same payee since then?
pub(crate) async fn sent_again(
    c: &mut Conn,
    customer: identity::CustomerId,
    to_idx: &str,
    amount: i64,
    since: Ms,
) -> Result<bool> {
    let found: Option<(i64,)> = c
        .row(
            "select 1 from payments_transfer where customer_id = ? and to_idx = ? and created_at >= ? and amount = ?
             and state in ('waiting', 'processing', 'at_clearing', 'succeeded') limit 1",
            (customer, to_idx, since, amount),
        )
        .await?;
    Ok(found.is_some())
}

/// Count and sum of what was booked since, and how many are under way.
pub(crate) async fn figures(c: &mut Conn, since: Ms) -> Result<(i64, i64, i64)> {
    let booked: Option<(i64, Option<i64>)> = c
        .row(
            "select count(*), cast(sum(amount) as signed) from payments_transfer where authorised_at >= ? and state = 'succeeded'",
            (since,),
        )
        .await?;
    let under_way: Option<(i64,)> = c
        .row(
            "select count(*) from payments_transfer where state in ('processing', 'at_clearing')",
            (),
        )
        .await?;
    let (count, sum) = booked.unwrap_or_default();
    Ok((count, sum.unwrap_or(0), under_way.map_or(0, |(n,)| n)))
}

/// Whether another payment from a customer to an account for this purpose is on its way, or has arrived since an instant.
pub(crate) async fn another_since(
    c: &mut Conn,
    (customer, to_idx, purpose): Way<'_>,
    but: TransferId,
    since: Ms,
) -> Result<bool> {
    let found: Option<(i64,)> = c
        .row(
            "select 1 from payments_transfer where customer_id = ? and to_idx = ? and purpose = ? and id <> ?
             and (state in ('waiting', 'processing', 'at_clearing') or (state = 'succeeded' and done_at >= ?)) limit 1",
            (customer, to_idx, purpose, but, since),
        )
        .await?;
    Ok(found.is_some())
}

/// What went from a customer to an account for a purpose. Fen.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Gone {
    /// On its way.
    pub(crate) under_way: i64,
    /// On its way, or arrived.
    pub(crate) in_all: i64,
}

impl FromRow for Gone {
    fn from_row(cols: &Cols<'_>) -> Result<Self> {
        Ok(Self {
            under_way: cols.get::<Option<i64>>(0)?.unwrap_or(0),
            in_all: cols.get::<Option<i64>>(1)?.unwrap_or(0),
        })
    }
}

/// Customer, index of the account, name of the purpose.
pub(crate) type Way<'a> = (identity::CustomerId, &'a str, &'a str);

pub(crate) async fn gone(c: &mut Conn, way: Way<'_>) -> Result<Gone> {
    let sums = c
        .row(
            "select cast(sum(case when state = 'succeeded' then 0 else amount end) as signed), cast(sum(amount) as signed)
             from payments_transfer where customer_id = ? and to_idx = ? and purpose = ?
             and state in ('waiting', 'processing', 'at_clearing', 'succeeded')",
            way,
        )
        .await?;
    Ok(sums.unwrap_or_default())
}
