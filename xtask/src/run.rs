//! `cargo xtask run`: from a clean clone to an open demo bank.

use crate::{servers, setup, shell, web};
use anyhow::{Context, Result};
use std::net::TcpStream;
use std::os::unix::process::CommandExt;
use std::time::Duration;

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Use MariaDB and Redis from Debian instead of the embedded engines
    #[arg(long)]
    with_servers: bool,
    /// Use MariaDB from Debian instead of SQLite
    #[arg(long)]
    mariadb: bool,
    /// Use Redis from Debian instead of the cache in memory
    #[arg(long)]
    redis: bool,
    /// Where the bank listens
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: String,
    /// Where everything is kept that the bank writes
    #[arg(long, default_value = "data")]
    data: String,
}

/// Ends only with the bank: this process becomes the bank, so that a signal to either is the same signal.
pub(crate) fn run(options: &Options) -> Result<()> {
    let mariadb = options.mariadb || options.with_servers;
    let redis = options.redis || options.with_servers;
    setup::ensure(if mariadb || redis {
        setup::Need::Servers
    } else {
        setup::Need::Run
    })?;
    web::build(false)?;
    shell::run(shell::cargo().args(["build", "--profile", "demo", "--package", "weigui"]))?;

    let data = shell::root().join(&options.data);
    std::fs::create_dir_all(&data).with_context(|| data.display().to_string())?;
    let mut bank = shell::command(shell::target_dir()?.join("demo/weigui"));
    bank.args(["serve", "--demo"]);
    bank.env("WEIGUI_DATA_DIR", &data)
        .env("WEIGUI_HTTP__LISTEN", &options.listen);
    if mariadb {
        bank.env(
            "WEIGUI_DATABASE__URL",
            servers::mariadb(&data, std::process::id())?,
        );
    }
    if redis {
        bank.env("WEIGUI_REDIS__URL", servers::redis(&data, std::process::id())?);
    }
    shell::command(std::env::current_exe()?)
        .args(["doors", &options.listen])
        .spawn()?;
    let error = bank.exec();
    Err(error).with_context(|| format!("cannot start `{}`", shell::shown(&bank)))
}

/// Waits in the background until the bank listens, then says where to go.
pub(crate) fn print_doors_when_open(listen: &str) -> Result<()> {
    let address = listen.replace("0.0.0.0", "127.0.0.1");
    for _ in 0..300 {
        if TcpStream::connect(&address).is_ok() {
            let port = address.rsplit(':').next().unwrap_or("8080");
            println!("{}", doors(port));
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    anyhow::bail!("nothing listens on {listen} after 30 s")
}

fn doors(port: &str) -> String {
    format!(
        "\n  微柜 is open (Ctrl-C closes it)\n\n    \
         phone        http://localhost:{port}/simulator/\n    \
         H5 pages     http://localhost:{port}/h5/\n    \
         back office  http://localhost:{port}/office/   (logins: weigui demo-info --json)\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_doors_name_the_port() {
        let text = doors("8080");
        for path in ["/simulator/", "/h5/", "/office/"] {
            assert!(text.contains(&format!("http://localhost:8080{path}")), "{text}");
        }
    }
}
