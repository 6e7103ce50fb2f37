//! Figures with decimals, made from integers: the house computes without floats, and JSON takes the text.

use serde_json::{Number, Value};

/// `units / per` with two decimals, as a JSON number; null when there is nothing to divide by.
pub(crate) fn ratio(units: u64, per: u64) -> Value {
    let Some(hundredths) = units.saturating_mul(100).checked_div(per) else {
        return Value::Null;
    };
    let text = format!("{}.{:02}", hundredths / 100, hundredths % 100);
    text.parse::<Number>().map_or(Value::Null, Value::Number)
}

/// The value below which so many per mille of the sorted values lie.
pub(crate) fn per_mille(sorted: &[u32], share: usize) -> u32 {
    let at = (sorted.len() * share).div_ceil(1000).saturating_sub(1);
    sorted.get(at).or(sorted.last()).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_have_two_decimals() {
        assert_eq!(ratio(1234, 1000).to_string(), "1.23");
        assert_eq!(ratio(5, 100).to_string(), "0.05");
        assert_eq!(ratio(1, 0), Value::Null);
    }

    #[test]
    fn percentiles_are_values_that_were_seen() {
        let sorted: Vec<u32> = (1..=1000).collect();
        assert_eq!(per_mille(&sorted, 500), 500);
        assert_eq!(per_mille(&sorted, 990), 990);
        assert_eq!(per_mille(&[7], 990), 7);
        assert_eq!(per_mille(&[], 990), 0);
    }
}
