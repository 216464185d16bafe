//! Taxes and exchange rates: seen by staff, entered and removed by administrators.

pub mod exchange;
pub mod taxes;
#[cfg(test)]
mod tests;

use engine::money::rates::Standing;
use httpkit::Tone;
use maud::{Markup, html};

use crate::{
    components::{badge::badge, head::Head, tabs::tabs},
    layout,
    routes::Routes,
    view::View,
};

/// Rows of one page.
const PAGE: usize = 50;

/// The routes of taxes and exchange rates.
#[must_use]
pub fn routes() -> Routes {
    taxes::routes().merge(exchange::routes())
}

/// One of the two pages: its text under the heading, and what it holds.
fn framed(view: &View, current: &str, text: String, body: &Markup) -> Markup {
    let title = view.t("nav-rates");
    let entries = [
        (view.t("rates-tab-taxes"), taxes::PATH.to_owned()),
        (view.t("rates-tab-exchange"), exchange::PATH.to_owned()),
    ];
    layout::staff(
        view,
        &title,
        &html! {
            (Head::new(title.clone()).text(text).render(view))
            (tabs(&title, current, &entries))
            (body)
        },
    )
}

fn standing(view: &View, standing: Standing) -> Markup {
    let tone = match standing {
        Standing::ToCome => Tone::Info,
        Standing::InForce => Tone::Good,
        Standing::Past => Tone::Neutral,
    };
    badge(tone, &view.word("rates-standing", standing.word()))
}
