//! The schema's one line of history, carried inside the binary.

use anyhow::Context as _;
use kit::db::Engine;
use kit::db::migrate::Migration;

macro_rules! line {
    ($($version:literal $name:literal),* $(,)?) => {
        const SQLITE: &[(i64, &str, &str)] = &[$((
            $version, $name,
            include_str!(concat!("../../migrations/sqlite/", $name, ".sql")),
        )),*];
        const MYSQL: &[(i64, &str, &str)] = &[$((
            $version, $name,
            include_str!(concat!("../../migrations/mysql/", $name, ".sql")),
        )),*];
    };
}

line! {
    1 "0001_kit",
    2 "0002_audit",
    3 "0003_identity",
    4 "0004_core",
    5 "0005_accounts",
    6 "0006_payments",
    7 "0007_outreach",
    8 "0008_channel",
    9 "0009_office",
    10 "0010_couriers",
    11 "0011_ledger",
    12 "0012_core_clearing",
    13 "0013_payments_transfers",
    14 "0014_payments_schedules",
    15 "0015_payments_purposes",
    16 "0016_payments_topup",
    17 "0017_cases",
    18 "0018_reconciliation",
    19 "0019_accounts_insight",
    20 "0020_sweeps",
    21 "0021_payments_autorepay",
    22 "0022_office_billers",
    23 "0023_ledger_order",
    24 "0024_payments_told",
    25 "0025_office_references",
    26 "0026_payments_collection",
    27 "0027_payments_booked",
}

/// Every migration for an engine, in order.
pub fn plan(engine: Engine) -> Vec<Migration> {
    let line = match engine {
        Engine::Sqlite => SQLITE,
        Engine::MySql => MYSQL,
    };
    line.iter()
        .map(|(version, name, sql)| Migration {
            version: *version,
            name,
            sql,
        })
        .collect()
}

/// Brings a database up to this program's schema.
pub(crate) async fn bring_up(db: &kit::db::Db) -> anyhow::Result<()> {
    kit::db::migrate::run(db, &plan(db.engine()))
        .await
        .context("migrating the database")?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_folder_is_in_the_line() {
        for engine in [Engine::Sqlite, Engine::MySql] {
            let folder = format!("{}/../migrations/{}", env!("CARGO_MANIFEST_DIR"), engine.name());
            let mut files: Vec<String> = std::fs::read_dir(folder)
                .expect("a folder")
                .map(|file| file.expect("a file").file_name().to_string_lossy().into_owned())
                .collect();
            files.sort();
            let line: Vec<String> = plan(engine)
                .iter()
                .map(|one| format!("{}.sql", one.name))
                .collect();
            assert_eq!(files, line);
        }
    }
}
