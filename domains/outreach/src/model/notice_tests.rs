//! The catalogue stays within WeChat's limits, and out of advertising.

use super::*;
use crate::model::catalogue::{DEFAULT_TEMPLATES, MARKETING};

const AT: Ms = 1_795_399_205_000;

fn all(amount: Money, name: &str, reason: &str) -> Vec<NoticeKind> {
    let mut all = of_transfers(amount, name, reason);
    all.extend(of_payments(amount, name, reason));
    all.extend(of_accounts(amount, name));
    all
}

fn of_transfers(amount: Money, name: &str, reason: &str) -> Vec<NoticeKind> {
    let (party, tail) = (name.to_owned(), "1234".to_owned());
    vec![
        NoticeKind::TransferDone {
            amount,
            payee_masked: party.clone(),
            account_tail: tail.clone(),
            at: AT,
        },
        NoticeKind::TransferFailed {
            amount,
            payee_masked: party.clone(),
            account_tail: tail.clone(),
            reason: reason.to_owned(),
            at: AT,
        },
        NoticeKind::TransferReturned {
            amount,
            payee_masked: party.clone(),
            account_tail: tail.clone(),
            reason: reason.to_owned(),
            at: AT,
        },
        NoticeKind::ScheduleTomorrow {
            amount,
            payee_masked: party.clone(),
            account_tail: tail.clone(),
            reason: reason.to_owned(),
            at: AT,
        },
        NoticeKind::ScheduleSkipped {
            amount,
            payee_masked: party,
            account_tail: tail,
            reason: reason.to_owned(),
            at: AT,
        },
    ]
}

fn of_payments(amount: Money, name: &str, reason: &str) -> Vec<NoticeKind> {
    let (party, tail) = (name.to_owned(), "1234".to_owned());
    vec![
        NoticeKind::RepaymentDone {
            amount,
            card: party.clone(),
            account_tail: tail.clone(),
            at: AT,
        },
        NoticeKind::RepaymentFailed {
            amount,
            card: party.clone(),
            account_tail: tail.clone(),
            reason: reason.to_owned(),
            at: AT,
        },
        auto(AutoRepay::Tomorrow, amount, &party, reason),
        auto(AutoRepay::Failed, amount, &party, reason),
        auto(AutoRepay::Paused, amount, &party, reason),
        NoticeKind::BillPaid {
            amount,
            biller: party.clone(),
            account_tail: tail.clone(),
            at: AT,
        },
        NoticeKind::BillRefused {
            amount,
            biller: party,
            account_tail: tail,
            reason: reason.to_owned(),
            at: AT,
        },
    ]
}

fn auto(what: AutoRepay, amount: Money, card: &str, reason: &str) -> NoticeKind {
    NoticeKind::AutoRepay {
        what,
        amount,
        card: card.to_owned(),
        account_tail: "1234".to_owned(),
        reason: reason.to_owned(),
        at: AT,
    }
}

fn of_accounts(amount: Money, name: &str) -> Vec<NoticeKind> {
    let (party, tail, receipt) = (name.to_owned(), "1234".to_owned(), "GS20261123ABCDEF".to_owned());
    vec![
        NoticeKind::MoneyIn {
            amount,
            balance: amount,
            payer_masked: party,
            account_tail: tail.clone(),
            at: AT,
        },
        NoticeKind::LossReported {
            account_tail: tail.clone(),
            receipt_no: receipt.clone(),
            at: AT,
        },
        NoticeKind::LossLifted {
            account_tail: tail.clone(),
            receipt_no: receipt.clone(),
            at: AT,
        },
        NoticeKind::BoundElsewhere {
            new_openid: "oNew".to_owned(),
            at: AT,
        },
        NoticeKind::BalanceChange {
            what: "消费",
            amount,
            balance: amount,
            account_tail: tail.clone(),
            at: AT,
        },
        NoticeKind::DisputeAnswered {
            account_tail: tail,
            receipt_no: receipt,
            at: AT,
        },
    ]
}

fn notice(kind: NoticeKind) -> Notice {
    let id: CustomerId = "01890000-0000-7000-8000-000000000001".parse().unwrap();
    Notice {
        customer: id,
        kind,
        dedupe_key: "k".to_owned(),
        link: None,
    }
}

#[test]
fn every_notice_fits_the_template_whatever_the_names_and_sums() {
    let long = "*斯塔福德郡国际贸易及物流服务（上海）有限责任公司";
    for name in ["*明", long, "", "两\n行 名字"] {
        for fen in [1, 50_000, 999_999_999_999] {
            for kind in all(Money::cny(fen), name, "账户余额不足。") {
                let message = notice(kind).message().unwrap();
                for (key, value) in &message.rows {
                    assert_eq!(values::check(key, value), Ok(()));
                    assert!(
                        value.chars().count() <= 20 && !value.contains('\n'),
                        "{key} {value}"
                    );
                }
                assert!(
                    message.sms.chars().count() <= 134,
                    "more than two SMS: {}",
                    message.sms
                );
                assert!(!message.sms.contains(['{', '}', '\n']), "{}", message.sms);
                assert!(message.sms.starts_with("【微柜银行】") && message.sms.ends_with('。'));
                assert!(!message.sms.contains("。。"), "{}", message.sms);
            }
        }
    }
}

#[test]
fn every_kind_has_a_template_of_its_own_key() {
    let kinds: Vec<_> = all(Money::cny(1), "*明", "x")
        .iter()
        .map(NoticeKind::name)
        .collect();
    assert_eq!(kinds, DEFAULT_TEMPLATES.map(|(kind, _)| kind));
}

