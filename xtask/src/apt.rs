//! Debian packages: which are missing, and who may install them.

use crate::shell;
use anyhow::{Result, bail};
use std::process::Command;

/// Who may install: the one who is root, or who may become root without being asked.
enum Right {
    Root,
    Sudo,
    None,
}

fn right() -> Right {
    if shell::ask("id", &["-u"]).as_deref() == Some("0") {
        Right::Root
    } else if shell::which("sudo").is_some() && shell::ask("sudo", &["-n", "true"]).is_some() {
        Right::Sudo
    } else {
        Right::None
    }
}

/// Installs the packages, or says which one command to type.
pub(crate) fn install(packages: &[&str]) -> Result<()> {
    let list = packages.join(" ");
    let by_hand = format!("apt-get update && apt-get install -y --no-install-recommends {list}");
    if shell::which("apt-get").is_none() {
        bail!(
            "missing here: {list} (Debian's names). Install them with this system's own tools, then run again"
        );
    }
    let as_root: fn(&str) -> Command = match right() {
        Right::Root => |program| shell::command(program),
        Right::Sudo => |program| {
            let mut command = shell::command("sudo");
            command.args(["-n", "DEBIAN_FRONTEND=noninteractive", program]);
            command
        },
        Right::None => {
            bail!("missing here: {list}\nType this once, then run again:\n\n    sudo sh -c '{by_hand}'\n")
        }
    };
    eprintln!("setup: installing {list}");
    shell::run(as_root("apt-get").args(["update", "-q"]))?;
    let mut apt = as_root("apt-get");
    apt.args(["install", "-y", "-q", "--no-install-recommends"])
        .args(packages);
    shell::run(apt.env("DEBIAN_FRONTEND", "noninteractive"))
}
