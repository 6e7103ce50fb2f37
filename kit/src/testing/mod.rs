//! Private databases for tests: a MariaDB and a Redis of the test process's own, and SQLite files.
//!
//! The shared servers start when first asked for and serve the whole process, with a fresh database for each
//! test. `WEIGUI_TEST_MYSQL` and `WEIGUI_TEST_REDIS` name running servers to use instead (a URL whose user may
//! create databases), which saves the start when every test is a process.
//!
//! Nothing is left behind, however the process ends: each server is the child of a small shell that waits for
//! the end of a pipe held by this process, and kills. A drop guard alone would miss SIGKILL and statics.

#![expect(
    clippy::panic,
    reason = "only tests use this, and they have nobody to return an error to"
)]

mod mariadb;
mod redis;

use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

pub use mariadb::{MariaDb, mariadb};
pub use redis::{Redis, redis};

/// The URL of a fresh SQLite file; the file goes when the process ends.
pub fn sqlite() -> String {
    format!("sqlite://{}/test.db", scratch("sqlite").display())
}

/// A fresh empty folder; it goes when the process ends.
pub fn scratch(name: &str) -> PathBuf {
    static ROOT: OnceLock<(PathBuf, Keeper)> = OnceLock::new();
    fresh(&ROOT, name, std::env::temp_dir)
}

/// The same, in memory where the machine has room for it; for what need not outlive the machine.
fn scratch_in_memory(name: &str) -> PathBuf {
    static ROOT: OnceLock<(PathBuf, Keeper)> = OnceLock::new();
    fresh(&ROOT, name, || {
        let memory = Path::new("/dev/shm");
        if free_kib(memory).is_some_and(|kib| kib >= ROOM_KIB) {
            memory.to_owned()
        } else {
            std::env::temp_dir()
        }
    })
}

/// Memory that a run of all stories may fill, with a margin.
const ROOM_KIB: u64 = 6 * 1024 * 1024;

fn free_kib(folder: &Path) -> Option<u64> {
    let said = Command::new("df")
        .args(["--output=avail", "-k"])
        .arg(folder)
        .output();
    let said = String::from_utf8(said.ok()?.stdout).ok()?;
    said.split_whitespace().last()?.parse().ok()
}

fn fresh(root: &'static OnceLock<(PathBuf, Keeper)>, name: &str, base: impl FnOnce() -> PathBuf) -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let (root, _) = root.get_or_init(|| {
        let root = base().join(format!("weigui-test-{}", std::process::id()));
        make(&root);
        // Servers that die at the same moment may still be writing: the second try comes after them.
        let sweep = r#"cat > /dev/null; rm -rf "$1" 2> /dev/null || { sleep 2; rm -rf "$1"; }"#;
        let keeper = Keeper::start(Command::new("sh").arg("-c").arg(sweep).arg("sweep").arg(&root));
        (root, keeper)
    });
    let folder = root.join(format!("{name}-{}", NEXT.fetch_add(1, Ordering::Relaxed)));
    make(&folder);
    folder
}

/// A child that ends when its standard input does.
struct Keeper(Child);

impl Keeper {
    /// Its own process group keeps Ctrl-C from killing the keeper before what it keeps.
    fn start(command: &mut Command) -> Keeper {
        match command.stdin(Stdio::piped()).process_group(0).spawn() {
            Ok(child) => Keeper(child),
            Err(e) => panic!("cannot start {}: {e}", command.get_program().display()),
        }
    }

    /// Runs a server until this process ends or the keeper is dropped; then it is killed with SIGKILL, as a
    /// crash would.
    fn serve(server: &mut Command, log: &Path) -> Keeper {
        let keep = r#""$@" < /dev/null & pid=$!; cat > /dev/null; kill -9 $pid; wait $pid"#;
        let mut shell = Command::new("sh");
        shell
            .arg("-c")
            .arg(keep)
            .arg("keep")
            .arg(server.get_program())
            .args(server.get_args());
        let log = open_log(log);
        let errors = log
            .try_clone()
            .unwrap_or_else(|e| panic!("log of a test server: {e}"));
        Keeper::start(shell.stdout(log).stderr(errors))
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        if let Err(e) = self.0.wait() {
            tracing::warn!(error = %e, "waiting for a test server failed");
        }
    }
}

fn open_log(path: &Path) -> std::fs::File {
    std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)
        .unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn make(folder: &Path) {
    if let Err(e) = std::fs::create_dir_all(folder) {
        panic!("{}: {e}", folder.display());
    }
}

/// A port that is free now. Another process may take it before the server does; the caller tries again then.
fn free_port() -> u16 {
    let found = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|socket| socket.local_addr());
    found.unwrap_or_else(|e| panic!("no free port: {e}")).port()
}

/// The full path of a program, also where a plain user's PATH does not look.
fn program(name: &str, package: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(["/usr/sbin", "/usr/bin", "/usr/local/bin", "/usr/local/sbin"].map(PathBuf::from))
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
        .unwrap_or_else(|| {
            panic!("{name} is missing; run: apt-get install -y --no-install-recommends {package}")
        })
}

fn run(command: &mut Command, log: &Path) {
    let out = open_log(log);
    let errors = out
        .try_clone()
        .unwrap_or_else(|e| panic!("{}: {e}", log.display()));
    let done: io::Result<_> = command.stdin(Stdio::null()).stdout(out).stderr(errors).status();
    match done {
        Ok(status) if status.success() => {}
        other => panic!(
            "{} failed ({other:?}): {}",
            command.get_program().display(),
            tail(log)
        ),
    }
}

fn tail(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().rev().take(15).collect();
    lines.into_iter().rev().collect::<Vec<_>>().join("\n")
}
