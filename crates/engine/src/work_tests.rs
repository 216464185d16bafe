//! Tasks, departments, settings, tokens and the installation, tried on both databases.

use domain::{
    id::{DepartmentId, TaskId},
    state::{Role, TaskKind, TaskPriority, TaskState},
};
use jiff::SignedDuration;
use seal::ExposeSecret;
use serde_json::json;
use store::{Page, audit::AuditFilter, notice, task::TaskFilter};
use uuid::Uuid;

use crate::{
    Actor, Error, RequestId,
    api_tokens::{Claim, NewToken},
    departments::DepartmentInput,
    fixture::{World, in_each_world},
    instance::{self, Start},
    tasks::{self, BulkChange, Change, NewTask, Outcome, PlainTask, TaskSort},
};

fn plain(title: &str, department: DepartmentId) -> PlainTask {
    PlainTask {
        title: title.to_owned(),
        detail: "about the phone".to_owned(),
        department,
        priority: TaskPriority::Normal,
        due_at: None,
        service: None,
    }
}

fn trouble(key: &str) -> NewTask {
    NewTask {
        kind: TaskKind::ModuleBroken,
        title: "Cannot connect".into(),
        detail: "name not resolved".into(),
        department: None,
        service: None,
        operation: None,
        module: None,
        account: None,
        dedup_key: key.into(),
    }
}

impl World {
    async fn open(&self, actor: &Actor, key: &str) -> TaskId {
        let tx = self.engine.store().begin().await.unwrap();
        let task = tasks::open(&self.engine, &tx, actor, trouble(key)).await.unwrap();
        tx.commit().await.unwrap();
        task.id
    }
}

#[tokio::test]
async fn the_same_trouble_is_one_task_until_it_is_closed() {
    in_each_world(async |world: World| {
        let staff = world.staff(Role::Administrator).await;
        let first = world.open(&staff, "broken:1").await;
        assert_eq!(world.open(&staff, "broken:1").await, first);
        assert_ne!(world.open(&staff, "broken:2").await, first);
        let tx = world.engine.store().begin().await.unwrap();
        tasks::close_by_key(&world.engine, &tx, &staff, "broken:1", Outcome::FellAway)
            .await
            .unwrap();
        tasks::close_by_key(&world.engine, &tx, &staff, "broken:1", Outcome::FellAway)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let view = world.engine.tasks().show(&staff, first).await.unwrap();
        assert_eq!(view.task.state, TaskState::Cancelled);
        assert_ne!(world.open(&staff, "broken:1").await, first);
    })
    .await;
}

#[tokio::test]
async fn a_task_is_taken_commented_handed_over_and_done_once() {
    in_each_world(async |world: World| {
        let (admin, staff) = (
            world.staff(Role::Administrator).await,
            world.staff(Role::Staff).await,
        );
        let input = DepartmentInput {
            name: "Certificates".into(),
            members: vec![staff.user().unwrap(), admin.user().unwrap()],
            ..DepartmentInput::default()
        };
        let department = world.engine.departments().create(&admin, input).await.unwrap();
        let area = world.engine.tasks();
        let task = area
            .create(&staff, plain("Call the client", department.id))
            .await
            .unwrap();
        assert_eq!(
            notice::count(world.engine.store().reader(), notice::NoticeState::Waiting)
                .await
                .unwrap(),
            2
        );
        area.take(&staff, task.id).await.unwrap();
        area.comment(&staff, task.id, "no answer").await.unwrap();
        let other = world.open(&staff, "elsewhere").await;
        let elsewhere = area.show(&staff, other).await.unwrap().department;
        area.hand_over(&staff, task.id, elsewhere.id).await.unwrap();
        let view = area.show(&admin, task.id).await.unwrap();
        assert_eq!(
            (view.task.state, view.performer.is_some()),
            (TaskState::Open, false)
        );
        assert_eq!(
            view.comments
                .iter()
                .map(|comment| comment.body.as_str())
                .collect::<Vec<_>>(),
            ["no answer"]
        );
        area.done(&admin, task.id).await.unwrap();
        assert!(matches!(area.done(&admin, task.id).await, Err(Error::Refused(_))));
        assert!(matches!(area.take(&staff, task.id).await, Err(Error::Refused(_))));
        assert_eq!(area.by_number(&staff, task.number).await.unwrap(), task.id);
        let mine = TaskFilter {
            performer: admin.user(),
            ..TaskFilter::default()
        };
        assert_eq!(
            area.list(&admin, mine, &Page::first(5)).await.unwrap().rows.len(),
            1
        );
    })
    .await;
}

