//! Moves of business time: one at a time, taken over, and the days on which something falls due.

use store::{
    Error, Json, Store,
    testing::for_each_backend,
    time_travel::{self, TimeTravel, TravelState},
};

use crate::fixture::{at, fresh};

fn travel() -> TimeTravel {
    TimeTravel {
        id: fresh().into(),
        asked_by: "usr_1".into(),
        asked_at: at(0),
        from_at: None,
        target_at: at(86_400),
        state: TravelState::Waiting,
        progress: Json(serde_json::json!({})),
        report: None,
        error: None,
        slot: Some(1),
        lease_owner: None,
        lease_until: None,
        version: 1,
    }
}

#[tokio::test]
async fn one_move_is_open_and_one_process_has_it() {
    for_each_backend(async |store: Store| {
        let first = travel();
        let tx = store.begin().await.unwrap();
        time_travel::insert(&tx, &first).await.unwrap();
        tx.commit().await.unwrap();
        let tx = store.begin().await.unwrap();
        assert!(matches!(
            time_travel::insert(&tx, &travel()).await,
            Err(Error::Duplicate { .. })
        ));
        tx.rollback().await.unwrap();

        let tx = store.begin().await.unwrap();
        let mut held = time_travel::claim(&tx, "one", at(0), at(30))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(held.state, TravelState::Running);
        assert!(
            time_travel::claim(&tx, "two", at(29), at(60))
                .await
                .unwrap()
                .is_none()
        );
        let mut stolen = time_travel::claim(&tx, "two", at(30), at(60))
            .await
            .unwrap()
            .unwrap();
        assert!(matches!(
            time_travel::update(&tx, &mut held).await,
            Err(Error::Conflict { .. })
        ));
        stolen.slot = None;
        stolen.state = TravelState::Done;
        time_travel::update(&tx, &mut stolen).await.unwrap();
        time_travel::insert(&tx, &travel()).await.unwrap();
        assert!(
            time_travel::claim(&tx, "three", at(31), at(60))
                .await
                .unwrap()
                .is_some()
        );
        assert!(time_travel::end_lease(&tx).await.unwrap());
        assert!(!time_travel::end_lease(&tx).await.unwrap());
        tx.commit().await.unwrap();
        let newest = time_travel::newest(store.reader(), 5).await.unwrap();
        assert_eq!(newest.len(), 2);
        assert!(time_travel::open(store.reader()).await.unwrap().is_some());
    })
    .await;
}
