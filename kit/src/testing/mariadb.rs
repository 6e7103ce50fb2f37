//! A private MariaDB, small, on a port of 127.0.0.1. One of one's own is durable like production. The one that all
//! share lives in memory: hundreds of migrations run on it, and each of their statements would wait for the disk.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use mysql_async::prelude::Queryable;
use tokio::sync::OnceCell;

use super::{Keeper, free_port, make, program, run, scratch, scratch_in_memory, tail};

const PACKAGES: &str = "mariadb-server-core mariadb-client";

/// A server of one's own; [`mariadb`] gives the shared one.
pub struct MariaDb {
    /// Without a database: `mysql://root@127.0.0.1:PORT`.
    url: String,
    own: Option<Own>,
}

struct Own {
    folder: PathBuf,
    port: u16,
    server: Option<Keeper>,
}

/// The server that all tests of this process share.
pub async fn mariadb() -> &'static MariaDb {
    static SHARED: OnceCell<MariaDb> = OnceCell::const_new();
    SHARED
        .get_or_init(|| async {
            match std::env::var("WEIGUI_TEST_MYSQL") {
                Ok(url) => MariaDb {
                    url: url.trim_end_matches('/').to_owned(),
                    own: None,
                },
                Err(_) => MariaDb::start_in(scratch_in_memory("mariadb")).await,
            }
        })
        .await
}

impl MariaDb {
    /// Starts a server of one's own, for tests that stop it or measure it.
    pub async fn start() -> MariaDb {
        Self::start_in(scratch("mariadb")).await
    }

    async fn start_in(folder: PathBuf) -> MariaDb {
        let data = folder.join("data");
        run(
            Command::new("cp").arg("-a").arg(template()).arg(&data),
            &folder.join("log"),
        );
        let mut own = Own {
            folder,
            port: free_port(),
            server: None,
        };
        own.launch();
        let mut database = MariaDb {
            url: format!("mysql://root@127.0.0.1:{}", own.port),
            own: Some(own),
        };
        for _ in 0..2 {
            if database.ready().await {
                return database;
            }
            // Perhaps another process took the port.
            if let Some(own) = &mut database.own {
                own.server = None;
                own.port = free_port();
                own.launch();
                database.url = format!("mysql://root@127.0.0.1:{}", own.port);
            }
        }
        database.must_be_ready().await;
        database
    }

    /// Makes an empty database and returns its URL.
    pub async fn fresh_database(&self) -> String {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!(
            "t_{}_{}",
            std::process::id(),
            NEXT.fetch_add(1, Ordering::Relaxed)
        );
        self.admin(&format!(
            "create or replace database {name} character set utf8mb4 collate utf8mb4_bin"
        ))
        .await;
        format!("{}/{name}", self.url)
    }

    /// Runs a statement as the server's administrator.
    pub async fn admin(&self, sql: &str) {
        let done = async {
            let mut conn = mysql_async::Conn::from_url(&self.url).await?;
            conn.query_drop(sql).await?;
            conn.disconnect().await
        };
        let done: Result<(), mysql_async::Error> = done.await;
        if let Err(e) = done {
            panic!("{sql}: {e}");
        }
    }

    /// Kills every connection except the one that does the killing.
    pub async fn kill_connections(&self) {
        let done = async {
            let mut conn = mysql_async::Conn::from_url(&self.url).await?;
            let others: Vec<u64> = conn
                .query(
                    "select id from information_schema.processlist
                     where id <> connection_id() and command <> 'Daemon'",
                )
                .await?;
            for id in others {
                // It may have gone by itself.
                conn.query_drop(format!("kill {id}")).await.ok();
            }
            conn.disconnect().await
        };
        let done: Result<(), mysql_async::Error> = done.await;
        if let Err(e) = done {
            panic!("killing connections: {e}");
        }
    }

    /// Kills the server as a crash would. Only for a server of one's own.
    pub fn crash(&mut self) {
        self.own_mut().server = None;
    }

    /// Starts the crashed server again on the same data and port.
    pub async fn recover(&mut self) {
        self.own_mut().launch();
        self.must_be_ready().await;
    }

    fn own_mut(&mut self) -> &mut Own {
        match &mut self.own {
            Some(own) => own,
            None => panic!("this server belongs to somebody else"),
        }
    }

    async fn must_be_ready(&self) {
        if !self.ready().await {
            let log = self
                .own
                .as_ref()
                .map(|own| tail(&own.folder.join("log")))
                .unwrap_or_default();
            panic!("MariaDB did not start: {log}");
        }
    }

    async fn ready(&self) -> bool {
        let until = Instant::now() + Duration::from_mins(1);
        while Instant::now() < until {
            if let Ok(conn) = mysql_async::Conn::from_url(&self.url).await {
                conn.disconnect().await.ok();
                return true;
            }
            if self.own.as_ref().is_some_and(Own::gave_up) {
                return false;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        false
    }
}

impl Own {
    fn launch(&mut self) {
        let mut command = Command::new(program("mariadbd", PACKAGES));
        command
            .arg("--no-defaults")
            .arg(format!("--datadir={}", self.folder.join("data").display()))
            .arg(format!("--socket={}", self.folder.join("sock").display()))
            .arg(format!("--port={}", self.port))
            .args([
                "--bind-address=127.0.0.1",
                "--skip-name-resolve",
                "--skip-log-bin",
            ])
            .args(["--innodb-buffer-pool-size=64M", "--innodb-log-file-size=64M"])
            .args(["--innodb-flush-log-at-trx-commit=1", "--performance-schema=0"])
            .args(["--max-prepared-stmt-count=65000", "--max-connections=400"]);
        self.server = Some(Keeper::serve(as_root(&mut command), &self.folder.join("log")));
    }

    fn gave_up(&self) -> bool {
        tail(&self.folder.join("log")).contains("Aborting")
    }
}

/// A data folder to copy from: making one takes seconds, copying it milliseconds. It is kept in the folder for
/// temporary files for the next run, one per version of the server.
fn template() -> PathBuf {
    let version = Command::new(program("mariadbd", PACKAGES))
        .arg("--version")
        .output();
    let version = version
        .unwrap_or_else(|e| panic!("mariadbd --version: {e}"))
        .stdout;
    let version: String = String::from_utf8_lossy(&version)
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect();
    let ready = std::env::temp_dir().join(format!("weigui-test-template-{}-{version}", user()));
    if !ready.is_dir() {
        let folder = scratch("template");
        let data = folder.join("data");
        make(&data);
        let mut install = Command::new(program("mariadb-install-db", PACKAGES));
        install
            .arg("--no-defaults")
            .arg(format!("--datadir={}", data.display()))
            .args(["--auth-root-authentication-method=normal", "--skip-test-db"])
            .arg("--innodb-log-file-size=8M");
        run(as_root(&mut install), &folder.join("log"));
        // Whoever comes second finds the place taken, by an equal folder.
        if let Err(e) = std::fs::rename(&data, &ready)
            && !ready.is_dir()
        {
            panic!("{}: {e}", ready.display());
        }
    }
    ready
}

fn as_root(command: &mut Command) -> &mut Command {
    if user() == "0" {
        command.arg("--user=root")
    } else {
        command
    }
}

fn user() -> String {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata(Path::new("/proc/self"))
        .map(|me| me.uid().to_string())
        .unwrap_or_default()
}
