//! A private MariaDB and a private Redis below `data/`, for `cargo xtask run --with-servers`.
//!
//! Each is started behind a small shell that ends it when the bank's process is gone, however that ended:
//! a killed terminal must not leave database servers behind.

use crate::shell;
use anyhow::{Context, Result, bail};
use std::fs;
use std::io::Read;
use std::net::{TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const STARTS_WITHIN: Duration = Duration::from_mins(1);
const PASSWORD_BYTES: usize = 16;

/// $1 = whose end to wait for, the rest = the server. The second of grace lets the bank close its pool.
const KEEPER: &str = r#"bank=$1; shift; "$@" & server=$!
while kill -0 "$bank" 2>/dev/null && kill -0 "$server" 2>/dev/null; do sleep 0.5; done
sleep 1; kill "$server" 2>/dev/null; wait "$server""#;

/// Starts MariaDB on the data in `data/mariadb` and answers its URL. It ends when the process `bank` has.
pub(crate) fn mariadb(data: &Path, bank: u32) -> Result<String> {
    let home = data.join("mariadb");
    let password = password(data)?;
    if !home.join("mysql").is_dir() {
        eprintln!("run: making a MariaDB data folder in {}", home.display());
        let mut install = shell::command("mariadb-install-db");
        install.args([
            "--no-defaults",
            "--auth-root-authentication-method=normal",
            "--skip-test-db",
        ]);
        install
            .arg(format!("--datadir={}", home.display()))
            .args(as_root());
        shell::run(install.stdout(Stdio::null()))?;
    }
    let first = data.join("mariadb.init.sql");
    let sql = format!(
        "create database if not exists weigui character set utf8mb4 collate utf8mb4_bin;\n\
         create or replace user weigui@'127.0.0.1' identified by '{password}';\n\
         grant all on weigui.* to weigui@'127.0.0.1';\n"
    );
    fs::write(&first, sql)?;
    let port = free_port()?;
    let mut server = kept("mariadbd", bank);
    server
        .args(["--no-defaults", "--bind-address=127.0.0.1", "--skip-name-resolve"])
        .args(as_root());
    server
        .arg(format!("--datadir={}", home.display()))
        .arg(format!("--port={port}"));
    server.arg(format!("--socket={}", data.join("mariadb.sock").display()));
    server.arg(format!("--init-file={}", first.display()));
    let child = start(server, &data.join("mariadb.log"))?;
    // MariaDB speaks first: a byte from it says that it is ready and not only listening.
    let speaks = |mut line: TcpStream| line.read(&mut [0_u8]).is_ok_and(|got| got == 1);
    wait(child, port, &data.join("mariadb.log"), speaks)?;
    Ok(format!("mysql://weigui:{password}@127.0.0.1:{port}/weigui"))
}

/// Starts Redis, which here keeps nothing on disk, and answers its URL.
pub(crate) fn redis(data: &Path, bank: u32) -> Result<String> {
    let port = free_port()?;
    let mut server = kept("redis-server", bank);
    server.args([
        "--bind",
        "127.0.0.1",
        "--port",
        &port.to_string(),
        "--save",
        "",
        "--appendonly",
        "no",
    ]);
    let child = start(server, &data.join("redis.log"))?;
    wait(child, port, &data.join("redis.log"), |_| true)?;
    Ok(format!("redis://127.0.0.1:{port}/"))
}

fn kept(server: &str, bank: u32) -> Command {
    let mut command = shell::command("sh");
    let program = shell::which(server).map_or_else(|| server.into(), std::path::PathBuf::into_os_string);
    command.args(["-c", KEEPER, "sh", &bank.to_string()]).arg(program);
    // Of its own group, so that Ctrl-C reaches the bank first and the servers by way of the keeper.
    command.process_group(0);
    command
}

fn start(mut command: Command, log: &Path) -> Result<Child> {
    let out = fs::File::create(log).with_context(|| log.display().to_string())?;
    command.stdin(Stdio::null()).stdout(out.try_clone()?).stderr(out);
    command
        .spawn()
        .with_context(|| format!("cannot start `{}`", shell::shown(&command)))
}

fn wait(mut child: Child, port: u16, log: &Path, ready: impl Fn(TcpStream) -> bool) -> Result<()> {
    let begun = Instant::now();
    while begun.elapsed() < STARTS_WITHIN {
        if TcpStream::connect(("127.0.0.1", port)).is_ok_and(&ready) {
            return Ok(());
        }
        if child.try_wait()?.is_some() {
            break;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    bail!("the server did not come up; its log is {}", log.display())
}

/// MariaDB refuses to run as root unless told so.
fn as_root() -> Option<&'static str> {
    (shell::ask("id", &["-u"]).as_deref() == Some("0")).then_some("--user=root")
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

/// Made once per data folder; the server listens on the loopback address only.
fn password(data: &Path) -> Result<String> {
    let file = data.join("mariadb.password");
    if let Ok(known) = fs::read_to_string(&file) {
        return Ok(known);
    }
    let mut bytes = [0_u8; PASSWORD_BYTES];
    fs::File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    let new = bytes.map(|byte| format!("{byte:02x}")).concat();
    fs::write(&file, &new)?;
    Ok(new)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_up(url: &str) -> bool {
        let address = url.split(['/', '@']).find(|part| part.starts_with("127.0.0.1:"));
        TcpStream::connect(address.expect("an address")).is_ok()
    }

    #[test]
    fn servers_come_up_and_end_with_the_bank() {
        if ["mariadbd", "redis-server"]
            .iter()
            .any(|server| shell::which(server).is_none())
        {
            println!("not tested: the servers are not installed");
            return;
        }
        let data = std::env::temp_dir().join(format!("weigui-xtask-{}", std::process::id()));
        fs::create_dir_all(&data).expect("a folder");
        let mut bank = Command::new("sleep").arg("60").spawn().expect("a process");
        let urls = [mariadb(&data, bank.id()), redis(&data, bank.id())].map(|url| url.expect("a server"));
        assert!(urls.iter().all(|url| is_up(url)));
        bank.kill().expect("killed");
        bank.wait().expect("gone");
        let begun = Instant::now();
        while urls.iter().any(|url| is_up(url)) {
            assert!(
                begun.elapsed() < Duration::from_secs(20),
                "a server outlives its bank"
            );
            std::thread::sleep(Duration::from_millis(100));
        }
        fs::remove_dir_all(&data).expect("removed");
    }
}
