//! People, tried on both databases.

use domain::{
    Currency,
    id::{AccountId, UserId},
    state::Role,
};
use jiff::SignedDuration;
use notify::DeliveryError;
use seal::{ExposeSecret as _, SecretString};
use store::{
    Page,
    account::{AccountFilter, AccountKind, AccountState},
    notice::NoticeState,
    session::SessionStage,
    user::{UserFilter, UserState},
};
use totp_rs::{Builder, Secret};

use super::{
    account::AccountChange, registration::NewClient, session::Visitor, setup::NewAdministrator, user::NewUser,
};
use crate::{
    Actor, Error, RequestId, Who,
    fixture::{World, eur, in_each_world},
};

const PASSWORD: &str = "correct horse battery";

fn secret(text: &str) -> SecretString {
    SecretString::from(text.to_owned())
}

fn code(outcome: crate::Result<impl std::fmt::Debug>) -> &'static str {
    match outcome {
        Err(Error::Refused(refusal)) => refusal.code,
        other => panic!("not refused: {other:?}"),
    }
}

fn client(email: &str) -> NewClient {
    NewClient {
        email: email.into(),
        name: "Ann".into(),
        account_name: "Ann's shop".into(),
        kind: AccountKind::Company,
        country: "NL".into(),
        currency: Currency::EUR,
        password: secret(PASSWORD),
        language: "en".into(),
    }
}

impl World {
    fn guest(&self) -> Actor {
        Actor {
            address: Some("192.0.2.1".parse().unwrap()),
            is_confirmed: false,
            ..self.actor(Who::Guest)
        }
    }

    async fn enter(&self, email: &str, password: &str) -> crate::Result<super::sign_in::Challenge> {
        self.engine
            .sign_in()
            .password(&self.guest(), email, secret(password), "browser")
            .await
    }

    async fn visitor(&self, token: &SecretString) -> Option<Visitor> {
        self.engine.sessions().resolve(token).await.unwrap()
    }

    /// Delivers what waits and follows the link in the newest mail to an address.
    async fn link(&self, email: &str, path: &str) -> SecretString {
        self.engine.notices().deliver_due().await.unwrap();
        let letter = self.mailbox.to(email).pop().expect("a mail came");
        let start = letter
            .content
            .text
            .find(&format!("/{path}/"))
            .expect("a link is in it")
            + path.len()
            + 2;
        let token: String = letter.content.text[start..]
            .chars()
            .take_while(|c| !c.is_whitespace())
            .collect();
        secret(&token)
    }

    /// A client who registered and confirmed.
    async fn registered(&self, email: &str) -> (UserId, AccountId) {
        let area = self.engine.registration();
        area.register(&self.guest(), client(email)).await.unwrap();
        area.confirm_address(&self.guest(), &self.link(email, "confirm").await)
            .await
            .unwrap();
        let entered = self.enter(email, PASSWORD).await.unwrap();
        let visitor = self.visitor(&entered.token).await.unwrap();
        (visitor.user, visitor.account.unwrap())
    }

    /// The code that an app with this secret shows so many seconds from now.
    fn app_code(&self, base32: &SecretString, ahead: i64) -> String {
        let secret = Secret::try_from_base32(base32.expose_secret()).unwrap();
        let app = Builder::new().with_secret(secret).build().unwrap();
        let at = self.engine.clock().machine_now().as_second() + ahead;
        app.generate(u64::try_from(at).unwrap()).to_string()
    }
}

