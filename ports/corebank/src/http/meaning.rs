//! What each operation takes and gives, in the words of the published contract.

use serde_json::{Value, json};
use utoipa::{
    ToSchema,
    openapi::{RefOr, Schema},
};

use super::wire::{ById, DayPage, FeedFrom, Nothing, Number, Restrict};
use crate::{
    op::Op,
    types::{
        Balance, Bank, Booking, CardBill, ChangePage, CoreAccount, CoreCustomer, EntryPage, EntryQuery,
        HoldOrder, Payee, PostOrder, Posted, StatementPage, TransferOrder, TransferStatus, VerifyCustomer,
        VoidOrder,
    },
};

pub(super) type Named = Vec<(String, RefOr<Schema>)>;

/// What an operation takes or gives.
pub(super) struct Shape {
    pub(super) schema: Value,
    pub(super) parts: Named,
}

fn of<T: ToSchema>() -> Shape {
    let mut parts: Named = vec![(T::name().into_owned(), T::schema())];
    T::schemas(&mut parts);
    Shape {
        schema: reference(&T::name()),
        parts,
    }
}

fn list_of<T: ToSchema>() -> Shape {
    let one = of::<T>();
    Shape {
        schema: json!({ "type": "array", "items": one.schema }),
        ..one
    }
}

fn plain(schema: Value) -> Shape {
    Shape {
        schema,
        parts: Vec::new(),
    }
}

pub(super) fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// Title, what is taken, what is given, the message of ISO 20022 that it maps to.
pub(super) struct Meaning(
    pub(super) &'static str,
    pub(super) Shape,
    pub(super) Shape,
    pub(super) &'static str,
);

/// Short questions.
pub(super) fn accounts() -> Vec<(Op, Meaning)> {
    vec![
        (
            Op::VerifyCustomer,
            Meaning(
                "Is there one customer to whom all four details belong? 四要素核验",
                of::<VerifyCustomer>(),
                of::<CoreCustomer>(),
                "",
            ),
        ),
        (
            Op::Customer,
            Meaning("A customer by number", of::<Number>(), of::<CoreCustomer>(), ""),
        ),
        (
            Op::Accounts,
            Meaning(
                "The accounts of a customer",
                of::<Number>(),
                list_of::<CoreAccount>(),
                "",
            ),
        ),
        (
            Op::Balance,
            Meaning(
                "What stands on an account, holds counted",
                of::<Number>(),
                of::<Balance>(),
                "camt.052 Bal",
            ),
        ),
        (
            Op::Payee,
            Meaning(
                "Who would receive money sent to this number? 户名核验",
                of::<Number>(),
                of::<Payee>(),
                "",
            ),
        ),
    ]
}

/// What belongs to nobody in particular.
pub(super) fn house() -> Vec<(Op, Meaning)> {
    let day = plain(json!({ "type": "string", "format": "date" }));
    let nothing = plain(json!({ "type": "null" }));
    vec![
        (
            Op::Banks,
            Meaning(
                "The banks that can be paid",
                of::<Nothing>(),
                list_of::<Bank>(),
                "",
            ),
        ),
        (
            Op::CardBill,
            Meaning(
                "The last statement of a credit card",
                of::<Number>(),
                of::<CardBill>(),
                "",
            ),
        ),
        (
            Op::BusinessDate,
            Meaning("The core's business day 会计日期", of::<Nothing>(), day, ""),
        ),
        (
            Op::Health,
            Meaning("Does the core answer?", of::<Nothing>(), nothing, ""),
        ),
    ]
}

/// Commands, and what became of them.
pub(super) fn orders() -> Vec<(Op, Meaning)> {
    let nothing = || plain(json!({ "type": "null" }));
    vec![
        (
            Op::Transfer,
            Meaning(
                "Moves money in the bank, or to another bank",
                of::<TransferOrder>(),
                of::<Booking>(),
                "pain.001 CdtTrfTxInf / pain.002 TxInfAndSts",
            ),
        ),
        (
            Op::Hold,
            Meaning("Reserves money", of::<HoldOrder>(), of::<Posted>(), ""),
        ),
        (
            Op::Post,
            Meaning(
                "Moves held money, all or a part",
                of::<PostOrder>(),
                of::<Posted>(),
                "",
            ),
        ),
        (
            Op::Void,
            Meaning("Frees held money", of::<VoidOrder>(), of::<Posted>(), ""),
        ),
        (
            Op::TransferStatus,
            Meaning(
                "What became of a transfer, hold, post or void, by our id",
                of::<ById>(),
                of::<TransferStatus>(),
                "pain.002 TxSts; pacs.004 for a return",
            ),
        ),
        (
            Op::Restrict,
            Meaning(
                "Adds a restriction 挂失 止付 冻结",
                of::<Restrict>(),
                nothing(),
                "",
            ),
        ),
        (
            Op::Lift,
            Meaning("Takes a restriction away", of::<Restrict>(), nothing(), ""),
        ),
    ]
}

/// Long answers.
pub(super) fn reports() -> Vec<(Op, Meaning)> {
    vec![
        (
            Op::Entries,
            Meaning(
                "What happened on an account, newest first",
                of::<EntryQuery>(),
                of::<EntryPage>(),
                "camt.053 Ntry",
            ),
        ),
        (
            Op::Changes,
            Meaning(
                "The feed of entries on all customers' accounts",
                of::<FeedFrom>(),
                of::<ChangePage>(),
                "camt.054 Ntry",
            ),
        ),
        (
            Op::StatementFile,
            Meaning(
                "A page of a closed business day's file 日终对账文件",
                of::<DayPage>(),
                of::<StatementPage>(),
                "camt.053 Stmt",
            ),
        ),
    ]
}
