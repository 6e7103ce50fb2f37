//! A transfer and its life.

use kit::clock::{DAY, HOUR, MINUTE, Ms, SECOND};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::purpose::Purpose;

kit::id_type!(
    /// A transfer; the same id names it to the core bank.
    pub TransferId
);

/// Where a transfer stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Waits for the customer's proof.
    AwaitingChallenge,
    /// Authorised for later (普通、次日到账, or a cooling-off): not sent yet, the money is held, may be taken back.
    Waiting,
    /// Authorised and on its way; the core has it or will have it. Also every unknown outcome.
    Processing,
    /// The core has taken the money and handed the order to the clearing between banks.
    AtClearing,
    Succeeded,
    /// 退汇: the other bank did not take it, and the money is back.
    Returned,
    Failed,
    Cancelled,
    /// The proof did not come in time.
    Expired,
}

/// What may happen to a transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Move {
    /// Proved, and to be sent at once.
    Authorise,
    /// Proved, and to be sent later.
    Postpone,
    /// Its time has come.
    Send,
    Cancel,
    Expire,
    /// The clearing has it.
    Accept,
    /// Booked for good.
    Book,
    /// Refused for good, by the core or at the hold.
    Refuse,
    /// Sent back by the other bank.
    Return,
}

impl State {
    pub(crate) const ALL: [Self; 9] = [
        Self::AwaitingChallenge,
        Self::Waiting,
        Self::Processing,
        Self::AtClearing,
        Self::Succeeded,
        Self::Returned,
        Self::Failed,
        Self::Cancelled,
        Self::Expired,
    ];

    /// The only table of what may follow what; terminal states have no way out.
    pub(crate) fn after(self, step: Move) -> Option<Self> {
        use Move::{Accept, Authorise, Book, Cancel, Expire, Postpone, Refuse, Return, Send};
        match (self, step) {
            (Self::AwaitingChallenge, Authorise) | (Self::Waiting, Send) => Some(Self::Processing),
            (Self::AwaitingChallenge, Postpone) => Some(Self::Waiting),
            (Self::AwaitingChallenge | Self::Waiting, Cancel) => Some(Self::Cancelled),
            (Self::AwaitingChallenge, Expire) => Some(Self::Expired),
            (Self::Processing, Accept) => Some(Self::AtClearing),
            (Self::Processing | Self::AtClearing, Book) => Some(Self::Succeeded),
            (Self::Waiting | Self::Processing | Self::AtClearing, Refuse) => Some(Self::Failed),
            (Self::Processing | Self::AtClearing, Return) => Some(Self::Returned),
            (Self::AwaitingChallenge, Send | Accept | Book | Refuse | Return)
            | (Self::Waiting, Authorise | Postpone | Expire | Accept | Book | Return)
            | (Self::Processing, Authorise | Postpone | Send | Cancel | Expire)
            | (Self::AtClearing, Authorise | Postpone | Send | Cancel | Expire | Accept)
            | (Self::Succeeded | Self::Returned | Self::Failed | Self::Cancelled | Self::Expired, _) => None,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::AwaitingChallenge => "awaiting_challenge",
            Self::Waiting => "waiting",
            Self::Processing => "processing",
            Self::AtClearing => "at_clearing",
            Self::Succeeded => "succeeded",
            Self::Returned => "returned",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == text)
    }

    /// What the customer reads.
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::AwaitingChallenge => "待验证",
            Self::Waiting => "等待转出",
            Self::Processing => "处理中",
            Self::AtClearing => "处理中，已提交清算",
            Self::Succeeded => "转账成功",
            Self::Returned => "已退汇，款项已退回",
            Self::Failed => "转账失败",
            Self::Cancelled => "已取消",
            Self::Expired => "已过期",
        }
    }

    /// On its way: the core or the clearing is asked until it is known.
    pub(crate) fn in_flight(self) -> bool {
        matches!(self, Self::Processing | Self::AtClearing)
    }
}

/// 到账方式: when the money leaves, as the customer chose (银发〔2016〕261号: real-time, ordinary or next day).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Arrival {
    #[default]
    Realtime,
    /// Leaves after two hours.
    Ordinary,
    /// Leaves after a day.
    NextDay,
}

impl Arrival {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Realtime => "realtime",
            Self::Ordinary => "ordinary",
            Self::NextDay => "next_day",
        }
    }

    /// An unknown word waits longest: the customer can still take it back.
    pub(crate) fn parse(text: &str) -> Self {
        match text {
            "realtime" => Self::Realtime,
            "ordinary" => Self::Ordinary,
            _ => Self::NextDay,
        }
    }

    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Realtime => "实时到账",
            Self::Ordinary => "普通到账（2小时）",
            Self::NextDay => "次日到账",
        }
    }

    /// How long the order stays with us before it is sent.
    pub(crate) fn wait(self) -> Ms {
        match self {
            Self::Realtime => 0,
            Self::Ordinary => 2 * HOUR,
            Self::NextDay => DAY,
        }
    }
}

/// The money of a transfer that waits, in the core.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hold {
    /// Nothing is held: the transfer is or was sent at once.
    None,
    /// Asked for; the core has not confirmed it.
    Wanted,
    Held,
    /// No longer needed; the core has not confirmed that it is free.
    Unwanted,
    /// Posted, freed or never there.
    Over,
}

