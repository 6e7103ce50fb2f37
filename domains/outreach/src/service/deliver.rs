//! Sending: decide, note that it may leave, let it go, note what came of it.
//!
//! The try is committed before the message leaves, so a crash in between is seen as a try of unknown outcome. The
//! network is never asked inside a transaction.

use couriers::{SmsAnswer, TemplateOrder, WeChatAnswer};
use kit::clock::Ms;
use kit::db::Conn;

use super::Outreach;
use super::notices::send_aad;
use crate::error::Error;
use crate::model::notice::Message;
use crate::model::quota::Window;
use crate::model::send::{Channel, Move, Progress, Reaction, SendId, State};
use crate::store::fans;
use crate::store::messages::{self, SendRow};

/// A message in the form of its channel.
enum Parcel {
    Template(TemplateOrder),
    Text(String),
    Sms { phone: String, text: String },
}

/// What a message is found to be when its turn has come.
enum Verdict {
    Go(Parcel),
    Skip(&'static str),
    /// An earlier try may have arrived, and another could not be told from it.
    TooLate,
}

enum Word {
    Taken(Option<String>),
    Silence,
    Refused { code: String, reaction: Reaction },
}

impl Outreach {
    /// Tries to send a message; gives the time of the next try, or none when there is nothing more to try.
    pub(crate) async fn deliver(&self, id: SendId) -> Result<Option<Ms>, Error> {
        let row = self
            .cx
            .db
            .glance(async move |c| messages::send(c, id).await)
            .await?;
        let Some(row) = row.filter(|row| row.state == State::Queued) else {
            return Ok(None);
        };
        let address = self.address(&row).await?;
        let now = self.cx.clock.now();
        let (this, given) = (self.clone(), row.clone());
        let parcel = self
            .cx
            .db
            .tx(async move |c| this.begin(c, &given, address.as_deref(), now).await)
            .await?;
        let Some(parcel) = parcel else { return Ok(None) };
        let word = self.carry(&row, &parcel).await;
        let this = self.clone();
        self.cx
            .db
            .tx(async move |c| this.record(c, &row, &word, now).await)
            .await
    }

    /// Where the message goes; none when the address is not the customer's any more.
    async fn address(&self, row: &SendRow) -> Result<Option<String>, Error> {
        Ok(match (row.channel, row.customer) {
            (Channel::Sms, Some(customer)) => Some(self.identity.phone_of(customer).await?),
            (Channel::Sms, None) => None,
            (_, Some(customer)) => self
                .identity
                .openids_of(customer)
                .await?
                .into_iter()
                .find(|openid| *openid == row.openid),
            (_, None) => Some(row.openid.clone()),
        })
    }

    async fn begin(
        &self,
        c: &mut Conn,
        row: &SendRow,
        address: Option<&str>,
        now: Ms,
    ) -> Result<Option<Parcel>, Error> {
        if !messages::begin_try(c, row, now).await? {
            return Ok(None);
        }
        match self.judge(c, row, address, now).await? {
            Verdict::Go(parcel) => return Ok(Some(parcel)),
            Verdict::Skip(code) => self.end(c, row, Move::Skip, code).await?,
            Verdict::TooLate => self.end(c, row, Move::LoseTrack, "no_answer").await?,
        }
        Ok(None)
    }

    async fn judge(
        &self,
        c: &mut Conn,
        row: &SendRow,
        address: Option<&str>,
        now: Ms,
    ) -> Result<Verdict, Error> {
        let Some(address) = address else {
            return Ok(Verdict::Skip("unbound"));
        };
        let by_wechat = row.channel != Channel::Sms;
        if by_wechat && fans::fan(c, address).await?.is_some_and(|fan| !fan.following) {
            return Ok(Verdict::Skip("not_following"));
        }
        if progress(row).is_too_late(now) {
            return Ok(Verdict::TooLate);
        }
        let Some(notice) = row.notice else {
            if !self.draw(c, row, now).await? {
                return Ok(Verdict::Skip("no_quota"));
            }
            return Ok(Verdict::Go(Parcel::Text(
                self.cx.vault.open(&send_aad(row.id), &row.content)?,
            )));
        };
        let content = messages::notice(c, notice)
            .await?
            .filter(|n| !n.content.is_empty());
        let Some(content) = content else {
            return Ok(Verdict::Skip("expired"));
        };
        let message = self.open_notice(&content)?;
        if by_wechat {
            return Ok(self
                .template(row, message)
                .map_or(Verdict::Skip("no_template"), Verdict::Go));
        }
        Ok(Verdict::Go(Parcel::Sms {
            phone: address.to_owned(),
            text: message.sms,
        }))
    }

