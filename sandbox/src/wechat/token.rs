//! Stable access tokens: normal mode gives the living one, forced mode a new one at once, at most 20 times a day
//! and 30 s apart; the platform renews five minutes early and lets both live.

use crate::chance;

const LIVES_S: i64 = 7_200;
const EARLY_S: i64 = 300;
const FORCED_PER_DAY: u32 = 20;
const FORCED_APART_S: i64 = 30;

#[derive(Debug, Clone, Default)]
pub(crate) struct Tokens {
    current: Option<Token>,
    /// The one before, during its last five minutes.
    before: Option<Token>,
    forced_day: i64,
    forced: u32,
    forced_at: i64,
    issued: u32,
}

#[derive(Debug, Clone)]
struct Token {
    value: String,
    until: i64,
}

impl Tokens {
    /// A token and its remaining seconds, or an errcode.
    pub(crate) fn grant(&mut self, now: i64, force: bool) -> Result<(String, i64), i64> {
        if force {
            self.count_forced(now)?;
            self.before = None;
            return Ok(self.issue(now));
        }
        match &self.current {
            Some(token) if token.until - now > EARLY_S => Ok((token.value.clone(), token.until - now)),
            _ => {
                self.before = self.current.take();
                Ok(self.issue(now))
            }
        }
    }

    fn count_forced(&mut self, now: i64) -> Result<(), i64> {
        let today = (now + 28_800).div_euclid(86_400);
        if self.forced_day != today {
            self.forced_day = today;
            self.forced = 0;
        }
        if self.forced >= FORCED_PER_DAY {
            return Err(45009);
        }
        if now - self.forced_at < FORCED_APART_S {
            return Err(45011);
        }
        self.forced += 1;
        self.forced_at = now;
        Ok(())
    }

    fn issue(&mut self, now: i64) -> (String, i64) {
        self.issued += 1;
        let value = format!("{}_{}", self.issued, chance::hex::<64>());
        self.current = Some(Token {
            value: value.clone(),
            until: now + LIVES_S,
        });
        (value, LIVES_S)
    }

    /// Errcode for a token that does not open anything.
    pub(crate) fn check(&self, token: Option<&str>, now: i64) -> Result<(), i64> {
        let token = token.filter(|token| !token.is_empty()).ok_or(41001)?;
        let known = [&self.current, &self.before]
            .into_iter()
            .flatten()
            .find(|known| known.value == token);
        match known {
            Some(known) if now < known.until => Ok(()),
            Some(_) => Err(42001),
            None => Err(40001),
        }
    }

    /// As if another system had forced a token and kept it.
    pub(crate) fn void(&mut self) {
        self.current = None;
        self.before = None;
    }

    pub(crate) fn issued(&self) -> u32 {
        self.issued
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normal_mode_gives_the_living_token_and_renews_early() {
        let mut tokens = Tokens::default();
        let (first, lives) = tokens.grant(1_000, false).unwrap();
        assert_eq!(lives, 7_200);
        assert_eq!(tokens.grant(2_000, false).unwrap(), (first.clone(), 6_200));
        let (second, _) = tokens.grant(1_000 + 6_901, false).unwrap();
        assert_ne!(first, second);
        assert_eq!(
            tokens.check(Some(&first), 8_199),
            Ok(()),
            "both live for five minutes"
        );
        assert_eq!(tokens.check(Some(&first), 8_200), Err(42001));
        assert_eq!(tokens.check(Some("x"), 1), Err(40001));
        assert_eq!(tokens.check(None, 1), Err(41001));
    }

    #[test]
    fn forced_mode_is_rationed_and_voids_at_once() {
        let mut tokens = Tokens::default();
        let (first, _) = tokens.grant(1_000_000, false).unwrap();
        tokens.grant(1_000_000, true).unwrap();
        assert_eq!(tokens.check(Some(&first), 1_000_000), Err(40001));
        assert_eq!(tokens.grant(1_000_029, true), Err(45011));
        for n in 1..20 {
            tokens.grant(1_000_000 + n * 30, true).unwrap();
        }
        assert_eq!(tokens.grant(1_000_900, true), Err(45009));
        tokens.grant(1_100_000, true).unwrap();
    }
}
