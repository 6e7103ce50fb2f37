//! Scheduled transfers: once on a day, every week, every month 预约与定期转账. Pure: dates in, dates out.

use jiff::ToSpan as _;
use jiff::civil::Date;
use kit::clock::{DAY, HOUR, Ms, day_bounds};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::transfer::Bank;

kit::id_type!(
    /// A scheduled transfer.
    pub(crate) ScheduleId
);

/// Due transfers leave at nine, Shanghai; the customer is told at nine the day before.
const LEAVES_AT: Ms = 9 * HOUR;
pub(crate) const TOLD_BEFORE: Ms = DAY;
/// While the core does not answer, a due transfer is tried again until the evening of its day.
pub(crate) const TRY_UNTIL: Ms = 13 * HOUR;
/// The first day may be so far ahead, the last so far after the first. Days.
const MOST_AHEAD: i32 = 366;
const MOST_LONG: i32 = 731;
/// Active schedules of one customer.
pub(crate) const MOST_ACTIVE: i64 = 50;

/// How often.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Frequency {
    Once,
    Weekly,
    /// On the day of the first one; on the month's last day where a month is shorter.
    Monthly,
}

impl Frequency {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Once => "once",
            Self::Weekly => "weekly",
            Self::Monthly => "monthly",
        }
    }

    /// An unknown word is the least: once.
    pub(crate) fn parse(text: &str) -> Self {
        match text {
            "weekly" => Self::Weekly,
            "monthly" => Self::Monthly,
            _ => Self::Once,
        }
    }
}

/// When a schedule is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    pub(crate) frequency: Frequency,
    pub(crate) first: Date,
    /// The last day on which it may be due, inclusive.
    pub(crate) until: Date,
}

/// What is wrong with a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PlanFlaw {
    /// The first day is not after today, or too far ahead.
    First,
    /// The end lies before the first day, or too far after it.
    Until,
}

impl Plan {
    pub(crate) fn check(&self, today: Date) -> Result<(), PlanFlaw> {
        let ahead = (self.first - today).get_days();
        if !(1..=MOST_AHEAD).contains(&ahead) {
            return Err(PlanFlaw::First);
        }
        let long = (self.until - self.first).get_days();
        let most = if self.frequency == Frequency::Once {
            0
        } else {
            MOST_LONG
        };
        if !(0..=most).contains(&long) {
            return Err(PlanFlaw::Until);
        }
        Ok(())
    }

    /// The due day of a turn, counted from 0; none after the end. Months are counted from the first day, so that
    /// the 31st stays the 31st after February.
    pub(crate) fn day(&self, turn: i64) -> Option<Date> {
        let turn = i32::try_from(turn).ok()?;
        let day = match self.frequency {
            Frequency::Once if turn > 0 => return None,
            Frequency::Once => self.first,
            Frequency::Weekly => self.first.checked_add(turn.weeks()).ok()?,
            Frequency::Monthly => self.first.checked_add(turn.months()).ok()?,
        };
        (day <= self.until).then_some(day)
    }

    /// How many times it will be due.
    pub(crate) fn count(&self) -> i64 {
        let most = i64::from(MOST_LONG);
        (0..=most).find(|turn| self.day(*turn).is_none()).unwrap_or(most)
    }

    /// What the customer reads: `每月5日，至2027-05-05，共6次`.
    pub(crate) fn text(&self) -> String {
        match self.frequency {
            Frequency::Once => format!("{}转出一次", self.first),
            Frequency::Weekly => {
                let names = ["一", "二", "三", "四", "五", "六", "日"];
                let at = usize::try_from(self.first.weekday().to_monday_zero_offset()).unwrap_or(0);
                let name = names.get(at).copied().unwrap_or("");
                format!("每周{name}，至{}，共{}次", self.until, self.count())
            }
            Frequency::Monthly => {
                format!(
                    "每月{}日，至{}，共{}次",
                    self.first.day(),
                    self.until,
                    self.count()
                )
            }
        }
    }
}

/// The instant at which a due day's transfer leaves.
pub(crate) fn due_at(day: Date) -> Ms {
    day_bounds(day).0 + LEAVES_AT
}

/// Where a schedule stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Stage {
    AwaitingChallenge,
    Active,
    /// Every day has been dealt with.
    Ended,
    Cancelled,
    Expired,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Begin,
    End,
    Cancel,
    Expire,
}

