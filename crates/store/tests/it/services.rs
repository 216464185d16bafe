//! The list of services: pages, sorts, filters and searches find the right rows, and find them by indexes.

use domain::{
    Currency,
    contact::Contact,
    id::{AccountId, ServiceId, TariffPlanId},
    name::DomainName,
    product::{ProductKind, ValidationLevel, ValidationMethod},
    state::{KeyCustody, ServiceState},
    term::Years,
};
use jiff::{ToSpan as _, civil::date};
use store::{
    Backend, Conn as _, Json, Page, Store,
    reminder::{self, Reminder},
    seller::Seller,
    service::{Service, ServiceName},
    service_list::{self, Direction, ServiceFilter, ServiceSort},
    tariff::TariffPlan,
    testing::{TestStore, for_each_test_store},
};

use crate::fixture;

/// Enough for a planner to prefer an index.
const MANY: i64 = 20_000;
const STATES: [ServiceState; 4] = [
    ServiceState::Active,
    ServiceState::Active,
    ServiceState::WaitingForValidation,
    ServiceState::Failed,
];

pub(crate) struct Set {
    pub(crate) seller: Seller,
    account: AccountId,
    /// Every service with its number.
    pub(crate) services: Vec<(ServiceId, i64)>,
}

pub(crate) async fn generate(store: &Store) -> Set {
    let seller = fixture::seller(store).await;
    let tx = store.begin().await.unwrap();
    let account = fixture::account(&tx, &seller, "Client One").await.id;
    let other = fixture::account(&tx, &seller, "Client Two").await.id;
    let plan = plan(&seller);
    store::tariff::insert(&tx, &plan).await.unwrap();
    let services: Vec<Service> = (1..=MANY)
        .map(|number| {
            service(
                number,
                &seller,
                if number % 1_000 == 0 { account } else { other },
                plan.id,
            )
        })
        .collect();
    let names: Vec<ServiceName> = services
        .iter()
        .map(|service| {
            ServiceName::new(
                service.id,
                service.account_id,
                1,
                0,
                service.main_name.clone(),
                ValidationMethod::Dns,
                None,
            )
        })
        .collect();
    store::service::insert_many(&tx, &services, &names).await.unwrap();
    tx.commit().await.unwrap();
    Set {
        seller,
        account,
        services: services
            .iter()
            .map(|service| (service.id, service.number))
            .collect(),
    }
}

fn plan(seller: &Seller) -> TariffPlan {
    TariffPlan {
        id: fixture::fresh().into(),
        seller_id: seller.id,
        name: "PositiveSSL".into(),
        note: String::new(),
        brand: "Sectigo".into(),
        product_name: "PositiveSSL".into(),
        level: ValidationLevel::Dv,
        kind: ProductKind::Single,
        included_names: 1,
        most_names: 1,
        methods: Json(vec![ValidationMethod::Dns]),
        margin_percent: None,
        margin_round_up_to: None,
        is_active: true,
        sort: 0,
        created_at: fixture::at(0),
        updated_at: fixture::at(0),
        archived_at: None,
        version: 1,
    }
}

fn service(number: i64, seller: &Seller, account: AccountId, plan: TariffPlanId) -> Service {
    // Scattered, so that no order is the order of insertion by chance.
    let scattered = number * 7_919 % MANY;
    let name: DomainName = format!("www.shop{scattered}.example.com").parse().unwrap();
    let state = STATES[usize::try_from(number % 4).unwrap()];
    let end_date = (state == ServiceState::Active).then(|| date(2027, 1, 1) + (scattered % 400).days());
    Service {
        id: ServiceId::from(fixture::fresh()),
        number,
        seller_id: seller.id,
        account_id: account,
        tariff_plan_id: plan,
        module_id: None,
        main_name: name,
        names_version: 1,
        names_count: 1,
        state,
        years: Years::new(1).unwrap(),
        end_date,
        term_start: None,
        term_end: None,
        is_subscription: false,
        custody: KeyCustody::Client,
        method: ValidationMethod::Dns,
        external_ref: None,
        csr_id: None,
        certificate_id: None,
        contact: Json(Contact::default()),
        organisation: None,
        prolong_years: None,
        net_minor: 1_000,
        gross_minor: 1_000,
        currency: Currency::EUR,
        failure_code: None,
        failure: None,
        language: "en".into(),
        created_at: fixture::at(scattered),
        accepted_at: None,
        issued_at: None,
        closed_at: None,
        reissue_on: None,
        renew_on: None,
        version: 1,
    }
}

async fn numbers(store: &Store, filter: &ServiceFilter, sort: ServiceSort, page: &Page) -> Vec<i64> {
    let found = service_list::list(store.reader(), filter, sort, Direction::Ascending, page)
        .await
        .unwrap();
    found.rows.iter().map(|service| service.number).collect()
}

