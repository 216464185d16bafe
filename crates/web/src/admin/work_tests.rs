//! The pages of daily work as snapshots, in both languages, each judged as HTML.

use std::{
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
};

use domain::{
    Currency, Money,
    contact::Contact,
    id::{AccountId, DepartmentId, ModuleId, OperationId, ServiceId, TaskId, UserId},
    name::DomainName,
    plan::{Need, Piece},
    price::{PriceLine, PriceLineKind},
    product::{ProductKind, ValidationLevel, ValidationMethod},
    rules::{DatedRules, RevokesFormer},
    selection::PassedOver,
    state::{
        AttemptOutcome, IssueReason, KeyCustody, OperationKind, OperationState, PurchaseStage, Role,
        ServiceState, TaskKind, TaskPriority, TaskState, ValidationState,
    },
    term::{PaidTerm, ShownDates, Years},
};
use engine::{
    money::Balance,
    operations::{Editable, NameEdit, Turn, Waiting, Why},
    orders::MethodView,
    people::user::UserView,
    rules::{Origin, RulesView},
    services::{
        Allowed, AttemptView, CaOrderView, CertificateView, ConsideredView, ErrorView, KeyView, MethodLine,
        NameMethod, OperationView, PlanView, ProofView, PurchaseView, ServiceLine, ServiceMoney, ServiceView,
        ValidationView,
    },
    tasks::{Change, HistoryEntry, OperationBrief, TaskCounts, TaskLine, TaskView},
};
use httpkit::{Form, Params};
use jiff::{
    Timestamp,
    civil::{Date, date},
};
use store::{
    account::{Account, AccountKind, AccountState, Membership},
    audit::{Link, Verdict},
    credit_request::{CreditRequest, CreditRequestState},
    department::Department,
    task::{Task, TaskComment},
    user::{User, UserState},
};
use uuid::Uuid;

use super::{accounts, audit, departments, operations, people::People, services, system, tasks};
use crate::{
    client::services::{self as services_of_clients, validation::Ways},
    components::list::Pager,
    layout, methods,
    routes::Audience,
    validity::snapshot_page,
    view::{View, sample},
};

const fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn euros(cents: i64) -> Money {
    Money::from_minor(cents, Currency::EUR)
}

fn name(text: &str) -> DomainName {
    text.parse().unwrap()
}

fn staff(path: &str) -> View {
    sample::signed(Role::Administrator, path)
}

fn line() -> ServiceLine {
    ServiceLine {
        id: ServiceId::from(id(10)),
        number: 1042,
        main_name: name("shop.example"),
        names: 2,
        account: AccountId::from(id(5)),
        account_name: "Client & Sons".into(),
        plan: id(6).into(),
        plan_name: "PositiveSSL".into(),
        module: Some(ModuleId::from(id(7))),
        module_name: Some("Example CA".into()),
        state: ServiceState::WaitingForValidation,
        dates: ShownDates {
            end_date: Some(date(2027, 6, 1)),
            paid_till: Some(date(2031, 11, 20)),
        },
        years: Years::new(5).unwrap(),
        gross: euros(12_100),
        created_at: at("2026-11-20T08:00:00Z"),
    }
}

fn trouble() -> ErrorView {
    ErrorView {
        class: "unreachable".into(),
        text: "the server <api.ca.example> does not answer".into(),
    }
}

