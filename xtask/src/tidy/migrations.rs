//! Both migration folders tell the same history: the same numbers and names, the same tables and columns.

use super::Finding;
use super::house::{House, SourceFile};
use std::collections::{BTreeMap, BTreeSet};

const WHY: &str = "one line of history for the whole bank, on both engines";

pub(super) fn check(house: &House) -> Vec<Finding> {
    let sqlite = of_engine(house, "sqlite");
    let mysql = of_engine(house, "mysql");
    let names: BTreeSet<&str> = sqlite.keys().chain(mysql.keys()).copied().collect();
    let mut found = Vec::new();
    for name in &names {
        match (sqlite.get(name), mysql.get(name)) {
            (Some(lite), Some(my)) => found.extend(compare(lite, my)),
            (Some(file), None) => found.push(lonely(file, "mysql")),
            (None, Some(file)) => found.push(lonely(file, "sqlite")),
            (None, None) => {}
        }
    }
    found.extend(numbers(&names));
    found.extend(
        sqlite
            .values()
            .flat_map(|file| endings(file, "strict", "a STRICT table refuses a text in a number column")),
    );
    found.extend(
        mysql
            .values()
            .flat_map(|file| endings(file, "utf8mb4_bin", "other collations hold A and a for the same")),
    );
    found
}

fn of_engine<'a>(house: &'a House, engine: &str) -> BTreeMap<&'a str, &'a SourceFile> {
    let prefix = format!("migrations/{engine}/");
    house
        .files
        .iter()
        .filter_map(|file| Some((file.path.strip_prefix(&prefix)?, file)))
        .collect()
}

fn finding(file: &str, what: String, remedy: &'static str) -> Finding {
    Finding {
        file: file.to_owned(),
        line: 0,
        what,
        why: WHY,
        remedy,
    }
}

fn lonely(file: &SourceFile, other: &str) -> Finding {
    finding(
        &file.path,
        format!("has no counterpart for {other}"),
        "write the same step for both engines",
    )
}

/// `0007_name.sql`: each number once.
fn numbers(names: &BTreeSet<&str>) -> Vec<Finding> {
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for name in names {
        let number = name
            .split('_')
            .next()
            .filter(|n| n.len() == 4 && n.chars().all(|c| c.is_ascii_digit()));
        match number {
            None => found.push(finding(name, "is not named NNNN_name.sql".into(), "rename it")),
            Some(number) if !seen.insert(number) => {
                found.push(finding(
                    name,
                    format!("number {number} is taken"),
                    "take the next free number",
                ));
            }
            Some(_) => {}
        }
    }
    found
}

fn compare(sqlite: &SourceFile, mysql: &SourceFile) -> Vec<Finding> {
    let (lite, my) = (shape(&sqlite.text), shape(&mysql.text));
    let things: BTreeSet<&String> = lite.keys().chain(my.keys()).collect();
    let differing = things
        .into_iter()
        .filter(|thing| lite.get(*thing) != my.get(*thing));
    differing
        .map(|thing| {
            let text = |side: Option<&Vec<String>>| match side {
                Some(list) if list.is_empty() => "has it".to_owned(),
                Some(list) => format!("has {}", list.join(" ")),
                None => "has none".to_owned(),
            };
            let what = format!(
                "{thing}: SQLite {}, MySQL {}",
                text(lite.get(thing)),
                text(my.get(thing))
            );
            finding(&mysql.path, what, "make them the same, in the same order")
        })
        .collect()
}

/// Each table with its columns; each index by what it covers, since one engine names it inside the table and
/// the other outside.
fn shape(sql: &str) -> BTreeMap<String, Vec<String>> {
    let (mut all, mut rebuilt) = (BTreeMap::new(), Vec::new());
    for statement in statements(sql) {
        let (head, body) = statement.split_once('(').unwrap_or((&statement, ""));
        let words: Vec<&str> = head.split_whitespace().collect();
        match words.as_slice() {
            ["create", "table", table, ..] => {
                for part in parts(body) {
                    all.extend(inner_index(table, &part).map(|index| (index, Vec::new())));
                }
                all.insert(format!("table {table}"), columns(body));
            }
            ["create", kind @ .., "index", _, "on", table] => {
                let kind = kind.first().unwrap_or(&"index");
                all.insert(index_name(kind, table, body), Vec::new());
            }
            ["alter", "table", table, "add", "column", column, ..] => {
                all.insert(format!("column {table}.{column}"), Vec::new());
            }
            // SQLite changes a key by building the table anew, which the other engine does in place.
            ["alter", "table", anew, "rename", "to", table] => {
                all.remove(&format!("table {anew}"));
                rebuilt.push(format!(" on {table} ("));
            }
            _ => {}
        }
    }
    all.retain(|name: &String, _| !rebuilt.iter().any(|table| name.contains(table)));
    all
}

/// `key NAME (a, b)`, `unique (a, b)` or `column … unique` inside a table.
fn inner_index(table: &str, part: &str) -> Option<String> {
    let words: Vec<&str> = part.split_whitespace().collect();
    if let [column, rest @ ..] = words.as_slice()
        && rest.contains(&"unique")
    {
        return Some(index_name("unique", table, column));
    }
    let (head, body) = part.split_once('(')?;
    match head.split_whitespace().next()? {
        "unique" => Some(index_name("unique", table, body)),
        "key" | "index" => Some(index_name("index", table, body)),
        _ => None,
    }
}

