//! The demo bank's own accounts for what payment rails owe it until they pay: 待清算.

use jiff::civil::date;
use kit::money::Money;

use super::uuid;
use crate::embedded::{EmbeddedCore, Fail, NewCoreAccount, NewCoreCustomer};
use crate::types::{AccountKind, CoreCustomer};

/// The account that stands for what WeChat Pay owes the bank 微信支付待清算.
pub const WECHAT_SETTLEMENT: &str = "99900000000000016";
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
    let account = NewCoreAccount {
        id: uuid(THE_BANK, 1),
        customer_no: "C0000900000".to_owned(),
        position: 1,
        account_no: WECHAT_SETTLEMENT.to_owned(),
        card_no: None,
        kind: AccountKind::Demand,
        product_name: "微信支付待清算".to_owned(),
        credit_line: Money::cny(LINE_FEN),
        opened_on: date(2026, 1, 1),
    };
    Ok(core.open_account(&account).await? || fresh)
}