fn operation(state: OperationState) -> OperationView {
    OperationView {
        id: OperationId::from(id(20)),
        number: 311,
        kind: OperationKind::Open,
        state,
        step: "await".into(),
        service: ServiceId::from(id(10)),
        service_number: 1042,
        main_name: name("shop.example"),
        account: AccountId::from(Uuid::from_u128(5)),
        account_name: "Client & Sons".into(),
        module: Some(ModuleId::from(id(7))),
        module_name: Some("Example CA".into()),
        attempts: 2,
        next_run_at: (state == OperationState::Waiting).then(|| at("2026-11-23T09:05:00Z")),
        is_running: false,
        error: Some(trouble()),
        waiting: Some(Waiting {
            why: Why::CaAway {
                class: "unreachable".into(),
                at: at("2026-11-23T09:05:00Z"),
            },
            task: Some((TaskId::from(id(41)), 17)),
        }),
        task: Some((TaskId::from(id(41)), 17)),
        started_by: UserId::from(id(1)).to_string(),
        created_at: at("2026-11-20T08:00:00Z"),
        finished_at: None,
        history: vec![AttemptView {
            number: 2,
            step: "await".into(),
            started_at: at("2026-11-23T08:00:00Z"),
            finished_at: at("2026-11-23T08:00:02Z"),
            outcome: AttemptOutcome::Failed,
            error: Some(trouble()),
            log: vec!["GET /ssl_certificates/7".into(), "no answer within 20 s".into()],
        }],
        considered: vec![
            ConsideredView {
                name: "First choice".into(),
                passed_over: Some(PassedOver::BalanceTooLow),
            },
            ConsideredView {
                name: "Example CA".into(),
                passed_over: None,
            },
        ],
        purchases: vec![PurchaseView {
            id: id(21).into(),
            stage: PurchaseStage::Unclear,
            unique_value: "d41d8cd98f".into(),
            expected: euros(4_000),
            charged: None,
            ca_ref: None,
            reason: Some("the connection was cut".into()),
            candidates: Vec::new(),
            intended_at: at("2026-11-20T08:00:01Z"),
            settled_at: None,
        }],
    }
}

fn allowed() -> Allowed {
    Allowed {
        close: true,
        check_validation: true,
        change_validation: true,
        resend: false,
        retry: true,
        finish_by_hand: true,
        reissue: false,
        prolong: true,
        suspend: false,
        resume: false,
        download: true,
    }
}

fn service() -> ServiceView {
    let price = PriceLine {
        kind: PriceLineKind::Period,
        quantity: 1,
        unit_net: euros(10_000),
        net: euros(10_000),
        tax_rate: 21.into(),
        tax: euros(2_100),
        gross: euros(12_100),
    };
    ServiceView {
        line: line(),
        version: 3,
        level: ValidationLevel::Dv,
        kind: ProductKind::MultiDomain,
        names: vec![name("shop.example"), name("xn--80ak6aa92e.example")],
        term_start: Some(date(2026, 11, 20)),
        term_end: Some(date(2031, 11, 20)),
        accepted_at: Some(at("2026-11-20T08:01:00Z")),
        issued_at: Some(at("2026-11-20T09:00:00Z")),
        closed_at: None,
        failure: None,
        external_ref: Some("order 17".into()),
        refundable_until: None,
        prolong: Some(Years::new(1).unwrap()),
        contact: Contact {
            first_name: "Ada".into(),
            last_name: "Example".into(),
            title: String::new(),
            email: "ada@client.example".into(),
            phone: "+31 20 1234567".into(),
        },
        organisation: None,
        key: KeyView {
            custody: KeyCustody::Stored,
            kind: "P-256".into(),
            fingerprint: "ab12".into(),
            csr: Some("-----BEGIN CERTIFICATE REQUEST-----\n-----END CERTIFICATE REQUEST-----\n".into()),
            can_download: true,
        },
        certificates: vec![CertificateView {
            id: id(30).into(),
            serial: "0a1b2c".into(),
            fingerprint: "cafe".into(),
            issuer: "CN=Simulated Issuing CA".into(),
            names: vec![name("shop.example")],
            not_before: at("2026-11-20T00:00:00Z"),
            not_after: at("2027-06-01T23:59:59Z"),
            end_date: date(2027, 6, 1),
            reason: IssueReason::Open,
            is_current: true,
            delivered_at: Some(at("2026-11-20T09:00:00Z")),
            mismatches: Vec::new(),
        }],
        ca_orders: vec![CaOrderView {
            id: id(31).into(),
            module: ModuleId::from(id(7)),
            module_name: "Example CA".into(),
            ca_ref: "70017".into(),
            state: "validation".into(),
            raw_state: "Pending validation".into(),
            accepted_at: at("2026-11-20T08:01:00Z"),
            looked_at: Some(at("2026-11-23T08:55:00Z")),
            charged: Some(euros(4_000)),
            raw: Some("{\"status\":\"<pending>\"}".into()),
        }],
        validations: vec![ValidationView {
            id: id(32).into(),
            name: name("shop.example"),
            method: ValidationMethod::Dns,
            state: ValidationState::Waiting,
            proof: ProofView::Cname {
                name: "_ab12.shop.example".into(),
                value: "cd34.dcv.example".into(),
            },
            zone: None,
            is_published: false,
            proven_at: None,
            looked_at: Some(at("2026-11-23T08:55:00Z")),
            method_ends: None,
        }],
        operations: vec![operation(OperationState::Manual)],
        money: ServiceMoney {
            lines: vec![price],
            net: euros(10_000),
            gross: euros(12_100),
            cost: vec![euros(4_000)],
            margin: Some(euros(6_000)),
        },
        plan: Some(plan()),
        may: allowed(),
    }
}

