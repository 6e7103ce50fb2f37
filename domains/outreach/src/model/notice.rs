//! Service notices 服务通知: what a customer is told, in the bank's words and in WeChat's fields.

use identity::{CustomerId, Preferences};
use kit::clock::{Ms, text_of};
use kit::money::Money;
use serde::{Deserialize, Serialize};
use weigui_wechat::client::values;

use super::catalogue::{self, AutoRepay};
use super::pattern::{fill, is_our_page, moment, moved, no_marketing, party};
use crate::error::Error;

/// What happened, with all that the notice shows. Names come masked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoticeKind {
    TransferDone {
        amount: Money,
        payee_masked: String,
        account_tail: String,
        at: Ms,
    },
    /// `reason` is the bank's own sentence, without persons.
    TransferFailed {
        amount: Money,
        payee_masked: String,
        account_tail: String,
        reason: String,
        at: Ms,
    },
    /// 退汇: another bank sent it back and the money is on the account again. `reason` as above.
    TransferReturned {
        amount: Money,
        payee_masked: String,
        account_tail: String,
        reason: String,
        at: Ms,
    },
    /// A scheduled transfer is due tomorrow, at `at`; `reason` says what would stop it now, or nothing.
    ScheduleTomorrow {
        amount: Money,
        payee_masked: String,
        account_tail: String,
        reason: String,
        at: Ms,
    },
    /// A scheduled transfer was due at `at` and was not made.
    ScheduleSkipped {
        amount: Money,
        payee_masked: String,
        account_tail: String,
        reason: String,
        at: Ms,
    },
    /// A credit card was repaid; `card` is `信用卡尾号1234`.
    RepaymentDone {
        amount: Money,
        card: String,
        account_tail: String,
        at: Ms,
    },
    RepaymentFailed {
        amount: Money,
        card: String,
        account_tail: String,
        reason: String,
        at: Ms,
    },
    /// A card's auto-repay; `reason` says what would stop it, or did.
    AutoRepay {
        what: AutoRepay,
        amount: Money,
        card: String,
        account_tail: String,
        reason: String,
        at: Ms,
    },
    /// A bill was paid, or not and the money is free.
    BillPaid {
        amount: Money,
        biller: String,
        account_tail: String,
        at: Ms,
    },
    BillRefused {
        amount: Money,
        biller: String,
        account_tail: String,
        reason: String,
        at: Ms,
    },
    MoneyIn {
        amount: Money,
        balance: Money,
        payer_masked: String,
        account_tail: String,
        at: Ms,
    },
    LossReported {
        account_tail: String,
        receipt_no: String,
        at: Ms,
    },
    LossLifted {
        account_tail: String,
        receipt_no: String,
        at: Ms,
    },
    /// Another WeChat user was bound; the others are warned, `new_openid` is not.
    BoundElsewhere { new_openid: String, at: Ms },
    /// Whatever moved money on an account; `what` is a word of at most five characters.
    BalanceChange {
        what: &'static str,
        amount: Money,
        balance: Money,
        account_tail: String,
        at: Ms,
    },
    /// A dispute of a line has its answer.
    DisputeAnswered {
        receipt_no: String,
        account_tail: String,
        at: Ms,
    },
}

/// A notice to a customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    pub customer: CustomerId,
    pub kind: NoticeKind,
    /// One notice per key, whoever asks and how often: 1 to 120 ASCII characters.
    pub dedupe_key: String,
    /// The page that it opens, below `/h5/`, with ids at most; none for the kind's own page.
    pub link: Option<String>,
}

/// A notice as it waits: every text final, so that nothing can go wrong later.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Message {
    pub(crate) kind: String,
    /// Keys and values of the template.
    pub(crate) rows: Vec<(String, String)>,
    pub(crate) page: String,
    pub(crate) sms: String,
    /// The amount, when this is a balance change, which customers may choose not to hear of.
    pub(crate) change_fen: Option<i64>,
    /// Who is not told.
    pub(crate) except: Option<String>,
}

