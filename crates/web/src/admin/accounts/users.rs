//! People who sign in: staff and clients.

use axum::response::Response;
use domain::{id::UserId, state::Role};
use engine::people::user::{NewUser, UserView};
use httpkit::{Failure, Flash, Form, Params, Tone, params::Posted};
use maud::{Markup, html};
use secrecy::SecretString;
use store::{
    account::Account,
    user::{Side, User, UserFilter, UserState},
};

use super::pages::languages;
use crate::{
    admin::{
        answers::after,
        pieces::{dash, is_administrator},
    },
    components::{
        badge::{self, Active, badge},
        card::card,
        dialog::{self, Question},
        facts::Facts,
        field::{self, Field, Kind},
        head::Head,
        icon::{Icon, icon},
        list::{self, Filter, Pager},
        table::{self, Column, Table},
    },
    layout,
    routes::{Audience, Routes},
    view::View,
    visit::{AdministratorVisit, At, StaffVisit},
};

/// Rows of one page.
const PAGE: u32 = 50;
/// What somebody of the seller's company can be.
const STAFF_ROLES: [Role; 2] = [Role::Staff, Role::Administrator];

pub(super) fn routes() -> Routes {
    let administrators = Routes::of(Audience::Administrator)
        .get("/admin/users/new", add_page)
        .post("/admin/users/new", add)
        .post("/admin/users/{id}/second-factor", reset_second_factor)
        .post("/admin/users/{id}/password", set_password);
    Routes::of(Audience::Staff)
        .get("/admin/users", list_page)
        .get("/admin/users/{id}", show_page)
        .post("/admin/users/{id}/switch", switch)
        .post("/admin/users/{id}/invite", send_link)
        .merge(administrators)
}

fn address(id: UserId) -> String {
    format!("/admin/users/{id}")
}

async fn list_page(visit: StaffVisit) -> Result<Response, Failure> {
    let text = visit.query.text("q").trim();
    let filter = UserFilter {
        seller: None,
        side: match visit.query.text("of") {
            "staff" => Some(Side::Staff),
            "clients" => Some(Side::Client),
            _ => None,
        },
        text: (!text.is_empty()).then(|| text.to_owned()),
    };
    let found = visit
        .engine
        .users()
        .list(&visit.actor, filter, &visit.list_page(PAGE))
        .await?;
    let pager = Pager {
        total: found
            .total
            .map(|total| visit.view.t_args("users-count", &[("count", total.into())])),
        next: found.next.map(|next| next.to_string()),
    };
    Ok(visit.page(list(&visit.view, &visit.query, &found.rows, &pager)))
}

async fn show_page(visit: StaffVisit, At(id): At<UserId>) -> Result<Response, Failure> {
    let shown = visit.engine.users().view(&visit.actor, id).await?;
    Ok(visit.page(show(&visit.view, &shown, &Form::default())))
}

async fn switch(visit: StaffVisit, At(id): At<UserId>, Posted(posted): Posted) -> Result<Response, Failure> {
    let (state, done) = if posted.is_on("active") {
        (UserState::Active, Flash::done("users-unlocked"))
    } else {
        (UserState::Disabled, Flash::done("users-locked"))
    };
    let result = visit.engine.users().switch(&visit.actor, id, state).await;
    after(&visit, &address(id), &done, result)
}

async fn send_link(visit: StaffVisit, At(id): At<UserId>) -> Result<Response, Failure> {
    let user = visit.engine.users().show(&visit.actor, id).await?;
    invite(&visit, &address(id), &user.email).await
}

/// Has a link for a new password sent, and goes back to the page.
///
/// # Errors
/// When the database does not answer. Too many links are no failure: the user is there, and the page says so.
pub async fn invite(visit: &StaffVisit, back: &str, email: &str) -> Result<Response, Failure> {
    let registration = visit.engine.registration();
    let said = match registration.ask_reset(&visit.actor, email).await {
        Ok(()) => Flash::done("users-invited"),
        Err(engine::Error::TooManyTries { .. }) => Flash::note("users-invited-later"),
        Err(error) => return Err(error.into()),
    };
    Ok(visit.done(back, &said.with("email", email)))
}

async fn reset_second_factor(visit: AdministratorVisit, At(id): At<UserId>) -> Result<Response, Failure> {
    let users = visit.engine.users();
    let result = users.reset_second_factor(&visit.actor, id).await;
    after(&visit, &address(id), &Flash::done("users-totp-reset"), result)
}

async fn set_password(
    visit: AdministratorVisit,
    At(id): At<UserId>,
    Posted(posted): Posted,
) -> Result<Response, Failure> {
    let mut form = Form::from(posted);
    let password = SecretString::from(form.value("password").to_owned());
    match visit
        .engine
        .users()
        .set_password(&visit.actor, id, password)
        .await
    {
        Ok(()) => Ok(visit.done(&address(id), &Flash::done("users-password-set"))),
        Err(error) => {
            visit.into_form(&mut form, error)?;
            let shown = visit.engine.users().view(&visit.actor, id).await?;
            Ok(visit.rejected(show(&visit.view, &shown, &form)))
        }
    }
}

