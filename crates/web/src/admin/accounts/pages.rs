//! The list of accounts, one of them with its money, and its form.

use domain::id::NumberKind;
use engine::{money::Balance, services::ServiceLine};
use httpkit::{Form, Params, Tone};
use maud::{Markup, html};
use store::{
    account::{Account, AccountKind, AccountState, Membership},
    document::Document,
    ledger::StatementLine,
    user::User,
};

use super::{address, money};
use crate::{
    admin::services,
    components::{
        badge::{self, badge},
        card::{card, card_with, framed},
        dialog::{self, Question},
        facts::Facts,
        field::{self, Choice, Field, Kind},
        head::Head,
        icon::{Icon, icon},
        list::{self, Filter, Pager},
        table::{self, Column, Table},
    },
    layout,
    session::CURRENCIES,
    view::View,
};

/// A line of the list.
#[derive(Debug, Clone)]
pub struct Row {
    /// The account.
    pub account: Account,
    /// What it has.
    pub balance: Balance,
}

/// The list.
#[must_use]
pub fn list(view: &View, query: &Params, rows: &[Row], pager: &Pager) -> Markup {
    let title = view.t("nav-accounts");
    let add =
        html! { a.button.primary href="/admin/accounts/new" { (icon(Icon::Plus)) (view.t("action-add")) } };
    let empty = if query.without(&["after"]).without_empty().is_empty() {
        table::empty(
            Icon::Users,
            &view.t("accounts-empty-title"),
            &view.t("accounts-empty-text"),
            &add,
        )
    } else {
        table::empty(
            Icon::Search,
            &view.t("services-nothing-title"),
            &view.t("services-nothing-text"),
            &html! {},
        )
    };
    let table = Table {
        caption: title.clone(),
        columns: vec![
            Column::fit(view.t("column-number")),
            Column::new(view.t("column-name")),
            Column::new(view.t("column-kind")),
            Column::fit(view.t("accounts-country")),
            Column::numbers(view.t("accounts-available")),
            Column::numbers(view.t("accounts-reserved")),
            Column::fit(view.t("column-created")),
            Column::new(view.t("column-state")),
        ],
        rows: rows.iter().map(|row| line(view, row)).collect(),
        sorting: None,
        empty,
    };
    let states = AccountState::ALL
        .iter()
        .map(|state| (state.word().to_owned(), view.word("account-state", state.word())));
    let filters = [
        Filter::Search {
            name: "q",
            label: view.t("accounts-search"),
        },
        Filter::Choice {
            name: "state",
            label: view.t("column-state"),
            options: states.collect(),
        },
    ];
    layout::staff(
        view,
        &title,
        &html! {
            (Head::new(title.clone()).actions(add.clone()).render(view))
            (list::filters(view, query, &filters))
            (table.render())
            (list::pager(view, query, pager))
        },
    )
}

fn line(view: &View, row: &Row) -> Vec<Markup> {
    let account = &row.account;
    vec![
        html! { a href=(address(account.id)) { (NumberKind::Account.show(account.number)) } },
        html! { (account.name) },
        html! { (view.word("account-kind", account.kind.word())) },
        html! { (account.country) },
        html! { (view.money(row.balance.spendable)) },
        html! { (view.money(row.balance.reserved)) },
        html! { (view.day_of(account.created_at)) },
        state(view, account.state),
    ]
}

fn state(view: &View, state: AccountState) -> Markup {
    let tone = match state {
        AccountState::Active => Tone::Good,
        AccountState::Blocked => Tone::Warn,
        AccountState::Erased => Tone::Neutral,
    };
    badge(tone, &view.word("account-state", state.word()))
}

/// An account with all that its page shows.
#[derive(Debug, Clone)]
pub struct Shown {
    /// The account.
    pub account: Account,
    /// What it has.
    pub balance: Balance,
    /// Its users.
    pub members: Vec<(Membership, User)>,
    /// Its newest services.
    pub services: Vec<ServiceLine>,
    /// Its last bookings.
    pub statement: Vec<StatementLine>,
    /// Its newest documents.
    pub documents: Vec<Document>,
}

