//! 挂失: our own block first, in one transaction; the core is told afterwards until it has heard.

use audit::{Actor, Entry};
use corebank::{AccountKind, Answer, RestrictionKind, RestrictionOrder, RestrictionSource};
use identity::{Customer, CustomerId};
use kit::{
    clock::{Ms, SECOND, date_of},
    db::{self, Conn},
    events,
    idem::{self, Claim},
    jobs::{self, NewJob},
};
use serde_json::json;

use super::{Accounts, PATIENCE};
use crate::{
    error::Error,
    model::{
        account::{AccountId, OwnAccount},
        loss::{LossId, LossState, LossView, next_steps, state_text},
    },
    store::{self, Loss},
};

/// The job that tells the core of a block.
pub(crate) const RESTRICT: &str = "accounts.restrict";
/// The event of a block that holds.
const BLOCKED: &str = "accounts.blocked";
/// The job gives the request time to tell the core itself.
const JOB_AFTER: Ms = 5 * SECOND;

/// Who reports, and through which door.
#[derive(Clone)]
pub(crate) struct Report {
    pub(crate) customer: CustomerId,
    pub(crate) account: AccountId,
    /// The caller's key; none in the chat, where the inbox lets each message in once.
    pub(crate) key: Option<String>,
    pub(crate) door: &'static str,
}

impl Accounts {
    /// Does a loss report block this account? Asked by payments in the transaction that pays.
    pub async fn is_blocked(c: &mut Conn, id: AccountId) -> db::Result<bool> {
        store::lock_account(c, id).await?;
        Ok(store::active_loss(c, id).await?.is_some())
    }

    /// The same as it stands now, holding nothing: for what is asked again in the transaction that pays.
    pub async fn looks_blocked(c: &mut Conn, id: AccountId) -> db::Result<bool> {
        Ok(store::active_loss(c, id).await?.is_some())
    }

    /// Blocks an account at once; reporting it again answers the report that is there.
    pub(crate) async fn report_loss(
        &self,
        who: &Customer,
        id: AccountId,
        key: String,
    ) -> Result<LossView, Error> {
        let account = self.own(who.id, id).await?;
        let report = Report {
            customer: who.id,
            account: id,
            key: Some(key),
            door: "h5",
        };
        self.block(&account, report).await
    }

    pub(crate) async fn block(&self, account: &OwnAccount, report: Report) -> Result<LossView, Error> {
        if account.kind == AccountKind::Loan {
            return Err(Error::NotReportable);
        }
        let this = self.clone();
        let loss = self
            .cx
            .db
            .tx(async move |c| this.write_block(c, &report).await)
            .await?;
        if !loss.core_confirmed && loss.state == LossState::Blocked.as_str() {
            // Safe without it: the block above already holds, and the job tells the core until it hears.
            let told = tokio::time::timeout(PATIENCE, self.tell_core(&loss, account)).await;
            if !matches!(told, Ok(Ok(true))) {
                tracing::info!(loss = %loss.id, "core has not confirmed the block yet; the job goes on");
            }
        }
        let id = loss.id;
        let loss = self
            .cx
            .db
            .glance(async move |c| store::loss_by_id(c, id).await)
            .await?;
        self.loss_view(&loss.ok_or(Error::Row("loss report"))?)
    }

    async fn write_block(&self, c: &mut Conn, report: &Report) -> Result<Loss, Error> {
        let now = self.cx.clock.now();
        let scope = format!("loss:{}", report.customer);
        if let Some(key) = &report.key {
            let hash = idem::hash_of(&report.account);
            match idem::claim(c, &scope, key, &hash, now, 0).await? {
                Claim::New => {}
                Claim::Done(id) => {
                    let id: LossId = id.parse().map_err(|_| Error::Row("loss id"))?;
                    return store::loss_by_id(c, id).await?.ok_or(Error::Row("loss report"));
                }
                Claim::Different => return Err(Error::KeyReused),
                Claim::Running { .. } | Claim::Stalled => return Err(Error::InProgress),
            }
        }
        let loss = self.active_or_new(c, report, now).await?;
        if let Some(key) = &report.key {
            idem::finish(c, &scope, key, &loss.id.to_string()).await?;
        }
        Ok(loss)
    }

    async fn active_or_new(&self, c: &mut Conn, report: &Report, now: Ms) -> Result<Loss, Error> {
        let id: LossId = self.cx.ids.make();
        let loss = Loss {
            id,
            account: report.account,
            customer: report.customer,
            receipt_no: receipt_no(id, now),
            state: LossState::Blocked.as_str().to_owned(),
            core_confirmed: false,
            lift_id: None,
            lift_key: None,
            blocked_at: now,
            lifted_at: None,
        };
        store::lock_account(c, report.account).await?;
        if !store::insert_loss(c, &loss).await? {
            return store::active_loss(c, report.account)
                .await?
                .ok_or(Error::InProgress);
        }
        let entry = Entry {
            actor: Actor::Customer(report.customer.to_string()),
            action: "account.loss_report",
            subject: format!("account:{}", report.account),
            result: "ok",
            detail: json!({"loss": id, "door": report.door}),
        };
        audit::note(c, &self.cx, entry).await?;
        let body = json!({"customer": report.customer, "account": report.account, "loss": id});
        events::publish(c, &self.cx, BLOCKED, &id.to_string(), &body).await?;
        let text = id.to_string();
        let job = NewJob {
            kind: RESTRICT,
            key: &text,
            payload: &text,
            run_at: now + JOB_AFTER,
        };
        jobs::enqueue(c, &self.cx, job).await?;
        Ok(loss)
    }

    /// Asks the core to restrict the account; true when it has. Safe to repeat: the order's id is the report's.
    pub(crate) async fn tell_core(&self, loss: &Loss, account: &OwnAccount) -> Result<bool, Error> {
        let order = RestrictionOrder {
            id: loss.id.into(),
            kind: RestrictionKind::LossReport,
            source: RestrictionSource::Customer,
        };
        match self.core.restrict(&account.account_no, &order).await {
            Answer::Done(()) => {
                let id = loss.id;
                self.cx
                    .db
                    .tx(async move |c| store::confirm_loss(c, id).await)
                    .await?;
                Ok(true)
            }
            Answer::Refused(no) => Err(Error::CoreRefused(no.code)),
            Answer::Unknown => Ok(false),
        }
    }

    pub(crate) fn loss_view(&self, loss: &Loss) -> Result<LossView, Error> {
        let state = LossState::parse(&loss.state).ok_or(Error::Row("loss state"))?;
        Ok(LossView {
            account_id: loss.account,
            state,
            state_text: state_text(state).to_owned(),
            receipt_no: loss.receipt_no.clone(),
            blocked_at: loss.blocked_at,
            lifted_at: loss.lifted_at,
            core_confirmed: loss.core_confirmed,
            next_steps: next_steps(state),
            branch: self.branch(),
        })
    }
}

/// 挂失回执号: the day and the end of the id.
fn receipt_no(id: LossId, now: Ms) -> String {
    let hex = uuid::Uuid::from(id).simple().to_string().to_ascii_uppercase();
    let tail: String = hex.chars().skip(20).collect();
    format!("GS{}{tail}", date_of(now).strftime("%Y%m%d"))
}
