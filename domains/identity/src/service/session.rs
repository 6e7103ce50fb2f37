//! Sessions: opened by OAuth or a staff login, looked up at every request, ended at once when revoked.

use audit::{Actor, Entry};
use kit::clock::{Ms, SECOND};
use kit::crypto::sha256;
use serde_json::json;

use super::Identity;
use crate::error::Error;
use crate::model::people::{
    CUSTOMER_SESSION, Customer, CustomerId, LEVEL_OAUTH, Lifetime, Preferences, SessionId, Visitor,
    session_alive,
};
use crate::store;
use crate::store::sessions::Row;

/// "Last seen" is written at most this often.
const SEEN_EVERY: Ms = 30 * SECOND;

/// What a visitor's own session looks like.
pub(crate) struct SessionState {
    pub(crate) visitor: Visitor,
    pub(crate) customer: Option<CustomerState>,
}

pub(crate) struct CustomerState {
    pub(crate) id: CustomerId,
    pub(crate) name: String,
    pub(crate) phone: String,
    pub(crate) preferences: Preferences,
    pub(crate) has_pay_password: bool,
}

impl Identity {
    /// Opens a session and gives back its token, which is stored nowhere.
    pub(crate) async fn open_session(
        &self,
        kind: &'static str,
        subject: &str,
        customer: Option<CustomerId>,
        device: &str,
        life: Lifetime,
    ) -> Result<String, Error> {
        let (token, now) = (self.cx.random.token(), self.cx.clock.now());
        let row = Row {
            id: self.cx.ids.make(),
            kind: kind.to_owned(),
            subject: subject.to_owned(),
            customer,
            device: device_label(device).to_owned(),
            device_hash: sha256(&lasting(device)),
            level: LEVEL_OAUTH,
            level_until: 0,
            created_at: now,
            last_seen_at: now,
            idle_ms: life.idle,
            absolute_at: now + life.absolute,
            revoked_at: 0,
        };
        let entry = Entry {
            actor: if kind == "staff" {
                Actor::Staff(subject.to_owned())
            } else {
                self.fan(subject)
            },
            action: "session.open",
            subject: format!("session:{}", row.id),
            result: "ok",
            detail: json!({"kind": kind, "device": row.device}),
        };
        let (cx, hash) = (self.cx.clone(), sha256(&token));
        self.cx
            .db
            .tx(async move |c| {
                store::sessions::insert(c, &row, &hash).await?;
                audit::note(c, &cx, entry.clone()).await
            })
            .await?;
        Ok(token)
    }

    /// The living session of a token from the device that opened it.
    pub(crate) async fn session(&self, kind: &'static str, token: &str, device: &str) -> Result<Row, Error> {
        let hash = sha256(token);
        let row = self
            .cx
            .db
            .glance(async move |c| store::sessions::by_token(c, &hash).await)
            .await?;
        self.living(row, kind, device).await
    }

    /// The bound customer who comes with this token, and the visit. The binding is asked for anew each time:
    /// a session that outlived it has no power.
    pub(crate) async fn customer_with(
        &self,
        token: &str,
        device: &str,
    ) -> Result<(Visitor, Customer), Error> {
        let hash = sha256(token);
        let holder = self
            .cx
            .db
            .glance(async move |c| store::sessions::holder(c, &hash).await)
            .await?;
        let (row, bound) = holder.map_or((None, None), |h| (Some(h.session), h.bound));
        let visitor = self.visitor(&self.living(row, "customer", device).await?);
        let id = visitor.customer.ok_or(Error::BindingRequired)?;
        let who = self.living_customer(bound)?.filter(|who| who.id == id);
        let who = Customer {
            session: Some(visitor.session),
            level: visitor.level,
            ..who.ok_or(Error::BindingRequired)?
        };
        Ok((visitor, who))
    }