#[tokio::test]
async fn the_first_administrator_comes_by_the_printed_token_and_with_a_second_factor() {
    in_each_world(async |world: World| {
        let (setup, sign_in, guest) = (world.engine.setup(), world.engine.sign_in(), world.guest());
        let new = |password: &str| NewAdministrator {
            email: "Root@Example.test".into(),
            name: "Root".into(),
            password: secret(password),
            language: "en".into(),
        };
        assert!(setup.is_needed().await.unwrap());
        let old = setup.new_token().await.unwrap().unwrap();
        let token = setup.new_token().await.unwrap().unwrap();
        assert!(!setup.accepts(&old).await.unwrap() && setup.accepts(&token).await.unwrap());
        assert_eq!(
            code(setup.begin(&guest, &old, new(PASSWORD), "b").await),
            "set-up-link-over"
        );
        let weak = setup.begin(&guest, &token, new("password"), "b").await;
        assert!(matches!(weak, Err(Error::Invalid(_))));
        let half = setup.begin(&guest, &token, new(PASSWORD), "b").await.unwrap();
        assert_eq!(half.stage, SessionStage::NeedsEnrolment);
        assert_eq!(
            code(setup.begin(&guest, &token, new(PASSWORD), "b").await),
            "set-up-link-over"
        );
        assert!(setup.new_token().await.unwrap().is_none());

        let request = RequestId(uuid::Uuid::nil());
        let guest_still = world.visitor(&half.token).await.unwrap().actor(request, None);
        assert_eq!(guest_still.who, Who::Guest, "half signed in is not signed in");
        let app = sign_in.enrolment(&half.token).await.unwrap();
        assert!(app.url.expose_secret().starts_with("otpauth://totp/"));
        assert_eq!(
            code(sign_in.enrol(&guest, &half.token, "000000x", "b").await),
            "wrong-code"
        );
        let first = world.app_code(&app.secret, 0);
        let (full, recovery) = sign_in.enrol(&guest, &half.token, &first, "b").await.unwrap();
        assert!(
            world.visitor(&half.token).await.is_none(),
            "the half session ended"
        );
        let visitor = world.visitor(&full.token).await.unwrap();
        let admin = visitor.actor(request, None);
        assert!(
            matches!(
                admin.who,
                Who::Staff {
                    role: Role::Administrator,
                    ..
                }
            ) && admin.is_confirmed
        );

        let next = || async { world.enter("root@example.TEST", PASSWORD).await.unwrap() };
        let half = next().await;
        assert_eq!(half.stage, SessionStage::NeedsTotp);
        assert_eq!(
            code(sign_in.code(&guest, &half.token, &first, "b").await),
            "wrong-code",
            "a code works once"
        );
        let second = world.app_code(&app.secret, 30);
        sign_in.code(&guest, &half.token, &second, "b").await.unwrap();
        let half = next().await;
        let by_recovery = recovery[0].expose_secret().to_uppercase();
        sign_in
            .code(&guest, &half.token, &by_recovery, "b")
            .await
            .unwrap();
        let half = next().await;
        assert_eq!(
            code(sign_in.code(&guest, &half.token, &by_recovery, "b").await),
            "wrong-code"
        );
        assert!(matches!(
            sign_in.code(&guest, &full.token, &second, "b").await,
            Err(Error::SignInRequired)
        ));
    })
    .await;
}

#[tokio::test]
async fn nobody_learns_whether_an_address_is_known_and_guessing_ends() {
    in_each_world(async |world: World| {
        world.registered("ann@example.test").await;
        let outcomes = [
            world.enter("ann@example.test", "wrong password").await,
            world.enter("nobody@example.test", "wrong password").await,
        ];
        for outcome in outcomes {
            assert_eq!(code(outcome), "wrong-credentials");
        }
        for _ in 0..9 {
            assert_eq!(
                code(world.enter("ANN@example.test", "wrong password").await),
                "wrong-credentials"
            );
        }
        let closed = world.enter("ann@example.test", PASSWORD).await;
        let Err(Error::TooManyTries { retry_after_seconds }) = closed else {
            panic!("{closed:?}")
        };
        assert!((1..=900).contains(&retry_after_seconds), "{retry_after_seconds}");
        assert_eq!(
            code(world.enter("other@example.test", "wrong password").await),
            "wrong-credentials"
        );
        let area = world.engine.registration();
        for _ in 0..5 {
            area.ask_reset(&world.guest(), "nobody@example.test")
                .await
                .unwrap();
        }
        let flooding = area.ask_reset(&world.guest(), "nobody@example.test").await;
        assert!(matches!(flooding, Err(Error::TooManyTries { .. })));
    })
    .await;
}

#[tokio::test]
async fn one_address_that_tries_many_names_is_closed() {
    in_each_world(async |world: World| {
        let area = world.engine.registration();
        for number in 0..50 {
            area.ask_reset(&world.guest(), &format!("nobody{number}@example.test"))
                .await
                .unwrap();
        }
        assert!(matches!(
            world.enter("ann@example.test", PASSWORD).await,
            Err(Error::TooManyTries { .. })
        ));
        let elsewhere = Actor {
            address: Some("192.0.2.9".parse().unwrap()),
            ..world.guest()
        };
        let outcome = world
            .engine
            .sign_in()
            .password(&elsewhere, "ann@example.test", secret("x"), "b")
            .await;
        assert_eq!(code(outcome), "wrong-credentials");
    })
    .await;
}

