//! Checks and lists for the host's forms.

use domain::{contact::is_mail_address, name::DomainName};

use crate::{Failure, Kind, arguments::Key, features, run::Session, service::names_in, xml::Element};

/// `<doc><ok/></doc>`.
pub(super) fn ok() -> Element {
    Element::doc().child(Element::new("ok"))
}

/// Checks one field of an order. Fields that nothing is known of are good.
pub(super) fn check_param(session: &Session, _input: &str) -> Result<Element, Failure> {
    let name = session.arguments.text(Key::Param);
    let value = session.arguments.text(Key::Value).trim();
    let refused = |problem: String| Err(Failure::value(name, value).with("problem", problem));
    match name {
        "CN" | "domain" => {
            if let Err(error) = value.parse::<DomainName>() {
                return refused(error.to_string());
            }
        }
        "altname" | "altname_input" | "altname_wildcard_input" => {
            names_in(value).map_err(|failure| Failure::value(name, failure.value))?;
        }
        "csr" => {
            if let Err(problems) = pki::Csr::parse(value.as_bytes()) {
                let texts: Vec<String> = problems.iter().map(ToString::to_string).collect();
                return Err(Failure::value(name, "csr").with("problem", texts.join("; ")));
            }
        }
        _ if name.starts_with("approver_email") || name == "adm_email" || name == "tech_email" => {
            let is_good = value.split(',').all(|address| is_mail_address(address.trim()));
            if !is_good {
                return refused("email".to_owned());
            }
        }
        _ => {}
    }
    Ok(ok())
}

/// The connections that may serve a new service, the first choice first (protocol facts §12.8).
pub(super) async fn suitable_module(session: &Session, input: &Element) -> Result<Element, Failure> {
    let pricelist = input
        .first("item")
        .and_then(|item| item.content_of("pricelist"))
        .or_else(|| input.content_of("pricelist"))
        .and_then(|text| text.parse().ok())
        .ok_or_else(|| Failure::missed("pricelist"))?;
    let skipped = input.content_of("skip_modules").unwrap_or_default();
    let skipped: Vec<u64> = skipped
        .split(',')
        .filter_map(|id| id.trim().parse().ok())
        .collect();
    let mut modules = Element::new("modules");
    for id in session.records.suitable(pricelist, session.module.name).await? {
        if !skipped.contains(&id) {
            modules.push(Element::new("module").with("id", id.to_string()));
        }
    }
    Ok(Element::doc().child(modules))
}

/// The list of a connection's special parameters and their editing (protocol facts §12.18).
pub(super) async fn tuning_param(session: &Session, mut document: Element) -> Result<Element, Failure> {
    let mut params = session_params(&document);
    match session.arguments.text(Key::Subcommand) {
        "List" => {
            let id = param(&params, "elid").parse().unwrap_or_default();
            let stored = session.records.connection_params(id).await?.plain;
            let shown: Vec<String> = document
                .children()
                .filter(|child| child.name == "elem")
                .filter_map(|elem| elem.content_of("param"))
                .collect();
            for (name, _) in features::CUSTOM {
                let Some(value) = stored
                    .get(*name)
                    .filter(|_| !shown.iter().any(|known| known == name))
                else {
                    continue;
                };
                document.push(
                    Element::new("elem")
                        .child(Element::new("id").text(*name))
                        .child(Element::new("param").text(*name))
                        .child(Element::new("value").text(value.as_str())),
                );
            }
        }
        "TableSet" => {
            let (name, value) = (param(&params, "param"), param(&params, "value"));
            let value = checked(&name, &value)?;
            params.retain(|(known, _)| known != "value");
            params.push(("value".to_owned(), value));
        }
        "TableGet" | "TableFormTune" => {}
        other => return Err(Failure::value("subcommand", other)),
    }
    document.remove("session_params");
    let mut list = Element::new("session_params");
    for (name, value) in params {
        list.push(Element::new("param").with("name", name).with("value", value));
    }
    document.push(list);
    Ok(document)
}

fn session_params(document: &Element) -> Vec<(String, String)> {
    let Some(list) = document.first("session_params") else {
        return Vec::new();
    };
    let pair = |entry: &Element| {
        let name = entry.attribute("name")?.to_owned();
        Some((name, entry.attribute("value").unwrap_or_default().to_owned()))
    };
    list.children().filter_map(pair).collect()
}

fn param(params: &[(String, String)], name: &str) -> String {
    let found = params.iter().find(|(known, _)| known == name);
    found.map(|(_, value)| value.clone()).unwrap_or_default()
}

/// What is stored for a special parameter.
fn checked(name: &str, value: &str) -> Result<String, Failure> {
    let value = value.trim();
    let is_good = match name {
        "token_in" => matches!(value, "auto" | "header" | "query"),
        "settle_seconds" => value.parse::<u32>().is_ok_and(|seconds| seconds <= 86_400),
        "currency" => value.parse::<domain::Currency>().is_ok(),
        "reissue_path" => value.matches("{id}").count() == 1,
        _ => return Err(Failure::new(Kind::Missed).about("param").saying(name)),
    };
    if is_good {
        Ok(value.to_owned())
    } else {
        Err(Failure::value(name, value))
    }
}
