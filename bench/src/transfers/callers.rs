//! The callers: each with a connection of its own and its next transfer as soon as the last is answered, always for
//! another customer, so that nobody's limits of a day are reached.

use super::customers::{Customer, DEVICE, PASSWORD, PASSWORD_FROM};
use crate::load::Line;
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Where nothing else is asked for.
pub(crate) const CALLERS: usize = 64;
/// Transfers of one customer in a run: below the fifty a day of the limits as delivered.
pub(crate) const EACH: usize = 45;
/// Payees of one customer, so that most payments go to somebody who was paid before.
const PAYEES: usize = 5;
/// Between two payees of a customer, so that callers who work at the same time don't share accounts.
const STRIDE: usize = 131;

/// Customers and how far they have been used.
pub(crate) struct Book {
    customers: Vec<Customer>,
    next: AtomicUsize,
    /// At once.
    callers: usize,
}

/// A draft that waits to be authorised.
pub(crate) struct Draft {
    number: usize,
    id: String,
    challenge: String,
}

/// What is measured.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// One request: the customer has confirmed, and the policy asks for no proof.
    AtOnce,
    /// Draft and authorisation, nothing to prove.
    Whole,
    /// The same with the payment password.
    Password,
}

/// What a phase saw. Microseconds, sorted.
#[derive(Default)]
pub(crate) struct Seen {
    pub(crate) drafts: Vec<u32>,
    pub(crate) authorisations: Vec<u32>,
    /// Both together, where they follow each other.
    pub(crate) transfers: Vec<u32>,
    pub(crate) took: Duration,
}

impl Seen {
    pub(crate) fn count(&self) -> u64 {
        u64::try_from(self.authorisations.len()).unwrap_or(u64::MAX)
    }

    pub(crate) fn rate(&self) -> u64 {
        let millis = u64::try_from(self.took.as_millis()).unwrap_or(u64::MAX).max(1);
        self.count() * 1000 / millis
    }

    fn add(&mut self, other: Self) {
        self.drafts.extend(other.drafts);
        self.authorisations.extend(other.authorisations);
        self.transfers.extend(other.transfers);
    }

    fn sorted(mut self, took: Duration) -> Self {
        for list in [&mut self.drafts, &mut self.authorisations, &mut self.transfers] {
            list.sort_unstable();
        }
        self.took = took;
        self
    }
}

impl Book {
    pub(crate) fn new(customers: Vec<Customer>, callers: usize) -> Self {
        Self {
            customers,
            next: AtomicUsize::new(0),
            callers,
        }
    }

    /// The number of a transfer that was never asked for.
    fn number(&self) -> Result<usize> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        ensure!(
            number < self.customers.len() * EACH,
            "every customer has paid {EACH} times: more --customers, or less --cell-ms"
        );
        Ok(number)
    }

    fn payer(&self, number: usize) -> Result<&Customer> {
        let at = number % self.customers.len();
        self.customers.get(at).context("no customers")
    }

    fn payee(&self, number: usize) -> Result<&Customer> {
        let turn = number / self.customers.len();
        let at = (number + 1 + turn % PAYEES * STRIDE) % self.customers.len();
        self.customers.get(at).context("no customers")
    }

    fn draft_request(&self, number: usize, way: Way) -> Result<Vec<u8>> {
        let (from, to) = (self.payer(number)?, self.payee(number)?);
        let fen = match way {
            Way::AtOnce | Way::Whole => 100 + i64::try_from(number % 300)?,
            Way::Password => PASSWORD_FROM,
        };
        let form = json!({
            "from_account_id": from.account, "to_no": to.card_no, "to_name": to.name, "amount_fen": fen,
            "confirmed": way == Way::AtOnce,
        });
        Ok(post("/api/transfers", from, number, &form))
    }

    fn authorise_request(&self, draft: &Draft, way: Way) -> Result<Vec<u8>> {
        let mut proof = json!({ "challenge_id": draft.challenge });
        if way == Way::Password {
            proof = json!({ "challenge_id": draft.challenge, "password": PASSWORD });
        }
        let path = format!("/api/transfers/{}/authorise", draft.id);
        Ok(post(&path, self.payer(draft.number)?, draft.number, &proof))
    }
}

/// A caller's line to the bank.
struct Caller {
    book: Arc<Book>,
    line: Line,
    seen: Seen,
}

impl Caller {
    async fn at_once(&mut self) -> Result<()> {
        let request = self.book.draft_request(self.book.number()?, Way::AtOnce)?;
        let begun = Instant::now();
        let (status, body) = self.line.ask(&request).await?;
        self.seen.authorisations.push(micros(begun));
        let text = String::from_utf8_lossy(body);
        let booked = status == 201 && text.contains("\"state\":\"succeeded\"");
        ensure!(booked, "a transfer at once: {status} {text}");
        Ok(())
    }