/// Two certificates come: one by itself, one after the method of validation has ended.
fn plan() -> PlanView {
    let piece = |starts: Date, ends: Date, needs: Vec<Need>| Piece {
        starts_on: starts,
        issued_on: starts,
        end_date: ends,
        days: 99,
        proves: vec![name("shop.example")],
        needs,
        is_assumed: true,
    };
    let names = vec![name("shop.example")];
    PlanView {
        term: PaidTerm {
            start: date(2026, 11, 20),
            end: date(2031, 11, 20),
        },
        today: date(2026, 11, 23),
        pieces: vec![
            piece(date(2027, 5, 2), date(2027, 8, 8), vec![]),
            piece(
                date(2028, 3, 20),
                date(2028, 6, 26),
                vec![
                    Need::ReissueByHand,
                    Need::ChooseMethod {
                        names: names.clone(),
                        method: ValidationMethod::Email,
                        ends_on: date(2028, 3, 15),
                    },
                    Need::VerifyOrganisation {
                        asked_on: date(2028, 1, 2),
                    },
                ],
            ),
            piece(
                date(2028, 5, 27),
                date(2028, 9, 2),
                vec![Need::ProveNames {
                    names,
                    method: ValidationMethod::Http,
                }],
            ),
        ],
        validations: 3,
        names: vec![NameMethod {
            name: name("shop.example"),
            method: ValidationMethod::Email,
            approver: Some("admin@shop.example".into()),
            ends_on: Some(date(2028, 3, 15)),
            has_zone: false,
        }],
        revokes_former: RevokesFormer::OnNameRemoval { after_hours: 0 },
        may_set_method: true,
    }
}

fn account() -> Account {
    Account {
        id: AccountId::from(id(5)),
        seller_id: id(4).into(),
        number: 5,
        name: "Client & Sons".into(),
        search: String::new(),
        kind: AccountKind::Company,
        country: "NL".into(),
        tax_number: "NL001".into(),
        currency: Currency::EUR,
        credit_limit: 10_000,
        language: "en".into(),
        state: AccountState::Active,
        note: "pays late".into(),
        created_at: at("2026-11-01T08:00:00Z"),
        version: 1,
    }
}

fn balance() -> Balance {
    Balance {
        balance: euros(-500),
        reserved: euros(12_100),
        credit_limit: euros(10_000),
        spendable: euros(9_500),
    }
}

fn user(number: u128, staff_role: Option<Role>) -> User {
    User {
        id: UserId::from(id(number)),
        seller_id: id(4).into(),
        email: "nora@client.example".into(),
        email_key: String::new(),
        name: "Nora New".into(),
        password_hash: None,
        password_changed_at: None,
        staff_role,
        language: "en".into(),
        state: UserState::Active,
        confirmed_at: Some(at("2026-11-01T08:00:00Z")),
        last_sign_in_at: Some(at("2026-11-23T08:00:00Z")),
        created_at: at("2026-11-01T08:00:00Z"),
        version: 1,
    }
}

fn membership() -> Membership {
    Membership {
        id: id(8).into(),
        account_id: AccountId::from(id(5)),
        user_id: UserId::from(id(9)),
        role: Role::Owner,
        created_at: at("2026-11-01T08:00:00Z"),
        version: 1,
    }
}

