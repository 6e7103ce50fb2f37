//! The contract that is published: OpenAPI 3.1, made from the same types and names that client and server use.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, Schema},
};

use super::{
    sign::{DIGEST, REQUEST_ID, SENT_AT, SIGNATURE},
    wire::{ById, CHANNEL, DATE, DayPage, FeedFrom, KEY, Nothing, Number, Restrict, path_of},
};
use crate::{
    answer::Refusal,
    op::{Class, Op},
    types::{
        Balance, Bank, Booking, CardBill, ChangePage, CoreAccount, CoreCustomer, EntryPage, EntryQuery,
        HoldOrder, Payee, PostOrder, Posted, StatementPage, TransferOrder, TransferStatus, VerifyCustomer,
        VoidOrder,
    },
};

type Named = Vec<(String, RefOr<Schema>)>;

/// What an operation takes or gives.
struct Shape {
    schema: Value,
    parts: Named,
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

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// Title, what is taken, what is given, the message of ISO 20022 that it maps to.
struct Meaning(&'static str, Shape, Shape, &'static str);

/// Short questions.
fn accounts() -> Vec<(Op, Meaning)> {
    let day = plain(json!({ "type": "string", "format": "date" }));
    let nothing = plain(json!({ "type": "null" }));
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
fn orders() -> Vec<(Op, Meaning)> {
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
fn reports() -> Vec<(Op, Meaning)> {
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

/// `docs/core-contract.json`.
pub fn openapi() -> String {
    let (mut paths, mut schemas) = (BTreeMap::new(), BTreeMap::new());
    schemas.insert(Refusal::name().into_owned(), json!(Refusal::schema()));
    let mut more: Named = Vec::new();
    Refusal::schemas(&mut more);
    let all = accounts().into_iter().chain(orders()).chain(reports());
    for (op, Meaning(summary, ask, answer, iso)) in all {
        more.extend(ask.parts);
        more.extend(answer.parts);
        let operation = operation(op, (summary, iso), &ask.schema, &answer.schema);
        paths.insert(path_of(op), json!({ "post": operation }));
    }
    schemas.extend(more.into_iter().map(|(name, schema)| (name, json!(schema))));
    schemas.insert("Fault".to_owned(), fault());
    let doc = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Weigui core contract 微柜核心接口",
            "version": "1.0.0",
            "license": { "name": "Apache-2.0" },
            "description": DESCRIPTION,
        },
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "mutualTLS": { "type": "mutualTLS" },
                "signature": { "type": "apiKey", "in": "header", "name": SIGNATURE },
            },
        },
        "security": [{ "mutualTLS": [], "signature": [] }],
    });
    serde_json::to_string_pretty(&doc).unwrap_or_default() + "\n"
}

const DESCRIPTION: &str = "What the platform asks of a bank's core. The guide beside this file says how: \
    docs/core-contract.md. Amounts are integers in the smallest unit, instants milliseconds UTC, dates days in \
    Shanghai. Every operation is a POST, so that no person's number stands in a URL. Answers: 200 done; 422 refused, \
    for good under this id; 202 taken, ask transfer-status; everything else says nothing about the order.";

fn operation(op: Op, (summary, iso): (&str, &str), ask: &Value, answer: &Value) -> Value {
    let command = op.class() == Class::Command;
    let mut responses = json!({
        "200": body("Done", &only("done", answer)),
        "400": body("The request can't be read; nothing was done", &reference("Fault")),
        "401": body("The request is not believed; nothing was done", &reference("Fault")),
        "422": body("Refused: nothing was or will be done under this id", &only("refused", &reference("Refusal"))),
        "503": body("No answer: for a command, it may have been carried out", &reference("Fault")),
    });
    if command && let Some(map) = responses.as_object_mut() {
        let pending = only(
            "pending",
            &json!({
                "type": "object",
                "required": ["status", "id"],
                "properties": {
                    "status": { "type": "string", "description": "Path where to ask" },
                    "id": { "type": "string", "format": "uuid" },
                },
            }),
        );
        map.insert(
            "202".to_owned(),
            body("Taken; the outcome is told by transfer-status", &pending),
        );
    }
    let mut described = json!({
        "operationId": op.name(),
        "tags": [op.class().name()],
        "summary": summary,
        "parameters": headers(command),
        "requestBody": { "required": true, "content": { "application/json": { "schema": ask } } },
        "responses": responses,
    });
    if !iso.is_empty()
        && let Some(map) = described.as_object_mut()
    {
        map.insert("x-iso20022".to_owned(), json!(iso));
    }
    described
}

