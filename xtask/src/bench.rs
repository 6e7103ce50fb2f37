//! `cargo xtask bench NAME`: the benchmarks are a package of their own, built with optimisation.

use crate::shell;
use anyhow::Result;

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Which one: callback, balance
    name: String,
    /// Passed on, e.g. --json
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    rest: Vec<String>,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    let mut cargo = shell::cargo();
    cargo
        .args([
            "run",
            "--quiet",
            "--release",
            "--package",
            "bench",
            "--",
            &options.name,
        ])
        .args(&options.rest);
    shell::run(&mut cargo)
}
