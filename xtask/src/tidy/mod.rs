//! The house rules that no compiler knows: arrows between crates, sizes, heads, roles of files, portable SQL,
//! licences. Each rule says what is wrong, why it matters and what to do.

mod arrows;
mod comments;
mod files;
mod house;
mod lexer;
mod licence;
mod manifests;
mod migrations;
mod packages;
mod roles;
mod sql;
mod words;

use anyhow::{Result, bail};
use house::House;
use std::fmt;

/// One thing to mend.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Finding {
    file: String,
    /// From 1; 0 for the whole file.
    line: usize,
    what: String,
    why: &'static str,
    remedy: &'static str,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file)?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
        }
        write!(f, ": {}. Why: {}. Do: {}.", self.what, self.why, self.remedy)
    }
}

fn findings(house: &House) -> Vec<Finding> {
    let rules: [fn(&House) -> Vec<Finding>; 8] = [
        arrows::check,
        manifests::check,
        files::check,
        roles::check,
        sql::check,
        migrations::check,
        packages::check,
        words::check,
    ];
    let mut all: Vec<Finding> = rules.iter().flat_map(|rule| rule(house)).collect();
    all.sort();
    all
}

/// Prints the findings; fails when there is one.
pub(crate) fn run() -> Result<()> {
    let house = House::read(&crate::shell::root())?;
    let findings = findings(&house);
    for finding in &findings {
        println!("{finding}");
    }
    println!("tidy: {}", comments::report(&house));
    if findings.is_empty() {
        return Ok(());
    }
    bail!("tidy: {} to mend", findings.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_house_is_tidy() {
        let house = House::read(&crate::shell::root()).expect("the house can be read");
        let found: Vec<_> = findings(&house).iter().map(ToString::to_string).collect();
        assert!(found.is_empty(), "\n{}\n", found.join("\n"));
    }

    #[test]
    fn a_finding_says_where_what_why_and_what_to_do() {
        let finding = Finding {
            file: "a.rs".into(),
            line: 3,
            what: "x".into(),
            why: "y",
            remedy: "z",
        };
        assert_eq!(finding.to_string(), "a.rs:3: x. Why: y. Do: z.");
    }
}
