//! Daily work of staff: services, operations, tasks; without script.

use axum::http::StatusCode;
use domain::{
    id::{OperationId, ServiceId},
    product::ValidationMethod,
    state::{OperationState, ServiceState},
};
use engine::services::ServiceView;
use testkit::TestWorld;

use crate::browser::{Site, assert_says, on, place};

/// One more name by the tariff plan of another service.
async fn place_again(site: &Site, other: &ServiceView, name: &str) -> ServiceId {
    let order = TestWorld::order(other.line.plan, &[name], ValidationMethod::Dns);
    let placed = site.world.place(order).await;
    site.world
        .until_it(placed.service, |view| !view.validations.is_empty())
        .await;
    placed.service
}

async fn operation_of(site: &Site, service: ServiceId) -> OperationId {
    site.world.view(service).await.operations[0].id
}

#[tokio::test(flavor = "multi_thread")]
async fn services_are_found_filtered_and_shown_with_everything_that_happened() {
    let site = Site::new().await;
    let service = place(&site, "shop.example.test").await;
    let mut admin = site.administrator().await;

    for query in [
        "",
        "?q=shop",
        "?state=waiting_for_validation&sort=-created",
        "?q=S-1",
    ] {
        let list = admin.get(&format!("/admin/services{query}")).await;
        assert_says(
            &list,
            &["shop.example.test", "Waiting for validation", "LeaderTelecom"],
        );
    }
    for query in ["?q=nothing", "?state=active", "?ends=7", "?to=2020-01-01"] {
        let list = admin.get(&format!("/admin/services{query}")).await;
        assert_says(&list, &["Nothing matches"]);
    }
    let address = format!("/admin/services/{service}");
    assert_eq!(admin.get("/admin/services/S-1").await.location(), address);

    let page = admin.get(&address).await;
    assert_says(
        &page,
        &[
            "CNAME",
            "Next step",
            "Taken",
            "Orders at the CA",
            "Margin",
            "hx-trigger=\"every 3s\"",
        ],
    );
    let seen = on(&mut admin, &format!("{address}/validation/check"), &[]).await;
    assert_says(&seen, &["There is no such record yet."]);
    let changed = on(
        &mut admin,
        &format!("{address}/validation"),
        &[("method", "http")],
    )
    .await;
    assert_says(
        &changed,
        &["The method was changed.", "/.well-known/pki-validation/"],
    );
    let prolonged = on(&mut admin, &format!("{address}/prolong"), &[("prolong", "on")]).await;
    assert_says(&prolonged, &["Prolonged by itself at the end of its paid term"]);

    site.world.prove(service).await;
    let view = site.world.until(service, ServiceState::Active).await;
    let page = admin.get(&address).await;
    assert_says(&page, &["in use", &view.certificates[0].serial, "Cost at the CA"]);
    let file = format!("{address}/file?certificate={}&format=", view.certificates[0].id);
    let chain = admin.get(&format!("{file}fullchain")).await;
    assert_eq!(chain.text().matches("BEGIN CERTIFICATE").count(), 2);
    assert_eq!(
        admin.get(&format!("{file}private-key")).await.status,
        StatusCode::NOT_FOUND
    );
    assert_says(&page, &["Cancel with money back"]);

    let mut staff = site.staff().await;
    let page = staff.get(&address).await;
    assert!(!page.main().contains("/file?"), "{}", page.main());
    assert_eq!(
        staff.get(&format!("{file}fullchain")).await.status,
        StatusCode::FORBIDDEN
    );
    site.remove().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_is_given_up_before_issue_and_the_money_comes_back() {
    let site = Site::new().await;
    let service = place(&site, "away.example.test").await;
    let mut admin = site.administrator().await;
    let address = format!("/admin/services/{service}");
    let closing = on(&mut admin, &format!("{address}/close"), &[]).await;
    assert_says(&closing, &["The service is being closed."]);
    // The CA cancels nothing by its API: a person does, and says what becomes of the money.
    site.world
        .until_it(service, |view| view.operations[0].state == OperationState::Manual)
        .await;
    let form = admin.get(&format!("{address}/finish")).await;
    assert_says(&form, &["Give everything back", "cannot cancel by its API"]);
    let undecided = admin.send(&format!("{address}/finish"), &[]).await;
    assert_eq!(undecided.status, StatusCode::UNPROCESSABLE_ENTITY);
    let closed = on(&mut admin, &format!("{address}/finish"), &[("money", "all")]).await;
    assert_says(
        &closed,
        &["The service is closed.", "It was given up before issue."],
    );
    let account = admin
        .get(&format!("/admin/accounts/{}", site.world.account))
        .await;
    assert_says(&account, &["away.example.test", "10,000.00"]);
    site.remove().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operation_is_handed_to_a_person_whose_task_ends_when_it_goes_on() {
    let site = Site::new().await;
    let service = place(&site, "slow.example.test").await;
    let operation = operation_of(&site, service).await;
    let mut staff = site.staff().await;
    let address = format!("/admin/operations/{operation}");

    assert_eq!(staff.get("/admin/operations/O-1").await.location(), address);
    assert_says(
        &staff.get("/admin/operations").await,
        &["slow.example.test", "Working"],
    );
    assert_says(
        &staff.get("/admin/operations?trouble=yes").await,
        &["Nothing matches"],
    );
    let given = on(
        &mut staff,
        &format!("{address}/give"),
        &[("note", "the CA is slow")],
    )
    .await;
    assert_says(
        &given,
        &[
            "The operation waits for a person now.",
            "the CA is slow",
            "Needs a person",
        ],
    );
    assert_says(
        &staff.get("/admin/operations?trouble=yes&state=manual").await,
        &["slow.example.test", "Handed over by staff."],
    );

    let tasks = staff.get("/admin/tasks").await;
    assert_says(&tasks, &["Operation by hand"]);
    let task = staff.get("/admin/tasks/T-1").await.location().to_owned();
    let page = staff.get(&task).await;
    assert_says(
        &page,
        &["slow.example.test", "the CA is slow", "To the operation"],
    );
    assert_says(
        &on(&mut staff, &format!("{task}/take"), &[]).await,
        &["The task is yours.", "In work"],
    );
    assert_says(&staff.get("/admin/tasks?who=mine").await, &["Operation by hand"]);
    let empty = staff.send(&format!("{task}/comment"), &[("body", " ")]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_says(&empty, &["Please fill this in."]);
    let commented = on(
        &mut staff,
        &format!("{task}/comment"),
        &[("body", "I <called> them.")],
    )
    .await;
    assert_says(&commented, &["I &lt;called&gt; them.", "Stefan Staff"]);

    let finish = format!("/admin/services/{service}/finish");
    assert_says(&staff.get(&finish).await, &["-----BEGIN CERTIFICATE-----"]);
    let wrong = staff.send(&finish, &[("pem", "no certificate")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_says(&wrong, &["There is no certificate in it."]);

    let undecided = on(
        &mut staff,
        &format!("{address}/decide"),
        &[("decision", "approve")],
    )
    .await;
    assert_says(&undecided, &["Nothing is to be decided here."]);
    let retried = on(&mut staff, &format!("{address}/retry"), &[]).await;
    assert_says(&retried, &["The operation starts again."]);
    assert_says(&staff.get("/admin/tasks").await, &["No open task"]);
    assert_says(
        &staff.get("/admin/tasks?state=done").await,
        &["Operation by hand"],
    );
    site.world.prove(service).await;
    site.world.until(service, ServiceState::Active).await;
    assert_says(
        &on(&mut staff, &format!("{address}/retry"), &[]).await,
        &["The service has ended."],
    );
    site.remove().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_a_person_brings_finishes_the_order() {
    let site = Site::new().await;
    let first = place(&site, "first.example.test").await;
    site.world.prove(first).await;
    let first = site.world.until(first, ServiceState::Active).await;
    let mut admin = site.administrator().await;
    let file = format!(
        "/admin/services/{}/file?certificate={}&format=intermediates",
        first.line.id, first.certificates[0].id
    );
    let intermediates = admin.get(&file).await.text();

    let service = place_again(&site, &first, "hand.example.test").await;
    let operation = operation_of(&site, service).await;
    on(&mut admin, &format!("/admin/operations/{operation}/give"), &[]).await;
    let at_ca = site.world.view(service).await.ca_orders[0].ca_ref.clone();
    let ordered = site.world.simulator.certificates();
    let ordered = ordered.iter().find(|one| one.id.to_string() == at_ca).unwrap();
    site.world.simulator.take_for_proven(ordered.id).unwrap();
    let issued = site
        .world
        .simulator
        .wait_for(ordered.id, |one| one.issued.is_some())
        .await
        .unwrap();
    let leaf = &issued.issued.as_ref().unwrap().leaf;
    let finish = format!("/admin/services/{service}/finish");
    let pem = format!("{intermediates}{leaf}");
    let done = on(&mut admin, &finish, &[("pem", &pem)]).await;
    assert_says(&done, &["The certificate was delivered.", "in use"]);
    assert_says(&admin.get("/admin/tasks").await, &["No open task"]);
    site.remove().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tasks_are_written_by_hand_given_handed_over_and_closed() {
    let site = Site::new().await;
    let mut admin = site.administrator().await;
    let wrong = admin
        .send("/admin/tasks/new", &[("title", ""), ("department", "x")])
        .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_says(
        &wrong,
        &["Please fill this in.", "Please choose one of the list."],
    );

    let department = [("name", "Second line"), ("email", "second@host.example")];
    assert_says(
        &on(&mut admin, "/admin/departments/new", &department).await,
        &["The department was added."],
    );
    let taken = admin.send("/admin/departments/new", &department).await;
    assert_eq!(taken.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_says(&taken, &["Somebody has this already."]);
    let all = site
        .world
        .engine
        .departments()
        .list(&site.world.admin)
        .await
        .unwrap();
    let second = all
        .iter()
        .find(|one| one.department.name == "Second line")
        .unwrap();
    let (second, version) = (
        second.department.id.to_string(),
        second.department.version.to_string(),
    );
    let user = site.world.admin.user().unwrap().to_string();
    let edited = [
        ("name", "Third line"),
        ("version", version.as_str()),
        ("members", user.as_str()),
    ];
    let path = format!("/admin/departments/{second}");
    assert_says(&on(&mut admin, &path, &edited).await, &["Third line"]);
    let stale = admin.send(&path, &edited).await;
    assert_says(&stale, &["Somebody else changed this meanwhile."]);
    assert!(
        admin
            .get(&path)
            .await
            .form(&path)
            .all("members")
            .any(|given| given == user)
    );

    let first = site.world.department.to_string();
    let new = [
        ("title", "Call the client"),
        ("detail", "about <b>"),
        ("department", first.as_str()),
    ];
    let made = on(&mut admin, "/admin/tasks/new", &new).await;
    assert_says(
        &made,
        &["The task was added.", "Call the client", "about &lt;b&gt;"],
    );
    let task = admin.get("/admin/tasks/T-1").await.location().to_owned();
    let given = on(&mut admin, &format!("{task}/give"), &[("performer", &user)]).await;
    assert_says(&given, &["The task changed hands.", "In work"]);
    let moved = on(
        &mut admin,
        &format!("{task}/department"),
        &[("department", &second)],
    )
    .await;
    assert_says(&moved, &["The task went to the other department.", "Third line"]);
    assert_says(
        &admin.get(&format!("/admin/tasks?department={first}")).await,
        &["Nothing matches"],
    );
    assert_says(
        &on(&mut admin, &format!("{task}/cancel"), &[]).await,
        &["Fell away"],
    );
    assert_says(
        &on(&mut admin, &format!("{task}/done"), &[]).await,
        &["The task is closed."],
    );
    assert_says(&admin.get("/admin/tasks?state=").await, &["Call the client"]);
    site.remove().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tasks_of_other_departments_do_not_exist_for_staff() {
    let site = Site::new().await;
    let mut staff = site.staff().await;
    let mut admin = site.administrator().await;
    on(&mut admin, "/admin/departments/new", &[("name", "Second line")]).await;
    let departments = site.world.engine.departments();
    let all = departments.list(&site.world.admin).await.unwrap();
    let second = all
        .iter()
        .find(|one| one.department.name == "Second line")
        .unwrap()
        .department
        .id
        .to_string();
    let first = site.world.department.to_string();
    for (title, department) in [("Secret work", &second), ("Plain work", &first)] {
        let new = [("title", title), ("department", department.as_str())];
        on(&mut admin, "/admin/tasks/new", &new).await;
    }
    let secret = admin.get("/admin/tasks/T-1").await.location().to_owned();
    let id = secret.rsplit('/').next().unwrap().to_owned();
    let list = staff.get("/admin/tasks").await;
    assert_says(&list, &["Plain work"]);
    assert!(!list.main().contains("Secret work"), "{}", list.main());
    assert!(!staff.get("/admin").await.main().contains("Secret work"));
    for path in ["/admin/tasks/T-1", secret.as_str()] {
        assert_eq!(staff.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    for (action, fields) in [
        ("take", vec![]),
        ("give", vec![("performer", "")]),
        ("department", vec![("department", first.as_str())]),
        ("priority", vec![("priority", "low")]),
        ("due", vec![("due", "")]),
        ("comment", vec![("body", "seen")]),
        ("done", vec![]),
        ("cancel", vec![]),
        ("reopen", vec![]),
    ] {
        let answer = staff.send(&format!("{secret}/{action}"), &fields).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{action}");
    }
    let several = [
        ("task", id.as_str()),
        ("do", "done"),
        ("query", "state=unfinished"),
    ];
    assert_says(
        &on(&mut staff, "/admin/tasks/bulk", &several).await,
        &["Changed: 0; left as they were: 1."],
    );
    assert_says(&admin.get(&secret).await, &["Open", "made the task"]);
    // Who hands a task over to another department is not led to a page that is no longer there.
    let plain = staff.get("/admin/tasks/T-2").await.location().to_owned();
    let moved = staff
        .send(&format!("{plain}/department"), &[("department", &second)])
        .await;
    assert_eq!(moved.location(), "/admin/tasks");
    site.remove().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tasks_become_urgent_due_overdue_closed_and_open_again() {
    let site = Site::new().await;
    let mut admin = site.administrator().await;
    let department = site.world.department.to_string();
    let wrong = [
        ("title", "Call"),
        ("department", department.as_str()),
        ("due", "soon"),
        ("service", "S-99"),
    ];
    let wrong = admin.send("/admin/tasks/new", &wrong).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_says(&wrong, &["There is no such service."]);
    let new = [
        ("title", "Call"),
        ("department", department.as_str()),
        ("priority", "low"),
        ("due", "2020-01-02T03:04"),
    ];
    assert_says(
        &on(&mut admin, "/admin/tasks/new", &new).await,
        &["Low", "overdue", "2 Jan 2020"],
    );
    assert_says(
        &admin.get("/admin").await,
        &["1 overdue", "/admin/tasks?due=overdue"],
    );
    assert_says(&admin.get("/admin/tasks?due=overdue").await, &["Call"]);
    let task = admin.get("/admin/tasks/T-1").await.location().to_owned();
    let id = task.rsplit('/').next().unwrap().to_owned();
    assert_says(
        &on(&mut admin, &format!("{task}/due"), &[("due", "")]).await,
        &["The due date was set.", "removed the due date"],
    );
    let wrong = admin
        .send(&format!("{task}/priority"), &[("priority", "now")])
        .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let several = [
        ("task", id.as_str()),
        ("do", "priority:urgent"),
        ("query", "state="),
    ];
    assert_says(
        &on(&mut admin, "/admin/tasks/bulk", &several).await,
        &["Changed: 1; left as they were: 0.", "Urgent"],
    );
    let nothing = admin
        .send("/admin/tasks/bulk", &[("do", "done"), ("query", "//x")])
        .await;
    assert!(
        nothing.location().starts_with("/admin/tasks?"),
        "{}",
        nothing.location()
    );
    on(&mut admin, &format!("{task}/done"), &[]).await;
    assert_says(
        &on(&mut admin, &format!("{task}/reopen"), &[]).await,
        &[
            "The task is open again.",
            "opened it again",
            "from “Low” to “Urgent”",
        ],
    );
    site.remove().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_edited_until_the_ca_has_it() {
    let site = Site::new().await;
    let mut admin = site.administrator().await;
    let module = format!("/admin/modules/{}", site.world.module);
    assert_says(
        &on(&mut admin, &format!("{module}/automatic"), &[("to", "off")]).await,
        &["Operations wait for a person now.", "Manual mode"],
    );
    let plan = site.world.plan("PositiveSSL").await;
    let placed = site
        .world
        .place(TestWorld::order(
            plan,
            &["edit.example.test"],
            ValidationMethod::Dns,
        ))
        .await;
    let view = site
        .world
        .until_it(placed.service, |view| {
            view.operations[0].state == OperationState::Manual
        })
        .await;
    let address = format!("/admin/operations/{}", view.operations[0].id);
    assert_says(
        &admin.get(&address).await,
        &[
            "Automatic work is switched off; a person must start it.",
            "Edit the data",
        ],
    );
    let edit = format!("{address}/edit");
    let shown = admin.get(&edit).await.form(&edit);
    assert_eq!(shown.text("contact.email"), "ada@client.example");
    assert_eq!(shown.text("method.0"), "dns");
    let wrong = shown.with("contact.email", "nobody");
    let pairs: Vec<(&str, &str)> = wrong.pairs().collect();
    let wrong = admin.send(&edit, &pairs).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let right = shown.with("contact.last_name", "Lovelace");
    let pairs: Vec<(&str, &str)> = right.pairs().collect();
    assert_says(
        &on(&mut admin, &edit, &pairs).await,
        &["The data were changed; the operation starts again."],
    );
    site.world.prove(placed.service).await;
    let view = site.world.until(placed.service, ServiceState::Active).await;
    assert_eq!(view.contact.last_name, "Lovelace");
    assert_says(&on(&mut admin, &edit, &[]).await, &["The service has ended."]);
    assert_says(
        &on(&mut admin, &format!("{module}/automatic"), &[("to", "on")]).await,
        &["Operations run by themselves again."],
    );
    site.remove().await;
}
