use serde_json::json;
use store::{
    Page, Store,
    audit::{self, AuditFilter, NewLink, Verdict},
    testing::{TestStore, for_each_backend, for_each_test_store},
};

use crate::fixture::at;

fn link(number: i64) -> NewLink {
    NewLink {
        at: at(number),
        seller: None,
        actor: "test".into(),
        user: None,
        account: None,
        address: Some("192.0.2.7".parse().unwrap()),
        request: "r".into(),
        action: "test.done",
        subject: format!("thing {}", number % 2),
        detail: json!({ "b": number, "a": { "z": 1, "y": [null, "ü"] } }),
    }
}

async fn tell(store: &Store, numbers: std::ops::Range<i64>) {
    for number in numbers {
        let tx = store.begin().await.unwrap();
        tx.audit(link(number));
        tx.commit().await.unwrap();
    }
}

#[tokio::test]
async fn the_chain_is_whole_although_many_append_at_once_and_some_give_up() {
    for_each_backend(async |store: Store| {
        let tasks: Vec<_> = (0..6)
            .map(|number| {
                let store = store.clone();
                tokio::spawn(async move {
                    tell(&store, number * 10..number * 10 + 5).await;
                    let tx = store.begin().await.unwrap();
                    tx.audit(link(99));
                    tx.rollback().await.unwrap();
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        assert_eq!(audit::verify(store.reader()).await.unwrap(), Verdict::Whole(30));
        let filter = AuditFilter {
            subject: Some("thing 1".into()),
            ..AuditFilter::default()
        };
        let page = audit::list(store.reader(), &filter, &Page::first(4))
            .await
            .unwrap();
        let places: Vec<_> = page.rows.iter().map(|link| link.seq).collect();
        assert_eq!(places.len(), 4);
        assert!(places.is_sorted_by(|a, b| a > b), "{places:?}");
    })
    .await;
}

#[tokio::test]
async fn a_changed_a_removed_and_a_cut_off_link_break_the_chain() {
    for_each_test_store(async |test: &TestStore| {
        tell(&test.store, 0..5).await;
        let verdict = async || audit::verify(test.store.reader()).await.unwrap();
        assert_eq!(verdict().await, Verdict::Whole(5));
        test.tamper("UPDATE audit SET actor = 'nobody' WHERE seq = 3")
            .await;
        assert!(matches!(verdict().await, Verdict::Broken { seq: 3, .. }));
        test.tamper("UPDATE audit SET actor = 'test' WHERE seq = 3").await;
        assert_eq!(verdict().await, Verdict::Whole(5));
        test.tamper("UPDATE audit SET detail = '{}' WHERE seq = 4").await;
        assert!(matches!(verdict().await, Verdict::Broken { seq: 4, .. }));
        test.tamper("DELETE FROM audit WHERE seq >= 4").await;
        assert!(matches!(verdict().await, Verdict::Broken { seq: 4, .. }));
        test.tamper("DELETE FROM audit WHERE seq = 1").await;
        assert!(matches!(verdict().await, Verdict::Broken { seq: 1, .. }));
    })
    .await;
}
