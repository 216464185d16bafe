//! Waits between tries, thresholds, and a seller's own wording that does not fit a mail.

use i18n::Locale;
use notify::{
    Link, Mail, MailKind,
    mail::{Ending, EndingBecause, OrderPlaced},
};
use store::{mail_text::MailText, notice::NoticeState};

use super::{NewNotice, back_off, enqueue, reminders};
use crate::{
    fixture::{World, in_each_world},
    mail_texts::TextChange,
};

#[test]
fn waits_double_up_to_eight_hours() {
    let minutes: Vec<i64> = (1..=11).map(|attempt| back_off(attempt).as_secs() / 60).collect();
    assert_eq!(minutes, [1, 2, 4, 8, 16, 32, 64, 128, 256, 480, 480]);
}

#[test]
fn the_nearest_threshold_is_the_one_that_was_reached_last() {
    for (left, threshold) in [
        (31, None),
        (30, Some(30)),
        (15, Some(30)),
        (14, Some(14)),
        (5, Some(7)),
        (3, Some(3)),
        (2, Some(3)),
        (1, Some(1)),
        (0, Some(1)),
        (-1, None),
    ] {
        assert_eq!(reminders::nearest(left), threshold, "{left}");
    }
}

fn placed() -> Mail {
    let Some(Mail::OrderPlaced(mail)) = Mail::samples()
        .into_iter()
        .find(|mail| mail.kind() == MailKind::OrderPlaced)
    else {
        panic!("a sample")
    };
    Mail::OrderPlaced(OrderPlaced {
        link: Link::parse("https://panel.example/services/1").unwrap(),
        ..mail
    })
}

async fn written(world: &World, key: &str, mail: Mail) {
    let tx = world.engine.store().begin().await.unwrap();
    let new = NewNotice {
        seller: world.seller,
        recipient: "ann@example.test".into(),
        language: "en".into(),
        dedup_key: key.into(),
        account: None,
        service: None,
        certificate: None,
        mail,
    };
    assert!(enqueue(&world.engine, &tx, new).await.unwrap());
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_changed_text_is_used_and_one_that_does_not_fit_is_told_of_while_the_shipped_one_goes() {
    in_each_world(async |world: World| {
        let admin = world.staff(domain::state::Role::Administrator).await;
        let texts = world.engine.mail_texts();
        let before = texts
            .show(&admin, MailKind::OrderPlaced, Locale::En)
            .await
            .unwrap();
        let mut wording = before.wording.clone();
        wording.subject = "Thank you for {{ service }}".into();
        let change = TextChange {
            kind: MailKind::OrderPlaced,
            locale: Locale::En,
            wording: wording.clone(),
            based_on: 0,
        };
        texts.save(&admin, change).await.unwrap();
        written(&world, "one", placed()).await;
        let notices = world.engine.notices();
        assert_eq!(notices.deliver_due().await.unwrap(), 1);
        assert_eq!(world.mailbox.letters()[0].content.subject, "Thank you for S-1042");

        // A wording that an older version let through: its name is gone.
        let tx = world.engine.store().begin().await.unwrap();
        let text = MailText {
            id: uuid::Uuid::from_u128(7),
            seller_id: world.seller,
            kind: MailKind::OrderPlaced.word().into(),
            language: "en".into(),
            number: 2,
            subject: Some("{{ gone }}".into()),
            body: Some(wording.text.clone()),
            html: Some(wording.html.clone()),
            changed_by: "command line".into(),
            changed_at: world.engine.now(),
            failed_at: None,
            failure: None,
        };
        store::mail_text::insert(&tx, &text).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(notices.outbox(&admin).await.unwrap().failing_texts, 0);
        for key in ["two", "three"] {
            written(&world, key, placed()).await;
        }
        assert_eq!(notices.deliver_due().await.unwrap(), 2);
        assert!(
            world.mailbox.letters()[1]
                .content
                .subject
                .starts_with("Order S-1042 is placed")
        );
        assert_eq!(notices.outbox(&admin).await.unwrap().failing_texts, 1);
        let shown = texts
            .show(&admin, MailKind::OrderPlaced, Locale::En)
            .await
            .unwrap();
        let (_, why) = shown.changed.unwrap().failure.unwrap();
        assert!(why.contains("order_placed.subject:1"), "{why}");
        texts
            .restore(&admin, MailKind::OrderPlaced, Locale::En, 2)
            .await
            .unwrap();
        assert_eq!(notices.outbox(&admin).await.unwrap().failing_texts, 0);
    })
    .await;
}

#[tokio::test]
async fn a_notice_about_a_service_that_is_gone_is_not_sent() {
    in_each_world(async |world: World| {
        let tx = world.engine.store().begin().await.unwrap();
        let mail = Mail::Ending(Ending {
            why: EndingBecause::TermEnds,
            ..Ending::sample()
        });
        let new = NewNotice {
            seller: world.seller,
            recipient: "ann@example.test".into(),
            language: "en".into(),
            dedup_key: "gone".into(),
            account: None,
            service: Some(world.engine.new_id()),
            certificate: Some(world.engine.new_id()),
            mail,
        };
        enqueue(&world.engine, &tx, new).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(world.engine.notices().deliver_due().await.unwrap(), 0);
        let reader = world.engine.store().reader();
        let notice = store::notice::newest(reader, 1).await.unwrap().remove(0);
        assert_eq!(notice.state, NoticeState::Overtaken);
        assert!(world.mailbox.letters().is_empty());
    })
    .await;
}