#[test]
fn the_words_as_the_customer_reads_them() {
    let told: Vec<_> = all(Money::cny(50_000), "*明", "账户余额不足。")
        .into_iter()
        .map(|kind| notice(kind).message().unwrap().sms)
        .collect();
    assert_eq!(
        told,
        [
            "【微柜银行】您尾号1234的账户11月23日10:00向*明转账500.00元，已成功。如非本人操作，请立即致电95000。",
            "【微柜银行】您尾号1234的账户11月23日10:00向*明转账500.00元未成功，款项未转出。原因：账户余额不足。",
            "【微柜银行】您尾号1234的账户向*明转账500.00元被退回，款项11月23日10:00已退到该账户。账户余额不足。",
            "【微柜银行】您尾号1234的账户预约在11月23日10:00向*明转账500.00元账户余额不足。不需要时可提前取消。",
            "【微柜银行】您尾号1234的账户预约在11月23日10:00向*明转账500.00元：账户余额不足。",
            "【微柜银行】您尾号1234的账户11月23日10:00向*明还款500.00元，已成功。如非本人操作，请立即致电95000。",
            "【微柜银行】您尾号1234的账户11月23日10:00向*明还款500.00元未成功，款项未转出。原因：账户余额不足。",
            "【微柜银行】您尾号1234的账户将在11月23日10:00向*明自动还款500.00元账户余额不足。已手动还款的部分不再扣。",
            "【微柜银行】您尾号1234的账户11月23日10:00向*明自动还款500.00元未成功：账户余额不足。",
            "【微柜银行】您*明的自动还款11月23日10:00已暂停：账户余额不足。恢复后请重新开通。",
            "【微柜银行】您尾号1234的账户11月23日10:00向*明缴费500.00元，已成功。如非本人操作，请立即致电95000。",
            "【微柜银行】您尾号1234的账户11月23日10:00向*明缴费500.00元未成功，款项未转出。原因：账户余额不足。",
            "【微柜银行】您尾号1234的账户11月23日10:00收到*明转入500.00元，余额500.00元。",
            "【微柜银行】您尾号1234的账户11月23日10:00已挂失，受理编号GS20261123ABCDEF，挂失期间只能收款、不能付款。\
             如非本人操作，请立即致电95000。",
            "【微柜银行】您尾号1234的账户11月23日10:00已解除挂失，受理编号GS20261123ABCDEF。如非本人操作，请立即致电95000。",
            "【微柜银行】您的银行账户11月23日10:00在另一个微信上完成了绑定。如非本人操作，请立即致电95000。",
            "【微柜银行】您尾号1234的账户11月23日10:00消费500.00元，余额500.00元。如非本人操作，请立即致电95000。",
            "【微柜银行】您对尾号1234账户交易的申诉（编号GS20261123ABCDEF）11月23日10:00已有答复，\
             请打开公众号“我的申诉”查看。",
        ]
    );
}

#[test]
fn advertising_is_refused_in_our_words_and_left_out_of_strangers_names() {
    for word in MARKETING {
        let ours = NoticeKind::TransferFailed {
            amount: Money::cny(1),
            payee_masked: "*明".to_owned(),
            account_tail: "1234".to_owned(),
            reason: format!("余额不足，{word}等您来"),
            at: AT,
        };
        let refused = notice(ours).message();
        assert!(
            matches!(refused, Err(Error::Marketing(found)) if word.contains(found)),
            "{word}"
        );
        let theirs = all(Money::cny(1), &format!("*{word}公司"), "x").remove(0);
        assert_eq!(notice(theirs).message().unwrap().rows[2].1, "对方账户");
    }
}

#[test]
fn a_notice_opens_pages_of_ours_only() {
    let with = |link: &str| Notice {
        link: Some(link.to_owned()),
        ..notice(all(Money::cny(1), "*明", "x").remove(0))
    };
    assert_eq!(
        with("/h5/transfers/0189-00").message().unwrap().page,
        "/h5/transfers/0189-00"
    );
    for bad in [
        "https://evil.example/h5/",
        "//evil.example",
        "/h5//evil",
        "/h5/../office",
        "/office/",
        "/h5/a b",
        "/h5/银",
    ] {
        assert!(matches!(with(bad).message(), Err(Error::Link)), "{bad}");
    }
}

#[test]
fn only_balance_changes_are_a_matter_of_taste() {
    let taste = |balance_notice, min| Preferences {
        elder: false,
        balance_notice,
        balance_notice_min_fen: min,
    };
    for kind in all(Money::cny(10_000), "*明", "x") {
        let change = matches!(
            kind,
            NoticeKind::TransferDone { .. }
                | NoticeKind::RepaymentDone { .. }
                | NoticeKind::BillPaid { .. }
                | NoticeKind::MoneyIn { .. }
                | NoticeKind::BalanceChange { .. }
        );
        let message = notice(kind).message().unwrap();
        assert!(message.is_wanted(&taste(true, 10_000)));
        assert_eq!(message.is_wanted(&taste(true, 10_001)), !change);
        assert_eq!(message.is_wanted(&taste(false, 0)), !change);
    }
}

#[test]
fn an_amount_beyond_wechats_ten_digits_is_an_error_and_not_a_wrong_amount() {
    let kind = all(Money::cny(1_000_000_000_000), "*明", "x").remove(0);
    assert!(matches!(notice(kind).message(), Err(Error::Value(_))));
}
