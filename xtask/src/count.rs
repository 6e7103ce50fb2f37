//! Counts passed and failed tests from what cargo, node and vitest print.

/// Tests seen so far.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(crate) struct Count {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
}

impl Count {
    pub(crate) fn add(&mut self, other: Count) {
        self.passed += other.passed;
        self.failed += other.failed;
    }

    /// Takes one line of a test run into account.
    pub(crate) fn see(&mut self, line: &str) {
        let clean = plain(line);
        let line = clean.trim();
        if let Some(rest) = line.strip_prefix("test result: ") {
            self.add(cargo(rest));
        } else if let Some(rest) = line.strip_prefix("Tests ") {
            self.add(vitest(rest));
        } else if let Some((word, number)) = node(line) {
            match word {
                "pass" => self.passed += number,
                "fail" => self.failed += number,
                _ => {}
            }
        }
    }
}

/// `ok. 12 passed; 0 failed; 1 ignored; …`
fn cargo(rest: &str) -> Count {
    let find = |word| {
        rest.split([';', '.'])
            .find_map(|part| number_before(part, word))
            .unwrap_or(0)
    };
    Count {
        passed: find("passed"),
        failed: find("failed"),
    }
}

/// `1 failed | 12 passed (13)`
fn vitest(rest: &str) -> Count {
    let rest = rest.split('(').next().unwrap_or(rest);
    let find = |word| {
        rest.split('|')
            .find_map(|part| number_before(part, word))
            .unwrap_or(0)
    };
    Count {
        passed: find("passed"),
        failed: find("failed"),
    }
}

/// `ℹ pass 12` in Node's own report, `# pass 12` in TAP.
fn node(line: &str) -> Option<(&str, u64)> {
    let rest = line.strip_prefix("ℹ ").or_else(|| line.strip_prefix("# "))?;
    let (word, number) = rest.split_once(' ')?;
    Some((word, number.trim().parse().ok()?))
}

fn number_before(text: &str, word: &str) -> Option<u64> {
    text.trim().strip_suffix(word)?.trim().parse().ok()
}

/// The line without colour codes.
pub(crate) fn plain(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut in_code = false;
    for c in line.chars() {
        match (in_code, c) {
            (false, '\u{1b}') => in_code = true,
            (false, c) => out.push(c),
            (true, c) => in_code = !c.is_ascii_alphabetic(),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(lines: &[&str]) -> Count {
        let mut count = Count::default();
        for line in lines {
            count.see(line);
        }
        count
    }

    #[test]
    fn each_kind_of_report_is_read() {
        let cargo = "test result: FAILED. 41 passed; 2 failed; 3 ignored; 0 measured; 0 filtered out; finished in 0.1s";
        assert_eq!(
            count(&[cargo]),
            Count {
                passed: 41,
                failed: 2
            }
        );
        assert_eq!(
            count(&["ℹ tests 8", "ℹ pass 7", "ℹ fail 1"]),
            Count { passed: 7, failed: 1 }
        );
        assert_eq!(
            count(&["# tests 8", "# pass 8", "# fail 0"]),
            Count { passed: 8, failed: 0 }
        );
        assert_eq!(
            count(&["      Tests  1 failed | 12 passed (13)"]),
            Count {
                passed: 12,
                failed: 1
            }
        );
        assert_eq!(
            count(&["\u{1b}[2m      Tests \u{1b}[22m \u{1b}[1m\u{1b}[32m5 passed\u{1b}[39m (5)"]),
            Count { passed: 5, failed: 0 }
        );
    }

    #[test]
    fn several_runs_add_up_and_other_lines_do_not_count() {
        let lines = [
            "running 3 tests",
            "test result: ok. 3 passed; 0 failed; 0 ignored",
            " Test Files  2 passed (2)",
            "test pass ... ok",
            "test result: ok. 4 passed; 0 failed; 0 ignored",
        ];
        assert_eq!(count(&lines), Count { passed: 7, failed: 0 });
    }
}