    /// Draws one message from the user's windows; a message put off keeps what it has drawn.
    async fn draw(&self, c: &mut Conn, row: &SendRow, now: Ms) -> Result<bool, Error> {
        if !row.quota.is_empty() {
            return Ok(true);
        }
        for window in Window::ALL {
            if fans::draw(c, &row.openid, window, now).await? {
                messages::drawn_from(c, row.id, window.name()).await?;
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn template(&self, row: &SendRow, message: Message) -> Option<Parcel> {
        let template_id = self.settings.templates.get(&message.kind)?.clone();
        Some(Parcel::Template(TemplateOrder {
            openid: row.openid.clone(),
            template_id,
            url: format!(
                "{}{}",
                self.settings.public_url.trim_end_matches('/'),
                message.page
            ),
            data: message.rows,
            client_msg_id: row.client_msg_id.clone(),
        }))
    }

    async fn carry(&self, row: &SendRow, parcel: &Parcel) -> Word {
        let answer = match parcel {
            Parcel::Template(order) => self.wechat.send_template(order).await,
            Parcel::Text(text) => self.wechat.send_text(&row.openid, text).await,
            Parcel::Sms { phone, text } => {
                return match self.sms.send(&row.client_msg_id, phone, text).await {
                    SmsAnswer::Sent => Word::Taken(None),
                    SmsAnswer::Refused(code) => Word::Refused {
                        code,
                        reaction: Reaction::Again,
                    },
                    SmsAnswer::Unknown => Word::Silence,
                };
            }
        };
        match answer {
            WeChatAnswer::Sent(msgid) => Word::Taken(msgid),
            WeChatAnswer::Refused(code) => Word::Refused {
                code: code.to_string(),
                reaction: Reaction::to(code),
            },
            WeChatAnswer::Unknown => Word::Silence,
        }
    }

    /// `row` is the message as it was before this try, which began at `began`.
    async fn record(&self, c: &mut Conn, row: &SendRow, word: &Word, began: Ms) -> Result<Option<Ms>, Error> {
        let (code, reaction) = match word {
            Word::Taken(msgid) => {
                self.taken(c, row, msgid.as_deref().unwrap_or("")).await?;
                return Ok(None);
            }
            Word::Silence => return self.silence(c, row, began).await,
            Word::Refused { code, reaction } => (cut(code), *reaction),
        };
        match reaction {
            Reaction::Again => {
                let tried = Progress {
                    tries: row.tries + 1,
                    ..progress(row)
                };
                if let Some(next) = tried.after_refusal(self.cx.clock.now()) {
                    messages::put_off(c, row.id, row.doubt_at, &code).await?;
                    return Ok(Some(next));
                }
            }
            Reaction::NotFollowing => self.does_not_follow(c, &row.openid, began).await?,
            Reaction::NoQuota => {
                fans::close_windows(c, &row.openid).await?;
            }
            Reaction::GiveUp => {}
            Reaction::Alarm => {
                tracing::error!(send = %row.id, kind = row.kind, code, "WeChat refuses a message for good");
            }
        }
        self.end(c, row, Move::Refuse, &code).await?;
        Ok(None)
    }

    async fn silence(&self, c: &mut Conn, row: &SendRow, began: Ms) -> Result<Option<Ms>, Error> {
        let doubt_at = if row.doubt_at > 0 { row.doubt_at } else { began };
        let tried = Progress {
            tries: row.tries + 1,
            doubt_at,
            ..progress(row)
        };
        if let Some(next) = tried.after_silence(self.cx.clock.now()) {
            messages::put_off(c, row.id, doubt_at, "no_answer").await?;
            return Ok(Some(next));
        }
        self.end(c, row, Move::LoseTrack, "no_answer").await?;
        Ok(None)
    }

    /// Ends a message that was not taken. One that may have arrived by an earlier try ends as unknown, so that
    /// nothing is sent in its place.
    async fn end(&self, c: &mut Conn, row: &SendRow, step: Move, code: &str) -> Result<(), Error> {
        let step = if row.doubt_at > 0 { Move::LoseTrack } else { step };
        let Some(to) = row.state.after(step) else {
            return Ok(());
        };
        if !messages::end(c, row.id, (row.state, to), code, self.cx.clock.now()).await? {
            return Ok(());
        }
        tracing::info!(send = %row.id, kind = row.kind, channel = row.channel.name(), state = to.name(), code, "message not sent");
        match row.notice {
            Some(notice) => self.settle(c, notice).await,
            None => Ok(()),
        }
    }
}

fn progress(row: &SendRow) -> Progress {
    Progress {
        channel: row.channel,
        tries: row.tries,
        created_at: row.created_at,
        doubt_at: row.doubt_at,
    }
}

/// A gateway's code as far as the column holds it.
fn cut(code: &str) -> String {
    code.chars().take(40).collect()
}
