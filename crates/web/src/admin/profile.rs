//! The own profile of staff.

use axum::response::Response;
use domain::id::SessionId;
use engine::people::session::SessionLine;
use httpkit::{Failure, Flash, Form, params::Posted};
use maud::{Markup, html};

use crate::{
    components::{
        card::{card, framed},
        head::Head,
    },
    layout, profile,
    routes::{Audience, Routes},
    view::View,
    visit::{At, StaffVisit},
};

const PATH: &str = "/admin/profile";

/// The routes of the profile.
#[must_use]
pub fn routes() -> Routes {
    Routes::of(Audience::Staff)
        .get(PATH, show)
        .post(PATH, change)
        .post("/admin/profile/password", change_password)
        .post("/admin/profile/sessions/{id}/end", end_session)
}

/// What the page shows.
#[derive(Debug, Clone, Default)]
pub struct Shown {
    /// The session of this browser.
    pub here: Option<SessionId>,
    /// Browsers that are signed in.
    pub sessions: Vec<SessionLine>,
    /// Name and language.
    pub profile: Form,
    /// Passwords.
    pub password: Form,
}

async fn show(visit: StaffVisit) -> Result<Response, Failure> {
    let shown = gathered(&visit).await?;
    Ok(visit.page(page(&visit.view, &shown)))
}

async fn change(visit: StaffVisit, Posted(posted): Posted) -> Result<Response, Failure> {
    let mut form = Form::from(posted);
    if let Some(saved) = profile::change(&visit, &mut form, PATH).await? {
        return Ok(saved);
    }
    let shown = Shown {
        profile: form,
        ..gathered(&visit).await?
    };
    Ok(visit.rejected(page(&visit.view, &shown)))
}

async fn change_password(visit: StaffVisit, Posted(posted): Posted) -> Result<Response, Failure> {
    let mut form = Form::from(posted);
    let here = visit.signed().session;
    if let Some(saved) = profile::change_password(&visit, here, &mut form, PATH).await? {
        return Ok(saved);
    }
    let shown = Shown {
        password: form,
        ..gathered(&visit).await?
    };
    Ok(visit.rejected(page(&visit.view, &shown)))
}

async fn end_session(visit: StaffVisit, At(id): At<SessionId>) -> Result<Response, Failure> {
    visit.engine.sessions().end(&visit.actor, id).await?;
    Ok(visit.done(PATH, &Flash::done(i18n::key!("client-session-ended"))))
}

async fn gathered(visit: &StaffVisit) -> Result<Shown, Failure> {
    Ok(Shown {
        here: Some(visit.signed().session),
        sessions: visit.engine.sessions().list(&visit.actor).await?,
        profile: profile::form_of(visit.signed(), &visit.view),
        password: Form::default(),
    })
}

/// The page.
#[must_use]
pub fn page(view: &View, shown: &Shown) -> Markup {
    let title = view.t("nav-profile");
    let who = view.signed.as_ref().map_or_else(String::new, |signed| {
        format!("{} · {}", signed.email, view.word("role", signed.role.word()))
    });
    layout::staff(
        view,
        &title,
        &html! {
            (Head::new(title.clone()).text(who).render(view))
            div.grid-2 {
                (card("profile", &view.t("client-profile"), &profile::profile(view, &shown.profile, PATH)))
                (card("password", &view.t("client-password"), &profile::password(view, &shown.password, PATH)))
            }
            (framed("sessions", &view.t("client-sessions"), &html! {}, &profile::sessions(view, shown.here, &shown.sessions, PATH)))
        },
    )
}
