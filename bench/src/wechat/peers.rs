//! The peers, each a script of its own over a library that others wrote; `cargo xtask setup test` installs them.

use super::Cost;
use super::ours::{AES_KEY, APPID, Pool, TOKEN};
use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

pub(super) struct Peer {
    pub(super) name: &'static str,
    /// In the folder of the peers; a bare name is looked up as usual.
    program: &'static str,
    script: (&'static str, &'static str),
    /// About so many times slower than we are.
    pub(super) slower: usize,
}

pub(super) const ALL: [Peer; 2] = [
    Peer {
        name: "wechatpy 1.8.18",
        program: "venv/bin/python",
        script: ("bench.py", include_str!("../../peers/wechat/bench.py")),
        slower: 40,
    },
    Peer {
        name: "wechat-crypto 0.0.2",
        program: "node",
        script: ("bench.mjs", include_str!("../../peers/wechat/bench.mjs")),
        slower: 4,
    },
];

impl Peer {
    /// Both directions, so many messages each.
    pub(super) fn measure(&self, pool: &Pool, count: usize) -> Result<(Cost, Cost)> {
        let folder = folder()?;
        let (name, text) = self.script;
        fs::write(folder.join(name), text)?;
        let messages = folder.join("pool.json");
        fs::write(&messages, pool.for_peers().to_string())?;
        let program = if self.program.contains('/') {
            folder.join(self.program)
        } else {
            PathBuf::from(self.program)
        };
        let mut command = Command::new(program);
        command
            .current_dir(&folder)
            .arg(name)
            .arg(&messages)
            .args([&count.to_string(), TOKEN, AES_KEY, APPID])
            .stderr(Stdio::inherit());
        let out = command.output().with_context(|| self.name.to_owned())?;
        ensure!(out.status.success(), "{} ended with {}", self.name, out.status);
        let seen: Value = serde_json::from_slice(&out.stdout).with_context(|| self.name.to_owned())?;
        Ok((cost(&seen, "open")?, cost(&seen, "seal")?))
    }
}

fn cost(seen: &Value, direction: &str) -> Result<Cost> {
    let number = |name: &str| {
        seen.pointer(&format!("/{direction}/{name}"))
            .and_then(Value::as_u64)
            .with_context(|| format!("no {direction}/{name}"))
    };
    Ok(Cost {
        count: number("count")?,
        cpu_ns: number("cpu_ns")?,
        wall_ns: number("wall_ns")?,
    })
}

/// `peers` beside the folder of this build's profile.
fn folder() -> Result<PathBuf> {
    let own = std::env::current_exe()?;
    let build = own.ancestors().nth(2).context("no build folder")?;
    let folder = build.join("peers");
    ensure!(
        folder.join(".installed").is_file(),
        "the peers are not installed: cargo xtask setup test"
    );
    Ok(folder)
}
