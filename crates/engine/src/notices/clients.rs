//! What clients are told, each written in the transaction that causes it. The reader is the contact of the service, in the
//! language of the service; of missing money those who see to the account's money are told too, each in their own language.
//!
//! A notice that is about one certificate says so, and is not sent any more once another is in force.

use domain::{
    DomainName, Money, NameSet,
    id::{CertificateId, NumberKind, OperationId},
    product::ValidationMethod,
    state::{IssueReason, KeyCustody, OperationKind, Role},
    term::ShownDates,
};
use jiff::civil::Date;
use notify::{
    Link, Mail,
    mail::{
        Closed, ClosedBecause, Ending, EndingBecause, Halted, Issued, KeyToInstall, MethodChanged,
        NotEnoughMoney, Occasion, OrderFailed, OrderPlaced, Prolonged, ReissueNeedsYou, Reissued,
        ValidationNeeded, ValidationStep,
    },
};
use store::{Tx, certificate::Certificate, service::Service, user::UserState};

use super::{NewNotice, days_until, enqueue};
use crate::{Engine, Error, Result, effects::link};

/// Tells that the CA has the order.
pub(crate) async fn order_placed(
    engine: &Engine,
    tx: &Tx,
    service: &Service,
    names: &[DomainName],
    plan: String,
) -> Result<()> {
    let Some(names) = NameSet::from_names(names.iter().cloned()) else {
        return Ok(());
    };
    let mail = Mail::OrderPlaced(OrderPlaced {
        service: number(service),
        tariff_plan: plan,
        names,
        price: service.gross(),
        link: page_of(engine, service)?,
    });
    About::service(service)
        .tell(engine, tx, "order_placed", mail)
        .await
}

/// Tells exactly what to publish. Said again only when it changes. Of a running service it is said by when.
pub(crate) async fn validation_needed(
    engine: &Engine,
    tx: &Tx,
    asked: Asked<'_>,
    steps: Vec<ValidationStep>,
) -> Result<()> {
    let Asked {
        service,
        round,
        kind,
        custody,
    } = asked;
    let link = page_of(engine, service)?;
    let running = service.certificate_id.zip(service.end_date);
    let Some((certificate, by)) = running else {
        let mail = Mail::ValidationNeeded(ValidationNeeded {
            service: number(service),
            steps,
            link,
        });
        let key = format!("validation_needed:{round}");
        return About::service(service).tell(engine, tx, &key, mail).await;
    };
    let mail = Mail::ReissueNeedsYou(ReissueNeedsYou {
        service: number(service),
        occasion: match kind {
            OperationKind::Prolong => Occasion::NewTerm,
            _ => Occasion::Reissue,
        },
        key: key_of(custody),
        steps,
        by,
        link,
    });
    let key = format!("reissue_needs_you:{round}");
    About::certificate(service, certificate)
        .tell(engine, tx, &key, mail)
        .await
}

/// For which certificate a proof is asked.
pub(crate) struct Asked<'a> {
    pub(crate) service: &'a Service,
    /// The order at the CA and its round.
    pub(crate) round: &'a str,
    /// Of which operation.
    pub(crate) kind: OperationKind,
    /// Who keeps the key of the certificate that comes.
    pub(crate) custody: KeyCustody,
}

/// A certificate that was delivered.
pub(crate) struct Delivered<'a> {
    /// The service, with the certificate in force.
    pub(crate) service: &'a Service,
    pub(crate) names: &'a NameSet,
    pub(crate) dates: ShownDates,
    pub(crate) certificate: &'a Certificate,
    /// The service as it was before.
    pub(crate) former: &'a Service,
}

/// Tells that a certificate is there: the first, or one to be installed in the place of another.
pub(crate) async fn issued(engine: &Engine, tx: &Tx, delivered: Delivered<'_>) -> Result<()> {
    let Delivered {
        service,
        names,
        dates,
        certificate,
        former,
    } = delivered;
    let Some(end_date) = dates.end_date else {
        return Ok(());
    };
    let about = About::certificate(service, certificate.id);
    let occasion = match certificate.reason {
        IssueReason::Open => {
            let mail = Mail::Issued(Issued {
                service: number(service),
                names: names.clone(),
                end_date,
                paid_till: dates.paid_till,
                link: page_of(engine, service)?,
            });
            let key = format!("issued:{}", certificate.serial);
            return about.tell(engine, tx, &key, mail).await;
        }
        IssueReason::Reissue => Occasion::Reissue,
        IssueReason::ByCa | IssueReason::Import => Occasion::ByCa,
        IssueReason::Prolong => Occasion::NewTerm,
    };
    // The request of before again means the key of before; whoever had the CA issue what is taken over made its request.
    let is_known_to_client = service.csr_id == former.csr_id || certificate.reason == IssueReason::Import;
    let key = if is_known_to_client {
        KeyToInstall::Yours
    } else {
        key_of(service.custody)
    };
    let mail = Mail::Reissued(Reissued {
        service: number(service),
        names: names.clone(),
        occasion,
        key,
        end_date,
        paid_till: dates.paid_till,
        former_end_date: former.end_date.filter(|day| *day >= engine.today()),
        link: link(engine, &format!("/services/{}/download", service.id))?,
    });
    let key = format!("reissued:{}", certificate.serial);
    about.tell(engine, tx, &key, mail).await
}

