use std::io::Cursor;

use domain::Currency;
use store::{
    Error, Page, Store,
    account::{self, AccountFilter},
    audit::Verdict,
    backup,
    instance::{self, Instance},
    ledger::{self, LedgerKey},
    testing::TestStore,
    user,
};
use uuid::Uuid;

use crate::fixture::{account as insert_account, at, seller, user as insert_user};

/// A database with rows of every type of column, empty ones and odd texts among them.
async fn fill(store: &Store) {
    let seller = seller(store).await;
    let tx = store.begin().await.unwrap();
    instance::insert_first(&tx, &Instance::new(Uuid::from_u128(7)))
        .await
        .unwrap();
    for number in 0..1_200 {
        let name = format!("Zoë \"{number}\"\n\u{1F600} 'x'; --");
        insert_account(&tx, &seller, &name).await;
    }
    let ann = insert_user(&tx, &seller, "ann@example.test").await;
    user::replace_recovery_codes(&tx, ann.id, vec![vec![0, 255, 1], vec![]])
        .await
        .unwrap();
    tx.audit(store::audit::NewLink {
        at: at(1),
        seller: Some(seller.id),
        actor: "test".into(),
        user: Some(ann.id),
        account: None,
        address: None,
        request: "r".into(),
        action: "test.done",
        subject: "x".into(),
        detail: serde_json::json!({ "a": 1 }),
    });
    tx.commit().await.unwrap();
}

async fn taken(store: &Store) -> Vec<u8> {
    let mut bytes = Vec::new();
    backup::write(store, &mut bytes, at(5)).await.unwrap();
    bytes
}

/// The rows without the one that a restore changes on purpose.
fn rows(backup: &[u8]) -> Vec<&str> {
    let text = std::str::from_utf8(backup).unwrap();
    text.lines().filter(|line| !line.starts_with("[1,\"")).collect()
}

async fn all_kinds() -> Vec<TestStore> {
    let mut kinds = vec![TestStore::sqlite().await];
    kinds.extend(TestStore::postgres().await);
    kinds
}

#[tokio::test]
async fn a_backup_of_either_database_restores_into_either_and_purchases_are_off() {
    for from in all_kinds().await {
        fill(&from.store).await;
        let bytes = taken(&from.store).await;
        for into in all_kinds().await {
            let summary = backup::restore(&into.store, &mut Cursor::new(&bytes), Uuid::from_u128(8), at(9))
                .await
                .unwrap();
            assert!(summary.rows > 1_200, "{summary:?}");
            let row = instance::the(into.store.reader()).await.unwrap();
            assert_eq!(
                (row.instance_id, row.purchases_blocked),
                (Uuid::from_u128(8), true)
            );
            assert_eq!(row.blocked_reason.as_deref(), Some(backup::RESTORED));
            let again = taken(&into.store).await;
            assert_eq!(rows(&again), rows(&bytes));
            assert_eq!(
                store::audit::verify(into.store.reader()).await.unwrap(),
                Verdict::Whole(1)
            );
            into.remove().await;
        }
        from.remove().await;
    }
}

#[tokio::test]
async fn what_is_no_whole_backup_is_refused_and_leaves_no_trace() {
    let from = TestStore::sqlite().await;
    fill(&from.store).await;
    let whole = String::from_utf8(taken(&from.store).await).unwrap();
    let lines: Vec<&str> = whole.lines().collect();
    let cut_off = lines[..lines.len() - 1].join("\n");
    let without_a_row = lines
        .iter()
        .filter(|line| !line.contains("ann@example"))
        .copied()
        .collect::<Vec<_>>();
    let newer = whole.replacen("m0001_people_and_money", "m9999_future", 1);
    for (text, wanted) in [
        (String::new(), "empty"),
        ("hello\n".to_owned(), "no backup"),
        (cut_off, "cut off"),
        (
            whole.replacen("\"certbroker_backup\":1", "\"certbroker_backup\":2", 1),
            "newer",
        ),
        (newer, "newer"),
        (
            whole.replacen("\"table\":\"account\"", "\"table\":\"nothing\"", 1),
            "nobody knows",
        ),
        (whole.replacen("\"number\"", "\"nomber\"", 1), "no column"),
    ] {
        let into = TestStore::sqlite().await;
        let refused = backup::restore(&into.store, &mut Cursor::new(text), Uuid::nil(), at(9)).await;
        let Err(Error::Refused(why)) = refused else {
            panic!("{wanted}: {refused:?}")
        };
        assert!(why.contains(wanted), "{why}");
        let accounts = account::list(into.store.reader(), &AccountFilter::default(), &Page::first(1))
            .await
            .unwrap();
        assert_eq!(accounts.total, Some(0), "{wanted}");
        into.remove().await;
    }
    let into = TestStore::sqlite().await;
    let text = without_a_row.join("\n");
    assert!(
        backup::restore(&into.store, &mut Cursor::new(text), Uuid::nil(), at(9))
            .await
            .is_err()
    );
    let filled = backup::restore(&from.store, &mut Cursor::new(whole), Uuid::nil(), at(9)).await;
    assert!(matches!(filled, Err(Error::Refused(why)) if why.contains("not empty")));
    into.remove().await;
    from.remove().await;
}

#[tokio::test]
async fn a_backup_shows_one_moment_while_others_write() {
    for test in all_kinds().await {
        let seller = seller(&test.store).await;
        let (store, writing) = (test.store.clone(), test.store.clone());
        let cash = LedgerKey::External(seller.id, Currency::EUR);
        let writer = tokio::spawn(async move {
            for _ in 0..30 {
                let tx = writing.begin().await.unwrap();
                insert_account(&tx, &seller, "x").await;
                tx.commit().await.unwrap();
            }
        });
        for _ in 0..5 {
            let text = String::from_utf8(taken(&store).await).unwrap();
            // The counter and the accounts agree in every backup, because they are written together.
            let accounts = text.lines().filter(|line| line.contains("\"NL001\"")).count();
            let counter = format!("[\"account\",{accounts}]");
            assert!(accounts == 0 || text.contains(&counter), "{accounts}");
        }
        writer.await.unwrap();
        assert!(ledger::balance(store.reader(), cash).await.unwrap().is_zero());
        test.remove().await;
    }
}
