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
        }
    }
}
