//! The connection itself: its check, its form, its balance.

use std::sync::Arc;

use crate::{
    Failure, Kind, arguments::Key, connection::Parameters, run::Session, texts::Language, xml::Element,
};

/// Tries step by step to reach the CA with the form's values. Needs neither the host's database nor its functions.
pub(super) async fn check(session: &Session, form: &Element) -> Result<Element, Failure> {
    let parameters = Parameters::of_document(form);
    parameters.date_fields()?;
    parameters.task_language()?;
    for (name, most) in [("reissue_days", 365_u32), ("settle_seconds", 86_400)] {
        let text = parameters.text(name);
        if !text.is_empty() && text.parse::<u32>().map_or(true, |number| number > most) {
            return Err(Failure::value("processing", name).with("problem", "number"));
        }
    }
    let connector = session.connect(&parameters, Arc::clone(&session.machine))?;
    let report = connector.check_connection().await;
    match Failure::of_check(&report) {
        None => Ok(Element::doc().child(Element::new("ok"))),
        Some(failure) => Err(failure),
    }
}

/// Keys and texts of a list.
type Choices<'a> = Vec<(&'a str, &'a str)>;

/// The form with its lists. Tasks are first offered in the language of the administrator who fills it in.
pub(super) fn tune(mut form: Element, of_caller: Language) -> Element {
    let fields = |names: &[&'static str]| names.iter().map(|name| (*name, *name)).collect();
    let languages = Language::ALL.map(|language| (language.code(), language.name()));
    let lists: [(&str, &str, Choices<'_>); 3] = [
        (
            "end_date_field",
            "expiredate",
            fields(&["expiredate", "crt_end_date", "none"]),
        ),
        (
            "paid_till_field",
            "subscriptiondate",
            fields(&["subscriptiondate", "expiredate", "none"]),
        ),
        ("task_language", of_caller.code(), languages.into()),
    ];
    for (name, usual, choices) in lists {
        let mut list = Element::new("slist").with("name", name);
        for (key, text) in choices {
            list.push(Element::new("msg").with("key", key).text(text));
        }
        if form.content_of(name).is_none_or(|value| value.is_empty()) {
            form.remove(name);
            form.push(Element::new(name).text(usual));
        }
        form.push(list);
    }
    form
}

/// The link under which new clients register with the CA.
pub(super) fn sign_up(session: &Session, mut form: Element) -> Result<Element, Failure> {
    let link = session.module.connector.descriptor.sign_up;
    let link = link.ok_or_else(|| Failure::new(Kind::UnsupportedCommand).saying("usercreate"))?;
    form.remove("outerlink");
    form.push(Element::new("outerlink").text(link));
    Ok(form)
}

/// Tells the host the balance of one connection, or of all of this module; then what fails for one does not keep the others.
pub(super) async fn balance(session: &Session) -> Result<(), Failure> {
    if let Some(connection) = session.arguments.number(Key::Module) {
        return save_balance(session, connection).await;
    }
    for connection in session.records.connections(session.module.name).await? {
        crate::run::at_best("reading the balance", save_balance(session, connection.id)).await;
    }
    Ok(())
}

async fn save_balance(session: &Session, connection: u64) -> Result<(), Failure> {
    let account = session.account(connection).await?;
    let balance = account.connector.balance().await?;
    tracing::info!(connection, balance = %balance.amount, "the balance at the CA");
    let zone = account.clock.zone();
    session
        .host
        .save_balance(connection, balance.amount, balance.as_of, zone)
        .await?;
    Ok(())
}
