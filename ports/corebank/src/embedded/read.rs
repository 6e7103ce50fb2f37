//! Questions: who is this, what is there, what happened.

use std::collections::BTreeMap;

use kit::{crypto, db::Conn, money::Money};
use uuid::Uuid;
use weigui_ledger::{self as ledger, Entry, EntryFilter, Position};

use super::{
    EmbeddedCore, Fail,
    books::Books,
    codes::code_of,
    moves::{account_id, party, reference_of, spends, stops_credit},
    secret::{self, Detail},
    store::{self, AccountRow, CustomerRow},
};
use crate::{
    answer::RefusalCode,
    types::{
        AccountKind, Balance, CoreAccount, CoreCustomer, CoreEntry, Direction, EntryKind, EntryPage,
        EntryQuery, Payee, PayeeStatus, Restriction, RestrictionKind, RestrictionSource, VerifyCustomer,
    },
};

/// The longest page a caller gets.
const PAGE: u32 = 500;
/// How many rows a text filter reads for one page before it hands back what it has.
const SCAN: usize = 2_000;

impl EmbeddedCore {
    pub(super) async fn verify_inner(&self, ask: &VerifyCustomer) -> Result<CoreCustomer, Fail> {
        let mismatch = Fail::Refused(RefusalCode::CustomerMismatch);
        let (id_ix, card_ix) = (
            secret::id_ix(&self.vault, &ask.id_no),
            secret::number_ix(&self.vault, &ask.card_no),
        );
        let (row, account) = self
            .db
            .read(async |c| {
                let row = store::customer_by_id_no(c, &id_ix).await?;
                let account = store::account_by_no(c, &card_ix).await?;
                Ok::<_, Fail>((row, account))
            })
            .await?;
        let (Some(row), Some(account)) = (row, account) else {
            return Err(mismatch);
        };
        let customer = self.customer_of(&row)?;
        // All three are compared always, so that time does not tell which one is wrong.
        let fits = [
            crypto::same(customer.name.as_bytes(), ask.name.as_bytes()),
            crypto::same(customer.phone.as_bytes(), ask.phone.as_bytes()),
            account.customer_id == row.id,
        ];
        if fits.contains(&false) {
            Err(mismatch)
        } else {
            Ok(customer)
        }
    }

    pub(super) async fn customer_inner(&self, customer_no: &str) -> Result<CoreCustomer, Fail> {
        let ix = secret::customer_ix(&self.vault, customer_no);
        let row = self
            .db
            .glance(async |c| Ok::<_, Fail>(store::customer_by_no(c, &ix).await?))
            .await?;
        self.customer_of(&row.ok_or(Fail::Refused(RefusalCode::CustomerNotFound))?)
    }

    fn customer_of(&self, row: &CustomerRow) -> Result<CoreCustomer, Fail> {
        Ok(CoreCustomer {
            customer_no: secret::open(
                &self.vault,
                "core_customer.customer_no",
                &row.id,
                &row.customer_no,
            )?,
            name: secret::open(&self.vault, "core_customer.name", &row.id, &row.name)?,
            id_no: secret::open(&self.vault, "core_customer.id_no", &row.id, &row.id_no)?,
            phone: secret::open(&self.vault, "core_customer.phone", &row.id, &row.phone)?,
        })
    }

    pub(super) async fn accounts_inner(&self, customer_no: &str) -> Result<Vec<CoreAccount>, Fail> {
        let ix = secret::customer_ix(&self.vault, customer_no);
        self.db
            .read(async |c| {
                let customer = store::customer_by_no(c, &ix).await?;
                let customer = customer.ok_or(Fail::Refused(RefusalCode::CustomerNotFound))?;
                let mut out = Vec::new();
                for row in store::accounts_of(c, &customer.id).await? {
                    out.push(self.account_of(c, row).await?);
                }
                Ok(out)
            })
            .await
    }

