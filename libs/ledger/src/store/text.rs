//! Statements for any number of rows in one text: what stands in braces is repeated for each row.
//!
//! `values {(?, ?)|, }` becomes `values (?, ?), (?, ?)` for two rows. Texts come in few sizes, so that a server keeps
//! few prepared statements; each is made once and stays for the life of the program.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use crate::sql::{Cell, Error, Sql, Value};

/// How many rows one statement may carry: what is written is cut into these sizes, largest first.
const EXACT: [usize; 12] = [64, 48, 32, 24, 16, 12, 8, 6, 4, 3, 2, 1];
/// What is only looked up is filled up to the next of these by repeating the last one.
const PADDED: [usize; 9] = [1, 2, 4, 8, 16, 32, 64, 128, 256];
/// Rows in a statement that tells its rows apart by CASE, whose cost grows with the square.
const CASES: [usize; 6] = [1, 2, 4, 8, 16, 32];

/// One statement for any number of rows; keep it in a `static`.
pub struct Text {
    pattern: &'static str,
    made: Mutex<BTreeMap<usize, &'static str>>,
}

impl Text {
    pub const fn new(pattern: &'static str) -> Self {
        Self {
            pattern,
            made: Mutex::new(BTreeMap::new()),
        }
    }

    fn of(&self, rows: usize) -> &'static str {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        made.entry(rows)
            .or_insert_with(|| expand(self.pattern, rows).leak())
    }

    /// Inserts all rows; false when the key of one of the *first* chunk exists and nothing was written.
    pub async fn insert(&self, s: &mut dyn Sql, rows: &[Vec<Value<'_>>]) -> Result<bool, Error> {
        let mut rest = rows;
        while !rest.is_empty() {
            let (now, later) = rest.split_at(exact(rest.len()));
            if !self.insert_chunk(s, now).await? {
                let untouched = rest.len() == rows.len();
                return if untouched { Ok(false) } else { Err(Error::Clash) };
            }
            rest = later;
        }
        Ok(true)
    }

    /// Inserts those whose key is free; tells for each whether it was. A part with a taken key is halved until the key
    /// stands alone, so one costs a few statements and not one per row.
    pub async fn insert_free(&self, s: &mut dyn Sql, rows: &[Vec<Value<'_>>]) -> Result<Vec<bool>, Error> {
        let (mut parts, mut free) = (vec![rows], Vec::with_capacity(rows.len()));
        while let Some(part) = parts.pop() {
            let (now, later) = part.split_at(exact(part.len()).min(part.len()));
            if !later.is_empty() {
                parts.extend([later, now]);
            } else if now.is_empty() || self.insert_chunk(s, now).await? {
                free.extend(now.iter().map(|_| true));
            } else if let [_] = now {
                free.push(false);
            } else {
                let (left, right) = now.split_at(now.len() / 2);
                parts.extend([right, left]);
            }
        }
        Ok(free)
    }

    /// None of them when a key is taken.
    async fn insert_chunk(&self, s: &mut dyn Sql, rows: &[Vec<Value<'_>>]) -> Result<bool, Error> {
        let args: Vec<Value<'_>> = rows.iter().flatten().copied().collect();
        Ok(s.insert_new(self.of(rows.len()), &args).await?)
    }

    /// The rows of all `keys`, the last of which may be given several times: for `in ({?|, })`. They are given in the order in which they are to be locked.
    pub async fn rows(&self, s: &mut dyn Sql, keys: &[&str]) -> Result<Vec<Vec<Cell>>, Error> {
        let mut out = Vec::with_capacity(keys.len());
        for chunk in keys.chunks(longest(&PADDED)) {
            let (sql, args) = self.padded(chunk);
            out.extend(s.rows(sql, &args).await?);
        }
        Ok(out)
    }

    /// Runs a statement for all `keys`; how many rows it matched or made. The last key may be given several times: for
    /// `in ({?|, })` only.
    pub async fn exec(&self, s: &mut dyn Sql, keys: &[&str]) -> Result<u64, Error> {
        let mut done = 0;
        for chunk in keys.chunks(longest(&PADDED)) {
            let (sql, args) = self.padded(chunk);
            done += s.exec(sql, &args).await?;
        }
        Ok(done)
    }

    /// Runs a statement whose every CASE takes `(key, value)`, one column of `values` per CASE, and whose last
    /// braces take the keys.
    pub(crate) async fn cases<'v>(
        &self,
        s: &mut dyn Sql,
        keys: &[&'v str],
        values: &[Vec<Value<'v>>],
    ) -> Result<u64, Error> {
        let (mut matched, most) = (0, longest(&CASES));
        for (keys, values) in keys.chunks(most).zip(values.chunks(most)) {
            let size = CASES.into_iter().find(|size| *size >= keys.len()).unwrap_or(most);
            let mut args = Vec::new();
            let width = values.first().map_or(0, Vec::len);
            for column in 0..width {
                let cell = |row: &Vec<Value<'v>>| row.get(column).copied().unwrap_or(Value::Null);
                let pairs: Vec<_> = keys.iter().zip(values.iter().map(cell)).collect();
                for (key, value) in filled(&pairs, size) {
                    args.extend([Value::Text(key), value]);
                }
            }
            args.extend(filled(keys, size).map(Value::Text));
            matched += s.exec(self.of(size), &args).await?;
        }
        Ok(matched)
    }

    fn padded<'v>(&self, keys: &[&'v str]) -> (&'static str, Vec<Value<'v>>) {
        let size = PADDED.into_iter().find(|size| *size >= keys.len());
        let size = size.unwrap_or(keys.len());
        (self.of(size), filled(keys, size).map(Value::Text).collect())
    }
}

/// The most rows of so many that one text takes.
fn exact(rows: usize) -> usize {
    EXACT.into_iter().find(|size| *size <= rows).unwrap_or(1)
}

fn filled<T: Copy>(items: &[T], size: usize) -> impl Iterator<Item = T> {
    let last = items.last().copied();
    let more = last.into_iter().cycle();
    items.iter().copied().chain(more).take(size)
}

fn longest(sizes: &[usize]) -> usize {
    sizes.iter().copied().max().unwrap_or(1)
}

fn expand(pattern: &str, rows: usize) -> String {
    let mut text = String::new();
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once('{') {
        let (inside, behind) = after.split_once('}').unwrap_or((after, ""));
        let (row, separator) = inside.split_once('|').unwrap_or((inside, ""));
        text.push_str(before);
        text.push_str(&vec![row; rows].join(separator));
        rest = behind;
    }
    text + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braces_are_repeated_for_each_row() {
        static ONE: Text = Text::new("in ({?|, })");
        assert_eq!(expand("in ({?|, }) x", 3), "in (?, ?, ?) x");
        assert_eq!(
            expand("case id {when ? then ? }end", 2),
            "case id when ? then ? when ? then ? end"
        );
        assert_eq!(ONE.of(2).as_ptr(), ONE.of(2).as_ptr(), "made once");
    }

    #[test]
    fn lists_are_filled_with_their_last() {
        assert_eq!(filled(&[1, 2], 4).collect::<Vec<_>>(), [1, 2, 2, 2]);
        assert_eq!(filled::<i32>(&[], 4).count(), 0);
    }
}
