//! Customers and what only they know. Personal columns hold sealed text; `*_idx` the blind index.

use kit::clock::Ms;
use kit::db::{Conn, Result};

use crate::model::people::{CustomerId, Preferences};

/// A customer row, still sealed.
pub(crate) struct Row {
    pub(crate) id: CustomerId,
    pub(crate) customer_no: String,
    pub(crate) name: String,
    pub(crate) phone: String,
    pub(crate) id_no: String,
    pub(crate) preferences: Preferences,
}

type Columns = (CustomerId, String, String, String, String, i64, i64, i64);

fn row((id, customer_no, name, phone, id_no, elder, notice, min): Columns) -> Row {
    let preferences = Preferences {
        elder: elder == 1,
        balance_notice: notice == 1,
        balance_notice_min_fen: min,
    };
    Row {
        id,
        customer_no,
        name,
        phone,
        id_no,
        preferences,
    }
}

/// What of a customer is asked at every request; number and name still sealed.
pub(crate) struct Caller {
    pub(crate) id: CustomerId,
    pub(crate) customer_no: String,
    pub(crate) name: String,
    pub(crate) elder: bool,
}

/// The four blind indexes of a customer.
pub(crate) struct Indexes {
    pub(crate) customer_no: String,
    pub(crate) name: String,
    pub(crate) phone: String,
    pub(crate) id_no: String,
}

pub(crate) async fn insert(c: &mut Conn, r: &Row, idx: &Indexes, now: Ms) -> Result<bool> {
    c.insert_new(
        "insert into identity_customer (id, customer_no, customer_no_idx, name, name_idx, phone, phone_idx, id_no, id_no_idx,
             elder, balance_notice, balance_notice_min, created_at, updated_at)
         values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            r.id,
            &*r.customer_no,
            &*idx.customer_no,
            &*r.name,
            &*idx.name,
            &*r.phone,
            &*idx.phone,
            &*r.id_no,
            &*idx.id_no,
            i64::from(r.preferences.elder),
            i64::from(r.preferences.balance_notice),
            r.preferences.balance_notice_min_fen,
            now,
            now,
        ),
    )
    .await
}

/// The core bank's present name, phone and id number of a known customer.
pub(crate) async fn refresh(c: &mut Conn, r: &Row, idx: &Indexes, now: Ms) -> Result<u64> {
    c.exec(
        "update identity_customer set name = ?, name_idx = ?, phone = ?, phone_idx = ?, id_no = ?, id_no_idx = ?, updated_at = ?
         where id = ?",
        (&*r.name, &*idx.name, &*r.phone, &*idx.phone, &*r.id_no, &*idx.id_no, now, r.id),
    )
    .await
}

pub(crate) async fn caller(c: &mut Conn, id: CustomerId) -> Result<Option<Caller>> {
    let found: Option<(String, String, bool)> = c
        .row(
            "select customer_no, name, elder from identity_customer where id = ?",
            (id,),
        )
        .await?;
    Ok(found.map(|(customer_no, name, elder)| Caller {
        id,
        customer_no,
        name,
        elder,
    }))
}

pub(crate) async fn by_id(c: &mut Conn, id: CustomerId) -> Result<Option<Row>> {
    let found: Option<Columns> = c
        .row(
            "select id, customer_no, name, phone, id_no, elder, balance_notice, balance_notice_min
             from identity_customer where id = ?",
            (id,),
        )
        .await?;
    Ok(found.map(row))
}

/// Holds a customer's row against others who change who acts for them.
pub(crate) async fn lock(c: &mut Conn, id: CustomerId) -> Result<bool> {
    let found: Option<(i64,)> = c
        .row("select 1 from identity_customer where id = ? /*lock*/", (id,))
        .await?;
    Ok(found.is_some())
}

pub(crate) async fn id_by_customer_no(c: &mut Conn, idx: &str) -> Result<Option<CustomerId>> {
    let found: Option<(CustomerId,)> = c
        .row(
            "select id from identity_customer where customer_no_idx = ?",
            (idx,),
        )
        .await?;
    Ok(found.map(|(id,)| id))
}

