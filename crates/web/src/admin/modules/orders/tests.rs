//! The pages of the orders at a CA.

use domain::{Currency, Money, NameSet, state::Role, term::PaidTerm};
use engine::adoption::{Adopted, Assumed, ForeignLine, NewAdoption, NextKeys};
use httpkit::{Form, Params};
use i18n::Locale;
use jiff::civil::date;
use store::{
    account::{Account, AccountKind, AccountState},
    reconciliation::{ForeignOrder, ForeignVerdict},
};
use uuid::Uuid;

use super::{Shown, Taken, To, Wanted, done_page, list_page, preview_page};
use crate::{
    components::list::Pager,
    validity::faults,
    view::{View, sample},
};

const ADDRESS: &str = "/admin/modules/3/orders";

fn view(locale: Locale) -> View {
    View {
        locale,
        ..sample::signed(Role::Administrator, ADDRESS)
    }
}

fn line(number: u128, verdict: ForeignVerdict, refusal: Option<&'static str>) -> ForeignLine {
    let name = format!("old-{number}.example.test");
    let is_adopted = verdict == ForeignVerdict::Adopted;
    ForeignLine {
        order: ForeignOrder {
            module_id: Uuid::from_u128(3).into(),
            ca_ref: number.to_string(),
            verdict,
            seen_at: "2026-11-20T08:00:00Z".parse().unwrap(),
            names: name.clone(),
            state: if refusal == Some("not-issued") {
                "pending"
            } else {
                "issued"
            }
            .into(),
            decided_by: None,
            snapshot: "{}".into(),
            service_id: is_adopted.then(|| Uuid::from_u128(number).into()),
            version: 1,
        },
        names: NameSet::from_names([name.parse().unwrap()]),
        end_date: Some(date(2027, 6, 9)),
        term: Some(PaidTerm {
            start: date(2026, 1, 10),
            end: date(2028, 1, 10),
        }),
        assumed: vec![Assumed::Start, Assumed::End],
        plan: refusal
            .is_none()
            .then(|| (Uuid::from_u128(8).into(), "PositiveSSL".into())),
        service: is_adopted.then_some(1_042),
        refusal: refusal.or(is_adopted.then_some("already-adopted")),
    }
}

fn account() -> Account {
    Account {
        id: Uuid::from_u128(5).into(),
        seller_id: Uuid::from_u128(1).into(),
        number: 1_001,
        name: "Client <One>".into(),
        search: String::new(),
        kind: AccountKind::Company,
        country: "DE".into(),
        tax_number: String::new(),
        currency: Currency::EUR,
        credit_limit: 0,
        language: "en".into(),
        state: AccountState::Active,
        note: String::new(),
        created_at: "2026-01-01T00:00:00Z".parse().unwrap(),
        version: 1,
    }
}

fn lines() -> Vec<ForeignLine> {
    vec![
        line(17, ForeignVerdict::Before, None),
        line(900, ForeignVerdict::Orphan, Some("not-issued")),
        line(901, ForeignVerdict::Adopted, None),
    ]
}

#[test]
fn orders_that_may_be_taken_over_have_a_box_and_the_others_a_reason() {
    let shown = Shown {
        address: ADDRESS.into(),
        module: "Example <main>".into(),
        counts: ForeignVerdict::ALL.iter().map(|verdict| (*verdict, 1)).collect(),
        lines: lines(),
        plans: vec![(Uuid::from_u128(8).to_string(), "PositiveSSL".into())],
        pager: Pager::default(),
        query: Params::default(),
    };
    for locale in Locale::ALL {
        let page = list_page(&view(locale), &shown, &super::form::begun()).into_string();
        assert_eq!(faults(&page), Vec::<String>::new());
        assert_eq!(page.matches(r#"name="order""#).count(), 1);
        insta::assert_snapshot!(format!("list-{locale}"), crate::validity::readable(&page));
    }
    let empty = Shown {
        lines: Vec::new(),
        ..shown
    };
    let page = list_page(&view(Locale::En), &empty, &super::form::begun()).into_string();
    assert!(page.contains("Every order at the CA belongs to a service"));
    assert!(!page.contains("See what will happen"), "nothing can be chosen");
}

#[test]
fn what_is_assumed_and_charged_is_said_before_anything_is_taken_over() {
    let new = NewAdoption {
        account: Uuid::from_u128(5).into(),
        plan: None,
        keys: NextKeys::ByClient,
        charge: Some(Money::from_minor(1_500, Currency::EUR)),
    };
    let wanted = Wanted {
        orders: vec!["17".into(), "900".into(), "901".into()],
        to: To::Account(Box::new(account()), Box::new(new)),
    };
    for locale in Locale::ALL {
        let page = preview_page(
            &view(locale),
            (ADDRESS, "Example <main>"),
            &Form::default(),
            &wanted,
            &lines(),
        )
        .into_string();
        assert_eq!(faults(&page), Vec::<String>::new());
        insta::assert_snapshot!(format!("preview-{locale}"), crate::validity::readable(&page));
    }
}

#[test]
fn every_order_says_what_became_of_it() {
    let taken = [
        Taken {
            ca_ref: "17".into(),
            outcome: Ok(Adopted {
                service: Uuid::from_u128(9).into(),
                number: 1_043,
                assumed: vec![Assumed::Years],
            }),
        },
        Taken {
            ca_ref: "901".into(),
            outcome: Err("The order was taken over already: S-1042.".into()),
        },
    ];
    for locale in Locale::ALL {
        let page = done_page(&view(locale), (ADDRESS, "Example <main>"), &taken).into_string();
        assert_eq!(faults(&page), Vec::<String>::new());
        insta::assert_snapshot!(format!("done-{locale}"), crate::validity::readable(&page));
    }
}
