//! What differs between the servers that speak MySQL's protocol: how a session is made to behave like
//! SQLite, and what the numbers of the errors mean.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use mysql_async::{DriverError, ServerError};

use crate::db::error::{Error, Fate, Fault};

const LOCK: &str = "/*lock*/";

/// Texts are equal when their characters are, also where no column gives the collation: `'A' = 'a'` is false.
const COLLATION: &str = "set names utf8mb4 collate utf8mb4_bin";

/// A statement as the server shall see it.
pub(super) enum Text {
    Plain(&'static str),
    Rewritten(Arc<str>),
}

impl AsRef<str> for Text {
    fn as_ref(&self) -> &str {
        match self {
            Text::Plain(text) => text,
            Text::Rewritten(text) => text,
        }
    }
}

/// Replaces the lock token. Rewritten texts are kept, at most one for each statement in the program.
pub(super) fn locks(sql: &'static str) -> Text {
    static KNOWN: RwLock<Option<HashMap<&'static str, Arc<str>>>> = RwLock::new(None);
    if !sql.contains(LOCK) {
        return Text::Plain(sql);
    }
    let known = KNOWN.read().unwrap_or_else(PoisonError::into_inner);
    if let Some(text) = known.as_ref().and_then(|texts| texts.get(sql)) {
        return Text::Rewritten(Arc::clone(text));
    }
    drop(known);
    let text: Arc<str> = sql.replace(LOCK, "for update").into();
    KNOWN
        .write()
        .unwrap_or_else(PoisonError::into_inner)
        .get_or_insert_default()
        .insert(sql, Arc::clone(&text));
    Text::Rewritten(text)
}

/// Which server answers; they limit the time of a statement by different names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Server {
    MariaDb,
    MySql,
    TiDb,
}

impl Server {
    pub(super) fn of_version(version: &str) -> Server {
        if version.contains("MariaDB") {
            Server::MariaDb
        } else if version.contains("TiDB") {
            Server::TiDb
        } else {
            Server::MySql
        }
    }

    /// A session for transactions, which its statements begin by themselves. READ COMMITTED takes no gap locks, so
    /// that transactions collide only on rows they really touch.
    pub(super) fn write_session(self, limit: Duration) -> Vec<String> {
        let isolation = "set session transaction isolation level read committed".to_owned();
        vec![
            isolation,
            COLLATION.into(),
            common(limit),
            self.time_limit(Some(limit)),
            "set session autocommit = 0".to_owned(),
        ]
    }

    /// A session for reads. Under READ COMMITTED the server would ignore WITH CONSISTENT SNAPSHOT.
    pub(super) fn read_session(self, limit: Option<Duration>) -> Vec<String> {
        let isolation = match self {
            // TiDB refuses READ ONLY as a feature that it does not have.
            Server::TiDb => "set session transaction isolation level repeatable read",
            Server::MariaDb | Server::MySql => {
                "set session transaction isolation level repeatable read, read only"
            }
        };
        vec![
            isolation.to_owned(),
            COLLATION.into(),
            common(Duration::from_secs(1)),
            self.time_limit(limit),
        ]
    }

    /// A session for migrations.
    pub(super) fn plain_session(self) -> Vec<String> {
        vec![
            COLLATION.into(),
            common(Duration::from_mins(1)),
            self.time_limit(None),
        ]
    }

    fn time_limit(self, limit: Option<Duration>) -> String {
        let ms = limit.map_or(0, |limit| limit.as_millis());
        match self {
            Server::MariaDb => {
                format!(
                    "set session max_statement_time = {}.{:03}",
                    ms / 1_000,
                    ms % 1_000
                )
            }
            Server::MySql | Server::TiDb => format!("set session max_execution_time = {ms}"),
        }
    }
}

/// The modes make `||`, `"x"` and the backslash mean what they mean in standard SQL and in SQLite, and bad
/// values errors. A lock is given up before the statement's time limit, because a lock wait that times out
/// restarts the transaction while a statement that times out fails it.
fn common(limit: Duration) -> String {
    let lock_wait = limit.as_secs().saturating_sub(1).max(1);
    format!(
        "set session sql_mode = 'PIPES_AS_CONCAT,ANSI_QUOTES,NO_BACKSLASH_ESCAPES,STRICT_ALL_TABLES,\
         ONLY_FULL_GROUP_BY,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION', \
         time_zone = '+00:00', innodb_lock_wait_timeout = {lock_wait}"
    )
}

pub(super) fn fault(e: &mysql_async::Error) -> Fault {
    match e {
        mysql_async::Error::Server(e) => server_fault(e),
        mysql_async::Error::Driver(
            e @ (DriverError::StmtParamsMismatch { .. }
            | DriverError::StmtParamsNumberExceedsLimit { .. }
            | DriverError::MixedParams
            | DriverError::Params(_)),
        ) => Fault::alone(Error::Statement {
            sql: "",
            detail: e.to_string(),
        }),
        other => Fault::fatal(Error::Unavailable(other.to_string())),
    }
}

