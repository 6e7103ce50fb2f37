//! Which crate may know which: app → domains → ports → kit, libraries know nothing of ours, and between
//! domains only the arrows of the table.

use super::Finding;
use super::house::{House, Package};
use std::collections::{BTreeMap, BTreeSet};

/// What each domain may import of the others. A domain that is missing here may import none.
const BETWEEN_DOMAINS: [(&str, &[&str]); 13] = [
    ("audit", &[]),
    ("identity", &["audit"]),
    ("accounts", &["identity", "audit"]),
    ("payments", &["identity", "accounts", "audit"]),
    ("lending", &["identity", "accounts", "audit"]),
    ("cards", &["identity", "accounts", "audit"]),
    ("wealth", &["identity", "accounts", "audit"]),
    ("outreach", &["identity", "audit"]),
    ("channel", &["identity", "outreach", "audit"]),
    ("news", &["outreach", "audit"]),
    ("desk", &["identity", "audit"]),
    ("assistant", &["identity", "accounts", "desk"]),
    ("relations", &["identity", "outreach", "audit"]),
];

/// Reads everything for the back office.
const SEES_ALL_DOMAINS: &str = "office";

const WHY: &str = "the arrows keep each part readable and testable alone";
const REMEDY: &str =
    "pass an event, or a port wired in app; a new arrow needs an ADR and a row in tidy/arrows.rs";

/// The folder a package lies in says what it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Place {
    App,
    Domain,
    Port,
    Lib,
    Kit,
    Sandbox,
    /// testkit, tests, bench: they may see all.
    Bench,
    Xtask,
}

fn place(path: &str) -> Option<Place> {
    Some(match path.split('/').next()? {
        "app" => Place::App,
        "domains" => Place::Domain,
        "ports" => Place::Port,
        "libs" => Place::Lib,
        "kit" => Place::Kit,
        "sandbox" => Place::Sandbox,
        "testkit" | "tests" | "bench" => Place::Bench,
        "xtask" => Place::Xtask,
        _ => return None,
    })
}

pub(super) fn check(house: &House) -> Vec<Finding> {
    let mut found = Vec::new();
    for package in &house.packages {
        let file = &package.manifest_path;
        let Some(from) = place(file) else {
            found.push(finding(
                file,
                format!("`{}` lies in no known folder", package.name),
            ));
            continue;
        };
        for (to_name, to_path) in ours(package) {
            let to = place(to_path);
            if !to.is_some_and(|to| allowed(from, to, &package.name, to_name)) {
                found.push(finding(
                    file,
                    format!("`{}` must not import `{to_name}`", package.name),
                ));
            }
        }
    }
    found.extend(circle(&house.packages));
    found
}

fn finding(file: &str, what: String) -> Finding {
    Finding {
        file: file.to_owned(),
        line: 0,
        what,
        why: WHY,
        remedy: REMEDY,
    }
}

fn ours(package: &Package) -> impl Iterator<Item = (&str, &str)> {
    package
        .dependencies
        .iter()
        .filter_map(|dep| Some((dep.name.as_str(), dep.path.as_deref()?)))
}

fn allowed(from: Place, to: Place, from_name: &str, to_name: &str) -> bool {
    match (from, to) {
        // A package's own features for its tests.
        _ if from_name == to_name => true,
        (Place::Bench, _) | (Place::Domain | Place::Port, Place::Kit | Place::Lib) => true,
        (Place::App, to) => to != Place::Bench && to != Place::Xtask,
        (Place::Domain, Place::Domain) => between_domains(from_name, to_name),
        (from, to) => matches!(
            (from, to),
            (Place::Domain, Place::Port) | (Place::Sandbox, Place::Lib)
        ),
    }
}

fn between_domains(from: &str, to: &str) -> bool {
    let row = BETWEEN_DOMAINS.iter().find(|(domain, _)| *domain == from);
    from == SEES_ALL_DOMAINS || row.is_some_and(|(_, may)| may.contains(&to))
}

/// Cargo lets test dependencies run in a circle; the house does not.
fn circle(packages: &[Package]) -> Option<Finding> {
    let mut edges: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for package in packages {
        let others = ours(package)
            .map(|(name, _)| name)
            .filter(|name| *name != package.name);
        edges.insert(&package.name, others.collect());
    }
    // Whoever imports nothing that is left is taken away; what remains in the end is a circle.
    loop {
        let left: BTreeSet<&str> = edges.keys().copied().collect();
        let before = left.len();
        edges.retain(|_, to| to.iter().any(|name| left.contains(name)));
        if edges.is_empty() {
            return None;
        }
        if edges.len() == before {
            let names: Vec<&str> = edges.keys().copied().collect();
            return Some(finding(
                "Cargo.toml",
                format!("a circle among {}", names.join(", ")),
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::house::Dependency;
    use super::*;

    fn package(path: &str, needs: &[&str]) -> Package {
        let name = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
        let dependencies = needs
            .iter()
            .map(|path| Dependency {
                name: name(path),
                path: Some((*path).to_owned()),
            })
            .collect();
        Package {
            name: name(path),
            version: "0.1.0".into(),
            source: None,
            license: None,
            manifest_path: format!("{path}/Cargo.toml"),
            dependencies,
        }
    }

    fn verdict(path: &str, needs: &[&str]) -> Vec<String> {
        let mut house = House::of(&[]);
        house.packages = vec![package(path, needs)];
        check(&house).into_iter().map(|finding| finding.what).collect()
    }

    #[test]
    fn arrows_point_down() {
        let good: Vec<String> = Vec::new();
        assert_eq!(
            verdict("app", &["domains/audit", "ports/corebank", "kit", "sandbox"]),
            good
        );
        assert_eq!(
            verdict("domains/payments", &["domains/accounts", "ports/corebank", "kit"]),
            good
        );
        assert_eq!(verdict("sandbox", &["libs/wechat"]), good);
        assert_eq!(verdict("testkit", &["app", "sandbox"]), good);
        assert_eq!(verdict("domains/office", &["domains/payments"]), good);
    }

    #[test]
    fn arrows_that_point_up_or_sideways_are_found() {
        for (from, to) in [
            ("libs/ledger", "kit"),
            ("kit", "libs/ledger"),
            ("ports/corebank", "domains/audit"),
            ("ports/corebank", "ports/couriers"),
            ("domains/accounts", "domains/payments"),
            ("domains/unheard", "domains/audit"),
            ("domains/accounts", "sandbox"),
            ("domains/accounts", "testkit"),
            ("sandbox", "kit"),
            ("app", "testkit"),
            ("xtask", "kit"),
        ] {
            assert_eq!(verdict(from, &[to]).len(), 1, "{from} -> {to}");
        }
    }

    #[test]
    fn a_circle_is_found_and_named() {
        let chain = [package("app", &["kit"]), package("kit", &[])];
        assert_eq!(circle(&chain), None);
        let round = [
            package("app", &["bench"]),
            package("bench", &["app"]),
            package("kit", &[]),
        ];
        assert!(circle(&round).expect("a circle").what.ends_with("app, bench"));
    }
}
