//! A sample of every kind, and of every way a mail can read, for tests and previews.

use domain::{Currency, DomainName, Money, NameSet, product::ValidationMethod, state::TaskPriority};
use jiff::Timestamp;

use crate::{
    Link, Mail, SecretLink,
    mail::{
        Closed, ClosedBecause, ConfirmAddress, Ending, EndingBecause, Halted, Issued, KeyToInstall,
        MethodChanged, MethodChangedBecause, ModuleBalanceLow, NotEnoughMoney, Occasion, OrderFailed,
        OrderPlaced, PasswordReset, Prolonged, PublishedBy, Purchases, ReissueNeedsYou, Reissued, TaskEvent,
        TaskOpened, ValidationNeeded, ValidationStep,
    },
};

#[expect(
    clippy::expect_used,
    reason = "the samples are literals, and a test renders every one"
)]
fn sure<T, E: std::fmt::Debug>(value: Result<T, E>) -> T {
    value.expect("a sample holds")
}

fn link(path: &str) -> Link {
    sure(Link::parse(format!("https://panel.example.com{path}")))
}

fn name(text: &str) -> DomainName {
    sure(DomainName::parse(text))
}

fn names(additional: &[&str]) -> NameSet {
    NameSet::new(name("www.example.org"), additional.iter().map(|text| name(text)))
}

fn instant() -> Timestamp {
    sure("2020-10-20T10:30:00Z".parse())
}

impl OrderPlaced {
    /// An order of two names.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            service: "S-1042".to_owned(),
            tariff_plan: "PositiveSSL".to_owned(),
            names: names(&["example.org"]),
            price: Money::from_minor(1250, Currency::EUR),
            link: link("/services/S-1042"),
        }
    }
}

impl ValidationNeeded {
    /// One step of each method.
    #[must_use]
    pub fn sample() -> Self {
        let dns = ValidationStep::Dns {
            name: name("example.org"),
            record: "CNAME".to_owned(),
            host: "_c0ffee0123456789.example.org".to_owned(),
            value: "0123456789abcdef.fedcba9876543210.u1.validation.example".to_owned(),
        };
        let file = ValidationStep::File {
            name: name("www.example.org"),
            url: "http://www.example.org/.well-known/pki-validation/C0FFEE.txt".to_owned(),
            content: "0123456789abcdef\nvalidation.example u1".to_owned(),
        };
        let email = ValidationStep::Email {
            name: name("пример.рф"),
            address: "hostmaster@example.org".to_owned(),
        };
        Self {
            service: "S-1042".to_owned(),
            steps: vec![dns, file, email],
            link: link("/services/S-1042"),
        }
    }
}

impl Issued {
    /// The first certificate of five paid years.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            service: "S-1042".to_owned(),
            names: names(&["example.org"]),
            end_date: jiff::civil::date(2021, 10, 20),
            paid_till: Some(jiff::civil::date(2025, 10, 20)),
            link: link("/services/S-1042/download"),
        }
    }
}

impl OrderFailed {
    /// Refused by the CA, money returned.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            service: "S-1042".to_owned(),
            names: names(&[]),
            reason: "The certificate request uses a key that is known to be weak.".to_owned(),
            returned: Some(Money::from_minor(1250, Currency::EUR)),
            link: link("/services/S-1042"),
        }
    }
}

impl Reissued {
    /// The second certificate of five paid years, with a key of ours.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            service: "S-1042".to_owned(),
            names: names(&["example.org"]),
            occasion: Occasion::Reissue,
            key: KeyToInstall::New,
            end_date: jiff::civil::date(2022, 10, 20),
            paid_till: Some(jiff::civil::date(2025, 10, 20)),
            former_end_date: Some(jiff::civil::date(2021, 10, 20)),
            link: link("/services/S-1042/download"),
        }
    }
}

impl ReissueNeedsYou {
    /// One step of each method, with the client's key.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            service: "S-1042".to_owned(),
            occasion: Occasion::Reissue,
            key: KeyToInstall::Yours,
            steps: ValidationNeeded::sample().steps,
            by: jiff::civil::date(2021, 10, 20),
            link: link("/services/S-1042"),
        }
    }
}

impl Ending {
    /// Two weeks before the end of the paid term.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            service: "S-1042".to_owned(),
            names: names(&["example.org"]),
            end_date: jiff::civil::date(2021, 10, 20),
            days: 14,
            why: EndingBecause::TermEnds,
            link: link("/services/S-1042"),
        }
    }

    fn sample_because(why: EndingBecause, days: u16) -> Self {
        Self {
            days,
            why,
            ..Self::sample()
        }
    }
}

impl Prolonged {
    /// By a year.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            service: "S-1042".to_owned(),
            names: names(&["example.org"]),
            price: Money::from_minor(1250, Currency::EUR),
            paid_till: jiff::civil::date(2022, 10, 6),
            link: link("/services/S-1042"),
        }
    }
}

impl NotEnoughMoney {
    /// Two weeks before the end of the paid term.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            service: "S-1042".to_owned(),
            names: names(&["example.org"]),
            price: Money::from_minor(1250, Currency::EUR),
            available: Money::from_minor(400, Currency::EUR),
            missing: Money::from_minor(850, Currency::EUR),
            until: jiff::civil::date(2021, 10, 20),
            days: 14,
            link: link("/money"),
        }
    }
}

