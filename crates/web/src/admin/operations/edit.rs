//! Changing what the CA will get, before it has the order.

use axum::response::Response;
use domain::{
    contact::{Contact, Organisation},
    id::OperationId,
    product::ValidationMethod,
};
use engine::operations::{Editable, NameEdit, OperationEdit};
use httpkit::{Failure, Flash, Form, params::Posted};
use maud::{Markup, html};

use super::address;
use crate::{
    admin::answers::after,
    components::{
        card::card,
        field::{self, Field, Kind},
        head::Head,
    },
    layout,
    routes::{Audience, Routes},
    view::View,
    visit::{At, StaffVisit},
};

/// The most characters of a request.
const LONGEST_CSR: usize = 20_000;
/// The fields of the contact, with their labels.
const CONTACT: [(&str, &str, Kind); 5] = [
    ("contact.first_name", "operations-edit-first-name", Kind::Text),
    ("contact.last_name", "operations-edit-last-name", Kind::Text),
    ("contact.title", "services-contact-title", Kind::Text),
    ("contact.email", "column-email", Kind::Mail),
    ("contact.phone", "services-phone", Kind::Phone),
];
/// The fields of the organisation, with their labels.
const ORGANISATION: [(&str, &str); 8] = [
    ("organisation.name", "services-organisation"),
    ("organisation.country", "accounts-country"),
    ("organisation.region", "operations-edit-region"),
    ("organisation.city", "operations-edit-city"),
    ("organisation.street", "operations-edit-street"),
    ("organisation.postal_code", "operations-edit-postal-code"),
    ("organisation.phone", "services-phone"),
    ("organisation.registration_number", "services-registration"),
];

/// The routes of the form.
pub(super) fn routes() -> Routes {
    Routes::of(Audience::Staff)
        .get("/admin/operations/{id}/edit", show)
        .post("/admin/operations/{id}/edit", edit)
}

async fn show(visit: StaffVisit, At(id): At<OperationId>) -> Result<Response, Failure> {
    match visit.engine.operations().editable(&visit.actor, id).await {
        Ok(editable) => Ok(visit.page(page(&visit.view, id, &editable, &form_of(&editable)))),
        refused @ Err(engine::Error::Refused(_)) => {
            let nothing = Flash::done("operations-edited");
            after(&visit, &address(id), &nothing, refused)
        }
        Err(error) => Err(error.into()),
    }
}

async fn edit(
    visit: StaffVisit,
    At(id): At<OperationId>,
    Posted(posted): Posted,
) -> Result<Response, Failure> {
    let operations = visit.engine.operations();
    let editable = match operations.editable(&visit.actor, id).await {
        Ok(editable) => editable,
        Err(error) => {
            return after::<()>(
                &visit,
                &address(id),
                &Flash::done("operations-edited"),
                Err(error),
            );
        }
    };
    let mut form = Form::from(posted);
    let edit = read(&mut form, &editable);
    if !form.has_problems() {
        match operations.edit(&visit.actor, id, edit).await {
            Ok(()) => return Ok(visit.done(&address(id), &Flash::done("operations-edited"))),
            Err(error) => visit.into_form(&mut form, error)?,
        }
    }
    Ok(visit.rejected(page(&visit.view, id, &editable, &form)))
}

fn method_field(place: usize) -> String {
    format!("method.{place}")
}

fn approver_field(place: usize) -> String {
    format!("approver.{place}")
}

fn form_of(editable: &Editable) -> Form {
    let contact = &editable.contact;
    let mut form = Form::default()
        .with("contact.first_name", &contact.first_name)
        .with("contact.last_name", &contact.last_name)
        .with("contact.title", &contact.title)
        .with("contact.email", &contact.email)
        .with("contact.phone", &contact.phone);
    if let Some(organisation) = &editable.organisation {
        form = form
            .with("organisation.name", &organisation.name)
            .with("organisation.country", &organisation.country)
            .with("organisation.region", &organisation.region)
            .with("organisation.city", &organisation.city)
            .with("organisation.street", &organisation.street)
            .with("organisation.postal_code", &organisation.postal_code)
            .with("organisation.phone", &organisation.phone)
            .with(
                "organisation.registration_number",
                &organisation.registration_number,
            );
    }
    for (place, name) in editable.names.iter().enumerate() {
        form = form
            .with(&method_field(place), name.method.word())
            .with(&approver_field(place), name.approver.clone().unwrap_or_default());
    }
    form
}