/// Tells that there will be no certificate.
pub(crate) async fn order_failed(
    engine: &Engine,
    tx: &Tx,
    service: &Service,
    names: &[DomainName],
    reason: &str,
    returned: Option<Money>,
) -> Result<()> {
    let Some(names) = NameSet::from_names(names.iter().cloned()) else {
        return Ok(());
    };
    let mail = Mail::OrderFailed(OrderFailed {
        service: number(service),
        names,
        reason: reason.to_owned(),
        returned,
        link: page_of(engine, service)?,
    });
    About::service(service)
        .tell(engine, tx, "order_failed", mail)
        .await
}

/// Tells that the certificate ends and none follows, once per threshold.
pub(super) async fn ending(
    engine: &Engine,
    tx: &Tx,
    service: &Service,
    threshold: u16,
    why: EndingBecause,
) -> Result<()> {
    let Some((certificate, end_date)) = service.certificate_id.zip(service.end_date) else {
        return Ok(());
    };
    let mail = Mail::Ending(Ending {
        service: number(service),
        names: names_of(tx, service).await?,
        end_date,
        days: u16::try_from(days_until(engine, end_date)).unwrap_or(0),
        why,
        link: page_of(engine, service)?,
    });
    let key = format!("ending:{certificate}:{threshold}");
    About::certificate(service, certificate)
        .tell(engine, tx, &key, mail)
        .await
}

/// Tells that the next paid term is bought.
pub(crate) async fn prolonged(
    engine: &Engine,
    tx: &Tx,
    service: &Service,
    operation: OperationId,
    paid_till: Date,
) -> Result<()> {
    let mut price = Money::zero(service.currency);
    for line in store::service::lines(tx, service.id).await? {
        if line.operation_id == operation {
            price = price.plus(line.line().gross)?;
        }
    }
    let mail = Mail::Prolonged(Prolonged {
        service: number(service),
        names: names_of(tx, service).await?,
        price,
        paid_till,
        link: page_of(engine, service)?,
    });
    let key = format!("prolonged:{operation}");
    About::service(service).tell(engine, tx, &key, mail).await
}

/// What the next paid term costs, and what there is for it.
pub(crate) struct Shortage {
    pub(crate) price: Money,
    pub(crate) available: Money,
    /// The last day of the present paid term.
    pub(crate) until: Date,
    /// The threshold for which it is told.
    pub(crate) threshold: u16,
}

/// Tells that the account has too little for the next paid term: the contact, and whoever sees to the account's money.
pub(super) async fn not_enough_money(
    engine: &Engine,
    tx: &Tx,
    service: &Service,
    shortage: Shortage,
) -> Result<()> {
    let Some(certificate) = service.certificate_id else {
        return Ok(());
    };
    let mail = Mail::NotEnoughMoney(NotEnoughMoney {
        service: number(service),
        names: names_of(tx, service).await?,
        price: shortage.price,
        available: shortage.available,
        missing: shortage.price.minus(shortage.available)?,
        until: shortage.until,
        days: u16::try_from(days_until(engine, shortage.until)).unwrap_or(0),
        link: link(engine, "/money")?,
    });
    let key = format!("not_enough_money:{certificate}:{}", shortage.threshold);
    let about = About::certificate(service, certificate);
    let contact = service.contact.0.email.to_lowercase();
    for (address, language) in money_readers(tx, service).await? {
        if address.to_lowercase() != contact {
            let key = format!("{key}:{address}");
            about
                .write(engine, tx, (address, language), &key, mail.clone())
                .await?;
        }
    }
    about.tell(engine, tx, &key, mail).await
}

/// Those in the account who may see its money.
async fn money_readers(tx: &Tx, service: &Service) -> Result<Vec<(String, String)>> {
    let members = store::account::members(tx, service.account_id).await?;
    let ids: Vec<_> = members
        .iter()
        .filter(|member| matches!(member.role, Role::Owner | Role::Accountant))
        .map(|member| member.user_id)
        .collect();
    let users = store::user::find_many(tx, &ids).await?;
    Ok(users
        .into_iter()
        .filter(|user| user.state == UserState::Active && user.confirmed_at.is_some())
        .map(|user| (user.email, user.language))
        .collect())
}

