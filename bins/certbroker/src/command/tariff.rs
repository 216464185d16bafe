//! `certbroker tariff …`

use domain::{
    id::{ModuleId, TariffPlanId},
    price::MarginRule,
    term::Years,
};
use engine::{
    catalogue::{ProductQuery, ProductView, match_key},
    tariffs::{NewPrice, NewTariff, PriceView, TariffLine},
};
use jiff::Timestamp;
use serde::Serialize;

use super::{desk::Desk, find};
use crate::{
    cli::{AddTariff, SetPrice, TariffCommand},
    exit::Refused,
    output::{self, Amount, Table, or_dash, spaced},
};

pub(super) async fn run(desk: &Desk, command: TariffCommand) -> anyhow::Result<()> {
    match command {
        TariffCommand::List => list(desk).await,
        TariffCommand::Add(options) => add(desk, *options).await,
        TariffCommand::Price(options) => price(desk, &options).await,
    }
}

/// A tariff plan.
#[derive(Serialize)]
struct Row {
    id: TariffPlanId,
    name: String,
    brand: String,
    product: String,
    level: &'static str,
    kind: &'static str,
    is_active: bool,
    modules: Vec<String>,
    prices: Vec<Price>,
}

/// A price in force.
#[derive(Serialize)]
struct Price {
    years: u8,
    period: Amount,
    extra_name: Amount,
    extra_wildcard: Amount,
    valid_from: Timestamp,
    /// What the first module that sells it asks.
    cost: Option<Amount>,
    margin: Option<Amount>,
}

impl From<PriceView> for Price {
    fn from(view: PriceView) -> Self {
        Self {
            years: view.years.count(),
            period: view.amounts.period.into(),
            extra_name: view.amounts.extra_name.into(),
            extra_wildcard: view.amounts.extra_wildcard.into(),
            valid_from: view.valid_from,
            cost: view.cost.map(Amount::from),
            margin: view.margin.map(Amount::from),
        }
    }
}

impl From<TariffLine> for Row {
    fn from(line: TariffLine) -> Self {
        Self {
            id: line.id,
            name: line.name,
            brand: line.brand,
            product: line.product,
            level: line.level.word(),
            kind: line.kind.word(),
            is_active: line.is_active,
            modules: line.modules,
            prices: line.prices.into_iter().map(Price::from).collect(),
        }
    }
}

async fn list(desk: &Desk) -> anyhow::Result<()> {
    let lines = desk.engine().tariffs().list(desk.owner()).await?;
    let rows: Vec<Row> = lines.into_iter().map(Row::from).collect();
    output::print_rows(desk.format, &rows, |rows| {
        let mut table = Table::new(&[
            "Name", "Product", "Level", "Kind", "Offered", "Modules", "Years", "Price", "Cost", "Margin",
        ]);
        for row in rows {
            let mut about = [
                row.name.clone(),
                row.product.clone(),
                row.level.to_uppercase(),
                spaced(row.kind),
                if row.is_active { "yes" } else { "no" }.to_owned(),
                row.modules.join(", "),
            ];
            if row.prices.is_empty() {
                table.row(with_price(about, None));
                continue;
            }
            for price in &row.prices {
                table.row(with_price(about, Some(price)));
                // The plan stands before its first price only.
                about = std::array::from_fn(|_| String::new());
            }
        }
        table
    })
}

fn with_price(about: [String; 6], price: Option<&Price>) -> [String; 10] {
    let [name, product, level, kind, offered, modules] = about;
    let cell = |read: fn(&Price) -> String| price.map_or_else(|| "-".to_owned(), read);
    [
        name,
        product,
        level,
        kind,
        offered,
        modules,
        cell(|price| price.years.to_string()),
        cell(|price| price.period.to_string()),
        cell(|price| or_dash(price.cost.as_ref())),
        cell(|price| or_dash(price.margin.as_ref())),
    ]
}

