//! What staff may see of a customer: masked, and in clear only field by field, with a reason, audited.

use audit::{Actor, Entry};
use kit::clock::Ms;
use kit::db::Conn;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::Identity;
use crate::error::Error;
use crate::mask;
use crate::model::people::{CustomerId, Person, SessionId, Staff};
use crate::store;

/// By what a customer is looked for; always exact, since what is sealed can't be searched in part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SearchBy {
    Phone,
    IdNo,
    Name,
    CustomerNo,
}

/// A field that can be shown in clear.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RevealField {
    Name,
    Phone,
    IdNo,
}

/// A line of the search result.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CustomerRow {
    pub id: CustomerId,
    pub customer_no_tail: String,
    pub name_masked: String,
    pub phone_masked: String,
    pub bound: bool,
    /// Milliseconds UTC.
    pub bound_at: Option<Ms>,
    pub elder: bool,
}

/// A customer's masked file, without what other domains know.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CustomerFile {
    #[serde(flatten)]
    pub row: CustomerRow,
    pub id_no_masked: String,
    pub bindings: Vec<BindingLine>,
    pub sessions: Vec<SessionLine>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct BindingLine {
    pub openid_tail: String,
    pub bound_at: Ms,
    pub valid_until: Ms,
    /// `active`, `ended` or `expired`.
    pub state: String,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SessionLine {
    pub id: SessionId,
    pub device: String,
    pub created_at: Ms,
    pub last_seen_at: Ms,
    pub level: i64,
    pub active: bool,
}

impl Identity {
    /// Finds customers; `after` is the id of the last one shown.
    pub async fn search_customers(
        &self,
        staff: &Staff,
        by: SearchBy,
        value: &str,
        after: &str,
        limit: usize,
    ) -> Result<(Vec<CustomerRow>, Option<String>), Error> {
        let value = value.trim();
        let idx = match by {
            SearchBy::Phone => self.cx.vault.index("phone", value),
            SearchBy::IdNo => self.cx.vault.index("id_no", &value.to_uppercase()),
            SearchBy::Name => self.cx.vault.index("name", value),
            SearchBy::CustomerNo => self.cx.vault.index("customer_no", value),
        };
        let (this, actor, after) = (self.clone(), staff.id, after.to_owned());
        let more = i64::try_from(limit).unwrap_or(50) + 1;
        self.cx
            .db
            .tx(async move |c| {
                let mut rows = find(c, by, &idx, &after, more).await?;
                let next = if rows.len() > limit {
                    rows.get(limit - 1).map(|r| r.id.to_string())
                } else {
                    None
                };
                rows.truncate(limit);
                let mut shown = Vec::with_capacity(rows.len());
                for row in &rows {
                    shown.push(this.line(c, &this.open_person(row)?).await?);
                }
                let detail = json!({"by": format!("{by:?}"), "found": shown.len()});
                this.note_reading(c, actor, "customers.search", "customers", detail)
                    .await?;
                Ok((shown, next))
            })
            .await
    }

    /// Opens a customer's masked file; the opening is audited.
    pub async fn customer_file(&self, staff: &Staff, id: CustomerId) -> Result<CustomerFile, Error> {
        let (this, actor) = (self.clone(), staff.id);
        self.cx
            .db
            .tx(async move |c| {
                let person = this.person_in(c, id).await?;
                let row = this.line(c, &person).await?;
                let bindings = store::bindings::of_customer(c, id).await?;
                let sessions = store::sessions::of_customer(c, id).await?;
                this.note_reading(c, actor, "customer.view", &format!("customer:{id}"), json!({}))
                    .await?;
                Ok(CustomerFile {
                    row,
                    id_no_masked: mask::id_no(&person.id_no),
                    bindings: bindings.iter().map(|b| this.binding_line(b)).collect(),
                    sessions: sessions.iter().map(|s| this.session_line(s)).collect(),
                })
            })
            .await
    }

    /// Shows one field in clear; who, which and why are audited in the same transaction.
    pub async fn reveal(
        &self,
        staff: &Staff,
        id: CustomerId,
        field: RevealField,
        reason: &str,
    ) -> Result<String, Error> {
        let (this, actor, reason) = (self.clone(), staff.id, reason.to_owned());
        self.cx
            .db
            .tx(async move |c| {
                let person = this.person_in(c, id).await?;
                let detail = json!({"field": field, "reason": reason});
                this.note_reading(c, actor, "customer.reveal", &format!("customer:{id}"), detail)
                    .await?;
                Ok(match field {
                    RevealField::Name => person.name,
                    RevealField::Phone => person.phone,
                    RevealField::IdNo => person.id_no,
                })
            })
            .await
    }

    /// Ends every session of a customer at once.
    pub async fn revoke_sessions(&self, staff: &Staff, id: CustomerId, reason: &str) -> Result<u64, Error> {
        let (this, actor, reason) = (self.clone(), staff.id, reason.to_owned());
        self.cx
            .db
            .tx(async move |c| {
                this.person_in(c, id).await?;
                let ended = store::sessions::revoke_customer(c, id, this.cx.clock.now(), "staff").await?;
                let detail = json!({"ended": ended, "reason": reason});
                this.note_reading(
                    c,
                    actor,
                    "customer.sessions_revoke",
                    &format!("customer:{id}"),
                    detail,
                )
                .await?;
                Ok(ended)
            })
            .await
    }

    /// How many WeChat users act for a customer now.
    pub async fn bound_count(&self) -> Result<i64, Error> {
        Ok(self
            .cx
            .db
            .read(async |c| store::customers::count(c).await)
            .await?)
    }

    async fn line(&self, c: &mut Conn, p: &Person) -> Result<CustomerRow, Error> {
        let bindings = store::bindings::of_customer(c, p.id).await?;
        let living = bindings.iter().find(|b| b.state == "active" && self.is_living(b));
        Ok(CustomerRow {
            id: p.id,
            customer_no_tail: mask::tail(&p.customer_no),
            name_masked: mask::name(&p.name),
            phone_masked: mask::phone(&p.phone),
            bound: living.is_some(),
            bound_at: living.map(|b| b.bound_at),
            elder: p.preferences.elder,
        })
    }

    fn binding_line(&self, b: &store::bindings::Row) -> BindingLine {
        let state = if b.state == "active" && !self.is_living(b) {
            "expired".to_owned()
        } else {
            b.state.clone()
        };
        BindingLine {
            openid_tail: mask::tail(&b.openid),
            bound_at: b.bound_at,
            valid_until: b.valid_until,
            state,
        }
    }

    fn session_line(&self, s: &store::sessions::Row) -> SessionLine {
        let now = self.cx.clock.now();
        SessionLine {
            id: s.id,
            device: s.device.clone(),
            created_at: s.created_at,
            last_seen_at: s.last_seen_at,
            level: if s.level_until > now { s.level } else { 1 },
            active: s.revoked_at == 0 && now < s.absolute_at && now < s.last_seen_at + s.idle_ms,
        }
    }

    async fn note_reading(
        &self,
        c: &mut Conn,
        staff: crate::StaffId,
        action: &'static str,
        subject: &str,
        detail: serde_json::Value,
    ) -> Result<(), Error> {
        let entry = Entry {
            actor: Actor::Staff(staff.to_string()),
            action,
            subject: subject.to_owned(),
            result: "ok",
            detail,
        };
        Ok(audit::note(c, &self.cx, entry).await?)
    }
}

async fn find(
    c: &mut Conn,
    by: SearchBy,
    idx: &str,
    after: &str,
    limit: i64,
) -> Result<Vec<store::customers::Row>, Error> {
    Ok(match by {
        SearchBy::Phone => store::customers::by_phone(c, idx, after, limit).await?,
        SearchBy::IdNo => store::customers::by_id_no(c, idx, after, limit).await?,
        SearchBy::Name => store::customers::by_name(c, idx, after, limit).await?,
        SearchBy::CustomerNo => match store::customers::id_by_customer_no(c, idx).await? {
            Some(id) => store::customers::by_id(c, id).await?.into_iter().collect(),
            None => Vec::new(),
        },
    })
}
