//! Access tokens and tickets. Two lines that know nothing of each other, as with WeChat:
//!
//! - `stable_token`: normal mode gives the living token and renews five minutes early, both living meanwhile;
//!   forced mode gives a new one and voids the old at once, at most 20 times a day and 30 s apart;
//! - `token`: every call gives a new one, and the one before lives five more minutes at most.

use serde_json::{Value, json};

use super::call::{Api, Call, On, Outcome, Which, get, post};
use super::errcode::Errcode;
use super::quota::day;
use crate::world::State;
use crate::{Sandbox, chance};

const LIVES_S: i64 = 7_200;
const EARLY_S: i64 = 300;
const FORCED_PER_DAY: u32 = 20;
const FORCED_APART_S: i64 = 30;

pub(crate) const APIS: &[Api] = &[
    Api {
        per_minute: Some(10_000),
        ..post(On::Open, "/cgi-bin/stable_token", 500_000, stable)
    },
    get(On::Open, "/cgi-bin/token", 2_000, classic),
    get(On::Both, "/cgi-bin/ticket/getticket", 1_000_000, ticket),
    get(On::Both, "/cgi-bin/getcallbackip", 10_000, callback_ip),
    get(On::Both, "/cgi-bin/get_api_domain_ip", 10_000, callback_ip),
];

#[derive(Debug, Clone, Default)]
pub(crate) struct Tokens {
    stable: Line,
    classic: Line,
    forced_day: i64,
    forced: u32,
    forced_at: i64,
    issued: u32,
    /// The ticket for pages and its end.
    ticket: Option<(String, i64)>,
}

/// A token and the one before it.
#[derive(Debug, Clone, Default)]
struct Line {
    current: Option<Token>,
    before: Option<Token>,
}

#[derive(Debug, Clone)]
struct Token {
    value: String,
    until: i64,
}

impl Tokens {
    /// A stable token and its remaining seconds, or an errcode.
    pub(crate) fn grant(&mut self, now: i64, force: bool) -> Result<(String, i64), i64> {
        if force {
            self.count_forced(now)?;
            let token = self.issue(now);
            self.stable = Line {
                current: Some(token.clone()),
                before: None,
            };
            return Ok((token.value, LIVES_S));
        }
        match &self.stable.current {
            Some(token) if token.until - now > EARLY_S => Ok((token.value.clone(), token.until - now)),
            _ => {
                let token = self.issue(now);
                self.stable.before = self.stable.current.replace(token.clone());
                Ok((token.value, LIVES_S))
            }
        }
    }

    /// A token of the old kind; the one before has five minutes left.
    pub(crate) fn grant_classic(&mut self, now: i64) -> (String, i64) {
        let token = self.issue(now);
        self.classic.before = self.classic.current.replace(token.clone());
        if let Some(before) = &mut self.classic.before {
            before.until = before.until.min(now + EARLY_S);
        }
        (token.value, LIVES_S)
    }

    fn count_forced(&mut self, now: i64) -> Result<(), i64> {
        let today = day(now);
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

    fn issue(&mut self, now: i64) -> Token {
        self.issued += 1;
        let value = format!("{}_{}", self.issued, chance::hex::<64>());
        Token {
            value,
            until: now + LIVES_S,
        }
    }

    /// Errcode for a token that does not open anything.
    pub(crate) fn check(&self, token: Option<&str>, now: i64) -> Result<(), i64> {
        let token = token.filter(|token| !token.is_empty()).ok_or(41001)?;
        let known = [&self.stable, &self.classic]
            .into_iter()
            .flat_map(|line| [&line.current, &line.before])
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
        self.stable = Line::default();
        self.classic = Line::default();
    }

    /// As if their time were over.
    pub(crate) fn expire(&mut self) {
        for line in [&mut self.stable, &mut self.classic] {
            for token in [&mut line.current, &mut line.before].into_iter().flatten() {
                token.until = 0;
            }
        }
    }

    pub(crate) fn issued(&self) -> u32 {
        self.issued
    }

    /// The living ticket, or a new one.
    fn ticket(&mut self, now: i64) -> (String, i64) {
        match &self.ticket {
            Some((ticket, until)) if *until - now > EARLY_S => (ticket.clone(), until - now),
            _ => {
                let ticket = format!("kgt8ON7yVITDhtdwci0qe{}", chance::hex::<32>());
                self.ticket = Some((ticket.clone(), now + LIVES_S));
                (ticket, LIVES_S)
            }
        }
    }
}

impl State {
    /// Whose token it is.
    pub(crate) fn whose(&self, token: Option<&str>, now: i64) -> Result<Which, i64> {
        match self.tokens.check(token, now) {
            Ok(()) => Ok(Which::Official),
            Err(40001) => self.mini_tokens.check(token, now).map(|()| Which::Mini),
            Err(code) => Err(code),
        }
    }

