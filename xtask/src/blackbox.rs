//! The independent black-box client: a script that plays WeChat against a callback and was written by others than the
//! callback's authors. It is no part of this repository; where it is not at hand, the step says so and is skipped.

use crate::count::Count;
use crate::{peers, shell};
use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// Names the folder with the client; without it, the folders beside the checkout are looked through.
const PLACE: &str = "WEIGUI_BLACKBOX";
const CLIENT: &str = "wxblackbox.py";
/// Safe mode with XML: a callback that takes plaintext is what `negative` would find.
const SAFE: &str = "verify,safe,compat,negative,retry";
/// What a test account in plaintext mode has.
const PLAINTEXT: &str = "verify,plain";
/// WeCom has one mode.
const WECOM: &str = "cp";

/// The demo bank's account and the library's echoes, each in every mode that it serves.
pub(crate) fn run() -> Result<Count> {
    let Some(client) = client() else {
        println!(
            "skipped: the independent black-box client is not here ({PLACE} names no folder with {CLIENT})"
        );
        return Ok(Count::default());
    };
    let python = peers::install()?.join("venv/bin/python");
    let mut count = bank(&python, &client)?;
    count.add(example(&python, &client, ("echo", "safe"), SAFE)?);
    count.add(example(&python, &client, ("echo", "plaintext"), PLAINTEXT)?);
    count.add(example(&python, &client, ("wecom_echo", "safe"), WECOM)?);
    Ok(count)
}

fn client() -> Option<PathBuf> {
    if let Some(folder) = std::env::var_os(PLACE) {
        return Some(PathBuf::from(folder).join(CLIENT)).filter(|file| file.is_file());
    }
    let beside = shell::root().parent()?.read_dir().ok()?;
    let mut folders: Vec<PathBuf> = beside.flatten().map(|entry| entry.path()).collect();
    folders.sort();
    folders
        .into_iter()
        .map(|folder| folder.join("kit/wechat").join(CLIENT))
        .find(|file| file.is_file())
}

/// A server for the length of a run.
struct Served(Child);

impl Served {
    /// Starts it and waits until it listens.
    fn start(command: &mut Command, port: u16) -> Result<Self> {
        let text = shell::shown(command);
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let mut served = Self(child.with_context(|| format!("cannot start `{text}`"))?);
        for _ in 0..600 {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return Ok(served);
            }
            ensure!(served.0.try_wait()?.is_none(), "`{text}` ended");
            std::thread::sleep(Duration::from_millis(100));
        }
        anyhow::bail!("`{text}` does not listen")
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

fn bank(python: &Path, client: &Path) -> Result<Count> {
    let target = shell::target_dir()?;
    let data = target.join("tmp/blackbox");
    if data.is_dir() {
        std::fs::remove_dir_all(&data)?;
    }
    std::fs::create_dir_all(&data)?;
    let port = free_port()?;
    let bank = |args: &[&str]| {
        let mut command = shell::command(target.join("debug/weigui"));
        command
            .args(args)
            // The bank takes every variable of its prefix for a setting and refuses those that it does not know.
            .env_remove(PLACE)
            .env("WEIGUI_DATA_DIR", &data)
            .env("WEIGUI_HTTP__LISTEN", format!("127.0.0.1:{port}"))
            .env("WEIGUI_HTTP__OPS_LISTEN", "127.0.0.1:0");
        command
    };
    let info: Value = serde_json::from_slice(&shell::capture(&mut bank(&["demo-info", "--json"]))?)?;
    let _open = Served::start(&mut bank(&["serve", "--demo"]), port)?;
    let fact = |name: &str| {
        let found = info.pointer(&format!("/wechat/{name}")).and_then(Value::as_str);
        found
            .map(str::to_owned)
            .with_context(|| format!("the demo has no {name}"))
    };
    println!("the demo bank's account");
    play(
        shell::command(python)
            .arg(client)
            .args(["suite", "--strict", "--modes", SAFE])
            .args([
                "--url",
                &format!("http://127.0.0.1:{port}{}", path(&fact("callback_url")?)),
            ])
            .args(["--token", &fact("token")?, "--appid", &fact("appid")?])
            .args([
                "--aeskey",
                &fact("encoding_aes_key")?,
                "--gh",
                &fact("original_id")?,
            ]),
    )
}

/// The path of a URL.
fn path(url: &str) -> String {
    url.splitn(4, '/')
        .nth(3)
        .map_or_else(|| "/".to_owned(), |path| format!("/{path}"))
}

/// One of the library's examples with its account in a mode, against the client's modes that fit.
fn example(python: &Path, client: &Path, (name, mode): (&str, &str), modes: &str) -> Result<Count> {
    let example = ["--workspace", "--example", name];
    shell::run(shell::cargo().args(["build", "--quiet"]).args(example))?;
    let port = free_port()?;
    let example = shell::target_dir()?.join("debug/examples").join(name);
    let _open = Served::start(
        shell::command(example)
            .env("ADDRESS", format!("127.0.0.1:{port}"))
            .env("MODE", mode),
        port,
    )?;
    println!("the library's example {name}, {mode}");
    let url = format!("http://127.0.0.1:{port}/wx");
    let suite = [
        "suite",
        "--strict",
        "--expect-echo",
        "--modes",
        modes,
        "--url",
        &url,
    ];
    play(shell::command(python).arg(client).args(suite))
}

/// Runs the client to its end and counts its checks.
fn play(command: &mut Command) -> Result<Count> {
    let out = command
        .env("NO_PROXY", "127.0.0.1")
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| shell::shown(command))?;
    let said = String::from_utf8_lossy(&out.stdout);
    let count = checks(&said);
    for line in said.lines().filter(|line| !line.starts_with("PASS ")) {
        println!("{line}");
    }
    ensure!(
        count.passed > 0 && (out.status.success() || count.failed > 0),
        "the client ended with {} after {} checks",
        out.status,
        count.passed
    );
    Ok(count)
}

fn checks(said: &str) -> Count {
    let count = |word: &str| {
        let lines = said.lines().filter(|line| line.starts_with(word)).count();
        u64::try_from(lines).unwrap_or(u64::MAX)
    };
    Count {
        passed: count("PASS "),
        failed: count("FAIL "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_are_counted() {
        let said = "PASS verify.ok\nFAIL neg.downgrade x\nPASS a\n1 failure(s): neg.downgrade\n";
        assert_eq!(checks(said), Count { passed: 2, failed: 1 });
    }

    #[test]
    fn the_path_of_a_url() {
        assert_eq!(
            path("http://localhost:8080/wechat/demo/callback"),
            "/wechat/demo/callback"
        );
        assert_eq!(path("http://localhost"), "/");
    }

    #[test]
    fn a_client_that_says_nothing_is_an_error() {
        assert!(play(shell::command("sh").args(["-c", "exit 0"])).is_err());
        assert!(play(shell::command("sh").args(["-c", "echo PASS x; exit 3"])).is_err());
        let one = play(shell::command("sh").args(["-c", "echo PASS x; echo FAIL y; exit 1"]));
        assert_eq!(one.expect("counted"), Count { passed: 1, failed: 1 });
    }
}
