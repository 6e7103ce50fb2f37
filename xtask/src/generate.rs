//! Generated files that are committed: what the binary says about itself, so that a reader of the
//! repository and the TypeScript client see it too.

use crate::{shell, web};
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::{Path, PathBuf};

/// File, and the word after `weigui` that prints it.
const FILES: [(&str, &str); 4] = [
    ("web/shared/openapi.json", "openapi"),
    ("docs/configuration.md", "config-reference"),
    ("docs/access.md", "doors"),
    ("docs/core-contract.json", "core-contract"),
];

/// Builds the binary, then writes or checks the files.
pub(crate) fn run(check: bool) -> Result<()> {
    // With the features of the whole workspace, as the tests have it: nothing is built twice.
    shell::run(shell::cargo().args(["build", "--quiet", "--workspace", "--bin", "weigui"]))?;
    let binary = shell::target_dir()?.join("debug/weigui");
    let mut differing = Vec::new();
    for (file, word) in FILES {
        let text = shell::capture(shell::command(&binary).arg(word))?;
        differing.extend(settle(&shell::root().join(file), &text, check)?);
    }
    differing.extend(typescript(check)?);
    if differing.is_empty() {
        return Ok(());
    }
    let list: Vec<_> = differing.iter().map(|path| path.display().to_string()).collect();
    bail!(
        "out of date: {}; run `cargo xtask gen` and commit",
        list.join(", ")
    )
}

/// Writes the text, or compares it and shows what differs.
fn settle(file: &Path, text: &[u8], check: bool) -> Result<Option<PathBuf>> {
    if fs::read(file).is_ok_and(|old| old == text) {
        return Ok(None);
    }
    if !check {
        if let Some(dir) = file.parent() {
            fs::create_dir_all(dir)?;
        }
        fs::write(file, text).with_context(|| file.display().to_string())?;
        eprintln!("gen: wrote {}", file.display());
        return Ok(None);
    }
    let fresh = std::env::temp_dir().join(format!("weigui-gen-{}", std::process::id()));
    fs::write(&fresh, text)?;
    // `diff` ends with 1 when the files differ: that is no failure of the command.
    let shown = shell::command("diff")
        .args(["-u", "--new-file"])
        .arg(file)
        .arg(&fresh)
        .status();
    fs::remove_file(&fresh)?;
    shown.context("diff")?;
    Ok(Some(file.to_path_buf()))
}

/// The TypeScript types come out of openapi.json by the web workspace's own generator.
fn typescript(check: bool) -> Result<Option<PathBuf>> {
    let file = shell::root().join("web/shared/src/api/schema.d.ts");
    web::install()?;
    let before = fs::read(&file).unwrap_or_default();
    shell::run(
        shell::npm()
            .args(["run", "--silent", "gen", "-w", "shared"])
            .stdout(std::process::Stdio::null()),
    )?;
    let after = fs::read(&file).with_context(|| file.display().to_string())?;
    if !check || before == after {
        return Ok(None);
    }
    fs::write(&file, &before)?;
    settle(&file, &after, check)
}
