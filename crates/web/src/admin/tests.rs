//! The pages of the installation, of processing modules and of tariff plans, in both languages.

mod samples;

use domain::state::Role;
use engine::{notices::Outbox, reconciliation::ModuleReport, settings::Settings, zones::ZoneView};
use httpkit::{Form, Params};
use store::{
    instance::Instance,
    notice::{Notice, NoticeState},
    reconciliation::{ForeignOrder, ForeignVerdict},
};
use uuid::Uuid;

use self::samples::{
    DESCRIPTOR, administrator, at, broken, dashboard, id, imported, line, materials, module, of, plan,
    product, scheduled,
};
use super::{
    dashboard,
    drafts::{Checking, Importing},
    modules::{
        self, edit, import, show,
        wizard::{self, Step},
    },
    profile, system,
    tariffs::{self, form, prices},
};
use crate::{components::list::Pager, validity::snapshot_page};

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
        false.into(),
        &Pager::default()
    ));
    snapshot_page!("modules-none", view.clone(), |view| modules::list::page(
        view,
        &query,
        &[],
        true.into(),
        &Pager::default()
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
        &Checking::Running(broken().findings.into_iter().take(1).collect())
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
        &Pager::default(),
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
        false.into(),
        &Pager::default()
    ));
    snapshot_page!("tariffs-none", view.clone(), |view| tariffs::list::page(
        view,
        &query,
        &[],
        true.into(),
        &Pager::default()
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
