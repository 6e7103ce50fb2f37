//! Every manifest takes its lints, its version and its dependencies from the workspace, so that one place
//! says which version of a library the bank runs.

use super::Finding;
use super::house::{House, SourceFile};
use toml::{Table, Value};

const INHERITED: [&str; 5] = ["version", "edition", "rust-version", "license", "publish"];

pub(super) fn check(house: &House) -> Vec<Finding> {
    let is_manifest = |file: &&SourceFile| file.path.ends_with("/Cargo.toml");
    house
        .files
        .iter()
        .filter(is_manifest)
        .flat_map(manifest)
        .collect()
}

fn manifest(file: &SourceFile) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut report = |what: String, remedy| {
        let why = "one place says what holds for all crates";
        found.push(Finding {
            file: file.path.clone(),
            line: 0,
            what,
            why,
            remedy,
        });
    };
    let table: Table = match file.text.parse() {
        Ok(table) => table,
        Err(error) => {
            report(format!("no valid TOML: {error}"), "mend the file");
            return found;
        }
    };
    if file.path.ends_with("/fuzz/Cargo.toml") && table.contains_key("workspace") {
        // Fuzzers need another compiler and are no member of the workspace: there is nothing to inherit.
        return found;
    }
    if !inherits(table.get("lints")) {
        report("`[lints] workspace = true` is missing".into(), "add it");
    }
    let package = table.get("package").and_then(Value::as_table);
    for key in INHERITED {
        if !package.is_some_and(|package| inherits(package.get(key))) {
            report(
                format!("`{key}` is not the workspace's"),
                "write `KEY.workspace = true`",
            );
        }
    }
    for kind in ["dependencies", "dev-dependencies", "build-dependencies"] {
        let list = table.get(kind).and_then(Value::as_table);
        for (name, value) in list.into_iter().flatten() {
            if !inherits(Some(value)) {
                report(
                    format!("`{name}` in [{kind}] has a version of its own"),
                    "name it in the root Cargo.toml",
                );
            }
        }
    }
    found
}

fn inherits(value: Option<&Value>) -> bool {
    value
        .and_then(|value| value.get("workspace"))
        .and_then(Value::as_bool)
        == Some(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "[package]\nname = \"a\"\nversion.workspace = true\nedition.workspace = true\n\
        rust-version.workspace = true\nlicense.workspace = true\npublish.workspace = true\n\
        [lints]\nworkspace = true\n[dependencies]\nserde = { workspace = true, features = [\"rc\"] }\n";

    fn found(text: &str) -> Vec<String> {
        check(&House::of(&[("kit/Cargo.toml", text)]))
            .into_iter()
            .map(|finding| finding.what)
            .collect()
    }

    #[test]
    fn a_manifest_that_inherits_is_good() {
        assert_eq!(found(GOOD), Vec::<String>::new());
    }

    #[test]
    fn fuzzers_outside_the_workspace_have_versions_of_their_own() {
        let text = format!(
            "{}\n[workspace]\n",
            GOOD.replace("edition.workspace = true", "edition = \"2024\"")
        );
        let found = |path: &str| check(&House::of(&[(path, &text)])).len();
        assert_eq!((found("libs/a/fuzz/Cargo.toml"), found("kit/Cargo.toml")), (0, 1));
    }

    #[test]
    fn own_versions_and_missing_lints_are_found() {
        assert_eq!(found(&GOOD.replace("[lints]\nworkspace = true\n", "")).len(), 1);
        assert_eq!(found(&format!("{GOOD}rand = \"0.9\"\n")).len(), 1);
        assert_eq!(
            found(&GOOD.replace("edition.workspace = true", "edition = \"2024\"")).len(),
            1
        );
        assert_eq!(found("[package").len(), 1);
    }
}
