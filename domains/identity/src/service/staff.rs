//! Staff login: password, then a time-based code; both tries counted, unknown logins answered alike.

use std::collections::{BTreeMap, BTreeSet};

use audit::{Actor, Entry};
use kit::clock::{MINUTE, Ms};
use kit::crypto;
use serde_json::json;
use totp_rs::{Algorithm, Builder, Secret, Totp};

use super::Identity;
use crate::error::Error;
use crate::model::people::{STAFF_SESSION, Staff, StaffId};
use crate::model::roles::Role;
use crate::store;
use crate::store::staff::Row;

const TRIES: i64 = 5;
const RESTS: Ms = 15 * MINUTE;
/// From the right password to the code.
const TICKET_LASTS: Ms = 3 * MINUTE;
const STEP_SECONDS: u64 = 30;

/// What a new member of staff needs.
pub struct NewStaff {
    pub login: String,
    pub name: String,
    pub password: String,
    /// Base32, as authenticator apps show it.
    pub totp_secret: String,
    pub roles: Vec<Role>,
}

impl Identity {
    /// Somebody of the bank asked for what no role of theirs permits: refused, and kept.
    pub(crate) async fn turned_away(
        &self,
        staff: &Staff,
        permission: &'static str,
        asked: &str,
    ) -> Result<(), Error> {
        let (cx, id, asked) = (self.cx.clone(), staff.id.to_string(), asked.to_owned());
        let noted: kit::db::Result<()> = self
            .cx
            .db
            .tx(async move |c| {
                let entry = Entry {
                    actor: Actor::Staff(id.clone()),
                    action: "staff.turned_away",
                    subject: format!("permission:{permission}"),
                    result: "access.denied",
                    detail: json!({"asked": asked}),
                };
                audit::note(c, &cx, entry).await
            })
            .await;
        Ok(noted?)
    }

    /// First step: the password. The ticket proves it to the second step and is worth nothing alone.
    pub(crate) async fn staff_password(&self, login: &str, password: &str) -> Result<String, Error> {
        let login = login.trim().to_owned();
        let wanted = login.clone();
        let row = self
            .cx
            .db
            .glance(async move |c| store::staff::by_login(c, &wanted).await)
            .await?;
        let Some(row) = row else {
            // The same refusals and the same work as for a known login, so that nothing tells them apart.
            self.begin_try_of_nobody(&login).await?;
            crypto::verify_password(password, NOBODY).await;
            return Err(Error::LoginFailed);
        };
        self.begin_staff_try(&row).await?;
        if !crypto::verify_password(password, &row.password_hash).await {
            return self.staff_failed(&row, "password").await;
        }
        Ok(self.ticket(row.id, self.cx.clock.now() + TICKET_LASTS))
    }

    /// Second step: the code. A code's time step is accepted once.
    pub(crate) async fn staff_code(
        &self,
        ticket: &str,
        code: &str,
        device: &str,
    ) -> Result<(Staff, String), Error> {
        let id = self.open_ticket(ticket).ok_or(Error::LoginFailed)?;
        let row = self.staff_row(id).await?.ok_or(Error::LoginFailed)?;
        self.begin_staff_try(&row).await?;
        let Some(step) = self.fitting_step(&row, code.trim()) else {
            return self.staff_failed(&row, "totp").await;
        };
        let fresh = self
            .cx
            .db
            .tx(async move |c| store::staff::accept_step(c, id, step).await)
            .await?;
        if !fresh {
            return self.staff_failed(&row, "totp.replayed").await;
        }
        let token = self
            .open_session("staff", &id.to_string(), None, device, STAFF_SESSION)
            .await?;
        let session = self.session("staff", &token, device).await?;
        Ok((self.staff_behind(&session).await?, token))
    }

    /// The member of staff behind a session; one who has left is nobody.
    pub(crate) async fn staff_behind(&self, session: &store::sessions::Row) -> Result<Staff, Error> {
        let id = session.subject.parse().map_err(|_| Error::SessionRequired)?;
        let row = self
            .staff_row(id)
            .await?
            .filter(|row| row.state == "active")
            .ok_or(Error::SessionRequired)?;
        Ok(Staff {
            id: row.id,
            login: row.login,
            name: row.name,
            roles: row.roles.split(',').filter_map(Role::parse).collect(),
            session: session.id,
            idle_expires_at: self.cx.clock.now() + session.idle_ms,
        })
    }

