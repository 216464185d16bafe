//! What the pages of the installation, of modules and of tariff plans are shown with.

use std::collections::BTreeMap;

use ca::{
    Capabilities, CheckCause, CheckFinding, CheckOutcome, CheckReport, CheckStep, Descriptor, FieldKind,
    SettingField,
};
use domain::{
    Currency, Money,
    id::{AccountId, DepartmentId, ModuleId, OperationId, ServiceId, TariffPlanId, TaskId},
    price::{MarginRule, PeriodPrice},
    product::{ProductKind, ValidationLevel, ValidationMethod},
    state::{
        ConnectionState, OperationKind, OperationState, Role, ServiceState, TaskKind, TaskPriority, TaskState,
    },
    term::{ShownDates, Years},
};
use engine::{
    catalogue::{CatalogueChange, ImportReport, ProductView, TermView},
    dashboard::{Dashboard, ModuleBalance},
    modules::{BalanceView, ConnectedPlan, ModuleLine, ModuleParameters, ModuleView},
    notices::Outbox,
    periodic::{Schedule, WorkView, Workload},
    services::{ErrorView, OperationView, ServiceLine},
    tariffs::{PlanModule, PriceView, TariffLine, TariffView},
    tasks::{TaskCounts, TaskLine},
};
use jiff::{
    SignedDuration, Timestamp, ToSpan as _,
    civil::{Time, date},
};
use store::{periodic::Periodic, task::Task};
use uuid::Uuid;

use crate::admin::{
    dashboard::{self, Missing},
    modules::wizard::Materials,
};
use crate::view::{View, sample};

pub(super) static DESCRIPTOR: Descriptor = Descriptor {
    kind: "exampleca",
    title: "Example CA",
    log: "pmexampleca",
    sign_up: Some("https://ca.example/register"),
    settings: &[
        field("username", FieldKind::Text),
        SettingField {
            is_secret: true,
            ..field("password", FieldKind::Password)
        },
        SettingField {
            default: Some("https://api.ca.example/v1"),
            is_required: false,
            ..field("url", FieldKind::Url)
        },
        SettingField {
            default: Some("auto"),
            is_required: false,
            is_advanced: true,
            ..field("token_in", FieldKind::Choice(&["auto", "header"]))
        },
    ],
    refund_days: 0,
    capabilities: Capabilities {
        calls: &[],
        automatic_reissue: &[],
        validation_methods: &[],
    },
};

pub(super) const fn field(name: &'static str, kind: FieldKind) -> SettingField {
    SettingField {
        name,
        label: name,
        english: name,
        kind,
        is_secret: false,
        default: None,
        help: "What the CA gave you.",
        is_required: true,
        is_advanced: false,
    }
}

pub(super) fn id<I: From<Uuid>>(number: u128) -> I {
    I::from(Uuid::from_u128(number))
}

pub(super) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(super) fn euros(cents: i64) -> Money {
    Money::from_minor(cents, Currency::EUR)
}

pub(super) fn of(role: Role, path: &str) -> View {
    sample::signed(role, path)
}

pub(super) fn administrator(path: &str) -> View {
    of(Role::Administrator, path)
}

pub(super) fn low_balance() -> BalanceView {
    BalanceView {
        balance: Some(euros(4_250)),
        read_at: Some(at("2026-11-23T06:00:00Z")),
        problem: None,
        minimum: Some(euros(10_000)),
        is_low: true,
        blocks: true,
    }
}

pub(super) fn line() -> ModuleLine {
    ModuleLine {
        id: id(3),
        name: "Example <main>".into(),
        connector: "exampleca".into(),
        connector_title: "Example CA".into(),
        department: id(4),
        department_name: "Technical support".into(),
        services: 1_234,
        balance: low_balance(),
        sort: 10,
        is_active: true,
        are_purchases_blocked: true,
        is_manual: true,
        connection: ConnectionState::Broken,
        checked_at: Some(at("2026-11-23T08:30:00Z")),
        rests_until: Some(at("2026-11-23T09:04:00Z")),
    }
}

pub(super) fn broken() -> CheckReport {
    let finding = |step, outcome| CheckFinding { step, outcome };
    let ok = |detail: &str| CheckOutcome::Ok {
        detail: detail.into(),
    };
    CheckReport {
        findings: vec![
            finding(CheckStep::ResolveName, ok("192.0.2.7")),
            finding(CheckStep::Connect, ok("192.0.2.7:443")),
            finding(CheckStep::Tls, ok("TLS 1.3")),
            finding(
                CheckStep::SignIn,
                CheckOutcome::Failed {
                    causes: vec![CheckCause::CredentialsRefused, CheckCause::AddressNotPermitted],
                    detail: "HTTP 401".into(),
                },
            ),
            finding(CheckStep::ReadBalance, CheckOutcome::Skipped),
        ],
        address: "api.ca.example:443".into(),
        outgoing: Some("198.51.100.4".parse().unwrap()),
    }
}

