//! A service as the host keeps it, and the request to the CA that is made of it (protocol facts §14).

use std::collections::BTreeMap;

use ca::{CaOrderRef, Csr, NameValidation, ValidationChoice};
use domain::{
    contact::{Contact, Organisation, is_mail_address},
    name::{DomainName, NameSet},
    product::{ProductKind, ValidationMethod},
    term::{PaidTerm, Years},
};
use jiff::{Timestamp, civil::Date};

use crate::{
    Failure,
    filed::{self, Filed},
    records::{CertificateRow, ItemRow, Records},
};

/// The certificate's own status (protocol facts §14.3).
pub mod status {
    /// The request was sent to the CA.
    pub const SENT: u8 = 3;
    /// Waiting for issue.
    pub const WAITING: u8 = 4;
    /// Issued.
    pub const ISSUED: u8 = 5;
    /// Refused or cancelled.
    pub const FAILED: u8 = 6;
}

/// Where the host keeps the id of the order at the CA.
pub const ORDER: &str = "custom_order_id";
/// Where the vendor's example module keeps it.
const OTHER_ORDER: &str = "store_order_id";

/// A service.
#[derive(Debug, Clone)]
pub struct Service {
    /// Its row.
    pub row: ItemRow,
    /// Its parameters.
    pub params: BTreeMap<String, String>,
    /// Its request and certificate.
    pub certificate: CertificateRow,
}

impl Service {
    /// Reads a service.
    ///
    /// # Errors
    /// [`Kind::Missed`](crate::Kind::Missed) when there is none; the database's errors.
    pub async fn read(records: &dyn Records, item: u64) -> Result<Self, Failure> {
        let row = records
            .item(item)
            .await?
            .ok_or_else(|| Failure::missed("item").saying(item.to_string()))?;
        Ok(Self {
            row,
            params: records.item_params(item).await?,
            certificate: records.certificate(item).await?.unwrap_or_default(),
        })
    }

    /// Its id.
    #[must_use]
    pub const fn id(&self) -> u64 {
        self.row.id
    }

    /// A parameter; missing ones are empty.
    #[must_use]
    pub fn param(&self, name: &str) -> &str {
        self.params.get(name).map_or("", |value| value.trim())
    }

    /// The certificate's status; 0 when none is stored.
    #[must_use]
    pub fn status(&self) -> u8 {
        self.param("service_status").parse().unwrap_or_default()
    }

    /// The order at the CA.
    #[must_use]
    pub fn order(&self) -> Option<CaOrderRef> {
        [ORDER, OTHER_ORDER]
            .iter()
            .map(|name| self.param(name))
            .find(|id| !id.is_empty())
            .map(CaOrderRef::from)
    }

    /// The purchase that was made for it last.
    ///
    /// # Errors
    /// When the stored text is none.
    pub fn filed(&self) -> Result<Option<Filed>, Failure> {
        filed::parse(self.param(filed::PARAMETER))
    }

    /// The request, judged as the CA would.
    ///
    /// # Errors
    /// [`Kind::Value`](crate::Kind::Value) when there is none or a CA would refuse it.
    pub fn csr(&self) -> Result<pki::Csr, Failure> {
        let text = self.certificate.csr.trim();
        if text.is_empty() {
            return Err(Failure::value("certificate", "csr"));
        }
        pki::Csr::parse(text.as_bytes()).map_err(|problems| {
            let texts: Vec<String> = problems.iter().map(ToString::to_string).collect();
            Failure::value("certificate", "csr").with("problem", texts.join("; "))
        })
    }

    /// The same for the port.
    #[must_use]
    pub fn port_csr(csr: &pki::Csr) -> Csr {
        Csr::from_der(csr.der())
    }

    /// Whether it holds several names.
    #[must_use]
    pub fn has_several_names(&self) -> bool {
        !self.param("altname").is_empty()
    }

    /// The names: the request's main one, then those that the host keeps beside it. A product for one name covers its `www` twin anyway.
    ///
    /// # Errors
    /// [`Kind::Value`](crate::Kind::Value) with the name that is none.
    pub fn names(&self, csr: &pki::Csr, kind: ProductKind) -> Result<NameSet, Failure> {
        let main = csr.names().main().clone();
        if kind != ProductKind::MultiDomain {
            return Ok(NameSet::new(main, []));
        }
        let mut more = names_in(self.param("altname"))?;
        if more.is_empty() {
            more = csr.names().additional().to_vec();
        }
        Ok(NameSet::new(main, more))
    }