fn department() -> Department {
    Department {
        id: DepartmentId::from(id(40)),
        seller_id: id(4).into(),
        name: "Support".into(),
        email: String::new(),
        language: "en".into(),
        hours: domain::hours::BusinessHours::ALWAYS,
        is_archived: false,
        created_at: at("2026-11-01T08:00:00Z"),
        version: 1,
    }
}

fn task() -> Task {
    Task {
        id: TaskId::from(id(41)),
        seller_id: id(4).into(),
        number: 17,
        kind: TaskKind::OperationManual,
        state: TaskState::Open,
        priority: TaskPriority::High,
        due_at: Some(at("2026-11-23T08:45:00Z")),
        overdue_told_at: None,
        title: "Open S-1042 by hand".into(),
        detail: "The CA does not answer.\nCall them.".into(),
        department_id: DepartmentId::from(id(40)),
        performer_id: None,
        service_id: Some(ServiceId::from(id(10))),
        operation_id: Some(OperationId::from(id(20))),
        module_id: None,
        account_id: None,
        dedup_key: "operation".into(),
        created_at: at("2026-11-23T08:00:00Z"),
        changed_at: at("2026-11-23T08:30:00Z"),
        closed_at: None,
        version: 1,
    }
}

#[test]
fn services() {
    let offered = services::list::Offered {
        plans: vec![("tar_1".into(), "PositiveSSL".into())],
        modules: vec![("mod_1".into(), "Example CA".into())],
        account: None,
    };
    let pager = Pager {
        total: Some("1".into()),
        next: Some("eyJ".into()),
    };
    let query = Params::from([("state", "waiting_for_validation"), ("sort", "name")]);
    snapshot_page!("services", staff("/admin/services"), |view| services::list::page(
        view,
        &query,
        &[line()],
        &offered,
        &pager
    ));
    snapshot_page!("services-none", staff("/admin/services"), |view| {
        services::list::page(
            view,
            &Params::default(),
            &[],
            &services::list::Offered::default(),
            &Pager::default(),
        )
    });
    snapshot_page!(
        "service",
        staff("/admin/services/x"),
        |view| services::show::page(view, &service(), &People::default(), &maud::html! {})
    );
    let mut form = Form::default();
    form.reject("pem", "certificate-none");
    snapshot_page!("finish", staff("/admin/services/x/finish"), |view| {
        services::finish::page(view, &service(), &operation(OperationState::Manual), &form)
    });
    let closing = OperationView {
        kind: OperationKind::Close,
        ..operation(OperationState::Manual)
    };
    snapshot_page!("finish-closing", staff("/admin/services/x/finish"), |view| {
        services::finish::page(view, &service(), &closing, &Form::default())
    });
}

#[test]
fn operations() {
    let modules = [("mod_1".to_owned(), "Example CA".to_owned())];
    snapshot_page!("operations", staff("/admin/operations"), |view| operations::list(
        view,
        &Params::from([("trouble", "yes")]),
        &[operation(OperationState::Waiting)],
        &modules,
        &Pager::default()
    ));
    snapshot_page!(
        "operation",
        staff("/admin/operations/x"),
        |view| operations::show(
            view,
            &operation(OperationState::Manual),
            &People::default(),
            &Form::default()
        )
    );
    let editable = Editable {
        contact: service().contact,
        organisation: None,
        needs_organisation: true,
        names: vec![NameEdit {
            name: name("shop.example"),
            method: ValidationMethod::Dns,
            approver: None,
        }],
        methods: vec![ValidationMethod::Dns, ValidationMethod::Email],
    };
    let mut form = Form::default().with("contact.email", "nobody");
    form.reject("contact.email", "email");
    snapshot_page!("operation-edit", staff("/admin/operations/x/edit"), |view| {
        operations::edit_form(view, OperationId::from(id(20)), &editable, &form)
    });
}

fn task_line() -> TaskLine {
    TaskLine {
        task: task(),
        department: "Support".into(),
        performer: None,
        service: Some(line()),
        operation: Some(OperationBrief {
            id: OperationId::from(id(20)),
            number: 311,
            kind: OperationKind::Open,
            state: OperationState::Manual,
        }),
        module: None,
        account: Some("Client & Sons".into()),
        is_overdue: true,
    }
}

