//! What is to be told: written in the transaction of what happened, spread to the customer's addresses by a job.

use identity::CustomerId;
use kit::clock::Ms;
use kit::db::Conn;
use kit::jobs::{self, NewJob};
use weigui_wechat::Reply;

use super::Outreach;
use crate::error::Error;
use crate::jobs::{SEND, SPREAD};
use crate::model::notice::{Message, Notice};
use crate::model::send::{Channel, Next, NoticeId, SendId, State};
use crate::store::messages::{self, NoticeRow, SendRow};

/// Column widths, less the prefixes that keys get here.
const LONGEST_KEY: usize = 120;

impl Outreach {
    /// Tells a customer something, once per key: by service notice to every WeChat user who acts for them, by SMS
    /// when none of these can be reached.
    pub async fn notice(&self, c: &mut Conn, notice: &Notice) -> Result<(), Error> {
        check_key(&notice.dedupe_key)?;
        let message = notice.message()?;
        let (id, now): (NoticeId, _) = (self.cx.ids.make(), self.cx.clock.now());
        let row = NoticeRow {
            id,
            customer: notice.customer,
            kind: message.kind.clone(),
            content: self
                .cx
                .vault
                .seal(&notice_aad(id), &serde_json::to_string(&message)?),
            state: "new".to_owned(),
        };
        if messages::insert_notice(c, &row, &notice.dedupe_key, now).await? {
            self.later(c, SPREAD, &id.to_string(), now).await?;
        }
        Ok(())
    }

    /// A customer-service text: once per key, if the ledger still has a message for this user when it goes out.
    pub async fn late_answer(
        &self,
        c: &mut Conn,
        openid: &str,
        text: &str,
        dedupe_key: &str,
    ) -> Result<(), Error> {
        check_key(dedupe_key)?;
        let Reply::Text(text) = Reply::text_cut(text) else {
            return Ok(());
        };
        if text.trim().is_empty() {
            return Ok(());
        }
        let mut row = self.blank(Channel::Text, "late_answer", openid);
        row.content = self.cx.vault.seal(&send_aad(row.id), &text);
        self.queue(c, &row, &format!("late.{dedupe_key}")).await
    }

    /// Writes a message to each WeChat user who acts for the customer now.
    pub(crate) async fn spread(&self, id: NoticeId) -> Result<(), Error> {
        let row = self
            .cx
            .db
            .glance(async move |c| messages::notice(c, id).await)
            .await?;
        let Some(row) = row.filter(|row| row.state == "new") else {
            return Ok(());
        };
        let message = self.open_notice(&row)?;
        let taste = self.identity.preferences(row.customer).await?;
        if !message.is_wanted(&taste) {
            return self.unwanted(id).await;
        }
        let mut openids = self.identity.openids_of(row.customer).await?;
        openids.retain(|openid| message.except.as_ref() != Some(openid));
        let this = self.clone();
        self.cx
            .db
            .tx(async move |c| {
                if !messages::notice_out(c, id).await? {
                    return Ok(());
                }
                for openid in &openids {
                    let send = this.carrying(&row, Channel::Template, openid);
                    let address = this.cx.vault.index("openid", openid);
                    this.queue(c, &send, &format!("{id}.wx.{address}")).await?;
                }
                if openids.is_empty() && !message.is_for_customer() {
                    messages::close_notice(c, id, "nobody", this.cx.clock.now()).await?;
                    return Ok(());
                }
                this.settle(c, id).await
            })
            .await
    }

    async fn unwanted(&self, id: NoticeId) -> Result<(), Error> {
        let now = self.cx.clock.now();
        self.cx
            .db
            .tx(async move |c| messages::close_notice(c, id, "preference", now).await)
            .await?;
        Ok(())
    }

    /// What a notice needs now that one of its messages has moved.
    pub(crate) async fn settle(&self, c: &mut Conn, id: NoticeId) -> Result<(), Error> {
        let held = messages::hold_notice(c, id).await?;
        let Some(row) = held.filter(|row| row.state == "out") else {
            return Ok(());
        };
        match Next::of(&messages::messages_of(c, id).await?) {
            Next::Wait => {}
            Next::Close => {
                messages::close_notice(c, id, "", self.cx.clock.now()).await?;
            }
            Next::Sms => {
                let send = self.carrying(&row, Channel::Sms, "");
                self.queue(c, &send, &format!("{id}.sms")).await?;
            }
        }
        Ok(())
    }

    pub(crate) fn open_notice(&self, row: &NoticeRow) -> Result<Message, Error> {
        Ok(serde_json::from_str(
            &self.cx.vault.open(&notice_aad(row.id), &row.content)?,
        )?)
    }

    fn carrying(&self, notice: &NoticeRow, channel: Channel, openid: &str) -> SendRow {
        let customer: CustomerId = notice.customer;
        SendRow {
            notice: Some(notice.id),
            customer: Some(customer),
            ..self.blank(channel, &notice.kind, openid)
        }
    }

    fn blank(&self, channel: Channel, kind: &str, openid: &str) -> SendRow {
        let id: SendId = self.cx.ids.make();
        SendRow {
            id,
            notice: None,
            customer: None,
            openid: openid.to_owned(),
            kind: kind.to_owned(),
            channel,
            content: String::new(),
            // WeChat takes 32 characters.
            client_msg_id: id.to_string().replace('-', ""),
            state: State::Queued,
            quota: String::new(),
            tries: 0,
            doubt_at: 0,
            created_at: self.cx.clock.now(),
        }
    }

    async fn queue(&self, c: &mut Conn, row: &SendRow, dedupe_key: &str) -> Result<(), Error> {
        if messages::insert_send(c, row, dedupe_key).await? {
            self.later(c, SEND, &row.id.to_string(), row.created_at).await?;
        }
        Ok(())
    }

    async fn later(&self, c: &mut Conn, kind: &'static str, id: &str, run_at: Ms) -> Result<(), Error> {
        jobs::enqueue(
            c,
            &self.cx,
            NewJob {
                kind,
                key: id,
                payload: id,
                run_at,
            },
        )
        .await?;
        Ok(())
    }
}

fn check_key(key: &str) -> Result<(), Error> {
    let fits = (1..=LONGEST_KEY).contains(&key.len()) && key.is_ascii();
    if fits { Ok(()) } else { Err(Error::Key) }
}

fn notice_aad(id: NoticeId) -> String {
    format!("outreach_notice.content|{id}")
}

pub(crate) fn send_aad(id: SendId) -> String {
    format!("outreach_send.content|{id}")
}
