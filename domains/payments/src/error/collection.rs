//! What staff read when a collection at the counter is refused.

use kit::problem::Problem;

use super::Error;

/// Refusals of collections 柜台收款; nothing for any other.
pub(super) fn of_a_collection(error: &Error) -> Option<Problem> {
    of_the_form(error).or_else(|| of_the_state(error))
}

/// Those that one field of the form can mend.
fn of_the_form(error: &Error) -> Option<Problem> {
    let (code, detail, field, remedy) = match error {
        Error::CollectionCharge => (
            "collection.charge_unknown",
            "没有这个收费项目。",
            "charge",
            "请从列表中选择收费项目",
        ),
        Error::CollectionAmount => (
            "collection.bad_amount",
            "收款金额不正确。",
            "amount_fen",
            "请输入0.01元至50000元之间的金额",
        ),
        Error::CollectionRemark => (
            "collection.remark_too_long",
            "备注过长。",
            "remark",
            "备注最多50个字",
        ),
        Error::CollectionReason => (
            "collection.reason_short",
            "请填写退款原因。",
            "reason",
            "请用4至200个字写明为什么退款",
        ),
        Error::CollectionRefundTooMuch => (
            "collection.refund_too_much",
            "退款金额超过可退金额。",
            "amount_fen",
            "退款总额不能超过收款金额，请减少金额",
        ),
        _ => return None,
    };
    Some(Problem::new(422, code, detail).field(field, code, detail, remedy))
}

/// Those that depend on how far it has come.
fn of_the_state(error: &Error) -> Option<Problem> {
    Some(match error {
        Error::NoCollection => Problem::new(404, "not_found", "没有找到这笔收款。"),
        Error::CollectionNotPayable => Problem::new(
            409,
            "collection.not_payable",
            "这笔收款已支付、已关闭或即将过期，请刷新查看，或重新收款。",
        ),
        Error::CollectionRefused => Problem::new(
            409,
            "collection.refused",
            "微信支付未接受这笔收款，请关闭后重新收款。",
        ),
        Error::CollectionNotRefundable => Problem::new(
            409,
            "collection.not_refundable",
            "只有已入账的收款可以退款，请刷新查看最新状态。",
        ),
        Error::CollectionRefundWaits => Problem::new(
            409,
            "collection.refund_waits",
            "这笔收款已有一笔退款待复核，请先复核。",
        ),
        Error::CollectionRefundMoved => Problem::new(
            409,
            "collection.refund_moved",
            "退款已被处理，或和您看到的不一致，请刷新后再操作。",
        ),
        Error::CollectionSamePerson => Problem::new(
            409,
            "collection.same_person",
            "退款须由另一位同事复核，提交人不能复核自己的退款。",
        ),
        Error::CollectionUnavailable => {
            Problem::unavailable("collection.unavailable", "微信支付暂时没有回应，请稍后再试。", 3)
        }
        _ => return None,
    })
}
