//! How each refusal is told: its code, what is the matter, the field, the remedy.

use kit::problem::Problem;

use super::Error;

/// Refusals of what is kept and looked through: schedules, payees, past transfers.
pub(super) fn of_a_list(error: &Error) -> Problem {
    match error {
        Error::TooManySchedules => Problem::new(
            422,
            "schedule.too_many",
            "预约和定期转账最多同时有50个，请先取消不用的。",
        ),
        Error::BookFull => Problem::new(
            422,
            "payee.book_full",
            "收款人名册最多保存200人，请先删除不用的。",
        ),
        Error::PayeeSaved => Problem::new(409, "payee.saved", "这位收款人已经在名册里了。"),
        _ => Problem::new(
            400,
            "transfer.bad_search",
            "查询条件不正确，请检查日期、状态和关键词（最多40个字）。",
        ),
    }
}

/// Refusals of top-ups from WeChat Pay.
pub(super) fn of_a_topup(error: &Error) -> Problem {
    let amount =
        |code, detail, remedy| Problem::new(422, code, detail).field("amount_fen", code, detail, remedy);
    match error {
        Error::TopUpAmount => amount(
            "topup.bad_amount",
            "充值金额不正确。",
            "请输入0.01元至50000元之间的金额",
        ),
        Error::RefundTooMuch => amount(
            "topup.refund_too_much",
            "退款金额超过可退金额。",
            "退款总额不能超过充值金额，请减少金额",
        ),
        Error::TopUpAccount => Problem::new(422, "topup.account", "该账户不能充值，请选择活期账户。").field(
            "account_id",
            "topup.account",
            "该账户不能充值。",
            "请选择活期账户",
        ),
        Error::TopUpNotPayable => Problem::new(
            409,
            "topup.not_payable",
            "订单已支付、已关闭或即将过期，请刷新查看，或重新下单。",
        ),
        Error::NotRefundable => Problem::new(
            409,
            "topup.not_refundable",
            "只有充值成功的订单可以退款，请刷新查看最新状态。",
        ),
        Error::NoTopUp => Problem::new(404, "not_found", "没有找到这笔充值。"),
        Error::PayRefused => Problem::new(409, "topup.refused", "微信支付未接受这笔订单，请重新下单。"),
        _ => Problem::unavailable(
            "topup.unavailable",
            "微信支付暂时没有回应，没有发生扣款，请稍后再试。",
            3,
        ),
    }
}

/// Refusals that one field of the form can mend.
pub(super) fn of_the_form(error: &Error) -> Problem {
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