async fn add_page(visit: AdministratorVisit) -> Result<Response, Failure> {
    let form = Form::default()
        .with("role", Role::Staff.word())
        .with("language", visit.view.locale.code());
    Ok(visit.page(add_form(&visit.view, &form, &STAFF_ROLES, None)))
}

async fn add(visit: AdministratorVisit, Posted(posted): Posted) -> Result<Response, Failure> {
    let mut form = Form::from(posted);
    if let Some((new, role)) = read_new(&mut form) {
        let email = new.email.clone();
        match visit.engine.users().add_staff(&visit.actor, new, role).await {
            Ok(id) => return invite(&visit, &address(id), &email).await,
            Err(error) => visit.into_form(&mut form, error)?,
        }
    }
    Ok(visit.rejected(add_form(&visit.view, &form, &STAFF_ROLES, None)))
}

/// Reads somebody new, who chooses a password by the link in a mail.
pub(super) fn read_new(form: &mut Form) -> Option<(NewUser, Role)> {
    let name = form.required("name", 200);
    let email = form.mail_address("email");
    let role = form.choice::<Role>("role");
    let language = form.choice::<i18n::Locale>("language");
    let (role, language) = role.zip(language).filter(|_| !form.has_problems())?;
    let new = NewUser {
        email,
        name,
        password: None,
        language: language.code().to_owned(),
    };
    Some((new, role))
}

/// The list.
#[must_use]
pub fn list(view: &View, query: &Params, users: &[User], pager: &Pager) -> Markup {
    let title = view.t("nav-users");
    let add = html! {
        @if is_administrator(view) { a.button.primary href="/admin/users/new" { (icon(Icon::Plus)) (view.t("users-add-staff")) } }
    };
    let table = Table {
        caption: title.clone(),
        columns: vec![
            Column::new(view.t("column-name")),
            Column::new(view.t("column-email")),
            Column::new(view.t("column-role")),
            Column::new(view.t("users-last-sign-in")),
            Column::fit(view.t("column-created")),
            Column::new(view.t("column-state")),
        ],
        rows: users.iter().map(|user| line(view, user)).collect(),
        sorting: None,
        empty: table::empty(Icon::User, &view.t("users-empty"), "", &html! {}),
    };
    let filters = [
        Filter::Search {
            name: "q",
            label: view.t("users-search"),
        },
        Filter::Choice {
            name: "of",
            label: view.t("users-of"),
            options: vec![
                ("staff".into(), view.t("users-of-staff")),
                ("clients".into(), view.t("users-of-clients")),
            ],
        },
    ];
    layout::staff(
        view,
        &title,
        &html! {
            (Head::new(title.clone()).actions(add).render(view))
            (list::filters(view, query, &filters))
            (table.render())
            (list::pager(view, query, pager))
        },
    )
}

fn line(view: &View, user: &User) -> Vec<Markup> {
    vec![
        html! { a href=(address(user.id)) { (user.name) } },
        html! { span.breakable { (user.email) } },
        html! { (role(view, user)) },
        html! { @match user.last_sign_in_at { Some(at) => span title=(view.instant(at)) { (view.ago(at)) }, None => (dash()) } },
        html! { (view.day_of(user.created_at)) },
        state(view, user.state),
    ]
}

fn role(view: &View, user: &User) -> String {
    user.staff_role
        .map_or_else(|| view.t("users-client"), |role| view.word("role", role.word()))
}

fn state(view: &View, state: UserState) -> Markup {
    let tone = match state {
        UserState::Active => Tone::Good,
        UserState::Unconfirmed => Tone::Warn,
        UserState::Disabled => Tone::Neutral,
    };
    badge(tone, &view.word("user-state", state.word()))
}

/// The page of a user. `form` is a password as it was sent and came back.
#[must_use]
pub fn show(view: &View, shown: &UserView, form: &Form) -> Markup {
    let user = &shown.user;
    let facts = Facts::new()
        .text(view.t("column-role"), role(view, user))
        .markup(
            view.t("users-second-factor"),
            badge::active(view, Active::from(shown.has_second_factor)),
        )
        .markup(view.t("nav-departments"), departments(shown))
        .markup(view.t("nav-accounts"), accounts(view, shown))
        .text(view.t("accounts-language"), &user.language)
        .text(
            view.t("users-confirmed"),
            user.confirmed_at.map_or_else(String::new, |at| view.instant(at)),
        )
        .text(
            view.t("users-last-sign-in"),
            user.last_sign_in_at
                .map_or_else(String::new, |at| view.instant(at)),
        )
        .text(view.t("column-created"), view.instant(user.created_at));
    layout::staff(
        view,
        &user.name,
        &html! {
            (Head::new(user.name.clone())
                .under(view.t("nav-users"), "/admin/users")
                .badges(state(view, user.state))
                .text(user.email.clone())
                .actions(actions(view, shown))
                .render(view))
            div.split {
                (card("facts", &view.t("column-detail"), &facts.render()))
                div.stack {
                    @if user.state != UserState::Disabled { (card("link", &view.t("users-link"), &link(view, user))) }
                    @if is_administrator(view) { (card("password", &view.t("users-password"), &password(view, user, form))) }
                }
            }
        },
    )
}

