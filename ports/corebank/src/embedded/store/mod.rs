//! Every statement of the reference core's own tables; the ledger keeps its own.

use kit::{
    clock::Ms,
    db::{self, Conn},
    reseal::SealedColumn,
    sealed,
};

mod clearing;
mod feed;
mod many;

pub(super) use clearing::*;
pub(super) use feed::*;
pub(super) use many::*;

/// Every sealed column of the reference core, for key rotation.
pub const SEALED: &[SealedColumn] = &[
    sealed!("core_customer", "customer_no"),
    sealed!("core_customer", "id_no"),
    sealed!("core_customer", "name"),
    sealed!("core_customer", "phone"),
    sealed!("core_account", "account_no"),
    sealed!("core_account", "card_no"),
    sealed!("core_posting", "detail"),
    sealed!("core_clearing", "detail"),
    sealed!("core_statement_page", "body"),
];

pub(super) struct CustomerRow {
    pub(super) id: String,
    pub(super) customer_no: String,
    pub(super) id_no: String,
    pub(super) name: String,
    pub(super) phone: String,
}

pub(super) struct AccountRow {
    pub(super) id: String,
    pub(super) customer_id: String,
    pub(super) account_no: String,
    pub(super) card_no: Option<String>,
    pub(super) kind: String,
    pub(super) product: String,
    pub(super) ccy: String,
    pub(super) opened_on: jiff::civil::Date,
}

pub(super) struct OrderRow<'a> {
    pub(super) id: &'a str,
    pub(super) op: &'a str,
    pub(super) hash: &'a str,
    pub(super) state: &'a str,
    pub(super) reference: &'a str,
    pub(super) at: Ms,
}

pub(super) struct SeenOrder {
    pub(super) op: String,
    pub(super) hash: String,
    pub(super) state: String,
    pub(super) refusal: Option<String>,
    pub(super) reference: String,
    pub(super) at: Ms,
}

/// Columns in table order, all but the position.
pub(super) struct NewCustomer<'a> {
    pub(super) row: &'a CustomerRow,
    pub(super) no_ix: &'a str,
    pub(super) id_ix: &'a str,
}

pub(super) struct NewAccount<'a> {
    pub(super) row: &'a AccountRow,
    pub(super) position: i64,
    pub(super) no_ix: &'a str,
    pub(super) card_ix: Option<&'a str>,
}

pub(super) async fn insert_customer(c: &mut Conn, new: NewCustomer<'_>, now: Ms) -> db::Result<bool> {
    let r = new.row;
    c.insert_new(
        "insert into core_customer (id, no_ix, customer_no, id_ix, id_no, name, phone, created_at) \
         values (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            &r.id,
            new.no_ix,
            &r.customer_no,
            new.id_ix,
            &r.id_no,
            &r.name,
            &r.phone,
            now,
        ),
    )
    .await
}

pub(super) async fn insert_account(c: &mut Conn, new: NewAccount<'_>) -> db::Result<bool> {
    let r = new.row;
    c.insert_new(
        "insert into core_account (id, customer_id, position, no_ix, account_no, card_ix, card_no, kind, product, \
         ccy, opened_on) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            &r.id,
            &r.customer_id,
            new.position,
            new.no_ix,
            &r.account_no,
            new.card_ix,
            r.card_no.as_ref(),
            &r.kind,
            &r.product,
            &r.ccy,
            r.opened_on,
        ),
    )
    .await
}

type Customer = (String, String, String, String, String);

pub(super) async fn customer_by_no(c: &mut Conn, no_ix: &str) -> db::Result<Option<CustomerRow>> {
    let sql = "select id, customer_no, id_no, name, phone from core_customer where no_ix = ?";
    Ok(c.row::<Customer>(sql, (no_ix,)).await?.map(customer_of))
}

pub(super) async fn customer_by_id_no(c: &mut Conn, id_ix: &str) -> db::Result<Option<CustomerRow>> {
    let sql = "select id, customer_no, id_no, name, phone from core_customer where id_ix = ?";
    Ok(c.row::<Customer>(sql, (id_ix,)).await?.map(customer_of))
}

pub(super) async fn customer(c: &mut Conn, id: &str) -> db::Result<Option<CustomerRow>> {
    let sql = "select id, customer_no, id_no, name, phone from core_customer where id = ?";
    Ok(c.row::<Customer>(sql, (id,)).await?.map(customer_of))
}

fn customer_of((id, customer_no, id_no, name, phone): Customer) -> CustomerRow {
    CustomerRow {
        id,
        customer_no,
        id_no,
        name,
        phone,
    }
}

