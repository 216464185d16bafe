//! `certbroker module orders` and `certbroker module adopt`

use domain::id::{ModuleId, NumberKind, ServiceId};
use engine::{
    Error,
    adoption::{Adopted, ForeignLine, ForeignQuery, NewAdoption, NextKeys},
};
use jiff::civil::Date;
use serde::Serialize;
use store::{Page, page::MAX_PAGE_SIZE, reconciliation::ForeignVerdict};

use super::{amount, desk::Desk, find};
use crate::{
    cli::{AdoptOrders, ListOrders},
    exit::{self, Refused},
    output::{self, Table, or_dash},
};

/// An order at a CA as a row.
#[derive(Serialize)]
struct Row {
    ca_order: String,
    names: Vec<String>,
    state: String,
    end_date: Option<Date>,
    term_start: Option<Date>,
    term_end: Option<Date>,
    assumed: Vec<&'static str>,
    tariff: Option<String>,
    verdict: &'static str,
    service: Option<String>,
    /// Why it cannot be taken over.
    refusal: Option<&'static str>,
}

impl From<ForeignLine> for Row {
    fn from(line: ForeignLine) -> Self {
        let names = line.names.iter().flat_map(|names| names.iter());
        Self {
            names: names.map(ToString::to_string).collect(),
            ca_order: line.order.ca_ref,
            state: line.order.state,
            end_date: line.end_date,
            term_start: line.term.map(|term| term.start),
            term_end: line.term.map(|term| term.end),
            assumed: line.assumed.iter().map(|one| one.word()).collect(),
            tariff: line.plan.map(|(_, name)| name),
            verdict: line.order.verdict.word(),
            service: line.service.map(|number| NumberKind::Service.show(number)),
            refusal: line.refusal,
        }
    }
}

pub(super) async fn list(desk: &Desk, options: ListOrders) -> anyhow::Result<()> {
    let module = find::module(desk, &options.module).await?;
    let query = ForeignQuery {
        module,
        verdict: options.verdict.as_deref().map(verdict).transpose()?,
        text: options.search,
    };
    let rows: Vec<Row> = every(desk, &query).await?.into_iter().map(Row::from).collect();
    output::print_rows(desk.format, &rows, |rows| {
        let mut table = Table::new(&[
            "Order",
            "Names",
            "State",
            "End date",
            "Paid till",
            "Tariff",
            "What it is",
        ]);
        for row in rows {
            table.row([
                row.ca_order.clone(),
                row.names.join(", "),
                row.state.clone(),
                or_dash(row.end_date.as_ref()),
                or_dash(row.term_end.as_ref()),
                or_dash(row.tariff.as_ref()),
                row.service.clone().unwrap_or_else(|| row.verdict.to_owned()),
            ]);
        }
        table
    })
}

fn verdict(word: &str) -> anyhow::Result<ForeignVerdict> {
    word.parse().map_err(|_| {
        let known: Vec<_> = ForeignVerdict::ALL.iter().map(|known| known.word()).collect();
        Refused(format!("`{word}` is none of {}", known.join(", "))).into()
    })
}

async fn every(desk: &Desk, query: &ForeignQuery) -> anyhow::Result<Vec<ForeignLine>> {
    let adoptions = desk.engine().adoptions();
    let mut page = Page::first(MAX_PAGE_SIZE);
    let mut lines = Vec::new();
    loop {
        let found = adoptions.list(desk.owner(), query, &page).await?;
        lines.extend(found.rows);
        match found.next {
            Some(next) => page = Page::after(next, MAX_PAGE_SIZE),
            None => return Ok(lines),
        }
    }
}

/// What became of one order.
#[derive(Serialize)]
struct Taken {
    ca_order: String,
    service: Option<String>,
    id: Option<ServiceId>,
    assumed: Vec<&'static str>,
    refusal: Option<String>,
}

pub(super) async fn adopt(desk: &Desk, options: AdoptOrders) -> anyhow::Result<()> {
    let module = find::module(desk, &options.module).await?;
    let orders = match options.all.as_deref() {
        None => options.order.clone(),
        Some(word) => waiting(desk, module, verdict(word)?).await?,
    };
    let mut taken = Vec::new();
    if let Some(service) = &options.service {
        let service = find::service(desk, service).await?;
        for ca_ref in orders {
            let adoptions = desk.engine().adoptions();
            let outcome = adoptions.give(desk.owner(), module, &ca_ref, service).await;
            taken.push(of(ca_ref, outcome)?);
        }
    } else {
        let new = new_service(desk, &options).await?;
        for ca_ref in orders {
            let adoptions = desk.engine().adoptions();
            let outcome = adoptions.import(desk.owner(), module, &ca_ref, &new).await;
            taken.push(of(ca_ref, outcome)?);
        }
    }
    let refused = taken.iter().filter(|one| one.refusal.is_some()).count();
    output::print_rows(desk.format, &taken, |taken| {
        let mut table = Table::new(&["Order", "Service", "Assumed", "Refused"]);
        for one in taken {
            table.row([
                one.ca_order.clone(),
                or_dash(one.service.as_ref()),
                one.assumed.join(", "),
                one.refusal.clone().unwrap_or_default(),
            ]);
        }
        table
    })?;
    if refused > 0 {
        return Err(Refused(format!(
            "{refused} of {} orders were left as they are",
            taken.len()
        ))
        .into());
    }
    Ok(())
}

/// The orders with this verdict that may be taken over.
async fn waiting(desk: &Desk, module: ModuleId, verdict: ForeignVerdict) -> anyhow::Result<Vec<String>> {
    let query = ForeignQuery {
        module,
        verdict: Some(verdict),
        text: None,
    };
    let lines = every(desk, &query).await?;
    let ready = lines.into_iter().filter(|line| line.refusal.is_none());
    Ok(ready.map(|line| line.order.ca_ref).collect())
}

async fn new_service(desk: &Desk, options: &AdoptOrders) -> anyhow::Result<NewAdoption> {
    let text = options.account.as_deref().unwrap_or_default();
    let account = find::account(desk, text).await?;
    let plan = match &options.tariff {
        Some(text) => Some(find::tariff(desk, text).await?),
        None => None,
    };
    let charge = options.charge.as_deref();
    Ok(NewAdoption {
        account: account.id,
        plan,
        keys: if options.keys == "client" {
            NextKeys::ByClient
        } else {
            NextKeys::Kept
        },
        charge: charge
            .map(|text| amount::read_in(text, account.currency))
            .transpose()?,
    })
}

/// One order that cannot be taken over holds up no other.
fn of(ca_ref: String, outcome: engine::Result<Adopted>) -> anyhow::Result<Taken> {
    let adopted = match outcome {
        Ok(adopted) => adopted,
        Err(error @ (Error::Refused(_) | Error::NotFound | Error::Conflict)) => {
            return Ok(Taken {
                ca_order: ca_ref,
                service: None,
                id: None,
                assumed: Vec::new(),
                refusal: Some(exit::sentence(error)),
            });
        }
        Err(error) => return Err(error.into()),
    };
    Ok(Taken {
        ca_order: ca_ref,
        service: Some(NumberKind::Service.show(adopted.number)),
        id: Some(adopted.service),
        assumed: adopted.assumed.iter().map(|one| one.word()).collect(),
        refusal: None,
    })
}
