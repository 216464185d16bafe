//! The audit trail: who did what, and whether its chain of hashes holds.

use axum::response::Response;
use domain::id::{AccountId, NumberKind, UserId};
use httpkit::{Failure, Params, Tone};
use maud::{Markup, html};
use store::audit::{AuditFilter, Link, Verdict};

use super::people::People;
use crate::{
    components::{
        head::Head,
        icon::Icon,
        list::{self, Filter, Pager},
        note::sentence,
        table::{self, Column, Table},
    },
    layout,
    routes::{Audience, Routes},
    view::View,
    visit::{AdministratorVisit, StaffVisit},
};

/// Rows of one page.
const PAGE: u32 = 50;

/// The route of the audit trail.
#[must_use]
pub fn routes() -> Routes {
    Routes::of(Audience::Administrator).get("/admin/audit", list_page)
}

async fn list_page(visit: AdministratorVisit) -> Result<Response, Failure> {
    let filter = asked(&visit).await?;
    let audit = visit.engine.audit();
    let found = match &filter {
        Some(filter) => Some(audit.list(&visit.actor, filter, &visit.list_page(PAGE)).await?),
        // Nobody and nothing of that name: then there is no entry either.
        None => None,
    };
    let (links, next) = found.map_or_else(Default::default, |found| (found.rows, found.next));
    let pager = Pager {
        total: None,
        next: next.map(|next| next.to_string()),
    };
    let verdict = if visit.query.is_on("verify") {
        Some(audit.verify(&visit.actor).await?)
    } else {
        None
    };
    let people = People::behind(&visit, links.iter().map(|link| link.actor.as_str()).collect()).await?;
    let shown = Shown {
        links,
        people,
        verdict,
    };
    Ok(visit.page(page(&visit.view, &visit.query, &shown, &pager)))
}

/// What the query asks for; nothing when it names somebody or something that is not there.
async fn asked(visit: &StaffVisit) -> Result<Option<AuditFilter>, Failure> {
    let given = |name: &str| {
        let text = visit.query.text(name).trim();
        (!text.is_empty()).then(|| text.to_owned())
    };
    let mut filter = AuditFilter {
        action: given("action"),
        ..AuditFilter::default()
    };
    if let Some(who) = given("who") {
        filter.user = user(visit, &who).await?;
        if filter.user.is_none() {
            return Ok(None);
        }
    }
    if let Some(subject) = given("subject") {
        filter.subject = Some(subject_id(visit, &subject).await?);
    }
    if let Some(account) = given("account") {
        filter.account = account_id(visit, &account).await?;
        if filter.account.is_none() {
            return Ok(None);
        }
    }
    Ok(Some(filter))
}

/// A user by id or mail address.
async fn user(visit: &StaffVisit, text: &str) -> Result<Option<UserId>, Failure> {
    if let Ok(id) = text.parse() {
        return Ok(Some(id));
    }
    let found = visit.engine.users().find_by_email(&visit.actor, text).await;
    Ok(there(found)?.map(|user| user.id))
}

/// An account by id or number.
async fn account_id(visit: &StaffVisit, text: &str) -> Result<Option<AccountId>, Failure> {
    if let Ok(id) = text.parse() {
        return Ok(Some(id));
    }
    let Some(number) = NumberKind::Account.read(text) else {
        return Ok(None);
    };
    let accounts = visit.engine.accounts();
    let found = accounts.find_by_number(&visit.actor, number).await;
    Ok(there(found)?.map(|account| account.id))
}

/// What an entry is about: by number (`S-1042`, `O-311`, `T-17`, `A-5`), else as it stands in the entry.
async fn subject_id(visit: &StaffVisit, text: &str) -> Result<String, Failure> {
    let (engine, actor) = (&visit.engine, &visit.actor);
    let is = |kind: NumberKind| {
        text.get(..2)
            .is_some_and(|start| start.eq_ignore_ascii_case(&format!("{}-", kind.letter())))
    };
    let found = if is(NumberKind::Service) {
        there(engine.services().find(actor, text).await)?.map(|id| id.to_string())
    } else if is(NumberKind::Operation) {
        there(engine.operations().find(actor, text).await)?.map(|id| id.to_string())
    } else if is(NumberKind::Task) {
        match NumberKind::Task.read(text) {
            Some(number) => there(engine.tasks().by_number(actor, number).await)?.map(|id| id.to_string()),
            None => None,
        }
    } else if is(NumberKind::Account) {
        account_id(visit, text).await?.map(|id| id.to_string())
    } else {
        None
    };
    Ok(found.unwrap_or_else(|| text.to_owned()))
}

