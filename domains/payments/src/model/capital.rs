//! Amounts in Chinese capitals 大写金额, as receipts and cheques carry them (支付结算办法, annex 1).

const DIGITS: [&str; 10] = ["零", "壹", "贰", "叁", "肆", "伍", "陆", "柒", "捌", "玖"];
const PLACES: [&str; 4] = ["", "拾", "佰", "仟"];
const GROUPS: [&str; 5] = ["", "万", "亿", "兆", "京"];

/// `人民币壹佰元零伍分` for 10005 fen; negative amounts begin with `负`.
pub fn capital(fen: i64) -> String {
    let (yuan, jiao, cents) = (
        fen.unsigned_abs() / 100,
        fen.unsigned_abs() / 10 % 10,
        fen.unsigned_abs() % 10,
    );
    let mut text = if fen < 0 {
        "人民币负".to_owned()
    } else {
        "人民币".to_owned()
    };
    if yuan > 0 {
        text.push_str(&whole(yuan));
        text.push('元');
    }
    match (yuan, jiao, cents) {
        (0, 0, 0) => text.push_str("零元整"),
        (_, 0, 0) => text.push('整'),
        (_, jiao, 0) => text.push_str(&format!("{}角整", digit(jiao))),
        (0, 0, cents) => text.push_str(&format!("{}分", digit(cents))),
        (_, 0, cents) => text.push_str(&format!("零{}分", digit(cents))),
        (_, jiao, cents) => text.push_str(&format!("{}角{}分", digit(jiao), digit(cents))),
    }
    text
}

/// Groups of four digits from the highest; one 零 for every run of zeros between other digits.
fn whole(yuan: u64) -> String {
    let mut groups = Vec::new();
    let mut rest = yuan;
    while rest > 0 {
        groups.push(rest % 10_000);
        rest /= 10_000;
    }
    let mut text = String::new();
    let mut gap = false;
    for (at, group) in groups.iter().enumerate().rev() {
        if *group == 0 {
            gap = !text.is_empty();
            continue;
        }
        if gap || (!text.is_empty() && *group < 1_000) {
            text.push('零');
        }
        gap = false;
        text.push_str(&four(*group));
        text.push_str(GROUPS.get(at).copied().unwrap_or(""));
    }
    text
}

fn four(group: u64) -> String {
    let mut text = String::new();
    let mut gap = false;
    for (place, unit) in PLACES.iter().enumerate().rev() {
        let weight = 10_u64.pow(u32::try_from(place).unwrap_or(0));
        match group / weight % 10 {
            0 => gap = !text.is_empty(),
            value => {
                if gap {
                    text.push('零');
                }
                gap = false;
                text.push_str(digit(value));
                text.push_str(unit);
            }
        }
    }
    text
}

fn digit(value: u64) -> &'static str {
    usize::try_from(value)
        .ok()
        .and_then(|at| DIGITS.get(at))
        .copied()
        .unwrap_or("零")
}

#[cfg(test)]
mod tests {
    use super::capital;

    #[test]
    fn amounts_in_capitals_after_the_payment_rules() {
        for (fen, text) in [
            (0, "人民币零元整"),
            (1, "人民币壹分"),
            (10, "人民币壹角整"),
            (105, "人民币壹元零伍分"),
            (150, "人民币壹元伍角整"),
            (50_000, "人民币伍佰元整"),
            (10_005, "人民币壹佰元零伍分"),
            (140_950, "人民币壹仟肆佰零玖元伍角整"),
            (600_714, "人民币陆仟零柒元壹角肆分"),
            (1_680_032, "人民币壹万陆仟捌佰元叁角贰分"),
            (10_700_053, "人民币壹拾万柒仟元伍角叁分"),
            (1_000_010_000, "人民币壹仟万零壹佰元整"),
            (10_000_000_000, "人民币壹亿元整"),
            (10_000_000_100, "人民币壹亿零壹元整"),
            (1_000_100_000_000, "人民币壹佰亿零壹佰万元整"),
            (-50_000, "人民币负伍佰元整"),
        ] {
            assert_eq!(capital(fen), text, "{fen}");
        }
    }

    /// No two zeros in a row, no zero before a unit, whatever the amount.
    #[test]
    fn zeros_never_pile_up() {
        for fen in (0..3_000_000_i64)
            .step_by(97)
            .chain((0..40).map(|shift| 1_i64 << shift))
        {
            let text = capital(fen);
            assert!(
                !text.contains("零零") && !text.contains("零万") && !text.contains("零拾"),
                "{fen}: {text}"
            );
        }
    }
}
