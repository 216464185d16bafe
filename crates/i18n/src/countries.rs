//! The names of countries. Their texts lie in `countries.ftl`, after Unicode CLDR.

use crate::{Locale, exists, t};

/// ISO 3166-1 alpha-2, and `XK`, which the European Union uses for Kosovo.
const CODES: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB \
    BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY \
    BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX \
    CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK \
    FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS \
    GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR \
    IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA \
    LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK \
    ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE \
    NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM \
    PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG \
    SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF \
    TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY \
    UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW";

/// The name of a country by its code of two letters; a code that nobody knows is its own name.
#[must_use]
pub fn country(locale: Locale, code: &str) -> String {
    let key = key(code);
    if exists(locale, &key) {
        t(locale, &key)
    } else {
        code.to_owned()
    }
}

/// Every country, code and name, in the order of the names.
#[must_use]
pub fn countries(locale: Locale) -> Vec<(&'static str, String)> {
    let mut all: Vec<_> = CODES
        .split_whitespace()
        .map(|code| (code, country(locale, code)))
        .collect();
    all.sort_by_cached_key(|(_, name)| sorted_as(name));
    all
}

fn key(code: &str) -> String {
    format!("country-{}", code.to_lowercase())
}

/// Letters with marks stand where readers look for them: at the letter without.
fn sorted_as(name: &str) -> String {
    name.to_lowercase()
        .chars()
        .map(|letter| match letter {
            'å' | 'ã' => 'a',
            'ç' => 'c',
            'é' => 'e',
            'í' => 'i',
            'ô' => 'o',
            'ü' => 'u',
            'ё' => 'е',
            other => other,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::catalogue::Catalogue;

    #[test]
    fn every_country_has_a_name_and_every_name_is_a_countrys() {
        let codes: BTreeSet<String> = CODES.split_whitespace().map(key).collect();
        assert_eq!(codes.len(), 250);
        for locale in Locale::ALL {
            let texts = Catalogue::of(locale).texts;
            let named = texts.into_iter().filter(|(_, text)| text.area == "countries");
            assert_eq!(
                named.map(|(key, _)| key).collect::<BTreeSet<_>>(),
                codes,
                "{locale}"
            );
        }
    }

    #[test]
    fn countries_are_named_in_the_readers_language_and_strangers_keep_their_code() {
        for (code, en, ru) in [
            ("DE", "Germany", "Германия"),
            ("NL", "Netherlands", "Нидерланды"),
            ("ZZ", "ZZ", "ZZ"),
            ("", "", ""),
        ] {
            assert_eq!(
                (
                    country(Locale::En, code).as_str(),
                    country(Locale::Ru, code).as_str()
                ),
                (en, ru)
            );
        }
    }

    #[test]
    fn the_list_goes_by_name() {
        let of = |locale| -> Vec<&str> { countries(locale).into_iter().map(|(code, _)| code).collect() };
        let (english, russian) = (of(Locale::En), of(Locale::Ru));
        assert_eq!(english[..4], ["AF", "AX", "AL", "DZ"]);
        assert_eq!(russian[..4], ["AU", "AT", "AZ", "AX"]);
        assert_eq!((english.last(), russian.last()), (Some(&"ZW"), Some(&"JP")));
    }
}
