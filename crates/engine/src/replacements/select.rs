//! From filters or a pasted list to services.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    id::{NumberKind, ServiceId},
    name::DomainName,
    state::ServiceState,
};
use store::{
    Conn, Page,
    page::MAX_PAGE_SIZE,
    service::{self, Service},
    service_list::{self, Direction, MOST_FOUND, ServiceSort},
};

use super::Selection;
use crate::{Actor, Engine, Error, Result, services::ServiceQuery};

/// Most certificates of one run.
pub(super) const MOST: usize = 200_000;
/// Shortest text that is taken for a serial number.
const SHORTEST_SERIAL: usize = 8;
/// Longest text that is taken for a serial number: 20 octets (RFC 5280 §4.1.2.2) and the zero before them.
const LONGEST_SERIAL: usize = 42;

/// What a selection stands for.
#[derive(Default)]
pub(super) struct Selected {
    /// The services, each once.
    pub(super) services: Vec<Service>,
    /// Lines of a list that stand for none.
    pub(super) unknown: Vec<String>,
}

/// Reads the services of a selection.
pub(super) async fn selected(engine: &Engine, actor: &Actor, selection: &Selection) -> Result<Selected> {
    let found = match selection {
        Selection::Filter(query) => Selected {
            services: filtered(engine, actor, query).await?,
            unknown: Vec::new(),
        },
        Selection::Listed(text) => listed(engine.store().reader(), actor, text).await?,
    };
    if found.services.is_empty() && found.unknown.is_empty() {
        return Err(Error::refused("nothing-selected"));
    }
    Ok(found)
}

async fn filtered(engine: &Engine, actor: &Actor, query: &ServiceQuery) -> Result<Vec<Service>> {
    let mut query = query.clone();
    if query.states.is_empty() {
        query.states = vec![ServiceState::Active, ServiceState::Suspended];
    }
    let filter = engine.services().filter(actor, &query)?;
    let is_search = filter
        .search
        .as_deref()
        .is_some_and(|text| !text.trim().is_empty());
    let reader = engine.store().reader();
    let mut services: Vec<Service> = Vec::new();
    let mut page = Page::first(MAX_PAGE_SIZE);
    loop {
        let found =
            service_list::list(reader, &filter, ServiceSort::Number, Direction::Ascending, &page).await?;
        services.extend(found.rows);
        refuse_too_many(services.len())?;
        let Some(next) = found.next else { break };
        page = Page::after(next, MAX_PAGE_SIZE);
    }
    // A search looks at so many services at most: what it left out would be missed in silence.
    if is_search && services.len() >= MOST_FOUND {
        return Err(Error::refused("search-too-wide"));
    }
    Ok(services)
}

fn refuse_too_many(count: usize) -> Result<()> {
    if count > MOST {
        return Err(Error::refused("too-many"));
    }
    Ok(())
}

/// What one cell of a list means.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Meant {
    Number(i64),
    Serial(String),
    Name(DomainName),
}

/// The most exact meanings of a line: a number or a serial number stands for one certificate, a name only where neither is
/// there.
fn meant(line: &str) -> Vec<Meant> {
    let cells = line
        .split([',', ';', '\t', ' ', '|'])
        .map(|cell| cell.trim().trim_matches(['"', '\'']).trim());
    let (mut exact, mut names) = (Vec::new(), Vec::new());
    for cell in cells.filter(|cell| !cell.is_empty()) {
        if let Some(number) = number(cell) {
            exact.push(Meant::Number(number));
        } else if let Some(serial) = serial(cell) {
            exact.push(Meant::Serial(serial));
        } else if cell.contains('.')
            && let Ok(name) = cell.trim_end_matches('.').parse()
        {
            names.push(Meant::Name(name));
        }
    }
    if exact.is_empty() { names } else { exact }
}

/// `S-1042`; digits alone may be a serial number.
fn number(cell: &str) -> Option<i64> {
    cell.starts_with(['S', 's'])
        .then(|| NumberKind::Service.read(cell))
        .flatten()
}