pub(super) fn module() -> ModuleView {
    ModuleView {
        line: line(),
        version: 7,
        descriptor: &DESCRIPTOR,
        settings: BTreeMap::from([("username".to_owned(), "reseller@host.example".to_owned())]),
        secrets_set: vec!["password".into()],
        parameters: ModuleParameters {
            name: "Example <main>".into(),
            department: id(4),
            sort: 10,
            minimal_balance: Some(100.into()),
            blocks_below_minimum: true,
            day_ceiling: Some(500.into()),
            order_ceiling: None,
            calls_per_second: Some(5),
            calls_at_once: None,
        },
        report: Some(broken()),
        log_level: 4,
        spent_today: Some(euros(1_680)),
        plans: vec![ConnectedPlan {
            plan: id(6),
            name: "Quick SSL".into(),
            product: "PositiveSSL".into(),
            is_active: true,
        }],
        balances: Vec::new(),
        created_at: at("2026-10-01T10:00:00Z"),
    }
}

pub(super) fn imported() -> ImportReport {
    ImportReport {
        imported_at: at("2026-11-22T10:00:00Z"),
        products: 25,
        changes: vec![
            CatalogueChange::Added {
                product: "Quick EV".into(),
            },
            CatalogueChange::Repriced {
                product: "PositiveSSL".into(),
                years: Years::ONE,
                before: Some(euros(800)),
                now: Some(euros(840)),
            },
        ],
        left_out: vec!["line 7: no price".into()],
    }
}

pub(super) fn product() -> ProductView {
    ProductView {
        id: id(8),
        module: id(3),
        module_name: "Example <main>".into(),
        ca_ref: "42".into(),
        code: "positive-multi".into(),
        name: "PositiveSSL Multi-Domain".into(),
        brand: "Sectigo".into(),
        level: ValidationLevel::Dv,
        kind: ProductKind::MultiDomain,
        included_names: 3,
        most_names: 100,
        methods: ValidationMethod::ALL.to_vec(),
        is_on_sale: false,
        terms: vec![TermView {
            years: Years::ONE,
            price: euros(2_100),
            extra_name: Some(euros(700)),
            extra_wildcard: None,
        }],
        last_seen_at: at("2026-11-22T10:00:00Z"),
    }
}

pub(super) fn price(cents: i64, margin: i64) -> PriceView {
    PriceView {
        years: Years::ONE,
        currency: Currency::EUR,
        amounts: PeriodPrice {
            period: euros(cents),
            extra_name: euros(900),
            extra_wildcard: euros(7_000),
        },
        valid_from: at("2026-11-01T00:00:00Z"),
        is_withdrawn: false,
        cost: Some(euros(2_100)),
        margin: Some(euros(margin)),
    }
}

pub(super) fn plan() -> TariffView {
    let module = |number: u128, name: &str, is_active| PlanModule {
        module: id(number),
        name: name.into(),
        product: id(8),
        product_name: "PositiveSSL Multi-Domain".into(),
        is_on_sale: is_active,
        is_active,
        sort: 10,
        position: Some(0),
    };
    TariffView {
        line: TariffLine {
            id: id(6),
            name: "Quick SSL".into(),
            brand: "Sectigo".into(),
            product: "PositiveSSL Multi-Domain".into(),
            level: ValidationLevel::Dv,
            kind: ProductKind::MultiDomain,
            is_active: true,
            sort: 3,
            modules: vec!["Example <main>".into(), "Second".into()],
            prices: vec![price(3_100, 1_000), price(2_000, -100)],
        },
        version: 2,
        note: "Sold to shops.".into(),
        included_names: 3,
        most_names: 100,
        methods: vec![ValidationMethod::Dns, ValidationMethod::Http],
        margin: Some(MarginRule {
            percent: 40.into(),
            round_up_to: "0.50".parse().unwrap(),
        }),
        modules: vec![
            module(3, "Example <main>", true),
            module(9, "Second", true),
            module(10, "Third", false),
        ],
        history: vec![
            PriceView {
                valid_from: at("2027-01-01T00:00:00Z"),
                ..price(3_300, 1_200)
            },
            price(3_100, 1_000),
        ],
    }
}

pub(super) fn service() -> ServiceLine {
    ServiceLine {
        id: id::<ServiceId>(11),
        number: 1_042,
        main_name: "shop.example.test".parse().unwrap(),
        names: 2,
        account: id::<AccountId>(5),
        account_name: "Client & Sons".into(),
        plan: id::<TariffPlanId>(6),
        plan_name: "Quick SSL".into(),
        module: Some(id::<ModuleId>(3)),
        module_name: Some("Example <main>".into()),
        state: ServiceState::Active,
        dates: ShownDates {
            end_date: Some(date(2026, 11, 27)),
            paid_till: Some(date(2028, 11, 27)),
        },
        years: Years::ONE,
        gross: euros(3_100),
        created_at: at("2025-11-27T10:00:00Z"),
    }
}

