//! An account as its owner sees it.

use corebank::{AccountKind, Balance, Restriction, RestrictionKind};
use identity::CustomerId;
use kit::clock::{Ms, date_of};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

kit::id_type!(
    /// An account of a customer; opaque, not its number.
    pub AccountId
);

/// What may be done with an account, in one word; the text gives the reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    Normal,
    /// 挂失
    Lost,
    /// 冻结、止付
    Frozen,
    /// 睡眠户
    Dormant,
    /// 销户
    Closed,
}

impl Status {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Lost => "lost",
            Self::Frozen => "frozen",
            Self::Dormant => "dormant",
            Self::Closed => "closed",
        }
    }

    pub(crate) fn parse(text: &str) -> Self {
        match text {
            "lost" => Self::Lost,
            "frozen" => Self::Frozen,
            "dormant" => Self::Dormant,
            "closed" => Self::Closed,
            _ => Self::Normal,
        }
    }
}

/// Restrictions are a set; the customer reads the gravest one and why. `lost_since` is our own block.
pub(crate) fn status(closed: bool, set: &[Restriction], lost_since: Option<Ms>) -> (Status, String) {
    let first = |kind: RestrictionKind| set.iter().find(|r| r.kind == kind);
    let on = |since: Ms| date_of(since).strftime("%Y年%-m月%-d日").to_string();
    if closed {
        return (Status::Closed, "已销户".to_owned());
    }
    if let Some(r) = first(RestrictionKind::Frozen) {
        return (
            Status::Frozen,
            format!("已冻结：自{}起不能收付，请联系开户网点", on(r.since)),
        );
    }
    if let Some(r) = first(RestrictionKind::DebitStop) {
        return (
            Status::Frozen,
            format!("已止付：自{}起只收不付，请联系开户网点", on(r.since)),
        );
    }
    if let Some(since) = lost_since.or(first(RestrictionKind::LossReport).map(|r| r.since)) {
        return (
            Status::Lost,
            format!("已挂失：自{}起只收不付，可解挂或到网点补卡", on(since)),
        );
    }
    if first(RestrictionKind::Dormant).is_some() {
        return (
            Status::Dormant,
            "睡眠户：长期未使用，请到网点核实身份后恢复使用".to_owned(),
        );
    }
    (Status::Normal, "正常".to_owned())
}

/// What the core last told of an account's money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Figures {
    pub(crate) posted: i64,
    pub(crate) held: i64,
    pub(crate) available: i64,
    pub(crate) credit_limit: i64,
    pub(crate) version: i64,
    pub(crate) as_of: Ms,
}

impl From<Balance> for Figures {
    fn from(b: Balance) -> Self {
        Self {
            posted: b.posted.fen(),
            held: b.held.fen(),
            available: b.available.fen(),
            credit_limit: b.credit_limit.fen(),
            version: b.version,
            as_of: b.as_of,
        }
    }
}

/// Figures and whether they are as told just now (or cached within their time) or an old snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) figures: Figures,
    pub(crate) stale: bool,
}

/// An account for its owner's eyes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct AccountView {
    pub id: AccountId,
    /// `demand`, `term`, `credit`, `loan`, `wealth`.
    pub kind: &'static str,
    /// `活期储蓄`
    pub product: String,
    /// `6222 **** **** 1234`
    pub no_masked: String,
    pub tail: String,
    pub status: Status,
    /// The status in words, with its reason.
    pub status_text: String,
    /// Fen; negative is owed. Null: not known.
    pub balance_fen: Option<i64>,
    pub available_fen: Option<i64>,
    pub held_fen: Option<i64>,
    pub credit_limit_fen: Option<i64>,
    /// When the figures were true. Milliseconds UTC.
    pub as_of: Option<Ms>,
    /// The core did not answer: these are the last figures known.
    pub stale: bool,
}

/// Everything a customer has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Overview {
    pub(crate) accounts: Vec<AccountView>,
    /// Σ of what the customer has; null when a part is not known.
    pub(crate) assets_fen: Option<i64>,
    /// Σ of what the customer owes, positive; null when a part is not known.
    pub(crate) debts_fen: Option<i64>,
    /// The oldest instant among the figures.
    pub(crate) as_of: Ms,
    /// Something is stale or missing.
    pub(crate) partial: bool,
    /// What is stale or missing, in words.
    pub(crate) missing: Vec<String>,
}

