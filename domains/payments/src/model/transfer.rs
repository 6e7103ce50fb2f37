//! A transfer and its life.

use kit::clock::{MINUTE, Ms, SECOND};
use serde::Serialize;
use utoipa::ToSchema;

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
    /// Authorised; the core has it or will have it. Also every unknown outcome.
    Processing,
    Succeeded,
    Failed,
    Cancelled,
    /// The proof did not come in time.
    Expired,
}

/// What may happen to a transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Move {
    Authorise,
    Cancel,
    Expire,
    /// The core has booked it.
    Book,
    /// The core has refused it for good.
    Refuse,
}

impl State {
    pub(crate) const ALL: [Self; 6] = [
        Self::AwaitingChallenge,
        Self::Processing,
        Self::Succeeded,
        Self::Failed,
        Self::Cancelled,
        Self::Expired,
    ];

    /// The only table of what may follow what; terminal states have no way out.
    pub(crate) fn after(self, step: Move) -> Option<Self> {
        match (self, step) {
            (Self::AwaitingChallenge, Move::Authorise) => Some(Self::Processing),
            (Self::AwaitingChallenge, Move::Cancel) => Some(Self::Cancelled),
            (Self::AwaitingChallenge, Move::Expire) => Some(Self::Expired),
            (Self::Processing, Move::Book) => Some(Self::Succeeded),
            (Self::Processing, Move::Refuse) => Some(Self::Failed),
            (Self::AwaitingChallenge, Move::Book | Move::Refuse)
            | (Self::Processing, Move::Authorise | Move::Cancel | Move::Expire)
            | (Self::Succeeded | Self::Failed | Self::Cancelled | Self::Expired, _) => None,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::AwaitingChallenge => "awaiting_challenge",
            Self::Processing => "processing",
            Self::Succeeded => "succeeded",
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
            Self::Processing => "处理中",
            Self::Succeeded => "转账成功",
            Self::Failed => "转账失败",
            Self::Cancelled => "已取消",
            Self::Expired => "已过期",
        }
    }
}

/// A transfer in clear; names and numbers leave the server masked.
#[derive(Clone)]
pub(crate) struct Transfer {
    pub(crate) id: TransferId,
    pub(crate) customer: identity::CustomerId,
    pub(crate) account: accounts::AccountId,
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
}

impl Transfer {
    /// What the customer signs: a change of any part is another text.
    pub(crate) fn bound(id: TransferId, from_no: &str, to_no: &str, amount_fen: i64) -> String {
        kit::crypto::sha256(&format!("transfer|{id}|{from_no}|{to_no}|{amount_fen}|CNY"))
    }

    /// Where it stands now: a proof that is overdue has made it expire.
    pub(crate) fn state_at(&self, now: Ms) -> State {
        let overdue = self.expires_at <= now;
        match self.state.after(Move::Expire) {
            Some(expired) if overdue => expired,
            _ => self.state,
        }
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
mod tests {
    use super::*;

    #[test]
    fn the_life_of_a_transfer_as_a_table() {
        use Move::{Authorise, Book, Cancel, Expire, Refuse};
        use State::{AwaitingChallenge, Cancelled, Expired, Failed, Processing, Succeeded};
        let allowed = [
            (AwaitingChallenge, Authorise, Processing),
            (AwaitingChallenge, Cancel, Cancelled),
            (AwaitingChallenge, Expire, Expired),
            (Processing, Book, Succeeded),
            (Processing, Refuse, Failed),
        ];
        for from in State::ALL {
            for step in [Authorise, Cancel, Expire, Book, Refuse] {
                let expected = allowed
                    .iter()
                    .find(|(f, s, _)| (*f, *s) == (from, step))
                    .map(|(.., to)| *to);
                assert_eq!(from.after(step), expected, "{from:?} {step:?}");
            }
            assert_eq!(State::parse(from.name()), Some(from));
        }
    }

    #[test]
    fn a_change_of_anything_signed_is_another_text() {
        let id: TransferId = "01920000-0000-7000-8000-000000000001".parse().unwrap();
        let signed = Transfer::bound(id, "a", "b", 1);
        assert_ne!(signed, Transfer::bound(id, "a", "c", 1));
        assert_ne!(signed, Transfer::bound(id, "a", "b", 2));
        assert_ne!(signed, Transfer::bound(id, "x", "b", 1));
        assert_eq!(signed, Transfer::bound(id, "a", "b", 1));
    }
}
