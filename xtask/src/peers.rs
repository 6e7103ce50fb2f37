//! Other people's WeChat libraries in Python and JavaScript, against which the simulated world is held. They are
//! installed beside the build, from lists with exact versions, and never become part of the bank.

use crate::shell;
use anyhow::{Context, Result};
use std::fs;
use std::path::PathBuf;
use std::process::Stdio;

/// Where the lists lie.
const LISTS: &str = "sandbox/tests/peers";
const PYTHON: &str = "requirements.txt";
const NODE: [&str; 2] = ["package.json", "package-lock.json"];

/// The folder `peers` in the build: `venv` for Python, `node_modules` for Node.
pub(crate) fn folder() -> Result<PathBuf> {
    Ok(shell::target_dir()?.join("peers"))
}

/// Installs them unless the last installation was made from the same lists; answers where they are.
pub(crate) fn install() -> Result<PathBuf> {
    let to = folder()?;
    let lists = shell::root().join(LISTS);
    let mut wanted = Vec::new();
    for name in [PYTHON, NODE[0], NODE[1]] {
        let file = lists.join(name);
        wanted.extend(fs::read(&file).with_context(|| file.display().to_string())?);
    }
    let stamp = to.join(".installed");
    if fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(to);
    }
    eprintln!("setup: other people's WeChat libraries");
    fs::create_dir_all(&to).with_context(|| to.display().to_string())?;
    for name in NODE {
        fs::copy(lists.join(name), to.join(name)).with_context(|| name.to_owned())?;
    }
    let venv = to.join("venv");
    shell::run(
        shell::command("python3")
            .args(["-m", "venv", "--clear"])
            .arg(&venv),
    )?;
    // The list is complete: nothing comes in that it does not name.
    shell::run(
        shell::command(venv.join("bin/python"))
            .args([
                "-m",
                "pip",
                "install",
                "--quiet",
                "--no-deps",
                "--disable-pip-version-check",
                "-r",
            ])
            .arg(lists.join(PYTHON)),
    )?;
    let mut npm = shell::npm();
    npm.args(["ci", "--no-audit", "--ignore-scripts", "--loglevel=error"]);
    shell::run(npm.current_dir(&to).stdout(Stdio::null()))?;
    fs::write(&stamp, &wanted).with_context(|| stamp.display().to_string())?;
    Ok(to)
}
