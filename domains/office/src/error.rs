//! What the office refuses.

use kit::problem::Problem;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("a reading of personal data needs a reason")]
    ReasonMissing,
    #[error("nothing to search for")]
    SearchEmpty,
    #[error("no such case")]
    NoCase,
    #[error("no such run")]
    NoRun,
    #[error("the case has moved on since it was shown")]
    CaseMoved,
    #[error("somebody else works on this case")]
    NotOwner,
    #[error("not in this state")]
    WrongState,
    #[error("the core or Pay has not decided it, or has just done so")]
    StillUnknown,
    #[error("a stuck refund is ended by two people")]
    NeedsTwo,
    #[error("maker and checker are the same person")]
    SamePerson,
    #[error("what is approved is not what was shown")]
    Changed,
    #[error("not an outcome of this kind of case")]
    BadOutcome,
    #[error("text too short or too long: {0}")]
    BadText(&'static str),
    #[error("not an amount")]
    BadAmount,
    #[error("not the refund of the case")]
    BadRefund,
    #[error("not a filter: {0}")]
    BadFilter(&'static str),
    #[error("not a business day that has ended")]
    BadDay,
    #[error("this bank does not reconcile with them")]
    BadSource,
    #[error("the core bank does not answer")]
    CoreSilent,
    #[error("a stored row has a shape it can't have: {0}")]
    Row(&'static str),
    #[error("sealed field: {0}")]
    Sealed(#[from] kit::crypto::Error),
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
            Error::NoCase => Self::new(404, "case.not_found", "没有找到这个工单。"),
            Error::NoRun => Self::new(404, "recon.not_found", "没有找到这次对账。"),
            Error::CaseMoved => Self::new(409, "case.moved", "工单刚刚有了变化，请刷新后再操作。"),
            Error::NotOwner => Self::new(409, "case.not_owner", "工单由别人处理，请先由处理人退回或转交。"),
            Error::WrongState => Self::new(409, "case.wrong_state", "工单现在不能这样操作，请刷新查看状态。"),
            Error::StillUnknown => Self::new(
                409,
                "case.still_unknown",
                "核心或微信支付还没有给出结果，或者结果刚有变化，现在不能办结；请刷新，或再次查询。",
            ),
            Error::NeedsTwo => Self::new(
                409,
                "case.needs_two",
                "退款要由两位同事办结：请提交更正，由另一位同事复核。",
            ),
            Error::BadRefund => Self::new(
                422,
                "case.not_the_refund",
                "退款请按原金额全部补记给客户；重复退款只能从客户账户冲回。请核对方向和金额。",
            ),
            Error::SamePerson => Self::new(
                409,
                "case.same_person",
                "更正须由另一位同事复核，提交人不能复核自己的更正。",
            ),
            Error::Changed => Self::new(
                409,
                "case.changed",
                "更正内容和您看到的不一致，请刷新后重新复核。",
            ),
            Error::CoreSilent => {
                Self::unavailable("core.unavailable", "核心系统暂时没有回应，请稍后再试。", 5)
            }
            Error::Identity(error) => error.into(),
            Error::Accounts(error) => error.into(),
            Error::Payments(error) => error.into(),
            Error::Db(error) => error.into(),
            inside @ (Error::Row(_) | Error::Sealed(_)) => Self::internal("office", &inside),
            Error::BadFilter(_) => Self::new(400, "request.bad_query", "查询条件格式不正确。"),
            of_the_form => form(&of_the_form),
        }
    }
}

/// Refusals that one field of the form can mend.
fn form(error: &Error) -> Problem {
    let (code, detail, field, reason, remedy) = match error {
        Error::SearchEmpty => (
            "value.empty",
            "请输入查询内容。",
            "value",
            "不能为空",
            "请输入完整的查询内容",
        ),
        Error::BadOutcome => (
            "outcome.unknown",
            "请选择处理结果。",
            "outcome",
            "这类工单没有这个处理结果",
            "请从列出的结果中选择",
        ),
        Error::BadText("answer") => (
            "answer.short",
            "请填写给客户的答复。",
            "answer",
            "答复应为4至200个字",
            "请用客户看得懂的话写明调查结果",
        ),
        Error::BadText(_) => (
            "text.short",
            "请填写说明。",
            "text",
            "说明应为4至200个字",
            "请写明做了什么、为什么",
        ),
        Error::BadAmount => (
            "amount.bad",
            "更正金额不正确。",
            "amount_fen",
            "金额应大于0且不超过1亿元",
            "请输入大于0、最多两位小数的金额",
        ),
        Error::BadDay => (
            "date.bad",
            "对账日期不正确。",
            "date",
            "只能对已经结束的营业日对账",
            "请选择今天以前的日期",
        ),
        Error::BadSource => (
            "source.unknown",
            "没有这个对账对象。",
            "kind",
            "本行不与它按日对账",
            "请从列出的对账对象中选择",
        ),
        _ => (
            "reason.short",
            "请填写理由。",
            "reason",
            "理由应为4至200个字",
            "请写明为什么需要查看或操作",
        ),
    };
    Problem::new(422, "form.invalid", detail).field(field, code, reason, remedy)
}
