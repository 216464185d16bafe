//! What clients see.
//!
//! | module | holds |
//! | --- | --- |
//! | [`services`] | the list, one service, proof of control, downloads |
//! | [`order`] | the order in steps |
//! | [`money`] | balance, statement, documents |
//! | [`profile`] | name, language, password, sessions, API tokens |

pub mod money;
pub mod order;
pub mod profile;
pub mod services;

use crate::routes::{Audience, Routes};

/// The routes of the client area.
#[must_use]
pub fn routes() -> Routes {
    Routes::of(Audience::Client)
        .merge(services::routes())
        .merge(order::routes())
        .merge(money::routes())
        .merge(profile::routes())
}

#[cfg(test)]
mod tests {
    use domain::{Currency, Money, name::DomainName, product::ValidationMethod, state::Role};
    use engine::{
        money::Balance,
        orders::{Approvers, CodedProblem, JudgedCsr, MethodView},
    };
    use httpkit::{Form, Params};
    use jiff::civil::date;

    use super::{money, order::pages, profile, services::list};
    use crate::{components::list::Pager, validity::snapshot_page, view::sample};

    fn euros(cents: i64) -> Money {
        Money::from_minor(cents, Currency::EUR)
    }

    fn name(text: &str) -> DomainName {
        text.parse().unwrap()
    }

    #[test]
    fn the_pages_of_a_client_who_has_nothing_yet() {
        let view = sample::signed(Role::Owner, "/services");
        snapshot_page!("list", view.clone(), |view| list::page(
            view,
            &Params::default(),
            &[],
            &Pager::default(),
            1
        ));
        snapshot_page!("no-offers", view.clone(), |view| pages::product(
            view,
            &Form::default(),
            &[]
        ));
        let balance = Balance {
            balance: euros(-500),
            reserved: euros(1_680),
            credit_limit: euros(10_000),
            spendable: euros(9_500),
        };
        snapshot_page!("money", view.clone(), |view| money::page(
            view,
            &Params::default(),
            &balance,
            &[],
            &Pager::default()
        ));
        let shown = profile::Shown {
            tokens: Some(Vec::new()),
            made: Some("cbt_shown-once".into()),
            ..profile::Shown::default()
        };
        snapshot_page!("profile", view.clone(), |view| profile::page(
            view,
            &shown,
            &profile::Forms::default()
        ));
    }

    #[test]
    fn a_wildcard_is_not_offered_files_and_mail_shows_its_last_day() {
        let way = |method: ValidationMethod| MethodView {
            method,
            takes_wildcards: method.takes_wildcards(),
            forbidden_from: (method == ValidationMethod::Email).then(|| date(2028, 3, 15)),
        };
        let ways = |names: &[&str]| pages::Ways {
            names: names.iter().map(|text| name(text)).collect(),
            methods: ValidationMethod::ALL.iter().copied().map(way).collect(),
            approvers: Some(vec![Approvers {
                name: name(names[0]),
                addresses: vec!["admin@shop.test".into()],
            }]),
        };
        let mut form = Form::from(Params::from([("method", "email")]));
        form.reject("validation.*.shop.test", "approver-required");
        let view = sample::signed(Role::Owner, "/order");
        snapshot_page!("validation-wildcard", view.clone(), |view| pages::validation(
            view,
            &form,
            &ways(&["*.shop.test"])
        ));
        snapshot_page!("validation-several", view.clone(), |view| pages::validation(
            view,
            &Form::default(),
            &ways(&["shop.test", "*.shop.test"])
        ));
        let page = pages::validation(&view, &form, &ways(&["*.shop.test"])).into_string();
        assert!(
            !page.contains("value=\"http") && page.contains("15 Mar 2028"),
            "{page}"
        );
    }

    #[test]
    fn a_pasted_request_is_judged_in_the_language_of_the_page() {
        let view = sample::signed(Role::Owner, "/order");
        let wrong = JudgedCsr {
            names: Vec::new(),
            key: None,
            organisation: None,
            fingerprint: None,
            problems: vec![CodedProblem {
                code: "csr-private-key-pasted".into(),
                text: "in English".into(),
            }],
        };
        snapshot_page!("judgement", view.clone(), |view| pages::judgement(view, &wrong));
    }
}
