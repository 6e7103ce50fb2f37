//! One SQL text for two engines: what one of them refuses, or understands otherwise, stays out.

use super::Finding;
use super::house::{House, SourceFile, ending};

struct Ban {
    /// In lower case, with single blanks.
    text: &'static str,
    why: &'static str,
    remedy: &'static str,
}

const fn ban(text: &'static str, why: &'static str, remedy: &'static str) -> Ban {
    Ban { text, why, remedy }
}

/// For statements and for migrations.
const EVERYWHERE: [Ban; 5] = [
    ban(
        "create trigger",
        "hidden effects, and other rights on each engine",
        "write the effect in the use case",
    ),
    ban("float", "money and rates are integers", "use an integer column"),
    ban(" double", "money and rates are integers", "use an integer column"),
    ban(
        "auto_increment",
        "ids are made by the bank and differ on two nodes",
        "use an id from cx.ids",
    ),
    ban(
        "autoincrement",
        "ids are made by the bank and differ on two nodes",
        "use an id from cx.ids",
    ),
];

/// For statements that run on both engines.
const STATEMENTS: [Ban; 19] = [
    ban("returning", "MySQL has none", "make the id before the insert"),
    ban(
        "get_lock",
        "SQLite has none, and a pooled connection keeps it",
        "use a row with a lease",
    ),
    ban("skip locked", "SQLite has none", "claim by a conditional update"),
    ban(
        "for update",
        "SQLite has none",
        "write /*lock*/, which the façade turns into it",
    ),
    ban(
        "replace into",
        "it deletes the old row first",
        "update, then insert_new when no row matched",
    ),
    ban("on conflict", "MySQL has none", "use insert_new, then update"),
    ban(
        "on duplicate key",
        "SQLite has none",
        "use insert_new, then update",
    ),
    ban("insert or ", "MySQL has none", "use insert_new"),
    ban("insert ignore", "SQLite has none", "use insert_new"),
    ban("->", "MariaDB has none", "read the JSON in Rust"),
    ban(
        "/",
        "5/2 is 2 on one engine and 2.5 on the other",
        "divide in Rust",
    ),
    ban(
        "||",
        "it means OR where PIPES_AS_CONCAT is not set",
        "join the text in Rust",
    ),
    ban(
        "length(",
        "it counts characters on one engine and bytes on the other",
        "measure in Rust",
    ),
    ban("greatest(", "SQLite has none", "compare in Rust"),
    ban(
        "current_timestamp",
        "time comes from cx.clock",
        "bind the instant",
    ),
    ban("now(", "time comes from cx.clock", "bind the instant"),
    ban("random(", "randomness comes from cx.random", "bind the value"),
    ban("rand(", "randomness comes from cx.random", "bind the value"),
    ban(" ilike ", "neither engine has it", "use like on a folded column"),
];

pub(super) fn check(house: &House) -> Vec<Finding> {
    let mut found = Vec::new();
    for (file, parsed) in house.rust().filter(|(file, _)| is_portable(&file.path)) {
        for (line, text) in parsed.product_strings().filter(|(_, text)| is_sql(text)) {
            found.extend(lint(file, *line, text, STATEMENTS.iter().chain(&EVERYWHERE)));
            found.extend(sums(file, *line, text));
        }
    }
    for file in house.files.iter().filter(|file| is_migration(&file.path)) {
        for (at, line) in file.text.lines().enumerate() {
            let line = line.split("--").next().unwrap_or(line);
            found.extend(lint(file, at + 1, line, EVERYWHERE.iter()));
        }
    }
    found
}

/// `kit::db` itself speaks to each engine in its own tongue; so do the tests of it, and tools.
fn is_portable(path: &str) -> bool {
    let product = ["domains/", "ports/", "libs/", "kit/src/", "app/src/"]
        .iter()
        .any(|dir| path.starts_with(dir));
    let engine = ["kit/src/db/", "kit/src/testing/"]
        .iter()
        .any(|dir| path.starts_with(dir));
    product && !engine && !path.contains("/tests/") && path != "kit/src/db.rs"
}

fn is_migration(path: &str) -> bool {
    path.starts_with("migrations/") && ending(path) == "sql"
}

