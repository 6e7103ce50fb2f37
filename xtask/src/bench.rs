//! `cargo xtask bench NAME`: the benchmarks are a package of their own, built with optimisation like the
//! bank that some of them measure.

use crate::{peers, shell};
use anyhow::Result;

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Which one: callback, balance, ledger, wechat
    name: String,
    /// Passed on, e.g. --json
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    rest: Vec<String>,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    let packages = ["--package", "bench", "--package", "weigui"];
    shell::run(
        shell::cargo()
            .args(["build", "--quiet", "--release"])
            .args(packages),
    )?;
    if options.name == "wechat" {
        peers::install()?;
    }
    let bench = shell::target_dir()?.join("release/bench");
    shell::run(shell::command(bench).arg(&options.name).args(&options.rest))
}