    /// How each name is proven.
    ///
    /// # Errors
    /// [`Kind::Value`](crate::Kind::Value) when the method is unknown or an approver is missing.
    pub fn validations(&self, names: &NameSet) -> Result<Vec<NameValidation>, Failure> {
        let method = self.method()?;
        let approvers = self.approvers();
        names
            .iter()
            .enumerate()
            .map(|(place, name)| {
                let choice = match method {
                    ValidationMethod::Dns => ValidationChoice::Dns,
                    ValidationMethod::Http => ValidationChoice::Http,
                    ValidationMethod::Https => ValidationChoice::Https,
                    ValidationMethod::Email => ValidationChoice::Email {
                        approver: approver_of(name, place, &approvers).ok_or_else(|| {
                            Failure::value("certificate", "approver_email").with("domain", name.to_string())
                        })?,
                    },
                };
                Ok(NameValidation {
                    name: name.clone(),
                    choice,
                })
            })
            .collect()
    }

    /// The method that the client chose; an empty one is mail. The CA knows CNAME records alone, so both words for DNS mean one.
    ///
    /// # Errors
    /// [`Kind::Value`](crate::Kind::Value) for an unknown word.
    pub fn method(&self) -> Result<ValidationMethod, Failure> {
        match self.param("approver_method") {
            "" | "auth_email" => Ok(ValidationMethod::Email),
            "auth_cname" | "auth_dnstxt" => Ok(ValidationMethod::Dns),
            "auth_file" if is_on(self.param("auth_file_protocol")) => Ok(ValidationMethod::Https),
            "auth_file" => Ok(ValidationMethod::Http),
            other => Err(Failure::value("approver_method", other)),
        }
    }

    /// Approver addresses in the order of the names.
    fn approvers(&self) -> Vec<String> {
        let listed = addresses_in(self.param("approver_email"));
        if !listed.is_empty() {
            return listed;
        }
        (1..=250)
            .map_while(|number| {
                let one = self.param(&format!("approver_email_{number}"));
                (!one.is_empty()).then(|| one.to_owned())
            })
            .collect()
    }

    /// Whom the CA may call or write to.
    #[must_use]
    pub fn contact(&self) -> Contact {
        let part = |name: &str| {
            let (administrative, technical) = (format!("adm_{name}"), format!("tech_{name}"));
            let first = self.param(&administrative);
            if first.is_empty() {
                self.param(&technical)
            } else {
                first
            }
            .to_owned()
        };
        Contact {
            first_name: part("fname"),
            last_name: part("lname"),
            title: part("jtitle"),
            email: part("email"),
            phone: part("phone"),
        }
    }

    /// The organisation; nothing when the service has none. The host keeps the country as a number.
    ///
    /// # Errors
    /// The database's.
    pub async fn organisation(
        &self,
        csr: &pki::Csr,
        records: &dyn Records,
    ) -> Result<Option<Organisation>, Failure> {
        if self.param("org_name").is_empty() {
            return Ok(None);
        }
        let country = match self.param("org_country").parse() {
            Ok(id) => records.country(id).await?,
            Err(_) => Some(self.param("org_country").to_uppercase()).filter(|code| code.len() == 2),
        };
        let subject = csr.subject();
        let text = |name: &str| self.param(name).to_owned();
        Ok(Some(Organisation {
            name: text("org_name"),
            country: country.or_else(|| subject.country.clone()).unwrap_or_default(),
            region: text("org_state"),
            city: text("org_city"),
            street: text("org_address"),
            postal_code: text("org_postcode"),
            phone: text("org_phone"),
            registration_number: text("org_registration_number"),
        }))
    }

    /// The paid years; a term that is no whole number of years is not on sale.
    ///
    /// # Errors
    /// [`Kind::Value`](crate::Kind::Value).
    pub fn years(&self) -> Result<Years, Failure> {
        let months = u32::try_from(self.row.period).unwrap_or_default();
        let years = (months > 0 && months.is_multiple_of(12)).then_some(months / 12);
        years
            .and_then(|years| Years::new(years).ok())
            .ok_or_else(|| Failure::value("period", self.row.period.to_string()))
    }

    /// What was paid for: as it was when the CA accepted the last order; for an order of another module, as the host shows it, else
    /// from the day of activation.
    #[must_use]
    pub fn term(
        &self,
        paid_till: Option<Date>,
        filed: Option<&Filed>,
        day_of: impl FnOnce(Timestamp) -> Date,
    ) -> Option<PaidTerm> {
        if let Some(term) = filed.and_then(|filed| filed.paid_term(day_of)) {
            return Some(term);
        }
        let start = date(&self.row.open_date)?;
        let computed = self
            .years()
            .ok()
            .map(|years| PaidTerm::from_acceptance(start, years));
        match paid_till {
            Some(end) if end > start => Some(PaidTerm { start, end }),
            _ => computed,
        }
    }
}

