//! A bank's database is filled once per process and copied for each story: seeding half a year of history
//! takes seconds, copying it milliseconds.

use crate::bank::{MASTER_KEY, OPENS_AT};
use crate::demo;
use crate::engine::Engine;
use kit::clock::Clock;
use kit::db::{Db, Options};
use std::path::PathBuf;
use std::process::Command;
use tokio::sync::OnceCell;
use weigui::{Bank, Config, Mode};

static EMBEDDED: OnceCell<PathBuf> = OnceCell::const_new();
static SERVERS: OnceCell<String> = OnceCell::const_new();

/// The database and the journal, which may still hold its newest pages.
const FILES: [&str; 2] = ["weigui.db", "weigui.db-wal"];

/// Gives the configuration a database of its own that holds the demo.
pub(crate) async fn copy_into(config: &mut Config, engine: Engine) {
    match engine {
        Engine::Embedded => {
            let from = EMBEDDED.get_or_init(seeded_file).await;
            for file in FILES {
                let (from, to) = (from.join(file), config.data_dir.join(file));
                if from.is_file() {
                    std::fs::copy(from, to).expect("copied");
                }
            }
        }
        Engine::Servers => {
            let from = SERVERS.get_or_init(seeded_database).await;
            let to = kit::testing::mariadb().await.fresh_database().await;
            copy_database(from, &to).await;
            config.database.url = to;
            config.database.pool = 6;
        }
    }
}

async fn seeded_file() -> PathBuf {
    let folder = kit::testing::scratch("template");
    seed(Config {
        data_dir: folder.clone(),
        ..Config::default()
    })
    .await;
    folder
}

async fn seeded_database() -> String {
    let mut config = Config {
        data_dir: kit::testing::scratch("template"),
        ..Config::default()
    };
    config.database.url = kit::testing::mariadb().await.fresh_database().await;
    let url = config.database.url.clone();
    seed(config).await;
    url
}

async fn seed(mut config: Config) {
    config.crypto.master_key = MASTER_KEY.to_owned();
    demo::complete(&mut config);
    let (clock, _) = Clock::manual(OPENS_AT);
    let bank = Bank::open(config, Mode::Demo, clock, "worker")
        .await
        .expect("the bank opens");
    demo::seed(&bank).await;
    bank.worker().drain().await.expect("jobs run");
    bank.close().await;
}

/// Table by table, within the server.
async fn copy_database(from: &str, to: &str) {
    let name = |url: &str| url.rsplit('/').next().unwrap_or_default().to_owned();
    let db = Db::open(&Options::new(from)).await.expect("the template");
    let tables: kit::db::Result<Vec<(String,)>> = db
        .read(async |c| {
            c.rows(
                "select table_name from information_schema.tables where table_schema = database()",
                (),
            )
            .await
        })
        .await;
    db.close().await;
    let server = kit::testing::mariadb().await;
    let (from, to) = (name(from), name(to));
    let copies = tables.expect("its tables").into_iter().map(|(table,)| {
        format!("create table {to}.{table} like {from}.{table}; insert into {to}.{table} select * from {from}.{table}")
    });
    server.admin(&copies.collect::<Vec<_>>().join(";\n")).await;
}

/// The two files of a SQLite database.
pub struct Stored {
    pub file: Vec<u8>,
    pub log: Vec<u8>,
}

pub(crate) fn stored(config: &Config) -> Stored {
    let [file, log] = FILES.map(|file| std::fs::read(config.data_dir.join(file)).expect("SQLite's file"));
    Stored { file, log }
}

/// The bytes of the database.
pub(crate) fn dump(config: &Config) -> Vec<u8> {
    if config.database.url.is_empty() {
        let mut bytes = Vec::new();
        for file in FILES {
            bytes.extend(std::fs::read(config.data_dir.join(file)).unwrap_or_default());
        }
        return bytes;
    }
    let url = config.database.url.strip_prefix("mysql://").expect("a MySQL URL");
    let (server, name) = url.split_once('/').expect("a database");
    let (user, host) = server.split_once('@').expect("a user");
    let (host, port) = host.split_once(':').expect("a port");
    let mut command = Command::new("mariadb-dump");
    command.args([
        "--no-defaults",
        "--host",
        host,
        "--port",
        port,
        "--user",
        user,
        "--skip-ssl",
        name,
    ]);
    let out = command.output().expect("mariadb-dump");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    out.stdout
}
