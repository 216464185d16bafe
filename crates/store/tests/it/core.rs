use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use domain::id::NumberKind;
use store::{
    Error, Store, counter,
    instance::{self, Instance},
    testing::{for_each_backend, for_each_test_store},
};
use uuid::Uuid;

fn some_instance(number: u128) -> Instance {
    Instance::new(Uuid::from_u128(number))
}

#[tokio::test]
async fn a_row_is_found_as_it_was_written() {
    for_each_backend(async |store: Store| {
        let tx = store.begin().await.unwrap();
        assert!(instance::insert_first(&tx, &some_instance(7)).await.unwrap());
        assert!(!instance::insert_first(&tx, &some_instance(8)).await.unwrap());
        tx.commit().await.unwrap();

        let mut found = instance::the(store.reader()).await.unwrap();
        assert_eq!(found.instance_id, Uuid::from_u128(7));
        found.purchases_blocked = true;
        found.blocked_at = Some("2026-11-23T09:00:00.000001Z".parse().unwrap());
        let tx = store.begin().await.unwrap();
        instance::update(&tx, &mut found).await.unwrap();
        tx.commit().await.unwrap();

        let again = instance::the(store.reader()).await.unwrap();
        assert_eq!((again.version, again.blocked_at), (2, found.blocked_at));
    })
    .await;
}

#[tokio::test]
async fn a_stale_row_is_not_written_and_keeps_its_version() {
    for_each_backend(async |store: Store| {
        let tx = store.begin().await.unwrap();
        instance::insert_first(&tx, &some_instance(1)).await.unwrap();
        tx.commit().await.unwrap();
        let (mut first, mut second) = (
            instance::the(store.reader()).await.unwrap(),
            instance::the(store.reader()).await.unwrap(),
        );
        let tx = store.begin().await.unwrap();
        instance::update(&tx, &mut first).await.unwrap();
        let refused = instance::update(&tx, &mut second).await;
        assert!(
            matches!(refused, Err(Error::Conflict { table: "instance" })),
            "{refused:?}"
        );
        assert_eq!(second.version, 1);
    })
    .await;
}

#[tokio::test]
async fn what_is_left_for_afterwards_runs_after_a_commit_only() {
    for_each_backend(async |store: Store| {
        let ran = Arc::new(AtomicBool::new(false));
        for (commits, expected) in [(false, false), (true, true)] {
            let tx = store.begin().await.unwrap();
            let mark = ran.clone();
            tx.afterwards(move || mark.store(true, Ordering::SeqCst));
            if commits {
                tx.commit().await.unwrap();
            } else {
                drop(tx);
            }
            assert_eq!(ran.load(Ordering::SeqCst), expected);
        }
    })
    .await;
}

#[tokio::test]
async fn numbers_have_no_gaps_although_many_take_them_and_some_give_up() {
    for_each_backend(async |store: Store| {
        let takers = (0..8).map(|taker| {
            let store = store.clone();
            tokio::spawn(async move {
                let mut kept = Vec::new();
                for round in 0..10 {
                    let tx = store.begin().await.unwrap();
                    let number = counter::next_number(&tx, NumberKind::Service).await.unwrap();
                    if (taker + round) % 3 == 0 {
                        tx.rollback().await.unwrap();
                    } else {
                        tx.commit().await.unwrap();
                        kept.push(number);
                    }
                }
                kept
            })
        });
        let mut numbers = Vec::new();
        for taker in takers.collect::<Vec<_>>() {
            numbers.extend(taker.await.unwrap());
        }
        numbers.sort_unstable();
        let wanted: Vec<i64> = (1..=i64::try_from(numbers.len()).unwrap()).collect();
        assert_eq!(numbers, wanted);
    })
    .await;
}

#[tokio::test]
async fn a_sequence_goes_on_after_the_numbers_that_an_import_brought_and_never_back() {
    for_each_backend(async |store: Store| {
        let tx = store.begin().await.unwrap();
        for (brought, next) in [(41, 42), (7, 43)] {
            counter::advance(&tx, NumberKind::Service, brought).await.unwrap();
            assert_eq!(
                counter::next_number(&tx, NumberKind::Service).await.unwrap(),
                next
            );
        }
        tx.commit().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn migrating_twice_changes_nothing_and_an_edited_or_unknown_step_is_refused() {
    for_each_test_store(async |test| {
        assert_eq!(test.store.migrate().await.unwrap(), Vec::<&str>::new());
        test.tamper("INSERT INTO schema_step (name, checksum) VALUES ('m9999_future', 'x')")
            .await;
        let refused = test.store.migrate().await.unwrap_err().to_string();
        assert!(refused.contains("newer version"), "{refused}");
        test.tamper("DELETE FROM schema_step WHERE name = 'm9999_future'")
            .await;
        test.tamper("UPDATE schema_step SET checksum = 'x'").await;
        let refused = test.store.migrate().await.unwrap_err().to_string();
        assert!(refused.contains("edited"), "{refused}");
    })
    .await;
}

#[cfg(unix)]
#[tokio::test]
async fn the_sqlite_file_is_readable_by_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let test = store::testing::TestStore::sqlite().await;
    let path = test.url().to_string().replace("sqlite://", "");
    for suffix in ["", "-wal", "-shm"] {
        let mode = std::fs::metadata(format!("{path}{suffix}"))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{suffix}");
    }
    test.remove().await;
}
