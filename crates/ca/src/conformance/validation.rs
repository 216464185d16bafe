//! Domain control: what to show, mails, changes.

use domain::product::{ProductKind, ValidationLevel, ValidationMethod};

use super::{
    applicant::{Applicant, domain_name, failed, order_of},
    world::{At, Times, Trouble, World},
};
use crate::{Capability, Class, NameValidation, Proof, Validation, ValidationChoice, ValidationState};

/// Every declared method is taken, and the CA's record of it says what is to be shown.
pub async fn every_method_tells_what_to_show(world: &dyn World) {
    let applicant = Applicant::new(world);
    for method in applicant.connector.descriptor().capabilities.validation_methods {
        let choice = choice(&applicant, *method, "shop.test").await;
        let request = applicant.order_by("shop.test", &choice).await;
        let order = applicant.placed(&request).await;
        let validations = applicant
            .connector
            .validations(&order)
            .await
            .expect("validations are read");
        let validation = of(&validations, "shop.test");
        assert_eq!(validation.method, Some(*method));
        assert_eq!(validation.state, ValidationState::Pending);
        match (&validation.proof, method) {
            (Proof::Cname { name, value } | Proof::Txt { name, value }, ValidationMethod::Dns) => {
                assert!(name.ends_with("shop.test") && !name.ends_with('.'), "{name}");
                assert!(!value.is_empty() && !value.ends_with('.'), "{value}");
            }
            (Proof::File { url, content }, ValidationMethod::Http) => {
                assert!(url.starts_with("http://shop.test/.well-known/"), "{url}");
                assert!(!content.is_empty());
            }
            (Proof::File { url, content }, ValidationMethod::Https) => {
                assert!(url.starts_with("https://shop.test/.well-known/"), "{url}");
                assert!(!content.is_empty());
            }
            (Proof::Mail { approver }, ValidationMethod::Email) => {
                assert!(
                    approver
                        .as_deref()
                        .is_none_or(|approver| Some(approver) == choice.approver())
                );
            }
            (Proof::NotTold, _) => {}
            (proof, method) => panic!("{method}: {proof:?}"),
        }
    }
}

/// Every ordered name has its own line.
pub async fn every_ordered_name_has_its_validation(world: &dyn World) {
    let applicant = Applicant::new(world);
    let product = applicant
        .product(
            ValidationLevel::Dv,
            ProductKind::MultiDomain,
            ValidationMethod::Dns,
        )
        .await;
    let names = ["a.shop.test", "b.shop.test", "shop.example"];
    let request = order_of(&product, &names, &ValidationChoice::Dns);
    let order = applicant.placed(&request).await;
    let validations = applicant
        .connector
        .validations(&order)
        .await
        .expect("validations are read");
    let proofs: Vec<&Proof> = names.iter().map(|name| &of(&validations, name).proof).collect();
    let [one, other, third] = proofs.as_slice() else {
        unreachable!()
    };
    assert!(one != other && other != third, "each name has its own record");
}

/// What is published proves the order: two orders never ask for the same record.
pub async fn two_orders_never_share_a_proof(world: &dyn World) {
    let applicant = Applicant::new(world);
    let mut proofs = Vec::new();
    for _ in 0..2 {
        let (_, order) = applicant.open("shop.test").await;
        let validations = applicant
            .connector
            .validations(&order)
            .await
            .expect("validations are read");
        proofs.push(of(&validations, "shop.test").proof.clone());
    }
    assert_ne!(proofs.first(), proofs.last());
}

/// A name that is proven is done.
pub async fn a_proven_name_is_done(world: &dyn World) {
    let applicant = Applicant::new(world);
    let product = applicant
        .product(ValidationLevel::Ov, ProductKind::Single, ValidationMethod::Dns)
        .await;
    let request = order_of(&product, &["shop.test"], &ValidationChoice::Dns);
    let order = applicant.placed(&request).await;
    world.prove_names(&order).await;
    let validations = applicant
        .connector
        .validations(&order)
        .await
        .expect("validations are read");
    // A CA may forget the records once they have served.
    assert!(
        validations
            .iter()
            .all(|validation| validation.state == ValidationState::Done)
    );
}

/// The mail goes to the approver that was chosen.
pub async fn the_chosen_approver_gets_the_mail(world: &dyn World) {
    let applicant = Applicant::new(world);
    let request = applicant.order_by_mail("shop.test").await;
    let approver = request
        .validations
        .first()
        .and_then(|validation| validation.choice.approver());
    applicant.placed(&request).await;
    assert_eq!(world.mailed().await.last().map(String::as_str), approver);
}

/// The mail is sent again, once per wish.
pub async fn a_mail_is_sent_again(world: &dyn World) {
    let applicant = Applicant::new(world);
    let request = applicant.order_by_mail("shop.test").await;
    let order = applicant.placed(&request).await;
    if !has(&applicant, Capability::ResendValidation) {
        failed(
            applicant.connector.resend_validation(&order).await,
            &[Class::Unsupported],
        );
        return;
    }
    let before = world.mailed().await.len();
    applicant
        .connector
        .resend_validation(&order)
        .await
        .expect("it is sent again");
    assert_eq!(world.mailed().await.len(), before + 1);
}