#[test]
fn tasks() {
    let query = Params::from([("state", "unfinished")]);
    let listed = tasks::Listed {
        rows: vec![task_line()],
        next: Some("eyJ".into()),
        total: Some(51),
        counts: TaskCounts {
            open: 51,
            overdue: 3,
            mine: 2,
        },
        departments: vec![("dep_1".into(), "Support".into())],
        plans: vec![("tar_1".into(), "PositiveSSL".into())],
        is_deskless: false,
    };
    snapshot_page!("tasks", staff("/admin/tasks"), |view| tasks::list(
        view, &query, &listed
    ));
    for (name, query, is_deskless, said) in [
        (
            "nothing to do",
            Params::default(),
            false,
            "Everything runs by itself.",
        ),
        (
            "nothing matches",
            Params::from([("who", "mine")]),
            false,
            "Nothing matches",
        ),
        (
            "no department",
            Params::default(),
            true,
            "You are in no department",
        ),
    ] {
        let listed = tasks::Listed {
            is_deskless,
            ..tasks::Listed::default()
        };
        let page = tasks::list(&staff("/admin/tasks"), &query, &listed).into_string();
        assert!(page.contains(said), "{name}: {page}");
        assert!(!page.contains("/admin/tasks/bulk"), "{name}");
    }
}

#[test]
fn a_task() {
    let anna = UserId::from(id(1)).to_string();
    let entry = |actor: &str, change| HistoryEntry {
        at: at("2026-11-23T08:30:00Z"),
        actor: actor.to_owned(),
        change,
    };
    let shown = TaskView {
        task: task(),
        line: task_line(),
        comments: vec![TaskComment {
            id: id(42),
            task_id: TaskId::from(id(41)),
            author_id: None,
            author: "Anna <Ivanova>".into(),
            body: "Called them.".into(),
            created_at: at("2026-11-23T08:30:00Z"),
        }],
        history: vec![
            entry("certbroker: worker", Change::Opened),
            entry(
                &anna,
                Change::Given {
                    to: Some("Boris <B>".into()),
                },
            ),
            entry(&anna, Change::Given { to: None }),
            entry(
                &anna,
                Change::HandedOver {
                    to: "Second line".into(),
                },
            ),
            entry(
                &anna,
                Change::Priority {
                    from: TaskPriority::Normal,
                    to: TaskPriority::High,
                },
            ),
            entry(
                &anna,
                Change::Due {
                    from: None,
                    to: Some(at("2026-11-23T08:45:00Z")),
                },
            ),
            entry("certbroker: worker", Change::OverdueTold),
            entry(
                &anna,
                Change::Closed {
                    state: TaskState::Done,
                },
            ),
            entry(&anna, Change::Reopened),
        ],
        department: department(),
        performer: None,
    };
    let around = tasks::Around {
        departments: vec![("dep_1".into(), "Support".into())],
        staff: vec![("usr_1".into(), "Anna Ivanova".into())],
        people: People::default(),
        waiting: Some("A person must look at it.".into()),
    };
    snapshot_page!("task", staff("/admin/tasks/x"), |view| tasks::show(
        view,
        &shown,
        &around,
        &Form::default()
    ));
}

#[test]
fn every_reason_to_wait_is_one_sentence() {
    let view = staff("/admin/operations/x");
    let soon = at("2026-11-23T09:05:00Z");
    let class = || "unreachable".to_owned();
    let proof = |turn| Why::Proof {
        names: vec![name("shop.example"), name("xn--80ak6aa92e.example")],
        turn,
        at: soon,
    };
    let reasons = [
        Why::Running,
        Why::Due,
        Why::ModuleBusy {
            module: "Example CA".into(),
            most: 4,
        },
        Why::Retry {
            class: "protocol".into(),
            attempt: 3,
            most: 10,
            at: soon,
        },
        Why::CaAway {
            class: class(),
            at: soon,
        },
        Why::ModuleRests {
            module: "Example CA".into(),
            until: soon,
        },
        proof(Turn::Client),
        proof(Turn::Us),
        proof(Turn::Ca),
        Why::AtCa { at: soon },
        Why::PurchasesOff { at: soon },
        Why::NoModule { at: soon },
        Why::Outcome { at: soon },
        Why::Approval,
        Why::Decision,
        Why::ManualMode,
        Why::Person {
            class: class(),
            text: "the CA is slow".into(),
        },
        Why::Later {
            class: "mismatch".into(),
            at: soon,
        },
        Why::Scheduled { at: soon },
    ];
    let said: Vec<String> = reasons
        .iter()
        .map(|why| operations::waiting::sentence(&view, why))
        .collect();
    insta::assert_snapshot!("waiting-en", said.join("\n"));
}