/// The numbers are those of MySQL 8 and MariaDB 10.11; 8002, 8022, 8028 and 9007 are TiDB's.
fn server_fault(e: &ServerError) -> Fault {
    match e.code {
        // deadlock, lock wait timeout, record changed, and the conflicts of TiDB and of group replication
        1213 | 1205 | 1020 | 3101 | 8002 | 8022 | 8028 | 9007 => Fault {
            error: Error::Conflict,
            fate: Fate::Again,
        },
        1062 | 1022 | 1586 => Fault::alone(Error::Duplicate(key_of(&e.message))),
        // null, foreign keys, check, no default, too long, out of range, wrong type
        1048 | 1451 | 1452 | 3819 | 4025 | 1364 | 1406 | 1264 | 1265 | 1366 => {
            Fault::alone(Error::Constraint(without_values(e)))
        }
        1969 | 3024 => Fault::fatal(Error::TooSlow),
        // too many connections, shutdown, login, no such database, Galera not ready, read-only after a
        // failover, killed, and the network errors that a server reports itself
        1040
        | 1053
        | 1044
        | 1045
        | 1049
        | 1047
        | 1129
        | 1130
        | 1152
        | 1158..=1161
        | 1203
        | 1226
        | 1290
        | 1317
        | 1836
        | 1927
        | 2006
        | 2013 => Fault::fatal(Error::Unavailable(without_values(e))),
        _ => Fault::alone(Error::Statement {
            sql: "",
            detail: without_values(e),
        }),
    }
}

/// The table, column or index is there already, or gone already.
pub(super) fn already_done(e: &ServerError) -> bool {
    matches!(e.code, 1050 | 1051 | 1060 | 1061 | 1091)
}

/// `Duplicate entry 'VALUE' for key 'NAME'`: only the name may be told.
fn key_of(message: &str) -> String {
    message
        .rsplit_once("for key ")
        .map_or("", |(_, key)| key)
        .trim_matches('\'')
        .to_owned()
}

/// Messages that quote names only are kept whole; of all others, what stands before the first quote.
fn without_values(e: &ServerError) -> String {
    let names_only = matches!(
        e.code,
        1048 | 1054 | 1064 | 1136 | 1146 | 1264 | 1290 | 1305 | 1364 | 1406 | 1451 | 1452
    );
    let told = if names_only {
        e.message.as_str()
    } else {
        e.message.split('\'').next().unwrap_or_default()
    };
    format!("{} ({}): {told}", e.code, e.state)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(code: u16, message: &str) -> Fault {
        server_fault(&ServerError {
            code,
            message: message.into(),
            state: "HY000".into(),
        })
    }

    #[test]
    fn no_value_of_a_statement_gets_into_an_error() {
        let duplicate = server(1062, "Duplicate entry '13800000001' for key 'customer_phone'");
        assert_eq!(duplicate.error, Error::Duplicate("customer_phone".into()));
        let wrong = server(
            1366,
            "Incorrect integer value: '13800000001' for column `a`.`b` at row 1",
        );
        assert!(!format!("{:?}", wrong.error).contains("138"), "{:?}", wrong.error);
        let unknown = server(1292, "Truncated incorrect DOUBLE value: '13800000001'");
        assert!(
            !format!("{:?}", unknown.error).contains("138"),
            "{:?}",
            unknown.error
        );
    }

    #[test]
    fn conflicts_restart_and_lost_connections_do_not() {
        for code in [1213, 1205, 1020, 8002, 9007] {
            assert_eq!(server(code, "").fate, Fate::Again);
        }
        assert!(matches!(
            server(1053, "Server shutdown in progress").fate,
            Fate::Dead(_)
        ));
        assert_eq!(server(1062, "").fate, Fate::Fine);
    }

    #[test]
    fn the_lock_token_is_replaced_and_other_texts_are_left_alone() {
        assert_eq!(locks("select 1 /*lock*/").as_ref(), "select 1 for update");
        assert_eq!(locks("select 1 /*lock*/").as_ref(), "select 1 for update");
        assert!(matches!(locks("select 1"), Text::Plain("select 1")));
    }

    #[test]
    fn each_server_gets_its_own_time_limit() {
        let limit = Some(Duration::from_millis(1_500));
        let maria = Server::of_version("10.11.6-MariaDB-0+deb12u1").time_limit(limit);
        assert_eq!(maria, "set session max_statement_time = 1.500");
        let mysql = Server::of_version("8.0.36").time_limit(limit);
        assert_eq!(mysql, "set session max_execution_time = 1500");
        assert_eq!(Server::of_version("8.0.11-TiDB-v8.5.0"), Server::TiDb);
    }
}
