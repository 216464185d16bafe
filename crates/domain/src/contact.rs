//! The people and the organisation in a request.

use serde::{Deserialize, Serialize};

/// The person whom the CA may call or write to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// Given name.
    pub first_name: String,
    /// Family name.
    pub last_name: String,
    /// Position, such as "Head of IT".
    pub title: String,
    /// Mail address.
    pub email: String,
    /// Phone with country code.
    pub phone: String,
}

/// What OV and EV certificates name besides the domain (BR 7.1.4.2).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organisation {
    /// Registered name, at most 64 characters.
    pub name: String,
    /// ISO 3166-1 alpha-2 country.
    pub country: String,
    /// State or province, at most 128 characters.
    pub region: String,
    /// Locality, at most 128 characters.
    pub city: String,
    /// Street and number, at most 128 characters.
    pub street: String,
    /// Postal code, at most 40 characters.
    pub postal_code: String,
    /// Phone that the CA finds in a public register.
    pub phone: String,
    /// Number in the register of companies, for EV.
    pub registration_number: String,
}

/// A field that a CA would refuse, with the stable code of the reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldProblem {
    /// The field's name in forms and in the API.
    pub field: String,
    /// Stable code, the translation key is `problem-{code}`.
    pub code: &'static str,
}

impl Contact {
    /// Every field that would be refused: names, a mail address and a phone are required.
    #[must_use]
    pub fn problems(&self) -> Vec<FieldProblem> {
        let mut problems = Problems::new("contact");
        problems.text("first_name", &self.first_name, 64);
        problems.text("last_name", &self.last_name, 64);
        problems.text("phone", &self.phone, 32);
        problems.when("email", "email", !is_mail_address(&self.email));
        problems.found
    }
}

impl Organisation {
    /// Every field that would be refused (BR 7.1.4.2 lengths, in characters).
    #[must_use]
    pub fn problems(&self) -> Vec<FieldProblem> {
        let mut problems = Problems::new("organisation");
        problems.text("name", &self.name, 64);
        problems.text("city", &self.city, 128);
        problems.text("region", &self.region, 128);
        problems.text("street", &self.street, 128);
        problems.text("postal_code", &self.postal_code, 40);
        problems.text("phone", &self.phone, 32);
        let is_country =
            self.country.len() == 2 && self.country.bytes().all(|byte| byte.is_ascii_uppercase());
        problems.when("country", "country", !is_country);
        problems.found
    }
}

/// Whether a text looks like one mail address: a local part, an @, a domain with a dot, nothing that ends a header.
#[must_use]
pub fn is_mail_address(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else {
        return false;
    };
    let sane = |part: &str| {
        !part.is_empty()
            && !part
                .chars()
                .any(|c| c.is_whitespace() || c.is_control() || "<>,;:\"()[]\\@".contains(c))
    };
    text.len() <= 254
        && sane(local)
        && sane(domain)
        && domain.contains('.')
        && !domain.starts_with('.')
        && !domain.ends_with('.')
}

struct Problems {
    area: &'static str,
    found: Vec<FieldProblem>,
}

impl Problems {
    fn new(area: &'static str) -> Self {
        Self {
            area,
            found: Vec::new(),
        }
    }

    fn text(&mut self, field: &str, value: &str, most: usize) {
        let value = value.trim();
        self.when(field, "required", value.is_empty());
        self.when(field, "too-long", value.chars().count() > most);
        self.when(field, "control-characters", value.chars().any(char::is_control));
    }

    fn when(&mut self, field: &str, code: &'static str, is_wrong: bool) {
        if is_wrong {
            self.found.push(FieldProblem {
                field: format!("{}.{field}", self.area),
                code,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mail_addresses_are_told_from_other_text() {
        for good in ["a@b.test", "first.last+tag@sub.example.com"] {
            assert!(is_mail_address(good), "{good}");
        }
        for bad in [
            "",
            "a",
            "a@b",
            "@b.test",
            "a@",
            "a b@c.test",
            "a@b.test\r\nBcc: x@y.test",
            "a@.test",
            "<a@b.test>",
        ] {
            assert!(!is_mail_address(bad), "{bad}");
        }
    }

    #[test]
    fn every_wrong_field_of_an_organisation_is_named() {
        let organisation = Organisation {
            name: "x".repeat(65),
            country: "nl".into(),
            ..Organisation::default()
        };
        let found: Vec<_> = organisation
            .problems()
            .into_iter()
            .map(|p| format!("{}:{}", p.field, p.code))
            .collect();
        assert!(found.contains(&"organisation.name:too-long".to_owned()));
        assert!(found.contains(&"organisation.country:country".to_owned()));
        assert!(found.contains(&"organisation.city:required".to_owned()));
    }
}