impl NoticeKind {
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::TransferDone { .. } => "transfer_done",
            Self::TransferFailed { .. } => "transfer_failed",
            Self::TransferReturned { .. } => "transfer_returned",
            Self::ScheduleTomorrow { .. } => "schedule_tomorrow",
            Self::ScheduleSkipped { .. } => "schedule_skipped",
            Self::RepaymentDone { .. } => "repayment_done",
            Self::RepaymentFailed { .. } => "repayment_failed",
            Self::AutoRepay { what, .. } => what.name(),
            Self::BillPaid { .. } => "bill_paid",
            Self::BillRefused { .. } => "bill_refused",
            Self::MoneyIn { .. } => "money_in",
            Self::LossReported { .. } => "loss_reported",
            Self::LossLifted { .. } => "loss_lifted",
            Self::BoundElsewhere { .. } => "bound_elsewhere",
            Self::BalanceChange { .. } => "balance_change",
            Self::DisputeAnswered { .. } => "dispute_answered",
        }
    }

    fn at(&self) -> Ms {
        match self {
            Self::TransferDone { at, .. }
            | Self::TransferFailed { at, .. }
            | Self::TransferReturned { at, .. }
            | Self::ScheduleTomorrow { at, .. }
            | Self::ScheduleSkipped { at, .. }
            | Self::RepaymentDone { at, .. }
            | Self::RepaymentFailed { at, .. }
            | Self::AutoRepay { at, .. }
            | Self::BillPaid { at, .. }
            | Self::BillRefused { at, .. }
            | Self::MoneyIn { at, .. }
            | Self::LossReported { at, .. }
            | Self::LossLifted { at, .. }
            | Self::BoundElsewhere { at, .. }
            | Self::BalanceChange { at, .. }
            | Self::DisputeAnswered { at, .. } => *at,
        }
    }

    /// The words that stand for `{name}` in the catalogue.
    fn facts(&self) -> Vec<(&'static str, String)> {
        let mut facts = self.of_a_transfer().unwrap_or_else(|| self.of_an_account());
        facts.push(("time", text_of(self.at())));
        facts.push(("moment", moment(self.at())));
        facts
    }

    /// Who is paid how much, and why not; none when this is about something else.
    fn of_a_transfer(&self) -> Option<Vec<(&'static str, String)>> {
        match self {
            Self::TransferDone {
                amount,
                payee_masked,
                account_tail,
                ..
            } => Some(moved(*amount, payee_masked, account_tail, "")),
            Self::TransferFailed {
                amount,
                payee_masked,
                account_tail,
                reason,
                ..
            }
            | Self::TransferReturned {
                amount,
                payee_masked,
                account_tail,
                reason,
                ..
            }
            | Self::ScheduleTomorrow {
                amount,
                payee_masked,
                account_tail,
                reason,
                ..
            }
            | Self::ScheduleSkipped {
                amount,
                payee_masked,
                account_tail,
                reason,
                ..
            } => Some(moved(*amount, payee_masked, account_tail, reason)),
            _ => self.of_a_payment(),
        }
    }

    /// The same of a card that is repaid and of a bill.
    fn of_a_payment(&self) -> Option<Vec<(&'static str, String)>> {
        match self {
            Self::RepaymentDone {
                amount,
                card: to,
                account_tail,
                ..
            }
            | Self::BillPaid {
                amount,
                biller: to,
                account_tail,
                ..
            } => Some(moved(*amount, to, account_tail, "")),
            Self::RepaymentFailed {
                amount,
                card: to,
                account_tail,
                reason,
                ..
            }
            | Self::AutoRepay {
                amount,
                card: to,
                account_tail,
                reason,
                ..
            }
            | Self::BillRefused {
                amount,
                biller: to,
                account_tail,
                reason,
                ..
            } => Some(moved(*amount, to, account_tail, reason)),
            _ => None,
        }
    }

    fn of_an_account(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::MoneyIn {
                amount,
                balance,
                payer_masked,
                account_tail,
                ..
            } => vec![
                ("amount", amount.yuan_text()),
                ("balance", balance.yuan_text()),
                ("party", party(payer_masked)),
                ("tail", account_tail.clone()),
            ],
            Self::BalanceChange {
                what,
                amount,
                balance,
                account_tail,
                ..
            } => vec![
                ("what", (*what).to_owned()),
                ("amount", amount.yuan_text()),
                ("balance", balance.yuan_text()),
                ("tail", account_tail.clone()),
            ],
            Self::LossReported {
                account_tail,
                receipt_no,
                ..
            }
            | Self::LossLifted {
                account_tail,
                receipt_no,
                ..
            }
            | Self::DisputeAnswered {
                account_tail,
                receipt_no,
                ..
            } => {
                vec![("tail", account_tail.clone()), ("receipt", receipt_no.clone())]
            }
            _ => vec![],
        }
    }

    fn change_fen(&self) -> Option<i64> {
        match self {
            Self::TransferDone { amount, .. }
            | Self::RepaymentDone { amount, .. }
            | Self::BillPaid { amount, .. }
            | Self::MoneyIn { amount, .. }
            | Self::BalanceChange { amount, .. } => Some(amount.fen()),
            _ => None,
        }
    }
}

impl Notice {
    /// Every text of the notice, checked against WeChat's rules and ours.
    pub(crate) fn message(&self) -> Result<Message, Error> {
        let entry = catalogue::entry(&self.kind);
        let facts = self.kind.facts();
        let rows: Vec<_> = entry
            .rows
            .iter()
            .map(|(key, pattern)| ((*key).to_owned(), values::fit(key, &fill(pattern, &facts))))
            .collect();
        for (key, value) in &rows {
            values::check(key, value)?;
        }
        let sms = fill(entry.sms, &facts);
        for text in rows.iter().map(|(_, value)| value).chain([&sms]) {
            no_marketing(text)?;
        }
        let page = self.link.as_deref().unwrap_or(entry.page);
        if !is_our_page(page) {
            return Err(Error::Link);
        }
        let except = match &self.kind {
            NoticeKind::BoundElsewhere { new_openid, .. } => Some(new_openid.clone()),
            _ => None,
        };
        let (kind, change_fen) = (self.kind.name().to_owned(), self.kind.change_fen());
        Ok(Message {
            kind,
            rows,
            page: page.to_owned(),
            sms,
            change_fen,
            except,
        })
    }
}

impl Message {
    /// Whether the customer wants to hear of this; only balance changes are a matter of taste.
    pub(crate) fn is_wanted(&self, taste: &Preferences) -> bool {
        self.change_fen
            .is_none_or(|fen| taste.balance_notice && fen >= taste.balance_notice_min_fen)
    }

    /// Whether an SMS goes out when no WeChat user acts for the customer. A warning to the others has
    /// no addressee then.
    pub(crate) fn is_for_customer(&self) -> bool {
        self.except.is_none()
    }
}

#[cfg(test)]
#[path = "notice_tests.rs"]
mod tests;
