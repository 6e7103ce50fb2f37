//! What the office refuses.

use kit::problem::Problem;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("a reading of personal data needs a reason")]
    ReasonMissing,
    #[error("nothing to search for")]
    SearchEmpty,
    #[error(transparent)]
    Identity(#[from] identity::Error),
    #[error(transparent)]
    Accounts(#[from] accounts::Error),
    #[error(transparent)]
    Payments(#[from] payments::Error),
    #[error(transparent)]
    Db(#[from] kit::db::Error),
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::ReasonMissing => Self::new(422, "form.invalid", "请填写查看理由。").field(
                "reason",
                "reason.short",
                "理由应为4至200个字",
                "请写明为什么需要查看或操作",
            ),
            Error::SearchEmpty => Self::new(422, "form.invalid", "请输入查询内容。").field(
                "value",
                "value.empty",
                "不能为空",
                "请输入完整的查询内容",
            ),
            Error::Identity(error) => error.into(),
            Error::Accounts(error) => error.into(),
            Error::Payments(error) => error.into(),
            Error::Db(error) => error.into(),
        }
    }
}
