//! See `tests/fuzz/targets.rs`: the same target as in the smoke test.

#![no_main]

#[expect(dead_code, reason = "each fuzzer takes one target of the file")]
#[path = "../../tests/fuzz/targets.rs"]
mod targets;

libfuzzer_sys::fuzz_target!(|data: &[u8]| targets::xml(data));