/// A date of the host; zeros stand for none.
#[must_use]
pub fn date(text: &str) -> Option<Date> {
    text.get(..10)?.parse().ok()
}

/// Names between white space or commas.
///
/// # Errors
/// [`Kind::Value`](crate::Kind::Value) with the name that is none.
pub fn names_in(text: &str) -> Result<Vec<DomainName>, Failure> {
    text.split(|c: char| c.is_whitespace() || c == ',')
        .filter(|name| !name.is_empty())
        .map(|name| {
            name.parse().map_err(|error: domain::name::DomainNameError| {
                Failure::value("altname", name).with("problem", error.to_string())
            })
        })
        .collect()
}

/// Addresses between commas.
#[must_use]
pub fn addresses_in(text: &str) -> Vec<String> {
    text.split(',')
        .map(str::trim)
        .filter(|address| is_mail_address(address))
        .map(str::to_owned)
        .collect()
}

/// The approver of a name: the one at its place, else one of its domain.
fn approver_of(name: &DomainName, place: usize, approvers: &[String]) -> Option<String> {
    let base = name.base_domain();
    let is_of_domain = |address: &&String| {
        let domain = address.rsplit('@').next().unwrap_or_default().to_lowercase();
        domain == base.as_str() || domain.ends_with(&format!(".{base}"))
    };
    let at_place = approvers.get(place).filter(is_of_domain);
    let of_domain = || approvers.iter().find(is_of_domain);
    at_place
        .or_else(of_domain)
        .or_else(|| approvers.get(place))
        .cloned()
}

/// A flag of the host.
fn is_on(text: &str) -> bool {
    matches!(text, "on" | "yes" | "1" | "https")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn service(params: &[(&str, &str)]) -> Service {
        Service {
            row: ItemRow {
                id: 5,
                period: 60,
                open_date: "2020-10-20".to_owned(),
                ..ItemRow::default()
            },
            params: params
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            certificate: CertificateRow::default(),
        }
    }

    fn set(names: &str) -> NameSet {
        NameSet::from_names(names_in(names).unwrap()).unwrap()
    }

    #[test]
    fn every_name_gets_an_approver_of_its_domain() {
        let service = service(&[("approver_email", "admin@a.test, webmaster@b.test")]);
        let chosen: Vec<_> = service
            .validations(&set("a.test b.test www.b.test"))
            .unwrap()
            .into_iter()
            .map(|validation| validation.choice.approver().unwrap().to_owned())
            .collect();
        assert_eq!(chosen, ["admin@a.test", "webmaster@b.test", "webmaster@b.test"]);
        assert!(service.validations(&set("a.test b.test c.test")).is_err());
    }

    #[test]
    fn methods_are_told_by_the_hosts_words() {
        for (params, expected) in [
            (&[][..], Some(ValidationMethod::Email)),
            (&[("approver_method", "auth_dnstxt")], Some(ValidationMethod::Dns)),
            (&[("approver_method", "auth_cname")], Some(ValidationMethod::Dns)),
            (&[("approver_method", "auth_file")], Some(ValidationMethod::Http)),
            (
                &[("approver_method", "auth_file"), ("auth_file_protocol", "on")],
                Some(ValidationMethod::Https),
            ),
            (&[("approver_method", "auth_phone")], None),
        ] {
            assert_eq!(service(params).method().ok(), expected, "{params:?}");
        }
    }

    #[test]
    fn whole_years_are_on_sale_and_nothing_else() {
        for (period, years) in [
            (12, Some(1)),
            (60, Some(5)),
            (0, None),
            (-50, None),
            (-100, None),
            (3, None),
            (240, None),
        ] {
            let mut service = service(&[]);
            service.row.period = period;
            assert_eq!(service.years().ok().map(Years::count), years, "{period}");
        }
    }

    #[test]
    fn the_paid_term_of_another_modules_order_is_the_hosts() {
        let service = service(&[]);
        let day = |text: &str| text.parse::<Date>().unwrap();
        let unused = |_: Timestamp| Date::MIN;
        assert_eq!(service.term(None, None, unused).unwrap().end, day("2025-10-20"));
        assert_eq!(
            service.term(Some(day("2024-01-01")), None, unused).unwrap().end,
            day("2024-01-01")
        );
        assert_eq!(date("0000-00-00"), None);
        assert_eq!(date("2020-10-20 12:00:00"), Some(day("2020-10-20")));
        assert_eq!(date(""), None);
    }

    #[test]
    fn the_order_may_stand_under_either_name() {
        assert_eq!(service(&[]).order(), None);
        assert_eq!(service(&[("store_order_id", "7")]).order(), Some("7".into()));
        assert_eq!(
            service(&[("store_order_id", "7"), ("custom_order_id", "8")]).order(),
            Some("8".into())
        );
    }
}
