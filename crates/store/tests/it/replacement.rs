//! Replacement runs: the queue is read from an index.

use store::{Backend, Conn as _, testing::for_each_test_store};

use crate::fixture::fresh;

#[tokio::test]
async fn what_is_begun_next_is_read_from_an_index_in_its_order() {
    for_each_test_store(async |test_store| {
        let reader = test_store.store.reader();
        let plan = store::replacement::next_plan(reader, fresh().into(), fresh().into())
            .await
            .unwrap()
            .join("\n");
        // PostgreSQL reads a table that is as small as this one whole.
        if reader.backend() == Backend::Sqlite {
            assert!(
                plan.contains("USING INDEX ix_replacement_service_queue"),
                "{plan}"
            );
            assert!(!plan.contains("TEMP B-TREE") && !plan.contains("SCAN"), "{plan}");
        }
    })
    .await;
}
