//! What the simulated reseller sells.
//!
//! Names and CA product codes are public facts, ids and prices are invented, but for ids 200 and 296, which the
//! public client uses as examples. A period of n years costs n times the yearly price less [`discount_percent`],
//! rounded to ten cents. An extra name of a multi-domain product costs its yearly price times the years, without
//! discount. LeaderSSL's spelling `standart` of the single-name type is kept.

use domain::{
    Currency, Money,
    product::{ProductKind, ValidationLevel},
    term::Years,
};
use rust_decimal::{Decimal, RoundingStrategy};

use domain::product::ProductKind::{MultiDomain, Single, Wildcard};
use domain::product::ValidationLevel::{Dv, Ev, Ov};

/// The most names that one multi-domain certificate carries.
pub(crate) const MOST_NAMES: u32 = 250;

/// One SSL product.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Product {
    pub(crate) id: i64,
    /// Name without the brand, as the CA's own list has it.
    name: &'static str,
    pub(crate) brand: Brand,
    pub(crate) level: ValidationLevel,
    pub(crate) kind: ProductKind,
    yearly_cents: i64,
    pub(crate) included_names: u32,
    extra_name_cents: i64,
    extra_wildcard_cents: i64,
    pub(crate) free_name: FreeName,
}

/// Who signs, which decides on methods of validation, CAA and the longest term.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Brand {
    Sectigo,
    RapidSsl,
    GeoTrust,
    Thawte,
    DigiCert,
}

/// The name that comes with the main one without being ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FreeName {
    /// None: the certificate carries what was ordered.
    Nothing,
    /// `www.example.com` with `example.com`, and the reverse.
    Www,
    /// `example.com` with `*.example.com`.
    Base,
}

impl Brand {
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Sectigo => "Sectigo",
            Self::RapidSsl => "RapidSSL",
            Self::GeoTrust => "GeoTrust",
            Self::Thawte => "Thawte",
            Self::DigiCert => "DigiCert",
        }
    }

    /// Issuer domain names that the CA recognises in CAA records (CP/CPS 4.2).
    pub(crate) const fn caa_issuers(self) -> &'static [&'static str] {
        match self {
            Self::Sectigo => &[
                "sectigo.com",
                "usertrust.com",
                "trust-provider.com",
                "comodo.com",
                "comodoca.com",
            ],
            _ => &["digicert.com", "geotrust.com", "rapidssl.com", "thawte.com"],
        }
    }

    /// Whether tokens are hashes of the CSR, which a client can compute by itself.
    pub(crate) const fn uses_csr_hashes(self) -> bool {
        matches!(self, Self::Sectigo)
    }

    /// Years that can be bought at once.
    pub(crate) const fn most_years(self) -> u32 {
        match self {
            Self::Sectigo => 5,
            _ => 3,
        }
    }
}

/// Percent taken off for paying several years at once.
pub(crate) const fn discount_percent(years: u8) -> i64 {
    match years {
        0 | 1 => 0,
        2 => 10,
        3 => 15,
        4 => 18,
        _ => 20,
    }
}