pub(crate) async fn by_phone(c: &mut Conn, idx: &str, after: &str, limit: i64) -> Result<Vec<Row>> {
    let rows: Vec<Columns> = c
        .rows(
            "select id, customer_no, name, phone, id_no, elder, balance_notice, balance_notice_min
             from identity_customer where phone_idx = ? and id > ? order by id limit ?",
            (idx, after, limit),
        )
        .await?;
    Ok(rows.into_iter().map(row).collect())
}

pub(crate) async fn by_id_no(c: &mut Conn, idx: &str, after: &str, limit: i64) -> Result<Vec<Row>> {
    let rows: Vec<Columns> = c
        .rows(
            "select id, customer_no, name, phone, id_no, elder, balance_notice, balance_notice_min
             from identity_customer where id_no_idx = ? and id > ? order by id limit ?",
            (idx, after, limit),
        )
        .await?;
    Ok(rows.into_iter().map(row).collect())
}

pub(crate) async fn by_name(c: &mut Conn, idx: &str, after: &str, limit: i64) -> Result<Vec<Row>> {
    let rows: Vec<Columns> = c
        .rows(
            "select id, customer_no, name, phone, id_no, elder, balance_notice, balance_notice_min
             from identity_customer where name_idx = ? and id > ? order by id limit ?",
            (idx, after, limit),
        )
        .await?;
    Ok(rows.into_iter().map(row).collect())
}

pub(crate) async fn set_preferences(c: &mut Conn, id: CustomerId, p: Preferences, now: Ms) -> Result<u64> {
    c.exec(
        "update identity_customer set elder = ?, balance_notice = ?, balance_notice_min = ?, updated_at = ? where id = ?",
        (i64::from(p.elder), i64::from(p.balance_notice), p.balance_notice_min_fen, now, id),
    )
    .await
}

pub(crate) async fn count(c: &mut Conn) -> Result<i64> {
    let found: Option<(i64,)> = c
        .row(
            "select count(*) from identity_binding where active_openid is not null",
            (),
        )
        .await?;
    Ok(found.map_or(0, |(n,)| n))
}

pub(crate) async fn password_hash(c: &mut Conn, customer: CustomerId) -> Result<Option<String>> {
    let found: Option<(String,)> = c
        .row(
            "select hash from identity_credential where customer_id = ? and kind = 'pay'",
            (customer,),
        )
        .await?;
    Ok(found.map(|(hash,)| hash))
}

/// Counts a try before it is judged, so that parallel guesses are all counted; false when the password
/// rests. The last permitted try puts it to rest at once; only a right one wakes it before `until`.
/// The rest is set before the count, because MySQL assigns from left to right.
pub(crate) async fn begin_try(
    c: &mut Conn,
    customer: CustomerId,
    (max, until): (i64, Ms),
    now: Ms,
) -> Result<bool> {
    let n = c
        .exec(
            "update identity_credential
             set locked_until = case when failures + 1 >= ? then ? else locked_until end,
                 failures = case when failures + 1 >= ? then 0 else failures + 1 end
             where customer_id = ? and kind = 'pay' and locked_until <= ?",
            (max, until, max, customer, now),
        )
        .await?;
    Ok(n == 1)
}

pub(crate) async fn password_right(c: &mut Conn, customer: CustomerId) -> Result<u64> {
    c.exec(
        "update identity_credential set failures = 0, locked_until = 0 where customer_id = ? and kind = 'pay'",
        (customer,),
    )
    .await
}

pub(crate) async fn insert_password(c: &mut Conn, customer: CustomerId, hash: &str, now: Ms) -> Result<bool> {
    c.insert_new(
        "insert into identity_credential (customer_id, kind, hash, failures, locked_until, changed_at)
         values (?, 'pay', ?, 0, 0, ?)",
        (customer, hash, now),
    )
    .await
}

pub(crate) async fn change_password(c: &mut Conn, customer: CustomerId, hash: &str, now: Ms) -> Result<u64> {
    c.exec(
        "update identity_credential set hash = ?, failures = 0, locked_until = 0, changed_at = ?
         where customer_id = ? and kind = 'pay'",
        (hash, now, customer),
    )
    .await
}
