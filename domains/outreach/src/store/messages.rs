//! Notices, the messages that carry them, and receipts.

use identity::CustomerId;
use kit::clock::Ms;
use kit::db::{Cols, Conn, Error, FromRow, Result};

use crate::model::send::{Channel, NoticeId, SendId, State};

/// A notice, sealed.
#[derive(Clone)]
pub(crate) struct NoticeRow {
    pub(crate) id: NoticeId,
    pub(crate) customer: CustomerId,
    pub(crate) kind: String,
    pub(crate) content: String,
    /// `new`, `out` once its messages have been written, `done`.
    pub(crate) state: String,
}

/// A message, sealed.
#[derive(Clone)]
pub(crate) struct SendRow {
    pub(crate) id: SendId,
    /// None for a late answer.
    pub(crate) notice: Option<NoticeId>,
    pub(crate) customer: Option<CustomerId>,
    /// Empty for an SMS.
    pub(crate) openid: String,
    pub(crate) kind: String,
    pub(crate) channel: Channel,
    pub(crate) content: String,
    pub(crate) client_msg_id: String,
    pub(crate) state: State,
    /// The window that this message has been drawn from.
    pub(crate) quota: String,
    pub(crate) tries: i64,
    pub(crate) doubt_at: Ms,
    pub(crate) created_at: Ms,
}

impl FromRow for SendRow {
    fn from_row(cols: &Cols<'_>) -> Result<Self> {
        let (channel, state): (String, String) = (cols.get(5)?, cols.get(8)?);
        Ok(Self {
            id: cols.get(0)?,
            notice: id(&cols.get::<String>(1)?)?,
            customer: id(&cols.get::<String>(2)?)?,
            openid: cols.get(3)?,
            kind: cols.get(4)?,
            channel: Channel::parse(&channel).ok_or_else(|| Error::Row("not a channel".to_owned()))?,
            content: cols.get(6)?,
            client_msg_id: cols.get(7)?,
            state: State::parse(&state).ok_or_else(|| Error::Row("not a state of a message".to_owned()))?,
            quota: cols.get(9)?,
            tries: cols.get(10)?,
            doubt_at: cols.get(11)?,
            created_at: cols.get(12)?,
        })
    }
}

fn id<T: std::str::FromStr>(text: &str) -> Result<Option<T>> {
    if text.is_empty() {
        return Ok(None);
    }
    text.parse()
        .map(Some)
        .map_err(|_| Error::Row("not an id".to_owned()))
}

fn text<T: ToString>(id: Option<&T>) -> String {
    id.map_or_else(String::new, ToString::to_string)
}

pub(crate) async fn insert_notice(c: &mut Conn, n: &NoticeRow, dedupe_key: &str, now: Ms) -> Result<bool> {
    c.insert_new(
        "insert into outreach_notice (id, dedupe_key, customer_id, kind, content, state, code, created_at, done_at)
         values (?, ?, ?, ?, ?, ?, '', ?, 0)",
        (n.id, dedupe_key, n.customer, &*n.kind, &*n.content, &*n.state, now),
    )
    .await
}

fn notice_row(
    (id, customer, kind, content, state): (NoticeId, CustomerId, String, String, String),
) -> NoticeRow {
    NoticeRow {
        id,
        customer,
        kind,
        content,
        state,
    }
}

pub(crate) async fn notice(c: &mut Conn, id: NoticeId) -> Result<Option<NoticeRow>> {
    let found = c
        .row(
            "select id, customer_id, kind, content, state from outreach_notice where id = ?",
            (id,),
        )
        .await?;
    Ok(found.map(notice_row))
}

/// A notice, held against others who decide about it until the transaction ends.
pub(crate) async fn hold_notice(c: &mut Conn, id: NoticeId) -> Result<Option<NoticeRow>> {
    let found = c
        .row(
            "select id, customer_id, kind, content, state from outreach_notice where id = ? /*lock*/",
            (id,),
        )
        .await?;
    Ok(found.map(notice_row))
}

/// Notes that the messages of a notice have been written; false when they had been.
pub(crate) async fn notice_out(c: &mut Conn, id: NoticeId) -> Result<bool> {
    let n = c
        .exec(
            "update outreach_notice set state = 'out' where id = ? and state = 'new'",
            (id,),
        )
        .await?;
    Ok(n == 1)
}

/// Ends a notice and empties it.
pub(crate) async fn close_notice(c: &mut Conn, id: NoticeId, code: &str, now: Ms) -> Result<u64> {
    c.exec(
        "update outreach_notice set state = 'done', content = '', code = ?, done_at = ? where id = ? and state <> 'done'",
        (code, now, id),
    )
    .await
}

/// Empties notices whose receipts never came; what still waits to be sent is left alone.
pub(crate) async fn close_stale_notices(c: &mut Conn, before: Ms, now: Ms) -> Result<u64> {
    c.exec(
        "update outreach_notice set state = 'done', content = '', code = 'no_receipt', done_at = ?
         where state = 'out' and created_at < ? and not exists (
             select 1 from outreach_send where notice_id = outreach_notice.id and outreach_send.state = 'queued')",
        (now, before),
    )
    .await
}

