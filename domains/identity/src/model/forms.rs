//! What a person types, checked by rules that the browser shares: id number, card, phone, name.

use jiff::civil::Date;
use kit::problem::FieldFault;

/// GB 11643-1999 weights; the check character is `CHECK[Σ mod 11]`.
const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECK: &[u8; 11] = b"10X98765432";

/// An 18-digit resident id number, upper-cased, or what is wrong with it.
pub fn id_no(text: &str, today: Date) -> Result<String, FieldFault> {
    let text = text.trim().to_ascii_uppercase();
    let fault = |code, reason: &str, remedy: &str| FieldFault {
        field: "id_no",
        code,
        reason: reason.to_owned(),
        remedy: remedy.to_owned(),
    };
    let bytes = text.as_bytes();
    let (body, last) = match bytes.split_last() {
        Some((last, body)) if body.len() == 17 && body.iter().all(u8::is_ascii_digit) => (body, *last),
        _ => {
            return Err(fault(
                "id_no.length",
                "身份证号应为18位",
                "请核对后输入18位号码，末位可以是X",
            ));
        }
    };
    let sum: u32 = body
        .iter()
        .zip(WEIGHTS)
        .map(|(digit, weight)| u32::from(digit - b'0') * weight)
        .sum();
    let expected = usize::try_from(sum % 11).ok().and_then(|at| CHECK.get(at));
    if expected != Some(&last) {
        return Err(fault(
            "id_no.check",
            "身份证号校验位不正确",
            "请逐位核对，尤其是最后一位",
        ));
    }
    let born = birth(&text).filter(|born| *born <= today && born.year() >= 1900);
    born.map(|_| text)
        .ok_or_else(|| fault("id_no.birth", "身份证号中的出生日期不存在", "请核对第7至14位"))
}

fn birth(id_no: &str) -> Option<Date> {
    let year = id_no.get(6..10)?.parse().ok()?;
    let month = id_no.get(10..12)?.parse().ok()?;
    let day = id_no.get(12..14)?.parse().ok()?;
    Date::new(year, month, day).ok()
}

/// A bank card number of 16 to 19 digits that passes Luhn; spaces are dropped.
pub fn card_no(text: &str) -> Result<String, FieldFault> {
    let digits: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let fits = (16..=19).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    if fits && luhn(&digits) {
        return Ok(digits);
    }
    let (code, reason) = if fits {
        ("card_no.check", "卡号校验未通过")
    } else {
        ("card_no.length", "卡号应为16至19位数字")
    };
    Err(FieldFault {
        field: "card_no",
        code,
        reason: reason.to_owned(),
        remedy: "请对照银行卡正面逐位核对".to_owned(),
    })
}

/// ISO/IEC 7812-1 annex B.
pub fn luhn(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(at, byte)| {
            let digit = u32::from(byte.wrapping_sub(b'0'));
            let doubled = if at % 2 == 1 { digit * 2 } else { digit };
            if doubled > 9 { doubled - 9 } else { doubled }
        })
        .sum();
    !digits.is_empty() && sum.is_multiple_of(10)
}

/// A mainland mobile number.
pub fn phone(text: &str) -> Result<String, FieldFault> {
    let digits: String = text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    let bytes = digits.as_bytes();
    let fits = bytes.len() == 11
        && bytes.iter().all(u8::is_ascii_digit)
        && bytes.first() == Some(&b'1')
        && bytes.get(1).is_some_and(|b| (b'3'..=b'9').contains(b));
    if fits {
        return Ok(digits);
    }
    Err(FieldFault {
        field: "phone",
        code: "phone.format",
        reason: "手机号应为11位数字".to_owned(),
        remedy: "请输入在本行预留的手机号".to_owned(),
    })
}

/// A person's name: 2 to 30 characters, letters of any script, `·` and spaces within.
pub fn name(text: &str) -> Result<String, FieldFault> {
    let name = text.trim();
    let count = name.chars().count();
    let fits = (2..=30).contains(&count) && name.chars().all(|c| c.is_alphabetic() || "·• .".contains(c));
    if fits {
        return Ok(name.to_owned());
    }
    Err(FieldFault {
        field: "name",
        code: "name.format",
        reason: "姓名应为2至30个汉字或字母".to_owned(),
        remedy: "请填写身份证上的姓名".to_owned(),
    })
}

/// A six-digit payment password that is not among the first to be guessed.
pub fn pay_password(text: &str) -> Result<(), FieldFault> {
    let weak = |code, reason: &str| FieldFault {
        field: "password",
        code,
        reason: reason.to_owned(),
        remedy: "请换一组不易猜到的6位数字，不要用生日、连号或重复数字".to_owned(),
    };
    let bytes = text.as_bytes();
    if bytes.len() != 6 || !bytes.iter().all(u8::is_ascii_digit) {
        return Err(weak("password.format", "支付密码应为6位数字"));
    }
    let steps: Vec<i16> = bytes
        .iter()
        .zip(bytes.iter().skip(1))
        .map(|(a, b)| i16::from(*b) - i16::from(*a))
        .collect();
    let monotone =
        steps.iter().all(|s| *s == 0) || steps.iter().all(|s| *s == 1) || steps.iter().all(|s| *s == -1);
    let paired = bytes.chunks(2).all(|pair| pair.first() == pair.get(1)) || bytes.get(..3) == bytes.get(3..);
    if monotone || paired {
        return Err(weak("password.weak", "这组密码太容易被猜到"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn today() -> Date {
        jiff::civil::date(2026, 11, 23)
    }

    #[test]
    fn id_numbers_after_gb_11643() {
        for good in [
            "11010519491231002X",
            "11010519491231002x",
            "34052419800101001X",
            "110101200002290018",
            "999999199001010016",
        ] {
            assert_eq!(id_no(good, today()).unwrap(), good.to_ascii_uppercase());
        }
        for (bad, code) in [
            ("110105491231002", "id_no.length"),
            ("", "id_no.length"),
            ("11010519491231002Y", "id_no.check"),
            ("440524188001010014", "id_no.birth"),
            ("110101200102290015", "id_no.birth"),
            ("1101012000022900１8", "id_no.length"),
        ] {
            assert_eq!(id_no(bad, today()).unwrap_err().code, code, "{bad}");
        }
    }

    #[test]
    fn every_wrong_digit_and_neighbour_swap_is_found() {
        let good = "11010519491231002X";
        for at in 0..17 {
            for digit in b'0'..=b'9' {
                let mut bytes = good.as_bytes().to_vec();
                if bytes[at] == digit {
                    continue;
                }
                bytes[at] = digit;
                assert!(id_no(std::str::from_utf8(&bytes).unwrap(), today()).is_err());
            }
        }
    }

    #[test]
    fn cards_phones_names_and_passwords() {
        for good in [
            "6212264000012345670",
            "6228480400000012346",
            "4111 1111 1111 1111",
        ] {
            assert!(card_no(good).is_ok(), "{good}");
        }
        assert_eq!(card_no("6212264000012345671").unwrap_err().code, "card_no.check");
        assert_eq!(card_no("123").unwrap_err().code, "card_no.length");
        assert_eq!(phone("138 0000 0001").unwrap(), "13800000001");
        assert!(phone("12800000001").is_err());
        assert!(name("李秀兰").is_ok() && name("阿依古丽·买买提").is_ok());
        assert!(name("A").is_err() && name("<b>李</b>").is_err());
        for weak in [
            "123456", "654321", "111111", "112233", "123123", "12345", "12345a",
        ] {
            assert!(pay_password(weak).is_err(), "{weak}");
        }
        assert!(pay_password("258036").is_ok());
    }
}
