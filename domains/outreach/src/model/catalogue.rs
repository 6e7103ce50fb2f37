//! The catalogue of service notices: templates, fields, pages and SMS texts, as data.

use super::notice::NoticeKind;

/// How one kind of notice looks. `{name}` stands for a fact of the notice.
pub(crate) struct Entry {
    /// The template's keys, in its order, and what goes into them.
    pub(crate) rows: &'static [(&'static str, &'static str)],
    pub(crate) page: &'static str,
    /// For customers whom WeChat can't reach. No links: customers are told never to follow one in an SMS.
    pub(crate) sms: &'static str,
}

/// What there is to say of a card's auto-repay 自动还款.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AutoRepay {
    /// Due tomorrow.
    Tomorrow,
    /// Was due and was not repaid.
    Failed,
    Paused,
}

impl AutoRepay {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Tomorrow => "autorepay_tomorrow",
            Self::Failed => "autorepay_failed",
            Self::Paused => "autorepay_paused",
        }
    }
}

/// Kinds, and the ids that their templates have in the demo account. A bank's own account has its own ids.
pub const DEFAULT_TEMPLATES: [(&str, &str); 18] = [
    ("transfer_done", "demo-transfer-done"),
    ("transfer_failed", "demo-transfer-done"),
    ("transfer_returned", "demo-transfer-done"),
    ("schedule_tomorrow", "demo-transfer-done"),
    ("schedule_skipped", "demo-transfer-done"),
    ("repayment_done", "demo-repayment"),
    ("repayment_failed", "demo-repayment"),
    ("autorepay_tomorrow", "demo-repayment"),
    ("autorepay_failed", "demo-repayment"),
    ("autorepay_paused", "demo-binding"),
    ("bill_paid", "demo-bill"),
    ("bill_refused", "demo-bill"),
    ("money_in", "demo-balance-change"),
    ("loss_reported", "demo-loss-report"),
    ("loss_lifted", "demo-loss-report"),
    ("bound_elsewhere", "demo-binding"),
    ("balance_change", "demo-balance-change"),
    ("dispute_answered", "demo-dispute"),
];

/// Words that turn a service notice into advertising (WeChat's rules for template messages forbid it).
pub(crate) const MARKETING: [&str; 24] = [
    "优惠",
    "促销",
    "抽奖",
    "中奖",
    "红包",
    "返现",
    "折扣",
    "特惠",
    "秒杀",
    "免费领",
    "立即领取",
    "限时",
    "立即购买",
    "抢购",
    "热销",
    "爆款",
    "礼品",
    "有礼",
    "积分兑换",
    "满减",
    "推荐有奖",
    "高收益",
    "新客专享",
    "办卡",
];

/// The look of a kind.
pub(crate) fn entry(kind: &NoticeKind) -> &'static Entry {
    match kind {
        NoticeKind::TransferDone { .. } => &TRANSFER_DONE,
        NoticeKind::TransferFailed { .. } => &TRANSFER_FAILED,
        NoticeKind::TransferReturned { .. } => &TRANSFER_RETURNED,
        NoticeKind::ScheduleTomorrow { .. } => &SCHEDULE_TOMORROW,
        NoticeKind::ScheduleSkipped { .. } => &SCHEDULE_SKIPPED,
        NoticeKind::RepaymentDone { .. } => &REPAYMENT_DONE,
        NoticeKind::RepaymentFailed { .. } => &REPAYMENT_FAILED,
        NoticeKind::AutoRepay { what, .. } => match what {
            AutoRepay::Tomorrow => &AUTOREPAY_TOMORROW,
            AutoRepay::Failed => &AUTOREPAY_FAILED,
            AutoRepay::Paused => &AUTOREPAY_PAUSED,
        },
        NoticeKind::BillPaid { .. } => &BILL_PAID,
        NoticeKind::BillRefused { .. } => &BILL_REFUSED,
        NoticeKind::MoneyIn { .. } => &MONEY_IN,
        NoticeKind::LossReported { .. } => &LOSS_REPORTED,
        NoticeKind::LossLifted { .. } => &LOSS_LIFTED,
        NoticeKind::BoundElsewhere { .. } => &BOUND_ELSEWHERE,
        NoticeKind::BalanceChange { .. } => &BALANCE_CHANGE,
        NoticeKind::DisputeAnswered { .. } => &DISPUTE_ANSWERED,
    }
}

