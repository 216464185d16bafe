//! Whom staff work for and who they are: accounts, credits, users, the audit trail; without script.

use axum::http::StatusCode;
use httpkit::Params;

use crate::browser::{ADMINISTRATOR, Site, assert_says, follow, on, place};

#[tokio::test(flavor = "multi_thread")]
async fn a_large_credit_of_staff_waits_for_a_second_person() {
    let site = Site::new().await;
    let mut staff = site.staff().await;
    let account = format!("/admin/accounts/{}", site.world.account);
    let credit = format!("{account}/credit");
    let wrong = staff.send(&credit, &[("amount", "much")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_says(
        &wrong,
        &["Please enter an amount such as 12.50.", "Please fill this in."],
    );
    let nothing = staff.send(&credit, &[("amount", "0"), ("note", "x")]).await;
    assert_says(&nothing, &["The amount must be above zero."]);
    let small = on(
        &mut staff,
        &credit,
        &[("amount", "100"), ("note", "Transfer 4711")],
    )
    .await;
    assert_says(&small, &["were credited.", "Transfer 4711", "10,100.00"]);
    let large = on(
        &mut staff,
        &credit,
        &[("amount", "2 000,50"), ("note", "Transfer 4712")],
    )
    .await;
    assert_says(&large, &["waits for a second person", "10,100.00"]);
    assert_says(
        &staff.get("/admin/credits").await,
        &["Transfer 4712", "waits for a second person"],
    );

    let request = site
        .world
        .engine
        .money()
        .credit_requests(&site.world.admin)
        .await
        .unwrap()[0]
        .id;
    let approve = format!("/admin/credits/{request}/approve");
    assert_says(
        &on(&mut staff, &approve, &[]).await,
        &["A second person must decide this."],
    );
    let task = staff.get("/admin/tasks/T-1").await.location().to_owned();
    assert_says(&staff.get(&task).await, &["Decide the credit"]);
    let mut admin = site.administrator().await;
    assert_says(&admin.get("/admin/credits").await, &["Stefan Staff", "Approve"]);
    assert_says(
        &on(&mut admin, &approve, &[]).await,
        &["The credit was approved.", "No credit waits"],
    );
    assert_says(
        &on(&mut admin, &approve, &[]).await,
        &["Somebody has decided already."],
    );
    assert_says(&admin.get(&account).await, &["12,100.50"]);
    assert_says(
        &admin.get(&format!("{account}/statement")).await,
        &["Transfer 4711", "Transfer 4712"],
    );
    let documents = admin.get(&format!("{account}/documents?kind=receipt")).await;
    assert_says(&documents, &["R-1", "R-3"]);
    let (_, rest) = documents
        .text()
        .split_once("/admin/documents/")
        .map(|(a, b)| (a.to_owned(), b.to_owned()))
        .unwrap();
    let document = format!("/admin/documents/{}", rest.split_once('"').unwrap().0);
    assert_says(&admin.get(&document).await, &["Receipt", "Transfer 4712"]);
    site.remove().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credit_that_is_sent_twice_is_booked_once() {
    let site = Site::new().await;
    let mut admin = site.administrator().await;
    let account = format!("/admin/accounts/{}", site.world.account);
    let credit = format!("{account}/credit");
    let form = admin.get(&account).await.form(&credit);
    let form = form.with("amount", "100").with("note", "Transfer 4711");
    for _ in 0..2 {
        let answer = admin.send_form(&credit, &form).await;
        let page = follow(&mut admin, answer).await;
        assert_says(&page, &["were credited.", "10,100.00"]);
    }
    let other = admin.send_form(&credit, &form.with("amount", "90")).await;
    assert_says(&other, &["This form was sent before", "100.00", "10,100.00"]);
    let answer = admin.send_form(&credit, &other.form(&credit)).await;
    assert_says(&follow(&mut admin, answer).await, &["10,190.00"]);
    site.remove().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_and_their_users_are_made_changed_and_stopped() {
    let site = Site::new().await;
    let mut admin = site.administrator().await;
    let wrong = admin
        .send(
            "/admin/accounts/new",
            &[("name", "New Ltd"), ("country", "Spain")],
        )
        .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_says(&wrong, &["Please fill this in.", "This is too long."]);
    assert_eq!(wrong.form("/admin/accounts/new").text("name"), "New Ltd");
    let new = [
        ("name", "New Ltd"),
        ("country", "es"),
        ("kind", "company"),
        ("currency", "USD"),
        ("language", "ru"),
    ];
    assert_says(
        &on(&mut admin, "/admin/accounts/new", &new).await,
        &["The account was added.", "USD", "ES"],
    );
    let found = admin.get("/admin/accounts?q=new%20ltd").await;
    assert_says(&found, &["New Ltd", "1 account"]);
    let (_, rest) = found
        .main()
        .split_once("/admin/accounts/acc_")
        .map(|(a, b)| (a.to_owned(), b.to_owned()))
        .unwrap();
    let account = format!("/admin/accounts/acc_{}", rest.split_once('"').unwrap().0);

    let edit = format!("{account}/edit");
    let page = admin.get(&edit).await;
    let changed: Params = page
        .form(&edit)
        .with("credit_limit", "250")
        .with("note", "pays late");
    let saved = admin.send_form(&edit, &changed).await;
    assert_says(&follow(&mut admin, saved).await, &["250.00", "pays late"]);
    let stale = admin.send_form(&edit, &changed).await;
    assert_says(&stale, &["Somebody else changed this meanwhile."]);

    let add = format!("{account}/users/new");
    let member = [
        ("name", "Nora New"),
        ("email", "nora@new.example"),
        ("role", "owner"),
        ("language", "en"),
    ];
    assert_says(
        &admin.send(&add, &[("email", "nora")]).await,
        &["This is not a mail address."],
    );
    let added = on(&mut admin, &add, &member).await;
    assert_says(
        &added,
        &[
            "A mail with a link goes to nora@new.example.",
            "Nora New",
            "Owner",
        ],
    );
    assert_says(&admin.send(&add, &member).await, &["Somebody has this already."]);
    let (_, rest) = added
        .main()
        .split_once("/members/")
        .map(|(a, b)| (a.to_owned(), b.to_owned()))
        .unwrap();
    let remove = format!("{account}/members/{}", rest.split_once('"').unwrap().0);
    assert_says(
        &on(&mut admin, &remove, &[]).await,
        &["An account keeps its last owner."],
    );

    site.remove().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_is_locked_and_let_in_again_and_gets_a_password_from_an_administrator() {
    let site = Site::new().await;
    let mut admin = site.administrator().await;
    let add = format!("/admin/accounts/{}/users/new", site.world.account);
    let member = [
        ("name", "Nora New"),
        ("email", "nora@new.example"),
        ("role", "member"),
        ("language", "en"),
    ];
    on(&mut admin, &add, &member).await;
    let users = site.world.engine.users();
    let nora = users
        .find_by_email(&site.world.admin, "nora@new.example")
        .await
        .unwrap()
        .id;
    let user = format!("/admin/users/{nora}");
    assert_says(&admin.get(&user).await, &["Client One", "nora@new.example"]);
    assert_says(
        &on(&mut admin, &format!("{user}/switch"), &[("active", "off")]).await,
        &["The user is locked."],
    );
    assert_says(
        &on(&mut admin, &format!("{user}/switch"), &[("active", "on")]).await,
        &["can sign in again"],
    );
    let short = admin
        .send(&format!("{user}/password"), &[("password", "short")])
        .await;
    assert_eq!(short.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_says(&short, &["At least 8 characters."]);
    let set = [("password", "a new long password")];
    assert_says(
        &on(&mut admin, &format!("{user}/password"), &set).await,
        &["The password is set."],
    );
    let mut nora = site.browser();
    let signed = [("email", "nora@new.example"), ("password", "a new long password")];
    assert_eq!(nora.send("/sign-in", &signed).await.location(), "/");
    assert_says(&admin.get("/admin/users?of=staff").await, &[ADMINISTRATOR]);
    assert!(!admin.get("/admin/users?of=staff").await.main().contains("nora@"));
    site.remove().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_are_added_by_administrators_and_who_lost_the_second_factor_sets_up_another() {
    let site = Site::new().await;
    let mut staff = site.staff().await;
    let mut admin = site.administrator().await;
    let new = [
        ("name", "Ines"),
        ("email", "ines@host.example"),
        ("role", "staff"),
        ("language", "en"),
    ];
    assert_says(
        &on(&mut admin, "/admin/users/new", &new).await,
        &["Ines", "A mail with a link goes to ines@host.example."],
    );
    assert_eq!(
        staff.send("/admin/users/new", &new).await.status,
        StatusCode::FORBIDDEN
    );
    let users = site.world.engine.users();
    let stefan = users
        .find_by_email(&site.world.admin, crate::browser::STAFF)
        .await
        .unwrap()
        .id;
    let page = format!("/admin/users/{stefan}");
    assert_says(&admin.get(&page).await, &["Remove the second factor"]);
    assert!(!staff.get(&page).await.main().contains("Remove the second factor"));
    assert_says(
        &on(&mut admin, &format!("{page}/second-factor"), &[]).await,
        &["The second factor was removed."],
    );
    assert_eq!(
        staff.get("/admin/tasks").await.location(),
        "/sign-in?next=%2Fadmin%2Ftasks"
    );
    let own = format!("/admin/users/{}", site.world.admin.user().unwrap());
    assert_says(
        &on(&mut admin, &format!("{own}/switch"), &[("active", "off")]).await,
        &["You cannot do this to yourself."],
    );
    site.remove().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_act_for_a_client_and_every_page_says_so() {
    let site = Site::new().await;
    let service = place(&site, "theirs.example.test").await;
    let mut staff = site.staff().await;
    assert_eq!(staff.get("/order").await.status, StatusCode::NOT_FOUND);
    let account = format!("/admin/accounts/{}", site.world.account);
    let acting = on(&mut staff, &format!("{account}/act"), &[]).await;
    assert_says(&acting, &["You act for a client.", "theirs.example.test"]);
    assert_says(
        &staff.get("/order").await,
        &["PositiveSSL", "You act for a client."],
    );
    assert_says(&staff.get(&format!("/services/{service}")).await, &["CNAME"]);
    let back = on(&mut staff, "/admin/act/end", &[]).await;
    assert_says(&back, &["You act for yourself again.", "Credit the account"]);
    assert_eq!(staff.get("/order").await.status, StatusCode::NOT_FOUND);
    site.remove().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_audit_trail_is_searched_by_what_people_call_things_and_its_chain_is_verified() {
    let site = Site::new().await;
    let service = place(&site, "audit.example.test").await;
    let mut admin = site.administrator().await;
    on(
        &mut admin,
        &format!("/admin/services/{service}/prolong"),
        &[("prolong", "on")],
    )
    .await;
    let of_service = admin.get("/admin/audit?subject=s-1").await;
    assert_says(&of_service, &["service.prolong_set", &service.to_string()]);
    assert!(!of_service.main().contains("user.added"));
    let by_admin = format!("/admin/audit?who={ADMINISTRATOR}&action=service.prolong_set");
    assert_says(&admin.get(&by_admin).await, &["service.prolong_set"]);
    for none in [
        "who=nobody@host.example",
        "action=nothing",
        "account=A-99",
        "subject=T-99",
    ] {
        assert_says(
            &admin.get(&format!("/admin/audit?{none}")).await,
            &["Nothing matches"],
        );
    }
    assert_says(&admin.get("/admin/audit?verify=yes").await, &["The chain holds"]);
    site.remove().await;
}
