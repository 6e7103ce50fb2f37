//! Opening, answering and spending challenges.
//!
//! A try is counted before it is judged, so twenty parallel guesses are twenty tries.

use std::time::Duration;

use audit::{Actor, Entry};
use kit::clock::{Ms, SECOND};
use kit::crypto;
use kit::db::Conn;
use kit::jobs::{self, NewJob};
use serde_json::json;

use super::Identity;
use super::policy::level_of;
use crate::error::Error;
use crate::mask;
use crate::model::challenge::{
    CODE_PACE, Challenge, ChallengeId, Factor, LASTS, MAX_ATTEMPTS, MAX_SENDS, NewChallenge, PASSWORD_RESTS,
    PASSWORD_TRIES, Proof, Proven, RESEND_AFTER, State,
};
use crate::model::people::{CustomerId, LEVEL_LASTS, LEVEL_OAUTH, Visitor};
use crate::store;
use crate::store::challenges::Row;

/// The job that hands a code to the gateway.
pub(crate) const SEND_CODE: &str = "identity.send_code";

impl Identity {
    /// Opens a challenge in the caller's transaction; the code leaves by a job of the same transaction.
    pub async fn challenge_open(&self, c: &mut Conn, ask: NewChallenge) -> Result<Challenge, Error> {
        let now = self.cx.clock.now();
        let person = self.person_in(c, ask.customer).await?;
        let id: ChallengeId = self.cx.ids.make();
        let mut row = Row {
            id,
            customer: ask.customer,
            act: ask.act.to_owned(),
            bound: ask.bound,
            summary: self.cx.vault.seal(&aad("summary", id), &ask.summary),
            factors: Factor::list(&ask.factors),
            code_tag: String::new(),
            code_sealed: String::new(),
            sends: 0,
            sent_at: 0,
            attempts: 0,
            state: "open".to_owned(),
            expires_at: now + LASTS,
        };
        if ask.factors.contains(&Factor::Sms) {
            self.allow_code(c, &person.phone, now).await?;
            self.new_code(&mut row, now);
            row.sends = 1;
        }
        store::challenges::insert(c, &row, now).await?;
        self.queue_code(c, &row).await?;
        self.challenge_of(&row, &person.phone)
    }

    /// The challenge as its owner may see it.
    pub async fn challenge_view(&self, customer: CustomerId, id: ChallengeId) -> Result<Challenge, Error> {
        let row = self.owned(customer, id).await?;
        let phone = self.phone_of(customer).await?;
        self.challenge_of(&row, &phone)
    }

    /// Sends a new code; the old one is worth nothing from then on.
    pub async fn challenge_resend(&self, customer: CustomerId, id: ChallengeId) -> Result<Challenge, Error> {
        let mut row = self.owned(customer, id).await?;
        let now = self.cx.clock.now();
        if State::parse(&row.state) != State::Open || row.expires_at <= now || row.sends >= MAX_SENDS {
            return Err(Error::ChallengeExpired);
        }
        if let Some(wait) = too_soon(row.sent_at, now) {
            return Err(Error::SmsTooSoon { retry_after: wait });
        }
        let phone = self.phone_of(customer).await?;
        self.new_code(&mut row, now);
        let (this, to) = (self.clone(), phone.clone());
        let row = self
            .cx
            .db
            .tx(async move |c| {
                this.allow_code(c, &to, now).await?;
                if !store::challenges::renew_code(c, &row, MAX_SENDS).await? {
                    return Err(Error::ChallengeExpired);
                }
                let row = Row {
                    sends: row.sends + 1,
                    ..row.clone()
                };
                this.queue_code(c, &row).await?;
                Ok(row)
            })
            .await?;
        self.challenge_of(&row, &phone)
    }

    /// Judges the customer's proof; what is right is used by [`Self::challenge_spend`].
    ///
    /// A wrong code is counted here, a right one where it is spent, under the same condition: whichever comes first
    /// in the row decides, so that of any number of guesses at once five count. A password takes its time to judge,
    /// so its try is counted before.
    pub async fn challenge_prove(
        &self,
        customer: CustomerId,
        id: ChallengeId,
        proof: &Proof,
    ) -> Result<Proven, Error> {
        let row = self.owned(customer, id).await?;
        let factors = Factor::parse_list(&row.factors);
        let code_right = !factors.contains(&Factor::Sms) || self.code_fits(&row, proof);
        let with_password = factors.contains(&Factor::Password);
        if with_password {
            self.prove_with_password(row, code_right, proof).await?;
        } else if !code_right {
            return Err(self.wrong_code(row).await?);
        }
        Ok(Proven {
            id,
            customer,
            counted: with_password,
            password: with_password,
            sms: factors.contains(&Factor::Sms),
        })
    }