    /// The row as a session of this kind that lives on this device; notes that it was seen.
    async fn living(&self, row: Option<Row>, kind: &'static str, device: &str) -> Result<Row, Error> {
        let now = self.cx.clock.now();
        let row = row
            .filter(|r| r.kind == kind && r.revoked_at == 0)
            .ok_or(Error::SessionRequired)?;
        let life = Lifetime {
            idle: row.idle_ms,
            absolute: row.absolute_at - row.created_at,
        };
        if !session_alive(row.created_at, row.last_seen_at, life, now)
            || row.device_hash != sha256(&lasting(device))
        {
            return Err(Error::SessionRequired);
        }
        if now - row.last_seen_at >= SEEN_EVERY {
            let id = row.id;
            self.cx
                .db
                .tx(async move |c| store::sessions::seen(c, id, now).await)
                .await?;
        }
        Ok(row)
    }

    pub(crate) fn visitor(&self, row: &Row) -> Visitor {
        let now = self.cx.clock.now();
        Visitor {
            session: row.id,
            openid: row.subject.clone(),
            customer: row.customer,
            level: if row.level_until > now {
                row.level
            } else {
                LEVEL_OAUTH
            },
            idle_expires_at: now + row.idle_ms,
            absolute_expires_at: row.absolute_at,
        }
    }

    /// All that the session page shows.
    pub(crate) async fn session_state(&self, visitor: Visitor) -> Result<SessionState, Error> {
        let customer = match visitor.customer {
            None => None,
            Some(id) => {
                let person = self.person(id).await?;
                let hash = self
                    .cx
                    .db
                    .glance(async move |c| store::customers::password_hash(c, id).await)
                    .await?;
                Some(CustomerState {
                    id,
                    name: person.name,
                    phone: person.phone,
                    preferences: person.preferences,
                    has_pay_password: hash.is_some(),
                })
            }
        };
        Ok(SessionState { visitor, customer })
    }

    /// Logging out: the session ends at once, and the trail says whose it was.
    pub(crate) async fn end_session(&self, id: SessionId, actor: Actor) -> Result<(), Error> {
        let (cx, now) = (self.cx.clone(), self.cx.clock.now());
        self.cx
            .db
            .tx(async move |c| {
                if store::sessions::revoke(c, id, now, "logout").await? {
                    let entry = Entry {
                        actor: actor.clone(),
                        action: "session.close",
                        subject: format!("session:{id}"),
                        result: "ok",
                        detail: json!({}),
                    };
                    audit::note(c, &cx, entry).await?;
                }
                Ok(())
            })
            .await
    }

    pub(crate) async fn set_preferences(&self, id: CustomerId, p: Preferences) -> Result<Preferences, Error> {
        let (cx, now) = (self.cx.clone(), self.cx.clock.now());
        self.cx
            .db
            .tx(async move |c| {
                store::customers::set_preferences(c, id, p, now).await?;
                let entry = Entry {
                    actor: Actor::Customer(id.to_string()),
                    action: "preferences.set",
                    subject: format!("customer:{id}"),
                    result: "ok",
                    detail: json!({"elder": p.elder, "balance_notice": p.balance_notice}),
                };
                audit::note(c, &cx, entry).await?;
                Ok(p)
            })
            .await
    }

    /// Lifetime of a customer's session.
    pub(crate) const CUSTOMER_LIFE: Lifetime = CUSTOMER_SESSION;
}

/// What of a browser's name stays while a session lives: WeChat's tells the network and the language too.
fn lasting(user_agent: &str) -> String {
    let passing = |word: &&str| !word.starts_with("NetType/") && !word.starts_with("Language/");
    user_agent
        .split(' ')
        .filter(passing)
        .collect::<Vec<_>>()
        .join(" ")
}

/// What kind of device this is, for the list of sessions; the full text is not kept.
fn device_label(user_agent: &str) -> &'static str {
    let has = |word: &str| user_agent.contains(word);
    match () {
        () if has("MicroMessenger") && has("iPhone") => "微信 · iPhone",
        () if has("MicroMessenger") && has("Android") => "微信 · Android",
        () if has("MicroMessenger") => "微信 · 电脑",
        () if has("iPhone") => "iPhone",
        () if has("Android") => "Android",
        () if has("Windows") => "Windows 电脑",
        () if has("Macintosh") => "Mac 电脑",
        () if has("Linux") => "Linux 电脑",
        () => "其他设备",
    }
}
