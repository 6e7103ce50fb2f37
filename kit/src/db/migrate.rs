//! The schema's history: which migrations ran, and the runner that applies the missing ones.
//!
//! One line of history for the whole bank, in table `schema_migration`. The runner refuses to go on when a
//! migration that has run was altered since, when the database knows one that this program does not, or when
//! an older one was slipped in behind a newer. One node runs at a time; the others wait, then find nothing
//! to do.
//!
//! SQLite applies everything that is missing in one transaction. MySQL commits at every `create` and `alter`,
//! so there the number of finished statements is kept: a run that broke off goes on where it stopped.
//!
//! The runner uses a connection of its own, without a time limit. Statements end with `;` at the end of a line.

use rusqlite::Connection;
use sha2::{Digest, Sha256};

use super::{Db, Error, Result, lite, my};

/// One step of the schema. `sql` differs between the engines, `version` and `name` do not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Migration {
    pub version: i64,
    pub name: &'static str,
    pub sql: &'static str,
}

/// What a run did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// The newest version before the run; 0 on a fresh database.
    pub before: i64,
    /// The versions that this run applied.
    pub versions: Vec<i64>,
}

/// Where one migration stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    pub version: i64,
    pub name: String,
    /// When it was finished, in ms UTC; `None` = still to be done.
    pub applied_at: Option<i64>,
}

/// Applies what is missing of `plan`, oldest first.
pub async fn run(db: &Db, plan: &[Migration]) -> Result<Applied> {
    if let Some(path) = db.inner.options.sqlite_path() {
        let plan = plan.to_vec();
        return off_the_runtime(move || run_lite(&mut lite::open_for_migration(&path)?, &plan)).await;
    }
    let mut conn = my::Solo::open(&db.inner.options.url).await?;
    let done = run_my(&mut conn, plan).await;
    conn.close().await;
    done
}

/// Every migration of `plan` and whether it has run; fails like [`run`] when the history does not fit.
pub async fn status(db: &Db, plan: &[Migration]) -> Result<Vec<Standing>> {
    let past = history(db).await?;
    missing(plan, &past)?;
    let at = |version| {
        past.iter()
            .find(|p| p.version == version)
            .map(|p| p.applied_at)
            .filter(|at| *at > 0)
    };
    Ok(sorted(plan)
        .into_iter()
        .map(|m| Standing {
            version: m.version,
            name: m.name.into(),
            applied_at: at(m.version),
        })
        .collect())
}

const TABLE: &str = "create table if not exists schema_migration (
    version bigint not null primary key,
    name varchar(100) not null,
    checksum char(64) not null,
    steps bigint not null,
    applied_at bigint not null
)";

/// A row of the history. `applied_at` is 0 while the migration is half done.
#[derive(Debug, Clone)]
struct Past {
    version: i64,
    checksum: String,
    steps: i64,
    applied_at: i64,
}

async fn history(db: &Db) -> Result<Vec<Past>> {
    if let Some(path) = db.inner.options.sqlite_path() {
        let read = move || {
            let conn = lite::open_for_migration(&path)?;
            conn.execute_batch(TABLE).map_err(|e| failed(&e))?;
            history_lite(&conn)
        };
        return off_the_runtime(read).await;
    }
    let mut conn = my::Solo::open(&db.inner.options.url).await?;
    let past = history_my(&mut conn).await;
    conn.close().await;
    past
}

fn run_lite(conn: &mut Connection, plan: &[Migration]) -> Result<Applied> {
    conn.execute_batch("begin immediate").map_err(|e| failed(&e))?;
    let done = apply_lite(conn, plan);
    let end = if done.is_ok() { "commit" } else { "rollback" };
    conn.execute_batch(end).map_err(|e| failed(&e))?;
    done
}

fn apply_lite(conn: &Connection, plan: &[Migration]) -> Result<Applied> {
    conn.execute_batch(TABLE).map_err(|e| failed(&e))?;
    let past = history_lite(conn)?;
    let mut applied = Applied {
        before: newest(&past),
        versions: Vec::new(),
    };
    for migration in missing(plan, &past)? {
        let steps = statements(migration.sql);
        for (number, sql) in (1..).zip(&steps) {
            conn.execute_batch(sql)
                .map_err(|e| broken(migration, number, &e.to_string()))?;
        }
        conn.execute(
            "insert into schema_migration (version, name, checksum, steps, applied_at)
             values (?, ?, ?, ?, unixepoch() * 1000)",
            (
                migration.version,
                migration.name,
                checksum(migration.sql),
                count(&steps),
            ),
        )
        .map_err(|e| failed(&e))?;
        applied.versions.push(migration.version);
    }
    let dangling: i64 = conn
        .query_row("select count(*) from pragma_foreign_key_check", (), |row| {
            row.get(0)
        })
        .map_err(|e| failed(&e))?;
    if dangling > 0 {
        return Err(Error::Migration(format!(
            "{dangling} rows point to rows that do not exist"
        )));
    }
    Ok(applied)
}

fn history_lite(conn: &Connection) -> Result<Vec<Past>> {
    let read = || -> rusqlite::Result<Vec<Past>> {
        let mut statement = conn
            .prepare("select version, checksum, steps, applied_at from schema_migration order by version")?;
        let past = statement.query_map((), |row| {
            Ok(Past {
                version: row.get(0)?,
                checksum: row.get(1)?,
                steps: row.get(2)?,
                applied_at: row.get(3)?,
            })
        })?;
        past.collect()
    };
    read().map_err(|e| failed(&e))
}

