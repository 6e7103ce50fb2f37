//! What may be asked for: amounts, limits, warnings. Pure.

use kit::clock::{DAY, HOUR, Ms};
use serde::Serialize;
use utoipa::ToSchema;

/// The largest amount that any limit can allow. Fen; one billion yuan.
const MAX_AMOUNT: i64 = 100_000_000_000;
/// From here on a first payment to somebody at night draws the scam text. Fen.
const LARGE: i64 = 1_000_000;
pub(crate) const MEMO_MAX: usize = 50;
/// The same payee and amount within this time look like a slip.
pub(crate) const TWICE_WITHIN: Ms = DAY;
/// 冷静期: how long a large first payment at night waits before it is sent.
pub(crate) const COOLING: Ms = 2 * HOUR;

/// Limits of a class: of one transfer, a day, a year. Fen, except the counts; a year without a limit has 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Limits {
    pub(crate) per_transfer: i64,
    pub(crate) per_day: i64,
    pub(crate) per_day_count: i64,
    pub(crate) per_year: i64,
    pub(crate) per_year_count: i64,
}

/// What has been used of a window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Used {
    pub(crate) amount: i64,
    pub(crate) count: i64,
}

/// What has been used of a day and of its year.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Usage {
    pub(crate) day: Used,
    pub(crate) year: Used,
}

/// Why an amount can't be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Excess {
    BadAmount,
    Single,
    Day,
    Year,
}

fn left_of((most, most_count): (i64, i64), used: Used) -> i64 {
    if used.count >= most_count {
        0
    } else {
        most.saturating_sub(used.amount).max(0)
    }
}

impl Limits {
    pub(crate) fn day(&self) -> (i64, i64) {
        (self.per_day, self.per_day_count)
    }

    /// Amount and count of a year; unbounded where there is no such limit.
    pub(crate) fn year(&self) -> (i64, i64) {
        let bound = |n: i64| if n == 0 { i64::MAX } else { n };
        (bound(self.per_year), bound(self.per_year_count))
    }

    /// What is left of the day, and of the year where that is less. Fen, never negative.
    pub(crate) fn left(&self, used: Usage) -> i64 {
        left_of(self.day(), used.day).min(left_of(self.year(), used.year))
    }

    pub(crate) fn check(&self, amount: i64, used: Usage) -> Result<(), Excess> {
        match amount {
            a if !(1..=MAX_AMOUNT).contains(&a) => Err(Excess::BadAmount),
            a if a > self.per_transfer => Err(Excess::Single),
            a if a > left_of(self.day(), used.day) => Err(Excess::Day),
            a if a > left_of(self.year(), used.year) => Err(Excess::Year),
            _ => Ok(()),
        }
    }
}

/// Something to think about before going on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Warning {
    pub code: &'static str,
    pub text: &'static str,
}

/// What is known when warnings are chosen.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Circumstances {
    pub(crate) amount: i64,
    pub(crate) first_time: bool,
    /// The same amount went to the same payee a short while ago.
    pub(crate) again: bool,
    pub(crate) now: Ms,
}

pub(crate) fn warnings(c: Circumstances) -> Vec<Warning> {
    let mut all = Vec::new();
    if c.again {
        all.push(Warning {
            code: "duplicate",
            text: "您24小时内刚向这位收款人转过相同金额，请确认不是重复转账。",
        });
    }
    if c.first_time {
        all.push(Warning {
            code: "first_time",
            text: "这是您第一次向这位收款人转账，请核对姓名和账号。",
        });
    }
    if cools(&c) {
        all.push(Warning {
            code: "scam",
            text: "深夜向陌生账户大额转账需格外小心：公检法不会要求转账，“安全账户”都是诈骗。如有疑问请先拨打96110。这笔转账会先等待2小时，其间可以随时撤销。",
        });
    }
    all
}

impl Circumstances {
    /// Of a payment to somebody who was never paid before, as far as is known.
    pub(crate) fn of_stranger(amount: i64, now: Ms) -> Self {
        Self {
            amount,
            first_time: true,
            again: false,
            now,
        }
    }
}

/// A new payee, a large amount, at night: the transfer waits, and may be taken back meanwhile.
pub(crate) fn cools(c: &Circumstances) -> bool {
    c.first_time && c.amount >= LARGE && is_night(c.now)
}

