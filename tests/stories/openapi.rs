//! The committed OpenAPI file is what the bank serves, and every operation says how it refuses.

use serde_json::Value;
use testkit::TestBank;

#[tokio::test(flavor = "multi_thread")]
async fn the_committed_file_is_what_the_bank_serves() {
    let bank = TestBank::open().await;
    let served = bank
        .stranger()
        .get(&bank.url("/api/openapi.json"))
        .await
        .ok()
        .json();
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../web/shared/openapi.json");
    let text = std::fs::read_to_string(file).expect("web/shared/openapi.json");
    let committed: Value = serde_json::from_str(&text).expect("JSON");
    assert!(
        served == committed,
        "web/shared/openapi.json is out of date: run `cargo xtask gen`"
    );
    bank.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_has_a_door_a_tag_and_a_summary() {
    let bank = TestBank::open().await;
    let spec = bank
        .stranger()
        .get(&bank.url("/api/openapi.json"))
        .await
        .ok()
        .json();
    let doors = bank.doors();
    for (path, methods) in spec["paths"].as_object().expect("paths") {
        for (method, operation) in methods.as_object().expect("methods") {
            let name = format!("{} {path}", method.to_uppercase());
            assert!(
                doors.of(&method.to_uppercase(), path).is_some(),
                "{name} has no door"
            );
            assert!(
                operation["tags"].as_array().is_some_and(|tags| !tags.is_empty()),
                "{name} has no tag"
            );
            assert!(operation["summary"].is_string(), "{name} has no summary");
        }
    }
    bank.close().await;
}