const TRANSFER_DONE: Entry = Entry {
    rows: &[
        ("phrase1", "转账成功"),
        ("amount2", "{amount}元"),
        ("thing3", "{party}"),
        ("character_string4", "{tail}"),
        ("time5", "{time}"),
    ],
    page: "/h5/transfers",
    sms: "【微柜银行】您尾号{tail}的账户{moment}向{party}转账{amount}元，已成功。如非本人操作，请立即致电95000。",
};

const TRANSFER_FAILED: Entry = Entry {
    rows: &[
        ("phrase1", "转账失败"),
        ("amount2", "{amount}元"),
        ("thing3", "{party}"),
        ("character_string4", "{tail}"),
        ("time5", "{time}"),
    ],
    page: "/h5/transfers",
    sms: "【微柜银行】您尾号{tail}的账户{moment}向{party}转账{amount}元未成功，款项未转出。原因：{reason}。",
};

const TRANSFER_RETURNED: Entry = Entry {
    rows: &[
        ("phrase1", "已退汇"),
        ("amount2", "{amount}元"),
        ("thing3", "{party}"),
        ("character_string4", "{tail}"),
        ("time5", "{time}"),
    ],
    page: "/h5/transfers",
    sms: "【微柜银行】您尾号{tail}的账户向{party}转账{amount}元被退回，款项{moment}已退到该账户。{reason}。",
};

const SCHEDULE_TOMORROW: Entry = Entry {
    rows: &[
        ("phrase1", "预约转账"),
        ("amount2", "{amount}元"),
        ("thing3", "{party}"),
        ("character_string4", "{tail}"),
        ("time5", "{time}"),
    ],
    page: "/h5/schedules",
    sms: "【微柜银行】您尾号{tail}的账户预约在{moment}向{party}转账{amount}元{reason}。不需要时可提前取消。",
};

const SCHEDULE_SKIPPED: Entry = Entry {
    rows: &[
        ("phrase1", "未转出"),
        ("amount2", "{amount}元"),
        ("thing3", "{party}"),
        ("character_string4", "{tail}"),
        ("time5", "{time}"),
    ],
    page: "/h5/schedules",
    sms: "【微柜银行】您尾号{tail}的账户预约在{moment}向{party}转账{amount}元：{reason}。",
};

const REPAYMENT_DONE: Entry = Entry {
    rows: &[
        ("phrase1", "还款成功"),
        ("amount2", "{amount}元"),
        ("thing3", "{party}"),
        ("character_string4", "{tail}"),
        ("time5", "{time}"),
    ],
    page: "/h5/repay",
    sms: "【微柜银行】您尾号{tail}的账户{moment}向{party}还款{amount}元，已成功。如非本人操作，请立即致电95000。",
};

const REPAYMENT_FAILED: Entry = Entry {
    rows: &[
        ("phrase1", "还款失败"),
        ("amount2", "{amount}元"),
        ("thing3", "{party}"),
        ("character_string4", "{tail}"),
        ("time5", "{time}"),
    ],
    page: "/h5/repay",
    sms: "【微柜银行】您尾号{tail}的账户{moment}向{party}还款{amount}元未成功，款项未转出。原因：{reason}。",
};

const AUTOREPAY_TOMORROW: Entry = Entry {
    rows: &[
        ("phrase1", "明日还款"),
        ("amount2", "{amount}元"),
        ("thing3", "{party}"),
        ("character_string4", "{tail}"),
        ("time5", "{time}"),
    ],
    page: "/h5/repay/auto",
    sms: "【微柜银行】您尾号{tail}的账户将在{moment}向{party}自动还款{amount}元{reason}。已手动还款的部分不再扣。",
};

const AUTOREPAY_FAILED: Entry = Entry {
    rows: &[
        ("phrase1", "未能还款"),
        ("amount2", "{amount}元"),
        ("thing3", "{party}"),
        ("character_string4", "{tail}"),
        ("time5", "{time}"),
    ],
    page: "/h5/repay",
    sms: "【微柜银行】您尾号{tail}的账户{moment}向{party}自动还款{amount}元未成功：{reason}。",
};

