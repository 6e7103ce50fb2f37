//! `cargo xtask test`: everything the build machine runs, step by step, stopping at the first that fails.
//! The last line is always `N passed, N failed`.

use crate::count::Count;
use crate::report::Report;
use crate::{blackbox, generate, setup, shell, tidy, web};
use anyhow::{Context, Result, bail};
use std::io::{BufRead, BufReader};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Run only steps whose name holds this text
    #[arg(long)]
    only: Option<String>,
}

/// A step reports the tests it saw; one that runs no tests reports nothing.
type Step = fn() -> Result<Report>;

const STEPS: [(&str, Step); 14] = [
    ("setup", || plain(|| setup::ensure(setup::Need::Test))),
    ("format", || {
        plain(|| shell::run(shell::cargo().args(["fmt", "--all", "--check"])))
    }),
    ("tidy", || plain(tidy::run)),
    ("web build", || plain(|| web::build(false))),
    ("web types", || {
        npm(&["run", "types", "--workspaces", "--if-present"])
    }),
    ("web tests", web_tests),
    ("clippy", || plain(clippy)),
    ("build", || {
        plain(|| shell::run(shell::cargo().args(["build", "--workspace"])))
    }),
    ("generated files", || plain(|| generate::run(true))),
    ("licences", || plain(deny)),
    ("tests on SQLite", || counted(tests()?.arg("--no-fail-fast"))),
    ("stories on MariaDB and Redis", stories_on_servers),
    ("independent black-box client", || Ok(blackbox::run()?.into())),
    ("journeys in the browser", browser),
];

struct Row {
    name: &'static str,
    time: Duration,
    seen: Report,
    good: bool,
}

/// Runs the steps, prints the table, and the sum as the last line.
pub(crate) fn test(options: &Options) -> ExitCode {
    let mut rows: Vec<Row> = Vec::new();
    let wanted = |name: &str| {
        options
            .only
            .as_ref()
            .is_none_or(|only| name.contains(only.as_str()))
    };
    for (name, step) in STEPS.iter().filter(|(name, _)| wanted(name)) {
        println!("\n=== {name}");
        let begun = Instant::now();
        let mut seen = Report::default();
        let good = match step() {
            Ok(report) => {
                seen = report;
                seen.count.failed == 0
            }
            Err(error) => {
                println!("{error:#}");
                false
            }
        };
        rows.push(Row {
            name,
            time: begun.elapsed(),
            seen,
            good,
        });
        if !good {
            println!("\nStopped: the step `{name}` failed. Alone: cargo xtask test --only '{name}'");
            break;
        }
    }
    let sum = summary(&rows);
    for failure in rows.iter().flat_map(|row| row.seen.told()) {
        println!("FAILED  {failure}");
    }
    println!("{} passed, {} failed", sum.passed, sum.failed);
    if sum.failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// A step that failed without a failing test (it did not compile, say) counts as one.
fn summary(rows: &[Row]) -> Count {
    println!();
    let mut sum = Count::default();
    for row in rows {
        let word = if row.good { "ok" } else { "FAILED" };
        let count = row.seen.count;
        let tests = if count == Count::default() {
            String::new()
        } else {
            format!("{} passed, {} failed", count.passed, count.failed)
        };
        println!(
            "{word:<7} {:>14}  {:<30} {tests}",
            shell::time_text(row.time),
            row.name
        );
        sum.add(count);
        if !row.good && count.failed == 0 {
            sum.failed += 1;
        }
    }
    let all: Duration = rows.iter().map(|row| row.time).sum();
    println!("        {:>14}  all together\n", shell::time_text(all));
    sum
}

fn plain(step: impl FnOnce() -> Result<()>) -> Result<Report> {
    step().map(|()| Report::default())
}

/// Runs a command whose tests are counted; its lines pass through.
fn counted(command: &mut Command) -> Result<Report> {
    let text = shell::shown(command);
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start `{text}`"))?;
    let mut report = Report::default();
    let out = child.stdout.take().context("no output to read")?;
    for line in BufReader::new(out).split(b'\n') {
        let line = line?;
        let line = String::from_utf8_lossy(&line);
        println!("{line}");
        report.see(&line);
    }
    let status = child.wait()?;
    if !status.success() && report.count.failed == 0 {
        bail!("`{text}` ended with {status}");
    }
    Ok(report)
}

fn npm(args: &[&str]) -> Result<Report> {
    plain(|| shell::run(shell::npm().args(args)))
}

fn clippy() -> Result<()> {
    let lint = ["--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"];
    shell::run(shell::cargo().arg("clippy").args(lint))
}

/// Unit tests of the pages; the journeys (workspace `e2e`) need the built bank and come last.
fn web_tests() -> Result<Report> {
    let mut all = Report::default();
    for page in ["shared", "customer", "office", "simulator"] {
        all.add(counted(shell::npm().args([
            "run",
            "test",
            "--if-present",
            "-w",
            page,
        ]))?);
    }
    Ok(all)
}

/// `cargo test` with the bank's binary at hand: built by a test it would be built in the environment of that test, which
/// some build scripts look at, and everything above them would be compiled again.
fn tests() -> Result<Command> {
    shell::run(shell::cargo().args(["build", "--quiet", "--workspace", "--bin", "weigui"]))?;
    let mut cargo = shell::cargo();
    cargo
        .args(["test", "--workspace"])
        .env("WEIGUI_BIN", shell::target_dir()?.join("debug/weigui"));
    Ok(cargo)
}

/// The same tests once more, on the servers that they start themselves.
fn stories_on_servers() -> Result<Report> {
    counted(
        tests()?
            .args(["--test", "stories", "--no-fail-fast"])
            .env("WEIGUI_TEST_ENGINE", "mysql"),
    )
}

fn browser() -> Result<Report> {
    let bank = shell::target_dir()?.join("debug/weigui");
    counted(shell::npm().args(["test", "-w", "e2e"]).env("WEIGUI_BIN", bank))
}

/// Tidy reads deny.toml for licences, bans and sources; where cargo-deny itself is installed it has its say.
fn deny() -> Result<()> {
    if shell::ask("cargo", &["deny", "--version"]).is_none() {
        println!(
            "cargo-deny is not installed; tidy has checked licences, bans and sources against deny.toml"
        );
        return Ok(());
    }
    shell::run(shell::cargo().args(["deny", "check", "licenses", "bans", "sources"]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(good: bool, passed: u64, failed: u64) -> Row {
        Row {
            name: "x",
            time: Duration::ZERO,
            seen: Count { passed, failed }.into(),
            good,
        }
    }

    #[test]
    fn a_step_that_fails_without_tests_counts_as_one_failure() {
        assert_eq!(
            summary(&[row(true, 5, 0), row(false, 0, 0)]),
            Count { passed: 5, failed: 1 }
        );
        assert_eq!(
            summary(&[row(true, 5, 0), row(false, 3, 2)]),
            Count { passed: 8, failed: 2 }
        );
    }

    #[test]
    fn a_command_that_ends_badly_without_a_count_is_an_error() {
        assert!(counted(shell::command("sh").args(["-c", "exit 3"])).is_err());
        let said = counted(shell::command("sh").args(["-c", "echo 'ℹ pass 2'; echo 'ℹ fail 1'; exit 1"]));
        assert_eq!(said.expect("counted").count, Count { passed: 2, failed: 1 });
    }
}
