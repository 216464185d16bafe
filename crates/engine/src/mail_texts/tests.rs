//! Editing mail texts: who may, what is refused, what is kept, the way back, test mails.

use domain::state::Role;
use i18n::Locale;
use notify::{DeliveryError, MailKind, Part, wording::Fault};
use store::audit::AuditFilter;

use super::{PastTo, TextChange, TextError, TextView};
use crate::{
    Actor, Error,
    fixture::{World, in_each_world},
};

const KIND: MailKind = MailKind::Ending;
const RU: Locale = Locale::Ru;

async fn shown(world: &World, admin: &Actor) -> TextView {
    world.engine.mail_texts().show(admin, KIND, RU).await.unwrap()
}

fn change(text: &TextView, subject: &str) -> TextChange {
    let mut wording = text.wording.clone();
    subject.clone_into(&mut wording.subject);
    TextChange {
        kind: text.kind,
        locale: text.locale,
        wording,
        based_on: text.number,
    }
}

#[tokio::test]
async fn a_text_is_changed_with_its_history_and_goes_back_to_the_shipped_one() {
    in_each_world(async |world: World| {
        let admin = world.staff(Role::Administrator).await;
        let texts = world.engine.mail_texts();
        let first = shown(&world, &admin).await;
        assert!(first.changed.is_none() && first.past.is_empty() && first.samples == 4);
        assert!(first.names.iter().any(|name| name.name == "in_days"));
        texts
            .save(&admin, change(&first, "Скоро конец: {{ name }}"))
            .await
            .unwrap();
        let second = shown(&world, &admin).await;
        assert_eq!(second.wording.subject, "Скоро конец: {{ name }}");
        assert_eq!(second.changed.as_ref().unwrap().by, admin.label());
        // Somebody who edited the text of before is told that it changed.
        let late = texts
            .save(&admin, change(&first, "x {{ service }}"))
            .await
            .unwrap_err();
        assert!(matches!(late, TextError::Engine(Error::Conflict)), "{late:?}");
        // The same again is no change.
        texts
            .save(&admin, change(&second, &second.wording.subject))
            .await
            .unwrap();
        assert_eq!(shown(&world, &admin).await.number, 1);

        let lines = texts.list(&admin).await.unwrap();
        assert_eq!(lines.len(), MailKind::ALL.len() * 2);
        let changed: Vec<_> = lines.iter().filter(|line| line.changed.is_some()).collect();
        assert_eq!(changed.len(), 1);
        assert_eq!((changed[0].kind, changed[0].locale), (KIND, RU));

        texts.restore(&admin, KIND, RU, 1).await.unwrap();
        let third = shown(&world, &admin).await;
        assert!(third.changed.is_none());
        assert_eq!(third.wording, third.shipped);
        let to: Vec<PastTo> = third.past.iter().map(|past| past.to).collect();
        assert_eq!(to, [PastTo::Shipped, PastTo::Own]);
        let again = texts.of_before(&admin, KIND, RU, 1).await.unwrap();
        assert_eq!(again.subject, "Скоро конец: {{ name }}");
        assert!(matches!(
            texts.of_before(&admin, KIND, RU, 2).await,
            Err(Error::NotFound)
        ));
        // Saving the shipped wording is the way back too: nothing is kept of it.
        texts
            .save(&admin, change(&third, &third.shipped.subject))
            .await
            .unwrap();
        assert_eq!(shown(&world, &admin).await.number, 2);

        let reader = world.engine.store().reader();
        let entries = store::audit::list(reader, &AuditFilter::default(), &store::Page::first(50))
            .await
            .unwrap();
        let mut actions: Vec<_> = entries
            .rows
            .iter()
            .map(|entry| entry.action.as_str())
            .filter(|action| action.starts_with("mail_text"))
            .collect();
        actions.sort_unstable();
        assert_eq!(actions, ["mail_text.changed", "mail_text.restored"]);
    })
    .await;
}

