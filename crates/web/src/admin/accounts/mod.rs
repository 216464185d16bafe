//! Accounts that buy, their money, and the users in them.

pub mod credits;
pub mod money;
pub mod pages;
pub mod users;

use axum::response::Response;
use domain::{
    Currency,
    id::{AccountId, MembershipId, NumberKind},
    state::Role,
};
use engine::{
    money::{Credited, NewCredit},
    people::account::{AccountChange, NewAccount},
    services::ServiceQuery,
};
use httpkit::{Failure, Flash, Form, params::Posted};
use store::{
    Page,
    account::{Account, AccountFilter, AccountKind, AccountState},
    document::DocumentFilter,
};

use super::answers::after;
use crate::{
    components::list::Pager,
    routes::{Audience, Routes},
    visit::{At, StaffVisit},
};

/// Rows of one page.
const PAGE: u32 = 25;
/// Rows of each part of an account's page.
const NEWEST: u32 = 8;

/// The routes of accounts, credits and users.
#[must_use]
pub fn routes() -> Routes {
    Routes::of(Audience::Staff)
        .get("/admin/accounts", list_page)
        .get("/admin/accounts/new", add_page)
        .post("/admin/accounts/new", add)
        .get("/admin/accounts/{id}", show_page)
        .get("/admin/accounts/{id}/edit", edit_page)
        .post("/admin/accounts/{id}/edit", edit)
        .post("/admin/accounts/{id}/credit", credit)
        .post("/admin/accounts/{id}/act", act)
        .post("/admin/act/end", act_no_more)
        .get("/admin/accounts/{id}/users/new", add_member_page)
        .post("/admin/accounts/{id}/users/new", add_member)
        .post("/admin/accounts/{id}/members/{member}/remove", remove_member)
        .merge(money::routes())
        .merge(credits::routes())
        .merge(users::routes())
}

fn address(id: AccountId) -> String {
    format!("/admin/accounts/{id}")
}

async fn list_page(visit: StaffVisit) -> Result<Response, Failure> {
    let text = visit.query.text("q").trim();
    let filter = AccountFilter {
        seller: None,
        state: visit.query.read_as("state"),
        text: (!text.is_empty()).then(|| text.to_owned()),
    };
    let found = visit
        .engine
        .accounts()
        .list(&visit.actor, filter, &visit.list_page(PAGE))
        .await?;
    let pager = Pager {
        total: found
            .total
            .map(|total| visit.view.t_args("accounts-count", &[("count", total.into())])),
        next: found.next.map(|next| next.to_string()),
    };
    let mut rows = Vec::new();
    for account in found.rows {
        let balance = visit.engine.money().balance(&visit.actor, account.id).await?;
        rows.push(pages::Row { account, balance });
    }
    Ok(visit.page(pages::list(&visit.view, &visit.query, &rows, &pager)))
}

async fn show_page(visit: StaffVisit, At(id): At<String>) -> Result<Response, Failure> {
    let Ok(known) = id.parse::<AccountId>() else {
        let number = NumberKind::Account.read(&id).ok_or_else(Failure::not_found)?;
        let found = visit
            .engine
            .accounts()
            .find_by_number(&visit.actor, number)
            .await?;
        return Ok(visit.go(&address(found.id)));
    };
    let shown = whole(&visit, known).await?;
    let form = Form::default().with("once", visit.actor.request.to_string());
    Ok(visit.page(pages::show(&visit.view, &shown, &form)))
}

async fn whole(visit: &StaffVisit, id: AccountId) -> Result<pages::Shown, Failure> {
    let (engine, actor) = (&visit.engine, &visit.actor);
    let account = engine.accounts().show(actor, id).await?;
    let newest = Page::first(NEWEST);
    let of_account = ServiceQuery {
        account: Some(id),
        ..ServiceQuery::default()
    };
    let documents = DocumentFilter {
        account: Some(id),
        ..DocumentFilter::default()
    };
    Ok(pages::Shown {
        balance: engine.money().balance(actor, id).await?,
        members: engine.accounts().members(actor, id).await?,
        services: engine.services().list(actor, &of_account, &newest).await?.rows,
        statement: engine.money().statement(actor, id, &newest).await?.rows,
        documents: engine.money().documents(actor, documents, &newest).await?.rows,
        account,
    })
}

async fn credit(
    visit: StaffVisit,
    At(id): At<AccountId>,
    Posted(posted): Posted,
) -> Result<Response, Failure> {
    let account = visit.engine.accounts().show(&visit.actor, id).await?;
    let mut form = Form::from(posted);
    let amount = form.money("amount", account.currency);
    let note = form.required("note", 200);
    let once = form.optional("once", 64);
    if let (Some(amount), false) = (amount, form.has_problems()) {
        let shown = visit.view.money(amount);
        let new = NewCredit {
            account: id,
            amount,
            note,
            once: (!once.is_empty()).then_some(once),
        };
        match visit.engine.money().credit(&visit.actor, new).await {
            Ok(credited) => {
                let said = match credited {
                    Credited::Booked(_) => Flash::done("accounts-credited"),
                    Credited::WaitsForSecondPerson(_) => Flash::note("accounts-credit-asked"),
                };
                return Ok(visit.done(&address(id), &said.with("amount", shown)));
            }
            Err(error) => visit.into_form(&mut form, error)?,
        }
    }
    // Sent again, the form as it is shown now is another one.
    let form = form.with("once", visit.actor.request.to_string());
    let shown = whole(&visit, id).await?;
    Ok(visit.rejected(pages::show(&visit.view, &shown, &form)))
}

