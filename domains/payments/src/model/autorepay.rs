//! Auto-repay 信用卡自动还款: how much of a bill is repaid, when it is looked at, what was signed. Pure.

use jiff::civil::Date;
use kit::clock::{DAY, HOUR, MINUTE, Ms};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::schedule::{TOLD_BEFORE, TRY_UNTIL, due_at};
use super::transfer::TransferId;

kit::id_type!(
    /// An auto-repay agreement.
    pub(crate) AgreementId
);

/// How often a due day is tried while the account has not enough, and how long it rests between.
const MOST_TRIES: i64 = 3;
const TRY_AFTER: Ms = 4 * HOUR;
/// When the core is silent, or a repayment is under way, it is looked at again after this.
pub(crate) const LOOK_AFTER: Ms = 10 * MINUTE;
/// No bank bills again so soon after a due day.
const NEXT_BILL: Ms = 10 * DAY;

/// How much of each bill.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    /// 全额: what is left of the statement's balance.
    Full,
    /// 最低还款额: what is left of the minimum payment.
    Minimum,
}

impl Kind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Minimum => "minimum",
        }
    }

    /// An unknown word takes the least.
    pub(crate) fn parse(text: &str) -> Self {
        if text == "full" { Self::Full } else { Self::Minimum }
    }

    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Full => "全额还款",
            Self::Minimum => "最低还款额",
        }
    }
}

/// What is open on a card. Fen, never negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Open {
    /// Of the statement's balance.
    pub(crate) bill: i64,
    /// Of the minimum payment.
    pub(crate) minimum: i64,
    /// Of everything, billed or not.
    pub(crate) owed: i64,
    /// Repayments whose outcome is not known yet.
    pub(crate) under_way: i64,
}

impl Open {
    /// What is still to be repaid under an agreement. What is under way counts as repaid, and no more is taken than owed.
    pub(crate) fn due(&self, kind: Kind) -> i64 {
        let asked = match kind {
            Kind::Full => self.bill,
            Kind::Minimum => self.minimum,
        };
        (asked.min(self.owed) - self.under_way).max(0)
    }
}

/// Where an agreement stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AutoRepayState)]
pub(crate) enum Stage {
    AwaitingChallenge,
    Active,
    /// The paying account, the card or the binding can't be used: the customer signs anew.
    Paused,
    /// By the customer.
    Ended,
    /// Another one took its place.
    Replaced,
    Expired,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Begin,
    Pause,
    End,
    Replace,
    Expire,
}

impl Stage {
    const ALL: [Self; 6] = [
        Self::AwaitingChallenge,
        Self::Active,
        Self::Paused,
        Self::Ended,
        Self::Replaced,
        Self::Expired,
    ];

    /// The only table of what may follow what.
    pub(crate) fn after(self, step: Step) -> Option<Self> {
        match (self, step) {
            (Self::AwaitingChallenge, Step::Begin) => Some(Self::Active),
            (Self::AwaitingChallenge, Step::Expire) => Some(Self::Expired),
            (Self::Active, Step::Pause) => Some(Self::Paused),
            (Self::AwaitingChallenge | Self::Active | Self::Paused, Step::End) => Some(Self::Ended),
            (Self::Active | Self::Paused, Step::Replace) => Some(Self::Replaced),
            (Self::AwaitingChallenge, Step::Pause | Step::Replace)
            | (Self::Active, Step::Begin | Step::Expire)
            | (Self::Paused, Step::Begin | Step::Pause | Step::Expire)
            | (Self::Ended | Self::Replaced | Self::Expired, _) => None,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::AwaitingChallenge => "awaiting_challenge",
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Ended => "ended",
            Self::Replaced => "replaced",
            Self::Expired => "expired",
        }
    }

    /// An unknown word moves no money.
    pub(crate) fn parse(text: &str) -> Self {
        let known = Self::ALL.into_iter().find(|stage| stage.name() == text);
        known.unwrap_or(Self::Ended)
    }

    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::AwaitingChallenge => "待验证",
            Self::Active => "已开通",
            Self::Paused => "已暂停",
            Self::Ended => "已关闭",
            Self::Replaced => "已更改",
            Self::Expired => "已过期",
        }
    }
}

/// An agreement; it holds ids only.
#[derive(Clone)]
pub(crate) struct Agreement {
    pub(crate) id: AgreementId,
    pub(crate) customer: identity::CustomerId,
    /// Pays.
    pub(crate) account: accounts::AccountId,
    /// Is repaid.
    pub(crate) card: accounts::AccountId,
    pub(crate) kind: Kind,
    /// Bills that fall due after this day are repaid.
    pub(crate) from_on: String,
    /// The due day of which the customer has been told.
    pub(crate) told_for: String,
    /// The last due day that is dealt with.
    pub(crate) done_for: String,
    /// Times that the due day of now was tried in vain.
    pub(crate) tries: i64,
    pub(crate) look_at: Ms,
    /// Counts its changes: who has seen an older one changes nothing.
    pub(crate) turn: i64,
    pub(crate) stage: Stage,
    /// Why it is paused, as in [`paused_text`].
    pub(crate) reason: String,
    pub(crate) challenge: String,
    pub(crate) bound: String,
    pub(crate) expires_at: Ms,
    pub(crate) created_at: Ms,
}