#[tokio::test]
async fn staff_see_the_tasks_of_their_departments_and_those_given_to_them() {
    in_each_world(async |world: World| {
        let admin = world.staff(Role::Administrator).await;
        let (mine, other, nobody) = (
            world.staff(Role::Staff).await,
            world.staff(Role::Staff).await,
            world.staff(Role::Staff).await,
        );
        let departments = world.engine.departments();
        let department = async |name: &str, member: &Actor| {
            let input = DepartmentInput {
                name: name.into(),
                members: vec![member.user().unwrap()],
                ..DepartmentInput::default()
            };
            departments.create(&admin, input).await.unwrap().id
        };
        let (first, second) = (
            department("First", &mine).await,
            department("Second", &other).await,
        );
        let area = world.engine.tasks();
        let task = area.create(&admin, plain("Look", first)).await.unwrap().id;
        let count = async |actor: &Actor| area.count(actor, TaskFilter::open()).await.unwrap();
        assert_eq!(
            (
                count(&admin).await,
                count(&mine).await,
                count(&other).await,
                count(&nobody).await
            ),
            (1, 1, 0, 0)
        );
        for stranger in [&other, &nobody] {
            let not_found = |outcome: Result<(), Error>| assert!(matches!(outcome, Err(Error::NotFound)));
            not_found(area.show(stranger, task).await.map(drop));
            not_found(area.by_number(stranger, 1).await.map(drop));
            not_found(area.take(stranger, task).await.map(drop));
            not_found(area.give(stranger, task, None).await.map(drop));
            not_found(area.hand_over(stranger, task, second).await.map(drop));
            not_found(
                area.set_priority(stranger, task, TaskPriority::Low)
                    .await
                    .map(drop),
            );
            not_found(area.set_due(stranger, task, None).await.map(drop));
            not_found(area.comment(stranger, task, "seen").await);
            not_found(area.done(stranger, task).await.map(drop));
            not_found(area.reopen(stranger, task).await.map(drop));
            let report = area
                .change_all(stranger, &[task], &BulkChange::Take)
                .await
                .unwrap();
            assert_eq!((report.changed, report.refused), (0, 1));
            assert!(
                area.lines(stranger, TaskFilter::default(), TaskSort::Urgent, &Page::first(9))
                    .await
                    .unwrap()
                    .rows
                    .is_empty()
            );
        }
        area.give(&mine, task, nobody.user()).await.unwrap();
        area.comment(&nobody, task, "I have it").await.unwrap();
        area.hand_over(&nobody, task, second).await.unwrap();
        assert_eq!(
            (count(&mine).await, count(&other).await, count(&nobody).await),
            (0, 1, 0)
        );
        let owner = world.owner(world.account().await.id).await;
        assert!(matches!(area.show(&owner, task).await, Err(Error::Forbidden)));
    })
    .await;
}

#[tokio::test]
async fn every_change_of_a_task_is_in_its_history() {
    in_each_world(async |world: World| {
        let admin = world.staff(Role::Administrator).await;
        let worker = world.user(Some(Role::Staff)).await;
        let input = DepartmentInput {
            name: "Certificates".into(),
            email: "certificates@example.test".into(),
            hours: "09:00-17:00;09:00-17:00;09:00-17:00;09:00-17:00;09:00-17:00;;"
                .parse()
                .unwrap(),
            ..DepartmentInput::default()
        };
        let department = world.engine.departments().create(&admin, input).await.unwrap();
        let area = world.engine.tasks();
        let task = area.create(&admin, plain("Call", department.id)).await.unwrap();
        let (id, first_due) = (task.id, task.due_at.unwrap());
        assert!(first_due.duration_since(task.created_at) >= SignedDuration::from_hours(24 + 2 * 16));
        area.give(&admin, id, Some(worker)).await.unwrap();
        let urgent = area.set_priority(&admin, id, TaskPriority::Urgent).await.unwrap();
        let (due, soon) = (urgent.due_at.unwrap(), SignedDuration::from_hours(4));
        assert!(
            due.duration_since(urgent.changed_at) <= soon,
            "urgent counts every hour"
        );
        let lower = area.set_priority(&admin, id, TaskPriority::Low).await.unwrap();
        assert_eq!(lower.due_at, Some(due), "less urgent leaves the due date");
        area.set_due(&admin, id, None).await.unwrap();
        area.cancel(&admin, id).await.unwrap();
        area.reopen(&admin, id).await.unwrap();
        assert!(matches!(area.reopen(&admin, id).await, Err(Error::Refused(_))));
        let view = area.show(&admin, id).await.unwrap();
        assert_eq!((view.task.state, view.task.performer_id), (TaskState::Open, None));
        let name = format!("Person {worker}");
        let changes: Vec<Change> = view.history.into_iter().map(|entry| entry.change).collect();
        let (normal, high, low) = (TaskPriority::Normal, TaskPriority::Urgent, TaskPriority::Low);
        assert_eq!(
            changes,
            [
                Change::Opened,
                Change::Given { to: Some(name) },
                Change::Priority {
                    from: normal,
                    to: high
                },
                Change::Priority { from: high, to: low },
                Change::Due {
                    from: Some(due),
                    to: None
                },
                Change::Closed {
                    state: TaskState::Cancelled
                },
                Change::Reopened,
            ]
        );
    })
    .await;
}

