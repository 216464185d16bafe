//! Replace now: many certificates at once, in the order of their urgency, each once.

use certbroker_engine::{
    Error,
    replacements::{NewRun, ReplacedLine, ReplacedState, ReplacementNeeds, RunState, RunView, Selection},
    services::{ServiceQuery, ServiceView},
};
use domain::{
    id::{NumberKind, ReplacementId, ServiceId, TariffPlanId},
    product::ValidationMethod,
    state::{OperationState, ReissueCause, ServiceState, TaskKind},
};
use std::time::Duration;
use store::{Page, task::TaskFilter};
use testkit::{TestWorld, database::for_each_backend};

use crate::reissue::years;

/// Longer than any run of a test takes.
const PATIENCE: Duration = Duration::from_mins(2);

/// A service with its first certificate.
pub(crate) async fn issued(
    world: &TestWorld,
    plan: TariffPlanId,
    name: &str,
    method: ValidationMethod,
) -> ServiceId {
    let order = years(TestWorld::order(plan, &[name], method), 2);
    let service = world.place(order).await.service;
    if method != ValidationMethod::Dns {
        world.prove(service).await;
    }
    world.until(service, ServiceState::Active).await;
    world
        .until_it(service, |view| view.operations[0].state == OperationState::Done)
        .await;
    service
}

pub(crate) async fn start(world: &TestWorld, selection: Selection) -> ReplacementId {
    let new = NewRun {
        selection,
        why: "the CA signed with a wrong policy".to_owned(),
        hours: 24,
        expected: None,
    };
    let run = world.engine.replacements().start(&world.admin, new).await;
    run.expect("the run starts").id
}

async fn show(world: &TestWorld, run: ReplacementId) -> RunView {
    let shown = world.engine.replacements().show(&world.admin, run).await;
    shown.expect("the run is there")
}

async fn lines(world: &TestWorld, run: ReplacementId) -> Vec<ReplacedLine> {
    let found = world
        .engine
        .replacements()
        .services(&world.admin, run, None, &Page::first(500))
        .await;
    found.expect("its services").rows
}