type Account = (
    String,
    String,
    String,
    Option<String>,
    String,
    String,
    String,
    jiff::civil::Date,
);

/// By account or card number.
pub(super) async fn account_by_no(c: &mut Conn, no_ix: &str) -> db::Result<Option<AccountRow>> {
    let sql = "select id, customer_id, account_no, card_no, kind, product, ccy, opened_on from core_account \
               where no_ix = ? or card_ix = ?";
    Ok(c.row::<Account>(sql, (no_ix, no_ix)).await?.map(account_of))
}

pub(super) async fn account(c: &mut Conn, id: &str) -> db::Result<Option<AccountRow>> {
    let sql = "select id, customer_id, account_no, card_no, kind, product, ccy, opened_on from core_account \
               where id = ?";
    Ok(c.row::<Account>(sql, (id,)).await?.map(account_of))
}

pub(super) async fn accounts_of(c: &mut Conn, customer_id: &str) -> db::Result<Vec<AccountRow>> {
    let sql = "select id, customer_id, account_no, card_no, kind, product, ccy, opened_on from core_account \
               where customer_id = ? order by position";
    Ok(c.rows::<Account>(sql, (customer_id,))
        .await?
        .into_iter()
        .map(account_of)
        .collect())
}

fn account_of((id, customer_id, account_no, card_no, kind, product, ccy, opened_on): Account) -> AccountRow {
    AccountRow {
        id,
        customer_id,
        account_no,
        card_no,
        kind,
        product,
        ccy,
        opened_on,
    }
}

/// Postings and restrictions of an account meet here, so that none slips past the other.
pub(super) async fn lock_accounts(c: &mut Conn, a: &str, b: &str) -> db::Result<()> {
    let sql = "select id from core_account where id in (?, ?) order by id /*lock*/";
    c.rows::<(String,)>(sql, (a, b)).await?;
    Ok(())
}

/// `(kind, source, since)`.
pub(super) async fn restrictions(c: &mut Conn, account_id: &str) -> db::Result<Vec<(String, String, Ms)>> {
    let sql = "select kind, source, since from core_restriction where account_id = ? order by kind, source";
    c.rows(sql, (account_id,)).await
}

pub(super) async fn add_restriction(
    c: &mut Conn,
    account_id: &str,
    kind: &str,
    source: &str,
    order_id: uuid::Uuid,
    since: Ms,
) -> db::Result<bool> {
    let sql =
        "insert into core_restriction (account_id, kind, source, order_id, since) values (?, ?, ?, ?, ?)";
    c.insert_new(sql, (account_id, kind, source, order_id, since))
        .await
}

pub(super) async fn drop_restriction(
    c: &mut Conn,
    account_id: &str,
    kind: &str,
    source: &str,
) -> db::Result<bool> {
    let sql = "delete from core_restriction where account_id = ? and kind = ? and source = ?";
    Ok(c.exec(sql, (account_id, kind, source)).await? == 1)
}

/// False when the id was seen before.
pub(super) async fn insert_order(c: &mut Conn, o: OrderRow<'_>) -> db::Result<bool> {
    let sql = "insert into core_order (id, op, hash, state, refusal, reference, at) values (?, ?, ?, ?, null, ?, ?)";
    c.insert_new(sql, (o.id, o.op, o.hash, o.state, o.reference, o.at))
        .await
}

pub(super) async fn refuse_order(c: &mut Conn, id: &str, code: &str) -> db::Result<u64> {
    c.exec(
        "update core_order set state = 'refused', refusal = ? where id = ?",
        (code, id),
    )
    .await
}

pub(super) async fn order(c: &mut Conn, id: &str) -> db::Result<Option<SeenOrder>> {
    let sql = "select op, hash, state, refusal, reference, at from core_order where id = ?";
    let row: Option<(String, String, String, Option<String>, String, Ms)> = c.row(sql, (id,)).await?;
    Ok(row.map(|(op, hash, state, refusal, reference, at)| SeenOrder {
        op,
        hash,
        state,
        refusal,
        reference,
        at,
    }))
}

pub(super) async fn posting(c: &mut Conn, id: &str) -> db::Result<Option<String>> {
    Ok(
        c.row::<(String,)>("select detail from core_posting where id = ?", (id,))
            .await?
            .map(|r| r.0),
    )
}

pub(super) async fn ping(c: &mut Conn) -> db::Result<()> {
    c.row::<(i64,)>("select count(*) from core_customer where id = ''", ())
        .await?;
    Ok(())
}