#[tokio::test]
async fn tasks_speak_the_language_of_their_department() {
    in_each_world(async |world: World| {
        let admin = world.staff(Role::Administrator).await;
        let input = DepartmentInput {
            name: "Поддержка".into(),
            email: "support@example.test".into(),
            language: i18n::Locale::Ru,
            ..DepartmentInput::default()
        };
        world.engine.departments().create(&admin, input).await.unwrap();
        let task = world.open(&admin, "broken:1").await;
        let view = world.engine.tasks().show(&admin, task).await.unwrap();
        assert_eq!(view.task.title, "Нет соединения: Cannot connect");
        assert!(
            view.task
                .detail
                .starts_with("Центр сертификации сейчас недоступен.")
        );
        assert!(view.task.detail.ends_with("name not resolved"));
        world.engine.notices().deliver_due().await.unwrap();
        let letters = world.mailbox.to("support@example.test");
        assert_eq!(letters.len(), 1);
        assert!(
            letters[0].content.text.contains("Приоритет: Высокий."),
            "{}",
            letters[0].content.text
        );
    })
    .await;
}

#[tokio::test]
async fn lists_of_tasks_are_sorted_cut_and_filtered_alike_everywhere() {
    in_each_world(async |world: World| {
        let admin = world.staff(Role::Administrator).await;
        let input = DepartmentInput {
            name: "Desk".into(),
            ..DepartmentInput::default()
        };
        let department = world.engine.departments().create(&admin, input).await.unwrap().id;
        let area = world.engine.tasks();
        let (low, normal, urgent) = (TaskPriority::Low, TaskPriority::Normal, TaskPriority::Urgent);
        let now = world.engine.now();
        for (title, priority, hours) in [
            ("Apples 100%", low, 5),
            ("Bees", urgent, 9),
            ("Cats", urgent, 2),
            ("Dogs", normal, 1),
            ("Eels", normal, -3),
        ] {
            let new = PlainTask {
                priority,
                due_at: Some(now + SignedDuration::from_hours(hours)),
                ..plain(title, department)
            };
            area.create(&admin, new).await.unwrap();
        }
        let titles = async |filter: TaskFilter, sort: TaskSort| {
            let mut page = Page::first(2);
            let mut titles = Vec::new();
            loop {
                let found = area.lines(&admin, filter.clone(), sort, &page).await.unwrap();
                titles.extend(found.rows.into_iter().map(|line| line.task.title));
                match found.next {
                    Some(next) => page = Page::after(next, 2),
                    None => {
                        return titles
                            .concat()
                            .chars()
                            .filter(|c| c.is_uppercase())
                            .collect::<String>();
                    }
                }
            }
        };
        for (sort, order) in [
            (TaskSort::Newest, "EDCBA"),
            (TaskSort::Oldest, "ABCDE"),
            (TaskSort::Due, "EDCAB"),
            (TaskSort::DueLast, "BACDE"),
            (TaskSort::Urgent, "CBEDA"),
            (TaskSort::UrgentLast, "ADEBC"),
        ] {
            assert_eq!(titles(TaskFilter::open(), sort).await, order, "{sort:?}");
        }
        let search = |text: &str| TaskFilter {
            search: Some(text.to_owned()),
            ..TaskFilter::default()
        };
        for (filter, found) in [
            (search("0%"), "A"),
            (search("_"), ""),
            (search("T-2"), "B"),
            (search("CATS"), "C"),
            (
                TaskFilter {
                    due_before: Some(now),
                    ..TaskFilter::open()
                },
                "E",
            ),
            (
                TaskFilter {
                    priority: Some(urgent),
                    ..TaskFilter::open()
                },
                "BC",
            ),
            (
                TaskFilter {
                    is_free: true,
                    ..TaskFilter::open()
                },
                "ABCDE",
            ),
            (
                TaskFilter {
                    performer: admin.user(),
                    ..TaskFilter::open()
                },
                "",
            ),
        ] {
            assert_eq!(
                titles(filter.clone(), TaskSort::Oldest).await,
                found,
                "{filter:?}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn departments_have_names_of_their_own_and_staff_only() {
    in_each_world(async |world: World| {
        let admin = world.staff(Role::Administrator).await;
        let client = world.user(None).await;
        let area = world.engine.departments();
        let named = |name: &str| DepartmentInput {
            name: name.into(),
            ..DepartmentInput::default()
        };
        let made = area.create(&admin, named("Support")).await.unwrap();
        for (input, field) in [
            (named("Support"), "name"),
            (named(" "), "name"),
            (
                DepartmentInput {
                    email: "nobody".into(),
                    ..named("A")
                },
                "email",
            ),
            (
                DepartmentInput {
                    members: vec![client],
                    ..named("B")
                },
                "members",
            ),
        ] {
            let Err(Error::Invalid(problems)) = area.create(&admin, input).await else {
                panic!("{field}")
            };
            assert_eq!(
                problems
                    .iter()
                    .map(|problem| problem.field.as_str())
                    .collect::<Vec<_>>(),
                [field]
            );
        }
        let edited = area
            .edit(&admin, made.id, made.version, named("Sales"))
            .await
            .unwrap();
        assert!(matches!(
            area.edit(&admin, made.id, made.version, named("Late")).await,
            Err(Error::Conflict)
        ));
        assert_eq!(
            area.show(&admin, made.id).await.unwrap().department.name,
            edited.name
        );
    })
    .await;
}

#[tokio::test]
async fn settings_are_kept_and_told_to_the_audit_trail() {
    in_each_world(async |world: World| {
        let admin = world.staff(Role::Administrator).await;
        let area = world.engine.settings();
        area.set(&admin, "large_credit", json!("750.5")).await.unwrap();
        area.set(&admin, "large_credit", json!("800")).await.unwrap();
        assert!(matches!(
            area.set(&admin, "large_credit", json!("much")).await,
            Err(Error::Invalid(_))
        ));
        assert_eq!(area.show(&admin).await.unwrap().large_credit.to_string(), "800");
        let staff = world.staff(Role::Staff).await;
        assert!(matches!(
            area.set(&staff, "large_credit", json!("1")).await,
            Err(Error::Forbidden)
        ));
        let trail = world
            .engine
            .audit()
            .list(&admin, &AuditFilter::default(), &Page::first(9))
            .await
            .unwrap();
        let told: Vec<_> = trail
            .rows
            .iter()
            .map(|link| link.detail.0["after"].clone())
            .collect();
        assert_eq!(told, [json!("800"), json!("750.5")]);
    })
    .await;
}

#[tokio::test]
async fn a_token_acts_for_its_account_until_it_or_its_makers_right_ends() {
    in_each_world(async |world: World| {
        let account = world.account().await.id;
        let owner = world.owner(account).await;
        let area = world.engine.api_tokens();
        let new = |scopes: &[&str]| NewToken {
            account,
            name: "robot".into(),
            scopes: scopes.iter().map(|&scope| scope.to_owned()).collect(),
            valid_for: None,
        };
        assert!(matches!(
            area.create(&owner, new(&["everything"])).await,
            Err(Error::Invalid(_))
        ));
        let (token, secret) = area.create(&owner, new(&["balance:read"])).await.unwrap();
        let request = RequestId(Uuid::nil());
        let enter = async |text: &str| area.authenticate(text, request, None).await;
        let robot = enter(secret.expose_secret()).await.unwrap();
        assert_eq!(robot.account(), Some(account));
        world.engine.money().balance(&robot, account).await.unwrap();
        assert!(matches!(area.list(&robot, account).await, Err(Error::Forbidden)));
        let last = secret.expose_secret().len() - 1;
        for wrong in ["", "cbt_", &secret.expose_secret()[..last]] {
            assert!(
                matches!(enter(wrong).await, Err(Error::SignInRequired)),
                "{wrong}"
            );
        }

        let hash = [1; 32];
        assert_eq!(area.claim_key(&robot, "k", &hash).await.unwrap(), Claim::First);
        assert_eq!(
            area.claim_key(&robot, "k", &hash).await.unwrap(),
            Claim::InProgress
        );
        area.keep_answer(&robot, "k", 201, "{}").await.unwrap();
        let answered = Claim::Answered {
            status: 201,
            body: "{}".into(),
        };
        assert_eq!(area.claim_key(&robot, "k", &hash).await.unwrap(), answered);
        assert_eq!(
            area.claim_key(&robot, "k", &[2; 32]).await.unwrap(),
            Claim::OtherRequest
        );
        assert_eq!(
            area.claim_key(&robot, "other", &hash).await.unwrap(),
            Claim::First
        );
        area.give_up(&robot, "other").await.unwrap();
        assert_eq!(
            area.claim_key(&robot, "other", &hash).await.unwrap(),
            Claim::First
        );

        let (_, second) = area.create(&owner, new(&["balance:read"])).await.unwrap();
        area.revoke(&owner, token.id).await.unwrap();
        assert!(matches!(
            enter(secret.expose_secret()).await,
            Err(Error::SignInRequired)
        ));
        enter(second.expose_secret()).await.unwrap();
        let tx = world.engine.store().begin().await.unwrap();
        let memberships = store::account::memberships_of(&tx, owner.user().unwrap())
            .await
            .unwrap();
        store::account::delete_membership(&tx, memberships[0].id)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        assert!(matches!(
            enter(second.expose_secret()).await,
            Err(Error::SignInRequired)
        ));
    })
    .await;
}

#[tokio::test]
async fn a_database_that_does_not_fit_its_file_buys_nothing_until_it_is_reconciled() {
    in_each_world(async |world: World| {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("instance");
        let admin = world.staff(Role::Administrator).await;
        let (store, now) = (world.engine.store(), world.engine.clock().machine_now());
        let begin = async || {
            instance::start(store, &file, now, SignedDuration::ZERO)
                .await
                .unwrap()
                .0
        };
        let may = async || instance::may_purchase(store.reader()).await.unwrap();
        assert!(!may().await, "before the first start");
        assert_eq!(
            (begin().await, begin().await, may().await),
            (Start::First, Start::Known, true)
        );
        for damage in [
            None,
            Some(Uuid::from_u128(9).to_string()),
            Some("nonsense".to_owned()),
        ] {
            match &damage {
                Some(text) => std::fs::write(&file, text).unwrap(),
                None => std::fs::remove_file(&file).unwrap(),
            }
            assert_eq!(
                (begin().await, may().await),
                (Start::Mismatch, false),
                "{damage:?}"
            );
            assert_eq!(
                (begin().await, may().await),
                (Start::Known, false),
                "the block outlives a restart"
            );
            let tx = store.begin().await.unwrap();
            instance::reconciled(&world.engine, &tx, &admin).await.unwrap();
            tx.commit().await.unwrap();
            assert!(may().await);
        }
        world.engine.instance().block_purchases(&admin).await.unwrap();
        let tx = store.begin().await.unwrap();
        instance::reconciled(&world.engine, &tx, &admin).await.unwrap();
        tx.commit().await.unwrap();
        assert!(!may().await, "what staff switched off stays off");
        world.engine.instance().allow_purchases(&admin).await.unwrap();
        assert!(may().await);
    })
    .await;
}

#[tokio::test]
async fn business_time_moves_forward_and_the_next_start_remembers() {
    in_each_world(async |world: World| {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("instance");
        let admin = world.staff(Role::Administrator).await;
        let (store, now) = (world.engine.store(), world.engine.clock().machine_now());
        instance::start(store, &file, now, SignedDuration::ZERO)
            .await
            .unwrap();
        let (before, year) = (world.engine.now(), SignedDuration::from_hours(24 * 365));
        let after = world.engine.instance().advance_clock(&admin, year).await.unwrap();
        assert!(after.duration_since(before) >= year);
        assert!(
            world
                .engine
                .instance()
                .advance_clock(&admin, -year)
                .await
                .is_err()
        );
        assert_eq!(
            instance::start(store, &file, now, SignedDuration::ZERO)
                .await
                .unwrap()
                .1,
            year
        );
    })
    .await;
}
