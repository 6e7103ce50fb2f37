//! The customers of the measured bank: in the core with money, in the channel with a password and a WeChat user, and
//! with a session each, as if all had just come in. They are taken in before the bank is started, by its own code.

use super::outside::{openid, phone};
use anyhow::{Context, Result};
use corebank::embedded::{CounterBooking, EmbeddedCore, Internal, NewCoreAccount, NewCoreCustomer, Side};
use corebank::{AccountKind, CoreCustomer, EntryKind};
use futures_util::{StreamExt as _, TryStreamExt as _};
use identity::{CustomerId, Introduction};
use kit::clock::{Clock, DAY, HOUR};
use kit::crypto::sha256;
use kit::ids::export::Uuid;
use kit::money::Money;
use weigui::{Bank, Config, Mode};

/// What everybody pays with who must prove something.
pub(crate) const PASSWORD: &str = "135246";
/// The device of every session.
pub(crate) const DEVICE: &str = "bench";
/// From here on a payment needs the password; below nothing, as banks call 小额免密. Fen.
pub(crate) const PASSWORD_FROM: i64 = 20_000;
/// From here on it needs the password and a code, as the bank is delivered. Fen.
const CODE_FROM: i64 = 100_000;
/// What everybody begins with. Fen.
const MONEY: i64 = 100_000_000;
/// Taken in at a time: the writer gathers them, and passwords are hashed meanwhile.
const AT_ONCE: usize = 32;

/// Somebody who can pay and be paid.
pub(crate) struct Customer {
    pub(crate) cookie: String,
    pub(crate) account: String,
    pub(crate) card_no: String,
    pub(crate) name: String,
}

/// Takes so many customers in and sets the policy.
pub(crate) async fn take_in(config: Config, count: u64) -> Result<Vec<Customer>> {
    let bank = Bank::open(config, Mode::Demo, Clock::system(), "setup").await?;
    let core = bank.embedded.clone().context("no reference core")?;
    core.prepare().await?;
    set_policy(&bank).await?;
    let all = futures_util::stream::iter(0..count)
        .map(|number| Box::pin(one(&bank, &core, number)))
        .buffered(AT_ONCE)
        .try_collect()
        .await?;
    bank.close().await;
    Ok(all)
}

/// Which factors a transfer needs is data of the bank; these rows are what an operator would write.
async fn set_policy(bank: &Bank) -> Result<()> {
    let set: kit::db::Result<()> = bank
        .cx
        .db
        .tx(async |c| {
            c.exec(
                "update identity_policy set factors = '', version = version + 1 where act = 'transfer' and min_amount = 0",
                (),
            )
            .await?;
            for (from, factors) in [(PASSWORD_FROM, "password"), (CODE_FROM, "password,sms")] {
                c.exec(
                    "insert into identity_policy (act, min_amount, factors, version) values ('transfer', ?, ?, 1)",
                    (from, factors),
                )
                .await?;
            }
            Ok(())
        })
        .await;
    Ok(set?)
}

async fn one(bank: &Bank, core: &EmbeddedCore, number: u64) -> Result<Customer> {
    let (customer_no, name) = (format!("8{number:09}"), name(number));
    let (account_no, card_no) = (format!("8{number:017}"), format!("62{number:017}"));
    let (phone, id_no) = (phone(number), format!("999999{number:012}"));
    let known = CoreCustomer {
        customer_no: customer_no.clone(),
        name: name.clone(),
        id_no: id_no.clone(),
        phone: phone.clone(),
    };
    core.open_customer(&NewCoreCustomer {
        id: bank.cx.ids.make(),
        customer: known,
    })
    .await?;
    core.open_account(&NewCoreAccount {
        id: bank.cx.ids.make(),
        customer_no: customer_no.clone(),
        position: 1,
        account_no: account_no.clone(),
        card_no: Some(card_no.clone()),
        kind: AccountKind::Demand,
        product_name: "活期".to_owned(),
        credit_line: Money::cny(0),
        opened_on: bank.cx.clock.today(),
    })
    .await?;
    core.import(&[salary(bank, account_no)]).await?;
    let ask = Introduction {
        customer_no: customer_no.clone(),
        name: name.clone(),
        phone,
        id_no,
        pay_password: PASSWORD.to_owned(),
        elder: false,
        openid: Some(openid(number)),
    };
    bank.identity.introduce(&ask).await?;
    let customer = bank.identity.by_customer_no(&customer_no).await?;
    let customer = customer.context("a customer who was just introduced")?;
    bank.accounts.learn(customer, &customer_no).await?;
    let (cookie, account) = comes_in(bank, customer, openid(number)).await?;
    Ok(Customer {
        cookie,
        account,
        card_no,
        name,
    })
}

fn salary(bank: &Bank, account_no: String) -> CounterBooking {
    CounterBooking {
        id: bank.cx.ids.make::<Uuid>(),
        debit: Side::Outside {
            through: Internal::Clearing,
            name: "示例公司".to_owned(),
            number: "0".to_owned(),
        },
        credit: Side::Number(account_no),
        amount: Money::cny(MONEY),
        kind: EntryKind::Deposit,
        memo: "工资".to_owned(),
        place: None,
        at: bank.cx.clock.now(),
    }
}

/// A session as WeChat's OAuth opens it, and the id of the account. Written by hand, because the way through OAuth
/// is not what is measured.
async fn comes_in(bank: &Bank, customer: CustomerId, openid: String) -> Result<(String, String)> {
    let (token, now) = (bank.cx.random.token(), bank.cx.clock.now());
    let (id, hash) = (bank.cx.ids.make::<Uuid>().to_string(), sha256(&token));
    let account: kit::db::Result<Option<(String,)>> = bank
        .cx
        .db
        .tx(async move |c| {
            c.exec(
                "insert into identity_session (id, token_hash, kind, subject, customer_id, device, device_hash, level, \
                    level_until, created_at, last_seen_at, idle_ms, absolute_at, revoked_at, revoke_reason) \
                 values (?, ?, 'customer', ?, ?, ?, ?, 1, 0, ?, ?, ?, ?, 0, '')",
                (
                    id.as_str(),
                    hash.as_str(),
                    openid.as_str(),
                    customer,
                    DEVICE,
                    sha256(DEVICE).as_str(),
                    now,
                    now,
                    HOUR,
                    now + DAY,
                ),
            )
            .await?;
            c.row("select id from accounts_account where customer_id = ?", (customer,))
                .await
        })
        .await;
    let account = account?.context("an account that was just opened")?.0;
    Ok((format!("wg_session={token}"), account))
}

/// A name of three characters; who pays must know it.
fn name(number: u64) -> String {
    const SIGNS: [char; 10] = ['安', '博', '辰', '德', '恩', '方', '光', '和', '嘉', '康'];
    let sign = |place: u64| {
        let at = usize::try_from(number / place % 10).unwrap_or(0);
        SIGNS.get(at).copied().unwrap_or('安')
    };
    ['李', sign(10), sign(1)].into_iter().collect()
}
