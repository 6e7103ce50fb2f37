//! Billers, and what transfers pay to them. Numbers arrive and leave sealed.

use kit::clock::Ms;
use kit::db::{Conn, Result};

use crate::model::bill::{Biller, Stage};
use crate::model::transfer::TransferId;

type BillerColumns = (String, String, String, String, i64, String);

fn biller_of((code, name, kind, number_label, digits, settle_no): BillerColumns) -> Biller {
    Biller {
        code,
        name,
        kind,
        number_label,
        digits,
        settle_no,
    }
}

pub(crate) async fn billers(c: &mut Conn) -> Result<Vec<Biller>> {
    let rows: Vec<BillerColumns> = c
        .rows(
            "select code, name, kind, number_label, digits, settle_no from payments_biller where active = 1 order by place, code",
            (),
        )
        .await?;
    Ok(rows.into_iter().map(biller_of).collect())
}

pub(crate) async fn biller(c: &mut Conn, code: &str) -> Result<Option<Biller>> {
    let row: Option<BillerColumns> = c
        .row(
            "select code, name, kind, number_label, digits, settle_no from payments_biller where code = ?",
            (code,),
        )
        .await?;
    Ok(row.map(biller_of))
}

/// False when there is one under this code.
pub(crate) async fn insert_biller(c: &mut Conn, b: &Biller, place: i64) -> Result<bool> {
    c.insert_new(
        "insert into payments_biller (code, name, kind, number_label, digits, settle_no, place, active)
         values (?, ?, ?, ?, ?, ?, ?, 1)",
        (
            &*b.code,
            &*b.name,
            &*b.kind,
            &*b.number_label,
            b.digits,
            &*b.settle_no,
            place,
        ),
    )
    .await
}

/// `(id, biller, bill no, number, period, stage, reference)`.
pub(crate) type BillColumns = (TransferId, String, String, String, String, String, String);

pub(crate) async fn insert_bill(c: &mut Conn, b: &BillColumns) -> Result<u64> {
    let (id, biller, bill_no, number, period, stage, reference) = b;
    c.exec(
        "insert into payments_bill (id, biller, bill_no, number, period, stage, reference, told_at)
         values (?, ?, ?, ?, ?, ?, ?, 0)",
        (
            *id,
            &**biller,
            &**bill_no,
            &**number,
            &**period,
            &**stage,
            &**reference,
        ),
    )
    .await
}

pub(crate) async fn bill(c: &mut Conn, id: TransferId) -> Result<Option<BillColumns>> {
    c.row(
        "select id, biller, bill_no, number, period, stage, reference from payments_bill where id = ?",
        (id,),
    )
    .await
}

/// Moves a bill on if it is still where the caller saw it.
pub(crate) async fn bill_is(
    c: &mut Conn,
    id: TransferId,
    (from, to): (Stage, Stage),
    reference: &str,
    now: Ms,
) -> Result<bool> {
    let n = c
        .exec(
            "update payments_bill set stage = ?, reference = ?, told_at = ? where id = ? and stage = ?",
            (to.name(), reference, now, id, from.name()),
        )
        .await?;
    Ok(n == 1)
}

/// Codes and names of every biller that there has been.
pub(crate) async fn biller_names(c: &mut Conn) -> Result<Vec<(String, String)>> {
    c.rows("select code, name from payments_biller order by place, code", ())
        .await
}

/// Codes and names of the billers whose file of a span is asked for: those that can be paid, and those to which a payment
/// was authorised before its end of which they had not told before its beginning, so that it may stand there.
pub(crate) async fn billers_of_span(c: &mut Conn, span: (Ms, Ms)) -> Result<Vec<(String, String)>> {
    let sql = "select code, name, active from payments_biller order by place, code";
    let all: Vec<(String, String, bool)> = c.rows(sql, ()).await?;
    let mut found = Vec::with_capacity(all.len());
    for (code, name, active) in all {
        if active || may_have_taken(c, &code, span).await? {
            found.push((code, name));
        }
    }
    Ok(found)
}

/// One biller at a time: with its code given, each question is a range of the index, however many bills it ever had.
async fn may_have_taken(c: &mut Conn, biller: &str, (from, to): (Ms, Ms)) -> Result<bool> {
    for stage in ["confirmed", "refused"] {
        let told = "select b.id from payments_bill b join payments_transfer t on t.id = b.id
             where b.biller = ? and b.stage = ? and b.told_at >= ? and t.authorised_at < ? limit 1";
        if c.row::<(String,)>(told, (biller, stage, from, to))
            .await?
            .is_some()
        {
            return Ok(true);
        }
    }
    let sent = "select b.id from payments_bill b join payments_transfer t on t.id = b.id
         where b.biller = ? and b.stage = 'sent' and t.authorised_at < ? limit 1";
    Ok(c.row::<(String,)>(sent, (biller, to)).await?.is_some())
}

/// A payment as a biller's file is held against it: `(id, bill no, amount, state, authorised at, the biller's own
/// number of it)`.
pub(crate) type PaidColumns = (String, String, i64, String, Ms, String);

/// A payment to this biller, by its id.
pub(crate) async fn bill_paid_by_id(c: &mut Conn, biller: &str, id: &str) -> Result<Option<PaidColumns>> {
    c.row(
        "select b.id, b.bill_no, t.amount, t.state, t.authorised_at, b.reference
         from payments_bill b join payments_transfer t on t.id = b.id where b.id = ? and b.biller = ?",
        (id, biller),
    )
    .await
}

/// What this biller has confirmed to us from a place on, as it was told: a page of the index, however much the day has.
pub(crate) async fn bills_paid_until(
    c: &mut Conn,
    biller: &str,
    (told_at, id): (Ms, &str),
    to: Ms,
    limit: i64,
) -> Result<Vec<(PaidColumns, Ms)>> {
    let rows: Vec<(String, String, i64, String, Ms, String, Ms)> = c
        .rows(
            "select b.id, b.bill_no, t.amount, t.state, t.authorised_at, b.reference, b.told_at
             from payments_bill b join payments_transfer t on t.id = b.id
             where b.biller = ? and b.stage = 'confirmed' and b.told_at >= ? and b.told_at < ? and (b.told_at > ? or b.id > ?)
             order by b.told_at, b.id limit ?",
            (biller, told_at, to, told_at, id, limit),
        )
        .await?;
    Ok(rows
        .into_iter()
        .map(
            |(id, bill_no, amount, state, authorised_at, reference, told_at)| {
                ((id, bill_no, amount, state, authorised_at, reference), told_at)
            },
        )
        .collect())
}

/// Is there another payment of this bill, made or on its way?
pub(crate) async fn bill_taken(c: &mut Conn, biller: &str, bill_no: &str, but: &str) -> Result<bool> {
    let found: Option<(i64,)> = c
        .row(
            "select 1 from payments_bill b join payments_transfer t on t.id = b.id
             where b.biller = ? and b.bill_no = ? and b.id <> ? and t.state in ('waiting', 'processing', 'succeeded') limit 1",
            (biller, bill_no, but),
        )
        .await?;
    Ok(found.is_some())
}
