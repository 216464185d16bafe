//! What falls due is found by indexes: no look of the clock walks over all services or operations.

use domain::{
    id::{ModuleId, OperationId},
    state::{OperationKind, OperationState},
};
use jiff::{SignedDuration, ToSpan as _, civil::date};
use store::{
    Json, Store,
    operation::{self, Lease, Operation, Through},
    service,
    testing::{TestStore, for_each_test_store},
};

use crate::{fixture, services};

/// Of so many services one falls due, and on every second of these somebody works.
const RARELY: i64 = 200;

async fn generate(store: &Store) {
    let set = services::generate(store).await;
    let tx = store.begin().await.unwrap();
    let mut operations = Vec::new();
    for (id, number) in set.services {
        let is_due = number % RARELY == 0;
        let is_waiting = number % (2 * RARELY) == 0;
        if is_due {
            let mut row = service::lock(&tx, id).await.unwrap().unwrap();
            row.term_end = Some(date(2026, 1, 1) + number.days());
            row.reissue_on = row.term_end;
            row.renew_on = row.term_end;
            service::update(&tx, &mut row).await.unwrap();
        }
        operations.push(Operation {
            id: OperationId::from(fixture::fresh()),
            number,
            seller_id: set.seller.id,
            kind: OperationKind::Open,
            service_id: id,
            module_id: None,
            state: if is_waiting {
                OperationState::Waiting
            } else {
                OperationState::Done
            },
            step: "choose".to_owned(),
            outputs: Json(serde_json::Value::Null),
            attempts: 0,
            next_run_at: is_waiting.then(|| fixture::at(number)),
            postponed: 0,
            lease_owner: None,
            lease_until: None,
            fence: 0,
            close_wanted_by: None,
            let_run_by: None,
            error_class: None,
            error: None,
            started_by: "test".to_owned(),
            created_at: fixture::at(number),
            finished_at: None,
            version: 1,
        });
    }
    operation::insert_many(&tx, &operations, &[]).await.unwrap();
    tx.commit().await.unwrap();
}

/// Everything that looks by the clock for something to do, with services or operations behind it.
async fn look(store: &Store) {
    let (today, now) = (date(2030, 1, 1), fixture::at(5_000));
    let reader = store.reader();
    service::next_reissue_on(reader).await.unwrap();
    service::next_renewal_on(reader).await.unwrap();
    operation::next_due(reader).await.unwrap();
    operation::due_by_module(reader, now, now).await.unwrap();
    operation::some_lease_ran_out(reader, now).await.unwrap();
    operation::leased(reader, now).await.unwrap();
    operation::backlog(reader, now).await.unwrap();
    operation::stuck_and_ending(reader, today, now, 50).await.unwrap();
    store::service_plan::batch(reader, 5_000, 500).await.unwrap();
    let tx = store.begin().await.unwrap();
    assert!(
        !service::due_for_reissue(&tx, today, 100)
            .await
            .unwrap()
            .is_empty()
    );
    assert!(
        !service::due_for_renewal(&tx, today, 100)
            .await
            .unwrap()
            .is_empty()
    );
    assert!(
        !service::past_their_term(&tx, today, 100)
            .await
            .unwrap()
            .is_empty()
    );
    let lease = Lease {
        owner: "test",
        now,
        wall: now,
        until: now + SignedDuration::from_mins(5),
    };
    let module = ModuleId::from(fixture::fresh());
    for through in [Through::Any, Through::NoModule, Through::Module(module)] {
        operation::lease_due(&tx, lease, through, 8).await.unwrap();
    }
    operation::resume_put_off(&tx, module, now).await.unwrap();
    tx.rollback().await.unwrap();
}

#[tokio::test]
async fn what_falls_due_is_found_by_indexes() {
    for_each_test_store(async |test_store: &TestStore| {
        generate(&test_store.store).await;
        // The SQLite of an installation keeps no statistics either.
        if test_store.store.backend() == store::Backend::Postgres {
            test_store.tamper("ANALYZE").await;
        }
        let explained = test_store.explain(async |store| look(store).await).await;
        assert!(explained.len() >= 15, "every query was heard: {explained:#?}");
        for query in &explained {
            for table in ["service", "s", "operation", "o"] {
                assert!(!query.walks_over(table), "{query:#?}");
            }
        }
    })
    .await;
}
