//! `certbroker order`

use anyhow::Context as _;
use domain::{
    contact::Contact,
    id::{OperationId, ServiceId, TariffPlanId},
    product::ValidationMethod,
    state::Role,
    term::Years,
};
use engine::orders::{NamePlan, NewOrder, OrderPlaced, RequestSource, ValidationPlan};
use secrecy::SecretString;
use serde::Serialize;
use store::account::Account;

use super::{
    desk::Desk,
    file::KeyFile,
    find, organisation,
    service::{self, Shown},
};
use crate::{
    cli::{Approver, ContactOptions, Order},
    exit::Refused,
    output,
};

mod wait;

/// An order that was taken.
#[derive(Serialize)]
struct Placed {
    service: String,
    id: ServiceId,
    operation: Option<OperationId>,
    /// The same reference was used before: nothing new was ordered.
    is_repeated: bool,
    /// Where the private key is, when it was made for the client.
    key_file: Option<String>,
    /// The service as it is now; with `--wait` as it was when the waiting ended.
    state: Shown,
}

pub(super) async fn run(desk: &Desk, options: Order) -> anyhow::Result<()> {
    let account = find::account(desk, &options.account).await?;
    let plan = find::tariff(desk, &options.tariff).await?;
    let key_file = match (&options.csr, &options.key_out, options.store_key) {
        (Some(_), _, _) | (None, None, true) => None,
        // Its key was written when it was ordered.
        (None, Some(_), _) if is_ordered(desk, &account, options.reference.as_deref()).await? => None,
        (None, Some(path), _) => Some(KeyFile::make(path)?),
        (None, None, false) => {
            return Err(Refused(
                "say where the private key goes: --key-out FILE, or --store-key to keep it here; or bring a request \
                 with --csr"
                    .to_owned(),
            )
            .into());
        }
    };
    let placed = match place(desk, &options, &account, plan).await {
        Ok(placed) => placed,
        Err(error) => {
            if let Some(file) = key_file {
                file.give_up();
            }
            return Err(error);
        }
    };
    let key_file = keep_key(key_file, placed.private_key.as_ref()).with_context(|| {
        format!(
            "S-{} is ordered, and its key is lost: close it and order anew",
            placed.number
        )
    })?;
    let ended = if options.wait {
        let until = if placed.is_repeated {
            wait::Until::Issued
        } else {
            wait::Until::ClientsTurn
        };
        wait::until_settled(desk, placed.service, until, options.wait_at_most).await?
    } else {
        None
    };
    say(desk, &options, &placed, key_file).await?;
    ended.map_or(Ok(()), Err)
}

/// Whether this reference was used before: nothing new will be ordered then.
async fn is_ordered(desk: &Desk, account: &Account, reference: Option<&str>) -> anyhow::Result<bool> {
    let Some(reference) = reference else {
        return Ok(false);
    };
    let reader = desk.installation.store.reader();
    let found = store::service::find_by_external_ref(reader, account.id, reference.trim()).await?;
    Ok(found.is_some())
}

async fn place(
    desk: &Desk,
    options: &Order,
    account: &Account,
    plan: TariffPlanId,
) -> anyhow::Result<OrderPlaced> {
    let request = match &options.csr {
        Some(path) => RequestSource::Given(
            std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?,
        ),
        None if options.store_key => RequestSource::MadeAndStored(options.key),
        None => RequestSource::MadeNotStored(options.key),
    };
    let method = ValidationMethod::from(options.validation);
    let order = NewOrder {
        account: Some(account.id),
        plan,
        years: Years::new(options.years)?,
        names: options.domain.clone(),
        validation: ValidationPlan {
            method,
            names: approvers(desk, options, plan, method, &request).await?,
        },
        request,
        contact: contact(desk, account, &options.contact).await?,
        organisation: options.org.as_deref().map(organisation::read).transpose()?,
        prolong: None,
        external_ref: options.reference.clone(),
        agreed: None,
    };
    Ok(desk.engine().orders().place(desk.owner(), order).await?)
}

/// Who approves each name by mail. Whoever names nobody is told whom the CA offers.
async fn approvers(
    desk: &Desk,
    options: &Order,
    plan: TariffPlanId,
    method: ValidationMethod,
    request: &RequestSource,
) -> anyhow::Result<Vec<NamePlan>> {
    if method != ValidationMethod::Email {
        return match options.approver.first() {
            Some(_) => Err(Refused("--approver goes with --validation email".to_owned()).into()),
            None => Ok(Vec::new()),
        };
    }
    let names = match request {
        RequestSource::Given(csr) if options.domain.is_empty() => {
            let judged = desk.engine().orders().judge_csr(desk.owner(), csr).await?;
            judged.names.iter().map(ToString::to_string).collect()
        }
        _ => options.domain.clone(),
    };
    let mut plans = Vec::new();
    for name in &names {
        let Some(approver) = approver_of(&options.approver, name) else {
            return Err(offered(desk, plan, name).await?);
        };
        plans.push(NamePlan {
            name: name.clone(),
            method,
            approver: Some(approver.address.clone()),
        });
    }
    Ok(plans)
}