async fn add_page(visit: StaffVisit) -> Result<Response, Failure> {
    let form = Form::default()
        .with("kind", AccountKind::Company.word())
        .with("language", visit.view.locale.code());
    Ok(visit.page(pages::edit(&visit.view, &form, None)))
}

/// A language of mails.
fn language(form: &mut Form) -> Option<String> {
    form.choice::<i18n::Locale>("language")
        .map(|locale| locale.code().to_owned())
}

async fn add(visit: StaffVisit, Posted(posted): Posted) -> Result<Response, Failure> {
    let mut form = Form::from(posted);
    let name = form.required("name", 200);
    let kind = form.choice::<AccountKind>("kind");
    let country = form.required("country", 2).to_uppercase();
    let tax_number = form.optional("tax_number", 60);
    let currency = form.choice::<Currency>("currency");
    let language = language(&mut form);
    if let (Some(kind), Some(currency), Some(language), false) =
        (kind, currency, language, form.has_problems())
    {
        let new = NewAccount {
            name,
            kind,
            country,
            tax_number,
            currency,
            language,
        };
        match visit.engine.accounts().open(&visit.actor, new).await {
            Ok(account) => return Ok(visit.done(&address(account.id), &Flash::done("accounts-added"))),
            Err(error) => visit.into_form(&mut form, error)?,
        }
    }
    Ok(visit.rejected(pages::edit(&visit.view, &form, None)))
}

async fn edit_page(visit: StaffVisit, At(id): At<AccountId>) -> Result<Response, Failure> {
    let account = visit.engine.accounts().show(&visit.actor, id).await?;
    let form = Form::default()
        .with("version", account.version.to_string())
        .with("name", &account.name)
        .with("country", &account.country)
        .with("tax_number", &account.tax_number)
        .with("credit_limit", account.credit_limit().amount().to_string())
        .with("language", &account.language)
        .with("note", &account.note)
        .with("state", account.state.word());
    Ok(visit.page(pages::edit(&visit.view, &form, Some(&account))))
}

async fn edit(visit: StaffVisit, At(id): At<AccountId>, Posted(posted): Posted) -> Result<Response, Failure> {
    let account = visit.engine.accounts().show(&visit.actor, id).await?;
    let mut form = Form::from(posted);
    if let Some(change) = read_change(&mut form, &account) {
        match visit.engine.accounts().change(&visit.actor, id, change).await {
            Ok(()) => return Ok(visit.done(&address(id), &Flash::done("accounts-saved"))),
            Err(error) => visit.into_form(&mut form, error)?,
        }
    }
    Ok(visit.rejected(pages::edit(&visit.view, &form, Some(&account))))
}

fn read_change(form: &mut Form, account: &Account) -> Option<AccountChange> {
    let version = form.number("version");
    let name = form.required("name", 200);
    let country = form.required("country", 2).to_uppercase();
    let tax_number = form.optional("tax_number", 60);
    let credit_limit = form.money("credit_limit", account.currency);
    let language = language(form);
    let note = form.optional("note", 2_000);
    // Whoever left stays erased; nobody is erased by this form.
    let state = form
        .choice("state")
        .filter(|state| *state != AccountState::Erased || account.state == AccountState::Erased);
    if form.has_problems() {
        return None;
    }
    Some(AccountChange {
        name,
        country,
        tax_number,
        language: language?,
        credit_limit: credit_limit?,
        note,
        state: state?,
        version: version?,
    })
}

async fn act(visit: StaffVisit, At(id): At<AccountId>) -> Result<Response, Failure> {
    let here = visit.signed().session;
    visit
        .engine
        .sessions()
        .act_in(&visit.actor, here, Some(id))
        .await?;
    Ok(visit.done("/services", &Flash::note("accounts-acting")))
}

async fn act_no_more(visit: StaffVisit) -> Result<Response, Failure> {
    let back = visit
        .signed()
        .account
        .map_or_else(|| "/admin".to_owned(), address);
    let here = visit.signed().session;
    visit.engine.sessions().act_in(&visit.actor, here, None).await?;
    Ok(visit.done(&back, &Flash::done("accounts-acting-no-more")))
}

/// What a user can be in an account.
const MEMBER_ROLES: [Role; 3] = [Role::Owner, Role::Member, Role::Accountant];

async fn add_member_page(visit: StaffVisit, At(id): At<AccountId>) -> Result<Response, Failure> {
    let account = visit.engine.accounts().show(&visit.actor, id).await?;
    let form = Form::default().with("language", &account.language);
    Ok(visit.page(users::add_form(&visit.view, &form, &MEMBER_ROLES, Some(&account))))
}

async fn add_member(
    visit: StaffVisit,
    At(id): At<AccountId>,
    Posted(posted): Posted,
) -> Result<Response, Failure> {
    let account = visit.engine.accounts().show(&visit.actor, id).await?;
    let mut form = Form::from(posted);
    if let Some((new, role)) = users::read_new(&mut form) {
        let email = new.email.clone();
        match visit.engine.users().add_member(&visit.actor, id, new, role).await {
            Ok(_) => return users::invite(&visit, &address(id), &email).await,
            Err(error) => visit.into_form(&mut form, error)?,
        }
    }
    Ok(visit.rejected(users::add_form(&visit.view, &form, &MEMBER_ROLES, Some(&account))))
}

async fn remove_member(
    visit: StaffVisit,
    At((id, member)): At<(AccountId, MembershipId)>,
) -> Result<Response, Failure> {
    let users = visit.engine.users();
    let result = users.remove_member(&visit.actor, id, member).await;
    after(
        &visit,
        &address(id),
        &Flash::done("accounts-member-removed"),
        result,
    )
}
