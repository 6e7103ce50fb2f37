//! What payments refuse, with stable codes; [`words`] tells the refusals that the customer can mend.

mod collection;
mod words;

use kit::problem::Problem;

use collection::of_a_collection;
use words::{of_a_list, of_a_topup, of_the_form};

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("amount out of range")]
    BadAmount,
    #[error("memo too long")]
    BadMemo,
    #[error("payer and payee are the same account")]
    SameAccount,
    #[error("nobody has this number")]
    PayeeUnknown,
    #[error("payee can't be credited")]
    PayeeBlocked,
    #[error("the payee's name is another")]
    NameMismatch,
    #[error("a name of this shape can't be sent to another bank")]
    BadName,
    #[error("not enough money")]
    Insufficient,
    #[error("above the limit for one transfer")]
    LimitSingle,
    #[error("above the day's limit")]
    LimitDay { left_fen: i64 },
    #[error("above the year's limit")]
    LimitYear { left_fen: i64 },
    #[error("no credit card of the customer's")]
    NoCard,
    #[error("not an amount to repay")]
    BadRepayment,
    #[error("more than is owed")]
    Overpaid { most_fen: i64 },
    #[error("nothing is owed")]
    NothingOwed,
    #[error("the card takes no money")]
    CardBlocked,
    #[error("cards are repaid from current accounts")]
    BadPayer,
    #[error("no such biller")]
    BillerUnknown,
    #[error("not a number of this biller")]
    BadNumber,
    #[error("the biller does not know this number")]
    NumberUnknown,
    #[error("the bill is not open any more")]
    BillGone,
    #[error("the bill has another amount now")]
    BillChanged,
    #[error("the biller does not answer")]
    BillerUnavailable,
    #[error("no such auto-repay agreement")]
    NoAgreement,
    #[error("the auto-repay agreement is not in this state")]
    AgreementState,
    #[error("the clearing does not know this bank")]
    BankUnknown,
    #[error("first day of a schedule out of range")]
    BadFirstDay,
    #[error("last day of a schedule out of range")]
    BadLastDay,
    #[error("too many schedules")]
    TooManySchedules,
    #[error("alias too long or empty")]
    BadAlias,
    #[error("the payee book is full")]
    BookFull,
    #[error("the payee stands in the book already")]
    PayeeSaved,
    #[error("search word or dates can't be used")]
    BadSearch,
    #[error("the paying account is blocked")]
    AccountBlocked,
    #[error("no such transfer")]
    NotFound,
    #[error("not in this state")]
    WrongState,
    #[error("the day's sum asks for a proof")]
    ProofWanted,
    #[error("the key was used for something else")]
    KeyReused,
    #[error("a request with this key is at work")]
    InProgress { retry_after: u32 },
    #[error("too many checks")]
    TooMany { retry_after: u32 },
    #[error("the core bank does not answer")]
    CoreUnavailable,
    #[error("not an amount for a top-up")]
    TopUpAmount,
    #[error("not an account for a top-up")]
    TopUpAccount,
    #[error("the order can't be paid any more")]
    TopUpNotPayable,
    #[error("pay refused the order")]
    PayRefused,
    #[error("nothing of this top-up can be given back")]
    NotRefundable,
    #[error("no such top-up")]
    NoTopUp,
    #[error("more than is left of the top-up")]
    RefundTooMuch,
    #[error("pay does not answer")]
    PayUnavailable,
    #[error("no such charge")]
    CollectionCharge,
    #[error("not an amount for a collection")]
    CollectionAmount,
    #[error("remark too long")]
    CollectionRemark,
    #[error("reason too short or too long")]
    CollectionReason,
    #[error("no such collection")]
    NoCollection,
    #[error("the collection is paid, closed or about to expire")]
    CollectionNotPayable,
    #[error("pay refused the collection's order")]
    CollectionRefused,
    #[error("pay does not answer about a collection")]
    CollectionUnavailable,
    #[error("nothing of this collection can be given back")]
    CollectionNotRefundable,
    #[error("more than is left of the collection")]
    CollectionRefundTooMuch,
    #[error("a refund of this collection waits for its checker")]
    CollectionRefundWaits,
    #[error("the refund is decided, or is not what was shown")]
    CollectionRefundMoved,
    #[error("the checker proposed it")]
    CollectionSamePerson,
    #[error(transparent)]
    Identity(#[from] identity::Error),
    #[error(transparent)]
    Accounts(#[from] accounts::Error),
    #[error(transparent)]
    Db(#[from] kit::db::Error),
    #[error("sealed field: {0}")]
    Sealed(#[from] kit::crypto::Error),
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::AccountBlocked => Self::new(422, "account.blocked", "付款账户已挂失或被限制，不能转出。"),
            Error::NoCard => Self::new(404, "repayment.no_card", "没有找到这张信用卡。"),
            Error::NotFound => Self::new(404, "not_found", "没有找到这笔转账。"),
            Error::NoAgreement => Self::new(404, "not_found", "没有找到这份自动还款协议。"),
            Error::AgreementState => Self::new(
                409,
                "autorepay.wrong_state",
                "自动还款已有变化，请刷新查看最新状态。",
            ),
            Error::WrongState => Self::new(
                409,
                "transfer.wrong_state",
                "这笔转账现在不能这样操作，请刷新查看最新状态。",
            ),
            Error::ProofWanted => Self::new(
                409,
                "transfer.proof_wanted",
                "今天转出的金额超过了免密额度，请重新发起这笔转账并输入密码。",
            ),
            Error::TooManySchedules | Error::BookFull | Error::PayeeSaved | Error::BadSearch => {
                of_a_list(&error)
            }
            Error::KeyReused => Self::key_reused(),
            Error::InProgress { retry_after } => Self::in_progress(retry_after),
            Error::TooMany { retry_after } => {
                Self::new(429, "transfer.too_many", "查询收款人过于频繁，请稍后再试。")
                    .retry_after(retry_after)
            }
            Error::BillerUnavailable => Self::unavailable(
                "biller.unavailable",
                "缴费单位暂时没有回应，没有发生扣款，请稍后再试。",
                5,
            ),
            Error::CoreUnavailable => Self::unavailable(
                "core.unavailable",
                "核心系统暂时没有回应，这一次没有扣款，请稍后再试。如果之前提交过，请先到转账记录里看结果。",
                5,
            ),
            Error::TopUpAmount
            | Error::TopUpAccount
            | Error::TopUpNotPayable
            | Error::PayRefused
            | Error::NotRefundable
            | Error::NoTopUp
            | Error::RefundTooMuch
            | Error::PayUnavailable => of_a_topup(&error),
            Error::Identity(error) => error.into(),
            Error::Accounts(error) => error.into(),
            Error::Db(error) => error.into(),
            Error::Sealed(error) => Self::internal("payments", &error),
            // Whatever is left, one field of the form can mend.
            error => of_a_collection(&error).unwrap_or_else(|| of_the_form(&error)),
        }
    }
}
