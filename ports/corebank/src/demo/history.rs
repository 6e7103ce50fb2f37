//! Half a year of ordinary life for each person: wages, rent, shopping, family, instalments.
//!
//! Everything follows from the first day and a fixed pseudo-random sequence, so two seedings of the
//! same days book the same fen.

use kit::{
    clock::{DAY, HOUR, MINUTE, Ms, date_of, day_bounds},
    money::Money,
};

use super::{
    people::DemoPerson,
    shops::{BILLS, ELDER, FAMILY, Shop, YOUNG},
    uuid,
};
use crate::{
    embedded::{CounterBooking, Internal, Side},
    types::{AccountKind, EntryKind},
};

/// The number of a person's first booking; account ids use the numbers below.
pub(super) const FIRST: u32 = 1_000;
/// Days of history.
const DAYS: i64 = 182;

/// How a person lives.
struct Life {
    opening: i64,
    employer: &'static str,
    wage_memo: &'static str,
    wage: i64,
    wage_day: i8,
    shops: &'static [Shop],
    /// Out of ten days, on how many something is bought.
    busy: u64,
}

fn life(index: u32) -> Life {
    let (opening, employer, wage, wage_day, shops, busy): (_, _, _, _, &'static [Shop], _) = match index {
        1 => (18_640_000, "杭州市社会保险管理服务中心", 428_650, 15, &ELDER, 8),
        2 => (9_230_000, "杭州钱江机械有限公司", 1_482_000, 10, &FAMILY, 7),
        3 => (4_115_000, "上海云桥软件有限公司", 1_865_000, 5, &YOUNG, 10),
        4 => (26_880_000, "宁波港信贸易有限公司", 2_630_000, 8, &FAMILY, 8),
        _ => (2_360_000, "上海明德教育咨询有限公司", 920_000, 12, &YOUNG, 9),
    };
    let wage_memo = if index == 1 { "养老金" } else { "工资" };
    Life {
        opening,
        employer,
        wage_memo,
        wage,
        wage_day,
        shops,
        busy,
    }
}

/// The instant of the first booking for a history that ends yesterday.
pub(super) fn beginning(now: Ms) -> Ms {
    day_bounds(date_of(now - DAYS * DAY)).0 + 9 * HOUR
}

/// All bookings, oldest first; `first` is the instant of the first one.
pub(super) fn of(people: &[DemoPerson], first: Ms) -> Vec<CounterBooking> {
    let first_day = day_bounds(date_of(first)).0;
    let mut all = Vec::new();
    for person in people {
        Teller {
            person,
            dice: Dice(u64::from(person.index)),
            number: FIRST,
            out: &mut all,
        }
        .live(people, first_day);
    }
    // Ids break ties, so that the order never depends on the sort.
    all.sort_by_key(|b| (b.at, b.id));
    all
}

/// `SplitMix64`: small, fixed for ever, and not for secrets.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// `low ..= high`.
    fn between(&mut self, low: i64, high: i64) -> i64 {
        let span = u64::try_from(high - low + 1).unwrap_or(1).max(1);
        low + i64::try_from(self.next() % span).unwrap_or(0)
    }
}

/// Writes one person's bookings.
struct Teller<'a> {
    person: &'a DemoPerson,
    dice: Dice,
    number: u32,
    out: &'a mut Vec<CounterBooking>,
}

