//! What follows from a fact across domains: whoever is concerned is told.
//!
//! Each reaction is a job made in the transaction of the fact, so it happens at least once; outreach
//! lets each notice out once per key.

mod autorepay;

use anyhow::Context as _;
use corebank::Answer;
use identity::{CustomerId, mask};
use kit::events::Subscription;
use kit::jobs::{Handler, Job, Outcome};
use outreach::{AutoRepay, Notice, NoticeKind};
use payments::Purpose;
use serde_json::Value;

use crate::wire::Bank;

const POSTED: &str = "app.tell_posted";
const FAILED: &str = "app.tell_failed";
const RETURNED: &str = "app.tell_returned";
const TOMORROW: &str = "app.tell_schedule_tomorrow";
const SKIPPED: &str = "app.tell_schedule_skipped";
const AUTOREPAY_TOMORROW: &str = "app.tell_autorepay_tomorrow";
const AUTOREPAY_FAILED: &str = "app.tell_autorepay_failed";
const AUTOREPAY_PAUSED: &str = "app.tell_autorepay_paused";
const BLOCKED: &str = "app.tell_blocked";
const LIFTED: &str = "app.tell_lifted";
const BOUND: &str = "app.tell_bound";
const TOPPED_UP: &str = "app.tell_topped_up";
const TOPUP_REFUNDED: &str = "app.tell_topup_refunded";
const ANSWERED: &str = "app.tell_dispute_answered";
const TRIES: i64 = 12;

pub(crate) fn subscriptions() -> Vec<Subscription> {
    [
        ("payments.posted", POSTED),
        ("payments.failed", FAILED),
        ("payments.returned", RETURNED),
        ("payments.schedule_tomorrow", TOMORROW),
        ("payments.schedule_skipped", SKIPPED),
        ("payments.autorepay_tomorrow", AUTOREPAY_TOMORROW),
        ("payments.autorepay_failed", AUTOREPAY_FAILED),
        ("payments.autorepay_paused", AUTOREPAY_PAUSED),
        ("accounts.blocked", BLOCKED),
        ("accounts.lifted", LIFTED),
        ("identity.bound", BOUND),
        ("accounts.dispute_answered", ANSWERED),
        ("payments.topped_up", TOPPED_UP),
        ("payments.topup_refunded", TOPUP_REFUNDED),
    ]
    .map(|(topic, job_kind)| Subscription { topic, job_kind })
    .into()
}

pub(crate) fn jobs(bank: &Bank) -> Vec<Handler> {
    let with = |kind: &'static str| {
        let bank = bank.clone();
        Handler::new(kind, TRIES, move |job| react(bank.clone(), kind, job))
    };
    [
        POSTED,
        FAILED,
        RETURNED,
        TOMORROW,
        SKIPPED,
        AUTOREPAY_TOMORROW,
        AUTOREPAY_FAILED,
        AUTOREPAY_PAUSED,
        BLOCKED,
        LIFTED,
        BOUND,
        ANSWERED,
        TOPPED_UP,
        TOPUP_REFUNDED,
    ]
    .map(with)
    .into()
}

async fn react(bank: Bank, kind: &'static str, job: Job) -> anyhow::Result<Outcome> {
    let fact: Value = serde_json::from_str(&job.payload)?;
    let told = match kind {
        POSTED => posted(&bank, &fact).await?,
        TOPPED_UP | TOPUP_REFUNDED => topped_up(&bank, &fact, kind == TOPUP_REFUNDED).await?,
        _ => Some(known(&bank, &fact, kind).await?),
    };
    let Some(notices) = told else {
        return Ok(Outcome::Again {
            at: bank.cx.clock.now() + kit::clock::MINUTE,
        });
    };
    tell(&bank, notices).await?;
    Ok(Outcome::Done)
}

/// What can be told without asking the core.
async fn known(bank: &Bank, fact: &Value, kind: &'static str) -> anyhow::Result<Vec<Notice>> {
    Ok(match kind {
        FAILED => failed(bank, fact).await?,
        RETURNED => returned(bank, fact).await?,
        TOMORROW | SKIPPED => scheduled(bank, fact, kind == TOMORROW).await?,
        AUTOREPAY_TOMORROW => autorepay::told(bank, fact, AutoRepay::Tomorrow).await?,
        AUTOREPAY_FAILED => autorepay::told(bank, fact, AutoRepay::Failed).await?,
        AUTOREPAY_PAUSED => autorepay::told(bank, fact, AutoRepay::Paused).await?,
        BLOCKED | LIFTED => loss(bank, fact, kind == LIFTED).await?,
        ANSWERED => answered(bank, fact).await?,
        _ => bound(bank, fact).await?,
    })
}

