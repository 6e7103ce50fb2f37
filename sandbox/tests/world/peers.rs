//! Other people's libraries against the simulated platform. What works with them unmodified is what WeChat does, or
//! is near enough to deceive those who know it well.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::town::{ANN, APPID, SECRET, Town, town};

const SCRIPTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/peers");
const TEMPLATE: &str = "demo-loss-report";

/// Where `cargo xtask setup test` puts them: beside the build.
pub(crate) fn peers() -> PathBuf {
    let built = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let folder = built.join("peers");
    assert!(
        folder.join(".installed").is_file(),
        "other people's libraries are not installed: cargo xtask setup test"
    );
    folder
}

/// Runs a script to its end beside the town; its last line must be DONE.
async fn run(town: &Town, program: PathBuf, script: &str) -> String {
    let mut command = Command::new(program);
    command
        .current_dir(peers())
        .env_remove("HTTP_PROXY")
        .env_remove("HTTPS_PROXY")
        .env("NO_PROXY", "127.0.0.1")
        .arg(format!("{SCRIPTS}/{script}"))
        .args([&format!("{}/sandbox", town.base), APPID, SECRET, ANN, TEMPLATE]);
    let out = tokio::task::spawn_blocking(move || command.output().unwrap());
    let out = out.await.unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (said, wrong) = (text(&out.stdout), text(&out.stderr));
    assert!(
        out.status.success() && said.trim_end().ends_with("DONE"),
        "{said}\n{wrong}"
    );
    said
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wechatpy_meets_the_platform_that_it_was_written_for() {
    let town = town().await;
    let said = run(&town, peers().join("venv/bin/python"), "official.py").await;
    assert_eq!(said.matches("PASS ").count(), 12, "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn co_wechat_api_meets_the_platform_that_it_was_written_for() {
    let town = town().await;
    let said = run(&town, PathBuf::from("node"), "official.mjs").await;
    assert_eq!(said.matches("PASS ").count(), 6, "{said}");
}
