//! What the pages of daily work are shown with.

use domain::{
    Currency, Money,
    contact::Contact,
    id::{AccountId, DepartmentId, ModuleId, OperationId, ServiceId, TaskId, UserId},
    name::DomainName,
    plan::{Need, Piece},
    price::{PriceLine, PriceLineKind},
    product::{ProductKind, ValidationLevel, ValidationMethod},
    rules::RevokesFormer,
    selection::PassedOver,
    state::{
        AttemptOutcome, IssueReason, KeyCustody, OperationKind, OperationState, PurchaseStage, Role,
        ServiceState, TaskKind, TaskPriority, TaskState, ValidationState,
    },
    term::{PaidTerm, ShownDates, Years},
};
use engine::{
    money::Balance,
    operations::{Waiting, Why},
    services::{
        Allowed, AttemptView, CaOrderView, CertificateView, ConsideredView, ErrorView, KeyView, NameMethod,
        OperationView, PlanView, ProofView, PurchaseView, ServiceLine, ServiceMoney, ServiceView,
        ValidationView,
    },
    tasks::{OperationBrief, TaskLine},
};
use jiff::{
    Timestamp,
    civil::{Date, date},
};
use store::{
    account::{Account, AccountKind, AccountState, Membership},
    department::Department,
    task::Task,
    user::{User, UserState},
};
use uuid::Uuid;

use crate::view::{View, sample};

pub(super) const fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

pub(super) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(super) fn euros(cents: i64) -> Money {
    Money::from_minor(cents, Currency::EUR)
}

pub(super) fn name(text: &str) -> DomainName {
    text.parse().unwrap()
}

pub(super) fn staff(path: &str) -> View {
    sample::signed(Role::Administrator, path)
}

pub(super) fn line() -> ServiceLine {
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

pub(super) fn trouble() -> ErrorView {
    ErrorView {
        class: "unreachable".into(),
        text: "the server <api.ca.example> does not answer".into(),
    }
}

pub(super) fn operation(state: OperationState) -> OperationView {
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

pub(super) fn allowed() -> Allowed {
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

pub(super) fn service() -> ServiceView {
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
pub(super) fn plan() -> PlanView {
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

pub(super) fn account() -> Account {
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

pub(super) fn balance() -> Balance {
    Balance {
        balance: euros(-500),
        reserved: euros(12_100),
        credit_limit: euros(10_000),
        spendable: euros(9_500),
    }
}

pub(super) fn user(number: u128, staff_role: Option<Role>) -> User {
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

pub(super) fn membership() -> Membership {
    Membership {
        id: id(8).into(),
        account_id: AccountId::from(id(5)),
        user_id: UserId::from(id(9)),
        role: Role::Owner,
        created_at: at("2026-11-01T08:00:00Z"),
        version: 1,
    }
}

pub(super) fn department() -> Department {
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

pub(super) fn task() -> Task {
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

pub(super) fn task_line() -> TaskLine {
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
