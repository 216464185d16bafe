//! The names of one certificate together.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::DomainName;

/// The names of one certificate: the main one first, the additional ones in the order given, each once.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Vec<DomainName>", into = "Vec<DomainName>")]
pub struct NameSet(Vec<DomainName>);

impl NameSet {
    /// Makes a set; repeated names are dropped.
    pub fn new(main: DomainName, additional: impl IntoIterator<Item = DomainName>) -> Self {
        let mut names = vec![main];
        let mut seen: HashSet<DomainName> = names.iter().cloned().collect();
        names.extend(additional.into_iter().filter(|name| seen.insert(name.clone())));
        Self(names)
    }

    /// Makes a set of which the first name is the main one; `None` when there is no name.
    pub fn from_names(names: impl IntoIterator<Item = DomainName>) -> Option<Self> {
        let mut names = names.into_iter();
        let main = names.next()?;
        Some(Self::new(main, names))
    }

    /// The main name (the common name).
    pub fn main(&self) -> &DomainName {
        let [main, ..] = self.0.as_slice() else {
            unreachable!("a set has its main name")
        };
        main
    }

    /// The names after the main one.
    pub fn additional(&self) -> &[DomainName] {
        self.0.get(1..).unwrap_or_default()
    }

    /// All names, the main one first.
    pub fn iter(&self) -> std::slice::Iter<'_, DomainName> {
        self.0.iter()
    }

    /// All names, the main one first.
    pub fn as_slice(&self) -> &[DomainName] {
        &self.0
    }

    /// How many names there are: at least one.
    #[expect(clippy::len_without_is_empty, reason = "a set is never empty")]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether exactly this name is in the set; a wildcard stands for itself only.
    pub fn contains(&self, name: &DomainName) -> bool {
        self.0.contains(name)
    }

    /// How many names are not wildcards, the main one included.
    pub fn standard_count(&self) -> usize {
        self.len() - self.wildcard_count()
    }

    /// How many names are wildcards, the main one included.
    pub fn wildcard_count(&self) -> usize {
        self.0.iter().filter(|name| name.is_wildcard()).count()
    }

    /// The names of this set that the other lacks, in this set's order.
    pub fn missing_from(&self, other: &Self) -> Vec<DomainName> {
        self.0
            .iter()
            .filter(|name| !other.contains(name))
            .cloned()
            .collect()
    }
}

impl<'a> IntoIterator for &'a NameSet {
    type Item = &'a DomainName;
    type IntoIter = std::slice::Iter<'a, DomainName>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl TryFrom<Vec<DomainName>> for NameSet {
    type Error = NoNames;

    fn try_from(names: Vec<DomainName>) -> Result<Self, Self::Error> {
        Self::from_names(names).ok_or(NoNames)
    }
}

impl From<NameSet> for Vec<DomainName> {
    fn from(names: NameSet) -> Self {
        names.0
    }
}

/// A set of names needs at least one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no domain name was given")]
pub struct NoNames;

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> DomainName {
        DomainName::parse(text).unwrap()
    }

    #[test]
    fn a_set_keeps_order_drops_repeats_and_counts() {
        let set = NameSet::new(
            name("*.example.com"),
            [
                name("b.example.com"),
                name("*.example.com"),
                name("a.example.com"),
                name("b.example.com"),
            ],
        );
        assert_eq!(set.main(), &name("*.example.com"));
        assert_eq!(set.additional(), [name("b.example.com"), name("a.example.com")]);
        assert_eq!((set.len(), set.standard_count(), set.wildcard_count()), (3, 2, 1));
        let other = NameSet::new(name("a.example.com"), []);
        assert_eq!(
            set.missing_from(&other),
            [name("*.example.com"), name("b.example.com")]
        );
    }

    #[test]
    fn travels_through_json_as_text() {
        let set = NameSet::new(name("bücher.de"), [name("www.bücher.de")]);
        let json = serde_json::to_string(&set).unwrap();
        assert_eq!(json, r#"["xn--bcher-kva.de","www.xn--bcher-kva.de"]"#);
        assert_eq!(serde_json::from_str::<NameSet>(&json).unwrap(), set);
        assert!(serde_json::from_str::<NameSet>("[]").is_err());
        assert!(serde_json::from_str::<DomainName>(r#""localhost""#).is_err());
    }
}