impl Agreement {
    /// What the customer signs: a change of any part is another text.
    pub(crate) fn signed(&self) -> String {
        let (id, kind) = (self.id, self.kind.name());
        kit::crypto::sha256(&format!("autorepay|{id}|{}|{}|{kind}", self.card, self.account))
    }

    pub(crate) fn stage_at(&self, now: Ms) -> Stage {
        match self.stage.after(Step::Expire) {
            Some(expired) if self.expires_at <= now => expired,
            _ => self.stage,
        }
    }

    /// The day after which bills are repaid; they are once.
    pub(crate) fn after_on(&self) -> &str {
        (&*self.from_on).max(&self.done_for)
    }
}

/// What a look at a bill leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// Nothing before this instant.
    Wait(Ms),
    /// The customer is told of tomorrow.
    Tell,
    Repay,
    /// The due day passed while nothing could be done.
    Late,
}

/// What is to be done now about the bill that falls due on a day.
pub(crate) fn turn(a: &Agreement, due: Date, now: Ms) -> Turn {
    let (day, at) = (due.to_string(), due_at(due));
    if *day <= *a.after_on() {
        return Turn::Wait((at + NEXT_BILL).max(now + DAY));
    }
    match now {
        _ if now < at - TOLD_BEFORE => Turn::Wait(at - TOLD_BEFORE),
        _ if now < at && a.told_for == day => Turn::Wait(at),
        _ if now < at => Turn::Tell,
        _ if now > at + TRY_UNTIL => Turn::Late,
        _ => Turn::Repay,
    }
}

/// When a due day that failed for the `tries`th time is tried again; none when it was the last time.
pub(crate) fn try_again(due: Date, tries: i64, now: Ms) -> Option<Ms> {
    let at = now + TRY_AFTER;
    (tries < MOST_TRIES && at <= due_at(due) + TRY_UNTIL).then_some(at)
}

/// The transfer of an attempt at a bill. Nodes and restarts make the same id, under which the core books once; like
/// every id it begins with an instant, that of the due day.
pub(crate) fn transfer_id(card: accounts::AccountId, due: Date, attempt: i64) -> TransferId {
    let hash = kit::crypto::sha256(&format!("autorepay|{card}|{due}|{attempt}"));
    let noise = hash.get(..32).and_then(|hex| u128::from_str_radix(hex, 16).ok());
    let instant = u128::try_from(due_at(due)).unwrap_or(0) << 80;
    // UUIDv7: 48 bits of time, version 7, 12 bits, variant 2, 62 bits.
    let rest = noise.unwrap_or(0) & 0x0fff_3fff_ffff_ffff_ffff;
    kit::ids::export::Uuid::from_u128(instant | rest | 7 << 76 | 2 << 62).into()
}

/// What became of one bill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) due_on: String,
    pub(crate) attempt: i64,
    /// Empty when none was made.
    pub(crate) transfer: String,
    /// Fen.
    pub(crate) amount_fen: i64,
    /// `sent` or `failed`.
    pub(crate) result: String,
    pub(crate) reason: String,
    pub(crate) at: Ms,
}

/// Why a bill was not repaid, as the customer is told.
pub(crate) fn failed_text(reason: &str) -> &'static str {
    match reason {
        "insufficient" => "余额不足，请尽快手动还款，以免逾期",
        "refused" => "银行没有办理，请尽快手动还款，以免逾期",
        _ => "到期日没有办成，请尽快手动还款",
    }
}

/// Why an agreement is paused; at most 20 characters, for a template's field.
pub(crate) fn paused_text(reason: &str) -> &'static str {
    match reason {
        "card" => "信用卡目前不能入账，请联系客服95000",
        "binding" => "微信已解绑，请手动还款",
        _ => "付款账户不能使用，请手动还款",
    }
}

/// What would stop it tomorrow, behind a sentence; empty when nothing would.
pub(crate) fn warning_text(reason: &str) -> &'static str {
    match reason {
        "" => "",
        "insufficient" => "，现在余额不足，请提前存入",
        "card" => "，信用卡目前不能入账，请致电95000",
        _ => "，付款账户现在不能使用，请核对",
    }
}

#[cfg(test)]
#[path = "autorepay_tests.rs"]
mod tests;