    async fn account_of(&self, c: &mut Conn, row: AccountRow) -> Result<CoreAccount, Fail> {
        let books = ledger::account(&mut Books(c), &account_id(&row.id)?).await?;
        let restrictions = store::restrictions(c, &row.id)
            .await?
            .into_iter()
            .map(restriction_of);
        let card_no = row.card_no.as_deref();
        Ok(CoreAccount {
            account_no: secret::open(&self.vault, "core_account.account_no", &row.id, &row.account_no)?,
            card_no: card_no
                .map(|no| secret::open(&self.vault, "core_account.card_no", &row.id, no))
                .transpose()?,
            kind: AccountKind::parse(&row.kind).ok_or(Fail::Row("account kind"))?,
            product_name: row.product,
            ccy: row.ccy,
            restrictions: restrictions.collect::<Result<_, _>>()?,
            opened_on: row.opened_on,
            closed: books.is_none_or(|b| b.closed),
        })
    }

    pub(super) async fn balance_inner(&self, account_no: &str) -> Result<Balance, Fail> {
        let (ix, as_of) = (secret::number_ix(&self.vault, account_no), self.clock.now());
        self.db
            .glances(async |c| {
                let row = store::account_by_no(c, &ix).await?;
                let row = row.ok_or(Fail::Refused(RefusalCode::AccountNotFound))?;
                let books = ledger::account(&mut Books(c), &account_id(&row.id)?).await?;
                let books = books.ok_or(Fail::Row("account without books"))?;
                let available = books.available().filter(|_| spends(&row.kind)).unwrap_or(0);
                Ok(Balance {
                    posted: Money::cny(books.posted),
                    held: Money::cny(books.held),
                    available: Money::cny(i64::try_from(available).map_err(|_| Fail::Row("available"))?),
                    credit_limit: Money::cny(if spends(&row.kind) { books.credit_line } else { 0 }),
                    version: books.version,
                    as_of,
                })
            })
            .await
    }

    pub(super) async fn payee_inner(&self, no: &str) -> Result<Payee, Fail> {
        let ix = secret::number_ix(&self.vault, no);
        self.db
            .glances(async |c| {
                let row = store::account_by_no(c, &ix).await?;
                let row = row.ok_or(Fail::Refused(RefusalCode::PayeeNotFound))?;
                let party = party(c, &self.vault, &row).await?;
                let blocked = stops_credit(c, &row.id).await?;
                let status = if blocked {
                    PayeeStatus::Blocked
                } else {
                    PayeeStatus::Ready
                };
                Ok(Payee {
                    account_no: party.number,
                    name: party.name,
                    status,
                })
            })
            .await
    }

    pub(super) async fn entries_inner(&self, query: &EntryQuery) -> Result<EntryPage, Fail> {
        let ix = secret::number_ix(&self.vault, &query.account_no);
        let before = query.cursor.as_deref().map(position).transpose()?;
        self.db
            .read(async |c| {
                let row = store::account_by_no(c, &ix).await?;
                let row = row.ok_or(Fail::Refused(RefusalCode::AccountNotFound))?;
                let account = account_id(&row.id)?;
                self.page(c, filter(query, account, before), query).await
            })
            .await
    }

    /// Reads on until the page is full, the history ends or enough was scanned.
    async fn page(
        &self,
        c: &mut Conn,
        mut filter: EntryFilter,
        query: &EntryQuery,
    ) -> Result<EntryPage, Fail> {
        let limit = usize::try_from(query.limit.clamp(1, PAGE)).unwrap_or(1);
        let text = query
            .counterparty
            .as_deref()
            .map(str::trim)
            .filter(|t| !t.is_empty());
        let (mut items, mut scanned) = (Vec::new(), 0);
        loop {
            let rows = ledger::entries(&mut Books(c), &filter).await?;
            let ended = i64::try_from(rows.len()).unwrap_or(i64::MAX) < filter.limit;
            scanned += rows.len();
            let details = self.details(c, &rows).await?;
            for (row, detail) in rows.iter().zip(details) {
                if items.len() == limit {
                    return Ok(EntryPage {
                        items,
                        next: filter.before.map(cursor),
                    });
                }
                filter.before = Some(Position {
                    at: row.at,
                    seq: row.seq,
                });
                let entry = entry_of(row, detail)?;
                let kind_fits = query.kinds.is_empty() || query.kinds.contains(&entry.kind);
                if kind_fits && text.is_none_or(|t| mentions(&entry, t)) {
                    items.push(entry);
                }
            }
            if ended {
                return Ok(EntryPage { items, next: None });
            }
            if scanned >= SCAN {
                return Ok(EntryPage {
                    items,
                    next: filter.before.map(cursor),
                });
            }
        }
    }

