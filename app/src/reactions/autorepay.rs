//! A card's auto-repay is told: the day before, when it did not succeed, when it stops.

use outreach::{AutoRepay, Notice, NoticeKind};
use serde_json::Value;

use super::text;
use crate::wire::Bank;

pub(super) async fn told(bank: &Bank, fact: &Value, what: AutoRepay) -> anyhow::Result<Vec<Notice>> {
    let (id, day) = (text(fact, "agreement")?, text(fact, "day")?);
    let amount = fact.get("amount").and_then(Value::as_i64).unwrap_or(0);
    let notice = bank
        .payments
        .autorepay_notice((id, day), amount, text(fact, "reason")?);
    let Some(known) = notice.await? else {
        return Ok(Vec::new());
    };
    let (name, reason, page) = match what {
        AutoRepay::Tomorrow => ("tomorrow", known.warning, "repay/auto"),
        AutoRepay::Failed => ("failed", known.failed, "repay"),
        AutoRepay::Paused => ("paused", known.paused, "repay/auto"),
    };
    Ok(vec![Notice {
        customer: known.customer,
        kind: NoticeKind::AutoRepay {
            what,
            amount: known.amount,
            card: format!("信用卡尾号{}", known.card_tail),
            account_tail: known.account_tail,
            reason: reason.to_owned(),
            at: known.at,
        },
        dedupe_key: format!("autorepay.{name}.{id}.{day}"),
        link: Some(format!("/h5/{page}?card={}", known.card)),
    }])
}
