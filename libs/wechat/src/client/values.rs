//! The rules for template values, by the prefix of their key (`thing1` → `thing`). WeChat answers 47003 for
//! any violation; `first` and `remark` it drops without a word.

/// Which value breaks which rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{key}: {fault}")]
pub struct ValueError {
    /// The key.
    pub key: String,
    /// The rule.
    pub fault: Fault,
}

/// A broken rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// No value.
    #[error("empty")]
    Empty,
    /// A line break.
    #[error("a line break")]
    LineBreak,
    /// More characters than the kind holds.
    #[error("more than {0} characters")]
    TooLong(usize),
    /// Not of the kind's form.
    #[error("not of this kind's form")]
    Form,
    /// The key's prefix is not one of WeChat's kinds.
    #[error("an unknown kind")]
    Kind,
}

/// Checks a value against the rule of its key.
pub fn check(key: &str, value: &str) -> Result<(), ValueError> {
    let fault = |fault| {
        Err(ValueError {
            key: key.to_owned(),
            fault,
        })
    };
    let kind = kind_of(key);
    let Some(most) = longest(kind, value) else {
        return fault(Fault::Kind);
    };
    if value.trim().is_empty() {
        return fault(Fault::Empty);
    }
    if value.contains(['\n', '\r']) {
        return fault(Fault::LineBreak);
    }
    if value.chars().count() > most {
        return fault(Fault::TooLong(most));
    }
    if has_form(kind, value) {
        Ok(())
    } else {
        fault(Fault::Form)
    }
}

/// Makes free text fit a `thing`: blanks for line breaks, cut with `…`. Other kinds come back as they are,
/// because a shortened amount or time would be a wrong one.
pub fn fit(key: &str, value: &str) -> String {
    if kind_of(key) != "thing" {
        return value.to_owned();
    }
    let line = value.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= 20 {
        return line;
    }
    line.chars().take(19).chain(['…']).collect()
}

fn kind_of(key: &str) -> &str {
    key.trim_end_matches(|c: char| c.is_ascii_digit())
}

/// The most characters of a kind; nothing for an unknown one.
fn longest(kind: &str, value: &str) -> Option<usize> {
    Some(match kind {
        "number" | "letter" | "character_string" => 32,
        "symbol" | "phrase" => 5,
        "time" | "date" => 64,
        // One currency sign, ten digits, a point with decimals, 元.
        "amount" => 16,
        "phone_number" => 17,
        "car_number" => 8,
        "name" if value.chars().any(is_han) => 10,
        "thing" | "const" | "name" => 20,
        _ => return None,
    })
}

fn has_form(kind: &str, value: &str) -> bool {
    let all = |test: fn(char) -> bool| value.chars().all(test);
    match kind {
        "number" => is_decimal(value),
        "letter" => all(|c| c.is_ascii_alphabetic()),
        "symbol" => all(|c| !c.is_alphanumeric() && !c.is_whitespace()),
        "character_string" => all(|c| c.is_ascii_graphic() || c == ' '),
        "time" => range(value, is_time),
        "date" => range(value, is_date),
        "amount" => is_amount(value),
        "phone_number" => all(|c| c.is_ascii_digit() || "+-() ".contains(c)),
        "car_number" => all(|c| c.is_ascii_alphanumeric() || is_han(c)),
        // The dot of names of minorities, 欧阳·李, is neither digit nor control.
        "name" => all(|c| !c.is_ascii_digit() && !c.is_control()),
        "phrase" => all(is_han),
        _ => true,
    }
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{4e00}'..='\u{9fff}' | '\u{3400}'..='\u{4dbf}' | '\u{20000}'..='\u{323af}')
}

fn is_decimal(text: &str) -> bool {
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    digits(whole) && digits(part)
}

fn is_amount(text: &str) -> bool {
    let text = text.strip_suffix('元').unwrap_or(text);
    let text = text
        .strip_prefix(['¥', '￥', '$', '€', '£', '+', '-'])
        .unwrap_or(text);
    let whole = text.split('.').next().unwrap_or_default();
    is_decimal(text) && whole.len() <= 10
}

/// One value or two with `~` between.
fn range(text: &str, is_one: fn(&str) -> bool) -> bool {
    match text.split_once('~') {
        Some((from, to)) => is_one(from.trim()) && is_one(to.trim()),
        None => is_one(text),
    }
}

fn is_time(text: &str) -> bool {
    match text.rsplit_once(' ') {
        Some((day, clock)) => is_day(day) && is_clock(clock),
        None => is_clock(text),
    }
}