#[tokio::test]
async fn registering_twice_tells_nothing_and_a_reset_ends_every_session() {
    in_each_world(async |world: World| {
        let (area, guest) = (world.engine.registration(), world.guest());
        let bad = NewClient {
            email: "ann".into(),
            country: "nl".into(),
            ..client("x")
        };
        let Err(Error::Invalid(problems)) = area.register(&guest, bad).await else {
            panic!("taken")
        };
        assert_eq!(
            problems.iter().map(|one| one.field.as_str()).collect::<Vec<_>>(),
            ["email", "country"]
        );
        area.register(&guest, client("ann@example.test")).await.unwrap();
        assert_eq!(
            code(world.enter("ann@example.test", PASSWORD).await),
            "wrong-credentials",
            "not confirmed"
        );
        let confirm = world.link("ann@example.test", "confirm").await;
        area.confirm_address(&guest, &confirm).await.unwrap();
        assert_eq!(code(area.confirm_address(&guest, &confirm).await), "link-over");
        let session = world.enter("ann@example.test", PASSWORD).await.unwrap();

        area.register(&guest, client("ANN@example.test")).await.unwrap();
        let reader = world.engine.store().reader();
        let accounts = store::account::list(reader, &AccountFilter::default(), &Page::first(9))
            .await
            .unwrap();
        assert_eq!(accounts.total, Some(1));
        let reset = world.link("ann@example.test", "reset").await;
        let weak = area.reset(&guest, &reset, secret("12345678")).await;
        assert!(
            matches!(weak, Err(Error::Invalid(_))),
            "a weak password does not use the link up"
        );
        area.reset(&guest, &reset, secret("another horse battery"))
            .await
            .unwrap();
        assert_eq!(
            code(area.reset(&guest, &reset, secret("a third horse")).await),
            "link-over"
        );
        assert!(world.visitor(&session.token).await.is_none());
        assert_eq!(
            code(world.enter("ann@example.test", PASSWORD).await),
            "wrong-credentials"
        );
        world
            .enter("ann@example.test", "another horse battery")
            .await
            .unwrap();

        let admin = world.staff(Role::Administrator).await;
        world
            .engine
            .settings()
            .set(&admin, "registration_open", false.into())
            .await
            .unwrap();
        assert_eq!(
            code(area.register(&guest, client("bob@example.test")).await),
            "registration-closed"
        );
    })
    .await;
}

#[tokio::test]
async fn a_session_ends_when_idle_when_old_and_when_its_owner_says_so() {
    in_each_world(async |world: World| {
        let (user, account) = world.registered("ann@example.test").await;
        let now = world.engine.clock().machine_now();
        let age = async |token: &SecretString, seen: SignedDuration, left: SignedDuration| {
            let tx = world.engine.store().begin().await.unwrap();
            let hash = super::session::hash(token);
            let mut session = store::session::find_by_token(&tx, &hash).await.unwrap().unwrap();
            session.seen_at = now - seen;
            session.expires_at = now + left;
            session.confirmed_at = Some(now - seen);
            store::session::update(&tx, &session).await.unwrap();
            tx.commit().await.unwrap();
        };
        let hour = SignedDuration::from_hours(1);
        let token = world.enter("ann@example.test", PASSWORD).await.unwrap().token;
        age(&token, hour, hour).await;
        let visitor = world.visitor(&token).await.unwrap();
        assert!(!visitor.is_confirmed, "the password was given an hour ago");
        age(&token, hour * 3, hour).await;
        assert!(world.visitor(&token).await.is_none(), "idle");
        age(&token, hour, -hour).await;
        assert!(world.visitor(&token).await.is_none(), "too old");

        let mine = world.actor(Who::Member {
            user,
            account,
            role: Role::Owner,
        });
        let (one, two) = (
            world.enter("ann@example.test", PASSWORD).await.unwrap().token,
            world.enter("ann@example.test", PASSWORD).await.unwrap().token,
        );
        let sessions = world.engine.sessions();
        let second = world.visitor(&two).await.unwrap().session;
        assert!(
            sessions
                .list(&mine)
                .await
                .unwrap()
                .iter()
                .any(|line| line.id == second)
        );
        let stranger = world.owner(world.account().await.id).await;
        assert!(matches!(
            sessions.end(&stranger, second).await,
            Err(Error::NotFound)
        ));
        sessions.end(&mine, second).await.unwrap();
        assert!(world.visitor(&two).await.is_none() && world.visitor(&one).await.is_some());
        let here = world.visitor(&one).await.unwrap().session;
        let users = world.engine.users();
        let wrong = users
            .change_password(&mine, here, secret("wrong"), secret("a new horse battery"))
            .await;
        assert_eq!(code(wrong), "wrong-credentials");
        let three = world.enter("ann@example.test", PASSWORD).await.unwrap().token;
        users
            .change_password(&mine, here, secret(PASSWORD), secret("a new horse battery"))
            .await
            .unwrap();
        assert!(world.visitor(&one).await.is_some() && world.visitor(&three).await.is_none());
        sessions.sign_out(&one).await.unwrap();
        assert!(world.visitor(&one).await.is_none());
    })
    .await;
}