async fn tell(bank: &Bank, notices: Vec<Notice>) -> Result<(), outreach::Error> {
    let outreach = bank.outreach.clone();
    bank.cx
        .db
        .tx(async move |c| {
            for notice in &notices {
                outreach.notice(c, notice).await?;
            }
            Ok(())
        })
        .await
}

fn text<'a>(fact: &'a Value, key: &str) -> anyhow::Result<&'a str> {
    fact.get(key)
        .and_then(Value::as_str)
        .with_context(|| format!("a fact without {key}"))
}

fn customer(fact: &Value) -> anyhow::Result<CustomerId> {
    Ok(text(fact, "customer")?.parse()?)
}

/// The payer learns that it went out; the payee, when a customer of this channel, that it came in. None
/// while the core does not tell the payee's balance.
async fn posted(bank: &Bank, fact: &Value) -> anyhow::Result<Option<Vec<Notice>>> {
    let id = text(fact, "transfer")?;
    let Some(sent) = bank.payments.notice(id.parse()?).await? else {
        return Ok(Some(Vec::new()));
    };
    let (amount, account_tail, at) = (sent.amount, sent.account_tail.clone(), sent.at);
    let to_payer = Notice {
        customer: sent.customer,
        kind: match sent.purpose {
            Purpose::Transfer => NoticeKind::TransferDone {
                amount,
                payee_masked: sent.payee_masked.clone(),
                account_tail,
                at,
            },
            Purpose::Repayment => NoticeKind::RepaymentDone {
                amount,
                card: card_of(&sent),
                account_tail,
                at,
            },
            Purpose::Bill => NoticeKind::BillPaid {
                amount,
                biller: sent.payee_masked.clone(),
                account_tail,
                at,
            },
        },
        dedupe_key: format!("transfer.done.{id}"),
        link: Some(format!("/h5/transfers/{id}")),
    };
    // The payer does not wait for what the core may have to say about the payee.
    tell(bank, vec![to_payer]).await?;
    // One's own card, and a biller who knows it already, are told nothing.
    if sent.purpose != Purpose::Transfer {
        return Ok(Some(Vec::new()));
    }
    money_in(bank, id, &sent).await
}

fn card_of(sent: &payments::Notice) -> String {
    format!("信用卡尾号{}", mask::tail(&sent.payee_no))
}

async fn money_in(bank: &Bank, id: &str, sent: &payments::Notice) -> anyhow::Result<Option<Vec<Notice>>> {
    if !sent.elsewhere.is_empty() {
        return Ok(Some(Vec::new()));
    }
    let Some(customer_no) = bank.accounts.customer_no_of(&sent.payee_no).await? else {
        return Ok(Some(Vec::new()));
    };
    let Some(payee) = bank.identity.by_customer_no(&customer_no).await? else {
        return Ok(Some(Vec::new()));
    };
    let Answer::Done(balance) = bank.outside.core.balance(&sent.payee_no).await else {
        return Ok(None);
    };
    Ok(Some(vec![Notice {
        customer: payee,
        kind: NoticeKind::MoneyIn {
            amount: sent.amount,
            balance: balance.posted,
            payer_masked: sent.payer_masked.clone(),
            account_tail: mask::tail(&sent.payee_no),
            at: sent.at,
        },
        dedupe_key: format!("money.in.{id}"),
        link: Some("/h5/accounts".to_owned()),
    }]))
}

async fn failed(bank: &Bank, fact: &Value) -> anyhow::Result<Vec<Notice>> {
    let id = text(fact, "transfer")?;
    let Some(sent) = bank.payments.notice(id.parse()?).await? else {
        return Ok(Vec::new());
    };
    Ok(vec![Notice {
        customer: sent.customer,
        kind: match sent.purpose {
            Purpose::Transfer => NoticeKind::TransferFailed {
                amount: sent.amount,
                payee_masked: sent.payee_masked,
                account_tail: sent.account_tail,
                reason: sent.reason.to_owned(),
                at: sent.at,
            },
            Purpose::Repayment => NoticeKind::RepaymentFailed {
                amount: sent.amount,
                card: card_of(&sent),
                account_tail: sent.account_tail,
                reason: sent.reason.to_owned(),
                at: sent.at,
            },
            Purpose::Bill => NoticeKind::BillRefused {
                amount: sent.amount,
                biller: sent.payee_masked,
                account_tail: sent.account_tail,
                reason: sent.reason.to_owned(),
                at: sent.at,
            },
        },
        dedupe_key: format!("transfer.failed.{id}"),
        link: Some(format!("/h5/transfers/{id}")),
    }])
}

/// 退汇 is told plainly: the money is back, and why.
async fn returned(bank: &Bank, fact: &Value) -> anyhow::Result<Vec<Notice>> {
    let id = text(fact, "transfer")?;
    let Some(sent) = bank.payments.notice(id.parse()?).await? else {
        return Ok(Vec::new());
    };
    Ok(vec![Notice {
        customer: sent.customer,
        kind: NoticeKind::TransferReturned {
            amount: sent.amount,
            payee_masked: sent.payee_masked,
            account_tail: sent.account_tail,
            reason: sent.reason.to_owned(),
            at: sent.at,
        },
        dedupe_key: format!("transfer.returned.{id}"),
        link: Some(format!("/h5/transfers/{id}")),
    }])
}

