//! Who sells and who buys: seller, department, modules, plans, accounts. They are written before the services.

use std::collections::BTreeMap;

use anyhow::Context as _;
use domain::{
    Currency,
    id::{AccountId, DepartmentId, ModuleId, SellerId, TariffPlanId},
    product::{ProductKind, ValidationLevel, ValidationMethod},
    state::ConnectionState,
    term::Years,
};
use jiff::{Timestamp, ToSpan as _};
use store::{
    Json, Store, Tx,
    account::{Account, AccountKind, AccountState},
    department::Department,
    module::Module,
    seller::Seller,
    tariff::{TariffPlan, TariffPrice},
};

use super::names;
use crate::random::Random;

/// Accounts that are written with one call.
const ACCOUNTS: usize = 5_000;
/// Of 100 services so many belong to the first account: a reseller.
const OF_THE_FIRST: u64 = 15;

/// What services refer to.
#[derive(Debug, Clone)]
pub(crate) struct Market {
    /// Who sells.
    pub(crate) seller: SellerId,
    modules: Vec<ModuleId>,
    /// Plans with their price in cents for a year.
    plans: Vec<Plan>,
    accounts: Vec<AccountId>,
}

/// A plan with what services need of it.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    pub(super) id: TariffPlanId,
    pub(super) kind: ProductKind,
    pub(super) level: ValidationLevel,
    /// Net price of a year, in cents.
    pub(super) cents: i64,
}

/// Name, level, kind, cents a year.
const PLANS: [(&str, ValidationLevel, ProductKind, i64); 6] = [
    ("PositiveSSL", ValidationLevel::Dv, ProductKind::Single, 1_200),
    (
        "PositiveSSL Wildcard",
        ValidationLevel::Dv,
        ProductKind::Wildcard,
        9_900,
    ),
    (
        "PositiveSSL Multi-Domain",
        ValidationLevel::Dv,
        ProductKind::MultiDomain,
        4_900,
    ),
    ("SectigoSSL DV", ValidationLevel::Dv, ProductKind::Single, 3_900),
    ("InstantSSL OV", ValidationLevel::Ov, ProductKind::Single, 6_900),
    ("SectigoSSL EV", ValidationLevel::Ev, ProductKind::Single, 14_900),
];
/// Of 100 services so many are of each plan.
const SHARES: [u64; 6] = [60, 12, 10, 12, 5, 1];
/// Names of the modules; the last has one service of a thousand.
const MODULES: [&str; 4] = [
    "LeaderTelecom",
    "LeaderTelecom (resellers)",
    "LeaderTelecom (old account)",
    "Trial account",
];

impl Market {
    /// Writes it; a seller and a department that are there already are kept.
    ///
    /// # Errors
    /// The database fails.
    pub(super) async fn open(
        store: &Store,
        seed: u64,
        accounts: u64,
        now: Timestamp,
    ) -> anyhow::Result<Self> {
        let mut random = Random::of(seed ^ 0x6d61_726b_6574);
        let past = now
            .checked_sub((24 * 365 * 3).hours())
            .context("three years ago")?;
        let tx = store.begin().await?;
        let seller = seller(&tx, &mut random, past).await?;
        let department = department(&tx, &mut random, seller, past).await?;
        let mut modules = Vec::new();
        for (name, sort) in MODULES.iter().zip(0..) {
            let module = module(random.id(past), seller, department, name, 10 * sort, past);
            store::module::insert(&tx, &module).await?;
            modules.push(module.id);
        }
        let mut plans = Vec::new();
        for (name, level, kind, cents) in PLANS {
            let plan = plan(random.id(past), seller, name, level, kind, past);
            store::tariff::insert(&tx, &plan).await?;
            price(&tx, &mut random, plan.id, cents, past).await?;
            plans.push(Plan {
                id: plan.id,
                kind,
                level,
                cents,
            });
        }
        let mut ids = Vec::new();
        let mut rows = Vec::new();
        for number in 1..=accounts {
            let account = account(&mut random, seller, i64::try_from(number)?, past);
            ids.push(account.id);
            rows.push(account);
            if rows.len() == ACCOUNTS || number == accounts {
                store::account::insert_many(&tx, &mut rows).await?;
                rows.clear();
            }
        }
        tx.commit().await?;
        Ok(Self {
            seller,
            modules,
            plans,
            accounts: ids,
        })
    }

    /// Who buys the next service: the reseller, or anybody else, some much more often than others.
    pub(super) fn buyer(&self, random: &mut Random) -> AccountId {
        if random.happens(OF_THE_FIRST) {
            return self.accounts[0];
        }
        let count = self.accounts.len() as u64;
        let reach = random.below(count) + 1;
        self.accounts[usize::try_from(random.below(reach)).unwrap_or(0)]
    }

    /// Through which module the next service goes.
    pub(super) fn module(&self, random: &mut Random) -> ModuleId {
        match random.below(1_000) {
            0 => self.modules[3],
            1..=699 => self.modules[0],
            700..=949 => self.modules[1],
            _ => self.modules[2],
        }
    }