#[test]
fn accounts() {
    let rows = [accounts::pages::Row {
        account: account(),
        balance: balance(),
    }];
    snapshot_page!(
        "accounts",
        staff("/admin/accounts"),
        |view| accounts::pages::list(view, &Params::default(), &rows, &Pager::default())
    );
    let shown = accounts::pages::Shown {
        account: account(),
        balance: balance(),
        members: vec![(membership(), user(9, None))],
        services: vec![line()],
        statement: Vec::new(),
        documents: Vec::new(),
    };
    let mut credit = Form::from(Params::from([("amount", "much")]));
    credit.reject("amount", "money");
    snapshot_page!("account", staff("/admin/accounts/x"), |view| {
        accounts::pages::show(view, &shown, &credit)
    });
    let waiting = accounts::credits::Row {
        request: CreditRequest {
            id: id(50),
            seller_id: id(4).into(),
            account_id: AccountId::from(id(5)),
            amount: 200_050,
            currency: Currency::EUR,
            note: "Transfer 4712".into(),
            state: CreditRequestState::Waiting,
            asked_by: UserId::from(id(9)),
            asked_at: at("2026-11-23T08:00:00Z"),
            decided_by: None,
            decided_at: None,
            entry_id: None,
            task_id: None,
            version: 1,
        },
        account: "Client & Sons".into(),
    };
    snapshot_page!(
        "credits",
        staff("/admin/credits"),
        |view| accounts::credits::page(view, std::slice::from_ref(&waiting), &People::default())
    );
}

#[test]
fn users() {
    snapshot_page!("users", staff("/admin/users"), |view| accounts::users::list(
        view,
        &Params::default(),
        &[user(9, Some(Role::Staff))],
        &Pager::default()
    ));
    let shown = UserView {
        user: user(9, None),
        has_second_factor: true,
        memberships: vec![(membership(), account())],
        departments: vec![department()],
    };
    snapshot_page!("user", staff("/admin/users/x"), |view| accounts::users::show(
        view,
        &shown,
        &Form::default()
    ));
    let own = UserView {
        user: user(1, Some(Role::Administrator)),
        ..shown.clone()
    };
    let page = accounts::users::show(&staff("/admin/users/x"), &own, &Form::default()).into_string();
    assert!(!page.contains("/switch"), "nobody locks themselves out");
    let plain = sample::signed(Role::Staff, "/admin/users/x");
    let page = accounts::users::show(&plain, &shown, &Form::default()).into_string();
    assert!(
        !page.contains("/second-factor") && !page.contains("/password"),
        "{page}"
    );
}

#[test]
fn departments() {
    let shown = engine::departments::DepartmentView {
        department: department(),
        members: vec![UserId::from(id(9))],
    };
    snapshot_page!("departments", staff("/admin/departments"), |view| {
        departments::list(view, std::slice::from_ref(&shown), &People::default())
    });
    let plain = sample::signed(Role::Staff, "/admin/departments");
    let page = departments::list(&plain, std::slice::from_ref(&shown), &People::default()).into_string();
    assert!(!page.contains("/admin/departments/"), "{page}");
}

