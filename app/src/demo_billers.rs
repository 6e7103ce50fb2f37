//! The demo's billers 缴费单位, each with its account at the bank.

use anyhow::Context as _;
use corebank::embedded::{NewCoreAccount, NewCoreCustomer};
use corebank::{AccountKind, CoreCustomer, EmbeddedCore};
use kit::clock::date_of;
use kit::ids::export::Uuid;
use kit::money::Money;
use payments::Biller;

use crate::wire::Bank;

/// Code, name, kind, what the number is called, its digits.
const BILLERS: [(&str, &str, &str, &str, i64); 3] = [
    ("power", "示范市供电公司", "电费", "户号", 10),
    ("water", "示范市自来水公司", "水费", "用户编号", 8),
    ("gas", "示范市燃气公司", "燃气费", "客户号", 9),
];

/// Seeding again changes nothing.
pub async fn seed(bank: &Bank, core: &EmbeddedCore) -> anyhow::Result<()> {
    for (place, (code, name, kind, number_label, digits)) in (1_u32..).zip(BILLERS) {
        let settle_no = format!("99019{place:012}");
        let customer_no = format!("B{place:09}");
        let customer = CoreCustomer {
            customer_no: customer_no.clone(),
            name: name.to_owned(),
            id_no: format!("9199999999999999{place:02}"),
            phone: format!("1380000090{place}"),
        };
        let id = |part: u128| {
            Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + u128::from(place) * 16 + part)
        };
        core.open_customer(&NewCoreCustomer { id: id(0), customer })
            .await
            .context("a biller in the core")?;
        let account = NewCoreAccount {
            id: id(1),
            customer_no,
            position: 1,
            account_no: settle_no.clone(),
            card_no: None,
            kind: AccountKind::Demand,
            product_name: "单位结算账户".to_owned(),
            credit_line: Money::cny(0),
            opened_on: date_of(0),
        };
        core.open_account(&account).await.context("a biller's account")?;
        let biller = Biller {
            code: code.to_owned(),
            name: name.to_owned(),
            kind: kind.to_owned(),
            number_label: number_label.to_owned(),
            digits,
            settle_no,
        };
        bank.payments.add_biller(biller, i64::from(place)).await?;
    }
    Ok(())
}
