//! Several years paid at once: End date and Paid till as the host's client area shows them.

use billmanager_host::{Item, Operation};
use jiff::{
    Timestamp,
    civil::{Date, date},
};
use leaderssl_simulator::{ReissueCall, record::ChargeKind};
use pretty_assertions::assert_eq;

use crate::world::{BY_DNS, World};

fn dates(item: &Item) -> (Option<Date>, Option<Date>) {
    (item.end_date, item.paid_till())
}

/// Time passes until `until`, and the CA issues whatever is ordered on the way. Every End date that was seen, in order.
async fn live_until(world: &World, item: i64, until: Date) -> Vec<Date> {
    let until: Timestamp = format!("{until}T09:00:00Z").parse().unwrap();
    let mut seen: Vec<Date> = world.item(item).await.end_date.into_iter().collect();
    while world.host.now() < until {
        let step = world
            .host
            .now()
            .saturating_add(jiff::SignedDuration::from_hours(24 * 21))
            .unwrap();
        world
            .host
            .set_clock(step.min(until).max(world.host.now()))
            .await
            .unwrap();
        world.host.run_due().await.unwrap();
        if world
            .ca
            .certificates()
            .iter()
            .any(|certificate| certificate.status.is_open())
        {
            world.ca_issues().await;
            world.host.look(item).await.unwrap();
        }
        let end_date = world.item(item).await.end_date.unwrap();
        if seen.last() != Some(&end_date) {
            seen.push(end_date);
        }
    }
    seen
}

#[tokio::test]
async fn five_years_from_the_seed_page_come_out_to_the_day() {
    let world = World::start().await;
    let item = world.issued("positivessl", 60, &["example.org"], BY_DNS).await;
    assert_eq!(item.opened, Some(date(2020, 10, 20)));
    assert_eq!(dates(&item), (Some(date(2021, 10, 20)), Some(date(2025, 10, 20))));

    let seen = live_until(&world, item.id, date(2025, 10, 27)).await;
    assert_eq!(
        seen,
        [2021, 2022, 2023, 2024, 2025].map(|year| date(year, 10, 20)),
        "reissued each year for the following year"
    );
    let last = world.item(item.id).await;
    assert_eq!(dates(&last), (Some(date(2025, 10, 20)), Some(date(2025, 10, 20))));
    let ledger = world.ca.ledger();
    let kinds: Vec<_> = ledger
        .iter()
        .map(|charge| charge.kind)
        .filter(|kind| *kind != ChargeKind::Opening)
        .collect();
    assert_eq!(kinds, [ChargeKind::Purchase], "{ledger:#?}");
    assert_eq!(world.records("example.org").len(), 5);
    world.is_at_rest().await;
}

#[tokio::test]
async fn a_certificate_that_covers_the_paid_year_has_no_paid_till() {
    let world = World::start().await;
    let item = world.issued("positivessl", 12, &["example.org"], BY_DNS).await;
    assert_eq!(dates(&item), (Some(date(2021, 10, 20)), None));
}

#[tokio::test]
async fn the_dates_go_to_the_fields_that_the_connection_names() {
    let world = World::start().await;
    let fields = [
        ("end_date_field", "certificate_end"),
        ("paid_till_field", "expiredate"),
    ];
    let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned()));
    world.host.set_params(world.connection, &fields).await.unwrap();
    let item = world.issued("positivessl", 24, &["example.org"], BY_DNS).await;
    assert_eq!(item.date("certificate_end"), Some(date(2021, 10, 20)));
    assert_eq!(
        (item.end_date, item.paid_till()),
        (Some(date(2022, 10, 20)), None)
    );
}

#[tokio::test]
async fn where_the_ca_has_no_reissue_an_employee_is_asked_once() {
    let world = World::with(|config| config.reissue = ReissueCall::Off).await;
    let item = world.issued("positivessl", 24, &["example.org"], BY_DNS).await;
    let seen = live_until(&world, item.id, date(2021, 10, 19)).await;
    assert_eq!(seen, [date(2021, 10, 20)]);
    let tasks = world.host.tasks().await.unwrap();
    assert_eq!(tasks.len(), 1, "{tasks:#?}");
    assert_eq!(
        (tasks[0].kind.as_str(), tasks[0].item, tasks[0].open),
        ("postreopen", item.id, true)
    );
    assert_eq!(tasks[0].department, Some(1));
    assert_eq!(world.host.operations().await.unwrap(), Vec::<Operation>::new());
    assert_eq!(world.charges("example.org").len(), 1);
}
