//! Every statement of accounts. Numbers, figures and summaries are sealed by the caller.

use identity::CustomerId;
use kit::{
    clock::Ms,
    db::{Conn, Result},
    reseal::SealedColumn,
    sealed,
};

use crate::model::{account::AccountId, loss::LossId};

pub(crate) mod disputes;
pub(crate) mod feed;
pub(crate) mod labels;

/// Every sealed column of this domain, for key rotation.
pub const SEALED: &[SealedColumn] = &[
    sealed!("accounts_account", "customer_no"),
    sealed!("accounts_account", "account_no"),
    sealed!("accounts_account", "card_no"),
    sealed!("accounts_snapshot", "figures", "account_id"),
    sealed!("accounts_statement", "summary"),
    sealed!("accounts_dispute", "line"),
    sealed!("accounts_dispute", "text"),
    sealed!("accounts_dispute", "answer"),
];

/// A row of `accounts_account`, still sealed.
#[derive(Clone)]
pub(crate) struct Row {
    pub(crate) id: AccountId,
    pub(crate) customer: CustomerId,
    pub(crate) customer_no: String,
    pub(crate) account_no: String,
    pub(crate) card_no: Option<String>,
    pub(crate) kind: String,
    pub(crate) product: String,
    pub(crate) status: String,
    pub(crate) status_text: String,
}

/// Blind indexes of a row's numbers.
#[derive(Clone)]
pub(crate) struct Indexes {
    pub(crate) no: String,
    pub(crate) card: Option<String>,
}

type Columns = (
    AccountId,
    CustomerId,
    String,
    String,
    Option<String>,
    String,
    String,
    String,
    String,
);

fn row((id, customer, customer_no, account_no, card_no, kind, product, status, status_text): Columns) -> Row {
    Row {
        id,
        customer,
        customer_no,
        account_no,
        card_no,
        kind,
        product,
        status,
        status_text,
    }
}

pub(crate) async fn by_id(c: &mut Conn, customer: CustomerId, id: AccountId) -> Result<Option<Row>> {
    let sql = "select id, customer_id, customer_no, account_no, card_no, kind, product, status, status_text \
               from accounts_account where id = ? and customer_id = ?";
    Ok(c.row::<Columns>(sql, (id, customer)).await?.map(row))
}

pub(crate) async fn of_customer(c: &mut Conn, customer: CustomerId) -> Result<Vec<Row>> {
    let sql = "select id, customer_id, customer_no, account_no, card_no, kind, product, status, status_text \
               from accounts_account where customer_id = ? order by position, id";
    Ok(c.rows::<Columns>(sql, (customer,))
        .await?
        .into_iter()
        .map(row)
        .collect())
}

pub(crate) async fn by_number(c: &mut Conn, idx: &str) -> Result<Option<Row>> {
    let sql = "select id, customer_id, customer_no, account_no, card_no, kind, product, status, status_text \
               from accounts_account where no_idx = ? or card_idx = ?";
    Ok(c.row::<Columns>(sql, (idx, idx)).await?.map(row))
}

/// Of two numbers, the cards among them with the accounts behind: `(card, account)`, as indexes.
pub(crate) async fn no_idx_behind(c: &mut Conn, [one, other]: [&str; 2]) -> Result<Vec<(String, String)>> {
    c.rows(
        "select card_idx, no_idx from accounts_account where card_idx in (?, ?)",
        (one, other),
    )
    .await
}

/// `(account id, whose it is)` by the index of the account number.
pub(crate) async fn id_by_no(c: &mut Conn, no_idx: &str) -> Result<Option<(AccountId, CustomerId)>> {
    c.row(
        "select id, customer_id from accounts_account where no_idx = ?",
        (no_idx,),
    )
    .await
}

pub(crate) async fn insert(c: &mut Conn, r: &Row, idx: &Indexes, position: i64, now: Ms) -> Result<bool> {
    let sql = "insert into accounts_account (id, customer_id, customer_no, position, no_idx, account_no, card_idx, \
               card_no, kind, product, status, status_text, seen_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    c.insert_new(
        sql,
        (
            r.id,
            r.customer,
            &*r.customer_no,
            position,
            &*idx.no,
            &*r.account_no,
            idx.card.as_deref(),
            r.card_no.as_deref(),
            &*r.kind,
            &*r.product,
            &*r.status,
            &*r.status_text,
            now,
        ),
    )
    .await
}

