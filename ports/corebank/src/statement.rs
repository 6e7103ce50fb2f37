//! Fetching a closed day's file, whole or not at all.

use jiff::civil::Date;

use crate::{
    answer::Answer,
    port::CoreBank,
    types::{Statement, StatementHeader},
};

/// Reads every page of a day's file and compares count, sums and hash. A file that does not fit its own head
/// is no answer.
pub async fn fetch_statement(core: &dyn CoreBank, business_date: Date) -> Answer<Statement> {
    let (mut lines, mut page) = (Vec::new(), 0);
    let mut head: Option<StatementHeader> = None;
    loop {
        let part = match core.statement_file(business_date, page).await {
            Answer::Done(part) => part,
            Answer::Refused(no) => return Answer::Refused(no),
            Answer::Unknown => return Answer::Unknown,
        };
        lines.extend(part.lines);
        let same = head.as_ref().is_none_or(|first| *first == part.header);
        head = Some(part.header);
        match part.next {
            Some(next) if same && next > page => page = next,
            Some(_) => return broken(business_date),
            None => break,
        }
    }
    let Some(header) = head else {
        return Answer::Unknown;
    };
    let file = Statement { header, lines };
    if file.header.business_date == business_date && file.is_whole() {
        Answer::Done(file)
    } else {
        broken(business_date)
    }
}

fn broken<T>(business_date: Date) -> Answer<T> {
    tracing::error!(%business_date, "the core's closed file does not fit its own head");
    Answer::Unknown
}
