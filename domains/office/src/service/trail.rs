//! Reading the audit trail: with the names of staff, and leaving a row of its own.

use std::collections::BTreeSet;

use audit::{Actor, AuditRow, Entry, Filter, Verdict};
use identity::Staff;
use kit::web::{Cursor, Page};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::Office;
use crate::error::Error;

const PAGE: usize = 50;

/// A row of the trail as the office shows it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct TrailRow {
    #[serde(flatten)]
    pub(crate) row: AuditRow,
    /// Name and login, when a member of staff acted.
    pub(crate) actor_name: Option<String>,
}

impl Office {
    /// A page of the trail, newest first. The reading itself is recorded. `filter.actor` may be a login.
    pub(crate) async fn trail(
        &self,
        staff: &Staff,
        mut filter: Filter,
        after: Cursor,
    ) -> Result<Page<TrailRow>, Error> {
        if let Some(id) = self.0.identity.staff_id(&filter.actor).await? {
            filter.actor = id.to_string();
        }
        let sought = json!({"actor": filter.actor, "action": filter.action, "subject": filter.subject});
        self.note_reading(staff, "audit.read", sought).await?;
        let page = audit::search(&self.0.cx, filter, after, PAGE).await?;
        Ok(Page {
            items: self.named(page.items).await?,
            next: page.next,
        })
    }

    /// Walks the whole chain; who asked for it is recorded.
    pub(crate) async fn verify_trail(&self, staff: &Staff) -> Result<Verdict, Error> {
        self.note_reading(staff, "audit.verify", json!({})).await?;
        Ok(audit::verify(&self.0.cx).await?)
    }

    pub(crate) async fn named(&self, rows: Vec<AuditRow>) -> Result<Vec<TrailRow>, Error> {
        let staff = rows.iter().filter(|row| row.actor_kind == "staff");
        let ids: BTreeSet<String> = staff.map(|row| row.actor.clone()).collect();
        let names = self.0.identity.staff_names(ids).await?;
        let name = |row: AuditRow| TrailRow {
            actor_name: names.get(&row.actor).cloned(),
            row,
        };
        Ok(rows.into_iter().map(name).collect())
    }

    async fn note_reading(
        &self,
        staff: &Staff,
        action: &'static str,
        detail: serde_json::Value,
    ) -> Result<(), Error> {
        let entry = Entry {
            actor: Actor::Staff(staff.id.to_string()),
            action,
            subject: "audit".to_owned(),
            result: "ok",
            detail,
        };
        let cx = self.0.cx.clone();
        self.0
            .cx
            .db
            .tx(async move |c| audit::note(c, &cx, entry.clone()).await)
            .await?;
        Ok(())
    }
}