impl Stage {
    const ALL: [Self; 5] = [
        Self::AwaitingChallenge,
        Self::Active,
        Self::Ended,
        Self::Cancelled,
        Self::Expired,
    ];

    /// The only table of what may follow what.
    pub(crate) fn after(self, step: Step) -> Option<Self> {
        match (self, step) {
            (Self::AwaitingChallenge, Step::Begin) => Some(Self::Active),
            (Self::AwaitingChallenge | Self::Active, Step::Cancel) => Some(Self::Cancelled),
            (Self::AwaitingChallenge, Step::Expire) => Some(Self::Expired),
            (Self::Active, Step::End) => Some(Self::Ended),
            (Self::AwaitingChallenge, Step::End)
            | (Self::Active, Step::Begin | Step::Expire)
            | (Self::Ended | Self::Cancelled | Self::Expired, _) => None,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::AwaitingChallenge => "awaiting_challenge",
            Self::Active => "active",
            Self::Ended => "ended",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
        }
    }

    /// An unknown word moves no money.
    pub(crate) fn parse(text: &str) -> Self {
        Self::ALL
            .into_iter()
            .find(|stage| stage.name() == text)
            .unwrap_or(Self::Cancelled)
    }

    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::AwaitingChallenge => "待验证",
            Self::Active => "进行中",
            Self::Ended => "已完成",
            Self::Cancelled => "已取消",
            Self::Expired => "已过期",
        }
    }
}

/// A schedule in clear.
#[derive(Clone)]
pub(crate) struct Schedule {
    pub(crate) id: ScheduleId,
    pub(crate) customer: identity::CustomerId,
    pub(crate) account: accounts::AccountId,
    pub(crate) from_no: String,
    pub(crate) to_no: String,
    pub(crate) to_idx: String,
    pub(crate) to_name: String,
    pub(crate) bank: Bank,
    pub(crate) amount_fen: i64,
    pub(crate) memo: String,
    pub(crate) plan: Plan,
    /// The due day of this turn; the day of the last one after the end.
    pub(crate) next: Date,
    pub(crate) turn: i64,
    pub(crate) due_at: Ms,
    /// The due day that the customer has been told of.
    pub(crate) told_for: String,
    pub(crate) stage: Stage,
    pub(crate) challenge: String,
    pub(crate) bound: String,
    pub(crate) expires_at: Ms,
    pub(crate) created_at: Ms,
}

impl Schedule {
    /// What the customer signs: a change of any part is another text.
    pub(crate) fn signed(&self) -> String {
        kit::crypto::sha256(&format!(
            "schedule|{}|{}|{}|{}|{}|CNY|{}|{}|{}",
            self.id,
            self.from_no,
            self.to_no,
            self.bank.code,
            self.amount_fen,
            self.plan.frequency.name(),
            self.plan.first,
            self.plan.until
        ))
    }

    pub(crate) fn stage_at(&self, now: Ms) -> Stage {
        match self.stage.after(Step::Expire) {
            Some(expired) if self.expires_at <= now => expired,
            _ => self.stage,
        }
    }
}

/// What became of one due day: a transfer, or why there was none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) due_on: String,
    /// Empty when the day was skipped.
    pub(crate) transfer: String,
    /// `sent` or `skipped`.
    pub(crate) result: String,
    pub(crate) reason: String,
    pub(crate) at: Ms,
}

/// Why a due day passed without a transfer, as the customer is told.
pub(crate) fn skipped_text(reason: &str) -> &'static str {
    match reason {
        "insufficient" => "账户余额不足，这次没有转出",
        "limit" => "超过转账限额，这次没有转出",
        "blocked" => "付款账户不能使用，这次没有转出",
        "payee" => "收款账户或姓名有变化，这次没有转出",
        "refused" => "银行没有办理，这次没有转出",
        _ => "当天银行系统没有办成，这次没有转出",
    }
}

/// The same said the day before, behind a sentence.
pub(crate) fn warning_text(reason: &str) -> &'static str {
    match reason {
        "" => "",
        "insufficient" => "，现在余额不足，请提前存入",
        "payee" => "，收款账户或姓名有变化，请核对",
        _ => "，付款账户现在不能使用，请核对",
    }
}

#[cfg(test)]
#[path = "schedule_tests.rs"]
mod tests;
