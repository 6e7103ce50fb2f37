//! The measured server as a process of its own: pinned to one core, its CPU time and memory read from /proc.

use anyhow::{Context, Result, ensure};
use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const TASKSET: &str = "taskset (Debian package util-linux)";
const STARTS_WITHIN: Duration = Duration::from_mins(1);

/// The core that the measured server runs on.
pub(crate) const SERVER_CORE: &str = "0";
/// The core that the load comes from.
pub(crate) const LOAD_CORE: &str = "1";

/// Killed when dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) port: u16,
}

impl Server {
    /// Starts a program on the server's core and waits until it prints `listening PORT`.
    pub(crate) fn start(command: &Command) -> Result<Self> {
        Self::saying_its_port(pinned(command))
    }

    /// The same, on whatever cores there are.
    pub(crate) fn start_free(command: Command) -> Result<Self> {
        Self::saying_its_port(command)
    }

    fn saying_its_port(mut command: Command) -> Result<Self> {
        let mut child = command.stdout(Stdio::piped()).spawn().context(TASKSET)?;
        let out = child.stdout.take().context("no output")?;
        let mut server = Self { child, port: 0 };
        let mut line = String::new();
        BufReader::new(out).read_line(&mut line)?;
        let port = line.trim().strip_prefix("listening ");
        let program = command.get_program().display();
        server.port = port
            .with_context(|| format!("{program} said {line:?}"))?
            .parse()?;
        Ok(server)
    }

    /// Starts a program that was told its port on the server's core, and waits until it listens there.
    pub(crate) fn start_on(command: &Command, port: u16) -> Result<Self> {
        Self::listening(pinned(command), port)
    }

    /// The same, on whatever cores there are.
    pub(crate) fn start_free_on(command: Command, port: u16) -> Result<Self> {
        Self::listening(command, port)
    }

    fn listening(mut command: Command, port: u16) -> Result<Self> {
        let child = command.stdout(Stdio::null()).spawn().context(TASKSET)?;
        let mut server = Self { child, port };
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            ensure!(server.child.try_wait()?.is_none(), "the server ended");
            ensure!(begun.elapsed() < STARTS_WITHIN, "the server does not listen");
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(server)
    }

    /// CPU time of all its threads so far, in nanoseconds.
    pub(crate) fn cpu_ns(&self) -> Result<u64> {
        let mut sum = 0;
        for task in fs::read_dir(format!("/proc/{}/task", self.child.id()))? {
            let text = fs::read_to_string(task?.path().join("schedstat")).unwrap_or_default();
            sum += text
                .split_whitespace()
                .next()
                .and_then(|ns| ns.parse::<u64>().ok())
                .unwrap_or(0);
        }
        Ok(sum)
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Asks it to end, as an operator would, and waits.
    pub(crate) fn stop(mut self) -> Result<()> {
        Command::new("kill").arg(self.child.id().to_string()).status()?;
        self.child.wait()?;
        Ok(())
    }

    /// The most memory it ever held, in kB.
    pub(crate) fn peak_rss_kb(&self) -> Result<u64> {
        let text = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = text
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:"))
            .context("no VmHWM")?;
        Ok(line.trim().trim_end_matches(" kB").parse()?)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself, which the measurement has then noticed.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// CPU time of a process so far, of threads that have ended as well, in nanoseconds.
pub(crate) fn cpu_ns_of(pid: u32) -> Result<u64> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // Behind the name in brackets: state is the 1st field, user and system time the 12th and 13th, in ticks.
    let behind = text.rsplit(')').next().context("no name")?;
    let fields: Vec<&str> = behind.split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|t| t.parse::<u64>().ok()).unwrap_or(0);
    Ok((ticks(11) + ticks(12)) * TICK_NS)
}

/// Linux counts in hundredths of a second.
const TICK_NS: u64 = 10_000_000;

fn pinned(command: &Command) -> Command {
    let mut pinned = Command::new("taskset");
    pinned
        .args(["--cpu-list", SERVER_CORE])
        .arg(command.get_program())
        .args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => pinned.env(name, value),
            None => pinned.env_remove(name),
        };
    }
    if let Some(dir) = command.get_current_dir() {
        pinned.current_dir(dir);
    }
    pinned
}

/// Moves this process, with all threads it will start, off the server's core.
pub(crate) fn move_to_load_core() -> Result<()> {
    let me = std::process::id().to_string();
    let mut taskset = Command::new("taskset");
    taskset
        .args(["--all-tasks", "--cpu-list", "--pid", LOAD_CORE, &me])
        .stdout(Stdio::null());
    ensure!(
        taskset.status()?.success(),
        "taskset cannot pin the load to core {LOAD_CORE}"
    );
    Ok(())
}
