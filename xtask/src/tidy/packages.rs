//! Other people's packages: how many, under which licences, from where, and none that the house has decided
//! against. The rules are those of deny.toml, so that `cargo deny` says the same where it is installed.

use super::Finding;
use super::house::{House, Package};
use super::licence;
use std::collections::BTreeSet;
use toml::{Table, Value};

const MOST: usize = 650;
/// Two versions of one of these would be two stacks that do the same.
const ONLY_ONCE: [&str; 8] = [
    "axum", "h2", "http", "hyper", "reqwest", "rustls", "tokio", "tower",
];

pub(super) fn check(house: &House) -> Vec<Finding> {
    let mut found: Vec<Finding> = lock_size(house).into_iter().collect();
    found.extend(twice(&house.everything));
    match house
        .file("deny.toml")
        .and_then(|file| file.text.parse::<Table>().ok())
    {
        Some(rules) => found.extend(denied(&house.everything, &rules)),
        None if house.everything.is_empty() => {}
        None => found.push(finding(
            "deny.toml",
            "missing, or no valid TOML".into(),
            "mend the file",
        )),
    }
    found
}

fn finding(file: &str, what: String, remedy: &'static str) -> Finding {
    let why = "each package is code that the bank runs and answers for";
    Finding {
        file: file.to_owned(),
        line: 0,
        what,
        why,
        remedy,
    }
}

fn lock_size(house: &House) -> Option<Finding> {
    let lock = house.file("Cargo.lock")?;
    let count = lock.text.lines().filter(|line| *line == "[[package]]").count();
    (count > MOST).then(|| {
        finding(
            "Cargo.lock",
            format!("{count} packages, the limit is {MOST}"),
            "drop some",
        )
    })
}

fn twice(packages: &[Package]) -> Vec<Finding> {
    let versions = |name: &str| -> BTreeSet<&str> {
        packages
            .iter()
            .filter(|p| p.name == name)
            .map(|p| p.version.as_str())
            .collect()
    };
    let many = ONLY_ONCE
        .iter()
        .map(|name| (name, versions(name)))
        .filter(|(_, versions)| versions.len() > 1);
    many.map(|(name, versions)| {
        let list: Vec<_> = versions.into_iter().collect();
        finding(
            "Cargo.lock",
            format!("`{name}` in {}", list.join(" and ")),
            "bring its users to one version",
        )
    })
    .collect()
}

fn denied(packages: &[Package], rules: &Table) -> Vec<Finding> {
    let allowed = texts(rules, "licenses", "allow");
    let banned = texts(rules, "bans", "deny");
    let registries = texts(rules, "sources", "allow-registry");
    let mut found = Vec::new();
    for package in packages.iter().filter(|package| package.source.is_some()) {
        let name = format!("{} {}", package.name, package.version);
        if banned.contains(&package.name.as_str()) {
            found.push(finding(
                "Cargo.lock",
                format!("{name} is banned in deny.toml"),
                "see why there",
            ));
        }
        let text = package.license.as_deref().unwrap_or("none named");
        if !licence::allows(text, &allowed) {
            found.push(finding(
                "Cargo.lock",
                format!("{name} has the licence {text}"),
                "take another package",
            ));
        }
        let source = package.source.as_deref().unwrap_or_default();
        if !registries
            .iter()
            .any(|registry| source.strip_prefix("registry+") == Some(registry))
        {
            found.push(finding(
                "Cargo.lock",
                format!("{name} comes from {source}"),
                "take it from the registry",
            ));
        }
    }
    found
}

/// A list in deny.toml; its items are texts, or tables with the name in `crate`.
fn texts<'a>(rules: &'a Table, section: &str, key: &str) -> Vec<&'a str> {
    let list = rules
        .get(section)
        .and_then(|section| section.get(key))
        .and_then(Value::as_array);
    let text = |item: &'a Value| {
        item.as_str()
            .or_else(|| item.get("crate").and_then(Value::as_str))
    };
    list.into_iter().flatten().filter_map(text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const INDEX: &str = "https://github.com/rust-lang/crates.io-index";

    fn package(name: &str, version: &str, license: &str) -> Package {
        Package {
            name: name.into(),
            version: version.into(),
            source: Some(format!("registry+{INDEX}")),
            license: Some(license.into()),
            manifest_path: String::new(),
            dependencies: Vec::new(),
        }
    }

    fn found(packages: Vec<Package>) -> Vec<String> {
        let rules = format!(
            "[licenses]\nallow = [\"MIT\"]\n[bans]\ndeny = [{{ crate = \"openssl\" }}]\n\
             [sources]\nallow-registry = [\"{INDEX}\"]\n"
        );
        let mut house = House::of(&[("deny.toml", &rules)]);
        house.everything = packages;
        check(&house).into_iter().map(|finding| finding.what).collect()
    }

    #[test]
    fn licences_bans_sources_and_doubles_are_found() {
        assert_eq!(
            found(vec![package("a", "1.0.0", "MIT OR GPL-3.0")]),
            Vec::<String>::new()
        );
        assert_eq!(found(vec![package("a", "1.0.0", "GPL-3.0")]).len(), 1);
        assert_eq!(found(vec![package("openssl", "1.0.0", "MIT")]).len(), 1);
        assert_eq!(
            found(vec![
                package("hyper", "1.0.0", "MIT"),
                package("hyper", "0.14.0", "MIT")
            ])
            .len(),
            1
        );
        let mut stray = package("a", "1.0.0", "MIT");
        stray.source = Some("git+https://example.org/a".into());
        assert_eq!(found(vec![stray]).len(), 1);
    }

    #[test]
    fn a_lock_that_grows_too_long_is_found() {
        let lock = "[[package]]\nname = \"a\"\n".repeat(MOST + 1);
        assert_eq!(check(&House::of(&[("Cargo.lock", &lock)])).len(), 1);
    }
}