fn departments(shown: &UserView) -> Markup {
    html! {
        @if shown.departments.is_empty() { (dash()) }
        @for department in &shown.departments { div { (department.name) } }
    }
}

fn accounts(view: &View, shown: &UserView) -> Markup {
    html! {
        @if shown.memberships.is_empty() { (dash()) }
        @for (membership, account) in &shown.memberships {
            div { a href=(super::address(account.id)) { (account.name) } " " (badge::tag(&view.word("role", membership.role.word()))) }
        }
    }
}

fn link(view: &View, user: &User) -> Markup {
    html! {
        p.muted { (view.t("users-link-text")) }
        (field::action(&format!("{}/invite", address(user.id)), "", &html! { (view.t("users-link-send")) }))
    }
}

fn password(view: &View, user: &User, form: &Form) -> Markup {
    html! {
        (field::summary(view, form, &["password"]))
        form.form.full method="post" action={ (address(user.id)) "/password" } {
            (Field::new("password", view.t("users-new-password"), Kind::NewPassword).hint(view.t("users-password-hint")).render(view, form))
            div.actions { button.button type="submit" { (view.t("users-set-password")) } }
        }
    }
}

fn actions(view: &View, shown: &UserView) -> Markup {
    let user = &shown.user;
    let base = address(user.id);
    let is_self = view.signed.as_ref().is_some_and(|signed| signed.user == user.id);
    let may_switch = !is_self && (user.staff_role.is_none() || is_administrator(view));
    let is_locked = user.state == UserState::Disabled;
    html! {
        @if may_switch && is_locked {
            (dialog::confirm(view, &Question {
                id: "switch-user",
                title: view.t("users-unlock"),
                text: view.t("users-unlock-text"),
                action: format!("{base}/switch"),
                fields: html! { input type="hidden" name="active" value="on"; },
                class: "primary",
            }))
        }
        @if may_switch && !is_locked {
            (dialog::confirm(view, &Question {
                id: "switch-user",
                title: view.t("users-lock"),
                text: view.t("users-lock-text"),
                action: format!("{base}/switch"),
                fields: html! { input type="hidden" name="active" value="off"; },
                class: "danger",
            }))
        }
        @if shown.has_second_factor && is_administrator(view) {
            (dialog::confirm(view, &Question {
                id: "reset-second-factor",
                title: view.t("users-reset-totp"),
                text: view.t("users-reset-totp-text"),
                action: format!("{base}/second-factor"),
                fields: html! {},
                class: "danger",
            }))
        }
    }
}

/// Somebody new: of staff, or in an account.
#[must_use]
pub fn add_form(view: &View, form: &Form, roles: &[Role], account: Option<&Account>) -> Markup {
    let (title, back, action) = match account {
        Some(account) => {
            let address = super::address(account.id);
            (
                view.t("users-add-member"),
                address.clone(),
                format!("{address}/users/new"),
            )
        }
        None => (
            view.t("users-add-staff"),
            "/admin/users".to_owned(),
            "/admin/users/new".to_owned(),
        ),
    };
    let roles: Vec<(String, String)> = roles
        .iter()
        .map(|role| (role.word().to_owned(), view.word("role", role.word())))
        .collect();
    let head = match account {
        Some(account) => Head::new(title.clone()).under(account.name.clone(), back.clone()),
        None => Head::new(title.clone()).under(view.t("nav-users"), back.clone()),
    };
    layout::staff(
        view,
        &title,
        &html! {
            (head.text(view.t("users-add-text")).render(view))
            (field::summary(view, form, &["name", "email", "role", "language"]))
            section.card { div.card-body {
                form.form method="post" action=(action) {
                    (Field::new("name", view.t("column-name"), Kind::Text).autocomplete("off").render(view, form))
                    (Field::new("email", view.t("column-email"), Kind::Mail).autocomplete("off").render(view, form))
                    (Field::new("role", view.t("column-role"), Kind::Text).select(view, form, &roles))
                    (Field::new("language", view.t("accounts-language"), Kind::Text).select(view, form, &languages()))
                    div.actions {
                        button.button.primary type="submit" { (view.t("users-invite")) }
                        a.button href=(back) { (view.t("action-cancel")) }
                    }
                }
            } }
        },
    )
}