/// `0x00B1…`, `b1:23:…` or `B123…` as certificates here have it.
fn serial(cell: &str) -> Option<String> {
    let digits = cell
        .strip_prefix("0x")
        .or_else(|| cell.strip_prefix("0X"))
        .unwrap_or(cell);
    let hex: String = digits.chars().filter(|one| *one != ':' && *one != '-').collect();
    let is_serial = (SHORTEST_SERIAL..=LONGEST_SERIAL).contains(&hex.len())
        && hex.bytes().all(|digit| digit.is_ascii_hexdigit());
    if !is_serial {
        return None;
    }
    let hex = hex.to_ascii_uppercase();
    let even = if hex.len() % 2 == 1 {
        format!("0{hex}")
    } else {
        hex
    };
    // The zero octet before a first bit that is set only says that the number is positive.
    Some(even.strip_prefix("00").map(str::to_owned).unwrap_or(even))
}

async fn listed(conn: &dyn Conn, actor: &Actor, text: &str) -> Result<Selected> {
    let lines: Vec<(&str, Vec<Meant>)> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(|line| (line, meant(line)))
        .collect();
    refuse_too_many(lines.len())?;
    let every = || lines.iter().flat_map(|(_, meant)| meant);
    let serials: BTreeSet<String> = every()
        .filter_map(|one| match one {
            Meant::Serial(serial) => Some(serial.clone()),
            _ => None,
        })
        .collect();
    let names: BTreeSet<DomainName> = every()
        .filter_map(|one| match one {
            Meant::Name(name) => Some(name.clone()),
            _ => None,
        })
        .collect();
    let numbers: BTreeSet<i64> = every()
        .filter_map(|one| match one {
            Meant::Number(number) => Some(*number),
            _ => None,
        })
        .collect();
    let known = Known {
        serials: grouped(store::certificate::services_with_serials(conn, &Vec::from_iter(serials)).await?),
        names: grouped(service::with_names_in_force(conn, &Vec::from_iter(names)).await?),
        numbers: grouped(service::ids_of_numbers(conn, &Vec::from_iter(numbers)).await?),
    };
    let (mut ids, mut unknown) = (BTreeSet::new(), Vec::new());
    for (line, meant) in &lines {
        let found: Vec<ServiceId> = meant.iter().flat_map(|one| known.services(one)).collect();
        if found.is_empty() {
            unknown.push(line.chars().take(120).collect());
        }
        ids.extend(found);
    }
    refuse_too_many(ids.len())?;
    let mut services = service::find_all_of(conn, &Vec::from_iter(ids)).await?;
    services.retain(|service| service.seller_id == actor.seller);
    Ok(Selected { services, unknown })
}

struct Known {
    serials: BTreeMap<String, Vec<ServiceId>>,
    names: BTreeMap<DomainName, Vec<ServiceId>>,
    numbers: BTreeMap<i64, Vec<ServiceId>>,
}

impl Known {
    fn services(&self, meant: &Meant) -> Vec<ServiceId> {
        match meant {
            Meant::Serial(serial) => self.serials.get(serial),
            Meant::Name(name) => self.names.get(name),
            Meant::Number(number) => self.numbers.get(number),
        }
        .cloned()
        .unwrap_or_default()
    }
}

fn grouped<K: Ord>(pairs: Vec<(K, ServiceId)>) -> BTreeMap<K, Vec<ServiceId>> {
    let mut groups: BTreeMap<K, Vec<ServiceId>> = BTreeMap::new();
    for (key, id) in pairs {
        groups.entry(key).or_default().push(id);
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_means_its_number_or_serial_and_its_names_only_without_them() {
        let name = |text: &str| Meant::Name(text.parse().unwrap());
        let serial = |text: &str| Meant::Serial(text.to_owned());
        for (line, wanted) in [
            ("S-17", vec![Meant::Number(17)]),
            ("s17 www.shop.example", vec![Meant::Number(17)]),
            (
                "\"00b1c2d3e4f50617\";\"www.shop.example\"",
                vec![serial("B1C2D3E4F50617")],
            ),
            ("b1:c2:d3:e4:f5", vec![serial("B1C2D3E4F5")]),
            ("0x1c2d3e4f5", vec![serial("01C2D3E4F5")]),
            (
                "www.shop.example, *.shop.example",
                vec![name("www.shop.example"), name("*.shop.example")],
            ),
            ("serial,name", vec![]),
            ("", vec![]),
        ] {
            assert_eq!(meant(line), wanted, "{line}");
        }
    }

    #[test]
    fn digits_alone_are_a_serial_number_and_never_a_service() {
        assert_eq!(meant("1042"), Vec::new());
        assert_eq!(meant("10421042"), vec![Meant::Serial("10421042".to_owned())]);
    }
}