/// Every SSL product, in the order of the answer.
pub(crate) const PRODUCTS: &[Product] = &[
    single(296, "PositiveSSL", Brand::Sectigo, Dv, 840),
    wildcard(297, "PositiveSSL Wildcard", Brand::Sectigo, Dv, 7_400),
    multi(311, "PositiveSSL Multi-Domain", Dv, 3_100, [900, 7_000]),
    single(312, "PositiveSSL EV", Brand::Sectigo, Ev, 9_500),
    multi(313, "PositiveSSL EV Multi-Domain", Ev, 19_000, [5_500, 0]),
    single(320, "InstantSSL OV", Brand::Sectigo, Ov, 3_900),
    wildcard(321, "InstantSSL OV Wildcard", Brand::Sectigo, Ov, 16_000),
    multi(322, "InstantSSL UCC OV", Ov, 13_000, [3_000, 14_000]),
    single(323, "InstantSSL EV", Brand::Sectigo, Ev, 11_000),
    single(330, "SectigoSSL DV", Brand::Sectigo, Dv, 4_500),
    wildcard(331, "SectigoSSL Wildcard DV", Brand::Sectigo, Dv, 14_000),
    multi(332, "SectigoSSL UCC DV", Dv, 11_000, [2_500, 12_000]),
    single(333, "SectigoSSL OV", Brand::Sectigo, Ov, 6_500),
    single(334, "SectigoSSL EV", Brand::Sectigo, Ev, 15_000),
    multi(335, "SectigoSSL EV Multi-Domain", Ev, 33_000, [9_000, 0]),
    multi(200, "EnterpriseSSL Multi-Domain DV", Dv, 18_000, [4_000, 15_000]),
    single(400, "RapidSSL", Brand::RapidSsl, Dv, 1_200),
    wildcard(401, "RapidSSL Wildcard", Brand::RapidSsl, Dv, 9_900),
    single(410, "GeoTrust QuickSSL Premium", Brand::GeoTrust, Dv, 6_500),
    single(411, "GeoTrust True BusinessID", Brand::GeoTrust, Ov, 9_500),
    wildcard(
        412,
        "GeoTrust True BusinessID Wildcard",
        Brand::GeoTrust,
        Ov,
        34_000,
    ),
    single(
        413,
        "GeoTrust True BusinessID with EV",
        Brand::GeoTrust,
        Ev,
        18_000,
    ),
    single(420, "Thawte SSL123", Brand::Thawte, Dv, 4_000),
    single(421, "Thawte SSL Web Server", Brand::Thawte, Ov, 9_000),
    single(422, "Thawte SSL Web Server with EV", Brand::Thawte, Ev, 17_000),
    single(430, "DigiCert Secure Site", Brand::DigiCert, Ov, 33_000),
    single(431, "DigiCert Secure Site with EV", Brand::DigiCert, Ev, 78_000),
];

/// The one product of the same catalogue that is no certificate.
pub(crate) const GPU_PRODUCT_ID: i64 = 909;

const fn single(
    id: i64,
    name: &'static str,
    brand: Brand,
    level: ValidationLevel,
    yearly_cents: i64,
) -> Product {
    Product {
        id,
        name,
        brand,
        level,
        kind: Single,
        yearly_cents,
        included_names: 1,
        extra_name_cents: 0,
        extra_wildcard_cents: 0,
        free_name: FreeName::Www,
    }
}

const fn wildcard(
    id: i64,
    name: &'static str,
    brand: Brand,
    level: ValidationLevel,
    yearly_cents: i64,
) -> Product {
    Product {
        kind: Wildcard,
        free_name: FreeName::Base,
        ..single(id, name, brand, level, yearly_cents)
    }
}

const fn multi(
    id: i64,
    name: &'static str,
    level: ValidationLevel,
    yearly_cents: i64,
    extra: [i64; 2],
) -> Product {
    let [extra_name_cents, extra_wildcard_cents] = extra;
    Product {
        kind: MultiDomain,
        included_names: 3,
        extra_name_cents,
        extra_wildcard_cents,
        free_name: FreeName::Nothing,
        ..single(id, name, Brand::Sectigo, level, yearly_cents)
    }
}

/// Finds an SSL product.
pub(crate) fn find(id: i64) -> Option<&'static Product> {
    PRODUCTS.iter().find(|product| product.id == id)
}

impl Product {
    /// The name with its brand, said once.
    pub(crate) fn title(&self) -> String {
        let brand = self.brand.title();
        if self.name.starts_with(brand) {
            return self.name.to_owned();
        }
        format!("{brand} {}", self.name)
    }

