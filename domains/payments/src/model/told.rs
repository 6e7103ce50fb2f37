//! What the core refused and what another bank sent back, in the words that customers read.

use corebank::{RefusalCode, ReturnReason};

/// A refusal of the core, as the customer is told of it: stable code and text.
pub(crate) fn told(code: RefusalCode) -> (&'static str, &'static str) {
    match code {
        RefusalCode::InsufficientFunds => ("transfer.insufficient", "账户余额不足。"),
        RefusalCode::AccountRestricted => ("account.blocked", "付款账户已挂失、冻结或止付。"),
        RefusalCode::AccountClosed | RefusalCode::AccountNotFound => {
            ("account.closed", "付款账户已销户或不可用。")
        }
        RefusalCode::PayeeNotFound => ("transfer.payee_unknown", "收款账户不存在。"),
        RefusalCode::PayeeRestricted => ("transfer.payee_blocked", "收款账户目前不能入账。"),
        RefusalCode::SameAccount => ("transfer.same_account", "付款和收款账户相同。"),
        RefusalCode::AmountInvalid => ("transfer.bad_amount", "转账金额不正确。"),
        RefusalCode::HoldExpired | RefusalCode::HoldResolved | RefusalCode::HoldNotFound => {
            ("transfer.hold_over", "为这笔转账保留的款项已经释放，没有转出。")
        }
        _ => (
            "transfer.declined",
            "核心系统未接受这笔转账，如有疑问请联系客服95000。",
        ),
    }
}

/// Why money came back from another bank 退汇, as the customer is told.
pub(crate) fn sent_back(reason: ReturnReason) -> (&'static str, &'static str) {
    match reason {
        ReturnReason::AccountNotFound => (
            "return.account_not_found",
            "对方银行没有这个收款账号，款项已退回您的账户。",
        ),
        ReturnReason::AccountClosed => ("return.account_closed", "收款账户已销户，款项已退回您的账户。"),
        ReturnReason::AccountBlocked => (
            "return.account_blocked",
            "收款账户目前不能入账，款项已退回您的账户。",
        ),
        ReturnReason::NameMismatch => (
            "return.name_mismatch",
            "收款人姓名与账号不符，款项已退回您的账户。",
        ),
        ReturnReason::BankUnavailable => (
            "return.bank_unavailable",
            "对方银行未能及时处理，款项已退回您的账户。",
        ),
        ReturnReason::Other => ("return.other", "对方银行没有入账，款项已退回您的账户。"),
    }
}