async fn run_my(conn: &mut my::Solo, plan: &[Migration]) -> Result<Applied> {
    conn.lock().await?;
    let past = history_my(conn).await?;
    let mut applied = Applied {
        before: newest(&past),
        versions: Vec::new(),
    };
    for migration in missing(plan, &past)? {
        let done = past
            .iter()
            .find(|p| p.version == migration.version)
            .map(|p| p.steps);
        if done.is_none() {
            conn.record_start(migration.version, migration.name, &checksum(migration.sql))
                .await?;
        }
        let skip = usize::try_from(done.unwrap_or(0)).unwrap_or(0);
        for (number, sql) in (1_i64..).zip(statements(migration.sql)).skip(skip) {
            // The statement at which an earlier run broke off may have been done, only not counted.
            let again = done == Some(number - 1);
            conn.step(&sql, migration.version, number, again)
                .await
                .map_err(|e| broken(migration, number, &e.to_string()))?;
        }
        conn.record_end(migration.version).await?;
        applied.versions.push(migration.version);
    }
    Ok(applied)
}

async fn history_my(conn: &mut my::Solo) -> Result<Vec<Past>> {
    conn.create(TABLE).await?;
    let rows = conn.history().await?;
    let past = |(version, checksum, steps, applied_at)| Past {
        version,
        checksum,
        steps,
        applied_at,
    };
    Ok(rows.into_iter().map(past).collect())
}

/// What is still to be done, oldest first, if the history fits the plan.
fn missing<'a>(plan: &'a [Migration], past: &[Past]) -> Result<Vec<&'a Migration>> {
    let plan = sorted(plan);
    if let Some(twice) = plan.windows(2).find_map(|pair| match pair {
        [a, b] if a.version == b.version => Some(a),
        _ => None,
    }) {
        return Err(Error::Migration(format!(
            "version {} is given twice",
            twice.version
        )));
    }
    for p in past {
        match plan.iter().find(|m| m.version == p.version) {
            None => {
                let why = format!(
                    "the database has version {}, which this program does not know",
                    p.version
                );
                return Err(Error::Migration(why));
            }
            Some(m) if checksum(m.sql) != p.checksum => {
                return Err(Error::Migration(format!(
                    "{} {} was altered after it ran",
                    m.version, m.name
                )));
            }
            Some(_) => {}
        }
    }
    let finished = |m: &&Migration| past.iter().any(|p| p.version == m.version && p.applied_at > 0);
    let missing: Vec<_> = plan.into_iter().filter(|m| !finished(m)).collect();
    let latest = past
        .iter()
        .filter(|p| p.applied_at > 0)
        .map(|p| p.version)
        .max()
        .unwrap_or(0);
    match missing.first() {
        Some(m) if m.version < latest => {
            let why = format!("{} {} was slipped in behind version {latest}", m.version, m.name);
            Err(Error::Migration(why))
        }
        _ => Ok(missing),
    }
}

fn sorted(plan: &[Migration]) -> Vec<&Migration> {
    let mut plan: Vec<_> = plan.iter().collect();
    plan.sort_by_key(|m| m.version);
    plan
}

fn newest(past: &[Past]) -> i64 {
    past.iter()
        .filter(|p| p.applied_at > 0)
        .map(|p| p.version)
        .max()
        .unwrap_or(0)
}

/// Line ends do not count, so a checkout on Windows has the same history.
fn checksum(sql: &str) -> String {
    hex::encode(Sha256::digest(sql.replace("\r\n", "\n")))
}

/// The statements of a file: each ends with `;` at the end of a line; comment lines end nothing.
fn statements(sql: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = String::new();
    for line in sql.lines() {
        let text = line.trim();
        if text.is_empty() || text.starts_with("--") {
            continue;
        }
        open.push_str(line);
        open.push('\n');
        if text.ends_with(';') {
            found.push(std::mem::take(&mut open));
        }
    }
    if !open.is_empty() {
        found.push(open);
    }
    found
}

fn count(steps: &[String]) -> i64 {
    i64::try_from(steps.len()).unwrap_or(i64::MAX)
}

fn broken(migration: &Migration, number: i64, why: &str) -> Error {
    Error::Migration(format!(
        "{} {}, statement {number}: {why}",
        migration.version, migration.name
    ))
}

fn failed(e: &rusqlite::Error) -> Error {
    Error::Migration(e.to_string())
}

async fn off_the_runtime<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|e| Error::Migration(e.to_string()))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_end_at_line_ends_only() {
        let sql = "-- a; comment;\ncreate table a (x text default ';a');\n\ninsert into a\nvalues (';');\n-- end;\nselect 1";
        let found = statements(sql);
        assert_eq!(found.len(), 3, "{found:?}");
        assert_eq!(found[1], "insert into a\nvalues (';');\n");
        assert_eq!(found[2], "select 1\n");
        assert!(statements("-- nothing;\n\n").is_empty());
    }

    #[test]
    fn line_ends_do_not_change_the_checksum() {
        assert_eq!(checksum("a\r\nb\r\n"), checksum("a\nb\n"));
        assert_ne!(checksum("a"), checksum("b"));
    }
}
