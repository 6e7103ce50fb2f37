//! Roles and what they permit. No role has everything; what no role lists, nobody may do.

use serde::Serialize;
use utoipa::ToSchema;

/// A role of staff.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// 柜员: serves customers.
    Teller,
    /// 主管: a teller who may also cut off sessions and see the policies.
    Supervisor,
    /// 审计员: reads the trail, changes nothing.
    Auditor,
    /// 运维: sees machines, not customers.
    Operator,
}

impl Role {
    pub const ALL: [Self; 4] = [Self::Teller, Self::Supervisor, Self::Auditor, Self::Operator];

    pub fn name(self) -> &'static str {
        match self {
            Self::Teller => "teller",
            Self::Supervisor => "supervisor",
            Self::Auditor => "auditor",
            Self::Operator => "operator",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == text)
    }

    pub fn permits(self) -> &'static [&'static str] {
        match self {
            Self::Teller => &[
                "overview.read",
                "customers.read",
                "customers.reveal",
                "cases.read",
                "cases.work",
                "collections.read",
                "collections.open",
            ],
            Self::Supervisor => &[
                "overview.read",
                "customers.read",
                "customers.reveal",
                "sessions.revoke",
                "policies.read",
                "cases.read",
                "cases.check",
                "collections.read",
                "collections.check",
                "recon.read",
                "recon.run",
            ],
            Self::Auditor => &[
                "audit.read",
                "customers.read",
                "policies.read",
                "cases.read",
                "collections.read",
                "recon.read",
            ],
            Self::Operator => &["overview.read", "nodes.read"],
        }
    }
}

/// Everything that these roles permit, each once.
pub fn permissions(roles: &[Role]) -> Vec<&'static str> {
    let mut all: Vec<_> = roles.iter().flat_map(|role| role.permits()).copied().collect();
    all.sort_unstable();
    all.dedup();
    all
}