/// What may change of an account: its card, product, status and, after a merger of customers, its holder.
pub(crate) async fn refresh(c: &mut Conn, r: &Row, card_idx: Option<&str>, now: Ms) -> Result<u64> {
    c.exec(
        "update accounts_account set customer_id = ?, customer_no = ?, card_idx = ?, card_no = ?, product = ?, \
         status = ?, status_text = ?, seen_at = ? where id = ?",
        (
            r.customer,
            &*r.customer_no,
            card_idx,
            r.card_no.as_deref(),
            &*r.product,
            &*r.status,
            &*r.status_text,
            now,
            r.id,
        ),
    )
    .await
}

/// `(sealed figures, version, as of)`.
pub(crate) async fn snapshot(c: &mut Conn, id: AccountId) -> Result<Option<(String, i64, Ms)>> {
    c.row(
        "select figures, version, as_of from accounts_snapshot where account_id = ?",
        (id,),
    )
    .await
}

pub(crate) async fn insert_snapshot(
    c: &mut Conn,
    id: AccountId,
    figures: &str,
    version: i64,
    as_of: Ms,
) -> Result<bool> {
    let sql = "insert into accounts_snapshot (account_id, figures, version, as_of) values (?, ?, ?, ?)";
    c.insert_new(sql, (id, figures, version, as_of)).await
}

/// An older answer that comes late never overwrites a newer one.
pub(crate) async fn renew_snapshot(
    c: &mut Conn,
    id: AccountId,
    figures: &str,
    version: i64,
    as_of: Ms,
) -> Result<u64> {
    let sql = "update accounts_snapshot set figures = ?, version = ?, as_of = ? \
               where account_id = ? and as_of <= ? and version <= ?";
    c.exec(sql, (figures, version, as_of, id, as_of, version)).await
}

/// A row of `accounts_loss`.
#[derive(Clone, Debug)]
pub(crate) struct Loss {
    pub(crate) id: LossId,
    pub(crate) account: AccountId,
    pub(crate) customer: CustomerId,
    pub(crate) receipt_no: String,
    pub(crate) state: String,
    pub(crate) core_confirmed: bool,
    pub(crate) lift_id: Option<uuid::Uuid>,
    pub(crate) lift_key: Option<String>,
    pub(crate) blocked_at: Ms,
    pub(crate) lifted_at: Option<Ms>,
}

type LossColumns = (
    LossId,
    AccountId,
    CustomerId,
    String,
    String,
    bool,
    Option<uuid::Uuid>,
    Option<String>,
    Ms,
    Option<Ms>,
);

fn loss(r: LossColumns) -> Loss {
    let (id, account, customer, receipt_no, state, core_confirmed, lift_id, lift_key, blocked_at, lifted_at) =
        r;
    Loss {
        id,
        account,
        customer,
        receipt_no,
        state,
        core_confirmed,
        lift_id,
        lift_key,
        blocked_at,
        lifted_at,
    }
}

/// False when the account is reported lost already.
pub(crate) async fn insert_loss(c: &mut Conn, l: &Loss) -> Result<bool> {
    let sql = "insert into accounts_loss (id, account_id, active_account, customer_id, receipt_no, state, \
               core_confirmed, lift_id, lift_key, lift_until, blocked_at, lifted_at) \
               values (?, ?, ?, ?, ?, ?, 0, null, null, 0, ?, null)";
    c.insert_new(
        sql,
        (
            l.id,
            l.account,
            l.account,
            l.customer,
            &*l.receipt_no,
            &*l.state,
            l.blocked_at,
        ),
    )
    .await
}

pub(crate) async fn loss_by_id(c: &mut Conn, id: LossId) -> Result<Option<Loss>> {
    let sql = "select id, account_id, customer_id, receipt_no, state, core_confirmed, lift_id, lift_key, \
               blocked_at, lifted_at from accounts_loss where id = ?";
    Ok(c.row::<LossColumns>(sql, (id,)).await?.map(loss))
}

/// The report that blocks the account now.
pub(crate) async fn active_loss(c: &mut Conn, account: AccountId) -> Result<Option<Loss>> {
    let sql = "select id, account_id, customer_id, receipt_no, state, core_confirmed, lift_id, lift_key, \
               blocked_at, lifted_at from accounts_loss where active_account = ?";
    Ok(c.row::<LossColumns>(sql, (account,)).await?.map(loss))
}

