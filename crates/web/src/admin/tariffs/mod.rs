//! Tariff plans: the list, a plan's page with prices, modules and margin, its forms.

pub mod form;
pub mod list;
pub mod modules;
pub mod prices;
pub mod show;

use axum::response::Response;
use domain::id::TariffPlanId;
use engine::{
    catalogue::{ProductQuery, ProductView, match_key},
    tariffs::{NewTariff, TariffView},
};
use httpkit::{Failure, Flash, Form, params::Posted};

use super::modules::list::Modules as Rows;
use crate::{
    components::list::leave_page,
    routes::{Audience, Routes},
    visit::{AdministratorVisit, At, StaffVisit},
};

/// The routes of tariff plans.
#[must_use]
pub fn routes() -> Routes {
    Routes::of(Audience::Staff)
        .get("/admin/tariffs", list_page)
        .get("/admin/tariffs/{id}", show_page)
        .merge(
            Routes::of(Audience::Administrator)
                .get("/admin/tariffs/new", add_page)
                .post("/admin/tariffs/new", add)
                .get("/admin/tariffs/{id}/edit", edit_page)
                .post("/admin/tariffs/{id}/edit", edit),
        )
        .merge(prices::routes())
        .merge(modules::routes())
}

async fn list_page(visit: StaffVisit) -> Result<Response, Failure> {
    let mut lines = visit.engine.tariffs().list(&visit.actor).await?;
    let rows = Rows::from(lines.is_empty());
    list::narrow(&mut lines, &visit.query);
    let pager = leave_page(&mut lines, &visit.query, list::PAGE);
    Ok(visit.page(list::page(&visit.view, &visit.query, &lines, rows, &pager)))
}

async fn show_page(visit: StaffVisit, At(id): At<TariffPlanId>) -> Result<Response, Failure> {
    let shown = shown(&visit, id).await?;
    let form = prices::proposed(&shown.plan);
    Ok(visit.page(show::page(&visit.view, &shown, &form)))
}

async fn add_page(visit: AdministratorVisit) -> Result<Response, Failure> {
    let products = visit
        .engine
        .catalogue()
        .products(&visit.actor, ProductQuery::default())
        .await?;
    let form = Form::default()
        .with("product", visit.query.text("product"))
        .with("sort", "10")
        .with("is_active", "on");
    Ok(visit.page(form::add(&visit.view, &form, &products)))
}

async fn add(visit: AdministratorVisit, Posted(posted): Posted) -> Result<Response, Failure> {
    let products = visit
        .engine
        .catalogue()
        .products(&visit.actor, ProductQuery::default())
        .await?;
    let mut form = Form::from(posted);
    let product = form.choice("product");
    let typed = form.optional("name", 80);
    let margin = form::margin(&mut form);
    let sort = form.number("sort");
    if let (Some(product), Some(sort), false) = (product, sort, form.has_problems()) {
        let named = products.iter().find(|one| one.id == product);
        let name = if typed.is_empty() {
            named.map(|one| one.name.clone()).unwrap_or_default()
        } else {
            typed
        };
        let new = NewTariff {
            name,
            note: form.optional("note", 2_000),
            product,
            margin,
            sort,
            is_active: form.values().is_on("is_active"),
        };
        match visit.engine.tariffs().create(&visit.actor, new).await {
            Ok(id) => return Ok(visit.done(&address(id), &Flash::done(i18n::key!("tariffs-added")))),
            Err(error) => visit.into_form(&mut form, error)?,
        }
    }
    Ok(visit.rejected(form::add(&visit.view, &form, &products)))
}

async fn edit_page(visit: AdministratorVisit, At(id): At<TariffPlanId>) -> Result<Response, Failure> {
    let plan = visit.engine.tariffs().show(&visit.actor, id).await?;
    Ok(visit.page(form::edit(&visit.view, &plan, &form::of(&plan))))
}

async fn edit(
    visit: AdministratorVisit,
    At(id): At<TariffPlanId>,
    Posted(posted): Posted,
) -> Result<Response, Failure> {
    let plan = visit.engine.tariffs().show(&visit.actor, id).await?;
    let mut form = Form::from(posted);
    if let Some(change) = form::read(&mut form, &plan) {
        match visit.engine.tariffs().edit(&visit.actor, id, change).await {
            Ok(()) => return Ok(visit.done(&address(id), &Flash::done(i18n::key!("tariffs-saved")))),
            Err(error) => visit.into_form(&mut form, error)?,
        }
    }
    Ok(visit.rejected(form::edit(&visit.view, &plan, &form)))
}

/// What a plan's page shows.
async fn shown(visit: &StaffVisit, id: TariffPlanId) -> Result<show::Shown, Failure> {
    let plan = visit.engine.tariffs().show(&visit.actor, id).await?;
    let products = visit
        .engine
        .catalogue()
        .products(&visit.actor, ProductQuery::default())
        .await?;
    Ok(show::Shown {
        connectable: connectable(&plan, products),
        plan,
    })
}

/// Products of the plan's kind at modules that do not serve it yet; those of the same name first.
fn connectable(plan: &TariffView, products: Vec<ProductView>) -> Vec<ProductView> {
    let is_served = |product: &ProductView| {
        plan.modules
            .iter()
            .any(|module| module.is_active && module.module == product.module)
    };
    let key = match_key(&plan.line.product, &plan.line.brand);
    let mut fitting: Vec<ProductView> = products
        .into_iter()
        .filter(|product| (product.kind, product.level) == (plan.line.kind, plan.line.level))
        .filter(|product| !is_served(product))
        .collect();
    fitting.sort_by_key(|product| match_key(&product.name, &product.brand) != key);
    fitting
}

/// The address of a plan's page.
#[must_use]
pub fn address(id: TariffPlanId) -> String {
    format!("/admin/tariffs/{id}")
}
