//! Starting other programs from the root of the checkout, with errors that name the whole command.

use anyhow::{Context, Result, bail};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

/// The root of the checkout: `cargo` tells where this package lies, its parent is the root.
pub(crate) fn root() -> PathBuf {
    let here = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let here = here.filter(|dir| dir.ends_with("xtask"));
    let here = here.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")));
    here.parent()
        .map_or_else(|| PathBuf::from("."), Path::to_path_buf)
}

/// A command in the root of the checkout.
///
/// The variables that `cargo run` sets for this program are taken away: build scripts (ring's, for one)
/// watch them, and would run again each time the build is started by hand and by this program in turn.
pub(crate) fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root());
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        let ours = [
            "CARGO_PKG_",
            "CARGO_MANIFEST_",
            "CARGO_BIN_",
            "CARGO_CRATE_",
            "CARGO_PRIMARY_",
        ];
        if ours.iter().any(|prefix| text.starts_with(prefix)) {
            command.env_remove(&name);
        }
    }
    command
}

pub(crate) fn cargo() -> Command {
    command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// `npm` in the web folder.
pub(crate) fn npm() -> Command {
    let mut command = command("npm");
    command.current_dir(root().join("web"));
    command
        .env("NPM_CONFIG_UPDATE_NOTIFIER", "false")
        .env("NPM_CONFIG_FUND", "false");
    command
}

/// The command as one would type it.
pub(crate) fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let words: Vec<String> = words.map(|word| word.to_string_lossy().into_owned()).collect();
    words.join(" ")
}

/// Runs to the end with the terminal's own output.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let text = shown(command);
    let status = command
        .status()
        .with_context(|| format!("cannot start `{text}`"))?;
    if !status.success() {
        bail!("`{text}` ended with {status}");
    }
    Ok(())
}

/// Runs to the end and shows what it printed only when it fails.
pub(crate) fn run_quietly(command: &mut Command) -> Result<()> {
    let text = shown(command);
    let out = command
        .output()
        .with_context(|| format!("cannot start `{text}`"))?;
    if !out.status.success() {
        let said = [out.stdout, out.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        bail!("`{text}` ended with {}\n{}", out.status, said.concat());
    }
    Ok(())
}

/// Runs to the end and gives back what it printed; its errors go to the terminal.
pub(crate) fn capture(command: &mut Command) -> Result<Vec<u8>> {
    let text = shown(command);
    let out = command
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("cannot start `{text}`"))?;
    if !out.status.success() {
        bail!("`{text}` ended with {}", out.status);
    }
    Ok(out.stdout)
}

/// What a quiet question such as `node --version` answers; nothing when the program is missing.
pub(crate) fn ask(program: &str, args: &[&str]) -> Option<String> {
    let mut command = command(program);
    let out = command
        .args(args)
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    out.status
        .success()
        .then(|| String::from_utf8_lossy(&out.stdout).trim().to_owned())
}

/// Looks a program up in PATH and in the folders of system programs, which PATH often leaves out.
pub(crate) fn which(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let system = ["/usr/sbin", "/usr/bin", "/sbin"].map(PathBuf::from);
    std::env::split_paths(&path)
        .chain(system)
        .map(|dir| dir.join(program))
        .find(|file| file.is_file())
}

/// The folder that cargo builds into.
pub(crate) fn target_dir() -> Result<PathBuf> {
    let out = capture(cargo().args(["metadata", "--no-deps", "--format-version", "1"]))?;
    let data: serde_json::Value = serde_json::from_slice(&out).context("cargo metadata is not JSON")?;
    let dir = data.get("target_directory").and_then(serde_json::Value::as_str);
    Ok(PathBuf::from(
        dir.context("cargo metadata names no target directory")?,
    ))
}

/// `12.3 s`, or `2 min 5 s`.
pub(crate) fn time_text(time: Duration) -> String {
    let (seconds, tenth) = (time.as_secs(), time.subsec_millis() / 100);
    if seconds < 100 {
        format!("{seconds}.{tenth} s")
    } else {
        format!("{} min {} s", seconds / 60, seconds % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_shown_for_people() {
        assert_eq!(time_text(Duration::from_millis(1_250)), "1.2 s");
        assert_eq!(time_text(Duration::from_secs(125)), "2 min 5 s");
    }

    #[test]
    fn the_root_is_the_folder_with_the_workspace() {
        assert!(root().join("Cargo.lock").is_file());
    }

    #[test]
    fn a_missing_program_is_named() {
        let error = run(&mut command("no-such-program-here")).expect_err("must fail");
        assert!(error.to_string().contains("no-such-program-here"));
    }
}
