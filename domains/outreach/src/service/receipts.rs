//! What became of a message that WeChat took: its receipt and its record meet, whichever comes first.

use kit::db::Conn;

use super::Outreach;
use crate::error::Error;
use crate::model::send::{Channel, Move, SendId};
use crate::store::messages::{self, SendRow};

impl Outreach {
    /// WeChat tells the outcome of a template message: `success`, `failed:user block`, `failed: system failed`.
    pub async fn receipt(&self, c: &mut Conn, msgid: &str, status: &str) -> Result<(), Error> {
        let (msgid, status): (String, String) = (
            msgid.chars().take(64).collect(),
            status.chars().take(64).collect(),
        );
        if msgid.is_empty() || messages::meet(c, &msgid, None, &status, self.cx.clock.now()).await? {
            return Ok(());
        }
        match messages::met(c, &msgid).await? {
            Some((Some(send), _)) => self.outcome(c, send, &status).await,
            // The same receipt again.
            _ => Ok(()),
        }
    }

    /// Records that a message was taken.
    pub(crate) async fn taken(&self, c: &mut Conn, row: &SendRow, msgid: &str) -> Result<(), Error> {
        let now = self.cx.clock.now();
        let Some(to) = row.state.after(Move::Take) else {
            return Ok(());
        };
        if !messages::taken(c, row.id, (row.state, to), msgid, now).await? {
            return Ok(());
        }
        kit::telemetry::count("weigui_outreach_sent_total");
        if row.channel == Channel::Template
            && !msgid.is_empty()
            && !messages::meet(c, msgid, Some(row.id), "", now).await?
        {
            let early = messages::met(c, msgid)
                .await?
                .map_or_else(String::new, |(_, status)| status);
            if !early.is_empty() {
                return self.outcome(c, row.id, &early).await;
            }
        }
        match row.notice {
            Some(notice) => self.settle(c, notice).await,
            None => Ok(()),
        }
    }

    async fn outcome(&self, c: &mut Conn, id: SendId, status: &str) -> Result<(), Error> {
        let Some(row) = messages::send(c, id).await? else {
            return Ok(());
        };
        let (step, code) = outcome_of(status);
        let Some(to) = row.state.after(step) else {
            return Ok(());
        };
        if !messages::end(c, id, (row.state, to), code, self.cx.clock.now()).await? {
            return Ok(());
        }
        match row.notice {
            Some(notice) => self.settle(c, notice).await,
            None => Ok(()),
        }
    }
}

/// The blank after the colon varies.
fn outcome_of(status: &str) -> (Move, &'static str) {
    let status: String = status.split_whitespace().collect();
    match status.as_str() {
        "success" => (Move::Deliver, ""),
        "failed:userblock" => (Move::Refuse, "user_block"),
        _ => (Move::Refuse, "failed"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn receipts_as_wechat_words_them() {
        for (status, step, code) in [
            ("success", Move::Deliver, ""),
            ("failed:user block", Move::Refuse, "user_block"),
            ("failed: user block", Move::Refuse, "user_block"),
            ("failed: system failed", Move::Refuse, "failed"),
            ("", Move::Refuse, "failed"),
        ] {
            assert_eq!(outcome_of(status), (step, code), "{status}");
        }
    }
}