#[tokio::test]
async fn pages_sorts_filters_and_searches_find_the_right_services_by_indexes() {
    for_each_test_store(async |test_store| {
        let store = &test_store.store;
        let set = generate(store).await;
        test_store.tamper("ANALYZE").await;
        finds_the_right_ones(store, &set).await;
        uses_indexes(test_store, &set).await;
        looks_at_what_ends(test_store, &set).await;
        reads_what_was_found(test_store, &set).await;
    })
    .await;
}

/// What ends soon is found by its day, whatever the number of services.
async fn looks_at_what_ends(test_store: &TestStore, set: &Set) {
    let store = &test_store.store;
    let mut filter = ServiceFilter::of(set.seller.id);
    filter.states = vec![ServiceState::Active];
    let mut services: Vec<(ServiceId, i64)> = Vec::new();
    let mut page = Page::first(500);
    loop {
        let found = service_list::list(
            store.reader(),
            &filter,
            ServiceSort::Number,
            Direction::Ascending,
            &page,
        )
        .await
        .unwrap();
        services.extend(found.rows.iter().map(|service| (service.id, service.number)));
        let Some(next) = found.next else { break };
        page = Page::after(next, 500);
    }
    assert!(services.len() > 9_000);
    let tx = store.begin().await.unwrap();
    let from = date(2027, 1, 1);
    for (id, number) in &services {
        let row = Reminder {
            service_id: *id,
            certificate_id: fixture::fresh().into(),
            due_on: from + (number % 400).days(),
        };
        reminder::set(&tx, &row).await.unwrap();
    }
    tx.commit().await.unwrap();
    test_store.tamper("ANALYZE").await;

    let plan = reminder::plan(store.reader(), from, 100)
        .await
        .unwrap()
        .join("\n");
    assert!(plan.contains("ix_reminder_due_on"), "{plan}");
    assert!(
        !plan.contains("TEMP B-TREE") && !plan.contains("Seq Scan"),
        "{plan}"
    );
    let tx = store.begin().await.unwrap();
    let due = reminder::due(&tx, from, 100).await.unwrap();
    let expected = services.iter().filter(|(_, number)| number % 400 == 0).count();
    assert_eq!(due.len(), expected);
    // Setting a day again moves it; removing it ends the looks.
    let first = due[0].clone();
    let later = Reminder {
        due_on: from + 1.day(),
        ..first.clone()
    };
    reminder::set(&tx, &later).await.unwrap();
    reminder::remove(&tx, due[1].service_id).await.unwrap();
    assert_eq!(reminder::due(&tx, from, 100).await.unwrap().len(), expected - 2);
    let kept = reminder::find(&tx, first.service_id).await.unwrap().unwrap();
    assert_eq!(kept.due_on, from + 1.day());
    tx.commit().await.unwrap();
}

async fn finds_the_right_ones(store: &Store, set: &Set) {
    let all = ServiceFilter::of(set.seller.id);
    let sorts = [
        ServiceSort::Number,
        ServiceSort::Name,
        ServiceSort::EndDate,
        ServiceSort::Created,
    ];
    for sort in sorts {
        let first = service_list::list(store.reader(), &all, sort, Direction::Ascending, &Page::first(30))
            .await
            .unwrap();
        let second = Page::after(first.next.clone().unwrap(), 30);
        let by_key = numbers(store, &all, sort, &second).await;
        assert_eq!(
            by_key,
            numbers(store, &all, sort, &Page::number(1, 30)).await,
            "{sort:?}"
        );
        let deep = numbers(store, &all, sort, &Page::number(300, 30)).await;
        assert_eq!(deep.len(), 30, "{sort:?}");
    }
    let counted = service_list::list(
        store.reader(),
        &all,
        ServiceSort::Number,
        Direction::Descending,
        &Page::first(1),
    )
    .await;
    assert_eq!(counted.unwrap().total, Some(u64::try_from(MANY).unwrap()));
    let mine = ServiceFilter {
        account: Some(set.account),
        ..all.clone()
    };
    assert_eq!(
        numbers(store, &mine, ServiceSort::Number, &Page::first(500))
            .await
            .len(),
        20
    );
    let failed = ServiceFilter {
        states: vec![ServiceState::Failed],
        ..all.clone()
    };
    assert!(
        numbers(store, &failed, ServiceSort::Name, &Page::first(50))
            .await
            .iter()
            .all(|number| number % 4 == 3)
    );
    for (text, count) in [
        ("S-17", 1),
        ("www.shop17.example.com", 1),
        ("shop17.example.com", 1),
        ("WWW.SHOP17.", 1),
        ("www.shop1234", 11),
        ("client one", 20),
        ("nothing.example.org", 0),
    ] {
        let filter = ServiceFilter {
            search: Some(text.to_owned()),
            ..all.clone()
        };
        assert_eq!(
            numbers(store, &filter, ServiceSort::Number, &Page::first(500))
                .await
                .len(),
            count,
            "{text}"
        );
    }
    let below = ServiceFilter {
        search: Some("example.com".to_owned()),
        ..all
    };
    assert_eq!(
        numbers(store, &below, ServiceSort::Number, &Page::first(50))
            .await
            .len(),
        50
    );
}

