//! The plan of a service, methods that end, and another method for the reissues that come.

use certbroker_engine::{Error, orders::NamePlan, rules::RulesInForce, validations::MethodChange};
use domain::{
    plan::{Need, Piece},
    product::ValidationMethod::{self, Dns, Email, Http},
    rules::{BUILT_IN, DatedRules},
    state::ServiceState,
    term::Years,
};
use store::Page;
use testkit::{TestWorld, database::for_each_backend};

const PAGE: u32 = 9;

fn change(method: ValidationMethod) -> MethodChange {
    MethodChange {
        name: None,
        method,
        approver: None,
    }
}

#[tokio::test]
async fn a_service_that_depends_on_mail_is_found_planned_and_moved_to_dns() {
    for_each_backend(async |store| {
        let world = TestWorld::new(store).await;
        let (services, client) = (world.engine.services(), &world.client);
        let plan = world.plan("PositiveSSL").await;
        let mut order = TestWorld::order(plan, &["post.test"], Email);
        order.years = Years::new(3).unwrap();
        order.validation.names = vec![NamePlan {
            name: "post.test".to_owned(),
            method: Email,
            approver: Some("admin@post.test".to_owned()),
        }];
        let placed = world.place(order).await;
        let early = services.set_method(client, placed.service, change(Dns)).await;
        assert!(matches!(early, Err(Error::Refused(refusal)) if refusal.code == "not-issued"));
        world.prove(placed.service).await;
        let view = world.until(placed.service, ServiceState::Active).await;

        let plan = services.plan(client, placed.service).await.unwrap().unwrap();
        let end = DatedRules::baseline().method_end(Email).unwrap();
        assert_eq!(plan.names[0].ends_on, Some(end));
        assert!(plan.may_set_method);
        assert!(plan.pieces.len() > 3, "{:?}", plan.pieces);
        assert_eq!(plan.pieces.last().unwrap().end_date, view.term_end.unwrap());
        let asks = |need: &Need| matches!(need, Need::ChooseMethod { ends_on, .. } if *ends_on == end);
        assert!(plan.pieces.iter().flat_map(|piece| &piece.needs).any(asks));

        let ending = services
            .with_ending_methods(client, &Page::first(PAGE))
            .await
            .unwrap();
        assert_eq!(ending.total, Some(1));
        let found = &ending.rows[0];
        assert_eq!(
            (found.line.id, found.ends.as_slice()),
            (placed.service, &[(Email, end)][..])
        );
        assert!(found.first_without.as_ref().unwrap().starts_on >= end);
        assert_eq!(services.count_with_ending_methods(&world.admin).await.unwrap(), 1);

        // Mail needs an address that approves.
        let refused = services.set_method(client, placed.service, change(Email)).await;
        let Err(Error::Invalid(problems)) = refused else {
            panic!("{refused:?}")
        };
        assert_eq!(problems[0].field, "validation.post.test");
        services
            .set_method(client, placed.service, change(Dns))
            .await
            .unwrap();
        let ending = services
            .with_ending_methods(client, &Page::first(PAGE))
            .await
            .unwrap();
        assert!(ending.rows.is_empty());
        let plan = services.plan(client, placed.service).await.unwrap().unwrap();
        assert_eq!((plan.names[0].method, plan.names[0].has_zone), (Dns, false));
        assert!(!plan.pieces.iter().all(Piece::is_unattended));
        world.connect_zone().await;
        let plan = services.plan(client, placed.service).await.unwrap().unwrap();
        assert!(plan.names[0].has_zone);
        assert!(plan.pieces.iter().all(Piece::is_unattended));
    })
    .await;
}

#[tokio::test]
async fn files_are_refused_for_wildcards_and_multi_domain_is_planned_as_work_by_hand() {
    for_each_backend(async |store| {
        let world = TestWorld::new(store).await;
        let (services, client) = (world.engine.services(), &world.client);
        world.connect_zone().await;
        let wild = world.plan("PositiveSSL Wildcard").await;
        let placed = world.place(TestWorld::order(wild, &["*.wild.test"], Dns)).await;
        world.until(placed.service, ServiceState::Active).await;
        let refused = services.set_method(client, placed.service, change(Http)).await;
        let Err(Error::Invalid(problems)) = refused else {
            panic!("{refused:?}")
        };
        assert_eq!(problems[0].code, "method-not-for-wildcards");

        let several = world.plan("PositiveSSL Multi-Domain").await;
        let order = TestWorld::order(several, &["one.test", "two.test"], Dns);
        let placed = world.place(order).await;
        world.until(placed.service, ServiceState::Active).await;
        let plan = services.plan(client, placed.service).await.unwrap().unwrap();
        assert!(!plan.pieces.is_empty());
        for piece in &plan.pieces {
            assert_eq!(piece.needs, [Need::ReissueByHand]);
        }
    })
    .await;
}

#[tokio::test]
async fn the_plan_of_somebody_else_does_not_exist() {
    for_each_backend(async |store| {
        let world = TestWorld::new(store).await;
        let plan = world.plan("PositiveSSL").await;
        let placed = world.place(TestWorld::order(plan, &["mine.test"], Dns)).await;
        let mut stranger = world.client.clone();
        let certbroker_engine::Who::Member { account, .. } = &mut stranger.who else {
            panic!("a member")
        };
        *account = uuid::Uuid::from_u128(7).into();
        let services = world.engine.services();
        let not_found = |error: Error| assert!(matches!(error, Error::NotFound), "{error:?}");
        not_found(services.plan(&stranger, placed.service).await.unwrap_err());
        not_found(
            services
                .set_method(&stranger, placed.service, change(Dns))
                .await
                .unwrap_err(),
        );
        assert!(
            services
                .plan(&world.client, placed.service)
                .await
                .unwrap()
                .is_none()
        );
        assert!(matches!(
            world.engine.rules().show(&world.client),
            Err(Error::Forbidden)
        ));
        assert!(
            !world
                .engine
                .rules()
                .show(&world.admin)
                .unwrap()
                .changes
                .is_empty()
        );
    })
    .await;
}

#[tokio::test]
async fn new_rules_plan_every_next_reissue_again_and_the_same_rules_none() {
    for_each_backend(async |store| {
        let world = TestWorld::new(store).await;
        world.connect_zone().await;
        let plan = world.plan("PositiveSSL").await;
        let placed = world.place(TestWorld::order(plan, &["again.test"], Dns)).await;
        world.until(placed.service, ServiceState::Active).await;
        let reissue_on = async || {
            let service = store::service::find(world.store.reader(), placed.service).await;
            service.unwrap().unwrap().reissue_on
        };
        let planned = reissue_on().await.unwrap();
        assert_eq!(world.engine.rules().adopt().await.unwrap(), Some(0));
        assert_eq!(world.engine.rules().adopt().await.unwrap(), None);

        let own = BUILT_IN.replacen("most_days = 30", "most_days = 20", 1);
        let rules = RulesInForce::of_file("rules.toml".into(), &own).unwrap();
        let engine = world.engine_by(rules);
        assert_eq!(engine.rules().adopt().await.unwrap(), Some(1));
        assert_eq!((reissue_on().await.unwrap() - planned).get_days(), 10);
        assert_eq!(engine.rules().adopt().await.unwrap(), None);
        // Nor do the settings take the note for a setting of the seller's.
        engine.settings().show(&world.admin).await.unwrap();
        assert_eq!(world.engine.rules().adopt().await.unwrap(), Some(1));
        assert_eq!(reissue_on().await, Some(planned));
    })
    .await;
}
