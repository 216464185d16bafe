//! Taxes and exchange rates with nothing and with everything on them, in both languages.

use domain::{Currency, state::Role};
use engine::money::rates::{Dated, Standing};
use httpkit::{Form, Params};
use jiff::{
    Timestamp,
    civil::{Date, date},
};
use store::{
    account::AccountKind,
    rate::{ExchangeRate, TaxRate},
};
use uuid::Uuid;

use super::{exchange, taxes};
use crate::{
    components::list::Pager,
    validity::snapshot_page,
    view::{View, sample},
};

const DAY: Date = date(2026, 11, 23);
const LATER: Date = date(2027, 1, 1);

fn administrator(path: &str) -> View {
    sample::signed(Role::Administrator, path)
}

fn id<I: From<Uuid>>(number: u128) -> I {
    I::from(Uuid::from_u128(number))
}

fn entered() -> Timestamp {
    "2026-11-01T08:00:00Z".parse().unwrap()
}

fn tax(country: &str, account_kind: AccountKind, percent: &str, valid_from: Date) -> TaxRate {
    TaxRate {
        id: id(60),
        seller_id: id(1),
        country: country.to_owned(),
        account_kind,
        percent: percent.parse().unwrap(),
        valid_from,
        created_at: entered(),
    }
}

fn exchange(from: &str, rate: &str, source: &str, valid_on: Date) -> ExchangeRate {
    ExchangeRate {
        id: id(61),
        seller_id: id(1),
        from_currency: from.parse().unwrap(),
        to_currency: Currency::EUR,
        rate: rate.parse().unwrap(),
        source: source.to_owned(),
        valid_on,
        created_at: entered(),
    }
}

fn taxes_of_today() -> [Dated<TaxRate>; 4] {
    [
        (tax("DE", AccountKind::Company, "20.00", LATER), Standing::ToCome),
        (tax("DE", AccountKind::Company, "19.00", DAY), Standing::InForce),
        (tax("", AccountKind::Person, "8.5", DAY), Standing::InForce),
        (
            tax("ZZ", AccountKind::Person, "0", date(2020, 7, 1)),
            Standing::Past,
        ),
    ]
    .map(|(rate, standing)| Dated { rate, standing })
}

fn rates_of_today() -> [Dated<ExchangeRate>; 3] {
    [
        (
            exchange("USD", "0.9150", "A bank <plan>", LATER),
            Standing::ToCome,
        ),
        (exchange("USD", "0.92", "ECB", DAY), Standing::InForce),
        (exchange("RUB", "1234.5", "", date(2020, 7, 1)), Standing::Past),
    ]
    .map(|(rate, standing)| Dated { rate, standing })
}

#[test]
fn without_rates_the_pages_say_what_holds_and_what_they_are_for() {
    let query = Params::default();
    snapshot_page!("taxes-none", administrator("/admin/rates"), |view| taxes::page(
        view,
        &query,
        &[],
        &taxes::proposed(view),
        &Pager::default()
    ));
    snapshot_page!("exchange-none", administrator("/admin/rates/exchange"), |view| {
        exchange::page(view, &query, &[], &exchange::proposed(view), &Pager::default())
    });
}

#[test]
fn rates_are_listed_with_what_holds_today_and_only_those_to_come_can_be_removed() {
    let query = Params::default();
    let mut typed = Form::from(Params::from([
        ("country", "DE"),
        ("kind", "company"),
        ("percent", "<b>"),
    ]));
    typed.reject("percent", "decimal");
    typed.reject("valid_from", "required");
    let pager = Pager {
        total: None,
        next: Some("50".into()),
    };
    snapshot_page!("taxes", administrator("/admin/rates"), |view| taxes::page(
        view,
        &query,
        &taxes_of_today(),
        &typed,
        &pager
    ));
    let mut typed = Form::from(Params::from([("from", "USD"), ("to", "USD"), ("rate", "0")]));
    typed.reject("to", "same-currency");
    typed.reject("rate", "above-zero");
    snapshot_page!("exchange", administrator("/admin/rates/exchange"), |view| {
        exchange::page(view, &query, &rates_of_today(), &typed, &Pager::default())
    });
}

#[test]
fn other_staff_see_rates_and_are_offered_no_change() {
    let query = Params::default();
    let view = sample::signed(Role::Staff, "/admin/rates");
    let pager = Pager::default();
    let shown = [
        taxes::page(&view, &query, &taxes_of_today(), &taxes::proposed(&view), &pager),
        exchange::page(
            &view,
            &query,
            &rates_of_today(),
            &exchange::proposed(&view),
            &pager,
        ),
    ];
    for page in shown {
        let page = page.into_string();
        assert!(page.contains("Holds today"), "{page}");
        assert!(!page.contains("action=\"/admin/rates"), "{page}");
    }
}