fn read(form: &mut Form, editable: &Editable) -> OperationEdit {
    let mut text = |field: &str| form.optional(field, 200);
    let contact = Contact {
        first_name: text("contact.first_name"),
        last_name: text("contact.last_name"),
        title: text("contact.title"),
        email: text("contact.email"),
        phone: text("contact.phone"),
    };
    let organisation = editable.needs_organisation.then(|| Organisation {
        name: text("organisation.name"),
        country: text("organisation.country"),
        region: text("organisation.region"),
        city: text("organisation.city"),
        street: text("organisation.street"),
        postal_code: text("organisation.postal_code"),
        phone: text("organisation.phone"),
        registration_number: text("organisation.registration_number"),
    });
    let mut names = Vec::new();
    for (place, name) in editable.names.iter().enumerate() {
        let approver = form.optional(&approver_field(place), 254);
        if let Some(method) = form.choice::<ValidationMethod>(&method_field(place)) {
            names.push(NameEdit {
                name: name.name.clone(),
                method,
                approver: (!approver.is_empty()).then_some(approver),
            });
        }
    }
    let csr = form.optional("csr", LONGEST_CSR);
    OperationEdit {
        contact,
        organisation,
        names,
        csr: (!csr.is_empty()).then_some(csr),
    }
}

/// The form.
#[must_use]
pub fn page(view: &View, id: OperationId, editable: &Editable, form: &Form) -> Markup {
    let title = view.t("operations-edit");
    let base = address(id);
    let methods: Vec<(String, String)> = editable
        .methods
        .iter()
        .map(|method| {
            (
                method.word().to_owned(),
                view.word("validation-method", method.word()),
            )
        })
        .collect();
    let mut own: Vec<&str> = CONTACT.iter().map(|(name, ..)| *name).collect();
    own.extend(ORGANISATION.iter().map(|(name, _)| *name));
    own.push("csr");
    let optional = ["contact.title", "organisation.registration_number"];
    let line = |name: &'static str, label: &str, kind: Kind| {
        let shown = Field::new(name, view.t(label), kind).autocomplete("off");
        if optional.contains(&name) {
            shown.optional().render(view, form)
        } else {
            shown.render(view, form)
        }
    };
    layout::staff(
        view,
        &title,
        &html! {
            (Head::new(title.clone()).under(view.t("nav-operations"), "/admin/operations").text(view.t("operations-edit-text")).render(view))
            (field::summary(view, form, &own))
            form.form method="post" action={ (base) "/edit" } {
                (card("names", &view.t("operations-edit-names"), &html! {
                    @for (place, name) in editable.names.iter().enumerate() {
                        div.row-fields {
                            (Field::new(&method_field(place), name.name.unicode(), Kind::Text).select(view, form, &methods))
                            (Field::new(&approver_field(place), view.t("operations-edit-approver"), Kind::Mail).optional().autocomplete("off").render(view, form))
                        }
                    }
                }))
                (card("contact", &view.t("services-contact"), &html! { @for (name, label, kind) in CONTACT { (line(name, label, kind)) } }))
                @if editable.needs_organisation {
                    (card("organisation", &view.t("services-organisation"), &html! { @for (name, label) in ORGANISATION { (line(name, label, Kind::Text)) } }))
                }
                (card("request", &view.t("services-csr"), &html! {
                    (Field::new("csr", view.t("operations-edit-csr"), Kind::Text).optional().hint(view.t("operations-edit-csr-hint")).area(view, form, "code"))
                }))
                div.actions {
                    button.button.primary type="submit" { (view.t("operations-edit-submit")) }
                    a.button href=(base) { (view.t("action-cancel")) }
                }
            }
        },
    )
}
