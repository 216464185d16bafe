//! What was typed so far. The steps carry it along in hidden fields, so the order needs no script and nothing is kept
//! of an order that was never sent. A private key is never among the fields.

use std::str::FromStr;

use domain::{
    Money,
    contact::{Contact, Organisation},
    id::TariffPlanId,
    product::ValidationMethod,
    term::Years,
};
use engine::{
    orders::{NamePlan, NewOrder, QuoteRequest, RequestSource, ValidationPlan},
    tariffs::Offer,
};
use httpkit::{Form, Params};
use pki::KeyChoice;

/// A step of the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Tariff plan and period.
    Product,
    /// Names, key and request.
    Request,
    /// Contact and organisation.
    Contact,
    /// How control is proven.
    Validation,
    /// Price and payment.
    Summary,
}

impl Step {
    /// All of them, in order.
    pub const ALL: [Self; 5] = [
        Self::Product,
        Self::Request,
        Self::Contact,
        Self::Validation,
        Self::Summary,
    ];

    /// Its place, from 0.
    #[must_use]
    pub const fn place(self) -> usize {
        self as usize
    }

    /// The word in the form.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Product => "product",
            Self::Request => "request",
            Self::Contact => "contact",
            Self::Validation => "validation",
            Self::Summary => "summary",
        }
    }

    /// The step of a word; the first one for anything else.
    #[must_use]
    pub fn of(word: &str) -> Self {
        Self::ALL
            .into_iter()
            .find(|step| step.word() == word)
            .unwrap_or(Self::Product)
    }

    /// The step before.
    #[must_use]
    pub fn before(self) -> Self {
        self.place()
            .checked_sub(1)
            .and_then(|place| Self::ALL.get(place).copied())
            .unwrap_or(self)
    }

    /// The step after.
    #[must_use]
    pub fn after(self) -> Self {
        Self::ALL.get(self.place() + 1).copied().unwrap_or(self)
    }
}

/// Where the key is made and who keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Made in the browser; never leaves it.
    Browser,
    /// Made here, shown once.
    NotStored,
    /// Made here and kept, sealed.
    Stored,
    /// A request made elsewhere.
    Pasted,
}

impl Source {
    /// All of them, in the order of the page.
    pub const ALL: [Self; 4] = [Self::Browser, Self::NotStored, Self::Stored, Self::Pasted];

    /// The word in the form.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Browser => "browser",
            Self::NotStored => "not-stored",
            Self::Stored => "stored",
            Self::Pasted => "pasted",
        }
    }

    /// Whether the request comes with the form.
    #[must_use]
    pub const fn is_given(self) -> bool {
        matches!(self, Self::Browser | Self::Pasted)
    }
}

impl FromStr for Source {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL
            .into_iter()
            .find(|source| source.word() == text)
            .ok_or(())
    }
}

/// The key of a word.
#[must_use]
pub fn key_choice(word: &str) -> Option<KeyChoice> {
    KeyChoice::ALL.into_iter().find(|choice| choice.as_str() == word)
}

/// The chosen offer, if it still is one.
#[must_use]
pub fn offer<'a>(form: &Form, offers: &'a [Offer]) -> Option<&'a Offer> {
    let plan: TariffPlanId = form.values().read_as("plan")?;
    offers.iter().find(|offer| offer.plan == plan)
}

/// The chosen period, if the offer has it.
#[must_use]
pub fn years(form: &Form, offer: &Offer) -> Option<Years> {
    let years = form
        .values()
        .read_as("years")
        .and_then(|count| Years::new(count).ok())?;
    offer
        .terms
        .iter()
        .any(|(term, _)| *term == years)
        .then_some(years)
}

/// The names, as they were typed: separated by anything that no name holds.
#[must_use]
pub fn names(form: &Form) -> Vec<String> {
    form.value("names")
        .split(|c: char| c.is_whitespace() || matches!(c, ',' | ';'))
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}

/// The method for every name without one of its own.
#[must_use]
pub fn method(form: &Form) -> Option<ValidationMethod> {
    form.values().read_as("method")
}

/// How each name is proven, as the step of the methods asks for it: `method.NAME`, `approver.NAME`.
#[must_use]
pub fn validation(form: &Form, names: &[String]) -> Option<ValidationPlan> {
    let method = method(form)?;
    let own = names.iter().map(|name| {
        let chosen = form.values().read_as(&format!("method.{name}")).unwrap_or(method);
        let approver = form.value(&format!("approver.{name}")).trim();
        NamePlan {
            name: name.clone(),
            method: chosen,
            approver: (chosen == ValidationMethod::Email && !approver.is_empty())
                .then(|| approver.to_owned()),
        }
    });
    Some(ValidationPlan {
        method,
        names: own.collect(),
    })
}

