//! Words that have no place in a repository: keys, one person's folders, other package registries' hosts,
//! leftovers.

use super::Finding;
use super::house::{House, SourceFile};

struct Bad {
    text: &'static str,
    why: &'static str,
    remedy: &'static str,
}

/// The texts are put together from pieces, so that this file does not find itself.
const BAD: [Bad; 12] = [
    Bad {
        text: concat!("PRIVATE", " KEY-----"),
        why: "keys are no source",
        remedy: "take it out, and change the key",
    },
    Bad {
        text: concat!("<<<<", "<<<"),
        why: "a merge was not finished",
        remedy: "finish it",
    },
    Bad {
        text: concat!(">>>>", ">>>"),
        why: "a merge was not finished",
        remedy: "finish it",
    },
    Bad {
        text: concat!("TO", "DO"),
        why: "what is open belongs in an issue",
        remedy: "do it, or open an issue",
    },
    Bad {
        text: concat!("FIX", "ME"),
        why: "what is open belongs in an issue",
        remedy: "do it, or open an issue",
    },
    Bad {
        text: concat!("(to be ", "written)"),
        why: "an empty promise",
        remedy: "write it, or take the file out",
    },
    Bad {
        text: concat!("/wo", "rk/"),
        why: "a path of one machine",
        remedy: "use a path from the root",
    },
    Bad {
        text: concat!("/ho", "me/"),
        why: "a path of one machine",
        remedy: "use a path from the root",
    },
    Bad {
        text: concat!("/Us", "ers/"),
        why: "a path of one machine",
        remedy: "use a path from the root",
    },
    Bad {
        text: concat!("language ", "model"),
        why: "the project speaks of the bank",
        remedy: "say what is meant",
    },
    Bad {
        text: concat!("generated ", "with"),
        why: "the project speaks of the bank",
        remedy: "take it out",
    },
    Bad {
        text: concat!("co-authored", "-by"),
        why: "the project speaks of the bank",
        remedy: "take it out",
    },
];

/// Where a locked package may come from.
const REGISTRIES: [(&str, &str, &str); 2] = [
    (
        "Cargo.lock",
        "source = \"",
        "registry+https://github.com/rust-lang/crates.io-index\"",
    ),
    (
        "package-lock.json",
        "\"resolved\": \"",
        "https://registry.npmjs.org/",
    ),
];

pub(super) fn check(house: &House) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in &house.files {
        let locked = REGISTRIES
            .iter()
            .find(|(name, ..)| file.path.rsplit('/').next() == Some(name));
        if let Some((_, key, good)) = locked {
            found.extend(registry(file, key, good));
        } else {
            found.extend(
                file.text
                    .lines()
                    .enumerate()
                    .flat_map(|(at, line)| bad_words(file, at + 1, line)),
            );
        }
    }
    found
}

fn bad_words(file: &SourceFile, number: usize, line: &str) -> Vec<Finding> {
    let has = |bad: &&Bad| {
        line.match_indices(bad.text)
            .any(|(at, _)| begins_there(line, at, bad.text))
    };
    let finding = |bad: &Bad| Finding {
        file: file.path.clone(),
        line: number,
        what: format!("{:?}", bad.text),
        why: bad.why,
        remedy: bad.remedy,
    };
    BAD.iter().filter(has).map(finding).collect()
}

/// A folder or word of that name, and not the end of a longer path such as `/api/users/home/`.
fn begins_there(line: &str, at: usize, text: &str) -> bool {
    let before = line.get(..at).and_then(|head| head.chars().next_back());
    let within = |c: char| c.is_ascii_alphanumeric() || (text.starts_with('/') && "}._-*)`".contains(c));
    !before.is_some_and(within)
}

fn registry(file: &SourceFile, key: &str, good: &str) -> Vec<Finding> {
    let lines = file.text.lines().enumerate();
    let foreign = lines.filter(|(_, line)| {
        // A path without a scheme is a package of this repository.
        line.split_once(key)
            .is_some_and(|(_, from)| from.contains("://") && !from.starts_with(good))
    });

    foreign
        .map(|(at, _)| Finding {
            file: file.path.clone(),
            line: at + 1,
            what: "a package from another registry".into(),
            why: "everybody must get the same bytes from the registry that everybody can reach",
            remedy: "lock it again from the public registry",
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> usize {
        check(&House::of(&[(path, text)])).len()
    }

    #[test]
    fn words_without_a_place_are_found() {
        for bad in &BAD {
            assert_eq!(
                found("docs/a.md", &format!("see {} here", bad.text)),
                1,
                "{}",
                bad.text
            );
        }
        assert_eq!(
            found(
                "docs/a.md",
                concat!("the route /api/ho", "me/ and ./wo", "rk/ are fine")
            ),
            0
        );
    }

    #[test]
    fn locked_packages_come_from_the_public_registries() {
        let cargo = "source = \"registry+https://github.com/rust-lang/crates.io-index\"\n";
        assert_eq!(found("Cargo.lock", cargo), 0);
        assert_eq!(
            found("web/package-lock.json", "  \"resolved\": \"customer\",\n"),
            0
        );
        assert_eq!(
            found(
                "Cargo.lock",
                "source = \"registry+https://mirror.example/index\"\n"
            ),
            1
        );
        assert_eq!(
            found("Cargo.lock", "source = \"git+https://github.com/a/b\"\n"),
            1
        );
        assert_eq!(
            found(
                "web/package-lock.json",
                "  \"resolved\": \"https://mirror.example/a.tgz\",\n"
            ),
            1
        );
        assert_eq!(
            found(
                "web/package-lock.json",
                "  \"resolved\": \"https://registry.npmjs.org/a.tgz\",\n"
            ),
            0
        );
    }
}
