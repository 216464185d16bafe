//! Names of companies and domains that look like those of real clients, all below reserved or made-up words.

use domain::name::DomainName;

use crate::random::Random;

const FIRST: [&str; 32] = [
    "alpine", "amber", "atlas", "baltic", "bright", "cedar", "city", "clear", "coast", "delta", "east",
    "elm", "fair", "forest", "garden", "golden", "grand", "green", "harbour", "high", "iron", "lake",
    "maple", "metro", "north", "ocean", "polar", "prime", "river", "silver", "sunny", "west",
];
const SECOND: [&str; 32] = [
    "bakery",
    "bank",
    "bikes",
    "books",
    "cars",
    "care",
    "clinic",
    "coffee",
    "data",
    "design",
    "energy",
    "foods",
    "games",
    "homes",
    "hotel",
    "labs",
    "legal",
    "logistics",
    "media",
    "music",
    "news",
    "paper",
    "parts",
    "photo",
    "print",
    "school",
    "shop",
    "soft",
    "sports",
    "systems",
    "tours",
    "trade",
];
const ENDINGS: [&str; 10] = ["com", "net", "org", "de", "nl", "ru", "co.uk", "fr", "io", "eu"];
const HOSTS: [&str; 8] = ["www", "mail", "shop", "api", "portal", "cloud", "vpn", "static"];
const FORMS: [&str; 5] = ["Ltd", "GmbH", "B.V.", "LLC", "S.A."];

/// The domain of the service with this number: no two have the same.
pub(super) fn domain(number: u64, random: &mut Random) -> String {
    format!(
        "{}{}{}.{}",
        random.pick(&FIRST),
        random.pick(&SECOND),
        // Odd multiples of a number below a power of two are a permutation: scattered, and never the same twice.
        number.wrapping_mul(7_919) % (1 << 24),
        random.pick(&ENDINGS)
    )
}

/// A host below a domain; `place` keeps the hosts of one service apart.
pub(super) fn host(place: usize, domain: &str) -> String {
    let host = HOSTS[place % HOSTS.len()];
    match place / HOSTS.len() {
        0 => format!("{host}.{domain}"),
        round => format!("{host}{round}.{domain}"),
    }
}

/// The name of a client.
pub(super) fn company(random: &mut Random) -> String {
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters
            .next()
            .map(|first| first.to_uppercase().chain(letters).collect::<String>())
            .unwrap_or_default()
    };
    let (first, second) = (*random.pick(&FIRST), *random.pick(&SECOND));
    format!("{} {} {}", capital(first), capital(second), random.pick(&FORMS))
}

/// A text that is known to be a name.
#[expect(clippy::expect_used, reason = "made of the words above, which a test parses")]
pub(super) fn parsed(text: &str) -> DomainName {
    text.parse().expect("a name made of known words")
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_service_has_names_of_its_own_that_can_be_parsed() {
        let mut random = Random::of(3);
        let mut seen = HashSet::new();
        for number in 1..5_000 {
            let domain = domain(number, &mut random);
            for place in 0..10 {
                assert!(seen.insert(parsed(&host(place, &domain))));
            }
            assert!(seen.insert(parsed(&format!("*.{domain}"))));
            assert!(seen.insert(parsed(&domain)));
        }
    }
}
