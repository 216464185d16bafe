//! Templates: the types of certificates that tariff plans are made of, and which product of the CA each of them is.
//!
//! The names in the vendor's own module are not public, so the built-in list is assumed; `etc/pmleadertelecom.templates` adds names and
//! aliases, and a name that stands nowhere is looked up in the CA's product list.

use std::{collections::BTreeMap, fmt};

use ca::{Catalogue, CatalogueProduct};

use crate::xml::Element;

/// The built-in list, in the syntax of the file.
const BUILT_IN: &str = include_str!("templates.conf");

/// What a certificate type covers or needs, in the host's words (protocol facts §11.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Flag {
    /// A `*.` name.
    Wildcard,
    /// Also the form with `www`.
    Www,
    /// Several names.
    Multidomain,
    /// Several names, wildcards among them.
    MultidomainWildcard,
    /// International names.
    Idn,
    /// The organisation's data.
    OrgInfo,
    /// The host puts the names into the request.
    CsrAltName,
}

impl Flag {
    const ALL: [Self; 7] = [
        Self::Wildcard,
        Self::Www,
        Self::Multidomain,
        Self::MultidomainWildcard,
        Self::Idn,
        Self::OrgInfo,
        Self::CsrAltName,
    ];

    /// The attribute's name.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Wildcard => "wildcard",
            Self::Www => "www",
            Self::Multidomain => "multidomain",
            Self::MultidomainWildcard => "multidomain_wildcard",
            Self::Idn => "idn",
            Self::OrgInfo => "orginfo",
            Self::CsrAltName => "csraltname",
        }
    }
}

/// One type of certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// Its name in tariff plans.
    pub name: String,
    /// What it covers or needs.
    pub flags: Vec<Flag>,
    /// The CA's product: number, code or name.
    pub product: String,
}

/// The types on offer and other names for them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Templates {
    list: Vec<Template>,
    aliases: BTreeMap<String, String>,
    /// One sentence per line that was not understood.
    pub faults: Vec<String>,
}

/// No product of the CA has this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no product of the CA is called `{name}`")]
pub struct NoProduct {
    /// The template's name.
    pub name: String,
}

impl Templates {
    /// The built-in list.
    #[must_use]
    pub fn built_in() -> Self {
        let mut templates = Self::default();
        templates.add(BUILT_IN);
        templates
    }

    /// The built-in list with a file's lines; a line for a name that is there already replaces it.
    #[must_use]
    pub fn with_file(text: &str) -> Self {
        let mut templates = Self::built_in();
        templates.add(text);
        templates
    }

    fn add(&mut self, text: &str) {
        for (number, line) in text.lines().enumerate() {
            let line = line.split('#').next().unwrap_or_default();
            let mut words = line.split_whitespace();
            let Some(name) = words.next() else {
                continue;
            };
            let rest: Vec<&str> = words.collect();
            if let Err(why) = self.add_line(name, &rest) {
                self.faults.push(format!("line {}: {why}", number + 1));
            }
        }
    }

    fn add_line(&mut self, name: &str, rest: &[&str]) -> Result<(), String> {
        if let ("alias", [other, name]) = (name, rest) {
            self.aliases.insert((*other).to_owned(), (*name).to_owned());
            return Ok(());
        }
        let [flags, product @ ..] = rest else {
            return Err("a name, its flags (or -) and the CA's product are expected".to_owned());
        };
        if product.is_empty() {
            return Err("the CA's product is missing".to_owned());
        }
        let template = Template {
            name: name.to_owned(),
            flags: flags_of(flags)?,
            product: product.join(" "),
        };
        match self.list.iter_mut().find(|known| known.name == template.name) {
            Some(known) => *known = template,
            None => self.list.push(template),
        }
        Ok(())
    }

    /// The types on offer.
    #[must_use]
    pub fn list(&self) -> &[Template] {
        &self.list
    }

    /// The type of this name, or of the name that this one stands for.
    #[must_use]
    pub fn template(&self, name: &str) -> Option<&Template> {
        let name = self.aliases.get(name).map_or(name, String::as_str);
        self.list.iter().find(|template| template.name == name)
    }

    /// Whether certificates of this name hold several names.
    #[must_use]
    pub fn is_multidomain(&self, name: &str) -> bool {
        self.template(name)
            .is_some_and(|template| template.flags.contains(&Flag::Multidomain))
    }

    /// The CA's product: of the template's number, code or name, or of the name itself.
    ///
    /// # Errors
    /// [`NoProduct`].
    pub fn product<'a>(
        &self,
        name: &str,
        catalogue: &'a Catalogue,
    ) -> Result<&'a CatalogueProduct, NoProduct> {
        let alias = self.aliases.get(name).map(String::as_str);
        let template = self.template(name).map(|template| template.product.as_str());
        [template, alias, Some(name)]
            .into_iter()
            .flatten()
            .find_map(|wanted| find(wanted, catalogue))
            .ok_or_else(|| NoProduct {
                name: name.to_owned(),
            })
    }
}