/// A mail whose fate is unknown is not sent again by itself: CAs throttle mail floods.
pub async fn a_mail_is_never_sent_again_by_itself(world: &dyn World) {
    let applicant = Applicant::new(world);
    let request = applicant.order_by_mail("shop.test").await;
    let order = applicant.placed(&request).await;
    if !has(&applicant, Capability::ResendValidation) {
        return;
    }
    let (before, calls) = (world.mailed().await.len(), applicant.witness.exchanges().len());
    world.trouble(At::Resend, Trouble::LoseAnswer, Times::Once).await;
    failed(
        applicant.connector.resend_validation(&order).await,
        &[Class::Unreachable, Class::Protocol],
    );
    assert_eq!(world.mailed().await.len(), before + 1);
    assert_eq!(applicant.witness.exchanges().len(), calls + 1);
}

/// Where nothing waits for a mail, the wish is refused with the CA's reason.
pub async fn a_mail_that_nobody_waits_for_is_refused(world: &dyn World) {
    let applicant = Applicant::new(world);
    let (_, order) = applicant.issued("shop.test").await;
    failed(
        applicant.connector.resend_validation(&order).await,
        &[Class::Rejected, Class::Unsupported],
    );
}

/// Another method for a waiting order, and what is to be shown changes with it.
pub async fn the_method_can_be_changed(world: &dyn World) {
    let applicant = Applicant::new(world);
    let (_, order) = applicant.open("shop.test").await;
    for method in [
        ValidationMethod::Http,
        ValidationMethod::Email,
        ValidationMethod::Dns,
    ] {
        if !applicant.connector.descriptor().capabilities.validates_by(method) {
            continue;
        }
        let change = NameValidation {
            name: domain_name("shop.test"),
            choice: choice(&applicant, method, "shop.test").await,
        };
        let changed = applicant.connector.change_validation(&order, &change).await;
        if !has(&applicant, Capability::ChangeValidation) {
            failed(changed, &[Class::Unsupported]);
            return;
        }
        changed.unwrap_or_else(|error| panic!("{method}: {error}"));
        let validations = applicant
            .connector
            .validations(&order)
            .await
            .expect("validations are read");
        assert_eq!(of(&validations, "shop.test").method, Some(method));
    }
}

/// Another approver gets a mail of its own.
pub async fn the_approver_can_be_changed(world: &dyn World) {
    let applicant = Applicant::new(world);
    if !has(&applicant, Capability::ChangeValidation) {
        return;
    }
    let name = domain_name("shop.test");
    let request = applicant.order_by_mail("shop.test").await;
    let order = applicant.placed(&request).await;
    let approvers = applicant
        .connector
        .approver_emails(&name)
        .await
        .expect("approvers are read");
    let approver = approvers.last().expect("somebody may approve").clone();
    let change = NameValidation {
        name,
        choice: ValidationChoice::Email {
            approver: approver.clone(),
        },
    };
    applicant
        .connector
        .change_validation(&order, &change)
        .await
        .expect("it is changed");
    assert_eq!(world.mailed().await.last(), Some(&approver));
}

/// A stranger may not approve, and nothing is mailed to them.
pub async fn a_stranger_may_not_approve(world: &dyn World) {
    let applicant = Applicant::new(world);
    if !has(&applicant, Capability::ChangeValidation) {
        return;
    }
    let (_, order) = applicant.open("shop.test").await;
    let change = NameValidation {
        name: domain_name("shop.test"),
        choice: ValidationChoice::Email {
            approver: "stranger@elsewhere.test".to_owned(),
        },
    };
    failed(
        applicant.connector.change_validation(&order, &change).await,
        &[Class::Rejected],
    );
    assert!(world.mailed().await.is_empty());
    let validations = applicant
        .connector
        .validations(&order)
        .await
        .expect("validations are read");
    assert_eq!(
        of(&validations, "shop.test").method,
        Some(ValidationMethod::Dns),
        "all is as before"
    );
}

fn has(applicant: &Applicant<'_>, call: Capability) -> bool {
    applicant.connector.descriptor().capabilities.has(call)
}

async fn choice(applicant: &Applicant<'_>, method: ValidationMethod, name: &str) -> ValidationChoice {
    match method {
        ValidationMethod::Dns => ValidationChoice::Dns,
        ValidationMethod::Http => ValidationChoice::Http,
        ValidationMethod::Https => ValidationChoice::Https,
        ValidationMethod::Email => ValidationChoice::Email {
            approver: applicant.approver(name).await,
        },
    }
}

fn of<'v>(validations: &'v [Validation], name: &str) -> &'v Validation {
    let found = validations
        .iter()
        .find(|validation| validation.name.as_str() == name);
    found.unwrap_or_else(|| panic!("{name} is among {validations:?}"))
}