fn there<T>(found: engine::Result<T>) -> Result<Option<T>, Failure> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(engine::Error::NotFound) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// What the page shows.
#[derive(Debug, Clone, Default)]
pub struct Shown {
    /// The entries, newest first.
    pub links: Vec<Link>,
    /// Who acted.
    pub people: People,
    /// Whether the chain holds, when it was looked at.
    pub verdict: Option<Verdict>,
}

/// The page.
#[must_use]
pub fn page(view: &View, query: &Params, shown: &Shown, pager: &Pager) -> Markup {
    let title = view.t("nav-audit");
    let table = Table {
        caption: title.clone(),
        columns: vec![
            Column::numbers(view.t("audit-sequence")),
            Column::fit(view.t("column-when")),
            Column::new(view.t("column-who")),
            Column::new(view.t("audit-action")),
            Column::new(view.t("audit-subject")),
            Column::new(view.t("column-detail")),
        ],
        rows: shown
            .links
            .iter()
            .map(|link| row(view, link, &shown.people))
            .collect(),
        sorting: None,
        empty: table::empty(Icon::Log, &view.t("audit-empty"), "", &html! {}),
    };
    let verify = html! { a.button href={ "/admin/audit" (query.without(&["after"]).with("verify", "yes").query()) } { (view.t("audit-verify")) } };
    let search = |name, label| Filter::Search { name, label };
    let filters = [
        search("who", view.t("audit-who")),
        search("action", view.t("audit-action")),
        search("subject", view.t("audit-subject")),
        search("account", view.t("column-account")),
    ];
    let without_verdict = query.without(&["verify"]);
    layout::staff(
        view,
        &title,
        &html! {
            (Head::new(title.clone()).text(view.t("audit-text")).actions(verify).render(view))
            @match &shown.verdict {
                None => {}
                Some(Verdict::Whole(count)) => (sentence(Tone::Good, &view.t_args("audit-holds", &[("count", (*count).into())]))),
                Some(Verdict::Broken { seq, why }) => (sentence(Tone::Bad, &view.t_args("audit-broken", &[("number", (*seq).into()), ("why", (*why).into())]))),
            }
            (list::filters(view, &without_verdict, &filters))
            (table.render())
            (list::pager(view, &without_verdict, pager))
        },
    )
}

fn row(view: &View, link: &Link, people: &People) -> Vec<Markup> {
    vec![
        html! { (link.seq) },
        html! { (view.instant_seconds(link.at)) },
        html! {
            (people.who(view, &link.actor))
            @if let Some(address) = link.address { span.sub { (address.to_string()) } }
        },
        html! { code { (link.action) } },
        html! { (subject(&link.subject)) },
        html! {
            code.small.breakable { (link.detail.0.to_string()) }
            span.sub { (view.t("audit-request")) " " (link.request) }
        },
    ]
}

/// What an entry is about, with its page where it has one.
fn subject(subject: &str) -> Markup {
    const PAGES: [(&str, &str); 9] = [
        ("svc_", "/admin/services/"),
        ("opr_", "/admin/operations/"),
        ("tsk_", "/admin/tasks/"),
        ("acc_", "/admin/accounts/"),
        ("usr_", "/admin/users/"),
        ("mod_", "/admin/modules/"),
        ("tar_", "/admin/tariffs/"),
        ("doc_", "/admin/documents/"),
        ("dep_", "/admin/departments/"),
    ];
    let page = PAGES.iter().find(|(prefix, _)| subject.starts_with(prefix));
    html! {
        @match page {
            Some((_, page)) => a.breakable.small href={ (page) (subject) } { (subject) },
            None => span.breakable.small { (subject) }
        }
    }
}
