//! What a step tells: how many tests it saw, and of those that failed which and why, so that the end of a long log says
//! what its middle said.

use crate::count::{Count, plain};

/// As many failures are told again; who has more reads the log.
const TOLD: usize = 12;

/// What was seen of a step.
#[derive(Default)]
pub(crate) struct Report {
    pub(crate) count: Count,
    failures: Vec<String>,
    awaited: Awaited,
}

/// What the next line may be.
#[derive(Default, PartialEq)]
enum Awaited {
    #[default]
    Anything,
    /// Node repeats its failures at the end, under a heading.
    NodeFailure,
    /// The line after the name is the reason.
    Reason,
    /// The same, within Node's list.
    NodeReason,
}

impl Report {
    pub(crate) fn add(&mut self, other: Report) {
        self.count.add(other.count);
        self.failures.extend(other.failures);
    }

    /// Takes one line of a test run into account.
    pub(crate) fn see(&mut self, line: &str) {
        self.count.see(line);
        let clean = plain(line);
        let line = clean.trim();
        if line.is_empty() {
            return;
        }
        let in_node = matches!(self.awaited, Awaited::NodeFailure | Awaited::NodeReason);
        if line == "✖ failing tests:" {
            self.awaited = Awaited::NodeFailure;
        } else if let Some(name) = cargo_name(line).or_else(|| line.strip_prefix("FAIL ")) {
            self.failures.push(name.trim().to_owned());
            self.awaited = Awaited::Anything;
            if !line.starts_with("----") {
                self.awaited = Awaited::Reason;
            }
        } else if let Some((_, place)) = line.split_once("panicked at ") {
            self.because(place);
            self.awaited = Awaited::Reason;
        } else if let Some(name) = line.strip_prefix("✖ ").filter(|_| in_node) {
            self.failures.push(name.to_owned());
            self.awaited = Awaited::NodeReason;
        } else if matches!(self.awaited, Awaited::Reason | Awaited::NodeReason) {
            self.because(line);
            self.awaited = if in_node {
                Awaited::NodeFailure
            } else {
                Awaited::Anything
            };
        }
    }

    fn because(&mut self, reason: &str) {
        if let Some(last) = self.failures.last_mut() {
            last.push_str(" — ");
            last.extend(reason.chars().take(200));
        }
    }

    /// A line for each failing test, the first ones only.
    pub(crate) fn told(&self) -> &[String] {
        self.failures.get(..TOLD).unwrap_or(&self.failures)
    }
}

impl From<Count> for Report {
    fn from(count: Count) -> Report {
        Report {
            count,
            ..Report::default()
        }
    }
}

/// `---- name stdout ----`
fn cargo_name(line: &str) -> Option<&str> {
    line.strip_prefix("---- ")?.strip_suffix(" stdout ----")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(lines: &[&str]) -> Vec<String> {
        let mut report = Report::default();
        for line in lines {
            report.see(line);
        }
        report.told().to_vec()
    }

    #[test]
    fn each_kind_of_report_tells_which_failed_and_why() {
        let cargo = [
            "test limits::a_day ... FAILED",
            "---- limits::a_day stdout ----",
            "",
            "thread 'limits::a_day' (12) panicked at tests/limits.rs:4:9:",
            "assertion failed: left == right",
            "  left: 1",
        ];
        assert_eq!(
            told(&cargo),
            ["limits::a_day — tests/limits.rs:4:9: — assertion failed: left == right"]
        );
        let node = [
            "✖ told at once (9ms)",
            "✖ failing tests:",
            "",
            "test at tests/x.test.mjs:1:1",
            "\u{1b}[31m✖ the customer pays (20ms)\u{1b}[39m",
            "  TimeoutError: waited in vain",
            "      at x.mjs:1",
            "✖ the bank answers (1ms)",
            "  '1 subtest failed'",
        ];
        assert_eq!(
            told(&node),
            [
                "the customer pays (20ms) — TimeoutError: waited in vain",
                "the bank answers (1ms) — '1 subtest failed'"
            ]
        );
        let vitest = [
            " FAIL  tests/money.test.ts > fen",
            "AssertionError: expected 1 to be 2",
        ];
        assert_eq!(
            told(&vitest),
            ["tests/money.test.ts > fen — AssertionError: expected 1 to be 2"]
        );
    }

    #[test]
    fn many_failures_are_told_in_part() {
        let lines: Vec<String> = (0..40).map(|n| format!("---- t{n} stdout ----")).collect();
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        assert_eq!(told(&lines).len(), TOLD);
    }
}