/// Writes a message to be sent; false when there is one under this key.
pub(crate) async fn insert_send(c: &mut Conn, s: &SendRow, dedupe_key: &str) -> Result<bool> {
    let (notice, customer) = (text(s.notice.as_ref()), text(s.customer.as_ref()));
    c.insert_new(
        "insert into outreach_send (id, dedupe_key, notice_id, customer_id, openid, kind, channel, content, client_msg_id,
             state, code, msgid, quota, tries, doubt_at, created_at, sent_at, done_at)
         values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', '', '', 0, 0, ?, 0, 0)",
        (
            s.id,
            dedupe_key,
            &*notice,
            &*customer,
            &*s.openid,
            &*s.kind,
            s.channel.name(),
            &*s.content,
            &*s.client_msg_id,
            s.state.name(),
            s.created_at,
        ),
    )
    .await
}

pub(crate) async fn send(c: &mut Conn, id: SendId) -> Result<Option<SendRow>> {
    c.row(
        "select id, notice_id, customer_id, openid, kind, channel, content, client_msg_id, state, quota, tries, doubt_at,
             created_at
         from outreach_send where id = ?",
        (id,),
    )
    .await
}

/// Channel and state of every message of a notice.
pub(crate) async fn messages_of(c: &mut Conn, notice: NoticeId) -> Result<Vec<(Channel, State)>> {
    let rows: Vec<(String, String)> = c
        .rows(
            "select channel, state from outreach_send where notice_id = ?",
            (notice,),
        )
        .await?;
    let known = |(channel, state): (String, String)| Some((Channel::parse(&channel)?, State::parse(&state)?));
    rows.into_iter()
        .map(|row| known(row).ok_or_else(|| Error::Row("not a message".to_owned())))
        .collect()
}

/// Begins a try: from now on the message may have left. False when another worker has begun it.
pub(crate) async fn begin_try(c: &mut Conn, s: &SendRow, now: Ms) -> Result<bool> {
    let doubt_at = if s.doubt_at > 0 { s.doubt_at } else { now };
    let n = c
        .exec(
            "update outreach_send set tries = tries + 1, doubt_at = ? where id = ? and state = 'queued' and tries = ?",
            (doubt_at, s.id, s.tries),
        )
        .await?;
    Ok(n == 1)
}

pub(crate) async fn drawn_from(c: &mut Conn, id: SendId, quota: &str) -> Result<u64> {
    c.exec("update outreach_send set quota = ? where id = ?", (quota, id))
        .await
}

/// Notes why a try came to nothing; the message waits for the next.
pub(crate) async fn put_off(c: &mut Conn, id: SendId, doubt_at: Ms, code: &str) -> Result<u64> {
    c.exec(
        "update outreach_send set doubt_at = ?, code = ? where id = ? and state = 'queued'",
        (doubt_at, code, id),
    )
    .await
}

/// Notes that a message was taken, and empties it.
pub(crate) async fn taken(
    c: &mut Conn,
    id: SendId,
    (from, to): (State, State),
    msgid: &str,
    now: Ms,
) -> Result<bool> {
    let n = c
        .exec(
            "update outreach_send set state = ?, content = '', code = '', msgid = ?, sent_at = ?
             where id = ? and state = ?",
            (to.name(), msgid, now, id, from.name()),
        )
        .await?;
    Ok(n == 1)
}

/// Moves a message to its end, if it is still where the caller saw it.
pub(crate) async fn end(
    c: &mut Conn,
    id: SendId,
    (from, to): (State, State),
    code: &str,
    now: Ms,
) -> Result<bool> {
    let n = c
        .exec(
            "update outreach_send set state = ?, content = '', code = ?, done_at = ? where id = ? and state = ?",
            (to.name(), code, now, id, from.name()),
        )
        .await?;
    Ok(n == 1)
}

/// Notes one half of a receipt: the message that was sent under `msgid`, or what became of it. False when the other
/// half is there already; who comes second waits for who comes first to commit.
pub(crate) async fn meet(
    c: &mut Conn,
    msgid: &str,
    send: Option<SendId>,
    status: &str,
    now: Ms,
) -> Result<bool> {
    c.insert_new(
        "insert into outreach_receipt (msgid, send_id, status, at) values (?, ?, ?, ?)",
        (msgid, text(send.as_ref()), status, now),
    )
    .await
}

/// The other half.
pub(crate) async fn met(c: &mut Conn, msgid: &str) -> Result<Option<(Option<SendId>, String)>> {
    let found: Option<(String, String)> = c
        .row(
            "select send_id, status from outreach_receipt where msgid = ?",
            (msgid,),
        )
        .await?;
    found.map(|(send, status)| Ok((id(&send)?, status))).transpose()
}

pub(crate) async fn sweep_receipts(c: &mut Conn, before: Ms) -> Result<u64> {
    c.sweep(
        "select msgid from outreach_receipt where at < ? order by at limit 200",
        "delete from outreach_receipt where msgid = ?",
        before,
    )
    .await
}