/// The approver of this name, else the one for all names.
fn approver_of<'a>(approvers: &'a [Approver], name: &str) -> Option<&'a Approver> {
    let own = |one: &&Approver| {
        one.name
            .as_deref()
            .is_some_and(|own| own.eq_ignore_ascii_case(name))
    };
    let of_all = |one: &&Approver| one.name.is_none();
    approvers
        .iter()
        .find(own)
        .or_else(|| approvers.iter().find(of_all))
}

async fn offered(desk: &Desk, plan: TariffPlanId, name: &str) -> anyhow::Result<anyhow::Error> {
    let names = [name.to_owned()];
    let offers = desk
        .engine()
        .orders()
        .approvers(desk.owner(), plan, &names)
        .await?;
    let addresses: Vec<String> = offers.into_iter().flat_map(|offer| offer.addresses).collect();
    Ok(Refused(format!(
        "say with --approver who approves {name}: {}",
        addresses.join(", ")
    ))
    .into())
}

/// What was given, over the file, over the account's first user.
async fn contact(desk: &Desk, account: &Account, options: &ContactOptions) -> anyhow::Result<Contact> {
    let mut contact = match &options.file {
        Some(path) => organisation::read_form(path)?,
        None => of_first_owner(desk, account).await?,
    };
    let given = [
        (&options.first_name, &mut contact.first_name),
        (&options.last_name, &mut contact.last_name),
        (&options.job_title, &mut contact.title),
        (&options.email, &mut contact.email),
        (&options.phone, &mut contact.phone),
    ];
    for (given, field) in given {
        if let Some(given) = given {
            field.clone_from(given);
        }
    }
    Ok(contact)
}

async fn of_first_owner(desk: &Desk, account: &Account) -> anyhow::Result<Contact> {
    let members = desk.engine().accounts().members(desk.owner(), account.id).await?;
    let owner = members
        .into_iter()
        .find(|(membership, _)| membership.role == Role::Owner);
    Ok(owner.map_or_else(Contact::default, |(_, user)| {
        let (first, last) = user.name.split_once(' ').unwrap_or((&user.name, ""));
        Contact {
            first_name: first.to_owned(),
            last_name: last.to_owned(),
            email: user.email.clone(),
            ..Contact::default()
        }
    }))
}

/// Writes the key; when there is none (the order was there already), the file goes again.
fn keep_key(file: Option<KeyFile>, key: Option<&SecretString>) -> anyhow::Result<Option<String>> {
    match (file, key) {
        (Some(file), Some(key)) => Ok(Some(file.keep(key)?.display().to_string())),
        (Some(file), None) => {
            file.give_up();
            Ok(None)
        }
        (None, _) => Ok(None),
    }
}

async fn say(
    desk: &Desk,
    options: &Order,
    placed: &OrderPlaced,
    key_file: Option<String>,
) -> anyhow::Result<()> {
    let view = desk
        .engine()
        .services()
        .show(desk.owner(), placed.service)
        .await?;
    let said = Placed {
        service: domain::id::NumberKind::Service.show(placed.number),
        id: placed.service,
        operation: placed.operation,
        is_repeated: placed.is_repeated,
        key_file,
        state: Shown::from(view),
    };
    let waited = options.wait;
    output::print(desk.format, &said, |said| text(said, waited))
}

fn text(said: &Placed, waited: bool) -> String {
    let mut lines = vec![if said.is_repeated {
        format!(
            "{} was ordered before with this reference; nothing new was ordered",
            said.service
        )
    } else {
        format!("{} is ordered", said.service)
    }];
    if let Some(path) = &said.key_file {
        lines.push(format!("the private key is in {path}; it is kept nowhere else"));
    }
    if !waited {
        lines.push(format!(
            "the running server goes on with it; without one: certbroker serve. See: certbroker service show {}",
            said.service
        ));
        lines.push(String::new());
        return lines.join("\n");
    }
    format!("{}\n{}", lines.join("\n"), service::progress(&said.state))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_approver_of_a_name_comes_before_the_one_for_all() {
        let approvers = ["admin@example.net", "www.example.org=hostmaster@example.org"]
            .map(|text| text.parse::<Approver>().unwrap());
        let address = |name: &str| approver_of(&approvers, name).map(|one| one.address.as_str());
        assert_eq!(address("WWW.example.org"), Some("hostmaster@example.org"));
        assert_eq!(address("www.example.net"), Some("admin@example.net"));
        assert_eq!(approver_of(&approvers[1..], "www.example.net"), None);
    }
}
