//! Both engines have the same tables and columns, and understand every statement of the bank.

use kit::db::Val;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use testkit::{Engine, TestBank};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
/// Folders whose statements run on both engines.
const PORTABLE: [&str; 5] = ["domains", "ports", "libs", "kit/src", "app/src"];
const VERBS: [&str; 5] = ["select ", "insert ", "update ", "delete ", "with "];

#[tokio::test(flavor = "multi_thread")]
async fn every_statement_is_understood() {
    let bank = TestBank::open().await;
    let statements = statements();
    assert!(
        statements.len() > 60,
        "only {} statements were found",
        statements.len()
    );
    let mut refused = Vec::new();
    for statement in &statements {
        // Explained, not run; nulls stand for the values.
        let text: &'static str = Box::leak(format!("explain {statement}").into_boxed_str());
        let nulls = text.matches('?').count();
        let tried: kit::db::Result<()> = bank
            .cx
            .db
            .tx(async move |c| c.each(text, &vec![Val::Null; nulls], &mut |_| Ok(())).await)
            .await;
        if let Err(error) = tried {
            refused.push(format!("{statement}\n    {error}"));
        }
    }
    assert!(refused.is_empty(), "{}", refused.join("\n"));
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn migrating_again_changes_nothing() {
    let bank = TestBank::open().await;
    let before = columns(&bank).await;
    bank.migrates().await;
    assert_eq!(columns(&bank).await, before);
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn both_engines_have_the_same_tables_and_columns() {
    if Engine::of_this_run() != Engine::Servers {
        return;
    }
    let servers = TestBank::open().await;
    let embedded = TestBank::open_on(Engine::Embedded).await;
    let (ours, theirs) = (columns(&servers).await, columns(&embedded).await);
    assert!(ours.len() > 100, "only {} columns", ours.len());
    let differing: Vec<_> = ours.symmetric_difference(&theirs).collect();
    assert!(differing.is_empty(), "{differing:?}");
    servers.close().await;
    embedded.close().await;
}

async fn columns(bank: &TestBank) -> BTreeSet<(String, String)> {
    let text = match bank.cx.db.engine() {
        kit::db::Engine::Sqlite => {
            "select m.name, p.name from sqlite_master m join pragma_table_info(m.name) p \
             where m.type = 'table' and m.name not like 'sqlite_%'"
        }
        kit::db::Engine::MySql => {
            "select table_name, column_name from information_schema.columns where table_schema = database()"
        }
    };
    let rows: kit::db::Result<Vec<(String, String)>> =
        bank.cx.db.read(async move |c| c.rows(text, ()).await).await;
    rows.expect("columns")
        .into_iter()
        .map(|(t, c)| (t.to_lowercase(), c.to_lowercase()))
        .collect()
}

/// Every statement in the sources, as the façade sends it to SQLite.
fn statements() -> Vec<String> {
    let mut files = Vec::new();
    for folder in PORTABLE {
        collect(&Path::new(ROOT).join(folder), &mut files);
    }
    let mut found = BTreeSet::new();
    for file in files {
        let text = std::fs::read_to_string(&file).expect("a source");
        let product = text.split("#[cfg(test)]").next().unwrap_or_default();
        for literal in literals(product) {
            let one_line = literal.split_whitespace().collect::<Vec<_>>().join(" ");
            let lower = one_line.to_lowercase();
            let is_sql = VERBS.iter().any(|verb| lower.starts_with(verb))
                && [" from ", " into ", " set "]
                    .iter()
                    .any(|word| lower.contains(word))
                && !lower.contains('{');
            if is_sql {
                found.insert(one_line.replace("/*lock*/", ""));
            }
        }
    }
    found.into_iter().collect()
}

fn collect(dir: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(dir).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        // The façade itself speaks to each engine in its own tongue.
        let engine = path.ends_with("kit/src/db") || path.ends_with("kit/src/testing");
        if path.is_dir() && name != "tests" && name != "target" && !engine {
            collect(&path, files);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push(path);
        }
    }
}

/// String literals; comments and characters are passed over.
fn literals(source: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut rest = source.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '/' if rest.peek() == Some(&'/') => while rest.next().is_some_and(|c| c != '\n') {},
            '\'' if rest.clone().nth(1) == Some('\'') => drop((rest.next(), rest.next())),
            '\'' if rest.peek() == Some(&'\\') => while rest.next().is_some_and(|c| c != '\'') {},
            '"' => out.push(literal(&mut rest)),
            _ => {}
        }
    }
    out
}

fn literal(rest: &mut impl Iterator<Item = char>) -> String {
    let mut text = String::new();
    while let Some(c) = rest.next() {
        match c {
            '"' => break,
            '\\' => text.extend(rest.next().map(|c| if c == '\n' { ' ' } else { c })),
            c => text.push(c),
        }
    }
    text
}
