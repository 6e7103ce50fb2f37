//! The durable inbox behind the callback: claimed in SQL, so that a restart or a second node changes
//! nothing. A late reply is handed to outreach in the transaction that ends the push: once, or not at all.

use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use kit::clock::{MINUTE, Ms, SECOND};
use weigui_wechat::{Answer, Claim, Finished, HandOver, Inbox, InboxError, Key, Push, Reply, Ticket};

use super::Channel;
use crate::error::Error;
use crate::store;

/// How long an owner may be silent before another delivery takes over.
const LEASE: Ms = 6 * SECOND;
/// How long a late answer may take before the sweeper takes over.
const LATE_LEASE: Ms = 2 * MINUTE;
/// Between two looks of a delivery that waits for another one's result.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// A push whose owner died.
pub(crate) struct Orphan {
    pub(crate) key: String,
    pub(crate) fence: i64,
    pub(crate) push: Push,
}

impl Inbox for Channel {
    fn claim<'a>(&'a self, key: Key, push: &'a Push) -> BoxFuture<'a, Result<Claim, InboxError>> {
        self.claim_push(key.to_hex(), push).map(failed).boxed()
    }

    fn finish<'a>(
        &'a self,
        key: Key,
        ticket: Ticket,
        answer: Option<&'a Answer>,
    ) -> BoxFuture<'a, Result<Finished, InboxError>> {
        self.finish_push(key.to_hex(), fence(ticket), answer)
            .map(failed)
            .boxed()
    }

    fn hand_over(&self, key: Key, ticket: Ticket) -> BoxFuture<'_, Result<HandOver, InboxError>> {
        self.hand_over_push(key.to_hex(), fence(ticket))
            .map(failed)
            .boxed()
    }

    fn wait(&self, _: Key) -> BoxFuture<'_, Result<(), InboxError>> {
        tokio::time::sleep(LOOK_EVERY).map(Ok).boxed()
    }
}

impl Channel {
    async fn claim_push(&self, key: String, push: &Push) -> Result<Claim, Error> {
        let now = self.cx.clock.now();
        let sealed = self
            .cx
            .vault
            .seal(&aad("push", &key), &serde_json::to_string(push)?);
        let name = key.clone();
        let (mine, row) = self
            .cx
            .db
            .tx(async move |c| {
                if store::begin(c, &name, &sealed, now + LEASE, now).await? {
                    return Ok((Some(1), None));
                }
                let Some(row) = store::look(c, &name).await? else {
                    return Ok((None, None));
                };
                let abandoned = row.state == "processing" && row.lease_until <= now;
                if abandoned && store::take_over(c, &name, row.fence, now + LEASE).await? {
                    return Ok((Some(row.fence + 1), None));
                }
                Ok::<_, Error>((None, Some(row)))
            })
            .await?;
        match (mine, row) {
            (Some(fence), _) => Ok(Claim::Mine(Ticket(u64::try_from(fence).unwrap_or(0)))),
            (None, Some(row)) if row.state == "done" => self.stored_reply(&key, &row.reply).map(Claim::Done),
            (None, Some(row)) if row.state == "late" => Ok(Claim::Done(None)),
            (None, _) => Ok(Claim::Running),
        }
    }

    fn stored_reply(&self, key: &str, sealed: &str) -> Result<Option<String>, Error> {
        if sealed.is_empty() {
            return Ok(None);
        }
        Ok(Some(self.cx.vault.open(&aad("reply", key), sealed)?))
    }

    /// Ends a push: in time with the reply for every delivery, or late with a customer message.
    pub(crate) async fn finish_push(
        &self,
        key: String,
        fence: i64,
        answer: Option<&Answer>,
    ) -> Result<Finished, Error> {
        let sealed = answer.map_or_else(String::new, |a| self.cx.vault.seal(&aad("reply", &key), &a.xml));
        let late = answer.map(|a| plain(&a.reply));
        let this = self.clone();
        self.cx
            .db
            .tx(async move |c| {
                let now = this.cx.clock.now();
                if store::answer(c, &key, fence, &sealed, now).await? {
                    return Ok(Finished::InTime);
                }
                let openid = this.late_openid(c, &key, fence).await?;
                if !store::answered_late(c, &key, fence, now).await? {
                    return Ok(Finished::Lost);
                }
                if let (Some(openid), Some(text)) = (openid, &late) {
                    this.outreach.late_answer(c, &openid, text, &key).await?;
                }
                Ok(Finished::Late)
            })
            .await
    }

    /// Whom a late answer goes to; the push is kept until it has been answered.
    async fn late_openid(
        &self,
        c: &mut kit::db::Conn,
        key: &str,
        fence: i64,
    ) -> Result<Option<String>, Error> {
        let Some(sealed) = store::pushed(c, key, fence).await? else {
            return Ok(None);
        };
        Ok(Some(self.stored_push(key, &sealed)?.from))
    }

    fn stored_push(&self, key: &str, sealed: &str) -> Result<Push, Error> {
        Ok(serde_json::from_str(
            &self.cx.vault.open(&aad("push", key), sealed)?,
        )?)
    }

    async fn hand_over_push(&self, key: String, fence: i64) -> Result<HandOver, Error> {
        let until = self.cx.clock.now() + LATE_LEASE;
        let handed = self
            .cx
            .db
            .tx(async move |c| store::hand_over(c, &key, fence, until).await)
            .await?;
        Ok(if handed { HandOver::Late } else { HandOver::Lost })
    }

    /// Pushes that were acknowledged or claimed and whose owner died; each becomes ours, and late.
    pub(crate) async fn adopt_orphans(&self) -> Result<Vec<Orphan>, Error> {
        let now = self.cx.clock.now();
        let rows = self
            .cx
            .db
            .tx(async move |c| {
                // WeChat's own retries come within 15 s; what is older is left to us.
                let mut found = store::orphans(c, "processing", now - 20 * SECOND, 10).await?;
                found.extend(store::orphans(c, "late", now, 10).await?);
                let mut mine = Vec::with_capacity(found.len());
                for (key, fence, push) in found {
                    if store::take_over(c, &key, fence, now + LATE_LEASE).await? {
                        store::hand_over(c, &key, fence + 1, now + LATE_LEASE).await?;
                        mine.push((key, fence + 1, push));
                    }
                }
                Ok::<_, Error>(mine)
            })
            .await?;
        let readable = |(key, fence, sealed): (String, i64, String)| match self.stored_push(&key, &sealed) {
            Ok(push) => Some(Orphan { key, fence, push }),
            Err(error) => {
                tracing::error!(push = key, cause = %error, "a stored push can't be read");
                None
            }
        };
        Ok(rows.into_iter().filter_map(readable).collect())
    }
}

/// A late answer is a text, whatever it would have been in time.
pub(crate) fn plain(reply: &Reply) -> String {
    match reply {
        Reply::Text(text) => text.clone(),
        Reply::News(articles) => articles
            .iter()
            .map(|a| format!("{}\n{}", a.title, a.url))
            .collect::<Vec<_>>()
            .join("\n"),
        _ => "您要的内容已经准备好，请再发送一次。".to_owned(),
    }
}

fn fence(ticket: Ticket) -> i64 {
    i64::try_from(ticket.0).unwrap_or(0)
}

fn failed<T>(result: Result<T, Error>) -> Result<T, InboxError> {
    result.map_err(|error| InboxError(Box::new(error)))
}

fn aad(column: &str, key: &str) -> String {
    format!("channel_inbox.{column}|{key}")
}