/// A search reads what it found by the rows' keys, however many services the account has.
async fn reads_what_was_found(test_store: &TestStore, set: &Set) {
    if test_store.store.backend() == Backend::Postgres {
        // It keeps statistics and begins at the account where that is less.
        return;
    }
    let own = ServiceFilter {
        account: Some(set.account),
        states: vec![ServiceState::Active],
        search: Some("example.com".to_owned()),
        ..ServiceFilter::of(set.seller.id)
    };
    for sort in [ServiceSort::Number, ServiceSort::Name, ServiceSort::EndDate] {
        let explained = test_store
            .explain(async |store| {
                let page = Page::first(50);
                service_list::list(store.reader(), &own, sort, Direction::Descending, &page)
                    .await
                    .unwrap();
            })
            .await;
        let of_found = explained.iter().filter(|query| query.text.contains("id IN ("));
        for query in of_found.clone() {
            let by_key = query.steps.iter().any(|step| step.contains("(id=?)"));
            assert!(by_key, "{sort:?}: {query:#?}");
        }
        assert!(of_found.count() >= 2, "{explained:#?}");
    }
}

async fn uses_indexes(test_store: &TestStore, set: &Set) {
    let reader = test_store.store.reader();
    let all = ServiceFilter::of(set.seller.id);
    let one = |states| ServiceFilter {
        states,
        ..all.clone()
    };
    let mine = |states| ServiceFilter {
        account: Some(set.account),
        states,
        ..all.clone()
    };
    let through = |states| ServiceFilter {
        module: Some(fixture::fresh().into()),
        states,
        ..all.clone()
    };
    let search = |text: &str| ServiceFilter {
        search: Some(text.to_owned()),
        ..all.clone()
    };
    let own = |text: &str| ServiceFilter {
        account: Some(set.account),
        ..search(text)
    };
    let cases = [
        (all.clone(), ServiceSort::Number),
        (all.clone(), ServiceSort::Name),
        (all.clone(), ServiceSort::EndDate),
        (all.clone(), ServiceSort::Created),
        (one(vec![ServiceState::Failed]), ServiceSort::Number),
        (one(vec![ServiceState::Failed]), ServiceSort::Name),
        (one(vec![ServiceState::Active]), ServiceSort::EndDate),
        (
            ServiceFilter {
                account: Some(set.account),
                ..all.clone()
            },
            ServiceSort::Number,
        ),
        (mine(vec![]), ServiceSort::Name),
        (mine(vec![]), ServiceSort::EndDate),
        (mine(vec![ServiceState::Active]), ServiceSort::Number),
        (mine(vec![ServiceState::Active]), ServiceSort::EndDate),
        (through(vec![]), ServiceSort::Number),
        (through(vec![]), ServiceSort::Name),
        (through(vec![]), ServiceSort::EndDate),
        (through(vec![ServiceState::Active]), ServiceSort::Number),
        (through(vec![ServiceState::Active]), ServiceSort::EndDate),
        (search("example.com"), ServiceSort::Number),
        (search("www.shop17"), ServiceSort::Number),
        (search("S-17"), ServiceSort::Number),
        (own("example.com"), ServiceSort::Number),
        (own("www.shop17"), ServiceSort::Number),
    ];
    for (filter, sort) in cases {
        for direction in [Direction::Ascending, Direction::Descending] {
            let plan = service_list::plan(reader, &filter, sort, direction, &Page::first(50))
                .await
                .unwrap();
            let whole = plan.join("\n");
            let scans: Vec<&String> = plan
                .iter()
                .filter(|step| {
                    let is_scan = step.starts_with("SCAN service") && !step.contains("USING");
                    is_scan || step.contains("Seq Scan on service")
                })
                .collect();
            assert!(scans.is_empty(), "{filter:?} {sort:?} {direction:?}:\n{whole}");
            if filter.search.is_none() {
                // The page of a long list reads an index and no row.
                let reads_rows = reader.backend() == Backend::Sqlite && !whole.contains("COVERING INDEX");
                assert!(
                    !reads_rows || matches!(sort, ServiceSort::Number),
                    "{filter:?} {sort:?} {direction:?}:\n{whole}"
                );
                let sorts = whole.contains("TEMP B-TREE FOR ORDER BY") || whole.contains("Sort Key");
                // Few rows of one account or module may be sorted in memory; a long list never.
                let is_short = filter.account.is_some() || filter.module.is_some();
                assert!(!sorts || is_short, "{filter:?} {sort:?} {direction:?}:\n{whole}");
            }
        }
    }
}