/// The page of an account. `credit` is a credit as it was sent and came back.
#[must_use]
pub fn show(view: &View, shown: &Shown, credit: &Form) -> Markup {
    let account = &shown.account;
    let base = address(account.id);
    let actions = html! {
        @if account.state == AccountState::Active {
            (field::action(&format!("{base}/act"), "", &html! { (icon(Icon::User)) (view.t("accounts-act")) }))
        }
        a.button href={ (base) "/edit" } { (icon(Icon::Pen)) (view.t("action-edit")) }
    };
    let head = Head::new(account.name.clone())
        .under(view.t("nav-accounts"), "/admin/accounts")
        .badges(state(view, account.state))
        .text(NumberKind::Account.show(account.number))
        .actions(actions);
    let all = |path: String| html! { a.button.small href=(path) { (view.t("accounts-all")) } };
    let services = services::list::table(view, &Params::default(), &shown.services, &view.t("nav-services"));
    layout::staff(
        view,
        &account.name,
        &html! {
            (head.render(view))
            div.split {
                div.stack {
                    (framed("services", &view.t("nav-services"), &all(format!("/admin/services?account={}", account.id)), &services))
                    (framed("statement", &view.t("accounts-statement"), &all(format!("{base}/statement")), &money::statement(view, &shown.statement)))
                    (framed("documents", &view.t("accounts-documents"), &all(format!("{base}/documents")), &money::documents(view, &shown.documents)))
                }
                div.stack {
                    (balance(view, &shown.balance))
                    (credit_form(view, credit, shown, &base))
                    (facts(view, account))
                    (members(view, &shown.members, &base))
                }
            }
        },
    )
}

fn balance(view: &View, balance: &Balance) -> Markup {
    let facts = Facts::new()
        .markup(
            view.t("accounts-available"),
            html! { strong { (view.money(balance.spendable)) } },
        )
        .text(view.t("column-balance"), view.money(balance.balance))
        .text(view.t("accounts-reserved"), view.money(balance.reserved))
        .text(view.t("accounts-credit-limit"), view.money(balance.credit_limit));
    card("balance", &view.t("nav-money"), &facts.render())
}

fn credit_form(view: &View, form: &Form, shown: &Shown, base: &str) -> Markup {
    card(
        "credit",
        &view.t("accounts-credit"),
        &html! {
            p.muted { (view.t("accounts-credit-text")) }
            (field::summary(view, form, &["amount", "note"]))
            form.form.full method="post" action={ (base) "/credit" } {
                input type="hidden" name="once" value=(form.value("once"));
                (Field::new("amount", view.t("column-amount"), Kind::Money).unit(shown.account.currency.code()).render(view, form))
                (Field::new("note", view.t("accounts-credit-note"), Kind::Text).hint(view.t("accounts-credit-note-hint")).render(view, form))
                div.actions { button.button.primary type="submit" { (view.t("accounts-credit-submit")) } }
            }
        },
    )
}

fn facts(view: &View, account: &Account) -> Markup {
    let facts = Facts::new()
        .text(
            view.t("column-kind"),
            view.word("account-kind", account.kind.word()),
        )
        .text(view.t("accounts-country"), &account.country)
        .text(view.t("accounts-tax-number"), &account.tax_number)
        .text(view.t("accounts-currency"), account.currency.code())
        .text(view.t("accounts-language"), &account.language)
        .text(view.t("column-created"), view.instant(account.created_at))
        .text(view.t("accounts-note"), &account.note);
    card("facts", &view.t("column-detail"), &facts.render())
}

fn members(view: &View, members: &[(Membership, User)], base: &str) -> Markup {
    let add =
        html! { a.button.small href={ (base) "/users/new" } { (icon(Icon::Plus)) (view.t("action-add")) } };
    card_with(
        "members",
        &view.t("nav-users"),
        &add,
        &html! {
            @if members.is_empty() { p.muted { (view.t("accounts-no-members")) } }
            ul.plain-list {
                @for (membership, user) in members {
                    li {
                        a href={ "/admin/users/" (user.id) } { (user.name) }
                        (badge::tag(&view.word("role", membership.role.word())))
                        span.muted.small.breakable { (user.email) }
                        (dialog::confirm(view, &Question {
                            id: &format!("remove-{}", membership.id),
                            title: view.t("accounts-remove-member"),
                            text: view.t_args("accounts-remove-member-text", &[("name", user.name.as_str().into())]),
                            action: format!("{base}/members/{}/remove", membership.id),
                            fields: html! {},
                            class: "danger small",
                        }))
                    }
                }
            }
        },
    )
}