pub(super) fn operation() -> OperationView {
    OperationView {
        id: id::<OperationId>(12),
        number: 311,
        kind: OperationKind::Open,
        state: OperationState::Waiting,
        step: "place".into(),
        service: id::<ServiceId>(11),
        service_number: 1_042,
        main_name: "shop.example.test".parse().unwrap(),
        account: AccountId::from(Uuid::from_u128(5)),
        account_name: "Client & Sons".into(),
        module: Some(id::<ModuleId>(3)),
        module_name: Some("Example <main>".into()),
        attempts: 2,
        next_run_at: Some(at("2026-11-23T09:05:00Z")),
        is_running: false,
        error: Some(ErrorView {
            class: "unreachable".into(),
            text: "no answer from api.ca.example".into(),
        }),
        waiting: None,
        task: None,
        started_by: "certbroker".into(),
        created_at: at("2026-11-23T08:50:00Z"),
        finished_at: None,
        history: Vec::new(),
        considered: Vec::new(),
        purchases: Vec::new(),
    }
}

pub(super) fn task() -> Task {
    Task {
        id: id::<TaskId>(13),
        seller_id: id(1),
        number: 17,
        kind: TaskKind::BalanceLow,
        state: TaskState::Open,
        priority: TaskPriority::High,
        due_at: Some(at("2026-11-23T08:45:00Z")),
        overdue_told_at: None,
        title: "Example: the balance is 42.50 EUR".into(),
        detail: String::new(),
        department_id: id::<DepartmentId>(4),
        performer_id: None,
        service_id: None,
        operation_id: None,
        module_id: Some(id(3)),
        account_id: None,
        dedup_key: "balance_low".into(),
        created_at: at("2026-11-23T06:00:00Z"),
        changed_at: at("2026-11-23T06:00:00Z"),
        closed_at: None,
        version: 1,
    }
}

pub(super) fn dashboard(is_busy: bool) -> dashboard::Shown {
    let today = date(2026, 11, 23);
    let days = (0..=60_i64).map(|day| {
        (
            today.saturating_add(day.days()),
            if is_busy { day % 7 } else { 0 },
        )
    });
    let counts = [ServiceState::Active, ServiceState::Failed].map(|state| (state, i64::from(is_busy)));
    let some = |count: usize| if is_busy { count } else { 0 };
    dashboard::Shown {
        dashboard: Dashboard {
            balances: vec![
                ModuleBalance {
                    module: id(3),
                    name: "Example <main>".into(),
                    is_active: false,
                    balance: low_balance(),
                };
                some(1)
            ],
            services: counts.to_vec(),
            ending_soon: vec![service(); some(1)],
            endings: days.collect(),
            in_trouble: vec![operation(); some(1)],
            retrying: i64::from(is_busy),
            manual: i64::from(is_busy),
            purchases_blocked: is_busy.then(|| "restored".to_owned()),
            ending_methods: i64::from(is_busy) * 3,
            outbox: Outbox {
                has_server: !is_busy,
                failed: u64::from(is_busy) * 2,
                failing_texts: 0,
            },
            as_of: at("2026-11-23T09:00:00Z"),
        },
        tasks: vec![
            TaskLine {
                task: task(),
                department: "Technical support".into(),
                performer: None,
                service: None,
                operation: None,
                module: Some("Example <main>".into()),
                account: None,
                is_overdue: true,
            };
            some(1)
        ],
        counts: TaskCounts {
            open: u64::from(is_busy),
            overdue: u64::from(is_busy),
            mine: 0,
        },
        missing: if is_busy {
            Vec::new()
        } else {
            vec![Missing::Module, Missing::Tariff, Missing::Account]
        },
    }
}

pub(super) fn materials(kept: &[&str]) -> Materials {
    Materials {
        action: "/admin/modules/new/1/settings".into(),
        connectors: vec![&DESCRIPTOR],
        chosen: Some(&DESCRIPTOR),
        departments: vec![(id(4), "Technical support".into())],
        kept: kept.iter().map(|name| (*name).to_owned()).collect(),
    }
}

pub(super) const TWICE: &[Time] = &[Time::constant(6, 0, 0, 0), Time::constant(18, 0, 0, 0)];

pub(super) fn scheduled() -> (Vec<WorkView>, Workload) {
    let work = |name: &str, schedule: Schedule, error: Option<&str>| WorkView {
        schedule: Some(schedule),
        is_running: false,
        row: Periodic {
            name: name.into(),
            next_run_at: at("2026-11-23T18:00:00Z"),
            last_started_at: Some(at("2026-11-23T06:00:00Z")),
            last_finished_at: Some(at("2026-11-23T06:00:02Z")),
            last_result: Some("2 read, 0 failed".into()),
            last_error: error.map(str::to_owned),
            backlog: 0,
            lease_owner: None,
            lease_until: None,
            version: 1,
        },
    };
    let works = vec![
        work("balances", Schedule::Daily(TWICE), None),
        work("connections", Schedule::Every(SignedDuration::from_mins(5)), None),
        work(
            "reconciliation",
            Schedule::Every(SignedDuration::from_hours(1)),
            Some("the database failed"),
        ),
    ];
    let workload = Workload {
        due: 3,
        running: 2,
        retrying: 1,
        manual: 4,
    };
    (works, workload)
}
