//! The pages of daily work as snapshots, in both languages, each judged as HTML.

mod samples;

use std::{
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
};

use domain::{
    Currency,
    id::{AccountId, OperationId, ServiceId, TaskId, UserId},
    product::ValidationMethod,
    rules::DatedRules,
    state::{OperationKind, OperationState, Role, ServiceState, TaskPriority, TaskState},
};
use engine::{
    operations::{Editable, NameEdit, Turn, Why},
    orders::MethodView,
    people::user::UserView,
    rules::{Origin, RulesView},
    services::{MethodLine, OperationView},
    tasks::{Change, HistoryEntry, TaskCounts, TaskView},
};
use httpkit::{Form, Params};
use jiff::civil::date;
use store::{
    audit::{Link, Verdict},
    credit_request::{CreditRequest, CreditRequestState},
    task::TaskComment,
};

use self::samples::{
    account, at, balance, department, id, line, membership, name, operation, plan, service, staff, task,
    task_line, user,
};
use super::{accounts, audit, departments, operations, people::People, services, system, tasks};
use crate::{
    client::services::{self as services_of_clients, validation::Ways},
    components::list::Pager,
    layout, methods,
    routes::Audience,
    validity::snapshot_page,
    view::{View, sample},
};

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