    /// What is bought next.
    pub(super) fn plan(&self, random: &mut Random) -> &Plan {
        let mut dice = random.below(100);
        for (plan, share) in self.plans.iter().zip(SHARES) {
            if dice < share {
                return plan;
            }
            dice -= share;
        }
        &self.plans[0]
    }
}

async fn seller(tx: &Tx, random: &mut Random, at: Timestamp) -> anyhow::Result<SellerId> {
    if let Some(seller) = store::seller::first(tx).await? {
        return Ok(seller.id);
    }
    let seller = Seller {
        id: random.id(at),
        name: "certbroker".to_owned(),
        time_zone: "UTC".to_owned(),
        currency: Currency::EUR,
        created_at: at,
        version: 1,
    };
    store::seller::insert(tx, &seller).await?;
    Ok(seller.id)
}

async fn department(
    tx: &Tx,
    random: &mut Random,
    seller: SellerId,
    at: Timestamp,
) -> anyhow::Result<DepartmentId> {
    if let Some(department) = store::department::list(tx, seller).await?.first() {
        return Ok(department.id);
    }
    let department = Department {
        id: random.id(at),
        seller_id: seller,
        name: "Support".to_owned(),
        email: String::new(),
        language: "en".to_owned(),
        hours: domain::hours::BusinessHours::ALWAYS,
        is_archived: false,
        created_at: at,
        version: 1,
    };
    store::department::insert(tx, &department).await?;
    Ok(department.id)
}

fn module(
    id: ModuleId,
    seller: SellerId,
    department: DepartmentId,
    name: &str,
    sort: i32,
    at: Timestamp,
) -> Module {
    Module {
        id,
        seller_id: seller,
        connector: "leadertelecom".to_owned(),
        name: name.to_owned(),
        department_id: department,
        sort,
        minimal_balance_minor: None,
        minimal_balance_currency: None,
        blocks_below_minimum: false,
        is_active: false,
        are_purchases_blocked: false,
        settings: Json(BTreeMap::new()),
        secrets: None,
        connection: ConnectionState::Unknown,
        findings: Json(serde_json::json!([])),
        checked_at: None,
        balance_minor: None,
        balance_currency: None,
        balance_read_at: None,
        balance_problem: None,
        balance_warned_at: None,
        day_ceiling_minor: None,
        day_ceiling_currency: None,
        order_ceiling_minor: None,
        order_ceiling_currency: None,
        is_manual: false,
        calls_per_second: None,
        calls_at_once: None,
        log_level: 4,
        failures: 0,
        rests_until: None,
        created_at: at,
        updated_at: at,
        archived_at: None,
        version: 1,
    }
}

fn plan(
    id: TariffPlanId,
    seller: SellerId,
    name: &str,
    level: ValidationLevel,
    kind: ProductKind,
    at: Timestamp,
) -> TariffPlan {
    TariffPlan {
        id,
        seller_id: seller,
        name: name.to_owned(),
        note: String::new(),
        brand: "Sectigo".to_owned(),
        product_name: name.to_owned(),
        level,
        kind,
        included_names: if kind == ProductKind::MultiDomain { 3 } else { 1 },
        most_names: if kind == ProductKind::MultiDomain { 100 } else { 1 },
        methods: Json(vec![
            ValidationMethod::Dns,
            ValidationMethod::Http,
            ValidationMethod::Email,
        ]),
        margin_percent: None,
        margin_round_up_to: None,
        is_active: true,
        sort: 0,
        created_at: at,
        updated_at: at,
        archived_at: None,
        version: 1,
    }
}

async fn price(
    tx: &Tx,
    random: &mut Random,
    plan: TariffPlanId,
    cents: i64,
    at: Timestamp,
) -> anyhow::Result<()> {
    let price = TariffPrice {
        id: random.id(at),
        tariff_plan_id: plan,
        years: Years::ONE,
        period_minor: cents,
        extra_name_minor: cents / 4,
        extra_wildcard_minor: cents * 2,
        currency: Currency::EUR,
        valid_from: at,
        is_withdrawn: false,
        created_at: at,
    };
    store::tariff::insert_prices(tx, &[price]).await?;
    Ok(())
}

fn account(random: &mut Random, seller: SellerId, number: i64, at: Timestamp) -> Account {
    Account {
        id: random.id(at),
        seller_id: seller,
        number,
        name: names::company(random),
        search: String::new(),
        kind: if random.happens(80) {
            AccountKind::Company
        } else {
            AccountKind::Person
        },
        country: (*random.pick(&["NL", "DE", "GB", "FR", "RU", "PL", "ES", "IT"])).to_owned(),
        tax_number: format!("NL{:09}B01", random.below(1_000_000_000)),
        currency: Currency::EUR,
        credit_limit: 0,
        language: "en".to_owned(),
        state: AccountState::Active,
        note: String::new(),
        created_at: at,
        version: 1,
    }
}
