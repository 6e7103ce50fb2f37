//! The counter of the reference core: opening customers and accounts, and booking what did not come
//! through the port (cash, card payments, interest). Used by the demo and by tests; repeatable,
//! because every row's id is given by the caller.

use jiff::civil::Date;
use kit::{clock::Ms, db::Conn, money::Money};
use uuid::Uuid;
use weigui_ledger::{self as ledger, Action, Opened, Order, Outcome, When};

use super::{
    EmbeddedCore, Fail,
    books::Books,
    codes::{code_of, refusal_of},
    moves::{account_id, day, party, reference_of, transfer_id},
    secret::{self, Detail, Party},
    store::{self, AccountRow, CustomerRow},
};
use crate::{
    answer::RefusalCode,
    types::{AccountKind, CoreCustomer, EntryKind},
};

/// A customer under an id of the caller's.
pub struct NewCoreCustomer {
    pub id: Uuid,
    pub customer: CoreCustomer,
}

/// An account under an id of the caller's, with an empty balance.
pub struct NewCoreAccount {
    pub id: Uuid,
    pub customer_no: String,
    /// Order within the customer's list.
    pub position: i64,
    pub account_no: String,
    pub card_no: Option<String>,
    pub kind: AccountKind,
    pub product_name: String,
    /// How far below zero: the line of a credit card, the principal of a loan.
    pub credit_line: Money,
    pub opened_on: Date,
}

/// The bank's own accounts, which may go anywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Internal {
    /// 库存现金
    Cash,
    /// 清算
    Clearing,
    /// 利息与手续费
    Income,
    /// 贷款发放
    Lending,
    /// 待清算: paid to another bank and not yet settled or returned.
    InTransit,
}

impl Internal {
    const ALL: [Self; 5] = [
        Self::Cash,
        Self::Clearing,
        Self::Income,
        Self::Lending,
        Self::InTransit,
    ];

    pub(super) const fn id(self) -> &'static str {
        match self {
            Self::Cash => "00000000-0000-7000-8000-00000000c001",
            Self::Clearing => "00000000-0000-7000-8000-00000000c002",
            Self::Income => "00000000-0000-7000-8000-00000000c003",
            Self::Lending => "00000000-0000-7000-8000-00000000c004",
            Self::InTransit => "00000000-0000-7000-8000-00000000c005",
        }
    }
}

/// One side of a booking.
#[derive(Clone)]
pub enum Side {
    /// A customer's account or card number.
    Number(String),
    /// The bank's own account, standing for somebody outside: this name shows on the statement.
    Outside {
        through: Internal,
        name: String,
        number: String,
    },
}

/// Money booked directly in the core.
#[derive(Clone)]
pub struct CounterBooking {
    pub id: Uuid,
    pub debit: Side,
    pub credit: Side,
    pub amount: Money,
    pub kind: EntryKind,
    pub memo: String,
    pub place: Option<String>,
    pub at: Ms,
}

impl EmbeddedCore {
    /// Opens the bank's own accounts; harmless when they are there.
    pub async fn prepare(&self) -> Result<(), Fail> {
        let now = self.clock.now();
        self.db
            .tx(async move |c| {
                for internal in Internal::ALL {
                    let id = account_id(internal.id())?;
                    let new = ledger::NewAccount {
                        id,
                        ccy: "CNY".to_owned(),
                        limited: false,
                        credit_line: 0,
                        capped: false,
                    };
                    opened(ledger::open(&mut Books(c), &new, now).await?)?;
                }
                Ok(())
            })
            .await
    }

    /// False when this customer is there already.
    pub async fn open_customer(&self, new: &NewCoreCustomer) -> Result<bool, Fail> {
        let (id, who, vault) = (new.id.to_string(), &new.customer, &self.vault);
        let row = CustomerRow {
            customer_no: secret::seal(vault, "core_customer.customer_no", &id, &who.customer_no),
            id_no: secret::seal(vault, "core_customer.id_no", &id, &who.id_no),
            name: secret::seal(vault, "core_customer.name", &id, &who.name),
            phone: secret::seal(vault, "core_customer.phone", &id, &who.phone),
            id,
        };
        let no_ix = secret::customer_ix(vault, &who.customer_no);
        let id_ix = secret::id_ix(vault, &who.id_no);
        let now = self.clock.now();
        self.db
            .tx(async move |c| {
                let new = store::NewCustomer {
                    row: &row,
                    no_ix: &no_ix,
                    id_ix: &id_ix,
                };
                Ok(store::insert_customer(c, new, now).await?)
            })
            .await
    }

