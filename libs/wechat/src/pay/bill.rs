//! Bills 账单: the day's trades or movements as a file, ready about 10 o'clock the next morning, proven by its hash.

use serde::Deserialize;
use sha1::{Digest as _, Sha1};

use super::Pay;
use super::outcome::{Doubt, Outcome};
use super::transport::Ask;
use super::values;

/// The largest bill read: about half a million rows.
const MAX_BILL: usize = 128 << 20;

/// Which bill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BillKind {
    /// Payments and refunds 交易账单.
    Trades,
    /// Movements of the merchant's basic account 资金账单.
    FundFlow,
}

/// A bill whose hash was right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bill {
    /// The CSV as Pay wrote it; see [`super::trades`] and [`super::fund_flow`].
    pub text: String,
    /// SHA-1 of the file, hexadecimal, as Pay announced it.
    pub sha1: String,
}

#[derive(Deserialize)]
struct Announced {
    hash_type: String,
    hash_value: String,
    download_url: String,
}

impl Pay {
    /// The bill of a day `YYYY-MM-DD` (China time). A day without any trade is refused (`NO_STATEMENT_EXIST`).
    pub async fn bill(&self, kind: BillKind, day: &str) -> Outcome<Bill> {
        let day = match values::day(day) {
            Ok(day) => day,
            Err(invalid) => return invalid.into(),
        };
        let path = match kind {
            BillKind::Trades => format!("/v3/bill/tradebill?bill_date={day}&bill_type=ALL"),
            BillKind::FundFlow => format!("/v3/bill/fundflowbill?bill_date={day}&account_type=BASIC"),
        };
        match self.call::<Announced>(&Ask::get(path)).await {
            Outcome::Done(announced) => match self.download(&announced).await {
                Ok(bill) => Outcome::Done(bill),
                Err(doubt) => Outcome::Unknown(doubt),
            },
            Outcome::Refused(refusal) => Outcome::Refused(refusal),
            Outcome::NotSent(reason) => Outcome::NotSent(reason),
            Outcome::Unknown(doubt) => Outcome::Unknown(doubt),
        }
    }

    /// Fetches the file from our own base address: what Pay names is its host as seen from the Internet.
    async fn download(&self, announced: &Announced) -> Result<Bill, Doubt> {
        let url = reqwest::Url::parse(&announced.download_url)
            .map_err(|_| Doubt::OtherAnswer("no download address"))?;
        let path = match url.query() {
            Some(query) => format!("{}?{query}", url.path()),
            None => url.path().to_owned(),
        };
        let bytes = self.file(&Ask::get(path), MAX_BILL).await?;
        let hash = hex::encode(Sha1::digest(&bytes));
        if announced.hash_type != "SHA1" || !announced.hash_value.eq_ignore_ascii_case(&hash) {
            return Err(Doubt::OtherAnswer("the file does not have the announced hash"));
        }
        let text = String::from_utf8(bytes).map_err(|_| Doubt::OtherAnswer("the file is not UTF-8"))?;
        Ok(Bill { text, sha1: hash })
    }
}
