use domain::{
    id::NumberKind,
    state::{TaskKind, TaskPriority, TaskState},
};
use jiff::SignedDuration;
use store::{
    Error, Json, Page, Store, Tx, counter,
    department::{self, Department},
    mail_text::{self, MailText},
    notice::{self, Notice, NoticeState},
    periodic,
    seller::Seller,
    session::{self, OneTimeToken, TokenPurpose},
    task::{self, Task, TaskFilter},
    testing::for_each_backend,
};

use crate::fixture::{at, fresh, seller};

async fn some_task(tx: &Tx, department: &Department, key: &str) -> Task {
    Task {
        id: fresh().into(),
        seller_id: department.seller_id,
        number: counter::next_number(tx, NumberKind::Task).await.unwrap(),
        kind: TaskKind::Plain,
        state: TaskState::Open,
        priority: TaskPriority::Normal,
        due_at: None,
        overdue_told_at: None,
        title: "Look".into(),
        detail: String::new(),
        department_id: department.id,
        performer_id: None,
        service_id: None,
        operation_id: None,
        module_id: None,
        account_id: None,
        dedup_key: key.into(),
        created_at: at(0),
        changed_at: at(0),
        closed_at: None,
        version: 1,
    }
}

async fn some_department(tx: &Tx, seller: &Seller) -> Department {
    let department = Department {
        id: fresh().into(),
        seller_id: seller.id,
        name: "Support".into(),
        email: String::new(),
        language: "en".into(),
        hours: domain::hours::BusinessHours::ALWAYS,
        is_archived: false,
        created_at: at(0),
        version: 1,
    };
    department::insert(tx, &department).await.unwrap();
    department
}

fn some_notice(seller: &Seller, key: &str) -> Notice {
    Notice {
        id: fresh().into(),
        seller_id: seller.id,
        kind: "issued".into(),
        dedup_key: key.into(),
        recipient: "ann@example.test".into(),
        language: "en".into(),
        data: Json(serde_json::json!({})),
        sealed_data: None,
        account_id: None,
        service_id: None,
        certificate_id: None,
        state: NoticeState::Waiting,
        attempts: 0,
        next_try_at: at(0),
        lease_owner: None,
        lease_until: None,
        last_error: None,
        created_at: at(0),
        sent_at: None,
    }
}

#[tokio::test]
async fn of_tasks_with_one_key_only_one_is_open() {
    for_each_backend(async |store: Store| {
        let seller = seller(&store).await;
        let tx = store.begin().await.unwrap();
        let department = some_department(&tx, &seller).await;
        let mut first = some_task(&tx, &department, "k").await;
        assert!(task::insert_once(&tx, &first).await.unwrap());
        let second = some_task(&tx, &department, "k").await;
        assert!(!task::insert_once(&tx, &second).await.unwrap());
        first.state = TaskState::Done;
        first.closed_at = Some(at(1));
        task::update(&tx, &mut first).await.unwrap();
        assert!(task::insert_once(&tx, &second).await.unwrap());
        let open = task::list(&tx, &TaskFilter::open(), &Page::first(10))
            .await
            .unwrap();
        assert_eq!(
            open.rows.iter().map(|task| task.id).collect::<Vec<_>>(),
            [second.id]
        );
    })
    .await;
}

#[tokio::test]
async fn the_newest_wording_of_a_mail_holds_and_two_cannot_be_the_same_one() {
    for_each_backend(async |store: Store| {
        let seller = seller(&store).await;
        let wording = |kind: &str, number: i32, subject: Option<&str>| MailText {
            id: fresh(),
            seller_id: seller.id,
            kind: kind.into(),
            language: "en".into(),
            number,
            subject: subject.map(str::to_owned),
            body: subject.map(str::to_owned),
            html: subject.map(str::to_owned),
            changed_by: "somebody".into(),
            changed_at: at(i64::from(number)),
            failed_at: None,
            failure: None,
        };
        let tx = store.begin().await.unwrap();
        let second = wording("issued", 2, Some("two"));
        for text in [
            &wording("issued", 1, Some("one")),
            &second,
            &wording("closed", 1, Some("one")),
            &wording("closed", 2, None),
        ] {
            mail_text::insert(&tx, text).await.unwrap();
        }
        assert!(
            mail_text::note_failure(&tx, second.id, "gone", at(9))
                .await
                .unwrap()
        );
        assert!(
            !mail_text::note_failure(&tx, second.id, "again", at(10))
                .await
                .unwrap()
        );
        tx.commit().await.unwrap();
        let reader = store.reader();
        let newest = mail_text::newest(reader, seller.id, "issued", "en")
            .await
            .unwrap()
            .unwrap();
        assert_eq!(newest.subject.as_deref(), Some("two"));
        assert_eq!(newest.failure.as_deref(), Some("gone"));
        assert!(
            mail_text::newest(reader, seller.id, "issued", "ru")
                .await
                .unwrap()
                .is_none()
        );
        assert_eq!(mail_text::count_failing(reader, seller.id).await.unwrap(), 1);
        let mut all = mail_text::all(reader, seller.id).await.unwrap();
        all.sort_by(|a, b| a.kind.cmp(&b.kind));
        let holds: Vec<_> = all.iter().map(|text| (text.kind.as_str(), text.number)).collect();
        assert_eq!(holds, [("closed", 2), ("issued", 2)]);
        let past = mail_text::history(reader, seller.id, "issued", "en", 10)
            .await
            .unwrap();
        assert_eq!(past.iter().map(|text| text.number).collect::<Vec<_>>(), [2, 1]);
        let tx = store.begin().await.unwrap();
        let twice = mail_text::insert(&tx, &wording("issued", 2, Some("other"))).await;
        assert!(matches!(twice, Err(store::Error::Duplicate { .. })), "{twice:?}");
        drop(tx);
        let tx = store.begin().await.unwrap();
        mail_text::insert(&tx, &wording("issued", 3, Some("three")))
            .await
            .unwrap();
        tx.commit().await.unwrap();
        assert_eq!(
            mail_text::count_failing(store.reader(), seller.id).await.unwrap(),
            0,
            "the one that holds does not fail"
        );
    })
    .await;
}

