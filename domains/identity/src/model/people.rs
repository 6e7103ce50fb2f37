//! Customers, WeChat users, staff, and the sessions through which they come.

use kit::clock::{DAY, HOUR, MINUTE, Ms};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

kit::id_type!(
    /// A customer as the channel knows it; opaque, not the core bank's number.
    pub CustomerId
);
kit::id_type!(
    /// A session; the token itself is known only to its holder.
    pub SessionId
);
kit::id_type!(
    /// A binding of a WeChat user to a customer.
    pub BindingId
);
kit::id_type!(
    /// A member of staff.
    pub StaffId
);

/// A binding must be renewed by a fresh verification after this time.
pub(crate) const BINDING_LASTS: Ms = 365 * DAY;
/// A proof raises the session's level for this long.
pub(crate) const LEVEL_LASTS: Ms = 10 * MINUTE;
/// Level of a session that OAuth alone has opened.
pub(crate) const LEVEL_OAUTH: i64 = 1;

/// How long sessions live. Milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lifetime {
    pub idle: Ms,
    pub absolute: Ms,
}

pub(crate) const CUSTOMER_SESSION: Lifetime = Lifetime {
    idle: 15 * MINUTE,
    absolute: 2 * HOUR,
};
pub(crate) const STAFF_SESSION: Lifetime = Lifetime {
    idle: 30 * MINUTE,
    absolute: 10 * HOUR,
};

/// A WeChat user whom OAuth has named.
#[derive(Clone, Debug)]
pub struct Visitor {
    pub session: SessionId,
    pub openid: String,
    pub customer: Option<CustomerId>,
    pub level: i64,
    pub idle_expires_at: Ms,
    pub absolute_expires_at: Ms,
}

/// A bound customer at work.
#[derive(Clone, Debug)]
pub struct Customer {
    pub id: CustomerId,
    /// The core bank's number for this person; never shown, never in a URL.
    pub customer_no: String,
    /// [`crate::Identity::own_name`] opens it.
    pub sealed_name: String,
    pub session: Option<SessionId>,
    pub openid: String,
    /// 1 after OAuth, 2 for a while after a proof.
    pub level: i64,
    pub elder: bool,
}

/// A member of staff at work.
#[derive(Clone, Debug)]
pub struct Staff {
    pub id: StaffId,
    pub login: String,
    pub name: String,
    pub roles: Vec<super::roles::Role>,
    pub session: SessionId,
    pub idle_expires_at: Ms,
}

/// What a customer has chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Preferences {
    /// 长辈版: large text, fewer steps.
    pub elder: bool,
    /// Whether balance changes are told by service notice.
    pub balance_notice: bool,
    /// Changes below this amount are not told. Fen.
    pub balance_notice_min_fen: i64,
}

/// A customer's personal fields in clear: never leaves the server unmasked without an audit row.
#[derive(Clone)]
pub(crate) struct Person {
    pub(crate) id: CustomerId,
    pub(crate) customer_no: String,
    pub(crate) name: String,
    pub(crate) phone: String,
    pub(crate) id_no: String,
    pub(crate) preferences: Preferences,
}

/// Whether a session may still be used, and until when.
pub(crate) fn session_alive(created: Ms, seen: Ms, life: Lifetime, now: Ms) -> bool {
    now < seen + life.idle && now < created + life.absolute
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_ends_by_idleness_and_absolutely() {
        let life = Lifetime {
            idle: 10,
            absolute: 25,
        };
        assert!(session_alive(0, 0, life, 9));
        assert!(!session_alive(0, 0, life, 10));
        assert!(session_alive(0, 20, life, 24));
        assert!(!session_alive(0, 24, life, 25));
    }
}
