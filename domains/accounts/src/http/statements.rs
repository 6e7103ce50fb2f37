//! Statements as files, and the public check of their codes.

use axum::{
    Json,
    body::Body,
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use futures_util::stream;
use identity::Customer;
use kit::{
    problem::{Answer, Problem},
    web::{Id, Params},
};
use serde::Deserialize;
use tokio::io::AsyncReadExt as _;

use crate::{
    model::{account::AccountId, statement::StatementCheck},
    service::{
        Accounts,
        export::{Export, Format},
    },
};

const EXCEL: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const PDF: &str = "application/pdf";
/// Read and sent at a time.
const PIECE: usize = 64 * 1024;

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Days {
    /// First day, Shanghai, `YYYY-MM-DD`.
    from: String,
    /// Last day, inclusive.
    to: String,
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Code {
    /// The sixteen digits on the statement; spaces don't matter.
    code: String,
}

/// A statement as an Excel workbook.
#[utoipa::path(get, path = "/api/accounts/{id}/statement.xlsx", tag = "accounts", params(("id" = AccountId, Path), Days),
    responses((status = 200, content_type = EXCEL, body = Vec<u8>), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem),
        (status = 503, body = Problem)))]
pub(super) async fn excel(
    State(accounts): State<Accounts>,
    who: Customer,
    Id(id): Id<AccountId>,
    Params(days): Params<Days>,
) -> Answer<Response> {
    Ok(sent(
        accounts
            .export(&who, id, (&days.from, &days.to), Format::Excel)
            .await?,
    ))
}

/// A statement as a PDF document.
#[utoipa::path(get, path = "/api/accounts/{id}/statement.pdf", tag = "accounts", params(("id" = AccountId, Path), Days),
    responses((status = 200, content_type = PDF, body = Vec<u8>), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 422, body = Problem),
        (status = 503, body = Problem)))]
pub(super) async fn pdf(
    State(accounts): State<Accounts>,
    who: Customer,
    Id(id): Id<AccountId>,
    Params(days): Params<Days>,
) -> Answer<Response> {
    Ok(sent(
        accounts
            .export(&who, id, (&days.from, &days.to), Format::Pdf)
            .await?,
    ))
}

/// Is a statement ours, and what did it say?
#[utoipa::path(get, path = "/api/statements/verify", tag = "accounts", params(Code),
    responses((status = 200, body = StatementCheck), (status = 400, body = Problem), (status = 429, body = Problem)))]
pub(super) async fn verify(
    State(accounts): State<Accounts>,
    Params(ask): Params<Code>,
) -> Answer<Json<StatementCheck>> {
    Ok(Json(accounts.check_statement(&ask.code).await?))
}

/// The file in pieces, so that a large statement never stands in memory as a whole, with its
/// verification code in `X-Statement-Code`.
fn sent(export: Export) -> Response {
    let kind = match export.format {
        Format::Excel => EXCEL,
        Format::Pdf => PDF,
    };
    let range = export.range;
    let (from, to) = (range.from.strftime("%Y%m%d"), range.to.strftime("%Y%m%d"));
    let name = format!(
        "attachment; filename=\"statement-{from}-{to}.{}\"",
        export.format.extension()
    );
    let pieces = stream::try_unfold(tokio::fs::File::from_std(export.file), async |mut file| {
        let mut piece = vec![0; PIECE];
        let read = file.read(&mut piece).await?;
        piece.truncate(read);
        Ok::<_, std::io::Error>((read > 0).then_some((piece, file)))
    });
    let mut answer = (StatusCode::OK, Body::from_stream(pieces)).into_response();
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(code) = HeaderValue::from_str(&export.code) {
        headers.insert("x-statement-code", code);
    }
    if let Ok(name) = HeaderValue::from_str(&name) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    answer
}
