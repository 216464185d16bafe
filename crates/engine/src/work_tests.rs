//! Tasks, departments, settings, tokens and the installation, tried on both databases.

use domain::{
    id::TaskId,
    state::{Role, TaskKind, TaskState},
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
    tasks::{self, NewTask, Outcome},
};

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
        let staff = world.staff(Role::Staff).await;
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
            .create(&staff, "Call the client", "about the phone", department.id)
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