    /// An account's tokens.
    pub(crate) fn tokens_of(&mut self, who: Which) -> &mut Tokens {
        match who {
            Which::Official => &mut self.tokens,
            Which::Mini => &mut self.mini_tokens,
        }
    }
}

impl Sandbox {
    /// Which account these belong to.
    pub(crate) fn credentials(&self, appid: &str, secret: &str) -> Result<Which, Errcode> {
        let official = &self.world.config;
        let (who, right) = if appid == official.appid {
            (Which::Official, official.secret.as_str())
        } else {
            let mini = self.world.mini().filter(|mini| mini.settings.appid == appid);
            (
                Which::Mini,
                mini.ok_or(Errcode::from(40013))?.settings.secret.as_str(),
            )
        };
        if secret != right {
            return Err(40125.into());
        }
        if self.faults().wechat.unlisted_ip {
            let words = "invalid ip 127.0.0.1 ipv6 ::ffff:127.0.0.1, not in whitelist";
            return Err(Errcode::new(40164, words));
        }
        Ok(who)
    }

    /// The appid of an account.
    pub(crate) fn appid_of(&self, who: Which) -> String {
        match who {
            Which::Official => self.world.config.appid.clone(),
            Which::Mini => self
                .world
                .mini()
                .map(|mini| mini.settings.appid.clone())
                .unwrap_or_default(),
        }
    }

    /// How many access tokens the platform has issued to the Official Account.
    pub fn tokens_issued(&self) -> u32 {
        self.world.state().tokens.issued()
    }
}

fn stable(call: &Call<'_>) -> Outcome {
    if call.text("grant_type") != "client_credential" {
        return Err(40002.into());
    }
    let who = call
        .sandbox
        .credentials(&call.text("appid"), &call.text("secret"))?;
    let force = call
        .body
        .get("force_refresh")
        .and_then(Value::as_bool)
        .unwrap_or(false);
    let mut state = call.sandbox.world.state();
    let (token, expires_in) = state.tokens_of(who).grant(call.now(), force)?;
    Ok(json!({"access_token": token, "expires_in": expires_in}).into())
}

fn classic(call: &Call<'_>) -> Outcome {
    if call.arg("grant_type") != "client_credential" {
        return Err(40002.into());
    }
    let who = call.sandbox.credentials(call.arg("appid"), call.arg("secret"))?;
    let mut state = call.sandbox.world.state();
    let (token, expires_in) = state.tokens_of(who).grant_classic(call.now());
    Ok(json!({"access_token": token, "expires_in": expires_in}).into())
}

fn ticket(call: &Call<'_>) -> Outcome {
    if !matches!(call.arg("type"), "jsapi" | "wx_card") {
        return Err(Errcode::new(40097, "invalid args"));
    }
    let mut state = call.sandbox.world.state();
    let (ticket, expires_in) = state.tokens_of(call.who).ticket(call.now());
    Ok(json!({"errcode": 0, "errmsg": "ok", "ticket": ticket, "expires_in": expires_in}).into())
}

fn callback_ip(_: &Call<'_>) -> Outcome {
    Ok(json!({"ip_list": ["127.0.0.1"]}).into())
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

    #[test]
    fn the_old_kind_voids_the_one_before_and_leaves_the_stable_one_alone() {
        let mut tokens = Tokens::default();
        let (stable, _) = tokens.grant(0, false).unwrap();
        let (first, _) = tokens.grant_classic(0);
        let (second, _) = tokens.grant_classic(10);
        for token in [&stable, &first, &second] {
            assert_eq!(tokens.check(Some(token), 309), Ok(()));
        }
        assert_eq!(tokens.check(Some(&first), 310), Err(42001));
        tokens.grant_classic(311);
        assert_eq!(tokens.check(Some(&first), 311), Err(40001), "long forgotten");
        assert_eq!(tokens.check(Some(&stable), 311), Ok(()));
        tokens.expire();
        assert_eq!(tokens.check(Some(&stable), 0), Err(42001));
    }

    #[test]
    fn a_ticket_lives_as_long_as_it_says() {
        let mut tokens = Tokens::default();
        let (first, lives) = tokens.ticket(0);
        assert_eq!((lives, tokens.ticket(100)), (7_200, (first.clone(), 7_100)));
        assert_ne!(tokens.ticket(6_900).0, first);
    }
}