fn is_date(text: &str) -> bool {
    match text.rsplit_once(' ') {
        Some((day, clock)) => is_day(day) && is_clock(clock),
        None => is_day(text),
    }
}

/// `15:01` or `15:01:59`.
fn is_clock(text: &str) -> bool {
    let parts: Vec<_> = text.split(':').collect();
    match parts.as_slice() {
        [h, m] => below(h, 2, 0, 23) && below(m, 2, 0, 59),
        [h, m, s] => below(h, 2, 0, 23) && below(m, 2, 0, 59) && below(s, 2, 0, 59),
        _ => false,
    }
}

/// `2026-01-31`, `2026/01/31` or `2026年1月31日`.
fn is_day(text: &str) -> bool {
    let chinese = text
        .strip_suffix('日')
        .map(|rest| rest.split(['年', '月']).collect::<Vec<_>>());
    let parts = chinese.unwrap_or_else(|| {
        let mark = if text.contains('/') { '/' } else { '-' };
        text.split(mark).collect()
    });
    match parts.as_slice() {
        [y, m, d] => y.len() == 4 && below(y, 4, 1, 9999) && below(m, 2, 1, 12) && below(d, 2, 1, 31),
        _ => false,
    }
}

fn below(text: &str, digits: usize, least: u32, most: u32) -> bool {
    let short = (1..=digits).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    short && text.parse().is_ok_and(|n: u32| (least..=most).contains(&n))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_wechat_takes() {
        for (key, value) in [
            ("thing1", "向*明转账"),
            ("thing20", "一二三四五六七八九十一二三四五六七八九十"),
            ("amount2", "100.00元"),
            ("amount2", "¥9999999999.99"),
            ("amount2", "-12.5元"),
            ("time3", "2026-01-01 10:00"),
            ("time3", "15:01"),
            ("time3", "2019年10月1日 15:01~2019年10月2日 15:01:59"),
            ("date4", "2019年10月1日"),
            ("date4", "2026/01/31 09:30"),
            ("number5", "12345.6"),
            ("letter6", "abcXYZ"),
            ("symbol7", "***"),
            ("character_string8", "TR20260101-0001"),
            ("phone_number9", "+86-138 0000 0001"),
            ("car_number10", "粤A8Z888挂"),
            ("name11", "欧阳·李秀兰"),
            ("name11", "John van der Berg"),
            ("phrase12", "转账成功"),
        ] {
            assert_eq!(check(key, value), Ok(()), "{key} {value}");
        }
    }

    #[test]
    fn values_that_wechat_refuses() {
        for (key, value, fault) in [
            (
                "thing1",
                "一二三四五六七八九十一二三四五六七八九十一",
                Fault::TooLong(20),
            ),
            ("thing1", "", Fault::Empty),
            ("thing1", " ", Fault::Empty),
            ("thing1", "两\n行", Fault::LineBreak),
            ("amount2", "1,000.00", Fault::Form),
            ("amount2", "12345678901", Fault::Form),
            ("amount2", "一百元", Fault::Form),
            ("amount2", "¥", Fault::Form),
            ("amount2", "100.", Fault::Form),
            ("time3", "25:00", Fault::Form),
            ("time3", "2026-13-01 10:00", Fault::Form),
            ("time3", "tomorrow", Fault::Form),
            ("date4", "2026-1-32", Fault::Form),
            ("date4", "10:00", Fault::Form),
            ("number5", "12a", Fault::Form),
            ("letter6", "a1", Fault::Form),
            ("symbol7", "******", Fault::TooLong(5)),
            ("symbol7", "a", Fault::Form),
            ("character_string8", "编号1", Fault::Form),
            ("phone_number9", "138-0000-0001-000000", Fault::TooLong(17)),
            ("car_number10", "粤A·88888", Fault::Form),
            ("name11", "一二三四五六七八九十一", Fault::TooLong(10)),
            ("name11", "R2D2", Fault::Form),
            ("phrase12", "ok", Fault::Form),
            ("phrase12", "转账成功完成", Fault::TooLong(5)),
            ("first", "您好", Fault::Kind),
            ("remark", "再见", Fault::Kind),
            ("keyword1", "x", Fault::Kind),
        ] {
            assert_eq!(
                check(key, value).map_err(|e| e.fault),
                Err(fault),
                "{key} {value}"
            );
        }
    }

    #[test]
    fn only_free_text_is_made_to_fit() {
        assert_eq!(
            fit("thing1", "很长\n的说明文字，一共超过二十个字，所以会被截断"),
            "很长 的说明文字，一共超过二十个字，所…"
        );
        assert_eq!(
            fit("amount1", "12345678901234567890123"),
            "12345678901234567890123"
        );
    }
}
