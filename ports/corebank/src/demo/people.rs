//! Who banks at the demo bank.

use jiff::civil::{Date, date};

use super::numbers;
use crate::types::AccountKind;

/// A person of the demo: as the core knows them, as WeChat knows them, and what they type.
#[derive(Clone)]
pub struct DemoPerson {
    pub(super) index: u32,
    pub customer_no: String,
    pub name: &'static str,
    pub openid: &'static str,
    pub phone: &'static str,
    /// The card of the demand account.
    pub card_no: String,
    pub id_no: String,
    pub pay_password: &'static str,
    /// Bound to the openid when the demo is seeded.
    pub bound: bool,
    pub elder: bool,
    pub following: bool,
    /// The demand account first.
    pub accounts: Vec<DemoAccount>,
}

#[derive(Clone)]
pub struct DemoAccount {
    pub kind: AccountKind,
    pub product: &'static str,
    pub account_no: String,
    pub card_no: Option<String>,
    pub credit_line_fen: i64,
    pub opened_on: Date,
}

/// Birth date and sequence, from which the ID number follows; an odd sequence is a man's.
#[derive(Clone, Copy)]
struct Born(&'static str, &'static str);

/// Everybody, in the order in which the demo shows them.
pub fn people() -> Vec<DemoPerson> {
    let mut people = vec![
        person(
            1,
            "李秀兰",
            "oDemoLiXiulan0000000000001",
            Born("19520312", "002"),
            "258036",
        ),
        person(
            2,
            "王建国",
            "oDemoWangJianguo0000000002",
            Born("19680705", "001"),
            "147025",
        ),
        person(
            3,
            "陈晓明",
            "oDemoChenXiaoming000000003",
            Born("19901118", "003"),
            "369014",
        ),
        person(
            4,
            "张伟",
            "oDemoZhangWei0000000000004",
            Born("19850228", "005"),
            "753951",
        ),
        person(
            5,
            "赵敏",
            "oDemoZhaoMin00000000000005",
            Born("19960930", "004"),
            "864209",
        ),
    ];
    for person in &mut people {
        person.bound = person.index <= 3;
        person.following = person.index <= 4;
        person.elder = person.index == 1;
        person.accounts.extend(further(person.index));
    }
    people
}

fn person(
    index: u32,
    name: &'static str,
    openid: &'static str,
    born: Born,
    pay_password: &'static str,
) -> DemoPerson {
    let card_no = numbers::card(&format!("62220099{:010}", 4_000_100 + u64::from(index) * 37));
    let demand = DemoAccount {
        kind: AccountKind::Demand,
        product: "活期储蓄",
        account_no: account_no(index, 1),
        card_no: Some(card_no.clone()),
        credit_line_fen: 0,
        opened_on: date(2019, 4, 16),
    };
    DemoPerson {
        index,
        customer_no: format!("C{:09}", 100_000 + index),
        name,
        openid,
        phone: match index {
            1 => "13800000001",
            2 => "13800000002",
            3 => "13800000003",
            4 => "13800000004",
            _ => "13800000005",
        },
        card_no,
        id_no: numbers::id_no(&format!("999999{}{}", born.0, born.1)),
        pay_password,
        bound: false,
        elder: false,
        following: false,
        accounts: vec![demand],
    }
}

/// What a person has beside the demand account.
fn further(index: u32) -> Vec<DemoAccount> {
    let term = |n, product, opened_on| DemoAccount {
        kind: AccountKind::Term,
        product,
        account_no: account_no(index, n),
        card_no: None,
        credit_line_fen: 0,
        opened_on,
    };
    let credit = |n, product, line| {
        // Credit cards of the demo have 16 digits, as most do.
        let card = numbers::card(&format!("6258{:011}", 9_000_000 + u64::from(index) * 113));
        DemoAccount {
            kind: AccountKind::Credit,
            product,
            account_no: account_no(index, n),
            card_no: Some(card),
            credit_line_fen: line,
            opened_on: date(2021, 9, 1),
        }
    };
    let loan = |n, product, line| DemoAccount {
        kind: AccountKind::Loan,
        product,
        account_no: account_no(index, n),
        card_no: None,
        credit_line_fen: line,
        opened_on: date(2022, 5, 20),
    };
    match index {
        1 => vec![term(2, "整存整取（三年）", date(2024, 2, 19))],
        2 => vec![
            term(2, "整存整取（一年）", date(2026, 3, 2)),
            loan(3, "个人住房贷款", 68_000_000),
        ],
        3 => vec![credit(2, "标准信用卡", 3_000_000)],
        4 => vec![
            credit(2, "白金信用卡", 5_000_000),
            term(3, "大额存单", date(2025, 11, 12)),
        ],
        _ => Vec::new(),
    }
}

/// 17 digits; not a card, so no check digit.
fn account_no(index: u32, n: u32) -> String {
    format!("99010{:08}{n:04}", 20_000 + index)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_is_valid_and_nobodys() {
        let people = people();
        for p in &people {
            assert!(
                numbers::id_no_is_valid(&p.id_no) && p.id_no.starts_with("999999"),
                "{}",
                p.id_no
            );
            assert!(
                numbers::card_is_valid(&p.card_no) && p.card_no.starts_with("6222"),
                "{}",
                p.card_no
            );
            assert_eq!((p.card_no.len(), p.openid.len(), p.phone.len()), (19, 26, 11));
        }
        let cards = people
            .iter()
            .flat_map(|p| p.accounts.iter().filter_map(|a| a.card_no.clone()));
        assert!(cards.clone().all(|c| numbers::card_is_valid(&c)));
        let distinct: std::collections::BTreeSet<String> = cards
            .chain(
                people
                    .iter()
                    .flat_map(|p| p.accounts.iter().map(|a| a.account_no.clone())),
            )
            .collect();
        assert_eq!(distinct.len(), 7 + 11);
    }
}
