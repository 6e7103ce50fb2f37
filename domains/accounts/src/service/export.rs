//! Statements as files, and the public check of the code printed on them.

use audit::{Actor, Entry};
use corebank::{CoreEntry, EntryQuery};
use identity::{Customer, mask};
use kit::clock::day_bounds;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::sync::mpsc;

use super::Accounts;
use crate::{
    document::{
        excel, pdf,
        slip::{self, Slip},
    },
    error::Error,
    model::{
        account::{AccountId, OwnAccount},
        statement::{Head, ROWS_EXCEL, ROWS_PDF, Range, StatementCheck, Totals},
    },
    store::{self, Issued},
};

/// Rows that travel from the core to the file at a time.
const BATCH: u32 = 500;
/// Batches that may wait for the file; more and the core is not asked further.
const AHEAD: usize = 2;

/// Which file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Excel,
    Pdf,
}

impl Format {
    pub(crate) const fn extension(self) -> &'static str {
        match self {
            Self::Excel => "xlsx",
            Self::Pdf => "pdf",
        }
    }
}

/// A finished statement.
pub(crate) struct Export {
    /// Without a name in any folder: it goes when it is closed.
    pub(crate) file: std::fs::File,
    pub(crate) format: Format,
    pub(crate) range: Range,
    /// As printed in it.
    pub(crate) code: String,
}

/// What is kept of an issued statement, sealed.
#[derive(Serialize, Deserialize)]
struct Summary {
    account_masked: String,
    totals: Totals,
}

impl Accounts {
    pub(crate) async fn export(
        &self,
        who: &Customer,
        id: AccountId,
        (from, to): (&str, &str),
        format: Format,
    ) -> Result<Export, Error> {
        let account = self.own_for(who, "accounts.export", id).await?;
        let range = Range::parse(from, to, self.cx.clock.today())?;
        let head = self.head(who, &account, range).await?;
        let (file, totals) = match format {
            Format::Excel => self.write_excel(&account, &head).await?,
            Format::Pdf => self.write_pdf(&account, &head).await?,
        };
        self.issue(&account, &head, totals, format).await?;
        Ok(Export {
            file,
            format,
            range,
            code: head.code,
        })
    }

    /// Who asks with a code learns what was issued under it, masked.
    pub(crate) async fn check_statement(&self, code: &str) -> Result<StatementCheck, Error> {
        let checked = self.checks.check("statement");
        checked.map_err(|wait| Error::TooManyChecks {
            retry_after: wait.seconds(),
        })?;
        let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
        let idx = self.code_idx(&digits);
        let Some(issued) = self
            .cx
            .db
            .glance(async |c| store::statement(c, &idx).await)
            .await?
        else {
            return Ok(StatementCheck::default());
        };
        let json = self.cx.vault.open(&aad(issued.id), &issued.summary)?;
        let summary: Summary = serde_json::from_str(&json).map_err(|_| Error::Row("statement summary"))?;
        Ok(StatementCheck {
            valid: true,
            account_masked: Some(summary.account_masked),
            from: Some(issued.from.to_string()),
            to: Some(issued.to.to_string()),
            entries: Some(summary.totals.entries),
            in_fen: Some(summary.totals.income),
            out_fen: Some(summary.totals.spent),
            issued_at: Some(issued.at),
        })
    }

    /// A slip of one page, e.g. the receipt of a payment, as a PDF document.
    pub async fn slip(&self, slip: Slip) -> Result<Vec<u8>, Error> {
        let (settings, fonts) = (self.settings.clone(), self.fonts.clone());
        let drawn = tokio::task::spawn_blocking(move || {
            let base = settings.public_url.trim_end_matches('/');
            let url = format!("{base}{}", slip.verify_path);
            slip::write(&settings.bank_name, &url, &slip, &fonts.get()?)
        });
        drawn.await.map_err(|e| Error::Document(e.to_string()))?
    }

    async fn head(&self, who: &Customer, account: &OwnAccount, range: Range) -> Result<Head, Error> {
        let code = self.cx.random.digits(16);
        let base = self.settings.public_url.trim_end_matches('/');
        Ok(Head {
            bank: self.settings.bank_name.clone(),
            holder_masked: mask::name(&self.identity.name_of(who.id).await?),
            account_masked: account.no_masked.clone(),
            product: account.product.clone(),
            range,
            issued_at: self.cx.clock.now(),
            verify_url: format!("{base}/h5/verify?code={code}"),
            code,
        })
    }