#[tokio::test]
async fn no_notice_is_leased_twice_and_a_lost_lease_writes_nothing() {
    for_each_backend(async |store: Store| {
        let seller = seller(&store).await;
        let tx = store.begin().await.unwrap();
        for number in 0..20 {
            assert!(
                notice::insert_once(&tx, &some_notice(&seller, &format!("k{number}")))
                    .await
                    .unwrap()
            );
        }
        assert!(
            !notice::insert_once(&tx, &some_notice(&seller, "k0"))
                .await
                .unwrap()
        );
        tx.commit().await.unwrap();
        let workers: Vec<_> = (0..4)
            .map(|worker| {
                let store = store.clone();
                tokio::spawn(async move {
                    let tx = store.begin().await.unwrap();
                    let owner = format!("w{worker}");
                    let leased = notice::lease(&tx, &owner, at(1), at(60), 6).await.unwrap();
                    tx.commit().await.unwrap();
                    leased
                })
            })
            .collect();
        let mut leased = Vec::new();
        for worker in workers {
            leased.extend(worker.await.unwrap());
        }
        let mut ids: Vec<_> = leased.iter().map(|notice| notice.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), leased.len());
        // The lease runs out; another worker takes it over; the first comes back too late.
        let mut late = leased.swap_remove(0);
        let tx = store.begin().await.unwrap();
        assert_eq!(
            notice::lease(&tx, "other", at(61), at(90), 50)
                .await
                .unwrap()
                .len(),
            20
        );
        late.state = NoticeState::Sent;
        let owner = late.lease_owner.clone().unwrap();
        let refused = notice::settle(&tx, &late, &owner).await;
        assert!(matches!(refused, Err(Error::Conflict { .. })), "{refused:?}");
    })
    .await;
}

#[tokio::test]
async fn periodic_work_is_run_by_one_node_when_it_is_due() {
    for_each_backend(async |store: Store| {
        let tx = store.begin().await.unwrap();
        periodic::ensure(&tx, "balances", at(10)).await.unwrap();
        periodic::ensure(&tx, "balances", at(99)).await.unwrap();
        let claim = async |owner, now, real| {
            let until = at(real) + SignedDuration::from_secs(30);
            periodic::claim(&tx, "balances", owner, at(now), at(real), until)
                .await
                .unwrap()
        };
        assert!(claim("a", 9, 0).await.is_none(), "not due");
        let mut mine = claim("a", 10, 0).await.expect("due");
        assert!(claim("b", 11, 29).await.is_none(), "leased");
        assert!(claim("b", 11, 31).await.is_some(), "the lease ran out");
        let late = periodic::settle(&tx, &mut mine).await;
        assert!(matches!(late, Err(Error::Conflict { .. })), "{late:?}");
    })
    .await;
}

#[tokio::test]
async fn a_one_time_token_works_once_until_it_expires_and_for_its_purpose() {
    for_each_backend(async |store: Store| {
        let tx = store.begin().await.unwrap();
        let token = |hash: u8, expires: i64| OneTimeToken {
            id: fresh(),
            purpose: TokenPurpose::ResetPassword,
            user_id: None,
            token_hash: vec![hash],
            created_at: at(0),
            expires_at: at(expires),
            used_at: None,
        };
        session::insert_token(&tx, &token(1, 10)).await.unwrap();
        session::insert_token(&tx, &token(2, 10)).await.unwrap();
        let take = async |purpose, hash: u8, now| {
            session::use_token(&tx, purpose, &[hash], at(now))
                .await
                .unwrap()
                .is_some()
        };
        assert!(!take(TokenPurpose::ConfirmAddress, 1, 5).await);
        assert!(!take(TokenPurpose::ResetPassword, 1, 10).await);
        assert!(take(TokenPurpose::ResetPassword, 1, 5).await);
        assert!(!take(TokenPurpose::ResetPassword, 1, 5).await);
        session::void_tokens(&tx, TokenPurpose::ResetPassword, None, at(6))
            .await
            .unwrap();
        assert!(!take(TokenPurpose::ResetPassword, 2, 6).await);
    })
    .await;
}