/// Between 22:00 and 6:00 in Shanghai, which is eight hours ahead of UTC all year.
fn is_night(now: Ms) -> bool {
    let hour = (now + 8 * HOUR).rem_euclid(DAY) / HOUR;
    !(6..22).contains(&hour)
}

/// Whether the name that the customer typed is the payee's: exact, but for spaces and the middle dot's forms.
pub(crate) fn same_name(typed: &str, known: &str) -> bool {
    let plain = |name: &str| -> String {
        name.chars()
            .filter(|c| !c.is_whitespace())
            .map(|c| if "•・．.".contains(c) { '·' } else { c })
            .collect()
    };
    plain(typed) == plain(known)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits {
        per_transfer: 5_000_000,
        per_day: 20_000_000,
        per_day_count: 3,
        per_year: 100_000_000,
        per_year_count: 100,
    };

    #[test]
    fn limits_hold_at_their_edges() {
        let used = |amount, count, year, year_count| Usage {
            day: Used { amount, count },
            year: Used {
                amount: year,
                count: year_count,
            },
        };
        for (amount, used, expected) in [
            (0, used(0, 0, 0, 0), Err(Excess::BadAmount)),
            (-1, used(0, 0, 0, 0), Err(Excess::BadAmount)),
            (i64::MAX, used(0, 0, 0, 0), Err(Excess::BadAmount)),
            (i64::MIN, used(0, 0, 0, 0), Err(Excess::BadAmount)),
            (1, used(0, 0, 0, 0), Ok(())),
            (5_000_000, used(0, 0, 0, 0), Ok(())),
            (5_000_001, used(0, 0, 0, 0), Err(Excess::Single)),
            (5_000_000, used(15_000_000, 2, 0, 0), Ok(())),
            (5_000_000, used(15_000_001, 2, 0, 0), Err(Excess::Day)),
            (1, used(0, 3, 0, 0), Err(Excess::Day)),
            (1, used(i64::MAX, 0, 0, 0), Err(Excess::Day)),
            (1, used(0, 0, 99_999_999, 99), Ok(())),
            (2, used(0, 0, 99_999_999, 99), Err(Excess::Year)),
            (1, used(0, 0, 0, 100), Err(Excess::Year)),
        ] {
            assert_eq!(LIMITS.check(amount, used), expected, "{amount} {used:?}");
        }
    }

    #[test]
    fn a_year_without_a_limit_is_unbounded() {
        let limits = Limits {
            per_year: 0,
            per_year_count: 0,
            ..LIMITS
        };
        let used = Usage {
            day: Used::default(),
            year: Used {
                amount: i64::MAX - 1,
                count: 1_000_000,
            },
        };
        assert_eq!(limits.check(1, used), Ok(()));
    }

    #[test]
    fn the_night_is_shanghais() {
        let noon_utc = 12 * HOUR; // 20:00 in Shanghai
        assert!(!is_night(noon_utc));
        assert!(is_night(14 * HOUR) && is_night(21 * HOUR) && !is_night(22 * HOUR));
    }

    #[test]
    fn names_are_compared_without_spaces_and_dot_forms() {
        assert!(same_name(" 王 建国 ", "王建国"));
        assert!(same_name("阿依古丽•买买提", "阿依古丽·买买提"));
        assert!(!same_name("王建", "王建国") && !same_name("", "王建国"));
    }

    #[test]
    fn the_scam_text_needs_all_three_signs() {
        let codes = |c| warnings(c).into_iter().map(|w| w.code).collect::<Vec<_>>();
        let base = Circumstances {
            amount: LARGE,
            first_time: true,
            again: false,
            now: 14 * HOUR,
        };
        assert_eq!(codes(base), ["first_time", "scam"]);
        assert_eq!(
            codes(Circumstances {
                amount: LARGE - 1,
                ..base
            }),
            ["first_time"]
        );
        assert_eq!(
            codes(Circumstances {
                now: 4 * HOUR,
                ..base
            }),
            ["first_time"]
        );
        assert_eq!(
            codes(Circumstances {
                first_time: false,
                again: true,
                ..base
            }),
            ["duplicate"]
        );
    }
}