/// The day before a scheduled transfer, or when one was skipped.
async fn scheduled(bank: &Bank, fact: &Value, tomorrow: bool) -> anyhow::Result<Vec<Notice>> {
    let (id, day) = (text(fact, "schedule")?, text(fact, "day")?);
    let Some(due) = bank.payments.plan_notice(id, day, text(fact, "reason")?).await? else {
        return Ok(Vec::new());
    };
    let (amount, payee_masked, account_tail, at) = (due.amount, due.payee_masked, due.account_tail, due.at);
    let kind = if tomorrow {
        NoticeKind::ScheduleTomorrow {
            amount,
            payee_masked,
            account_tail,
            reason: due.warning.to_owned(),
            at,
        }
    } else {
        NoticeKind::ScheduleSkipped {
            amount,
            payee_masked,
            account_tail,
            reason: due.text.to_owned(),
            at,
        }
    };
    let what = if tomorrow { "tomorrow" } else { "skipped" };
    Ok(vec![Notice {
        customer: due.customer,
        kind,
        dedupe_key: format!("schedule.{what}.{id}.{day}"),
        link: Some(format!("/h5/schedules/{id}")),
    }])
}

async fn loss(bank: &Bank, fact: &Value, lifted: bool) -> anyhow::Result<Vec<Notice>> {
    let id = text(fact, "loss")?;
    let Some(facts) = bank.accounts.loss_facts(id).await? else {
        return Ok(Vec::new());
    };
    let (account_tail, receipt_no) = (facts.tail, facts.receipt_no);
    let kind = if lifted {
        NoticeKind::LossLifted {
            account_tail,
            receipt_no,
            at: facts.lifted_at.unwrap_or(facts.blocked_at),
        }
    } else {
        NoticeKind::LossReported {
            account_tail,
            receipt_no,
            at: facts.blocked_at,
        }
    };
    let what = if lifted { "lifted" } else { "reported" };
    Ok(vec![Notice {
        customer: customer(fact)?,
        kind,
        dedupe_key: format!("loss.{what}.{id}"),
        link: Some("/h5/loss".to_owned()),
    }])
}

/// The customer is told that there is an answer; what it says stands behind the door, on the page.
async fn answered(bank: &Bank, fact: &Value) -> anyhow::Result<Vec<Notice>> {
    let id = text(fact, "dispute")?;
    let Some(file) = bank.accounts.dispute_file(id.parse()?).await? else {
        return Ok(Vec::new());
    };
    Ok(vec![Notice {
        customer: file.customer,
        kind: NoticeKind::DisputeAnswered {
            receipt_no: file.receipt_no,
            account_tail: file.account_tail,
            at: bank.cx.clock.now(),
        },
        dedupe_key: format!("dispute.answered.{id}"),
        link: Some("/h5/disputes".to_owned()),
    }])
}

/// A top-up or its refund, with the balance after it; none while the core does not tell that.
async fn topped_up(bank: &Bank, fact: &Value, refunded: bool) -> anyhow::Result<Option<Vec<Notice>>> {
    let topup = text(fact, "topup")?;
    let (id, found) = if refunded {
        let refund = text(fact, "refund")?;
        (refund, bank.payins.refund_notice(refund).await?)
    } else {
        (topup, bank.payins.notice(topup).await?)
    };
    let Some(told) = found else {
        return Ok(Some(Vec::new()));
    };
    let Answer::Done(balance) = bank.outside.core.balance(&told.account_no).await else {
        return Ok(None);
    };
    Ok(Some(vec![Notice {
        customer: told.customer,
        kind: NoticeKind::BalanceChange {
            what: told.what,
            amount: told.amount,
            balance: balance.posted,
            account_tail: told.account_tail,
            at: told.at,
        },
        dedupe_key: format!("topup.{id}"),
        link: Some(format!("/h5/topups/{topup}")),
    }]))
}

/// Other WeChat users of the same customer are warned.
async fn bound(bank: &Bank, fact: &Value) -> anyhow::Result<Vec<Notice>> {
    let (customer, openid) = (customer(fact)?, text(fact, "openid")?);
    if bank.identity.openids_of(customer).await?.len() < 2 {
        return Ok(Vec::new());
    }
    Ok(vec![Notice {
        customer,
        kind: NoticeKind::BoundElsewhere {
            new_openid: openid.to_owned(),
            at: bank.cx.clock.now(),
        },
        dedupe_key: format!("bound.{}", text(fact, "binding")?),
        link: None,
    }])
}
