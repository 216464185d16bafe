//! The committed OpenAPI document is the one that the code makes.

use std::{fs, path::Path};

use pretty_assertions::assert_eq;

#[test]
fn the_committed_openapi_document_is_the_one_that_the_code_makes() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
    let mut made = certbroker_api::document::openapi().to_pretty_json().unwrap();
    made.push('\n');
    // A developer says so: UPDATE_OPENAPI=1 writes the document.
    let is_wanted = std::env::var_os("UPDATE_OPENAPI").is_some();
    if is_wanted {
        fs::write(&path, &made).unwrap();
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        committed, made,
        "run this test with UPDATE_OPENAPI=1 and commit docs/openapi.json"
    );
}

#[test]
fn every_endpoint_says_what_it_does_which_scope_it_needs_and_what_goes_wrong() {
    let document = serde_json::to_value(certbroker_api::document::openapi()).unwrap();
    let mut ids = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let scopes = operation["security"][0]["token"].as_array();
            let is_known = |scope: &serde_json::Value| {
                engine::api_tokens::SCOPES.contains(&scope.as_str().unwrap_or_default())
            };
            assert!(
                scopes.is_some_and(|all| all.iter().all(is_known) && !all.is_empty()),
                "{method} {path}"
            );
            assert!(operation["summary"].is_string(), "{method} {path}");
            assert!(operation["responses"]["default"].is_object(), "{method} {path}");
            ids.push(operation["operationId"].as_str().unwrap().to_owned());
        }
    }
    let count = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), count, "operation ids are unique");
}
