use std::collections::BTreeSet;

use store::{
    introspect,
    testing::{TestStore, for_each_backend},
};

#[tokio::test]
async fn both_databases_have_the_same_tables_columns_and_indexes() {
    let sqlite = TestStore::sqlite().await;
    let Some(postgres) = TestStore::postgres().await else {
        return;
    };
    let of = async |test: &TestStore| introspect::schema(test.store.reader()).await.unwrap();
    let (left, right) = (of(&sqlite).await, of(&postgres).await);
    assert!(
        left.len() > 200,
        "columns and indexes are really seen: {}",
        left.len()
    );
    let only = |a: &BTreeSet<String>, b: &BTreeSet<String>| a.difference(b).cloned().collect::<Vec<_>>();
    assert_eq!(only(&left, &right), Vec::<String>::new(), "only on SQLite");
    assert_eq!(only(&right, &left), Vec::<String>::new(), "only on PostgreSQL");
    sqlite.remove().await;
    postgres.remove().await;
}

#[tokio::test]
async fn columns_have_only_types_that_both_databases_read_alike() {
    for_each_backend(async |store| {
        for line in introspect::schema(store.reader()).await.unwrap() {
            let Some(column) = line.strip_prefix("column ") else {
                continue;
            };
            let of_type = column.split(' ').nth(1).unwrap_or_default();
            assert!(
                ["uuid", "text", "bigint", "integer", "boolean", "bytea"].contains(&of_type),
                "{line}"
            );
        }
    })
    .await;
}
