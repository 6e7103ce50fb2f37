//! What identity refuses, with stable codes, and how it is told.

use kit::problem::{FieldFault, Problem};

use crate::model::challenge::Factor;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("no session")]
    SessionRequired,
    #[error("session without a bound customer")]
    BindingRequired,
    #[error("this WeChat user is bound already")]
    AlreadyBound,
    #[error("form fields refused")]
    Fields(Vec<FieldFault>),
    #[error("name, id number, card and phone do not belong together")]
    Mismatch,
    #[error("too many tries")]
    TooMany { retry_after: u32 },
    #[error("a code was sent moments ago")]
    SmsTooSoon { retry_after: u32 },
    #[error("too many codes to this phone")]
    SmsTooMany { retry_after: u32 },
    #[error("no such thing")]
    NotFound,
    #[error("act {act} needs a proof first")]
    StepUp { act: &'static str, factors: Vec<Factor> },
    #[error("wrong proof")]
    ChallengeWrong { left: i64 },
    #[error("challenge is locked")]
    ChallengeLocked,
    #[error("this challenge belongs to another act")]
    NotRaising,
    #[error("no such act, or one that is never done without a proof")]
    NoPolicy,
    #[error("challenge is over")]
    ChallengeExpired,
    #[error("the payment password rests")]
    PasswordLocked,
    #[error("no payment password is set")]
    PasswordMissing,
    #[error("login failed")]
    LoginFailed,
    #[error("staff account rests")]
    StaffLocked,
    #[error("access denied")]
    AccessDenied,
    #[error("the key was used for something else")]
    KeyReused,
    #[error("a request with this key is at work")]
    InProgress,
    #[error("the core bank does not answer")]
    CoreUnavailable,
    #[error(transparent)]
    Db(#[from] kit::db::Error),
    #[error("sealed field: {0}")]
    Sealed(#[from] kit::crypto::Error),
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::SessionRequired => Self::new(401, "session.required", "登录已失效，请重新进入。"),
            Error::BindingRequired => Self::new(403, "binding.required", "请先绑定您的银行卡。"),
            Error::AlreadyBound => Self::new(
                409,
                "binding.exists",
                "这个微信已经绑定银行客户，如需更换请先解绑。",
            ),
            Error::Fields(fields) => {
                let mut problem = Self::new(422, "form.invalid", "有内容需要修改，请看各项下方的提示。");
                problem.fields = fields;
                problem
            }
            Error::Mismatch => Self::new(
                422,
                "binding.mismatch",
                "所填信息与银行预留信息不一致，请核对姓名、身份证号、卡号和预留手机号。",
            ),
            Error::TooMany { retry_after } => Self::new(
                429,
                "binding.too_many",
                "尝试次数过多，请稍后再试；如有疑问请致电95000。",
            )
            .retry_after(retry_after),
            Error::SmsTooSoon { retry_after } => {
                Self::new(429, "sms.too_soon", "验证码刚刚发出，请稍候再获取。").retry_after(retry_after)
            }
            Error::SmsTooMany { retry_after } => Self::new(
                429,
                "sms.too_many",
                "验证码发送次数过多，请稍后再试；如未收到短信，请检查手机信号和拦截设置。",
            )
            .retry_after(retry_after),
            Error::NotFound => Self::new(404, "not_found", "没有找到您要的内容。"),
            Error::StepUp { act, factors } => step_up(act, &factors),
            Error::ChallengeWrong { .. }
            | Error::ChallengeLocked
            | Error::NotRaising
            | Error::ChallengeExpired
            | Error::PasswordLocked
            | Error::PasswordMissing => of_the_proof(&error),
            Error::LoginFailed => Self::new(
                401,
                "staff.login_failed",
                "工号、密码或动态码不正确，请核对后再试。",
            ),
            Error::StaffLocked => Self::new(423, "staff.locked", "错误次数过多，账号已锁定15分钟。"),
            Error::NoPolicy => Self::new(422, "policy.unknown", "没有这项业务，或者这项业务不能免验证。"),
            Error::AccessDenied => Self::new(403, "access.denied", "您没有此项权限。"),
            Error::KeyReused => Self::key_reused(),
            Error::InProgress => Self::in_progress(1),
            Error::CoreUnavailable => {
                Self::unavailable("core.unavailable", "核心系统暂时没有回应，请稍后再试。", 5)
            }
            Error::Db(error) => error.into(),
            Error::Sealed(error) => Self::internal("identity", &error),
        }
    }
}

/// Refusals of a password or a code.
fn of_the_proof(error: &Error) -> Problem {
    match error {
        Error::ChallengeWrong { left } => Problem::new(
            422,
            "challenge.wrong",
            format!("密码或验证码不正确，还可以再试{left}次。"),
        )
        .with("left", *left),
        Error::ChallengeLocked => Problem::new(
            423,
            "challenge.locked",
            "错误次数过多，本次操作已取消，请重新发起。",
        ),
        Error::NotRaising => Problem::new(422, "challenge.elsewhere", "这项验证请在对应的操作页面完成。"),
        Error::PasswordLocked => Problem::new(
            423,
            "password.locked",
            "支付密码错误次数过多，已锁定24小时；可到“我的”中用短信验证码重设。",
        ),
        Error::PasswordMissing => Problem::new(422, "password.missing", "请先在“我的”中设置支付密码。"),
        _ => Problem::new(410, "challenge.expired", "验证已过期，请重新发起。"),
    }
}

fn step_up(act: &'static str, factors: &[Factor]) -> Problem {
    let names: Vec<_> = factors.iter().map(|f| f.name()).collect();
    Problem::new(403, "step_up.required", "为了您的资金安全，请先完成验证。")
        .with("act", act)
        .with("factors", names)
}