    async fn draft(&mut self, way: Way) -> Result<Draft> {
        let number = self.book.number()?;
        let request = self.book.draft_request(number, way)?;
        let begun = Instant::now();
        let (status, body) = self.line.ask(&request).await?;
        self.seen.drafts.push(micros(begun));
        ensure!(
            status == 201,
            "a draft: {status} {}",
            String::from_utf8_lossy(body)
        );
        let made: Value = serde_json::from_slice(body)?;
        let text = |pointer: &str| made.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        Ok(Draft {
            number,
            id: text("/id").context("a draft without an id")?,
            challenge: text("/challenge/id").context("a draft without a challenge")?,
        })
    }

    async fn authorise(&mut self, draft: &Draft, way: Way) -> Result<()> {
        let request = self.book.authorise_request(draft, way)?;
        let begun = Instant::now();
        let (status, body) = self.line.ask(&request).await?;
        self.seen.authorisations.push(micros(begun));
        let text = String::from_utf8_lossy(body);
        let booked = status == 200 && text.contains("\"state\":\"succeeded\"");
        ensure!(booked, "an authorisation: {status} {text}");
        Ok(())
    }
}

/// Drafts that wait, shared by all callers.
pub(crate) type Drafts = Arc<Mutex<VecDeque<Draft>>>;

/// What every caller does.
#[derive(Clone)]
enum Work {
    Transfers(Way, Instant),
    /// Fills the list up to so many.
    Drafts(Drafts, usize),
    /// Until then, or until none is left.
    Authorisations(Drafts, Instant),
}

impl Caller {
    async fn does(&mut self, work: &Work) -> Result<()> {
        match work {
            Work::Transfers(way, until) => {
                while Instant::now() < *until {
                    if *way == Way::AtOnce {
                        self.at_once().await?;
                        continue;
                    }
                    let begun = Instant::now();
                    let draft = self.draft(*way).await?;
                    self.authorise(&draft, *way).await?;
                    self.seen.transfers.push(micros(begun));
                }
            }
            Work::Drafts(list, wanted) => {
                while open(list).len() < *wanted {
                    let draft = self.draft(Way::Whole).await?;
                    open(list).push_back(draft);
                }
            }
            Work::Authorisations(list, until) => {
                while Instant::now() < *until {
                    let next = open(list).pop_front();
                    let Some(draft) = next else { break };
                    self.authorise(&draft, Way::Whole).await?;
                }
            }
        }
        Ok(())
    }
}

fn open(list: &Drafts) -> MutexGuard<'_, VecDeque<Draft>> {
    list.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whole transfers for so long.
pub(crate) async fn transfers(book: &Arc<Book>, port: u16, way: Way, time: Duration) -> Result<Seen> {
    all_at_once(book, port, Work::Transfers(way, Instant::now() + time)).await
}

/// Drafts, for [`authorisations`].
pub(crate) async fn drafts(book: &Arc<Book>, port: u16, wanted: usize) -> Result<Drafts> {
    let list = Drafts::default();
    all_at_once(book, port, Work::Drafts(Arc::clone(&list), wanted)).await?;
    Ok(list)
}

/// The authorising step alone, for so long or until no draft is left.
pub(crate) async fn authorisations(
    book: &Arc<Book>,
    port: u16,
    drafts: Drafts,
    time: Duration,
) -> Result<Seen> {
    all_at_once(book, port, Work::Authorisations(drafts, Instant::now() + time)).await
}

async fn all_at_once(book: &Arc<Book>, port: u16, work: Work) -> Result<Seen> {
    let begun = Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..book.callers {
        let (book, work) = (Arc::clone(book), work.clone());
        tasks.spawn(async move {
            let mut caller = Caller {
                book,
                line: Line::open(port).await?,
                seen: Seen::default(),
            };
            caller.does(&work).await?;
            anyhow::Ok(caller.seen)
        });
    }
    let mut all = Seen::default();
    while let Some(done) = tasks.join_next().await {
        all.add(done??);
    }
    Ok(all.sorted(begun.elapsed()))
}

fn micros(since: Instant) -> u32 {
    u32::try_from(since.elapsed().as_micros()).unwrap_or(u32::MAX)
}

fn post(path: &str, who: &Customer, number: usize, body: &Value) -> Vec<u8> {
    let body = body.to_string();
    format!(
        "POST {path} HTTP/1.1\r\nHost: bench\r\nUser-Agent: {DEVICE}\r\nCookie: {}\r\nIdempotency-Key: bench-{number:08}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        who.cookie,
        body.len()
    )
    .into_bytes()
}
