//! What payments refuse, with stable codes, and how it is told.

use kit::problem::Problem;

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
    #[error("the key was used for something else")]
    KeyReused,
    #[error("a request with this key is at work")]
    InProgress { retry_after: u32 },
    #[error("too many checks")]
    TooMany { retry_after: u32 },
    #[error("the core bank does not answer")]
    CoreUnavailable,
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
            Error::WrongState => Self::new(
                409,
                "transfer.wrong_state",
                "这笔转账现在不能这样操作，请刷新查看最新状态。",
            ),
            Error::TooManySchedules => Self::new(
                422,
                "schedule.too_many",
                "预约和定期转账最多同时有50个，请先取消不用的。",
            ),
            Error::BookFull => Self::new(
                422,
                "payee.book_full",
                "收款人名册最多保存200人，请先删除不用的。",
            ),
            Error::PayeeSaved => Self::new(409, "payee.saved", "这位收款人已经在名册里了。"),
            Error::BadSearch => Self::new(
                400,
                "transfer.bad_search",
                "查询条件不正确，请检查日期、状态和关键词（最多40个字）。",
            ),
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
                "核心系统暂时没有回应，没有发生扣款，请稍后再试。",
                5,
            ),
            Error::Identity(error) => error.into(),
            Error::Accounts(error) => error.into(),
            Error::Db(error) => error.into(),
            Error::Sealed(error) => Self::internal("payments", &error),
            // Whatever is left, one field of the form can mend.
            error => of_the_form(&error),
        }
    }
}

/// Refusals that one field of the form can mend.
fn of_the_form(error: &Error) -> Problem {
    let (code, detail, name, remedy) = of_the_payee(error)
        .or_else(|| of_the_plan(error))
        .or_else(|| of_the_card(error))
        .or_else(|| of_the_bill(error))
        .unwrap_or_else(|| of_the_amount(error));
    let problem = Problem::new(422, code, detail).field(name, code, detail, remedy);
    match error {
        Error::LimitDay { left_fen } | Error::LimitYear { left_fen } => {
            problem.with("day_left_fen", *left_fen)
        }
        Error::Overpaid { most_fen } => problem.with("most_fen", *most_fen),
        _ => problem,
    }
}

/// Code, what happened, field, what to do.
type Words = (&'static str, &'static str, &'static str, &'static str);

fn of_the_payee(error: &Error) -> Option<Words> {
    Some(match error {
        Error::SameAccount => (
            "transfer.same_account",
            "付款和收款账户不能相同。",
            "to_no",
            "请换一个收款账号",
        ),
        Error::PayeeUnknown => (
            "transfer.payee_unknown",
            "没有找到这个收款账号。",
            "to_no",
            "请向收款人核对账号",
        ),
        Error::PayeeBlocked => (
            "transfer.payee_blocked",
            "收款账户目前不能入账。",
            "to_no",
            "请联系收款人或换一个账号",
        ),
        Error::NameMismatch => (
            "transfer.name_mismatch",
            "收款人姓名与账号不符。",
            "to_name",
            "请核对收款人姓名和账号，以防转错",
        ),
        Error::BadName => (
            "transfer.bad_name",
            "收款人姓名不正确。",
            "to_name",
            "请填写2到40个字的收款人全名",
        ),
        Error::BankUnknown => (
            "transfer.bank_unknown",
            "没有这家收款银行。",
            "bank_code",
            "请在银行列表中选择收款银行",
        ),
        Error::BadAlias => ("payee.bad_alias", "备注名不正确。", "alias", "备注名最多20个字"),
        _ => return None,
    })
}

fn of_the_plan(error: &Error) -> Option<Words> {
    Some(match error {
        Error::BadFirstDay => (
            "schedule.bad_first",
            "首次转出日期不正确。",
            "first_on",
            "请选择明天起一年以内的日期",
        ),
        Error::BadLastDay => (
            "schedule.bad_until",
            "结束日期不正确。",
            "until_on",
            "请选择首次转出日期之后、两年以内的日期",
        ),
        Error::BadMemo => ("transfer.bad_memo", "附言过长。", "memo", "附言最多50个字"),
        _ => return None,
    })
}

fn of_the_card(error: &Error) -> Option<Words> {
    Some(match error {
        Error::BadRepayment => (
            "repayment.bad_amount",
            "还款金额不正确。",
            "amount_fen",
            "请输入大于0、最多两位小数的金额",
        ),
        // 溢缴款 earns no interest, and taking it back may cost a fee.
        Error::Overpaid { .. } => (
            "repayment.overpay",
            "还款金额超过了信用卡的欠款。多还的钱没有利息，取回还可能收费，所以不能多还。",
            "amount_fen",
            "请按欠款金额还款",
        ),
        Error::NothingOwed => (
            "repayment.nothing_owed",
            "这张信用卡现在没有欠款，不需要还款。",
            "card_account_id",
            "刚还过的款可能还在处理中，请稍后查看",
        ),
        Error::CardBlocked => (
            "repayment.card_blocked",
            "这张信用卡目前不能还款。",
            "card_account_id",
            "请联系客服95000",
        ),
        Error::BadPayer => (
            "repayment.bad_payer",
            "只能用活期账户还款。",
            "from_account_id",
            "请换一个活期账户",
        ),
        _ => return None,
    })
}

fn of_the_bill(error: &Error) -> Option<Words> {
    Some(match error {
        Error::BillerUnknown => (
            "bill.biller_unknown",
            "没有这个缴费单位。",
            "biller",
            "请在列表中选择缴费单位",
        ),
        Error::BadNumber => (
            "bill.bad_number",
            "户号的位数不对。",
            "number",
            "请按缴费单上的号码填写",
        ),
        Error::NumberUnknown => (
            "bill.number_unknown",
            "缴费单位没有这个户号。",
            "number",
            "请核对缴费单上的号码和缴费单位",
        ),
        Error::BillGone => (
            "bill.gone",
            "这张账单已经缴过，或正在缴费。",
            "bill_no",
            "请重新查询，不需要重复缴费",
        ),
        Error::BillChanged => (
            "bill.changed",
            "账单金额有变化。",
            "amount_fen",
            "请重新查询后缴费",
        ),
        _ => return None,
    })
}

fn of_the_amount(error: &Error) -> Words {
    match error {
        Error::Insufficient => (
            "transfer.insufficient",
            "账户可用余额不足。",
            "amount_fen",
            "请减少金额或换一个付款账户",
        ),
        Error::LimitSingle => (
            "transfer.limit_single",
            "超过单笔转账限额。",
            "amount_fen",
            "请减少金额，或到网点办理",
        ),
        Error::LimitDay { .. } => (
            "transfer.limit_day",
            "超过今日剩余限额。",
            "amount_fen",
            "请减少金额，明天再转，或到网点办理",
        ),
        Error::LimitYear { .. } => (
            "transfer.limit_year",
            "超过今年剩余限额。",
            "amount_fen",
            "请减少金额，或到网点办理",
        ),
        _ => (
            "transfer.bad_amount",
            "转账金额不正确。",
            "amount_fen",
            "请输入大于0、最多两位小数的金额",
        ),
    }
}