#[tokio::test]
async fn what_does_not_render_is_refused_with_its_line_and_nothing_is_kept() {
    in_each_world(async |world: World| {
        let admin = world.staff(Role::Administrator).await;
        let texts = world.engine.mail_texts();
        let first = shown(&world, &admin).await;
        let mut bad = change(&first, "{{ name }}");
        bad.wording.text = "раз\n{{ nobody }}\n{{ link }}".into();
        for refused in [
            texts.save(&admin, bad.clone()).await.unwrap_err(),
            texts.preview(&admin, KIND, RU, &bad.wording).await.unwrap_err(),
            texts
                .send_test(&admin, KIND, RU, &bad.wording, 0)
                .await
                .unwrap_err(),
        ] {
            let TextError::Wording(problems) = refused else {
                panic!("{refused:?}")
            };
            assert_eq!(problems.len(), 1);
            assert_eq!(
                (problems[0].part, problems[0].line, problems[0].fault),
                (Part::Text, Some(2), Fault::UnknownName)
            );
            assert!(problems[0].detail.contains("nobody"), "{problems:?}");
        }
        assert_eq!(shown(&world, &admin).await.number, 0);
        assert!(world.mailbox.letters().is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_test_mail_goes_to_whoever_asks_with_the_wording_as_typed() {
    in_each_world(async |world: World| {
        let admin = world.staff(Role::Administrator).await;
        let texts = world.engine.mail_texts();
        let wording = change(&shown(&world, &admin).await, "Проба {{ in_days }}").wording;
        let address = texts.send_test(&admin, KIND, RU, &wording, 1).await.unwrap();
        let letters = world.mailbox.to(&address);
        assert_eq!(letters.len(), 1);
        assert_eq!(letters[0].content.subject, "Проба завтра");
        assert_eq!(shown(&world, &admin).await.number, 0, "nothing is kept");
        world.mailbox.fail_next(DeliveryError::Refused("no such user".into()));
        let refused = texts.send_test(&admin, KIND, RU, &wording, 0).await.unwrap_err();
        assert!(
            matches!(&refused, TextError::Engine(Error::Refused(refusal)) if refusal.code == "mail-not-taken"),
            "{refused:?}"
        );
        let command_line = world.actor(crate::Who::CommandLine);
        let nobody = texts.send_test(&command_line, KIND, RU, &wording, 0).await.unwrap_err();
        assert!(matches!(&nobody, TextError::Engine(Error::Refused(refusal)) if refusal.code == "no-own-address"));
    })
    .await;
}

#[tokio::test]
async fn only_administrators_see_and_change_texts() {
    in_each_world(async |world: World| {
        let account = world.account().await;
        let staff = world.staff(Role::Staff).await;
        let client = world.owner(account.id).await;
        let admin = world.staff(Role::Administrator).await;
        let texts = world.engine.mail_texts();
        let text = shown(&world, &admin).await;
        for actor in [staff, client] {
            let forbidden = |error: &TextError| matches!(error, TextError::Engine(Error::Forbidden));
            assert!(matches!(texts.list(&actor).await, Err(Error::Forbidden)));
            assert!(matches!(
                texts.show(&actor, KIND, RU).await,
                Err(Error::Forbidden)
            ));
            assert!(matches!(
                texts.of_before(&actor, KIND, RU, 1).await,
                Err(Error::Forbidden)
            ));
            assert!(matches!(
                texts.restore(&actor, KIND, RU, 0).await,
                Err(Error::Forbidden)
            ));
            let save = texts.save(&actor, change(&text, "x")).await.unwrap_err();
            let preview = texts.preview(&actor, KIND, RU, &text.wording).await.unwrap_err();
            let tried = texts
                .send_test(&actor, KIND, RU, &text.wording, 0)
                .await
                .unwrap_err();
            assert!(forbidden(&save) && forbidden(&preview) && forbidden(&tried));
        }
    })
    .await;
}
