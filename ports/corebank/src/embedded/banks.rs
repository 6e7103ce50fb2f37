//! The banks that the reference core can pay. Demo data: names and head offices' line numbers as commonly
//! published; a bank's own core knows the current list of the central bank.

use crate::types::Bank;

/// 联行号, name, short name.
const BANKS: [(&str, &str, &str); 12] = [
    ("102100099996", "中国工商银行", "工商银行"),
    ("103100000026", "中国农业银行", "农业银行"),
    ("104100000004", "中国银行", "中国银行"),
    ("105100000017", "中国建设银行", "建设银行"),
    ("301290000007", "交通银行", "交通银行"),
    ("403100000004", "中国邮政储蓄银行", "邮储银行"),
    ("308584000013", "招商银行", "招商银行"),
    ("310290000013", "上海浦东发展银行", "浦发银行"),
    ("302100011000", "中信银行", "中信银行"),
    ("305100000013", "中国民生银行", "民生银行"),
    ("309391000011", "兴业银行", "兴业银行"),
    ("307584007998", "平安银行", "平安银行"),
];

pub(super) fn all() -> Vec<Bank> {
    let banks = BANKS.iter().map(|(code, name, short_name)| Bank {
        code: (*code).to_owned(),
        name: (*name).to_owned(),
        short_name: (*short_name).to_owned(),
    });
    banks.collect()
}

pub(super) fn is_known(code: &str) -> bool {
    BANKS.iter().any(|(known, ..)| *known == code)
}