    /// The sealed part of each entry, in the entries' order.
    pub(super) async fn details(&self, c: &mut Conn, rows: &[Entry]) -> Result<Vec<Option<Detail>>, Fail> {
        let ids: Vec<&str> = rows.iter().map(|e| e.transfer.as_str()).collect();
        let found: BTreeMap<String, String> = store::postings(c, &ids).await?.into_iter().collect();
        let open = |id: &str| found.get(id).map(|sealed| Detail::open(&self.vault, id, sealed));
        ids.into_iter().map(|id| open(id).transpose()).collect()
    }

    pub(super) async fn health_inner(&self) -> Result<(), Fail> {
        self.db.read(async |c| Ok::<_, Fail>(store::ping(c).await?)).await
    }
}

fn filter(query: &EntryQuery, account: ledger::AccountId, before: Option<Position>) -> EntryFilter {
    // One kind is a column of the index row; several are few enough to sift afterwards.
    let code = match query.kinds.as_slice() {
        [one] => Some(code_of(*one)),
        _ => None,
    };
    EntryFilter {
        account,
        from: query.from,
        to: query.to,
        code,
        direction: query.direction.map(|d| match d {
            Direction::In => ledger::Direction::In,
            Direction::Out => ledger::Direction::Out,
        }),
        min: query.min,
        max: query.max,
        before,
        limit: i64::from(query.limit.clamp(1, PAGE)) + 1,
    }
}

pub(super) fn entry_of(row: &Entry, detail: Option<Detail>) -> Result<CoreEntry, Fail> {
    let id: Uuid = row
        .transfer
        .as_str()
        .parse()
        .map_err(|_| Fail::Row("transfer id"))?;
    let kind = EntryKind::ALL
        .into_iter()
        .find(|k| code_of(*k) == row.code)
        .ok_or(Fail::Row("posting code"))?;
    let date = |day: &ledger::Day| day.as_str().parse().map_err(|_| Fail::Row("date of an entry"));
    let other = detail.as_ref().map(|d| d.other(row.account.as_str()));
    let full = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    Ok(CoreEntry {
        id: id.to_string(),
        at: row.at,
        business_date: date(&row.business_date)?,
        value_date: date(&row.value_date)?,
        kind,
        amount: Money::cny(row.amount),
        balance_after: Money::cny(row.balance_after),
        counterparty_name: other.and_then(|o| full(&o.name)),
        counterparty_no: other.and_then(|o| full(&o.number)),
        place: detail.as_ref().and_then(|d| d.place.clone()),
        memo: detail.map(|d| d.memo).unwrap_or_default(),
        reference: reference_of(id, row.at),
    })
}

fn mentions(entry: &CoreEntry, text: &str) -> bool {
    let within = |field: Option<&str>| field.is_some_and(|f| f.contains(text));
    within(entry.counterparty_name.as_deref())
        || within(Some(&entry.memo))
        || within(entry.place.as_deref())
        || entry
            .counterparty_no
            .as_deref()
            .is_some_and(|no| text.len() >= 4 && no.ends_with(text))
}

fn restriction_of((kind, source, since): (String, String, i64)) -> Result<Restriction, Fail> {
    let kind = RestrictionKind::parse(&kind).ok_or(Fail::Row("restriction kind"))?;
    let source = RestrictionSource::parse(&source).ok_or(Fail::Row("restriction source"))?;
    Ok(Restriction { kind, source, since })
}

fn cursor(at: Position) -> String {
    format!("{}.{}", at.at, at.seq)
}

fn position(cursor: &str) -> Result<Position, Fail> {
    let parts = cursor
        .split_once('.')
        .and_then(|(at, seq)| Some((at.parse().ok()?, seq.parse().ok()?)));
    parts
        .map(|(at, seq)| Position { at, seq })
        .ok_or(Fail::Refused(RefusalCode::BadRequest))
}