    async fn wrong_code(&self, row: Row) -> Result<Error, Error> {
        let (this, now) = (self.clone(), self.cx.clock.now());
        self.cx
            .db
            .tx(async move |c| {
                this.begin_try(c, &row, false, now).await?;
                this.count_failure(c, &row).await
            })
            .await
    }

    async fn prove_with_password(&self, row: Row, code_right: bool, proof: &Proof) -> Result<(), Error> {
        let (this, tried, now) = (self.clone(), row.clone(), self.cx.clock.now());
        self.cx
            .db
            .tx(async move |c| this.begin_try(c, &tried, true, now).await)
            .await?;
        let (this, password_right) = (self.clone(), self.password_fits(row.customer, proof).await?);
        let wrong = self
            .cx
            .db
            .tx(async move |c| {
                if password_right {
                    store::customers::password_right(c, row.customer).await?;
                }
                if !(code_right && password_right) {
                    // A value: an error would roll the count back.
                    return this.count_failure(c, &row).await.map(Some);
                }
                if store::challenges::prove(c, row.id).await? {
                    Ok(None)
                } else {
                    Err(Error::ChallengeExpired)
                }
            })
            .await?;
        wrong.map_or(Ok(()), Err)
    }

    /// Judges a proof and, when it is right, uses the challenge up to raise the session for ten minutes.
    pub(crate) async fn challenge_prove_and_raise(
        &self,
        who: &Visitor,
        customer: CustomerId,
        id: ChallengeId,
        proof: &Proof,
    ) -> Result<i64, Error> {
        let row = self.owned(customer, id).await?;
        let level = level_of(&Factor::parse_list(&row.factors));
        if level == LEVEL_OAUTH || !RAISING.contains(&row.act.as_str()) {
            return Err(Error::NotRaising);
        }
        let proven = self.challenge_prove(customer, id, proof).await?;
        let bound = row.bound;
        let (this, session, until) = (self.clone(), who.session, self.cx.clock.now() + LEVEL_LASTS);
        self.cx
            .db
            .tx(async move |c| {
                this.challenge_spend(c, proven, &bound).await?;
                store::sessions::raise(c, session, level, until).await?;
                let entry = Entry {
                    actor: Actor::Customer(customer.to_string()),
                    action: "session.raise",
                    subject: format!("session:{session}"),
                    result: "ok",
                    detail: json!({"level": level}),
                };
                audit::note(c, &this.cx, entry).await?;
                Ok(level)
            })
            .await
    }

    /// Uses a proven challenge once, in the transaction of what it permits.
    pub async fn challenge_spend(&self, c: &mut Conn, proven: Proven, bound: &str) -> Result<(), Error> {
        let now = self.cx.clock.now();
        if proven.counted {
            return if store::challenges::spend(c, proven, bound, now).await? {
                Ok(())
            } else {
                Err(Error::ChallengeExpired)
            };
        }
        if store::challenges::count_and_spend(c, proven, bound, (MAX_ATTEMPTS, now)).await? {
            return Ok(());
        }
        match store::challenges::by_id(c, proven.id).await? {
            Some(row) if row.bound == bound => Err(why_not(Some(row), now)),
            _ => Err(Error::ChallengeExpired),
        }
    }

    async fn begin_try(&self, c: &mut Conn, row: &Row, needs_password: bool, now: Ms) -> Result<(), Error> {
        let (id, customer) = (row.id, row.customer);
        if !store::challenges::begin_try(c, id, MAX_ATTEMPTS, now).await? {
            return Err(why_not(store::challenges::by_id(c, id).await?, now));
        }
        let rest = (PASSWORD_TRIES, now + PASSWORD_RESTS);
        if needs_password && !store::customers::begin_try(c, customer, rest, now).await? {
            let missing = store::customers::password_hash(c, customer).await?.is_none();
            return Err(if missing {
                Error::PasswordMissing
            } else {
                Error::PasswordLocked
            });
        }
        Ok(())
    }

    /// Locks what has had its last try; the refusal must not roll the count back, so it is a value.
    async fn count_failure(&self, c: &mut Conn, row: &Row) -> Result<Error, Error> {
        store::challenges::lock(c, row.id, MAX_ATTEMPTS).await?;
        let left = store::challenges::by_id(c, row.id)
            .await?
            .map_or(0, |r| MAX_ATTEMPTS - r.attempts);
        let entry = Entry {
            actor: Actor::Customer(row.customer.to_string()),
            action: "challenge.prove",
            subject: format!("challenge:{}", row.id),
            result: "challenge.wrong",
            detail: json!({"act": row.act, "left": left}),
        };
        audit::note(c, &self.cx, entry).await?;
        Ok(if left > 0 {
            Error::ChallengeWrong { left }
        } else {
            Error::ChallengeLocked
        })
    }