#[tokio::test]
async fn whoever_is_switched_off_or_taken_out_is_out_at_once() {
    in_each_world(async |world: World| {
        let admin = world.staff(Role::Administrator).await;
        let (ann, account) = world.registered("ann@example.test").await;
        let owner = world.actor(Who::Member {
            user: ann,
            account,
            role: Role::Owner,
        });
        let users = world.engine.users();
        let bob = NewUser {
            email: "bob@example.test".into(),
            name: "Bob".into(),
            password: Some(secret(PASSWORD)),
            language: "en".into(),
        };
        users
            .add_member(&owner, account, bob.clone(), Role::Member)
            .await
            .unwrap();
        assert!(matches!(
            users
                .add_member(&owner, account, bob.clone(), Role::Administrator)
                .await,
            Err(Error::Invalid(_))
        ));
        let token = world.enter("bob@example.test", PASSWORD).await.unwrap().token;
        assert_eq!(
            world.visitor(&token).await.unwrap().account_role,
            Some(Role::Member)
        );
        let members = world.engine.accounts().members(&owner, account).await.unwrap();
        let of = |name: &str| {
            members
                .iter()
                .find(|(_, user)| user.name == name)
                .unwrap()
                .0
                .clone()
        };
        assert_eq!(
            code(users.remove_member(&owner, account, of("Ann").id).await),
            "last-owner"
        );
        users.remove_member(&owner, account, of("Bob").id).await.unwrap();
        assert!(world.visitor(&token).await.is_none());
        let token = world.enter("ann@example.test", PASSWORD).await.unwrap().token;
        users.switch(&admin, ann, UserState::Disabled).await.unwrap();
        assert!(world.visitor(&token).await.is_none());
        assert_eq!(
            code(world.enter("ann@example.test", PASSWORD).await),
            "wrong-credentials"
        );
        assert_eq!(
            code(
                users
                    .switch(&admin, admin.user().unwrap(), UserState::Disabled)
                    .await
            ),
            "not-yourself"
        );
    })
    .await;
}

