//! The fuzzers' smoke run, on every machine and in bounded time: the corpus once as it is, then changed at random so
//! many times. `WEIGUI_FUZZ_CASES` asks for more. Without a finding for hours: `fuzz/README.md`.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

mod targets;

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

/// Cases per target; a few seconds each without optimisation.
const CASES: u32 = 4_000;
/// What such documents are made of.
const WORDS: [&str; 16] = [
    "<xml>",
    "</xml>",
    "<![CDATA[",
    "]]>",
    "&amp;",
    "&#x41;",
    "&e;",
    "<!DOCTYPE x [<!ENTITY e \"A\">]>",
    "<MsgType><![CDATA[event]]></MsgType>",
    "<List>",
    "\"List\":[",
    "{\"",
    "\":",
    "\\u0000",
    "9223372036854775808",
    "\u{fffe}",
];

/// A change of a document; places are taken modulo its length.
#[derive(Debug, Clone)]
enum Change {
    Set(usize, u8),
    Remove(usize, usize),
    Repeat(usize, usize),
    Word(usize, usize),
    Splice(usize, usize),
}

fn change() -> impl Strategy<Value = Change> {
    let place = any::<usize>;
    prop_oneof![
        (place(), any::<u8>()).prop_map(|(at, byte)| Change::Set(at, byte)),
        (place(), 0..40_usize).prop_map(|(at, count)| Change::Remove(at, count)),
        (place(), 0..40_usize).prop_map(|(at, count)| Change::Repeat(at, count)),
        (place(), place()).prop_map(|(at, word)| Change::Word(at, word)),
        (place(), place()).prop_map(|(at, other)| Change::Splice(at, other)),
    ]
}

impl Change {
    fn make(&self, data: &mut Vec<u8>, corpus: &[Vec<u8>]) {
        let within = |at: usize, data: &[u8]| at.checked_rem(data.len()).unwrap_or(0);
        match *self {
            Self::Set(at, byte) => {
                let at = within(at, data);
                if let Some(place) = data.get_mut(at) {
                    *place = byte;
                }
            }
            Self::Remove(at, count) => {
                let at = within(at, data);
                data.drain(at..(at + count).min(data.len()));
            }
            Self::Repeat(at, count) => {
                let at = within(at, data);
                let piece = data[at..(at + count).min(data.len())].to_vec();
                data.splice(at..at, piece);
            }
            Self::Word(at, word) => {
                let at = within(at, data);
                data.splice(at..at, WORDS[word % WORDS.len()].bytes());
            }
            Self::Splice(at, other) => {
                let at = within(at, data);
                data.truncate(at);
                let other = &corpus[other % corpus.len()];
                data.extend_from_slice(other.get(at..).unwrap_or(other));
            }
        }
    }
}

fn corpus(name: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz/corpus")
        .join(name);
    let mut files: Vec<_> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    assert!(!files.is_empty(), "no corpus in {}", folder.display());
    files.iter().map(|file| fs::read(file).unwrap()).collect()
}

fn smoke(name: &str, target: fn(&[u8])) {
    let corpus = corpus(name);
    for data in &corpus {
        target(data);
    }
    let cases = std::env::var("WEIGUI_FUZZ_CASES").ok();
    let cases = cases.map_or(CASES, |text| text.parse().expect("WEIGUI_FUZZ_CASES is a number"));
    let config = Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    };
    let changes = (any::<usize>(), prop::collection::vec(change(), 0..8));
    let outcome = TestRunner::new(config).run(&changes, |(from, changes)| {
        let mut data = corpus[from % corpus.len()].clone();
        for change in &changes {
            change.make(&mut data, &corpus);
        }
        target(&data);
        Ok(())
    });
    if let Err(finding) = outcome {
        panic!("{name}: {finding}");
    }
}

#[test]
fn xml() {
    smoke("xml", targets::xml);
}

#[test]
fn json_push() {
    smoke("json_push", targets::json_push);
}

#[test]
fn decrypt() {
    smoke("decrypt", targets::decrypt);
}

#[test]
fn pay_callback() {
    smoke("pay_callback", targets::pay_callback);
}