impl MethodChanged {
    /// From mail to DNS, by rule.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            service: "S-1042".to_owned(),
            names: names(&["example.org"]),
            from: ValidationMethod::Email,
            to: ValidationMethod::Dns,
            why: MethodChangedBecause::Ended,
            since: jiff::civil::date(2028, 3, 15),
            published_by: PublishedBy::Client,
            link: link("/services/S-1042"),
        }
    }

    fn sample_because(why: MethodChangedBecause) -> Self {
        Self {
            why,
            ..Self::sample()
        }
    }
}

impl Closed {
    /// Cancelled, with money back.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            service: "S-1042".to_owned(),
            names: names(&["example.org"]),
            why: ClosedBecause::Cancelled,
            returned: Some(Money::from_minor(1250, Currency::EUR)),
            link: link("/services/S-1042"),
        }
    }
}

impl Halted {
    /// A service with a certificate.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            service: "S-1042".to_owned(),
            names: names(&["example.org"]),
            end_date: Some(jiff::civil::date(2021, 10, 20)),
            link: link("/services/S-1042"),
        }
    }
}

impl ConfirmAddress {
    /// A confirmation.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            link: SecretLink::new(link("/confirm?token=sample")),
            valid_until: instant(),
        }
    }
}

impl PasswordReset {
    /// A reset.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            link: SecretLink::new(link("/reset?token=sample")),
            valid_until: instant(),
        }
    }
}

impl ModuleBalanceLow {
    /// Below the minimum, still buying.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            module: "CA account of the shop".to_owned(),
            balance: Money::from_minor(4210, Currency::USD),
            minimum: Money::from_minor(10_000, Currency::USD),
            read_at: instant(),
            purchases: Purchases::Continue,
            link: link("/admin/modules/3"),
        }
    }
}

impl TaskOpened {
    /// About a service.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            task: "T-17".to_owned(),
            event: TaskEvent::Opened,
            title: "Reissue by hand".to_owned(),
            reason: "The CA has no automatic reissue for multi-domain certificates.".to_owned(),
            department: "Support".to_owned(),
            priority: Some(TaskPriority::High),
            due: "2026-11-24T15:00:00Z".parse().ok(),
            service: Some("S-1042".to_owned()),
            link: link("/admin/tasks/T-17"),
        }
    }
}

impl Mail {
    /// Every kind in every way it can read.
    #[must_use]
    pub fn samples() -> Vec<Self> {
        vec![
            Self::OrderPlaced(OrderPlaced::sample()),
            Self::ValidationNeeded(ValidationNeeded::sample()),
            Self::Issued(Issued::sample()),
            Self::Issued(Issued {
                paid_till: None,
                names: names(&[]),
                ..Issued::sample()
            }),
            Self::OrderFailed(OrderFailed::sample()),
            Self::OrderFailed(OrderFailed {
                returned: None,
                ..OrderFailed::sample()
            }),
            Self::Reissued(Reissued::sample()),
            Self::Reissued(Reissued {
                occasion: Occasion::NewTerm,
                key: KeyToInstall::Yours,
                paid_till: None,
                ..Reissued::sample()
            }),
            Self::Reissued(Reissued {
                occasion: Occasion::ByCa,
                key: KeyToInstall::Yours,
                former_end_date: None,
                ..Reissued::sample()
            }),
            Self::ReissueNeedsYou(ReissueNeedsYou::sample()),
            Self::ReissueNeedsYou(ReissueNeedsYou {
                occasion: Occasion::NewTerm,
                key: KeyToInstall::New,
                steps: ValidationNeeded::sample().steps.into_iter().take(1).collect(),
                ..ReissueNeedsYou::sample()
            }),
            Self::Ending(Ending::sample()),
            Self::Ending(Ending::sample_because(EndingBecause::WaitsForYou, 1)),
            Self::Ending(Ending::sample_because(EndingBecause::WithUs, 3)),
            Self::Ending(Ending::sample_because(EndingBecause::NotSold, 0)),
            Self::Prolonged(Prolonged::sample()),
            Self::NotEnoughMoney(NotEnoughMoney::sample()),
            Self::MethodChanged(MethodChanged::sample()),
            Self::MethodChanged(MethodChanged {
                published_by: PublishedBy::Us,
                ..MethodChanged::sample_because(MethodChangedBecause::NotOffered)
            }),
            Self::MethodChanged(MethodChanged::sample_because(
                MethodChangedBecause::ApproverNotTaken,
            )),
            Self::MethodChanged(MethodChanged::sample_because(
                MethodChangedBecause::NotForSuchNames,
            )),
            Self::Closed(Closed::sample()),
            Self::Closed(Closed {
                returned: None,
                ..Closed::sample()
            }),
            Self::Closed(Closed {
                why: ClosedBecause::BeforeIssue,
                ..Closed::sample()
            }),
            Self::Closed(Closed {
                why: ClosedBecause::TermOver,
                returned: None,
                ..Closed::sample()
            }),
            Self::Suspended(Halted::sample()),
            Self::Resumed(Halted {
                end_date: None,
                ..Halted::sample()
            }),
            Self::ConfirmAddress(ConfirmAddress::sample()),
            Self::PasswordReset(PasswordReset::sample()),
            Self::ModuleBalanceLow(ModuleBalanceLow::sample()),
            Self::ModuleBalanceLow(ModuleBalanceLow {
                purchases: Purchases::Stopped,
                ..ModuleBalanceLow::sample()
            }),
            Self::TaskOpened(TaskOpened::sample()),
            Self::TaskOpened(TaskOpened {
                event: TaskEvent::Overdue,
                service: None,
                ..TaskOpened::sample()
            }),
        ]
    }
}
