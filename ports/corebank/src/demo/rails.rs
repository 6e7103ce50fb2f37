//! The demo bank's own accounts: for what payment rails owe it until they pay 待清算, and for what its counter earns.

use jiff::civil::date;
use kit::money::Money;

use super::uuid;
use crate::embedded::{EmbeddedCore, Fail, NewCoreAccount, NewCoreCustomer};
use crate::types::{AccountKind, CoreCustomer};

/// The account that stands for what WeChat Pay owes the bank 微信支付待清算.
pub const WECHAT_SETTLEMENT: &str = "99900000000000016";
/// What the demo's counter collects: code, name, income account.
pub const CHARGES: [(&str, &str, &str); 4] = [
    ("box_rent", "保管箱租金", "99900000000000024"),
    ("materials", "工本费", "99900000000000032"),
    ("loss_fee", "凭证挂失手续费", "99900000000000040"),
    ("statement", "资信证明手续费", "99900000000000057"),
];
/// No person of the demo has this number.
const THE_BANK: u32 = 900_000;
/// As far as it may be behind: far above what a demo moves, in fen.
const LINE_FEN: i64 = 1_000_000_000_000;

/// Opens them; harmless when they are there.
pub(super) async fn open(core: &EmbeddedCore) -> Result<bool, Fail> {
    let customer = CoreCustomer {
        customer_no: "C0000900000".to_owned(),
        name: "微柜银行待清算".to_owned(),
        id_no: String::new(),
        phone: String::new(),
    };
    let fresh = core
        .open_customer(&NewCoreCustomer {
            id: uuid(THE_BANK, 0),
            customer,
        })
        .await?;
    let settlement = open_account(core, 1, WECHAT_SETTLEMENT, "微信支付待清算").await?;
    let mut opened = fresh || settlement;
    for (position, (_, name, account_no)) in (2..).zip(CHARGES) {
        opened |= open_account(core, position, account_no, name).await?;
    }
    Ok(opened)
}

async fn open_account(
    core: &EmbeddedCore,
    position: u32,
    account_no: &str,
    name: &str,
) -> Result<bool, Fail> {
    let account = NewCoreAccount {
        id: uuid(THE_BANK, position),
        customer_no: "C0000900000".to_owned(),
        position: i64::from(position),
        account_no: account_no.to_owned(),
        card_no: None,
        kind: AccountKind::Demand,
        product_name: name.to_owned(),
        credit_line: Money::cny(LINE_FEN),
        opened_on: date(2026, 1, 1),
    };
    core.open_account(&account).await
}
