//! The contract that is published: OpenAPI 3.1, made from the same types and names that client and server use.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use utoipa::{PartialSchema as _, ToSchema as _};

use super::{
    meaning::{Meaning, Named, accounts, house, orders, reference, reports},
    sign::{DIGEST, REQUEST_ID, SENT_AT, SIGNATURE},
    wire::{CHANNEL, DATE, KEY, path_of},
};
use crate::{
    answer::Refusal,
    op::{Class, Op},
};

/// `docs/core-contract.json`.
pub fn openapi() -> String {
    let (mut paths, mut schemas) = (BTreeMap::new(), BTreeMap::new());
    schemas.insert(Refusal::name().into_owned(), json!(Refusal::schema()));
    let mut more: Named = Vec::new();
    Refusal::schemas(&mut more);
    let all = accounts()
        .into_iter()
        .chain(house())
        .chain(orders())
        .chain(reports());
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
