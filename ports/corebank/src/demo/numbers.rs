//! Check digits: bank cards (Luhn) and citizen ID numbers (GB 11643).

/// Weights of the first 17 digits, and the check characters by remainder (GB 11643-1999).
const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECKS: [char; 11] = ['1', '0', 'X', '9', '8', '7', '6', '5', '4', '3', '2'];

/// Does the last digit of a card number fit the others?
pub fn card_is_valid(card: &str) -> bool {
    (12..=19).contains(&card.len()) && luhn_sum(card).is_some_and(|sum| sum.is_multiple_of(10))
}

/// Does the last character of an 18-digit ID number fit the others? Says nothing about the date.
pub fn id_no_is_valid(id_no: &str) -> bool {
    let Some((body, check)) = id_no.split_at_checked(17) else {
        return false;
    };
    id_check(body).is_some_and(|c| check.eq_ignore_ascii_case(&c.to_string()))
}

/// The card number whose digits but the last are `body`.
pub(super) fn card(body: &str) -> String {
    let check = ('0'..='9').find(|digit| card_is_valid(&format!("{body}{digit}")));
    format!("{body}{}", check.unwrap_or_default())
}

/// The ID number whose first 17 digits are `body`.
pub(super) fn id_no(body: &str) -> String {
    format!("{body}{}", id_check(body).unwrap_or_default())
}

fn luhn_sum(digits: &str) -> Option<u32> {
    let mut sum = 0;
    for (place, digit) in digits.chars().rev().enumerate() {
        let digit = digit.to_digit(10)?;
        sum += match (place % 2, digit * 2) {
            (0, _) => digit,
            (_, doubled) if doubled > 9 => doubled - 9,
            (_, doubled) => doubled,
        };
    }
    Some(sum)
}

fn id_check(body: &str) -> Option<char> {
    let mut sum = 0;
    for (digit, weight) in body.chars().zip(WEIGHTS) {
        sum += digit.to_digit(10)? * weight;
    }
    CHECKS
        .get(usize::try_from(sum % 11).ok()?)
        .copied()
        .filter(|_| body.len() == 17)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cards_by_luhn() {
        for good in ["6212264000012345670", "6228480400000012346", "4111111111111111"] {
            assert!(card_is_valid(good), "{good}");
        }
        for bad in [
            "6212264000012345671",
            "6228480030212345",
            "",
            "62a2264000012345670",
        ] {
            assert!(!card_is_valid(bad), "{bad}");
        }
    }

    #[test]
    fn id_numbers_by_gb_11643() {
        for good in [
            "11010519491231002X",
            "11010519491231002x",
            "34052419800101001X",
            "999999199001010016",
        ] {
            assert!(id_no_is_valid(good), "{good}");
        }
        for bad in [
            "110105194912310021",
            "99999919900101001",
            "",
            "1101051949123100٢X",
        ] {
            assert!(!id_no_is_valid(bad), "{bad}");
        }
    }
}