    /// Rows go from the core to the file in batches; neither side holds them all.
    async fn write_excel(&self, account: &OwnAccount, head: &Head) -> Result<(std::fs::File, Totals), Error> {
        let (rows, for_file) = mpsc::channel(AHEAD);
        let for_head = head.clone();
        let writer = tokio::task::spawn_blocking(move || excel::write(&for_head, for_file));
        let fed = self.feed(Walk::new(account, head.range, ROWS_EXCEL), &rows).await;
        drop(rows);
        let written = writer.await.map_err(|e| Error::Document(e.to_string()))?;
        fed?;
        written
    }

    async fn feed(&self, mut walk: Walk, rows: &mpsc::Sender<Vec<CoreEntry>>) -> Result<(), Error> {
        while let Some(batch) = self.step(&mut walk).await? {
            if rows.send(batch).await.is_err() {
                // The writer has failed; it says why itself.
                return Ok(());
            }
        }
        Ok(())
    }

    /// Pages are numbered "of how many", so all rows are there before the first page is drawn.
    async fn write_pdf(&self, account: &OwnAccount, head: &Head) -> Result<(std::fs::File, Totals), Error> {
        let mut walk = Walk::new(account, head.range, ROWS_PDF);
        let mut all: Vec<CoreEntry> = Vec::new();
        while let Some(batch) = self.step(&mut walk).await? {
            all.extend(batch);
        }
        let (head, fonts) = (head.clone(), self.fonts.clone());
        let drawn = tokio::task::spawn_blocking(move || pdf::write(&head, &fonts.get()?, &all)).await;
        drawn.map_err(|e| Error::Document(e.to_string()))?
    }

    async fn step(&self, walk: &mut Walk) -> Result<Option<Vec<CoreEntry>>, Error> {
        if walk.ended {
            return Ok(None);
        }
        let page = self.ask(&walk.query).await?;
        walk.count += page.items.len();
        if walk.count > walk.most {
            return Err(Error::TooLong);
        }
        walk.ended = page.next.is_none();
        walk.query.cursor = page.next;
        Ok(Some(page.items))
    }

    async fn issue(
        &self,
        account: &OwnAccount,
        head: &Head,
        totals: Totals,
        format: Format,
    ) -> Result<(), Error> {
        let id: uuid::Uuid = self.cx.ids.make();
        let summary = Summary {
            account_masked: head.account_masked.clone(),
            totals,
        };
        let json = serde_json::to_string(&summary).map_err(|_| Error::Row("statement summary"))?;
        let issued = Issued {
            id,
            account: account.id,
            from: head.range.from,
            to: head.range.to,
            summary: self.cx.vault.seal(&aad(id), &json),
            at: head.issued_at,
        };
        let (this, customer, idx) = (self.clone(), account.customer, self.code_idx(&head.code));
        self.cx
            .db
            .tx(async move |c| {
                store::insert_statement(c, &issued, &idx, customer, format.extension()).await?;
                let entry = Entry {
                    actor: Actor::Customer(customer.to_string()),
                    action: "account.export",
                    subject: format!("account:{}", issued.account),
                    result: "ok",
                    detail: json!({"statement": id, "format": format.extension(), "entries": totals.entries}),
                };
                Ok(audit::note(c, &this.cx, entry).await?)
            })
            .await
    }

    fn code_idx(&self, digits: &str) -> String {
        self.cx.vault.index("accounts.statement_code", digits)
    }
}

/// A walk over the entries of a range, newest first.
struct Walk {
    query: EntryQuery,
    most: usize,
    count: usize,
    ended: bool,
}

impl Walk {
    fn new(account: &OwnAccount, range: Range, most: usize) -> Self {
        let query = EntryQuery {
            from: Some(day_bounds(range.from).0),
            to: Some(day_bounds(range.to).1),
            ..EntryQuery::all(account.account_no.clone(), BATCH)
        };
        Self {
            query,
            most,
            count: 0,
            ended: false,
        }
    }
}

fn aad(id: uuid::Uuid) -> String {
    format!("accounts_statement.summary|{id}")
}
