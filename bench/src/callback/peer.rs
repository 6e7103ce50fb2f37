//! The peer: co-wechat on koa, installed by npm into a folder of its own beside the build.

use super::pool;
use anyhow::{Context, Result, ensure};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

const FILES: [(&str, &str); 2] = [
    ("package.json", include_str!("../../peers/callback/package.json")),
    ("server.js", include_str!("../../peers/callback/server.js")),
];

/// Installs it when that has not been done, and answers how it is started.
pub(crate) fn command() -> Result<Command> {
    let own = std::env::current_exe()?;
    let dir = own
        .parent()
        .unwrap_or(Path::new("."))
        .join("bench-peers/callback");
    fs::create_dir_all(&dir)?;
    for (name, text) in FILES {
        fs::write(dir.join(name), text)?;
    }
    if !dir.join("node_modules/koa").is_dir() {
        let mut npm = Command::new("npm");
        npm.args(["install", "--no-audit", "--no-fund", "--loglevel=error"])
            .current_dir(&dir);
        ensure!(
            npm.stdout(Stdio::null()).status().context("npm")?.success(),
            "npm install of the peer failed"
        );
    }
    let mut node = Command::new("node");
    node.arg("server.js")
        .current_dir(&dir)
        .env("NODE_ENV", "production");
    node.env("TOKEN", pool::TOKEN)
        .env("APPID", pool::APPID)
        .env("AES_KEY", pool::AES_KEY);
    Ok(node)
}