impl Hold {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Wanted => "wanted",
            Self::Held => "held",
            Self::Unwanted => "unwanted",
            Self::Over => "over",
        }
    }

    pub(crate) fn parse(text: &str) -> Self {
        match text {
            "" => Self::None,
            "held" => Self::Held,
            "unwanted" => Self::Unwanted,
            "over" => Self::Over,
            _ => Self::Wanted,
        }
    }
}

/// A bank between which money is cleared; ours has neither code nor name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Bank {
    pub(crate) code: String,
    pub(crate) name: String,
}

impl Bank {
    pub(crate) fn is_ours(&self) -> bool {
        self.code.is_empty()
    }
}

/// A transfer in clear; names and numbers leave the server masked.
#[derive(Clone)]
pub(crate) struct Transfer {
    pub(crate) id: TransferId,
    pub(crate) customer: identity::CustomerId,
    pub(crate) account: accounts::AccountId,
    pub(crate) purpose: Purpose,
    /// The payer's card, or account where there is no card.
    pub(crate) from_no: String,
    pub(crate) from_name: String,
    /// As the customer gave it: a card or an account number.
    pub(crate) to_no: String,
    /// Blind index of the account behind `to_no`.
    pub(crate) to_idx: String,
    pub(crate) to_name: String,
    pub(crate) amount_fen: i64,
    pub(crate) fee_fen: i64,
    pub(crate) memo: String,
    pub(crate) state: State,
    pub(crate) reason: String,
    pub(crate) challenge: String,
    pub(crate) bound: String,
    pub(crate) expires_at: Ms,
    pub(crate) business_date: String,
    pub(crate) reference: String,
    pub(crate) created_at: Ms,
    pub(crate) authorised_at: Ms,
    pub(crate) done_at: Ms,
    pub(crate) checks: i64,
    pub(crate) next_check_at: Ms,
    /// The payee's bank.
    pub(crate) bank: Bank,
    pub(crate) arrival: Arrival,
    /// A new payee, a large amount, at night: it waits, whatever arrival was chosen.
    pub(crate) cooling: bool,
    /// When it leaves us, while it waits.
    pub(crate) execute_at: Ms,
    pub(crate) hold: Hold,
    /// The core knows the hold and its release by these; empty where nothing is held.
    pub(crate) hold_id: String,
    pub(crate) void_id: String,
    /// The schedule that made it; empty for one made by hand.
    pub(crate) schedule: String,
    pub(crate) sent_at: Ms,
    pub(crate) accepted_at: Ms,
}

/// What the customer signs of a transfer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Signed<'a> {
    pub(crate) id: TransferId,
    pub(crate) from_no: &'a str,
    pub(crate) to_no: &'a str,
    pub(crate) amount_fen: i64,
    pub(crate) bank: &'a str,
    pub(crate) arrival: Arrival,
}

impl Signed<'_> {
    /// A change of any part is another text.
    pub(crate) fn text(&self) -> String {
        let Self {
            id,
            from_no,
            to_no,
            amount_fen,
            bank,
            arrival,
        } = self;
        kit::crypto::sha256(&format!(
            "transfer|{id}|{from_no}|{to_no}|{amount_fen}|CNY|{bank}|{}",
            arrival.name()
        ))
    }
}

impl Transfer {
    /// Nothing known yet but whose it is.
    pub(crate) fn blank(
        id: TransferId,
        customer: identity::CustomerId,
        account: accounts::AccountId,
    ) -> Self {
        Self {
            id,
            customer,
            account,
            purpose: Purpose::Transfer,
            from_no: String::new(),
            from_name: String::new(),
            to_no: String::new(),
            to_idx: String::new(),
            to_name: String::new(),
            amount_fen: 0,
            fee_fen: 0,
            memo: String::new(),
            state: State::AwaitingChallenge,
            reason: String::new(),
            challenge: String::new(),
            bound: String::new(),
            expires_at: 0,
            business_date: String::new(),
            reference: String::new(),
            created_at: 0,
            authorised_at: 0,
            done_at: 0,
            checks: 0,
            next_check_at: 0,
            bank: Bank::default(),
            arrival: Arrival::Realtime,
            cooling: false,
            execute_at: 0,
            hold: Hold::None,
            hold_id: String::new(),
            void_id: String::new(),
            schedule: String::new(),
            sent_at: 0,
            accepted_at: 0,
        }
    }

    /// Where it stands now: a proof that is overdue has made it expire.
    pub(crate) fn state_at(&self, now: Ms) -> State {
        let overdue = self.expires_at <= now;
        match self.state.after(Move::Expire) {
            Some(expired) if overdue => expired,
            _ => self.state,
        }
    }

    /// As it stands when this step has ended it.
    pub(crate) fn ended(&self, step: Move, reference: &str, now: Ms) -> Option<Self> {
        Some(Self {
            state: self.state.after(step)?,
            reason: String::new(),
            reference: reference.to_owned(),
            done_at: now,
            next_check_at: 0,
            ..self.clone()
        })
    }

    /// When its order left us; old rows were sent when they were authorised.
    pub(crate) fn left_at(&self) -> Ms {
        self.sent_at.max(self.authorised_at)
    }
}

/// When to ask the core again for an unknown outcome: 1 s, 5 s, 30 s, 1 min, 5 min, then every 30 min.
pub(crate) fn ask_again_after(checks: i64) -> Ms {
    match checks {
        ..=0 => SECOND,
        1 => 5 * SECOND,
        2 => 30 * SECOND,
        3 => MINUTE,
        4 => 5 * MINUTE,
        _ => 30 * MINUTE,
    }
}

#[cfg(test)]
#[path = "transfer_tests.rs"]
mod tests;
