//! Writing down what the core said: the state, the trail, the event, and no job left behind, in one transaction.

use audit::{Actor, Entry};
use corebank::{Posted, RefusalCode};
use kit::clock::Ms;
use kit::db::Conn;
use kit::events;
use kit::jobs;
use serde_json::json;

use super::Payments;
use super::sealed::KnownPayee;
use super::settle::Word;
use crate::error::Error;
use crate::jobs::SETTLE;
use crate::model::purpose::Purpose;
use crate::model::transfer::{Hold, Move, Transfer, ask_again_after};
use crate::store;

/// How a transfer ends.
struct Ending<'a> {
    step: Move,
    reason: &'a str,
    reference: &'a str,
    result: &'static str,
    topic: &'static str,
}

impl Payments {
    /// Gives the transfer as it stands then, where it was booked here; everything else is to be looked up.
    pub(crate) async fn record(&self, transfer: &Transfer, word: Word) -> Result<Option<Transfer>, Error> {
        let (this, now) = (self.clone(), self.cx.clock.now());
        let given = transfer.clone();
        let (booked, touched) = self
            .cx
            .db
            .tx(async move |c| {
                let booked = this.said(c, &given, &word, now).await?;
                let sides = [&*given.from_no, &*given.to_no];
                Ok::<_, Error>((booked, this.accounts.touches(c, sides).await?))
            })
            .await?;
        kit::failpoint::reach("payments.recorded");
        self.accounts.forget(&touched).await;
        Ok(booked)
    }

    async fn said(
        &self,
        c: &mut Conn,
        t: &Transfer,
        word: &Word,
        now: Ms,
    ) -> Result<Option<Transfer>, Error> {
        match word {
            Word::Booked(posted) => return self.booked(c, t, posted, now).await,
            Word::Accepted(posted) => self.accepted(c, t, posted, now).await?,
            Word::Returned(posted, reason) => {
                self.returned(c, t, (posted, reason.as_str()), now).await?;
            }
            Word::Refused(code) => self.refused(c, t, *code, now).await?,
            Word::Unknown => self.still_unknown(c, t, now).await?,
        }
        Ok(None)
    }

    async fn booked(
        &self,
        c: &mut Conn,
        t: &Transfer,
        posted: &Posted,
        now: Ms,
    ) -> Result<Option<Transfer>, Error> {
        let ending = Ending {
            step: Move::Book,
            reason: "",
            reference: &posted.reference,
            result: "ok",
            topic: "payments.posted",
        };
        if !self.end(c, t, ending, now).await? {
            return Ok(None);
        }
        let ended = t.ended(Move::Book, &posted.reference, now);
        let mut done = ended.ok_or(Error::WrongState)?;
        if t.hold != Hold::None && store::hold_is(c, t.id, (t.hold, Hold::Over)).await? {
            done.hold = Hold::Over;
        }
        if t.purpose == Purpose::Transfer {
            self.met(c, t, now).await?;
        }
        Ok(Some(done))
    }

    /// Most payees were paid before. The first payment to somebody may meet another that is the first as well.
    async fn met(&self, c: &mut Conn, t: &Transfer, now: Ms) -> Result<(), Error> {
        if store::paid_again(c, t.customer, &t.to_idx, now).await? > 0 {
            return Ok(());
        }
        let id = self.cx.ids.make::<kit::ids::export::Uuid>().to_string();
        let known = KnownPayee {
            id: id.clone(),
            no: t.to_no.clone(),
            name: t.to_name.clone(),
            bank: t.bank.clone(),
            alias: String::new(),
            saved: false,
            last_at: now,
        };
        let payee = self.seal_payee(&id, &known);
        if !store::meet_payee(c, t.customer, &t.to_idx, (&payee, 1)).await? {
            store::paid_again(c, t.customer, &t.to_idx, now).await?;
        }
        Ok(())
    }

    async fn accepted(&self, c: &mut Conn, t: &Transfer, posted: &Posted, now: Ms) -> Result<(), Error> {
        if t.state.after(Move::Accept).is_some() {
            store::accepted(c, t.id, &posted.reference, now, now + ask_again_after(0)).await?;
            return Ok(());
        }
        self.still_unknown(c, t, now).await
    }

    async fn returned(
        &self,
        c: &mut Conn,
        t: &Transfer,
        (posted, reason): (&Posted, &str),
        now: Ms,
    ) -> Result<(), Error> {
        let ending = Ending {
            step: Move::Return,
            reason,
            reference: &posted.reference,
            result: "returned",
            topic: "payments.returned",
        };
        if self.end(c, t, ending, now).await? {
            Self::return_limit(c, t).await?;
        }
        Ok(())
    }

    pub(crate) async fn refused(
        &self,
        c: &mut Conn,
        t: &Transfer,
        code: RefusalCode,
        now: Ms,
    ) -> Result<(), Error> {
        self.refused_for(c, t, code.as_str(), now).await
    }

    /// Refused for a reason that is kept by its name.
    pub(crate) async fn refused_for(
        &self,
        c: &mut Conn,
        t: &Transfer,
        reason: &'static str,
        now: Ms,
    ) -> Result<(), Error> {
        let ending = Ending {
            step: Move::Refuse,
            reason,
            reference: "",
            result: "refused",
            topic: "payments.failed",
        };
        if !self.end(c, t, ending, now).await? {
            return Ok(());
        }
        Self::return_limit(c, t).await?;
        if matches!(t.hold, Hold::Wanted | Hold::Held) {
            self.unwanted(c, t).await?;
        }
        Ok(())
    }

    /// Nothing new: the next question later, and after a while a case for people, once.
    pub(crate) async fn still_unknown(&self, c: &mut Conn, t: &Transfer, now: Ms) -> Result<(), Error> {
        store::asked(c, t.id, now + ask_again_after(t.checks)).await?;
        if now - t.left_at() >= self.settings.case_after {
            let body = json!({"transfer": t.id, "customer": t.customer, "state": t.state});
            events::publish(c, &self.cx, "payments.unknown_for_long", &t.id.to_string(), &body).await?;
        }
        Ok(())
    }

    /// What every ending has; false when somebody else ended it first.
    async fn end(&self, c: &mut Conn, t: &Transfer, ending: Ending<'_>, now: Ms) -> Result<bool, Error> {
        let to = t.state.after(ending.step).ok_or(Error::WrongState)?;
        if !store::ended(c, t.id, (t.state, to), (ending.reason, ending.reference), now).await? {
            return Ok(false);
        }
        let id = t.id.to_string();
        let entry = Entry {
            actor: Actor::System("payments"),
            action: "transfer.settle",
            subject: format!("transfer:{id}"),
            result: ending.result,
            detail: json!({"customer": t.customer}),
        };
        audit::note(c, &self.cx, entry).await?;
        let body = json!({"transfer": t.id, "customer": t.customer});
        events::publish(c, &self.cx, ending.topic, &id, &body).await?;
        jobs::cancel(c, SETTLE, &id).await?;
        Ok(true)
    }
}
