//! Sizes, heads and attributes: what keeps a file readable in one sitting.

use super::Finding;
use super::house::{House, SourceFile, ending};

const LONGEST: usize = 400;
const LONGEST_TEST: usize = 800;
/// Endings of files that people write; generated and locked ones are not measured.
const MEASURED: [&str; 7] = ["rs", "sql", "ts", "vue", "mjs", "js", "css"];

pub(super) fn check(house: &House) -> Vec<Finding> {
    let mut found: Vec<Finding> = house.files.iter().filter_map(length).collect();
    for (file, parsed) in house.rust() {
        if !file.text.trim_start().starts_with("//!") {
            found.push(Finding {
                file: file.path.clone(),
                line: 1,
                what: "no `//!` head".into(),
                why: "a reader wants to know why the file exists before reading it",
                remedy: "say so in one to five lines",
            });
        }
        for (at, line) in parsed.code.iter().enumerate() {
            let start = line.trim_start();
            if start.starts_with("#[allow(") || start.starts_with("#![allow(") {
                found.push(Finding {
                    file: file.path.clone(),
                    line: at + 1,
                    what: "`allow` attribute".into(),
                    why: "it stays when its cause has gone",
                    remedy: "write #[expect(LINT, reason = \"…\")], or mend the cause",
                });
            }
        }
    }
    found
}

fn length(file: &SourceFile) -> Option<Finding> {
    if !MEASURED.contains(&ending(&file.path)) || file.path.ends_with(".d.ts") {
        return None;
    }
    let limit = if is_test(&file.path) {
        LONGEST_TEST
    } else {
        LONGEST
    };
    let lines = file.text.lines().count();
    (lines > limit).then(|| Finding {
        file: file.path.clone(),
        line: limit + 1,
        what: format!("{lines} lines, the limit is {limit}"),
        why: "long files hide what belongs together",
        remedy: "split by what a reader looks for",
    })
}

fn is_test(path: &str) -> bool {
    let folder = path
        .split('/')
        .rev()
        .skip(1)
        .any(|dir| dir == "tests" || dir == "test" || dir == "e2e");
    let name = path.rsplit('/').next().unwrap_or(path);
    folder || name == "tests.rs" || name.contains(".test.") || name.contains(".spec.")
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
    fn tests_may_be_longer() {
        let text = format!("//! x\n{}", "fn a() {}\n".repeat(500));
        assert_eq!(found("kit/src/a.rs", &text).len(), 1);
        assert_eq!(found("kit/tests/a.rs", &text).len(), 0);
        assert_eq!(found("kit/src/db/tests.rs", &text).len(), 0);
        assert_eq!(found("web/shared/src/api.d.ts", &text).len(), 0);
    }

    #[test]
    fn heads_and_attributes_are_looked_at() {
        assert_eq!(found("kit/src/a.rs", "fn a() {}\n"), ["no `//!` head"]);
        let allowing = concat!("//! x\n", "  #", "[allow(dead_code)]\nfn a() {}\n");
        assert_eq!(found("kit/src/a.rs", allowing), ["`allow` attribute"]);
        assert_eq!(
            found("kit/src/a.rs", "//! x\n// #[allow(dead_code)]\nfn a() {}\n"),
            Vec::<String>::new()
        );
    }
}