/// The contact as typed.
#[must_use]
pub fn contact(form: &Form) -> Contact {
    let text = |field: &str| form.value(&format!("contact.{field}")).trim().to_owned();
    Contact {
        first_name: text("first_name"),
        last_name: text("last_name"),
        title: text("title"),
        email: text("email"),
        phone: text("phone"),
    }
}

/// The organisation as typed.
#[must_use]
pub fn organisation(form: &Form) -> Organisation {
    let text = |field: &str| form.value(&format!("organisation.{field}")).trim().to_owned();
    Organisation {
        name: text("name"),
        country: text("country").to_uppercase(),
        region: text("region"),
        city: text("city"),
        street: text("street"),
        postal_code: text("postal_code"),
        phone: text("phone"),
        registration_number: text("registration_number"),
    }
}

/// What is asked of the price.
#[must_use]
pub fn quote(form: &Form, offer: &Offer) -> Option<QuoteRequest> {
    Some(QuoteRequest {
        account: None,
        plan: offer.plan,
        years: years(form, offer)?,
        names: names(form),
    })
}

/// The whole order, or nothing while a step is incomplete.
#[must_use]
pub fn order(form: &Form, offer: &Offer, names: &[String], agreed: Option<Money>) -> Option<NewOrder> {
    let source: Source = form.values().read_as("source")?;
    let choice = key_choice(form.value("key"));
    let request = match source {
        Source::Browser | Source::Pasted => RequestSource::Given(form.value("csr").to_owned()),
        Source::NotStored => RequestSource::MadeNotStored(choice?),
        Source::Stored => RequestSource::MadeAndStored(choice?),
    };
    let years = years(form, offer)?;
    let once = form.value("once").trim();
    Some(NewOrder {
        account: None,
        plan: offer.plan,
        years,
        names: names.to_vec(),
        request,
        validation: validation(form, names)?,
        contact: contact(form),
        organisation: offer.level.needs_organisation().then(|| organisation(form)),
        prolong: form.values().is_on("prolong").then_some(years),
        external_ref: (!once.is_empty()).then(|| format!("web-{once}")),
        agreed,
    })
}

/// The fields of a step; the other steps carry them along.
#[must_use]
pub fn fields(step: Step, values: &Params) -> Vec<String> {
    let is_of = |name: &str| match step {
        Step::Product => matches!(name, "plan" | "years"),
        Step::Request => matches!(name, "source" | "key" | "names" | "csr" | "consent"),
        Step::Contact => name.starts_with("contact.") || name.starts_with("organisation."),
        Step::Validation => name == "method" || name.starts_with("method.") || name.starts_with("approver."),
        Step::Summary => matches!(name, "agreed" | "prolong"),
    };
    values
        .pairs()
        .map(|(name, _)| name)
        .filter(|name| is_of(name))
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_apart_at_anything_that_no_name_holds() {
        let form = Form::from(Params::from([("names", " a.test,b.test;\r\n*.c.test\td.test ")]));
        assert_eq!(names(&form), ["a.test", "b.test", "*.c.test", "d.test"]);
    }

    #[test]
    fn a_name_without_a_method_of_its_own_takes_the_common_one_and_an_approver_goes_with_mail_only() {
        let form = Form::from(Params::from([
            ("method", "dns"),
            ("method.b.test", "email"),
            ("approver.a.test", "admin@a.test"),
            ("approver.b.test", "admin@b.test"),
        ]));
        let plan = validation(&form, &["a.test".to_owned(), "b.test".to_owned()]).unwrap();
        let shown: Vec<_> = plan
            .names
            .iter()
            .map(|one| (one.method, one.approver.as_deref()))
            .collect();
        assert_eq!(
            shown,
            [
                (ValidationMethod::Dns, None),
                (ValidationMethod::Email, Some("admin@b.test"))
            ]
        );
    }

    #[test]
    fn the_steps_follow_each_other_and_end_where_they_end() {
        assert_eq!(Step::Product.before(), Step::Product);
        assert_eq!(Step::Summary.after(), Step::Summary);
        for step in Step::ALL {
            assert_eq!(Step::of(step.word()), step);
        }
        assert_eq!(Step::of("elsewhere"), Step::Product);
    }
}
