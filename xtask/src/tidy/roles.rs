//! A file's name says its role, and its role says what it may use. Also: how much a domain shows.

use super::Finding;
use super::house::{House, SourceFile};
use super::lexer::Parsed;
use super::sql;

struct Role {
    /// `model` stands for model.rs and everything in model/.
    name: &'static str,
    /// Text that must not be in the code, and what it stands for.
    never: &'static [(&'static str, &'static str)],
    why: &'static str,
    remedy: &'static str,
}

const PORTS: [&str; 5] = ["billers::", "corebank::", "couriers::", "checks::", "rails::"];

const ROLES: [Role; 4] = [
    Role {
        name: "model",
        never: &[
            ("async fn", "async"),
            (".await", "async"),
            ("axum::", "axum"),
            ("kit::db", "the database"),
            ("db::Conn", "the database"),
            ("clock.now()", "the clock"),
        ],
        why: "business decisions are pure, so that a table of cases can test them",
        remedy: "hand the values in from service",
    },
    Role {
        name: "service",
        never: &[("axum::", "axum")],
        why: "a use case must run without HTTP: from a job, a chat message, a test",
        remedy: "move it to http",
    },
    Role {
        name: "store",
        never: &[("axum::", "axum"), ("reqwest::", "the network")],
        why: "the store is SQL and nothing else",
        remedy: "move it to http or service",
    },
    Role {
        name: "http",
        never: &[
            ("store::", "the store"),
            ("kit::db", "the database"),
            (".tx(", "a transaction"),
        ],
        why: "a handler reads, calls one service function, answers",
        remedy: "give service a function for it",
    },
];

const FACE: usize = 15;

pub(super) fn check(house: &House) -> Vec<Finding> {
    let mut found = Vec::new();
    for (file, parsed) in house.rust() {
        let Some((domain, inner)) = in_domain(&file.path) else {
            continue;
        };
        if inner == "lib.rs" {
            found.extend(face(file, parsed, domain));
        }
        let Some(role) = ROLES.iter().find(|role| plays(inner, role.name)) else {
            continue;
        };
        for (line, code) in parsed.product_code() {
            for (_, thing) in role.never.iter().filter(|(text, _)| mentions(code, text)) {
                found.push(finding(file, line, format!("{} uses {thing}", role.name), role));
            }
            for port in PORTS
                .iter()
                .filter(|port| role.name == "store" && mentions(code, port))
            {
                found.push(finding(file, line, format!("store uses {port}"), role));
            }
        }
        if role.name != "store" {
            for (line, text) in parsed.product_strings().filter(|(_, text)| sql::is_sql(text)) {
                let start: String = text.chars().take(30).collect();
                found.push(Finding {
                    file: file.path.clone(),
                    line: *line,
                    what: format!("SQL outside store: {start:?}"),
                    why: "all statements of a domain are in one place, where both engines are tested",
                    remedy: "make it a function in store",
                });
            }
        }
    }
    found
}

fn finding(file: &SourceFile, line: usize, what: String, role: &Role) -> Finding {
    Finding {
        file: file.path.clone(),
        line,
        what,
        why: role.why,
        remedy: role.remedy,
    }
}

/// `domains/NAME/src/REST` as (NAME, REST).
fn in_domain(path: &str) -> Option<(&str, &str)> {
    let (domain, rest) = path.strip_prefix("domains/")?.split_once('/')?;
    Some((domain, rest.strip_prefix("src/")?))
}

fn plays(inner: &str, role: &str) -> bool {
    inner
        .strip_prefix(role)
        .is_some_and(|rest| rest == ".rs" || rest.starts_with('/'))
}

/// True when the text is there and does not merely end a longer name.
fn mentions(code: &str, text: &str) -> bool {
    let mut from = 0;
    while let Some(at) = code.get(from..).and_then(|rest| rest.find(text)) {
        let before = code.get(..from + at).and_then(|head| head.chars().next_back());
        let starts_name = text.starts_with(|c: char| c.is_alphabetic());
        if !starts_name || !before.is_some_and(|c| c.is_alphanumeric() || c == '_') {
            return true;
        }
        from += at + text.len();
    }
    false
}

/// Counts what lib.rs makes public: items, modules, and each `pub use` as one.
fn face(file: &SourceFile, parsed: &Parsed, domain: &str) -> Option<Finding> {
    let shown = parsed
        .product_code()
        .filter(|(_, line)| line.starts_with("pub "))
        .count();
    (shown > FACE).then(|| Finding {
        file: file.path.clone(),
        line: 0,
        what: format!("`{domain}` shows {shown} things, the limit is {FACE}"),
        why: "what is public is what others come to rely on",
        remedy: "show fewer, or split the domain",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Vec<String> {
        check(&House::of(&[(path, text)]))
            .into_iter()
            .map(|finding| finding.what)
            .collect()
    }

    #[test]
    fn each_role_keeps_to_its_own() {
        assert_eq!(
            found("domains/a/src/model.rs", "async fn x() {}"),
            ["model uses async"]
        );
        assert_eq!(
            found("domains/a/src/model/fee.rs", "use kit::db;"),
            ["model uses the database"]
        );
        assert_eq!(
            found("domains/a/src/service/pay.rs", "use axum::Json;"),
            ["service uses axum"]
        );
        assert_eq!(
            found("domains/a/src/store.rs", "use corebank::Answer;"),
            ["store uses corebank::"]
        );
        assert_eq!(
            found("domains/a/src/http.rs", "crate::store::find(c)"),
            ["http uses the store"]
        );
        assert_eq!(
            found(
                "domains/a/src/service.rs",
                "c.row(\"select a from b where c = ?\", ())"
            )
            .len(),
            1
        );
    }

    #[test]
    fn other_names_tests_and_places_do_not_count() {
        let none = Vec::<String>::new();
        assert_eq!(found("domains/a/src/http.rs", "bookstore::find()"), none);
        assert_eq!(
            found(
                "domains/a/src/model.rs",
                "fn a() {}\n#[cfg(test)]\nmod t { async fn x() {} }"
            ),
            none
        );
        assert_eq!(found("kit/src/model.rs", "async fn x() {}"), none);
        assert_eq!(
            found("domains/a/src/service.rs", "log(\"select a card from the list\")"),
            none
        );
    }

    #[test]
    fn the_public_face_is_counted() {
        let some = "//! x\npub use model::{A, B,\n  C};\nfn private() {}\n".to_owned();
        assert_eq!(found("domains/a/src/lib.rs", &some), Vec::<String>::new());
        let many = some + &"pub fn a() {}\n".repeat(15);
        assert_eq!(
            found("domains/a/src/lib.rs", &many),
            ["`a` shows 16 things, the limit is 15"]
        );
    }
}