/// Sums over accounts; i128 between, so that no order of summing overflows.
pub(crate) fn totals(accounts: &[AccountView]) -> (Option<i64>, Option<i64>) {
    let sum = |debts: bool| {
        let of_side = accounts
            .iter()
            .filter(|a| matches!(a.kind, "credit" | "loan") == debts);
        let parts: Option<Vec<i64>> = of_side.map(|a| a.balance_fen).collect();
        let total: i128 = parts?.into_iter().map(i128::from).sum();
        i64::try_from(if debts { -total } else { total }).ok()
    };
    (sum(false), sum(true))
}

/// An account of the asking customer's, with what the core must be told. Not for the client.
#[derive(Clone)]
pub struct OwnAccount {
    pub id: AccountId,
    pub customer: CustomerId,
    pub account_no: String,
    pub card_no: Option<String>,
    /// `6222 **** **** 1234`, of the number that the customer knows: the card's, else the account's.
    pub no_masked: String,
    pub tail: String,
    pub kind: AccountKind,
    pub product: String,
    pub status: Status,
    pub status_text: String,
}

impl OwnAccount {
    /// `活期储蓄（尾号1234）`
    pub fn name(&self) -> String {
        format!("{}（尾号{}）", self.product, self.tail)
    }

    pub(crate) fn view(&self, known: Option<Known>) -> AccountView {
        let figures = known.map(|k| k.figures);
        let of_credit = figures.filter(|_| self.kind == AccountKind::Credit);
        AccountView {
            id: self.id,
            kind: self.kind.as_str(),
            product: self.product.clone(),
            no_masked: self.no_masked.clone(),
            tail: self.tail.clone(),
            status: self.status,
            status_text: self.status_text.clone(),
            balance_fen: figures.map(|f| f.posted),
            available_fen: figures.map(|f| f.available),
            held_fen: figures.map(|f| f.held),
            credit_limit_fen: of_credit.map(|f| f.credit_limit),
            as_of: figures.map(|f| f.as_of),
            stale: known.is_some_and(|k| k.stale),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use corebank::RestrictionSource;

    fn restriction(kind: RestrictionKind) -> Restriction {
        Restriction {
            kind,
            source: RestrictionSource::Bank,
            since: 0,
        }
    }

    #[test]
    fn the_gravest_restriction_names_the_status() {
        use RestrictionKind::{DebitStop, Dormant, Frozen, LossReport};
        let cases = [
            (false, vec![], None, Status::Normal),
            (false, vec![Dormant], None, Status::Dormant),
            (false, vec![Dormant, LossReport], None, Status::Lost),
            (false, vec![], Some(5), Status::Lost),
            (false, vec![LossReport, DebitStop], Some(5), Status::Frozen),
            (false, vec![Frozen, LossReport], None, Status::Frozen),
            (true, vec![Frozen], Some(5), Status::Closed),
        ];
        for (closed, kinds, lost, wanted) in cases {
            let set: Vec<_> = kinds.into_iter().map(restriction).collect();
            assert_eq!(status(closed, &set, lost).0, wanted);
        }
        assert_eq!(
            status(false, &[], Some(0)).1,
            "已挂失：自1970年1月1日起只收不付，可解挂或到网点补卡"
        );
    }

    fn view(kind: &'static str, balance_fen: Option<i64>) -> AccountView {
        AccountView {
            id: uuid::Uuid::nil().into(),
            kind,
            product: String::new(),
            no_masked: String::new(),
            tail: String::new(),
            status: Status::Normal,
            status_text: String::new(),
            balance_fen,
            available_fen: None,
            held_fen: None,
            credit_limit_fen: None,
            as_of: None,
            stale: false,
        }
    }

    #[test]
    fn a_missing_part_makes_the_whole_unknown_on_its_own_side_only() {
        let all = [
            view("demand", Some(500)),
            view("term", Some(100)),
            view("credit", Some(-30)),
        ];
        assert_eq!(totals(&all), (Some(600), Some(30)));
        let part = [
            view("demand", Some(500)),
            view("term", None),
            view("loan", Some(-7)),
        ];
        assert_eq!(totals(&part), (None, Some(7)));
        assert_eq!(totals(&[]), (Some(0), Some(0)));
    }
}
