//! Masks 脱敏: what of a person may be shown. Computed here, on the server, never in the browser.
//!
//! Defaults after JR/T 0171: a payer can check a name by its last characters, a phone by 3 + 4, a
//! card by its last four digits.

/// `*秀兰`, `*伟`: the first character hidden, so that a payer can verify the rest.
pub fn name(name: &str) -> String {
    let mut chars = name.chars();
    chars
        .next()
        .map_or_else(String::new, |_| format!("*{}", chars.as_str()))
}

/// `138****0001`.
pub fn phone(phone: &str) -> String {
    match (phone.get(..3), phone.get(phone.len().saturating_sub(4)..)) {
        (Some(head), Some(tail)) if phone.len() >= 8 => format!("{head}****{tail}"),
        _ => "****".to_owned(),
    }
}

/// `9****************8`: first and last character only.
pub fn id_no(id_no: &str) -> String {
    let count = id_no.chars().count();
    match (id_no.chars().next(), id_no.chars().last()) {
        (Some(first), Some(last)) if count > 2 => format!("{first}{}{last}", "*".repeat(count - 2)),
        _ => "****".to_owned(),
    }
}

/// `6222 **** **** 0012`, whatever the true length.
pub fn card(number: &str) -> String {
    match (number.get(..4), number.get(number.len().saturating_sub(4)..)) {
        (Some(head), Some(tail)) if number.len() >= 12 => format!("{head} **** **** {tail}"),
        _ => format!("**** {}", tail(number)),
    }
}

/// The last four characters.
pub fn tail(number: &str) -> String {
    let skip = number.chars().count().saturating_sub(4);
    number.chars().skip(skip).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn masks_hide_what_they_should() {
        assert_eq!(super::name("李秀兰"), "*秀兰");
        assert_eq!(super::name("张伟"), "*伟");
        assert_eq!(super::name(""), "");
        assert_eq!(super::phone("13800000001"), "138****0001");
        assert_eq!(super::phone("12"), "****");
        assert_eq!(super::id_no("99999919900101001X"), "9****************X");
        assert_eq!(super::card("6222000000000000123"), "6222 **** **** 0123");
        assert_eq!(super::card("88"), "**** 88");
    }
}