/// Loss reports and payments of an account meet here: whoever holds the row decides first.
pub(crate) async fn lock_account(c: &mut Conn, account: AccountId) -> Result<bool> {
    let sql = "select id from accounts_account where id = ? /*lock*/";
    Ok(c.row::<(AccountId,)>(sql, (account,)).await?.is_some())
}

/// The newest report of an account, lifted or not.
pub(crate) async fn newest_loss(c: &mut Conn, account: AccountId) -> Result<Option<Loss>> {
    let sql = "select id, account_id, customer_id, receipt_no, state, core_confirmed, lift_id, lift_key, \
               blocked_at, lifted_at from accounts_loss where account_id = ? \
               order by blocked_at desc, id desc limit 1";
    Ok(c.row::<LossColumns>(sql, (account,)).await?.map(loss))
}

/// Active reports of a customer's accounts.
pub(crate) async fn active_losses_of(c: &mut Conn, customer: CustomerId) -> Result<Vec<(AccountId, Ms)>> {
    let sql = "select l.active_account, l.blocked_at from accounts_account a \
               join accounts_loss l on l.active_account = a.id where a.customer_id = ?";
    c.rows(sql, (customer,)).await
}

pub(crate) async fn losses_since(c: &mut Conn, since: Ms) -> Result<i64> {
    let row: Option<(i64,)> = c
        .row(
            "select count(*) from accounts_loss where blocked_at >= ?",
            (since,),
        )
        .await?;
    Ok(row.map_or(0, |r| r.0))
}

pub(crate) async fn confirm_loss(c: &mut Conn, id: LossId) -> Result<u64> {
    c.exec("update accounts_loss set core_confirmed = 1 where id = ?", (id,))
        .await
}

/// Takes the lift of a report for one request at a time.
pub(crate) async fn claim_lift(c: &mut Conn, id: LossId, key: &str, now: Ms, until: Ms) -> Result<bool> {
    let sql = "update accounts_loss set lift_key = ?, lift_until = ? \
               where id = ? and state = 'blocked' and lift_until <= ?";
    Ok(c.exec(sql, (key, until, id, now)).await? == 1)
}

/// Gives the lift free again after a wrong proof.
pub(crate) async fn release_lift(c: &mut Conn, id: LossId, key: &str) -> Result<u64> {
    let sql = "update accounts_loss set lift_until = 0 where id = ? and lift_key = ? and state = 'blocked'";
    c.exec(sql, (id, key)).await
}

pub(crate) async fn begin_lift(c: &mut Conn, id: LossId, lift: uuid::Uuid) -> Result<bool> {
    let sql = "update accounts_loss set state = 'lifting', lift_id = ? where id = ? and state = 'blocked'";
    Ok(c.exec(sql, (lift, id)).await? == 1)
}

pub(crate) async fn finish_lift(c: &mut Conn, id: LossId, now: Ms) -> Result<bool> {
    let sql = "update accounts_loss set state = 'lifted', active_account = null, lifted_at = ? \
               where id = ? and state = 'lifting'";
    Ok(c.exec(sql, (now, id)).await? == 1)
}

/// A row of `accounts_statement`, the summary sealed.
#[derive(Clone)]
pub(crate) struct Issued {
    pub(crate) id: uuid::Uuid,
    pub(crate) account: AccountId,
    pub(crate) from: jiff::civil::Date,
    pub(crate) to: jiff::civil::Date,
    pub(crate) summary: String,
    pub(crate) at: Ms,
}

pub(crate) async fn insert_statement(
    c: &mut Conn,
    i: &Issued,
    code_idx: &str,
    customer: CustomerId,
    format: &str,
) -> Result<bool> {
    let sql = "insert into accounts_statement (id, code_idx, customer_id, account_id, format, from_date, to_date, \
               summary, issued_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?)";
    c.insert_new(
        sql,
        (
            i.id,
            code_idx,
            customer,
            i.account,
            format,
            i.from,
            i.to,
            &*i.summary,
            i.at,
        ),
    )
    .await
}

pub(crate) async fn statement(c: &mut Conn, code_idx: &str) -> Result<Option<Issued>> {
    let sql = "select id, account_id, from_date, to_date, summary, issued_at from accounts_statement where code_idx = ?";
    let row: Option<(
        uuid::Uuid,
        AccountId,
        jiff::civil::Date,
        jiff::civil::Date,
        String,
        Ms,
    )> = c.row(sql, (code_idx,)).await?;
    Ok(row.map(|(id, account, from, to, summary, at)| Issued {
        id,
        account,
        from,
        to,
        summary,
        at,
    }))
}