/// A statement: it begins with its verb and has the word that must follow.
pub(super) fn is_sql(text: &str) -> bool {
    let text = folded(text);
    let begins = |verb: &str, word: &str| text.starts_with(verb) && text.contains(word);
    let select =
        begins("select ", " from ") && (text.contains(" where ") || text.contains('?') || text.contains(','));
    select
        || begins("insert ", "into ")
        || begins("update ", " set ")
        || begins("delete from ", "")
        || begins("replace into ", "")
        || begins("with ", " as (")
}

/// Lower case, single blanks, the lock token away.
fn folded(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").to_lowercase().replace("/*lock*/", "")
}

fn lint<'a>(file: &SourceFile, line: usize, text: &str, bans: impl Iterator<Item = &'a Ban>) -> Vec<Finding> {
    let text = without_literals(&folded(text));
    let hits = bans.filter(|ban| has_word(&text, ban.text));
    hits.map(|ban| Finding {
        file: file.path.clone(),
        line,
        what: format!("`{}` in SQL", ban.text.trim()),
        why: ban.why,
        remedy: ban.remedy,
    })
    .collect()
}

fn has_word(text: &str, word: &str) -> bool {
    let starts_name = word.starts_with(|c: char| c.is_ascii_alphabetic());
    let ends_name = word.ends_with(|c: char| c.is_ascii_alphabetic());
    let part = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_');
    text.match_indices(word).any(|(at, _)| {
        let before = text.get(..at).and_then(|head| head.chars().next_back());
        let after = text.get(at + word.len()..).and_then(|tail| tail.chars().next());
        let goes_on = (starts_name && part(before)) || (ends_name && part(after));
        !goes_on
    })
}

/// What stands between single quotes is data.
fn without_literals(text: &str) -> String {
    text.split('\'').step_by(2).collect::<Vec<_>>().join("''")
}

/// MySQL answers SUM as a decimal, which the façade does not read.
fn sums(file: &SourceFile, line: usize, text: &str) -> Option<Finding> {
    let text = folded(text);
    let all = text.matches("sum(").count();
    let cast = text.matches("cast(sum(").count() + text.matches("cast(coalesce(sum(").count();
    (all > cast).then(|| Finding {
        file: file.path.clone(),
        line,
        what: "SUM without a cast".into(),
        why: "MySQL answers a decimal",
        remedy: "write cast(sum(x) as signed), or cast(coalesce(sum(x), 0) as signed)",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(sql: &str) -> Vec<String> {
        let text = format!("//! x\nfn a() {{ c.exec({sql:?}, ()); }}");
        check(&House::of(&[("domains/a/src/store.rs", &text)]))
            .into_iter()
            .map(|f| f.what)
            .collect()
    }

    #[test]
    fn portable_statements_pass() {
        let none = Vec::<String>::new();
        assert_eq!(
            found("select id, at from job where state = 'a/b' and due <= ? order by at limit ? /*lock*/"),
            none
        );
        assert_eq!(
            found("select cast(coalesce(sum(fen), 0) as signed) from entry where id = ?"),
            none
        );
        assert_eq!(found("update a set double_entry = ? where floating = ?"), none);
        assert_eq!(found("the answer / question || is no statement"), none);
    }

    #[test]
    fn what_one_engine_refuses_is_found() {
        for sql in [
            "insert into a (id) values (?) returning id",
            "select a from b where c = ? for update skip locked",
            "select a / 2 from b where c = ?",
            "select a || b from c where d = ?",
            "select x->>'$.a' from c where d = ?",
            "replace into a (b) values (?)",
            "select sum(a) from b where c = ?",
            "insert into a (b) values (now())",
        ] {
            assert!(!found(sql).is_empty(), "{sql}");
        }
    }

    #[test]
    fn migrations_are_looked_at_line_by_line() {
        let text = "create table a (id text);\ncreate trigger t after insert on a;\n-- float\n";
        let lines: Vec<_> = check(&House::of(&[("migrations/sqlite/0001_a.sql", text)]))
            .into_iter()
            .map(|f| f.line)
            .collect();
        assert_eq!(lines, [2]);
    }
}
