//! Patterns of the catalogue, filled with facts, and the links that a notice may carry.

use kit::clock::{Ms, date_of, text_of};
use kit::money::Money;

use super::catalogue::MARKETING;
use crate::error::Error;

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

/// The facts of money that went to somebody, and why not; `reason` is empty when it did.
pub(crate) fn moved(amount: Money, to: &str, tail: &str, reason: &str) -> Vec<(&'static str, String)> {
    vec![
        ("amount", amount.yuan_text()),
        ("party", party(to)),
        ("tail", tail.to_owned()),
        ("reason", reason.trim().trim_end_matches('。').to_owned()),
    ]
}

/// Refuses what would be taken for advertising.
pub(crate) fn no_marketing(text: &str) -> Result<(), Error> {
    MARKETING
        .iter()
        .find(|word| text.contains(**word))
        .map_or(Ok(()), |word| Err(Error::Marketing(word)))
}

/// The other side's name. It is chosen by strangers, so one that advertises is left out rather than refused:
/// the customer must hear of the money.
pub(crate) fn party(masked: &str) -> String {
    let name = masked.split_whitespace().collect::<Vec<_>>().join(" ");
    if name.is_empty() || no_marketing(&name).is_err() {
        "对方账户".to_owned()
    } else {
        name
    }
}
