//! What an fsync costs on this disk, of which every figure of durable commits is made.

use std::fs::File;
use std::io::Write as _;
use std::time::Instant;

use anyhow::Result;
use serde_json::{Value, json};

use crate::number::{per_mille, ratio};

const TIMES: usize = 200;
/// As much as a small commit appends to a log.
const BLOCK: [u8; 16_384] = [7; 16_384];

/// Of 200 appended blocks, each fsynced: `{p50, p90}` in ms.
pub(crate) fn fsync_ms() -> Result<Value> {
    let folder = tempfile::tempdir()?;
    let mut file = File::create(folder.path().join("log"))?;
    let mut took = Vec::with_capacity(TIMES);
    for _ in 0..TIMES {
        file.write_all(&BLOCK)?;
        let begun = Instant::now();
        file.sync_data()?;
        took.push(u32::try_from(begun.elapsed().as_micros()).unwrap_or(u32::MAX));
    }
    took.sort_unstable();
    let at = |share| ratio(u64::from(per_mille(&took, share)), 1000);
    Ok(json!({"p50": at(500), "p90": at(900)}))
}