async fn add(desk: &Desk, options: AddTariff) -> anyhow::Result<()> {
    let tariffs = desk.engine().tariffs();
    let mut products = Vec::new();
    for module in &options.modules {
        let module = find::module(desk, module).await?;
        products.push((module, product(desk, module, &options.product).await?));
    }
    let Some((_, first)) = products.first() else {
        return Err(Refused("give --module".to_owned()).into());
    };
    let new = NewTariff {
        name: options.name.unwrap_or_else(|| without_brand(first)),
        note: String::new(),
        product: first.id,
        margin: options.margin.map(|percent| MarginRule {
            percent,
            round_up_to: options.round_up_to,
        }),
        sort: 0,
        is_active: true,
    };
    let id = tariffs.create(desk.owner(), new).await?;
    if products.len() > 1 {
        for (_, product) in products.iter().skip(1) {
            tariffs.connect(desk.owner(), id, product.id).await?;
        }
        let order = products.iter().map(|(module, _)| *module).collect();
        tariffs.order_modules(desk.owner(), id, order).await?;
    }
    if options.margin.is_some() {
        tariffs
            .price_from_margin(desk.owner(), id, options.currency)
            .await?;
    }
    show(desk, id).await
}

/// The product of a module's catalogue that is called so.
async fn product(desk: &Desk, module: ModuleId, name: &str) -> anyhow::Result<ProductView> {
    let query = ProductQuery {
        module: Some(module),
        ..ProductQuery::default()
    };
    let products = desk.engine().catalogue().products(desk.owner(), query).await?;
    if products.is_empty() {
        return Err(Refused("the module has no products yet: certbroker catalogue import".to_owned()).into());
    }
    let is_called = |known: &&ProductView| {
        // With or without the brand before it.
        let key = match_key(&known.name, &known.brand);
        key == match_key(name, &known.brand) || key == match_key(name, "")
    };
    let found: Vec<&ProductView> = products.iter().filter(is_called).collect();
    match found.as_slice() {
        [one] => Ok((*one).clone()),
        [] => {
            let names: Vec<&str> = products.iter().map(|known| known.name.as_str()).collect();
            Err(Refused(format!(
                "the CA sells no product called `{name}`; it sells {}",
                names.join(", ")
            ))
            .into())
        }
        several => {
            let names: Vec<&str> = several.iter().map(|known| known.name.as_str()).collect();
            Err(Refused(format!("`{name}` may be {}: say which", names.join(" or "))).into())
        }
    }
}

fn without_brand(product: &ProductView) -> String {
    let name = product.name.strip_prefix(product.brand.as_str());
    name.filter(|rest| rest.starts_with(' '))
        .unwrap_or(&product.name)
        .trim()
        .to_owned()
}

async fn price(desk: &Desk, options: &SetPrice) -> anyhow::Result<()> {
    let id = find::tariff(desk, &options.tariff).await?;
    let price = NewPrice {
        years: Years::new(options.years)?,
        currency: options.currency,
        period: options.period,
        extra_name: options.extra_name,
        extra_wildcard: options.extra_wildcard,
        valid_from: None,
    };
    desk.engine().tariffs().set_price(desk.owner(), id, price).await?;
    show(desk, id).await
}

async fn show(desk: &Desk, id: TariffPlanId) -> anyhow::Result<()> {
    let view = desk.engine().tariffs().show(desk.owner(), id).await?;
    output::print(desk.format, &Row::from(view.line), |row| {
        let mut lines = vec![format!("{} ({}), {}", row.name, row.product, row.id)];
        lines.extend(
            row.prices
                .iter()
                .map(|price| format!("  {} y  {}", price.years, price.period)),
        );
        if row.prices.is_empty() {
            lines.push("  no prices yet, so clients are not offered it: certbroker tariff price".to_owned());
        }
        lines.push(String::new());
        lines.join("\n")
    })
}