    /// False when this account is there already.
    pub async fn open_account(&self, new: &NewCoreAccount) -> Result<bool, Fail> {
        let (id, vault) = (new.id.to_string(), &self.vault);
        let mut row = AccountRow {
            customer_id: String::new(),
            account_no: secret::seal(vault, "core_account.account_no", &id, &new.account_no),
            card_no: new
                .card_no
                .as_ref()
                .map(|no| secret::seal(vault, "core_account.card_no", &id, no)),
            kind: new.kind.as_str().to_owned(),
            product: new.product_name.clone(),
            ccy: new.credit_line.ccy().code().to_owned(),
            opened_on: new.opened_on,
            id,
        };
        let customer_ix = secret::customer_ix(vault, &new.customer_no);
        let holder = self
            .db
            .read(async |c| Ok::<_, Fail>(store::customer_by_no(c, &customer_ix).await?))
            .await?;
        row.customer_id = holder.ok_or(Fail::Refused(RefusalCode::CustomerNotFound))?.id;
        let no_ix = secret::number_ix(vault, &new.account_no);
        let card_ix = new.card_no.as_ref().map(|no| secret::number_ix(vault, no));
        let (position, now) = (new.position, self.clock.now());
        let books = ledger::NewAccount {
            id: account_id(&row.id)?,
            ccy: row.ccy.clone(),
            limited: true,
            credit_line: new.credit_line.fen(),
            capped: new.kind == AccountKind::Loan,
        };
        self.db
            .tx(async move |c| {
                let new = store::NewAccount {
                    row: &row,
                    position,
                    no_ix: &no_ix,
                    card_ix: card_ix.as_deref(),
                };
                if !store::insert_account(c, new).await? {
                    return Ok(false);
                }
                opened(ledger::open(&mut Books(c), &books, now).await?)?;
                Ok(true)
            })
            .await
    }

    /// Books in order, all or nothing; what was booked before stays as it is.
    pub async fn book(&self, bookings: &[CounterBooking]) -> Result<(), Fail> {
        let (bookings, core) = (bookings.to_vec(), self.clone());
        self.db
            .tx(async move |c| {
                for booking in &bookings {
                    if core.book_one(c, booking).await? {
                        store::insert_changes(c, &[&booking.id.to_string()]).await?;
                    }
                }
                Ok(())
            })
            .await
    }

    /// Like [`EmbeddedCore::book`], for history from before the feed of changes began: nobody is told.
    pub async fn import(&self, bookings: &[CounterBooking]) -> Result<(), Fail> {
        let (bookings, core) = (bookings.to_vec(), self.clone());
        self.db
            .tx(async move |c| {
                for booking in &bookings {
                    core.book_one(c, booking).await?;
                }
                Ok(())
            })
            .await
    }

    /// False when it was there already.
    async fn book_one(&self, c: &mut Conn, b: &CounterBooking) -> Result<bool, Fail> {
        let debit = self.side(c, &b.debit).await?;
        let credit = self.side(c, &b.credit).await?;
        let id = b.id.to_string();
        let order = Order {
            id: transfer_id(&id)?,
            action: Action::Direct {
                debit: account_id(&debit.account)?,
                credit: account_id(&credit.account)?,
                amount: b.amount.fen(),
                ccy: b.amount.ccy().code().to_owned(),
            },
            code: code_of(b.kind),
            reference: reference_of(b.id, b.at),
            value_date: day(b.at)?,
        };
        let when = When {
            now: b.at,
            business_date: day(b.at)?,
        };
        match ledger::apply(&mut Books(c), &order, &when).await? {
            Outcome::Exists(_) => Ok(false),
            Outcome::Refused(refusal) => Err(Fail::Refused(refusal_of(refusal))),
            Outcome::Created(_) => {
                let detail = Detail {
                    debit,
                    credit,
                    memo: b.memo.clone(),
                    place: b.place.clone(),
                };
                store::insert_postings(c, &[(&id, detail.seal(&self.vault, &id)?)]).await?;
                Ok(true)
            }
        }
    }

    async fn side(&self, c: &mut Conn, side: &Side) -> Result<Party, Fail> {
        match side {
            Side::Outside {
                through,
                name,
                number,
            } => Ok(Party {
                account: through.id().to_owned(),
                name: name.clone(),
                number: number.clone(),
            }),
            Side::Number(number) => {
                let row = store::account_by_no(c, &secret::number_ix(&self.vault, number)).await?;
                party(
                    c,
                    &self.vault,
                    &row.ok_or(Fail::Refused(RefusalCode::AccountNotFound))?,
                )
                .await
            }
        }
    }

    /// When a booking was made; `None` when there is none of this id.
    pub async fn booked_at(&self, id: Uuid) -> Result<Option<Ms>, Fail> {
        let id = transfer_id(&id.to_string())?;
        self.db
            .read(async |c| Ok::<_, Fail>(ledger::find(&mut Books(c), &id).await?.map(|t| t.created_at)))
            .await
    }
}

#[expect(clippy::needless_pass_by_value, reason = "the answer of a call, used once")]
fn opened(opened: Opened) -> Result<(), Fail> {
    match opened {
        Opened::Created | Opened::Exists => Ok(()),
        Opened::Refused(refusal) => Err(Fail::Refused(refusal_of(refusal))),
    }
}