    fn code_fits(&self, row: &Row, proof: &Proof) -> bool {
        let given = proof.sms_code.as_deref().unwrap_or("").trim();
        !row.code_tag.is_empty()
            && crypto::same(self.code_tag(row.id, given).as_bytes(), row.code_tag.as_bytes())
    }

    async fn password_fits(&self, customer: CustomerId, proof: &Proof) -> Result<bool, Error> {
        let hash = self
            .cx
            .db
            .glance(async move |c| store::customers::password_hash(c, customer).await)
            .await?;
        let given = proof.password.as_deref().unwrap_or("");
        Ok(match hash {
            Some(hash) => crypto::verify_password(given, &hash).await,
            None => false,
        })
    }

    async fn owned(&self, customer: CustomerId, id: ChallengeId) -> Result<Row, Error> {
        let row = self
            .cx
            .db
            .glance(async move |c| store::challenges::by_id(c, id).await)
            .await?;
        row.filter(|row| row.customer == customer).ok_or(Error::NotFound)
    }

    async fn allow_code(&self, c: &mut Conn, phone: &str, now: Ms) -> Result<(), Error> {
        let key = self.cx.vault.index("throttle", phone);
        for (bucket, most, window) in CODE_PACE {
            if !store::throttle::take(c, bucket, &key, (most, window), now).await? {
                let retry_after = u32::try_from(window / SECOND).unwrap_or(u32::MAX);
                return Err(Error::SmsTooMany { retry_after });
            }
        }
        Ok(())
    }

    fn new_code(&self, row: &mut Row, now: Ms) {
        let code = self.cx.random.digits(6);
        row.code_tag = self.code_tag(row.id, &code);
        row.code_sealed = self.cx.vault.seal(&aad("code_sealed", row.id), &code);
        row.sent_at = now;
    }

    async fn queue_code(&self, c: &mut Conn, row: &Row) -> Result<(), Error> {
        if row.code_sealed.is_empty() {
            return Ok(());
        }
        let (key, payload) = (format!("{}.{}", row.id, row.sends), row.id.to_string());
        let job = NewJob {
            kind: SEND_CODE,
            key: &key,
            payload: &payload,
            run_at: row.sent_at,
        };
        jobs::enqueue(c, &self.cx, job).await?;
        Ok(())
    }

    fn code_tag(&self, id: ChallengeId, code: &str) -> String {
        self.cx
            .vault
            .tag("identity_challenge.code", &[&id.to_string(), code])
    }

    fn challenge_of(&self, row: &Row, phone: &str) -> Result<Challenge, Error> {
        Ok(Challenge {
            id: row.id,
            act: row.act.clone(),
            bound: row.bound.clone(),
            summary: self.cx.vault.open(&aad("summary", row.id), &row.summary)?,
            factors: Factor::parse_list(&row.factors),
            phone_masked: mask::phone(phone),
            expires_at: row.expires_at,
            resend_at: row.sent_at + RESEND_AFTER,
        })
    }

    /// What the job needs to hand over the code: phone, text, and the sealed code to forget.
    pub(crate) async fn code_to_send(
        &self,
        id: ChallengeId,
    ) -> Result<Option<(String, String, String)>, Error> {
        let row = self
            .cx
            .db
            .glance(async move |c| store::challenges::by_id(c, id).await)
            .await?;
        let Some(row) = row.filter(|r| !r.code_sealed.is_empty() && r.expires_at > self.cx.clock.now())
        else {
            return Ok(None);
        };
        let code = self.cx.vault.open(&aad("code_sealed", id), &row.code_sealed)?;
        let summary = self.cx.vault.open(&aad("summary", id), &row.summary)?;
        let phone = self.phone_of(row.customer).await?;
        Ok(Some((
            phone,
            crate::model::challenge::sms_text(&code, &summary),
            row.code_sealed,
        )))
    }
}

/// Acts for which a raised session is enough; every other act spends its own challenge.
const RAISING: [&str; 2] = ["accounts.view", "accounts.export"];

/// Why a challenge takes no further try.
fn why_not(row: Option<Row>, now: Ms) -> Error {
    let Some(row) = row else { return Error::NotFound };
    match State::parse(&row.state) {
        State::Locked => Error::ChallengeLocked,
        State::Spent => Error::ChallengeExpired,
        State::Open | State::Proven if row.expires_at <= now => Error::ChallengeExpired,
        // The last permitted tries are being judged at this moment.
        State::Open | State::Proven => Error::InProgress,
    }
}

/// Whole seconds to wait before the next code.
fn too_soon(sent_at: Ms, now: Ms) -> Option<u32> {
    let wait = u64::try_from(sent_at + RESEND_AFTER - now)
        .ok()
        .filter(|ms| *ms > 0)?;
    u32::try_from(Duration::from_millis(wait + 999).as_secs()).ok()
}

fn aad(column: &str, id: ChallengeId) -> String {
    format!("identity_challenge.{column}|{id}")
}
