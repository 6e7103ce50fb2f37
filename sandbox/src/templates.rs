//! The message templates that the account has in WeChat's console. The bank's demo configuration names the same
//! ids.

/// A template: its id, its title, and its rows in order (key, label).
#[derive(Debug, Clone, Copy)]
pub struct Template {
    /// Id in the account.
    pub id: &'static str,
    /// Title as shown.
    pub title: &'static str,
    /// Keys and labels.
    pub rows: &'static [(&'static str, &'static str)],
}

/// The demo account's templates.
pub const DEMO_TEMPLATES: &[Template] = &[
    Template {
        id: "demo-transfer-done",
        title: "转账结果通知",
        rows: &[
            ("phrase1", "转账结果"),
            ("amount2", "转账金额"),
            ("thing3", "收款方"),
            ("character_string4", "付款账户尾号"),
            ("time5", "交易时间"),
        ],
    },
    Template {
        id: "demo-repayment",
        title: "信用卡还款通知",
        rows: &[
            ("phrase1", "还款结果"),
            ("amount2", "还款金额"),
            ("thing3", "还款卡片"),
            ("character_string4", "付款账户尾号"),
            ("time5", "交易时间"),
        ],
    },
    Template {
        id: "demo-bill",
        title: "生活缴费通知",
        rows: &[
            ("phrase1", "缴费结果"),
            ("amount2", "缴费金额"),
            ("thing3", "缴费单位"),
            ("character_string4", "付款账户尾号"),
            ("time5", "交易时间"),
        ],
    },
    Template {
        id: "demo-balance-change",
        title: "账户动账提醒",
        rows: &[
            ("character_string1", "账户尾号"),
            ("phrase2", "交易类型"),
            ("amount3", "交易金额"),
            ("amount4", "账户余额"),
            ("time5", "交易时间"),
        ],
    },
    Template {
        id: "demo-loss-report",
        title: "挂失受理通知",
        rows: &[
            ("character_string1", "账户尾号"),
            ("phrase2", "受理结果"),
            ("character_string3", "受理编号"),
            ("time4", "受理时间"),
        ],
    },
    Template {
        id: "demo-binding",
        title: "账户安全提醒",
        rows: &[
            ("thing1", "提醒事项"),
            ("time2", "发生时间"),
            ("thing3", "处理建议"),
        ],
    },
    Template {
        id: "demo-dispute",
        title: "申诉处理通知",
        rows: &[
            ("character_string1", "受理编号"),
            ("phrase2", "处理进度"),
            ("character_string3", "账户尾号"),
            ("time4", "更新时间"),
        ],
    },
    Template {
        id: "demo-login",
        title: "登录提醒",
        rows: &[
            ("thing1", "登录方式"),
            ("time2", "登录时间"),
            ("thing3", "温馨提示"),
        ],
    },
];