impl Template {
    /// The element of the features document. Hosts of different age read `name` or `id`.
    #[must_use]
    pub fn element(&self) -> Element {
        let mut element = Element::new("template")
            .with("id", self.name.as_str())
            .with("name", self.name.as_str());
        for flag in &self.flags {
            element = element.with(flag.word(), "yes");
        }
        // The methods of LeaderSSL; attributes for CNAME and file are assumed by analogy.
        for method in ["authemail", "authcname", "authfile"] {
            element = element.with(method, "yes");
        }
        element
    }
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

fn flags_of(text: &str) -> Result<Vec<Flag>, String> {
    text.split(',')
        .filter(|word| *word != "-")
        .map(|word| {
            Flag::ALL
                .into_iter()
                .find(|flag| flag.word() == word)
                .ok_or_else(|| format!("`{}` is no flag", word.chars().take(40).collect::<String>()))
        })
        .collect()
}

fn find<'a>(wanted: &str, catalogue: &'a Catalogue) -> Option<&'a CatalogueProduct> {
    let plain = plain(wanted);
    catalogue
        .products
        .iter()
        .find(|product| product.id.0 == wanted)
        .or_else(|| {
            let fits = |text: &str| self::plain(text) == plain;
            let is_it = |product: &&CatalogueProduct| {
                fits(&product.name)
                    || product.code.as_deref().is_some_and(fits)
                    || product.brand.as_deref().is_some_and(|brand| {
                        fits(&format!("{brand} {}", product.name))
                            || product.name.strip_prefix(brand).is_some_and(fits)
                    })
            };
            let mut found = catalogue.products.iter().filter(is_it);
            // Two products of one name cannot be told apart: nothing is bought.
            found.next().filter(|_| found.next().is_none())
        })
}

/// Spaces, case and punctuation are written differently in lists of products and names of templates.
fn plain(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use ca::ProductId;
    use domain::{
        Currency,
        product::{ProductKind, ValidationLevel},
    };
    use jiff::Timestamp;

    use super::*;

    fn catalogue(products: &[(&str, &str, Option<&str>, Option<&str>)]) -> Catalogue {
        let product = |(id, name, code, brand): &(&str, &str, Option<&str>, Option<&str>)| CatalogueProduct {
            id: ProductId((*id).to_owned()),
            code: code.map(str::to_owned),
            name: (*name).to_owned(),
            brand: brand.map(str::to_owned),
            level: ValidationLevel::Dv,
            kind: ProductKind::Single,
            included_names: 1,
            max_names: 1,
            methods: Vec::new(),
            terms: Vec::new(),
            currency: Currency::EUR,
        };
        Catalogue {
            products: products.iter().map(product).collect(),
            left_out: Vec::new(),
            as_of: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn the_built_in_list_is_good() {
        let templates = Templates::built_in();
        assert_eq!(templates.faults, [""; 0]);
        assert!(templates.list().len() >= 20);
        assert!(templates.is_multidomain("positivessl_multi_domain"));
        assert!(!templates.is_multidomain("positivessl"));
    }

    #[test]
    fn a_name_is_found_by_number_code_name_and_alias() {
        let list = catalogue(&[
            (
                "296",
                "Sectigo PositiveSSL",
                Some("Sectigo:PositiveSSL"),
                Some("Sectigo"),
            ),
            ("297", "PositiveSSL Wildcard", None, Some("Sectigo")),
            ("400", "RapidSSL", None, Some("RapidSSL")),
            ("900", "Twin", None, None),
            ("901", "twin", None, None),
        ]);
        let templates = Templates::with_file("alias old_name positivessl\nmine - 400\nalias gone RapidSSL\n");
        for (name, id) in [
            ("positivessl", "296"),
            ("old_name", "296"),
            ("positivessl_wildcard", "297"),
            ("mine", "400"),
            ("gone", "400"),
            ("297", "297"),
            ("Sectigo:PositiveSSL", "296"),
        ] {
            let found = templates
                .product(name, &list)
                .map(|product| product.id.0.as_str());
            assert_eq!(found, Ok(id), "{name}");
        }
        assert!(templates.product("nothing", &list).is_err());
        assert!(templates.product("twin", &list).is_err());
    }

    #[test]
    fn lines_that_are_not_understood_are_reported_and_the_rest_holds() {
        let templates = Templates::with_file("a\nb -\nc colour X\npositivessl wildcard My Own\n# x\n\n");
        assert_eq!(templates.faults.len(), 3, "{:?}", templates.faults);
        assert_eq!(templates.template("positivessl").unwrap().product, "My Own");
    }
}