    /// By what the dated rules know it: those of the CA that is simulated.
    pub(crate) const fn in_rules(&self) -> domain::rules::Product<'static> {
        domain::rules::Product {
            connector: "leadertelecom",
            brand: self.brand.title(),
            level: self.level,
            kind: self.kind,
        }
    }

    /// The code with colons, as in `Sectigo:PositiveSSL:UCC`.
    pub(crate) fn code(&self) -> String {
        let bare = self
            .name
            .trim_start_matches(&format!("{} ", self.brand.title()))
            .replace(" Multi-Domain", " UCC")
            .replace(' ', ":");
        format!("{}:{bare}", self.brand.title())
    }

    /// LeaderSSL's word for the kind.
    pub(crate) const fn certificate_type(&self) -> &'static str {
        match self.kind {
            Single => "standart",
            Wildcard => "wildcard",
            MultiDomain => "ucc",
        }
    }

    /// Whether wildcard names may be among the names.
    pub(crate) const fn takes_wildcards(&self) -> bool {
        matches!(self.kind, Wildcard) || (matches!(self.kind, MultiDomain) && self.extra_wildcard_cents > 0)
    }

    /// The terms on sale.
    pub(crate) fn terms(&self) -> impl Iterator<Item = Years> + use<> {
        (1..=self.brand.most_years()).filter_map(|years| Years::new(years).ok())
    }

    /// Price of a period with the names included.
    pub(crate) fn period_price(&self, years: Years, currency: Currency) -> Money {
        let full = Decimal::new(self.yearly_cents, 2) * Decimal::from(years.count());
        let less = Decimal::new(100 - discount_percent(years.count()), 2);
        // The yearly price is exact; a discounted one is rounded to ten cents.
        let places = if years.count() == 1 { 2 } else { 1 };
        let price = (full * less).round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero);
        Money::new(price, currency)
    }

    /// Price of one more name (or wildcard name) for a year.
    pub(crate) fn extra_name_price(&self, currency: Currency) -> Money {
        Money::new(Decimal::new(self.extra_name_cents, 2), currency)
    }

    /// Price of one wildcard name for a year; every wildcard is extra.
    pub(crate) fn extra_wildcard_price(&self, currency: Currency) -> Money {
        Money::new(Decimal::new(self.extra_wildcard_cents, 2), currency)
    }

    /// What an order of these counts costs.
    pub(crate) fn price(&self, years: Years, standard: u32, wildcards: u32, currency: Currency) -> Money {
        let base = self.period_price(years, currency);
        if self.kind != MultiDomain {
            return base;
        }
        let per_year = Decimal::new(self.extra_name_cents, 2)
            * Decimal::from(standard.saturating_sub(self.included_names))
            + Decimal::new(self.extra_wildcard_cents, 2) * Decimal::from(wildcards);
        Money::new(base.amount() + per_year * Decimal::from(years.count()), currency)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn price(id: i64, years: u32, standard: u32, wildcards: u32) -> String {
        find(id)
            .unwrap()
            .price(Years::new(years).unwrap(), standard, wildcards, Currency::EUR)
            .to_string()
    }

    #[test]
    fn prices_follow_period_and_names() {
        for (id, years, standard, wildcards, wanted) in [
            (296, 1, 1, 0, "8.40 EUR"),
            (296, 2, 1, 0, "15.10 EUR"),
            (296, 5, 1, 0, "33.60 EUR"),
            (311, 1, 3, 0, "31.00 EUR"),
            (311, 1, 4, 0, "40.00 EUR"),
            (311, 1, 1, 1, "101.00 EUR"),
            (311, 2, 5, 0, "91.80 EUR"),
        ] {
            assert_eq!(price(id, years, standard, wildcards), wanted, "{id}");
        }
    }

    #[test]
    fn names_carry_their_brand_once_and_ids_are_unique() {
        assert_eq!(find(296).unwrap().title(), "Sectigo PositiveSSL");
        assert_eq!(find(330).unwrap().title(), "SectigoSSL DV");
        assert_eq!(find(400).unwrap().title(), "RapidSSL");
        assert_eq!(find(311).unwrap().code(), "Sectigo:PositiveSSL:UCC");
        assert_eq!(find(296).unwrap().code(), "Sectigo:PositiveSSL");
        let mut ids: Vec<i64> = PRODUCTS.iter().map(|product| product.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), 27);
        let mut codes: Vec<String> = PRODUCTS.iter().map(Product::code).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), 27);
    }

    #[test]
    fn extended_validation_never_meets_a_wildcard() {
        for product in PRODUCTS.iter().filter(|product| product.level == Ev) {
            assert!(!product.takes_wildcards(), "{}", product.title());
        }
    }
}