/// Begins slices and runs what is due until the run is as wanted.
async fn until(world: &TestWorld, run: ReplacementId, is_wanted: impl Fn(&RunView) -> bool) -> RunView {
    let waiting = async {
        loop {
            world.engine.replacements().run_due().await.unwrap();
            world.worker.run_due_once().await.unwrap();
            let view = show(world, run).await;
            if is_wanted(&view) {
                return view;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    match tokio::time::timeout(PATIENCE, waiting).await {
        Ok(view) => view,
        Err(tokio::time::error::Elapsed { .. }) => panic!("{:#?}", lines(world, run).await),
    }
}

pub(crate) async fn until_over(world: &TestWorld, run: ReplacementId) -> RunView {
    until(world, run, |view| view.line.ended_at.is_some()).await
}

fn number(view: &ServiceView) -> String {
    NumberKind::Service.show(view.line.number)
}

#[tokio::test]
async fn every_certificate_is_replaced_once_and_those_that_need_somebody_begin_first() {
    for_each_backend(async |store| {
        let world = TestWorld::new(store).await;
        world.connect_zone().await;
        let single = world.plan("PositiveSSL").await;
        let multi = world.plan("PositiveSSL Multi-Domain").await;
        let alone = issued(&world, single, "alone.test", ValidationMethod::Dns).await;
        let by_file = issued(&world, single, "file.test", ValidationMethod::Http).await;
        let by_hand = issued(&world, multi, "hand.test", ValidationMethod::Dns).await;
        let before = world.simulator.purchases().len();

        let everything = Selection::Filter(ServiceQuery::default());
        let area = world.engine.replacements();
        let preview = area.preview(&world.admin, &everything, 24).await.unwrap();
        assert_eq!(preview.services, 3);
        let order: Vec<ServiceId> = preview.first.iter().map(|one| one.service).collect();
        assert_eq!(order, [by_hand, by_file, alone]);
        let mut attended: Vec<_> = preview
            .attended
            .iter()
            .map(|one| (one.needs, one.why, one.count))
            .collect();
        attended.sort();
        assert_eq!(
            attended,
            [
                (ReplacementNeeds::Client, "file", 1),
                (ReplacementNeeds::Person, "by-hand", 1)
            ]
        );
        assert_eq!(
            (preview.modules[0].services, preview.modules[0].unattended),
            (3, 1)
        );

        let run = start(&world, everything.clone()).await;
        assert!(
            world.view(alone).await.operations.len() == 1,
            "nothing begins with the start"
        );
        let refused = area.start(
            &world.admin,
            NewRun {
                selection: everything,
                why: "again".to_owned(),
                hours: 24,
                expected: None,
            },
        );
        assert!(matches!(refused.await, Err(Error::Refused(refusal)) if refusal.code == "nothing-selected"));

        until(&world, run, |view| {
            view.line.counts.replaced == 1 && view.waits.staff == 1 && view.waits.clients == 1
        })
        .await;
        let mut begun = Vec::new();
        for id in [by_hand, by_file, alone] {
            begun.push(world.view(id).await.operations[0].number);
        }
        assert!(begun.is_sorted(), "{begun:?}");
        let tasks = world
            .engine
            .tasks()
            .list(&world.admin, TaskFilter::open(), &Page::first(10))
            .await
            .unwrap();
        assert!(tasks.rows.iter().any(|task| task.kind == TaskKind::ReissueByHand));
        world.prove(by_file).await;
        let view = until(&world, run, |view| view.line.counts.replaced == 2).await;
        assert_eq!(view.line.state, RunState::Running, "one waits for a person");
        crate::reissue::finish_by_hand(&world, &world.view(by_hand).await).await;
        let view = until_over(&world, run).await;
        assert_eq!(view.line.state, RunState::Done);
        assert_eq!(view.line.counts.replaced, 3);

        for line in lines(&world, run).await {
            let service = world.view(line.service).await;
            assert_eq!(line.state, ReplacedState::Replaced);
            assert_eq!(service.certificates.len(), 2, "{}", number(&service));
            assert_eq!(line.new_serial.as_ref(), Some(&service.certificates[0].serial));
            assert_eq!(line.old_serial, service.certificates[1].serial);
            assert!(line.begun_at.is_some() && line.ended_at.is_some());
        }
        assert_eq!(world.simulator.purchases().len(), before, "nothing is bought");
        world.assert_books_agree().await;
    })
    .await;
}

#[tokio::test]
async fn a_pasted_list_finds_certificates_by_number_serial_and_name_and_says_what_it_does_not_know() {
    for_each_backend(async |store| {
        let world = TestWorld::new(store).await;
        world.connect_zone().await;
        let plan = world.plan("PositiveSSL").await;
        let mut views = Vec::new();
        for name in ["one.test", "two.test", "three.test", "four.test"] {
            let id = issued(&world, plan, name, ValidationMethod::Dns).await;
            views.push(world.view(id).await);
        }
        let serial = &views[1].certificates[0].serial;
        let text = format!(
            "serial;name\n{}\n0x{};whatever\n\"three.test\"\nDEADBEEFDEADBEEF,four.test\n{}",
            number(&views[0]),
            serial.to_lowercase(),
            number(&views[0]),
        );
        let selection = Selection::Listed(text);
        let area = world.engine.replacements();
        let preview = area.preview(&world.admin, &selection, 24).await.unwrap();
        let mut found: Vec<ServiceId> = preview.first.iter().map(|one| one.service).collect();
        found.sort();
        let mut wanted: Vec<ServiceId> = views[..3].iter().map(|view| view.line.id).collect();
        wanted.sort();
        assert_eq!(found, wanted);
        assert_eq!(preview.unknown, ["serial;name", "DEADBEEFDEADBEEF,four.test"]);
        let late = NewRun {
            selection: selection.clone(),
            why: "x".into(),
            hours: 24,
            expected: Some(4),
        };
        let refused = area.start(&world.admin, late).await;
        assert!(matches!(refused, Err(Error::Refused(refusal)) if refusal.code == "selection-changed"));
        let nameless = NewRun {
            selection: selection.clone(),
            why: " ".into(),
            hours: 24,
            expected: None,
        };
        assert!(matches!(
            area.start(&world.admin, nameless).await,
            Err(Error::Invalid(_))
        ));
        assert!(matches!(
            area.preview(&world.admin, &selection, 0).await,
            Err(Error::Invalid(_))
        ));
        assert!(matches!(
            area.preview(&world.client, &selection, 24).await,
            Err(Error::Forbidden)
        ));
    })
    .await;
}

#[tokio::test]
async fn a_pause_holds_and_the_rest_can_be_left_as_it_is() {
    for_each_backend(async |store| {
        let world = TestWorld::new(store).await;
        world.connect_zone().await;
        let plan = world.plan("PositiveSSL").await;
        let first = issued(&world, plan, "first.test", ValidationMethod::Dns).await;
        issued(&world, plan, "second.test", ValidationMethod::Dns).await;
        let area = world.engine.replacements();
        let run = start(&world, Selection::Filter(ServiceQuery::default())).await;
        area.pause(&world.admin, run).await.unwrap();
        let again = area.pause(&world.admin, run).await;
        assert!(matches!(again, Err(Error::Refused(refusal)) if refusal.code == "not-running"));
        assert_eq!(area.run_due().await.unwrap().begun, 0);
        assert_eq!(show(&world, run).await.line.counts.queued, 2);
        area.resume(&world.admin, run).await.unwrap();
        assert_eq!(area.run_due().await.unwrap().begun, 2);
        until_over(&world, run).await;

        let run = start(&world, Selection::Filter(ServiceQuery::default())).await;
        area.pause(&world.admin, run).await.unwrap();
        assert_eq!(area.cancel(&world.admin, run).await.unwrap(), 2);
        let view = until_over(&world, run).await;
        assert_eq!((view.line.state, view.line.counts.left), (RunState::Cancelled, 2));
        assert_eq!(
            world.view(first).await.certificates.len(),
            2,
            "only the first run replaced it"
        );
        let late = area.cancel(&world.admin, run).await;
        assert!(matches!(late, Err(Error::Refused(refusal)) if refusal.code == "already-over"));
    })
    .await;
}

#[tokio::test]
async fn what_waits_by_itself_gives_way_and_a_clients_own_wish_is_waited_for() {
    use certbroker_engine::reissues::{KeyWish, NewReissue};
    for_each_backend(async |store| {
        let world = TestWorld::new(store).await;
        world.connect_zone().await;
        let plan = world.plan("PositiveSSL").await;
        let due = issued(&world, plan, "due.test", ValidationMethod::Dns).await;
        let wished = issued(&world, plan, "wished.test", ValidationMethod::Dns).await;
        let end = world.view(due).await.line.dates.end_date.unwrap();
        world.advance_to(end.checked_sub(jiff::ToSpan::days(20)).unwrap());
        let wish = NewReissue {
            cause: ReissueCause::KeyLost,
            key: KeyWish::AsBefore,
            names: None,
            validation: None,
            agreed: None,
        };
        let area = world.engine.reissues();
        area.start(&world.client, wished, wish).await.unwrap();
        assert_eq!(area.run_due().await.unwrap().begun, 1);
        let run = start(&world, Selection::Filter(ServiceQuery::default())).await;
        until_over(&world, run).await;
        let states = |view: &ServiceView| view.operations.iter().map(|one| one.state).collect::<Vec<_>>();
        let view = world.view(due).await;
        assert_eq!(
            states(&view),
            [
                OperationState::Done,
                OperationState::Superseded,
                OperationState::Done
            ]
        );
        assert_eq!(view.certificates.len(), 2);
        let view = world.view(wished).await;
        assert_eq!(states(&view), [OperationState::Done, OperationState::Done]);
        assert_eq!(view.certificates.len(), 2);
    })
    .await;
}

/// So many more services like this one, with a certificate each, of which the CA knows nothing.
async fn copy(world: &TestWorld, like: ServiceId, count: usize) {
    let tx = world.store.begin().await.unwrap();
    let like = store::service::find(&tx, like).await.unwrap().unwrap();
    let certificates = store::certificate::of_service(&tx, like.id).await.unwrap();
    let fresh = || seal::random::uuid_v7(like.created_at);
    for number in 0..count {
        let mut service = like.clone();
        service.id = fresh().into();
        service.number = store::counter::next_number(&tx, NumberKind::Service)
            .await
            .unwrap();
        service.main_name = format!("copy{number}.test").parse().unwrap();
        let mut certificate = certificates[0].clone();
        certificate.id = fresh().into();
        certificate.service_id = service.id;
        service.certificate_id = Some(certificate.id);
        let mut names = store::service::names(&tx, like.id, like.names_version)
            .await
            .unwrap();
        for name in &mut names {
            name.service_id = service.id;
            name.name = service.main_name.clone();
        }
        store::service::insert(&tx, &service, &names).await.unwrap();
        store::certificate::insert(&tx, &certificate).await.unwrap();
    }
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn no_more_is_begun_ahead_than_there_is_room_for() {
    for_each_backend(async |store| {
        let world = TestWorld::new(store).await;
        world.connect_zone().await;
        let plan = world.plan("PositiveSSL").await;
        let first = issued(&world, plan, "first.test", ValidationMethod::Dns).await;
        copy(&world, first, 69).await;
        let area = world.engine.replacements();
        let run = start(&world, Selection::Filter(ServiceQuery::default())).await;
        let fed = area.run_due().await.unwrap();
        assert_eq!((fed.begun, fed.ready), (64, 6));
        let fed = area.run_due().await.unwrap();
        assert_eq!((fed.begun, fed.ready), (0, 6), "nothing was done meanwhile");
        let view = show(&world, run).await;
        assert_eq!((view.line.counts.begun, view.line.counts.queued), (64, 6));
        // Of the copies the CA knows nothing, so they fail and wait: that makes room.
        until(&world, run, |view| view.line.counts.queued == 0).await;
    })
    .await;
}

#[tokio::test]
async fn nothing_is_begun_while_automatic_work_is_off() {
    for_each_backend(async |store| {
        let world = TestWorld::new(store).await;
        world.connect_zone().await;
        let plan = world.plan("PositiveSSL").await;
        issued(&world, plan, "held.test", ValidationMethod::Dns).await;
        let modules = world.engine.modules();
        modules
            .switch_automatic(
                &world.admin,
                world.module,
                certbroker_engine::modules::Switch::Off,
            )
            .await
            .unwrap();
        let run = start(&world, Selection::Filter(ServiceQuery::default())).await;
        let fed = world.engine.replacements().run_due().await.unwrap();
        assert_eq!((fed.begun, fed.ready, fed.open), (0, 0, 1));
        assert_eq!(show(&world, run).await.modules[0].held, Some("manual-mode"));
        modules
            .switch_automatic(&world.admin, world.module, certbroker_engine::modules::Switch::On)
            .await
            .unwrap();
        until_over(&world, run).await;
    })
    .await;
}
