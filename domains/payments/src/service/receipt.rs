//! 电子回单: the receipt of a booked transfer, as a page, as a PDF, and its public check.
//!
//! The code is a keyed tag over everything that stands on the receipt, so the same transfer always has the same code and
//! a changed receipt has none.

use accounts::Slip;
use identity::{Customer, mask};
use kit::clock::{date_of, text_of};
use kit::money::Money;

use super::Payments;
use super::look::payee_shown;
use crate::error::Error;
use crate::model::capital::capital;
use crate::model::transfer::{State, Transfer, TransferId};
use crate::store;

/// Letters and digits of a code.
const CODE: usize = 12;

impl Payments {
    /// A transfer that has been booked, with the code of its receipt; from now on the code can be verified.
    pub(crate) async fn receipt(&self, who: &Customer, id: TransferId) -> Result<(Transfer, String), Error> {
        let transfer = self.owned(who, id).await?;
        if transfer.state != State::Succeeded {
            return Err(Error::WrongState);
        }
        let code = self.code_of(&transfer);
        let (idx, now) = (self.code_idx(&code), self.cx.clock.now());
        self.cx
            .db
            .tx(async move |c| store::issue_receipt(c, &idx, id, now).await)
            .await?;
        Ok((transfer, code))
    }

    /// The same as a document.
    pub(crate) async fn receipt_pdf(
        &self,
        who: &Customer,
        id: TransferId,
    ) -> Result<(String, Vec<u8>), Error> {
        let (t, code) = self.receipt(who, id).await?;
        let number = receipt_no(&t);
        let slip = Slip {
            title: t.purpose.receipt_title().to_owned(),
            figure: format!("¥ {}", Money::cny(t.amount_fen)),
            lines: lines(&t),
            verify_path: format!("/h5/verify?code={code}"),
            code: in_fours(&code),
        };
        Ok((number, self.accounts.slip(slip).await?))
    }

    /// Who asks with a code learns what the receipt says, masked. None: no receipt of ours bears it.
    pub(crate) async fn verify_receipt(&self, code: &str) -> Result<Option<Transfer>, Error> {
        self.verifies.check("receipt").map_err(|wait| Error::TooMany {
            retry_after: wait.seconds(),
        })?;
        let code: String = code
            .chars()
            .filter(|c| !c.is_whitespace() && *c != '-')
            .map(|c| c.to_ascii_uppercase())
            .collect();
        let idx = self.code_idx(&code);
        let found = self
            .cx
            .db
            .glance(async move |c| store::receipt_of(c, &idx).await)
            .await?;
        let Some(id) = found else { return Ok(None) };
        // What is shown is what the bank knows now; a code that no longer fits it verifies nothing.
        Ok(self.load(id).await?.filter(|t| self.code_of(t) == code))
    }

    fn code_of(&self, t: &Transfer) -> String {
        let (amount, at) = (t.amount_fen.to_string(), t.done_at.to_string());
        let parts = [
            &t.id.to_string(),
            &t.from_no,
            &t.to_no,
            &amount,
            &at,
            &t.reference,
        ];
        let tag = self.cx.vault.tag("receipt", &parts.map(String::as_str));
        tag.get(..CODE).unwrap_or("").to_uppercase()
    }

    fn code_idx(&self, code: &str) -> String {
        self.cx.vault.index("payments.receipt_code", code)
    }
}

/// The day and the end of the id: short enough to be read over the phone.
pub(crate) fn receipt_no(t: &Transfer) -> String {
    let id = t.id.to_string().replace('-', "").to_uppercase();
    let tail = id.get(id.len().saturating_sub(12)..).unwrap_or("");
    format!("WG{}{tail}", date_of(t.done_at).strftime("%Y%m%d"))
}

/// `A1B2 C3D4 E5F6`, as it is read aloud.
fn in_fours(code: &str) -> String {
    let letters: Vec<char> = code.chars().collect();
    let groups: Vec<String> = letters.chunks(4).map(|four| four.iter().collect()).collect();
    groups.join(" ")
}

fn lines(t: &Transfer) -> Vec<(&'static str, String)> {
    let mut lines = vec![
        ("金额大写", capital(t.amount_fen)),
        ("付款人", mask::name(&t.from_name)),
        ("付款账号", mask::card(&t.from_no)),
        ("收款人", payee_shown(t)),
        ("收款账号", mask::card(&t.to_no)),
        (
            "收款银行",
            if t.bank.is_ours() {
                "本行".to_owned()
            } else {
                t.bank.name.clone()
            },
        ),
        ("手续费", format!("{}元", Money::cny(t.fee_fen))),
        ("币种", "人民币".to_owned()),
        ("提交时间", text_of(t.created_at)),
        ("完成时间", text_of(t.done_at)),
        ("交易流水号", t.reference.clone()),
        ("回单号", receipt_no(t)),
    ];
    if !t.memo.is_empty() {
        lines.push(("附言", t.memo.clone()));
    }
    lines
}
