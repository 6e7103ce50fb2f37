//! Licence expressions (SPDX): `MIT OR (Apache-2.0 AND ISC)`, also the old `MIT/Apache-2.0`.

/// True when the licences in the list are enough.
pub(super) fn allows(expression: &str, allowed: &[&str]) -> bool {
    let spaced = expression
        .replace('/', " OR ")
        .replace('(', " ( ")
        .replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = words.as_slice();
    let verdict = either(&mut rest, allowed);
    verdict && rest.is_empty()
}

fn either(rest: &mut &[&str], allowed: &[&str]) -> bool {
    let mut verdict = both(rest, allowed);
    while take(rest, "OR") {
        // Read on in any case: the words must be used up.
        let other = both(rest, allowed);
        verdict = verdict || other;
    }
    verdict
}

fn both(rest: &mut &[&str], allowed: &[&str]) -> bool {
    let mut verdict = one(rest, allowed);
    while take(rest, "AND") {
        let other = one(rest, allowed);
        verdict = verdict && other;
    }
    verdict
}

fn one(rest: &mut &[&str], allowed: &[&str]) -> bool {
    if take(rest, "(") {
        let verdict = either(rest, allowed);
        return take(rest, ")") && verdict;
    }
    let Some((name, after)) = rest.split_first() else {
        return false;
    };
    *rest = after;
    if take(rest, "WITH") {
        // An exception gives more rights, never fewer.
        *rest = rest.get(1..).unwrap_or_default();
    }
    allowed.contains(name)
}

fn take(rest: &mut &[&str], word: &str) -> bool {
    let there = rest.first() == Some(&word);
    if there {
        *rest = rest.get(1..).unwrap_or_default();
    }
    there
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_weighed_as_written() {
        let allowed = ["MIT", "Apache-2.0", "ISC"];
        for (expression, good) in [
            ("MIT", true),
            ("GPL-3.0", false),
            ("MIT OR GPL-3.0", true),
            ("GPL-3.0/MIT", true),
            ("MIT AND GPL-3.0", false),
            ("Apache-2.0 WITH LLVM-exception OR GPL-2.0", true),
            ("(MIT OR GPL-3.0) AND ISC", true),
            ("(MIT OR ISC) AND OpenSSL", false),
            ("", false),
            ("(MIT", false),
            ("MIT ISC", false),
        ] {
            assert_eq!(allows(expression, &allowed), good, "{expression}");
        }
    }
}