#[expect(clippy::too_many_lines, reason = "one row per use case")]
#[tokio::test]
async fn people_of_another_account_are_not_there_and_staff_work_is_not_for_clients() {
    in_each_world(async |world: World| {
        let admin = world.staff(Role::Administrator).await;
        let staff = world.staff(Role::Staff).await;
        let (mine, foreign) = (world.account().await, world.account().await);
        let owner = world.owner(mine.id).await;
        let stranger = world.owner(foreign.id).await;
        let (users, accounts, page) = (world.engine.users(), world.engine.accounts(), Page::first(5));
        let new = || NewUser {
            email: "eve@example.test".into(),
            name: "Eve".into(),
            password: None,
            language: "en".into(),
        };
        let membership = accounts.members(&stranger, foreign.id).await.unwrap()[0].0.id;
        let not_there: Vec<(&str, crate::Result<()>)> = vec![
            ("account", accounts.show(&owner, foreign.id).await.map(drop)),
            (
                "its number",
                accounts.find_by_number(&owner, foreign.number).await.map(drop),
            ),
            (
                "its members",
                accounts.members(&owner, foreign.id).await.map(drop),
            ),
            (
                "its user",
                users.show(&owner, stranger.user().unwrap()).await.map(drop),
            ),
            (
                "adding",
                users
                    .add_member(&owner, foreign.id, new(), Role::Member)
                    .await
                    .map(drop),
            ),
            (
                "removing",
                users.remove_member(&owner, foreign.id, membership).await,
            ),
            (
                "removing by mistaken account",
                users.remove_member(&owner, mine.id, membership).await,
            ),
        ];
        for (what, outcome) in not_there {
            assert!(matches!(outcome, Err(Error::NotFound)), "{what}: {outcome:?}");
        }
        let change = AccountChange {
            name: "Mine".into(),
            country: "NL".into(),
            tax_number: String::new(),
            language: "en".into(),
            credit_limit: eur(100_000),
            note: String::new(),
            state: AccountState::Active,
            version: mine.version,
        };
        let forbidden: Vec<(&str, crate::Result<()>)> = vec![
            (
                "users",
                users.list(&owner, UserFilter::default(), &page).await.map(drop),
            ),
            (
                "accounts",
                accounts
                    .list(&owner, AccountFilter::default(), &page)
                    .await
                    .map(drop),
            ),
            (
                "own credit limit",
                accounts.change(&owner, mine.id, change.clone()).await,
            ),
            (
                "staff",
                users.add_staff(&staff, new(), Role::Staff).await.map(drop),
            ),
            (
                "a password",
                users
                    .set_password(&staff, owner.user().unwrap(), secret(PASSWORD))
                    .await,
            ),
            (
                "a colleague",
                users
                    .switch(&staff, admin.user().unwrap(), UserState::Disabled)
                    .await,
            ),
        ];
        for (what, outcome) in forbidden {
            assert!(matches!(outcome, Err(Error::Forbidden)), "{what}: {outcome:?}");
        }
        let unconfirmed = Actor {
            is_confirmed: false,
            ..admin.clone()
        };
        assert!(matches!(
            accounts.change(&unconfirmed, mine.id, change.clone()).await,
            Err(Error::ConfirmationRequired)
        ));
        accounts.change(&admin, mine.id, change.clone()).await.unwrap();
        assert!(matches!(
            accounts.change(&admin, mine.id, change).await,
            Err(Error::Conflict)
        ));
    })
    .await;
}

#[tokio::test]
async fn a_mail_is_tried_again_later_and_given_up_when_it_is_refused_and_its_link_is_kept_sealed() {
    in_each_world(async |world: World| {
        let area = world.engine.registration();
        world.mailbox.fail_next(DeliveryError::Later("busy".into()));
        area.register(&world.guest(), client("ann@example.test"))
            .await
            .unwrap();
        let notices = world.engine.notices();
        assert_eq!(notices.deliver_due().await.unwrap(), 0);
        assert_eq!(
            notices.deliver_due().await.unwrap(),
            0,
            "not before the back-off is over"
        );
        let reader = world.engine.store().reader();
        let waiting = store::notice::newest(reader, 1).await.unwrap().remove(0);
        assert_eq!((waiting.state, waiting.attempts), (NoticeState::Waiting, 1));
        assert!(waiting.data.0.is_null() && waiting.sealed_data.is_some());

        world
            .mailbox
            .fail_next(DeliveryError::Refused("no such user".into()));
        area.register(&world.guest(), client("bob@example.test"))
            .await
            .unwrap();
        assert_eq!(notices.deliver_due().await.unwrap(), 0);
        let refused = store::notice::newest(reader, 1).await.unwrap().remove(0);
        assert_eq!(refused.state, NoticeState::Failed);
        let admin = world.staff(Role::Administrator).await;
        assert_eq!(notices.retry_failed(&admin).await.unwrap(), 1);
        assert_eq!(notices.deliver_due().await.unwrap(), 1);
        let sent = store::notice::newest(reader, 1).await.unwrap().remove(0);
        assert_eq!(
            (sent.state, sent.sealed_data),
            (NoticeState::Sent, None),
            "the link is forgotten once it is sent"
        );
    })
    .await;
}