const AUTOREPAY_PAUSED: Entry = Entry {
    rows: &[
        ("thing1", "信用卡自动还款已暂停"),
        ("time2", "{time}"),
        ("thing3", "{reason}"),
    ],
    page: "/h5/repay/auto",
    sms: "【微柜银行】您{party}的自动还款{moment}已暂停：{reason}。恢复后请重新开通。",
};

const BILL_PAID: Entry = Entry {
    rows: &[
        ("phrase1", "缴费成功"),
        ("amount2", "{amount}元"),
        ("thing3", "{party}"),
        ("character_string4", "{tail}"),
        ("time5", "{time}"),
    ],
    page: "/h5/transfers",
    sms: "【微柜银行】您尾号{tail}的账户{moment}向{party}缴费{amount}元，已成功。如非本人操作，请立即致电95000。",
};

const BILL_REFUSED: Entry = Entry {
    rows: &[
        ("phrase1", "缴费失败"),
        ("amount2", "{amount}元"),
        ("thing3", "{party}"),
        ("character_string4", "{tail}"),
        ("time5", "{time}"),
    ],
    page: "/h5/transfers",
    sms: "【微柜银行】您尾号{tail}的账户{moment}向{party}缴费{amount}元未成功，款项未转出。原因：{reason}。",
};

const MONEY_IN: Entry = Entry {
    rows: &[
        ("character_string1", "{tail}"),
        ("phrase2", "转入"),
        ("amount3", "{amount}元"),
        ("amount4", "{balance}元"),
        ("time5", "{time}"),
    ],
    page: "/h5/entries",
    sms: "【微柜银行】您尾号{tail}的账户{moment}收到{party}转入{amount}元，余额{balance}元。",
};

const LOSS_REPORTED: Entry = Entry {
    rows: &[
        ("character_string1", "{tail}"),
        ("phrase2", "挂失成功"),
        ("character_string3", "{receipt}"),
        ("time4", "{time}"),
    ],
    page: "/h5/loss",
    sms: "【微柜银行】您尾号{tail}的账户{moment}已挂失，受理编号{receipt}，挂失期间只能收款、不能付款。\
          如非本人操作，请立即致电95000。",
};

const LOSS_LIFTED: Entry = Entry {
    rows: &[
        ("character_string1", "{tail}"),
        ("phrase2", "解挂成功"),
        ("character_string3", "{receipt}"),
        ("time4", "{time}"),
    ],
    page: "/h5/loss",
    sms: "【微柜银行】您尾号{tail}的账户{moment}已解除挂失，受理编号{receipt}。如非本人操作，请立即致电95000。",
};

const BOUND_ELSEWHERE: Entry = Entry {
    rows: &[
        ("thing1", "您的账户在另一个微信上绑定"),
        ("time2", "{time}"),
        ("thing3", "如非本人操作，请立即致电95000"),
    ],
    page: "/h5/me",
    sms: "【微柜银行】您的银行账户{moment}在另一个微信上完成了绑定。如非本人操作，请立即致电95000。",
};

const BALANCE_CHANGE: Entry = Entry {
    rows: &[
        ("character_string1", "{tail}"),
        ("phrase2", "{what}"),
        ("amount3", "{amount}元"),
        ("amount4", "{balance}元"),
        ("time5", "{time}"),
    ],
    page: "/h5/entries",
    sms: "【微柜银行】您尾号{tail}的账户{moment}{what}{amount}元，余额{balance}元。如非本人操作，请立即致电95000。",
};

const DISPUTE_ANSWERED: Entry = Entry {
    rows: &[
        ("character_string1", "{receipt}"),
        ("phrase2", "已答复"),
        ("character_string3", "{tail}"),
        ("time4", "{time}"),
    ],
    page: "/h5/disputes",
    sms: "【微柜银行】您对尾号{tail}账户交易的申诉（编号{receipt}）{moment}已有答复，请打开公众号“我的申诉”查看。",
};