fn headers(command: bool) -> Vec<Value> {
    let header = |name: &str, required: bool, text: &str| {
        json!({
            "name": name, "in": "header", "required": required, "description": text,
            "schema": { "type": "string" },
        })
    };
    let mut all = vec![
        header(
            REQUEST_ID,
            true,
            "Id of this request (UUID), new for each send; the answer repeats it",
        ),
        header(CHANNEL, true, "WECHAT"),
        header(DATE, true, "The sender's business day, YYYY-MM-DD"),
        header(
            SENT_AT,
            false,
            "Instant of sending, milliseconds UTC; with a signature",
        ),
        header(DIGEST, false, "sha-256=:base64: of the body; with a signature"),
        header(SIGNATURE, false, "keyid=\"…\";alg=\"ed25519\";sig=\"base64\""),
    ];
    if command {
        all.push(header(
            KEY,
            true,
            "The id of the order, made before the first send; equals the id in the body",
        ));
    }
    all
}

fn only(name: &str, schema: &Value) -> Value {
    json!({ "type": "object", "required": [name], "properties": { name: schema } })
}

fn body(text: &str, schema: &Value) -> Value {
    json!({ "description": text, "content": { "application/json": { "schema": schema } } })
}

fn fault() -> Value {
    let codes = [
        "body_malformed",
        "body_too_large",
        "idempotency_key_differs",
        "signature_missing",
        "signature_unknown_key",
        "signature_stale",
        "signature_wrong",
        "answer_too_large",
        "no_answer",
    ];
    only(
        "error",
        &json!({
            "type": "object",
            "required": ["code"],
            "properties": { "code": { "type": "string", "enum": codes } },
        }),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every reference in the document leads somewhere.
    fn dangling(value: &Value, schemas: &Value, out: &mut Vec<String>) {
        match value {
            Value::Object(map) => {
                if let Some(Value::String(target)) = map.get("$ref") {
                    let name = target.rsplit('/').next().unwrap_or_default();
                    if schemas.get(name).is_none() {
                        out.push(target.clone());
                    }
                }
                map.values().for_each(|inner| dangling(inner, schemas, out));
            }
            Value::Array(list) => list.iter().for_each(|inner| dangling(inner, schemas, out)),
            _ => {}
        }
    }

    #[test]
    fn the_contract_is_whole() {
        let doc: Value = serde_json::from_str(&openapi()).unwrap();
        let mut lost = Vec::new();
        dangling(&doc, doc.pointer("/components/schemas").unwrap(), &mut lost);
        assert!(lost.is_empty(), "{lost:?}");
        assert_eq!(
            doc.pointer("/paths").unwrap().as_object().unwrap().len(),
            Op::ALL.len()
        );
        let codes = doc.pointer("/components/schemas/RefusalCode/enum").unwrap();
        assert!(
            codes.as_array().unwrap().contains(&json!("bank_not_found")),
            "{codes}"
        );
        let transfer = doc.pointer("/paths/~1core~1v1~1transfer/post").unwrap();
        assert!(transfer.pointer("/responses/202").is_some());
        assert!(
            doc.pointer("/paths/~1core~1v1~1balance/post/responses/202")
                .is_none()
        );
    }
}