#[test]
fn the_audit_trail() {
    let link = Link {
        seq: 12,
        at: at("2026-11-23T08:00:00Z"),
        seller_id: Some(id(4).into()),
        actor: "certbroker: worker".into(),
        user_id: None,
        account_id: None,
        address: Some(IpAddr::V4(Ipv4Addr::LOCALHOST)),
        request: "0192".into(),
        action: "service.close_wanted".into(),
        subject: ServiceId::from(id(10)).to_string(),
        detail: store::Json(serde_json::json!({ "note": "<b>" })),
        previous_hash: Vec::new(),
        hash: Vec::new(),
    };
    for (name, verdict) in [
        ("audit-whole", Verdict::Whole(12)),
        (
            "audit-broken",
            Verdict::Broken {
                seq: 7,
                why: "it was changed",
            },
        ),
    ] {
        let shown = audit::Shown {
            links: vec![link.clone()],
            people: People::default(),
            verdict: Some(verdict),
        };
        let page = audit::page(
            &staff("/admin/audit"),
            &Params::default(),
            &shown,
            &Pager::default(),
        );
        assert_eq!(
            crate::validity::faults(&page.into_string()),
            Vec::<String>::new(),
            "{name}"
        );
    }
    let shown = audit::Shown {
        links: vec![link],
        ..audit::Shown::default()
    };
    snapshot_page!("audit", staff("/admin/audit"), |view| audit::page(
        view,
        &Params::from([("who", "nora@client.example")]),
        &shown,
        &Pager::default()
    ));
}

#[test]
fn what_comes_is_shown_to_the_client_and_another_method_is_offered() {
    let client = sample::signed(Role::Owner, "/services");
    let mut delivered = service();
    delivered.line.state = ServiceState::Active;
    delivered.validations = Vec::new();
    delivered.operations = Vec::new();
    snapshot_page!("plan-client", client.clone(), |view| {
        services_of_clients::show::page(view, &delivered)
    });
    let ways = Ways {
        methods: [ValidationMethod::Dns, ValidationMethod::Email]
            .into_iter()
            .map(|method| MethodView {
                method,
                takes_wildcards: true,
                forbidden_from: (method == ValidationMethod::Email).then_some(date(2028, 3, 15)),
            })
            .collect(),
        approvers: None,
    };
    snapshot_page!("plan-method-client", client.clone(), |view| {
        services_of_clients::show::method_page(view, &delivered, &ways, &Form::default())
    });
    snapshot_page!("plan-method", staff("/admin/services"), |view| {
        services::show::method_page(view, &delivered, &ways, &Form::default())
    });
}

#[test]
fn services_whose_method_ends_are_listed_for_staff_and_for_clients() {
    let line = MethodLine {
        line: line(),
        ends: vec![(ValidationMethod::Email, date(2028, 3, 15))],
        first_without: plan().pieces.into_iter().nth(1),
    };
    let covered = MethodLine {
        first_without: None,
        ..line.clone()
    };
    let lines = [line, covered];
    let page = |view: &View, audience| {
        let body = methods::body(view, &Params::default(), &lines, &Pager::default(), audience);
        match audience {
            Audience::Client => layout::client(view, &view.t("methods-title"), &body),
            _ => layout::staff(view, &view.t("methods-title"), &body),
        }
    };
    snapshot_page!("methods", staff("/admin/methods-ending"), |view| page(
        view,
        Audience::Staff
    ));
    let client = sample::signed(Role::Owner, "/methods-ending");
    snapshot_page!("methods-client", client.clone(), |view| page(
        view,
        Audience::Client
    ));
    let none = methods::body(
        &staff("/admin/methods-ending"),
        &Params::default(),
        &[],
        &Pager::default(),
        Audience::Staff,
    );
    assert!(
        none.into_string()
            .contains("Nothing depends on a method that ends")
    );
}

#[test]
fn the_dated_rules_say_what_holds_what_changes_and_who_says_so() {
    let today = date(2026, 11, 23);
    let rules = DatedRules::baseline();
    let shown = RulesView {
        origin: Origin::BuiltIn,
        digest: "ab12".repeat(16),
        today,
        changes: rules.changes_after(today),
        rules: Arc::new(rules.clone()),
    };
    snapshot_page!("rules", staff("/admin/rules"), |view| system::rules::page(
        view, &shown
    ));
    let own = RulesView {
        origin: Origin::File("/etc/certbroker/rules.toml".into()),
        changes: Vec::new(),
        ..shown
    };
    let page = system::rules::page(&staff("/admin/rules"), &own).into_string();
    assert!(page.contains("/etc/certbroker/rules.toml") && page.contains("Nothing that is known changes"));
}