/// A way of proving names that took the place of another.
pub(crate) struct NewWay {
    pub(crate) operation: OperationId,
    pub(crate) names: NameSet,
    pub(crate) from: ValidationMethod,
    pub(crate) to: ValidationMethod,
    pub(crate) why: notify::mail::MethodChangedBecause,
    pub(crate) since: Date,
    pub(crate) published_by: notify::mail::PublishedBy,
}

/// Tells that names are proven another way.
pub(crate) async fn method_changed(engine: &Engine, tx: &Tx, service: &Service, way: NewWay) -> Result<()> {
    let mail = Mail::MethodChanged(MethodChanged {
        service: number(service),
        names: way.names,
        from: way.from,
        to: way.to,
        why: way.why,
        since: way.since,
        published_by: way.published_by,
        link: page_of(engine, service)?,
    });
    let key = format!("method_changed:{}", way.operation);
    About::service(service).tell(engine, tx, &key, mail).await
}

/// Tells that the service is over, and what went back.
pub(crate) async fn closed(
    engine: &Engine,
    tx: &Tx,
    service: &Service,
    why: ClosedBecause,
    returned: Option<Money>,
) -> Result<()> {
    let mail = Mail::Closed(Closed {
        service: number(service),
        names: names_of(tx, service).await?,
        why,
        returned,
        link: page_of(engine, service)?,
    });
    About::service(service).tell(engine, tx, "closed", mail).await
}

/// Tells that nothing is reissued or prolonged for now.
pub(crate) async fn suspended(engine: &Engine, tx: &Tx, service: &Service) -> Result<()> {
    let mail = Mail::Suspended(halted(engine, tx, service).await?);
    let key = format!("suspended:{}", engine.now().as_microsecond());
    About::service(service).tell(engine, tx, &key, mail).await
}

/// Tells that the service goes on.
pub(crate) async fn resumed(engine: &Engine, tx: &Tx, service: &Service) -> Result<()> {
    let mail = Mail::Resumed(halted(engine, tx, service).await?);
    let key = format!("resumed:{}", engine.now().as_microsecond());
    About::service(service).tell(engine, tx, &key, mail).await
}

async fn halted(engine: &Engine, tx: &Tx, service: &Service) -> Result<Halted> {
    Ok(Halted {
        service: number(service),
        names: names_of(tx, service).await?,
        end_date: service.end_date,
        link: page_of(engine, service)?,
    })
}

/// What a notice is about.
#[derive(Clone, Copy)]
struct About<'a> {
    service: &'a Service,
    certificate: Option<CertificateId>,
}

impl<'a> About<'a> {
    const fn service(service: &'a Service) -> Self {
        Self {
            service,
            certificate: None,
        }
    }

    const fn certificate(service: &'a Service, certificate: CertificateId) -> Self {
        Self {
            service,
            certificate: Some(certificate),
        }
    }

    /// Writes it to the contact of the service.
    async fn tell(self, engine: &Engine, tx: &Tx, key: &str, mail: Mail) -> Result<()> {
        let reader = (
            self.service.contact.0.email.clone(),
            self.service.language.clone(),
        );
        self.write(engine, tx, reader, key, mail).await
    }

    async fn write(
        self,
        engine: &Engine,
        tx: &Tx,
        (recipient, language): (String, String),
        key: &str,
        mail: Mail,
    ) -> Result<()> {
        if recipient.is_empty() {
            return Ok(());
        }
        let notice = NewNotice {
            seller: self.service.seller_id,
            recipient,
            language,
            dedup_key: format!("{}:{key}", self.service.id),
            account: Some(self.service.account_id),
            service: Some(self.service.id),
            certificate: self.certificate,
            mail,
        };
        enqueue(engine, tx, notice).await.map(drop)
    }
}

/// Which key a client installs with the certificate that comes.
fn key_of(custody: KeyCustody) -> KeyToInstall {
    match custody {
        KeyCustody::Stored => KeyToInstall::New,
        KeyCustody::Client | KeyCustody::NotStored => KeyToInstall::Yours,
    }
}

async fn names_of(tx: &Tx, service: &Service) -> Result<NameSet> {
    let names = store::service::names(tx, service.id, service.names_version).await?;
    NameSet::from_names(names.into_iter().map(|name| name.name))
        .ok_or_else(|| Error::Internal("a service without names".to_owned()))
}

fn number(service: &Service) -> String {
    NumberKind::Service.show(service.number)
}

fn page_of(engine: &Engine, service: &Service) -> Result<Link> {
    link(engine, &format!("/services/{}", service.id))
}