/// The names of the fields of an account.
const FIELDS: [&str; 9] = [
    "name",
    "kind",
    "country",
    "tax_number",
    "currency",
    "credit_limit",
    "language",
    "note",
    "state",
];

/// A new account, or one that is changed: its kind and its currency stay.
#[must_use]
pub fn edit(view: &View, form: &Form, existing: Option<&Account>) -> Markup {
    let (title, back, action) = match existing {
        Some(account) => {
            let address = address(account.id);
            (
                view.t("accounts-edit"),
                address.clone(),
                format!("{address}/edit"),
            )
        }
        None => (
            view.t("accounts-add"),
            "/admin/accounts".to_owned(),
            "/admin/accounts/new".to_owned(),
        ),
    };
    let mut head = Head::new(title.clone()).under(view.t("nav-accounts"), "/admin/accounts");
    if let Some(account) = existing {
        head = head.under(account.name.clone(), back.clone());
    }
    layout::staff(
        view,
        &title,
        &html! {
            (head.render(view))
            (field::summary(view, form, &FIELDS))
            section.card { div.card-body {
                form.form method="post" action=(action) {
                    (Field::new("name", view.t("column-name"), Kind::Text).render(view, form))
                    @if existing.is_none() { (field::choices(view, form, "kind", &view.t("column-kind"), &kinds(view))) }
                    div.row-fields {
                        (Field::new("country", view.t("accounts-country"), Kind::Text).hint(view.t("session-register-country-hint")).render(view, form))
                        (Field::new("tax_number", view.t("accounts-tax-number"), Kind::Text).optional().render(view, form))
                    }
                    div.row-fields {
                        @match existing {
                            None => (Field::new("currency", view.t("accounts-currency"), Kind::Text).hint(view.t("accounts-currency-hint")).select(view, form, &currencies())),
                            Some(account) => (Field::new("credit_limit", view.t("accounts-credit-limit"), Kind::Money).unit(account.currency.code()).hint(view.t("accounts-credit-limit-hint")).render(view, form)),
                        }
                        (Field::new("language", view.t("accounts-language"), Kind::Text).select(view, form, &languages()))
                    }
                    @if existing.is_some() {
                        input type="hidden" name="version" value=(form.value("version"));
                        (Field::new("note", view.t("accounts-note"), Kind::Text).optional().hint(view.t("accounts-note-hint")).area(view, form, ""))
                        (Field::new("state", view.t("column-state"), Kind::Text).hint(view.t("accounts-state-hint")).select(view, form, &states(view)))
                    }
                    div.actions {
                        button.button.primary type="submit" { (view.t("action-save")) }
                        a.button href=(back) { (view.t("action-cancel")) }
                    }
                }
            } }
        },
    )
}

fn kinds(view: &View) -> Vec<Choice> {
    let choice = |kind: &AccountKind| Choice {
        value: kind.word().to_owned(),
        label: view.word("account-kind", kind.word()),
        hint: String::new(),
    };
    AccountKind::ALL.iter().map(choice).collect()
}

fn currencies() -> Vec<(String, String)> {
    CURRENCIES.map(|code| (code.to_owned(), code.to_owned())).to_vec()
}

fn states(view: &View) -> Vec<(String, String)> {
    [AccountState::Active, AccountState::Blocked]
        .map(|state| (state.word().to_owned(), view.word("account-state", state.word())))
        .to_vec()
}

/// The languages that mails and pages can be in.
#[must_use]
pub fn languages() -> Vec<(String, String)> {
    i18n::Locale::ALL
        .iter()
        .map(|locale| (locale.code().to_owned(), locale.native_name().to_owned()))
        .collect()
}
