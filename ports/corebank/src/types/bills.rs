//! What a core knows beside accounts: the banks that can be paid, and the bill of a credit card.

use jiff::civil::Date;
use kit::money::Money;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Another bank that can be paid through the clearing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Bank {
    /// 联行号: 12 digits.
    pub code: String,
    /// `中国工商银行`
    pub name: String,
    /// As customers say it: `工行`.
    pub short_name: String,
}

/// 信用卡账单: the last statement of a credit card, and what of it is still to be paid. A repayment is a
/// transfer to the card's account; `remaining` falls with its posting. Amounts are never negative.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CardBill {
    pub account_no: String,
    /// 账单日
    #[schema(value_type = String, format = Date)]
    pub statement_date: Date,
    /// 到期还款日, inclusive.
    #[schema(value_type = String, format = Date)]
    pub due_date: Date,
    /// 本期应还: what was owed at the end of the statement date.
    pub statement_balance: Money,
    /// 最低还款额
    pub min_payment: Money,
    /// Paid in since the statement date, refunds included.
    pub paid: Money,
    /// 本期剩余应还: `statement_balance − paid`, not below zero.
    pub remaining: Money,
    /// What is still missing from the minimum payment.
    pub min_remaining: Money,
    /// 未出账: spent since the statement date.
    pub unbilled: Money,
}