    /// Makes an account; false when the login is taken.
    pub async fn hire(&self, new: NewStaff) -> Result<bool, Error> {
        let id: StaffId = self.cx.ids.make();
        let row = Row {
            id,
            login: new.login,
            name: new.name,
            password_hash: crypto::hash_password(&new.password).await?,
            totp: self.cx.vault.seal(&aad(id), &new.totp_secret),
            roles: new.roles.iter().map(|r| r.name()).collect::<Vec<_>>().join(","),
            state: "active".to_owned(),
        };
        let (cx, now) = (self.cx.clone(), self.cx.clock.now());
        self.cx
            .db
            .tx(async move |c| {
                let hired = store::staff::insert(c, &row, now).await?;
                if hired {
                    let entry = Entry {
                        actor: Actor::System("setup"),
                        action: "staff.hire",
                        subject: format!("staff:{}", row.id),
                        result: "ok",
                        detail: json!({"roles": row.roles}),
                    };
                    audit::note(c, &cx, entry).await?;
                }
                Ok(hired)
            })
            .await
    }

    /// Login and name of members of staff, also of those who have left; ids of nobody are left out.
    pub async fn staff_names(&self, ids: BTreeSet<String>) -> Result<BTreeMap<String, String>, Error> {
        self.cx
            .db
            .read(async move |c| {
                let mut names = BTreeMap::new();
                for id in &ids {
                    if let Some((login, name)) = store::staff::name(c, id).await? {
                        names.insert(id.clone(), format!("{name}（{login}）"));
                    }
                }
                Ok(names)
            })
            .await
    }

    /// The id behind a login; none when nobody has it.
    pub async fn staff_id(&self, login: &str) -> Result<Option<StaffId>, Error> {
        let login = login.to_owned();
        let row = self
            .cx
            .db
            .glance(async move |c| store::staff::by_login(c, &login).await)
            .await?;
        Ok(row.map(|row| row.id))
    }

    async fn staff_row(&self, id: StaffId) -> Result<Option<Row>, Error> {
        let id = id.to_string();
        Ok(self
            .cx
            .db
            .glance(async move |c| store::staff::by_id(c, &id).await)
            .await?)
    }

    async fn begin_staff_try(&self, row: &Row) -> Result<(), Error> {
        let (id, now) = (row.id, self.cx.clock.now());
        self.cx
            .db
            .tx(async move |c| {
                if store::staff::begin_try(c, id, (TRIES, now + RESTS), now).await? {
                    return Ok(());
                }
                let rests = store::staff::locked(c, id, now).await?;
                Err(if rests {
                    Error::StaffLocked
                } else {
                    Error::LoginFailed
                })
            })
            .await
    }

    async fn begin_try_of_nobody(&self, login: &str) -> Result<(), Error> {
        let (key, now) = (self.cx.vault.index("staff.login", login), self.cx.clock.now());
        let taken = self
            .cx
            .db
            .tx(async move |c| store::throttle::take(c, "staff.nobody", &key, (TRIES, RESTS), now).await)
            .await?;
        if taken { Ok(()) } else { Err(Error::StaffLocked) }
    }

    async fn staff_failed<T>(&self, row: &Row, factor: &'static str) -> Result<T, Error> {
        let (cx, id) = (self.cx.clone(), row.id);
        self.cx
            .db
            .tx(async move |c| {
                let entry = Entry {
                    actor: Actor::Staff(id.to_string()),
                    action: "staff.login",
                    subject: format!("staff:{id}"),
                    result: "staff.login_failed",
                    detail: json!({"factor": factor}),
                };
                audit::note(c, &cx, entry).await
            })
            .await?;
        Err(Error::LoginFailed)
    }

    fn ticket(&self, id: StaffId, until: Ms) -> String {
        let body = format!("{id}.{until}");
        let tag = self.cx.vault.tag("staff.ticket", &[&body]);
        format!("{body}.{tag}")
    }

    fn open_ticket(&self, ticket: &str) -> Option<StaffId> {
        let (body, tag) = ticket.rsplit_once('.')?;
        let (id, until) = body.split_once('.')?;
        let ours = crypto::same(
            self.cx.vault.tag("staff.ticket", &[body]).as_bytes(),
            tag.as_bytes(),
        );
        let in_time = until.parse::<Ms>().is_ok_and(|until| until > self.cx.clock.now());
        (ours && in_time).then(|| id.parse().ok()).flatten()
    }

    /// The time step that the code belongs to.
    fn fitting_step(&self, row: &Row, code: &str) -> Option<i64> {
        let secret = self.cx.vault.open(&aad(row.id), &row.totp).ok()?;
        let seconds = u64::try_from(self.cx.clock.now()).ok()? / 1000;
        totp(&secret)?
            .check(code, seconds)
            .and_then(|step| i64::try_from(step).ok())
    }
}

/// RFC 6238 with SHA-1, six digits, 30 s, one step to either side for slow clocks: what
/// authenticator apps speak.
fn totp(secret: &str) -> Option<Totp> {
    let builder = Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(6)
        .with_skew(1)
        .with_step_duration(STEP_SECONDS)
        .with_secret(Secret::try_from_base32(secret).ok()?);
    builder.build().ok()
}

fn aad(id: StaffId) -> String {
    format!("identity_staff.totp|{id}")
}

/// An Argon2id hash that no password fits.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