/// A prefix length such as text(64) is MySQL's own matter.
fn index_name(kind: &str, table: &str, body: &str) -> String {
    let keys = parts(body).into_iter();
    let keys: Vec<String> = keys
        .map(|key| key.split('(').next().unwrap_or("").trim().to_owned())
        .collect();
    format!("{kind} on {table} ({})", keys.join(", "))
}

/// Lower case, without comments and quotes.
fn statements(sql: &str) -> Vec<String> {
    let lines = sql.lines().map(|line| line.split("--").next().unwrap_or(line));
    let text = lines
        .collect::<Vec<_>>()
        .join("\n")
        .to_lowercase()
        .replace(['`', '"'], "");
    let text = text.replace("if not exists ", "");
    text.split(';')
        .map(|part| part.trim().to_owned())
        .filter(|part| !part.is_empty())
        .collect()
}

fn columns(body: &str) -> Vec<String> {
    const NOT_COLUMNS: [&str; 7] = [
        "primary",
        "unique",
        "key",
        "index",
        "constraint",
        "foreign",
        "check",
    ];
    let first_words = parts(body)
        .into_iter()
        .filter_map(|part| part.split_whitespace().next().map(str::to_owned));
    first_words
        .map(|word| word.split('(').next().unwrap_or_default().to_owned())
        .filter(|word| !NOT_COLUMNS.contains(&word.as_str()))
        .collect()
}

/// The text up to the closing bracket, cut at the commas that stand in no inner bracket.
fn parts(body: &str) -> Vec<String> {
    let mut out = vec![String::new()];
    let mut depth = 0_u32;
    for c in body.chars() {
        match c {
            '(' => depth += 1,
            ')' if depth == 0 => break,
            ')' => depth -= 1,
            ',' if depth == 0 => {
                out.push(String::new());
                continue;
            }
            _ => {}
        }
        if let Some(last) = out.last_mut() {
            last.push(c);
        }
    }
    out.into_iter()
        .map(|part| part.trim().to_owned())
        .filter(|part| !part.is_empty())
        .collect()
}

fn endings(file: &SourceFile, needed: &str, why: &'static str) -> Vec<Finding> {
    let tables = statements(&file.text)
        .into_iter()
        .filter(|statement| statement.starts_with("create table"));
    let bad = tables.filter(|table| !table.rsplit(')').next().is_some_and(|end| end.contains(needed)));
    bad.map(|table| {
        let name = table.split_whitespace().nth(2).unwrap_or_default().to_owned();
        let what = format!("table {name} does not end with `{needed}`");
        Finding {
            file: file.path.clone(),
            line: 0,
            what,
            why,
            remedy: "add it",
        }
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LITE: &str = "-- heads\ncreate table a_b (\n  id text not null primary key,\n  n integer not null default 0,\n\
        primary key (id, n)\n) strict;\ncreate index a_b_n on a_b (n, id);\n";
    const MY: &str = "create table a_b (\n  id char(36) character set ascii not null primary key,\n  n bigint not null\
        default 0,\n  primary key (id, n)\n) engine=InnoDB collate=utf8mb4_bin;\ncreate index other on a_b (n, id(8));\n";

    fn found(lite: &str, my: &str) -> Vec<String> {
        let files = [
            ("migrations/sqlite/0001_a.sql", lite),
            ("migrations/mysql/0001_a.sql", my),
        ];
        check(&House::of(&files))
            .into_iter()
            .map(|finding| finding.what)
            .collect()
    }

    #[test]
    fn the_same_history_passes() {
        assert_eq!(found(LITE, MY), Vec::<String>::new());
    }

    #[test]
    fn a_table_built_anew_is_what_the_other_engine_alters_in_place() {
        let lite = "create table b (x text, primary key (x)) strict;
            insert into b (x) select x from a; drop table a; alter table b rename to a;
            create index a_y on a (y);";
        assert_eq!(
            found(lite, "alter table a drop primary key, add primary key (x);"),
            Vec::<String>::new()
        );
    }

    #[test]
    fn differing_columns_indexes_and_endings_are_found() {
        assert_eq!(found(LITE, &MY.replace("  n bigint", "  m bigint")).len(), 1);
        assert_eq!(found(LITE, &MY.replace("a_b (n,", "a_b (m,")).len(), 2);
        assert_eq!(found(&LITE.replace(") strict", ")"), MY).len(), 1);
        assert_eq!(
            found(LITE, &MY.replace("utf8mb4_bin", "utf8mb4_general_ci")).len(),
            1
        );
    }

    #[test]
    fn every_step_is_there_for_both_engines_and_has_its_own_number() {
        let files = [
            ("migrations/sqlite/0001_a.sql", ""),
            ("migrations/mysql/0001_b.sql", ""),
        ];
        assert_eq!(check(&House::of(&files)).len(), 3);
    }
}
