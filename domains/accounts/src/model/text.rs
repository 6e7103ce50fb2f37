//! A row of an account in plain words: `向*明转账500.00元`.

use corebank::{CoreEntry, EntryKind};
use identity::mask;
use kit::money::Money;

/// What may be shown of the other side: persons masked, firms as they are.
///
/// Names do not say whose they are. A short name (up to four characters), a name with `·` and
/// every other side of a transfer with a number but a short name count as a person's.
pub fn counterparty(name: &str) -> String {
    let person = name.chars().count() <= 4 || name.contains('·');
    if person { mask::name(name) } else { name.to_owned() }
}

/// The other side of an entry, ready to be shown; none when the core names nobody.
pub(crate) fn other_side(entry: &CoreEntry) -> Option<String> {
    let name = entry.counterparty_name.as_deref().filter(|n| !n.is_empty())?;
    Some(match entry.kind {
        EntryKind::Transfer => counterparty(name),
        // Shops, the bank itself, the teller's cash: nobody's personal name.
        EntryKind::Deposit
        | EntryKind::Withdrawal
        | EntryKind::Payment
        | EntryKind::Interest
        | EntryKind::Fee
        | EntryKind::Refund => name.to_owned(),
    })
}

/// The entry as a sentence without a full stop.
pub(crate) fn sentence(entry: &CoreEntry) -> String {
    let money = Money::cny(entry.amount.fen().saturating_abs());
    let came_in = entry.amount.fen() >= 0;
    let who = other_side(entry);
    let who = who.as_deref();
    match (entry.kind, came_in) {
        (EntryKind::Transfer, true) => format!("收到{}转账{money}元", who.unwrap_or("对方")),
        (EntryKind::Transfer, false) => format!("向{}转账{money}元", who.unwrap_or("对方")),
        (EntryKind::Deposit, _) => format!("存入现金{money}元"),
        (EntryKind::Withdrawal, _) => format!("取出现金{money}元"),
        (EntryKind::Payment, false) => {
            who.map_or_else(|| format!("消费{money}元"), |who| format!("在{who}消费{money}元"))
        }
        (EntryKind::Payment, true) => format!("收到{}付款{money}元", who.unwrap_or("对方")),
        (EntryKind::Interest, true) => format!("利息收入{money}元"),
        (EntryKind::Interest, false) => format!("支付利息{money}元"),
        (EntryKind::Fee, false) => format!("支付手续费{money}元"),
        (EntryKind::Fee, true) => format!("退回手续费{money}元"),
        (EntryKind::Refund, true) => format!("收到{}退款{money}元", who.unwrap_or("商户")),
        (EntryKind::Refund, false) => format!("撤销退款{money}元"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn entry(kind: EntryKind, fen: i64, name: Option<&str>) -> CoreEntry {
        CoreEntry {
            id: String::new(),
            at: 0,
            business_date: date(2026, 11, 23),
            value_date: date(2026, 11, 23),
            kind,
            amount: Money::cny(fen),
            balance_after: Money::cny(0),
            counterparty_name: name.map(str::to_owned),
            counterparty_no: None,
            place: None,
            memo: String::new(),
            reference: String::new(),
        }
    }

    #[test]
    fn rows_read_as_a_person_would_say_them() {
        let cases = [
            (
                EntryKind::Transfer,
                -50_000,
                Some("陈晓明"),
                "向*晓明转账500.00元",
            ),
            (EntryKind::Transfer, 50_000, Some("小明"), "收到*明转账500.00元"),
            (
                EntryKind::Transfer,
                1_482_000,
                Some("杭州钱江机械有限公司"),
                "收到杭州钱江机械有限公司转账14,820.00元",
            ),
            (EntryKind::Transfer, -1, None, "向对方转账0.01元"),
            (
                EntryKind::Transfer,
                -1,
                Some("买买提·艾力"),
                "向*买提·艾力转账0.01元",
            ),
            (EntryKind::Deposit, 100, Some("现金存入"), "存入现金1.00元"),
            (EntryKind::Withdrawal, -100, Some("现金取出"), "取出现金1.00元"),
            (EntryKind::Payment, -1_280, Some("知味观"), "在知味观消费12.80元"),
            (EntryKind::Payment, -1_280, None, "消费12.80元"),
            (EntryKind::Interest, 612, Some("微柜银行"), "利息收入6.12元"),
            (EntryKind::Fee, -200, None, "支付手续费2.00元"),
            (EntryKind::Refund, 990, Some("瑞幸咖啡"), "收到瑞幸咖啡退款9.90元"),
        ];
        for (kind, fen, name, wanted) in cases {
            assert_eq!(sentence(&entry(kind, fen, name)), wanted);
        }
    }
}
