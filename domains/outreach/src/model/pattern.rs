//! Patterns of the catalogue, filled with facts, and the links that a notice may carry.

use kit::clock::{Ms, date_of, text_of};

/// `11月23日10:00`, Shanghai time.
pub(crate) fn moment(at: Ms) -> String {
    let (day, text) = (date_of(at), text_of(at));
    format!(
        "{}月{}日{}",
        day.month(),
        day.day(),
        text.get(11..16).unwrap_or_default()
    )
}

/// The pattern with its `{name}`s replaced; a name that is not among the facts becomes nothing.
pub(crate) fn fill(pattern: &str, facts: &[(&str, String)]) -> String {
    let mut out = String::with_capacity(pattern.len() * 2);
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let (name, tail) = after.split_once('}').unwrap_or((after, ""));
        out.push_str(
            facts
                .iter()
                .find(|(known, _)| *known == name)
                .map_or("", |(_, value)| value),
        );
        rest = tail;
    }
    out.push_str(rest);
    out
}

/// A path below `/h5/` and nothing else: no host, no way up.
pub(crate) fn is_our_page(path: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/-_.?=&".contains(c);
    path.starts_with("/h5/") && path.chars().all(plain) && !path.contains("//") && !path.contains("..")
}
