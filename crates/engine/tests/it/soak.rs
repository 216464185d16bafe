//! The soak in the size of every run; `load soak` does the same with more.

use testkit::{TestStore, soak::Soak};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_services_over_three_years_of_trouble_neither_lapse_nor_are_bought_twice() {
    let soak = Soak {
        services: 200,
        years: 3,
        seed: 20_261_123,
    };
    let test_store = TestStore::sqlite().await;
    let report = soak.run(test_store.store.clone()).await;
    println!("{report:#?}");
    assert_eq!(report.wrongs, [""; 0], "{report:#?}");
    assert_eq!(report.services, 200);
    // The trouble was there.
    assert!(report.deaths > 5 && report.outages > 3, "{report:#?}");
}
