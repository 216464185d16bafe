//! The pages of the installation, of processing modules and of tariff plans, in both languages.

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
    reconciliation::ModuleReport,
    services::{ErrorView, OperationView, ServiceLine},
    settings::Settings,
    tariffs::{PlanModule, PriceView, TariffLine, TariffView},
    tasks::{TaskCounts, TaskLine},
    zones::ZoneView,
};
use httpkit::{Form, Params};
use jiff::{
    SignedDuration, Timestamp, ToSpan as _,
    civil::{Time, date},
};
use store::{
    instance::Instance,
    notice::{Notice, NoticeState},
    periodic::Periodic,
    reconciliation::{ForeignOrder, ForeignVerdict},
    task::Task,
};
use uuid::Uuid;

use super::{
    dashboard::{self, Missing},
    drafts::{Checking, Importing},
    modules::{
        self, edit, import, show,
        wizard::{self, Materials, Step},
    },
    profile, system,
    tariffs::{self, form, prices},
};
use crate::{
    validity::snapshot_page,
    view::{View, sample},
};

static DESCRIPTOR: Descriptor = Descriptor {
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

const fn field(name: &'static str, kind: FieldKind) -> SettingField {
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

fn id<I: From<Uuid>>(number: u128) -> I {
    I::from(Uuid::from_u128(number))
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn euros(cents: i64) -> Money {
    Money::from_minor(cents, Currency::EUR)
}

fn of(role: Role, path: &str) -> View {
    sample::signed(role, path)
}

fn administrator(path: &str) -> View {
    of(Role::Administrator, path)
}

fn low_balance() -> BalanceView {
    BalanceView {
        balance: Some(euros(4_250)),
        read_at: Some(at("2026-11-23T06:00:00Z")),
        problem: None,
        minimum: Some(euros(10_000)),
        is_low: true,
        blocks: true,
    }
}

fn line() -> ModuleLine {
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

fn broken() -> CheckReport {
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

fn module() -> ModuleView {
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

fn imported() -> ImportReport {
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

fn product() -> ProductView {
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

fn price(cents: i64, margin: i64) -> PriceView {
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

fn plan() -> TariffView {
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

fn service() -> ServiceLine {
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

fn operation() -> OperationView {
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

fn task() -> Task {
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

fn dashboard(is_busy: bool) -> dashboard::Shown {
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

fn materials(kept: &[&str]) -> Materials {
    Materials {
        action: "/admin/modules/new/1/settings".into(),
        connectors: vec![&DESCRIPTOR],
        chosen: Some(&DESCRIPTOR),
        departments: vec![(id(4), "Technical support".into())],
        kept: kept.iter().map(|name| (*name).to_owned()).collect(),
    }
}

#[test]
fn the_start_page_of_a_new_installation_and_of_a_busy_one() {
    snapshot_page!("dashboard-new", administrator("/admin"), |view| dashboard::page(
        view,
        &dashboard(false)
    ));
    snapshot_page!("dashboard-busy", of(Role::Staff, "/admin"), |view| {
        dashboard::page(view, &dashboard(true))
    });
}

#[test]
fn processing_modules_are_listed_and_staff_are_not_offered_what_they_may_not_do() {
    let query = Params::default();
    let view = administrator("/admin/modules");
    snapshot_page!("modules", view.clone(), |view| modules::list::page(
        view,
        &query,
        &[line()],
        false.into()
    ));
    snapshot_page!("modules-none", view.clone(), |view| modules::list::page(
        view,
        &query,
        &[],
        true.into()
    ));
    let shown = show::Shown {
        places: vec![(id(6), 1, 2)],
        import: Some(imported()),
        module: module(),
    };
    snapshot_page!("module", view.clone(), |view| show::page(view, &shown));
    let staff = show::page(&of(Role::Staff, "/admin/modules"), &shown).into_string();
    for hidden in ["/switch\"", "/purchases\"", "/log\"", "/edit\"", "/import\""] {
        assert!(!staff.contains(hidden), "{hidden}");
    }
    assert!(staff.contains("/check\"") && staff.contains("/balance\""));
}

#[test]
fn the_wizard_asks_step_by_step_and_never_shows_a_secret() {
    let view = administrator("/admin/modules/new");
    let mut form = Form::from(Params::from([
        ("type", "ssl"),
        ("connector", "exampleca"),
        ("username", "reseller@host.example"),
        ("password", "hunter2"),
        ("new_client", "on"),
        ("name", ""),
        ("department", ""),
    ]));
    form.reject("url", "url");
    form.reject("name", "required");
    for (name, step) in [
        ("wizard-type", Step::Type),
        ("wizard-module", Step::Module),
        ("wizard-settings", Step::Settings),
        ("wizard-parameters", Step::Parameters),
    ] {
        let page = wizard::step(&view, step, &form, &materials(&["password"])).into_string();
        assert!(!page.contains("hunter2"), "{name}");
    }
    snapshot_page!("wizard-module", view.clone(), |view| wizard::step(
        view,
        Step::Module,
        &form,
        &materials(&[])
    ));
    snapshot_page!("wizard-settings", view.clone(), |view| wizard::step(
        view,
        Step::Settings,
        &form,
        &materials(&["password"])
    ));
    snapshot_page!("wizard-parameters", view.clone(), |view| wizard::step(
        view,
        Step::Parameters,
        &form,
        &materials(&[])
    ));
    let base = "/admin/modules/new/1";
    snapshot_page!("wizard-running", view.clone(), |view| wizard::checking(
        view,
        base,
        &Checking::Running
    ));
    snapshot_page!("wizard-broken", view.clone(), |view| wizard::checking(
        view,
        base,
        &Checking::Found(broken())
    ));
}

#[test]
fn a_module_is_changed_and_its_catalogue_imported() {
    let view = administrator("/admin/modules/3");
    let report = broken();
    let form = modules::fields::of_parameters(&module().parameters).with("version", "7");
    snapshot_page!("module-edit", view.clone(), |view| edit::page(
        view,
        &form,
        &edit::Shown {
            id: id(3),
            name: "Example <main>",
            descriptor: &DESCRIPTOR,
            departments: vec![(id(4), "Technical support".into())],
            kept: vec!["password".into()],
            report: Some(&report),
        }
    ));
    let query = Params::default();
    snapshot_page!("catalogue", view.clone(), |view| modules::catalogue::page(
        view,
        (id(3), "Example <main>"),
        &query,
        &[product()],
        &[imported()]
    ));
    for (name, state) in [
        ("asking", Importing::Asking),
        ("failed", Importing::Failed("The CA said <no>.".into())),
    ] {
        let page = import::page(&view, (id(3), "Example"), &state).into_string();
        assert_eq!(crate::validity::faults(&page), Vec::<String>::new(), "{name}");
        assert_eq!(page.contains("hx-get"), name == "asking", "{page}");
    }
    let comparing = Importing::Comparing { done: 7, of: 25 };
    snapshot_page!("import-running", view.clone(), |view| import::page(
        view,
        (id(3), "Example"),
        &comparing
    ));
    snapshot_page!("import-done", view.clone(), |view| import::page(
        view,
        (id(3), "Example"),
        &Importing::Done(imported())
    ));
}

#[test]
fn tariff_plans_show_prices_beside_costs_and_modules_in_their_order() {
    let view = administrator("/admin/tariffs");
    let query = Params::default();
    snapshot_page!("tariffs", view.clone(), |view| tariffs::list::page(
        view,
        &query,
        &[plan().line],
        false.into()
    ));
    snapshot_page!("tariffs-none", view.clone(), |view| tariffs::list::page(
        view,
        &query,
        &[],
        true.into()
    ));
    let shown = tariffs::show::Shown {
        plan: plan(),
        connectable: vec![product()],
    };
    // Two prices of one term and currency cannot be in force at once.
    let mut shown_once = shown.clone();
    shown_once.plan.line.prices.truncate(1);
    let mut form = prices::proposed(&shown.plan);
    form.reject("period", "required");
    snapshot_page!("tariff", view.clone(), |view| tariffs::show::page(
        view,
        &shown_once,
        &form
    ));
    snapshot_page!("tariff-add", view.clone(), |view| form::add(
        view,
        &Form::default(),
        &[product()]
    ));
    snapshot_page!("tariff-edit", view.clone(), |view| form::edit(
        view,
        &plan(),
        &form::of(&plan())
    ));
    let staff = tariffs::show::page(&of(Role::Staff, "/admin/tariffs"), &shown_once, &form).into_string();
    assert_eq!(staff.matches("action=\"/admin/tariffs").count(), 0, "{staff}");
}

#[test]
fn mails_that_wait_or_were_given_up_are_seen() {
    let mail = |state, error: Option<&str>| Notice {
        id: id(40),
        seller_id: id(1),
        kind: "order_placed".to_owned(),
        dedup_key: "order_placed:1".to_owned(),
        recipient: "ada@client.example".to_owned(),
        language: "en".to_owned(),
        data: store::Json(serde_json::Value::Null),
        sealed_data: None,
        account_id: None,
        service_id: None,
        certificate_id: None,
        state,
        attempts: 1,
        next_try_at: at("2026-11-23T09:00:00Z"),
        lease_owner: None,
        lease_until: None,
        last_error: error.map(ToOwned::to_owned),
        created_at: at("2026-11-23T08:00:00Z"),
        sent_at: None,
    };
    let mails = [
        mail(NoticeState::Sent, None),
        mail(NoticeState::Failed, Some("550 no such <user>")),
    ];
    let outbox = Outbox {
        has_server: false,
        failed: 1,
        failing_texts: 0,
    };
    snapshot_page!("mails", administrator("/admin/mails"), |view| {
        system::mails::page(view, &outbox, &mails)
    });
}

const TWICE: &[Time] = &[Time::constant(6, 0, 0, 0), Time::constant(18, 0, 0, 0)];

fn scheduled() -> (Vec<WorkView>, Workload) {
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

#[test]
fn the_installation_says_what_runs_and_what_does_not() {
    let instance = Instance {
        purchases_blocked: true,
        blocked_reason: Some("instance-mismatch".into()),
        blocked_at: Some(at("2026-11-23T08:00:00Z")),
        ..Instance::new(Uuid::from_u128(77))
    };
    let foreign = |number: &str, verdict| ForeignOrder {
        module_id: id(3),
        ca_ref: number.into(),
        verdict,
        seen_at: at("2026-11-20T08:00:00Z"),
        names: "lost.example.test".into(),
        state: "issued".into(),
        decided_by: None,
        snapshot: String::new(),
        service_id: None,
        version: 1,
    };
    let shown = system::reconciliation::Shown {
        instance,
        modules: vec![
            (
                id(3),
                "Example <main>".into(),
                vec![
                    foreign("900", ForeignVerdict::Orphan),
                    foreign("17", ForeignVerdict::Before),
                ],
            ),
            (id(9), "Second".into(), Vec::new()),
        ],
        reports: vec![ModuleReport {
            module: id(3),
            name: "Example <main>".into(),
            listed: 12,
            orphans: vec!["900".into()],
            missing: vec!["CA-12".into()],
            problem: None,
        }],
    };
    snapshot_page!("reconciliation", administrator("/admin/reconciliation"), |view| {
        system::reconciliation::page(view, &shown)
    });
    let (works, workload) = scheduled();
    snapshot_page!("periodic", administrator("/admin/periodic"), |view| {
        system::periodic::page(view, &works, workload)
    });
    let mut form = system::settings::form_of(&Settings::default());
    form.reject("retry_minutes", "out-of-range");
    snapshot_page!("settings", administrator("/admin/settings"), |view| {
        system::settings::page(view, &form, &[module()])
    });
    let zone = |number: u128, name: &str, problem: Option<&str>| ZoneView {
        id: id(number),
        account: (number == 21).then(|| id(5)),
        name: name.into(),
        server: "192.0.2.53:53".into(),
        key_name: "certbroker-key".into(),
        problem: problem.map(str::to_owned),
        checked_at: Some(at("2026-11-23T08:00:00Z")),
        created_at: at("2026-11-01T08:00:00Z"),
    };
    let zones = [zone(20, ".", None), zone(21, "shop.test", Some("REFUSED"))];
    let accounts = [(id(5), "Client & Sons".to_owned())];
    let typed = Form::from(Params::from([("name", "shop.test"), ("secret", "c2VjcmV0")]));
    snapshot_page!(
        "zones",
        administrator("/admin/zones"),
        |view| system::zones::page(view, &zones, &accounts, &typed)
    );
    snapshot_page!("profile", administrator("/admin/profile"), |view| profile::page(
        view,
        &profile::Shown::default()
    ));
}
