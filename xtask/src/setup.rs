//! Finds out what this machine lacks for a command. Asks only for files, so that it costs no time when
//! nothing is missing.

use crate::{apt, peers, shell};
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};

/// What the machine is to be made ready for; each needs what the one before it needs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, clap::ValueEnum)]
pub(crate) enum Need {
    /// Building and opening the demo bank.
    Run,
    /// The same on MariaDB and Redis.
    Servers,
    /// All tests.
    Test,
}

/// How to see that a package is there.
enum Sign {
    Program(&'static str),
    /// Python 3 that can make a virtual environment; Debian leaves the half of it to a package.
    Venv,
    /// A file under this folder whose name holds this text.
    Font(&'static str),
}

struct Part {
    need: Need,
    package: &'static str,
    sign: Sign,
}

const fn part(need: Need, package: &'static str, sign: Sign) -> Part {
    Part { need, package, sign }
}

const FONTS: &str = "/usr/share/fonts";
const OLDEST_NODE: u32 = 20;

/// The PDF statements need one Chinese font; Chromium is given a second, fuller one for its pictures.
const PARTS: [Part; 10] = [
    part(Need::Run, "build-essential", Sign::Program("cc")),
    part(Need::Run, "fonts-wqy-microhei", Sign::Font("wqy-microhei")),
    part(Need::Servers, "mariadb-server-core", Sign::Program("mariadbd")),
    part(Need::Servers, "mariadb-client", Sign::Program("mariadb-dump")),
    part(Need::Servers, "redis-server", Sign::Program("redis-server")),
    part(Need::Test, "chromium", Sign::Program("chromium")),
    part(Need::Test, "fonts-noto-cjk", Sign::Font("NotoSansCJK")),
    part(Need::Test, "poppler-utils", Sign::Program("pdftotext")),
    part(Need::Test, "libxml2-utils", Sign::Program("xmllint")),
    part(Need::Test, "python3-venv", Sign::Venv),
];

/// Makes the machine ready, or stops with the one thing to do.
pub(crate) fn ensure(need: Need) -> Result<()> {
    let missing = missing(need);
    if !missing.is_empty() {
        apt::install(&missing)?;
        let still: Vec<_> = self::missing(need);
        if !still.is_empty() {
            bail!("installed, and yet not found: {}", still.join(" "));
        }
    }
    node()?;
    if need == Need::Test {
        rust_components()?;
        peers::install()?;
    }
    Ok(())
}

fn missing(need: Need) -> Vec<&'static str> {
    let wanted = PARTS.iter().filter(|part| part.need <= need);
    wanted
        .filter(|part| !is_there(&part.sign))
        .map(|part| part.package)
        .collect()
}

fn is_there(sign: &Sign) -> bool {
    match sign {
        Sign::Program(name) => shell::which(name).is_some(),
        Sign::Venv => shell::ask("python3", &["-c", "import ensurepip, venv"]).is_some(),
        Sign::Font(name) => has_file(Path::new(FONTS), name, 4),
    }
}

fn has_file(dir: &Path, part_of_name: &str, depth: u8) -> bool {
    let Some(deeper) = depth.checked_sub(1) else {
        return false;
    };
    let Ok(entries) = std::fs::read_dir(dir) else {
        return false;
    };
    let paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    let named = |path: &PathBuf| {
        path.file_name()
            .is_some_and(|n| n.to_string_lossy().contains(part_of_name))
    };
    paths.iter().any(named)
        || paths
            .iter()
            .any(|path| path.is_dir() && has_file(path, part_of_name, deeper))
}

/// Node cannot come from Debian 12, whose version is too old for the web build.
fn node() -> Result<()> {
    let advice = "install Node 20 or newer with npm (https://nodejs.org), then run again";
    let text = shell::ask("node", &["--version"]).with_context(|| format!("Node is missing: {advice}"))?;
    let Some(major) = major(&text) else {
        bail!("`node --version` answers {text:?}: {advice}")
    };
    if major < OLDEST_NODE {
        bail!("Node {text} is too old: {advice}");
    }
    shell::which("npm").with_context(|| format!("npm is missing: {advice}"))?;
    Ok(())
}

fn major(version: &str) -> Option<u32> {
    version.strip_prefix('v')?.split('.').next()?.parse().ok()
}

fn rust_components() -> Result<()> {
    for (component, question) in [("rustfmt", "fmt"), ("clippy", "clippy")] {
        if shell::ask("cargo", &[question, "--version"]).is_some() {
            continue;
        }
        if shell::which("rustup").is_none() {
            bail!("`cargo {question}` is missing: install Rust's {component}, then run again");
        }
        shell::run(shell::command("rustup").args(["component", "add", component]))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn running_needs_no_database_server_and_no_browser() {
        let for_run: Vec<_> = PARTS
            .iter()
            .filter(|p| p.need <= Need::Run)
            .map(|p| p.package)
            .collect();
        assert_eq!(for_run, ["build-essential", "fonts-wqy-microhei"]);
    }

    #[test]
    fn node_versions_are_read() {
        assert_eq!(major("v20.20.2"), Some(20));
        assert_eq!(major("20.1"), None);
    }

    #[test]
    fn a_file_is_found_below_but_not_too_deep() {
        let dir = shell::root().join("xtask");
        assert!(has_file(&dir, "setup.rs", 2));
        assert!(!has_file(&dir, "setup.rs", 1));
    }
}