impl Teller<'_> {
    fn live(mut self, people: &[DemoPerson], first_day: Ms) {
        let life = life(self.person.index);
        self.book(
            first_day + 9 * HOUR,
            cash("现金存入"),
            self.card(),
            life.opening,
            Kind(EntryKind::Deposit, "存现", "杭州市分行营业部"),
        );
        self.endow(first_day);
        for day in 0..DAYS {
            let start = first_day + day * DAY;
            let date = date_of(start);
            if date.day() == life.wage_day {
                let from = outside(Internal::Clearing, life.employer);
                self.book(
                    start + 10 * HOUR,
                    from,
                    self.card(),
                    life.wage,
                    Kind(EntryKind::Transfer, life.wage_memo, ""),
                );
            }
            if date.day() == 21 && date.month() % 3 == 0 {
                let fen = self.dice.between(600, 9_800);
                let from = outside(Internal::Income, "微柜银行");
                self.book(
                    start + 2 * HOUR,
                    from,
                    self.card(),
                    fen,
                    Kind(EntryKind::Interest, "活期结息", ""),
                );
            }
            self.monthly(people, start, date.day());
            self.bills(start, date.day());
            self.shop(&life, start);
        }
    }

    /// Term deposits are filled, loans paid out.
    fn endow(&mut self, first_day: Ms) {
        for account in &self.person.accounts {
            let number = Side::Number(account.account_no.clone());
            match account.kind {
                AccountKind::Term => {
                    let fen = if self.person.index == 1 {
                        10_000_000
                    } else {
                        5_000_000
                    };
                    self.book(
                        first_day + 10 * HOUR,
                        self.card(),
                        number,
                        fen,
                        Kind(EntryKind::Transfer, "转存定期", ""),
                    );
                }
                AccountKind::Loan => {
                    let to = outside(Internal::Lending, "杭州滨江置业有限公司");
                    let fen = account.credit_line_fen;
                    self.book(
                        first_day + 11 * HOUR,
                        number,
                        to,
                        fen,
                        Kind(EntryKind::Payment, "个人住房贷款发放", ""),
                    );
                }
                AccountKind::Demand | AccountKind::Credit | AccountKind::Wealth => {}
            }
        }
    }

    fn monthly(&mut self, people: &[DemoPerson], start: Ms, day: i8) {
        let transfer = |memo| Kind(EntryKind::Transfer, memo, "");
        match (self.person.index, day) {
            (2, 20) => {
                if let Some(loan) = self.own(AccountKind::Loan) {
                    self.book(
                        start + 6 * HOUR,
                        self.card(),
                        loan,
                        241_277,
                        transfer("住房贷款还本"),
                    );
                }
                let bank = outside(Internal::Income, "微柜银行");
                let interest = Kind(EntryKind::Payment, "住房贷款利息", "");
                self.book(start + 6 * HOUR, self.card(), bank, 181_333, interest);
            }
            (2, 12) => {
                if let Some(mother) = people.iter().find(|p| p.index == 1) {
                    let to = Side::Number(mother.card_no.clone());
                    self.book(start + 20 * HOUR, self.card(), to, 100_000, transfer("生活费"));
                }
            }
            (3 | 5, 1) => {
                let landlord = outside(Internal::Clearing, "刘房东");
                let rent = if self.person.index == 3 { 380_000 } else { 260_000 };
                self.book(start + 9 * HOUR, self.card(), landlord, rent, transfer("房租"));
            }
            (3 | 4, 25) => {
                if let Some(credit) = self.own(AccountKind::Credit) {
                    let fen = self.dice.between(40_000, 90_000);
                    self.book(
                        start + 12 * HOUR,
                        self.card(),
                        credit,
                        fen,
                        transfer("信用卡还款"),
                    );
                }
            }
            (1, 3 | 18) => {
                let fen = self.dice.between(3, 12) * 10_000;
                let atm = Kind(EntryKind::Withdrawal, "ATM 取现", "杭州市上城区庆春路自助银行");
                self.book(start + 9 * HOUR, self.card(), cash("现金取出"), fen, atm);
            }
            _ => {}
        }
    }

    fn bills(&mut self, start: Ms, day: i8) {
        for (_, bill) in BILLS.iter().filter(|(due, _)| *due == day) {
            let fen = self.price(bill);
            let to = outside(Internal::Clearing, bill.name);
            self.book(
                start + 7 * HOUR,
                self.card(),
                to,
                fen,
                Kind(EntryKind::Payment, bill.memo, bill.place),
            );
        }
    }

    fn own(&self, kind: AccountKind) -> Option<Side> {
        let account = self.person.accounts.iter().find(|a| a.kind == kind)?;
        Some(Side::Number(account.account_no.clone()))
    }

    fn shop(&mut self, life: &Life, start: Ms) {
        if self.dice.next() % 10 >= life.busy {
            return;
        }
        let at = usize::try_from(self.dice.next()).unwrap_or(0) % life.shops.len().max(1);
        let Some(shop) = life.shops.get(at).copied() else {
            return;
        };
        let fen = self.price(&shop);
        let when = start + 8 * HOUR + self.dice.between(0, 13 * 60) * MINUTE;
        let credit = self
            .person
            .accounts
            .iter()
            .find(|a| a.kind == AccountKind::Credit);
        // Who has a credit card pays with it every third time.
        let payer = match credit {
            Some(card) if self.dice.next().is_multiple_of(3) => Side::Number(card.account_no.clone()),
            _ => self.card(),
        };
        let till = outside(Internal::Clearing, shop.name);
        self.book(
            when,
            payer.clone(),
            till.clone(),
            fen,
            Kind(EntryKind::Payment, shop.memo, shop.place),
        );
        if self.dice.next().is_multiple_of(29) {
            self.book(
                when + 2 * HOUR,
                till,
                payer,
                fen,
                Kind(EntryKind::Refund, "退款", shop.place),
            );
        }
    }

    fn price(&mut self, shop: &Shop) -> i64 {
        self.dice.between(shop.least / shop.step, shop.most / shop.step) * shop.step
    }

    fn card(&self) -> Side {
        Side::Number(self.person.card_no.clone())
    }

    fn book(&mut self, at: Ms, debit: Side, credit: Side, fen: i64, kind: Kind) {
        let Kind(kind, memo, place) = kind;
        self.out.push(CounterBooking {
            id: uuid(self.person.index, self.number),
            debit,
            credit,
            amount: Money::cny(fen),
            kind,
            memo: memo.to_owned(),
            place: (!place.is_empty()).then(|| place.to_owned()),
            at,
        });
        self.number += 1;
    }
}

/// What a booking is, its memo and its place (empty: none).
#[derive(Clone, Copy)]
struct Kind(EntryKind, &'static str, &'static str);

fn outside(through: Internal, name: &str) -> Side {
    Side::Outside {
        through,
        name: name.to_owned(),
        number: String::new(),
    }
}

fn cash(name: &str) -> Side {
    outside(Internal::Cash, name)
}
