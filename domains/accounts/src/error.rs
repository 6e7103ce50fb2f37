//! What accounts refuse, with stable codes, and how it is told.

use kit::problem::Problem;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("no such account of this customer")]
    NotFound,
    #[error("a date or range that can't be")]
    BadRange,
    #[error("a filter that can't be: {0}")]
    BadFilter(&'static str),
    #[error("made-up cursor")]
    BadCursor,
    #[error("statement too long")]
    TooLong,
    #[error("too many checks of codes")]
    TooManyChecks { retry_after: u32 },
    #[error("the account is not reported lost")]
    NotBlocked,
    #[error("this kind of account can't be reported lost")]
    NotReportable,
    #[error("the core bank does not answer")]
    CoreUnavailable,
    #[error("the core bank refused: {}", .0.as_str())]
    CoreRefused(corebank::RefusalCode),
    #[error("the key was used for something else")]
    KeyReused,
    #[error("a request with this key is at work")]
    InProgress,
    #[error("no such line on this account")]
    NoEntry,
    #[error("this line is disputed already")]
    DisputedAlready,
    #[error("a dispute without the words it needs")]
    BadDisputeText,
    #[error("not a month, or one to come")]
    BadMonth,
    #[error("no such category")]
    NoCategory,
    #[error("no font for statements: {0}")]
    NoFont(String),
    #[error("statement could not be written: {0}")]
    Document(String),
    #[error(transparent)]
    Identity(#[from] identity::Error),
    #[error(transparent)]
    Db(#[from] kit::db::Error),
    #[error("sealed field: {0}")]
    Sealed(#[from] kit::crypto::Error),
    #[error("row has a shape it can't have: {0}")]
    Row(&'static str),
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            // Whether an account of somebody else exists is nobody's business: the same answer.
            Error::NotFound => Self::new(404, "account.not_found", "没有找到这个账户。"),
            Error::BadRange => Self::new(
                422,
                "statement.bad_range",
                "日期不正确：起始日期不能晚于截止日期，也不能晚于今天。",
            ),
            Error::BadFilter(field) => {
                Self::new(422, "statement.bad_filter", "查询条件不正确，请检查后重试。").with("field", field)
            }
            Error::BadCursor => Self::new(400, "request.bad_cursor", "翻页位置无效，请从第一页开始。"),
            Error::TooLong => Self::new(
                422,
                "statement.too_long",
                "所选区间过长或明细过多，请缩短日期范围后再导出。",
            ),
            Error::TooManyChecks { retry_after } => {
                Self::new(429, "statement.too_many_checks", "查询过于频繁，请稍后再试。")
                    .retry_after(retry_after)
            }
            Error::NotBlocked => Self::new(409, "loss.not_blocked", "这个账户当前没有挂失，无需解挂。"),
            Error::NotReportable => Self::new(
                422,
                "loss.not_reportable",
                "贷款账户没有卡或存折，不能挂失；如有疑问请致电客服。",
            ),
            Error::CoreUnavailable => Self::unavailable(
                "core.unavailable",
                "核心系统暂时没有回应，请稍后再试；您的资金不受影响。",
                5,
            ),
            Error::CoreRefused(code) => {
                tracing::warn!(code = code.as_str(), "core refused a question about an account");
                Self::new(
                    422,
                    "core.refused",
                    "银行系统未受理本次查询，请稍后再试或联系客服。",
                )
            }
            Error::KeyReused => Self::key_reused(),
            Error::InProgress => Self::in_progress(1),
            Error::NoFont(tried) => {
                tracing::error!(tried, "no usable font for PDF statements; set accounts.font");
                Self::unavailable("statement.no_font", "暂时无法生成PDF账单，请改用Excel导出。", 600)
            }
            Error::Identity(error) => error.into(),
            Error::Db(error) => error.into(),
            inside @ (Error::Document(_) | Error::Sealed(_) | Error::Row(_)) => {
                Self::internal("accounts", &inside)
            }
            of_a_line => line(&of_a_line),
        }
    }
}

/// Refusals about one line of an account, and about months of lines.
fn line(error: &Error) -> Problem {
    match error {
        Error::NoEntry => Problem::new(404, "entry.not_found", "没有找到这笔交易，请刷新明细后重试。"),
        Error::DisputedAlready => Problem::new(
            409,
            "dispute.exists",
            "这笔交易已经申诉过，请在“我的申诉”里查看进度。",
        ),
        Error::BadDisputeText => Problem::new(422, "dispute.bad_text", "申诉说明不符合要求。").field(
            "text",
            "dispute.bad_text",
            "选择“其他疑问”时要写明情况，最多200个字",
            "请用4至200个字写明这笔交易哪里不对",
        ),
        Error::BadMonth => Problem::new(
            422,
            "summary.bad_month",
            "月份不正确：应为 YYYY-MM，不能晚于本月。",
        ),
        _ => Problem::new(422, "summary.no_category", "没有这个分类，请重新选择。"),
    }
}
