//! What an audit row is, and how rows are linked: pure.

use kit::clock::Ms;
use kit::crypto::sha256;
use serde::{Deserialize, Serialize};

/// Who acted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    Customer(String),
    Staff(String),
    /// A part of the system itself: a job, the sealer, an operator's command.
    System(&'static str),
    /// A WeChat user not (yet) known as a customer, by a blind index of the openid.
    Fan(String),
}

impl Actor {
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Customer(_) => "customer",
            Self::Staff(_) => "staff",
            Self::System(_) => "system",
            Self::Fan(_) => "fan",
        }
    }

    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Customer(id) | Self::Staff(id) | Self::Fan(id) => id,
            Self::System(part) => part,
        }
    }
}

/// What is to be recorded.
#[derive(Clone, Debug)]
pub struct Entry {
    pub actor: Actor,
    /// `domain.verb`.
    pub action: &'static str,
    /// `kind:id`.
    pub subject: String,
    /// `ok`, or the stable code of the refusal.
    pub result: &'static str,
    /// Ids, codes and counts only.
    pub detail: serde_json::Value,
}

/// A row as it is stored and shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct AuditRow {
    /// Place in the chain; none until the sealer has linked the row.
    pub seq: Option<i64>,
    pub id: String,
    /// Milliseconds UTC.
    pub at: Ms,
    pub actor_kind: String,
    pub actor: String,
    pub action: String,
    pub subject: String,
    pub result: String,
    /// JSON text.
    pub detail: String,
    pub trace: String,
}

impl AuditRow {
    /// What the tag and the chain are computed over; the separator can't occur in a field.
    pub(crate) fn canonical(&self) -> String {
        let at = self.at.to_string();
        let fields = [
            &self.id,
            &at,
            &self.actor_kind,
            &self.actor,
            &self.action,
            &self.subject,
            &self.result,
            &self.detail,
            &self.trace,
        ];
        serde_json::to_string(&fields).unwrap_or_default()
    }

    /// The hash of the chain once this row has been linked behind `previous`.
    pub(crate) fn link(&self, seq: i64, previous: &str) -> String {
        sha256(&format!("{previous}|{seq}|{}", self.canonical()))
    }
}

/// The chain before its first row.
pub(crate) const GENESIS: &str = "weigui-audit-genesis";

/// What to look for; empty texts match everything.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Filter {
    pub actor: String,
    pub action: String,
    pub subject: String,
    pub from: Option<Ms>,
    pub to: Option<Ms>,
}

/// Where the chain is broken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Fault {
    /// `edited`, `missing`, `chain` or `head`.
    pub kind: &'static str,
    pub seq: Option<i64>,
    pub id: Option<String>,
}

/// What a verification found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Verdict {
    pub ok: bool,
    /// Rows checked, linked or not.
    pub rows: i64,
    /// Rows linked into the chain.
    pub sealed: i64,
    /// The end of the chain; note it outside the database to prove later that nothing was cut off.
    pub head_hash: String,
    pub checked_at: Ms,
    pub fault: Option<Fault>,
}
