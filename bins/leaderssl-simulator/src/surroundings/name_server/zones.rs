//! The records that a name server serves, shared with whoever holds the handle.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::Ipv4Addr,
    sync::Arc,
};

use hickory_proto::rr::{
    DNSClass, LowerName, Name, RData, Record, RecordType,
    rdata::{A, NS, SOA},
};
use parking_lot::RwLock;

/// TTL in seconds of records set by hand or made up.
const TTL_SECONDS: u32 = 30;

/// Why a record could not be set.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BadRecord {
    /// The owner is not a domain name.
    #[error("`{0}` is not a domain name")]
    Name(String),
    /// The data does not read as a record of that type (RFC 1035 §5.1 presentation format).
    #[error("`{text}` is not the data of a {kind} record")]
    Data {
        /// Type of record.
        kind: RecordType,
        /// What was given.
        text: String,
    },
}

/// Records of the served zones. Clones share the records; [`Zones::separate_copy`] makes a set of its own.
#[derive(Debug, Clone)]
pub struct Zones(Arc<RwLock<Content>>);

#[derive(Debug, Clone)]
struct Content {
    /// Apexes; the root zone means "whatever is asked for".
    apexes: Vec<Name>,
    records: BTreeMap<LowerName, Vec<Record>>,
    hidden: BTreeSet<LowerName>,
    serial: u32,
}

impl Default for Zones {
    fn default() -> Self {
        Self::with_apexes(vec![
            Name::root().append_label("test").unwrap_or_else(|_| Name::root()),
        ])
    }
}

impl Zones {
    /// Zones with these apexes, without records of their own.
    ///
    /// # Errors
    /// When one is not a domain name.
    pub fn of(apexes: &[&str]) -> Result<Self, BadRecord> {
        apexes
            .iter()
            .map(|apex| name(apex))
            .collect::<Result<_, _>>()
            .map(Self::with_apexes)
    }

    /// Any name at all, served from the root: for a demo that accepts whatever domain its user types.
    pub fn everything() -> Self {
        Self::with_apexes(vec![Name::root()])
    }

    /// The same records as now in a set of its own, which no longer follows this one.
    #[must_use]
    pub fn separate_copy(&self) -> Self {
        Self(Arc::new(RwLock::new(self.0.read().clone())))
    }

    /// Puts one record in place of all of the same type at `owner`; `data` is in zone-file notation, such as
    /// `0 issue "sectigo.com"` for CAA.
    ///
    /// # Errors
    /// When owner or data cannot be read.
    pub fn set(&self, owner: &str, kind: RecordType, data: &str) -> Result<(), BadRecord> {
        let record = record(owner, kind, data)?;
        self.change(|content| {
            content.remove_type(&record.name, kind);
            content.add(record);
        });
        Ok(())
    }

    /// Puts one record beside those of the same type at `owner`.
    ///
    /// # Errors
    /// When owner or data cannot be read.
    pub fn add(&self, owner: &str, kind: RecordType, data: &str) -> Result<(), BadRecord> {
        let record = record(owner, kind, data)?;
        self.change(|content| content.add(record));
        Ok(())
    }

    /// Takes all records of one type away from `owner`; nothing happens when there are none.
    pub fn remove(&self, owner: &str, kind: RecordType) {
        if let Ok(owner) = name(owner) {
            self.change(|content| content.remove_type(&owner, kind));
        }
    }

    /// Makes `owner` a name that does not exist, whatever was set there.
    pub fn hide(&self, owner: &str) {
        if let Ok(owner) = name(owner) {
            self.change(|content| {
                content.hidden.insert(LowerName::new(&owner));
            });
        }
    }

    /// Undoes [`Zones::hide`].
    pub fn unhide(&self, owner: &str) {
        if let Ok(owner) = name(owner) {
            self.change(|content| {
                content.hidden.remove(&LowerName::new(&owner));
            });
        }
    }

    /// The records that were set or published at `owner`, without those the server makes up.
    pub fn records(&self, owner: &str) -> Vec<Record> {
        name(owner).map(|owner| self.stored(&owner)).unwrap_or_default()
    }

    /// Every record that was set or published.
    pub fn all_records(&self) -> Vec<Record> {
        self.0.read().records.values().flatten().cloned().collect()
    }

    /// Grows with every change.
    pub fn serial(&self) -> u32 {
        self.0.read().serial
    }

    /// The apex of the zone that `owner` lies in.
    pub(super) fn apex_of(&self, owner: &Name) -> Option<Name> {
        let content = self.0.read();
        let around = content.apexes.iter().filter(|apex| apex.zone_of(owner));
        around.max_by_key(|apex| apex.num_labels()).cloned()
    }

    /// Whether a dynamic update may name this zone: one that is served, or any part of "everything".
    pub(super) fn is_updatable(&self, zone: &Name) -> bool {
        let content = self.0.read();
        content.apexes.iter().any(|apex| apex == zone || apex.is_root())
    }

    pub(super) fn stored(&self, owner: &Name) -> Vec<Record> {
        let content = self.0.read();
        let key = LowerName::new(owner);
        if content.hidden.contains(&key) {
            return Vec::new();
        }
        content.records.get(&key).cloned().unwrap_or_default()
    }

    /// Records at `owner` as a caller sees them, or `None` when the name does not exist.
    pub(super) fn visible(&self, owner: &Name) -> Option<Vec<Record>> {
        let apex = self.apex_of(owner)?;
        let mut records = self.stored(owner);
        if *owner == apex {
            records.push(self.soa(&apex));
            records.push(made_up(owner, RData::NS(NS(server_name(&apex)))));
        }
        let hidden = self.0.read().hidden.contains(&LowerName::new(owner));
        if hidden {
            return None;
        }
        let has = |kind| records.iter().any(|record| record.record_type() == kind);
        if is_host(owner, &apex) && !has(RecordType::CNAME) && !has(RecordType::A) && !has(RecordType::AAAA) {
            records.push(made_up(owner, RData::A(A(Ipv4Addr::LOCALHOST))));
        }
        (!records.is_empty() || self.has_descendants(owner)).then_some(records)
    }

    pub(super) fn soa(&self, apex: &Name) -> Record {
        let responsible = apex.prepend_label("hostmaster").unwrap_or_else(|_| apex.clone());
        let serial = self.serial();
        let soa = SOA::new(
            server_name(apex),
            responsible,
            serial,
            3600,
            600,
            86_400,
            TTL_SECONDS,
        );
        made_up(apex, RData::SOA(soa))
    }

    /// Runs several changes as one, under one new serial.
    pub(super) fn apply(&self, changes: impl IntoIterator<Item = Change>) {
        self.change(|content| changes.into_iter().for_each(|change| content.apply(change)));
    }

    fn with_apexes(apexes: Vec<Name>) -> Self {
        let content = Content {
            apexes,
            records: BTreeMap::new(),
            hidden: BTreeSet::new(),
            serial: 1,
        };
        Self(Arc::new(RwLock::new(content)))
    }

    fn change(&self, change: impl FnOnce(&mut Content)) {
        let mut content = self.0.write();
        change(&mut content);
        content.serial = content.serial.wrapping_add(1);
    }

    fn has_descendants(&self, owner: &Name) -> bool {
        let content = self.0.read();
        content
            .records
            .iter()
            .any(|(name, set)| !set.is_empty() && owner.zone_of(name))
    }
}

/// One step of a dynamic update.
#[derive(Debug)]
pub(super) enum Change {
    Add(Record),
    RemoveName(Name),
    RemoveType(Name, RecordType),
    RemoveExact(Record),
}

impl Content {
    fn apply(&mut self, change: Change) {
        match change {
            Change::Add(record) => self.add(record),
            Change::RemoveName(owner) => {
                self.records.remove(&LowerName::new(&owner));
            }
            Change::RemoveType(owner, kind) => self.remove_type(&owner, kind),
            Change::RemoveExact(unwanted) => {
                self.retain(&unwanted.name, |record| record.data != unwanted.data);
            }
        }
    }

    /// RFC 2136 §3.4.2.2: duplicates are ignored, a CNAME and other data exclude each other, a CNAME replaces a CNAME.
    fn add(&mut self, mut record: Record) {
        record.dns_class = DNSClass::IN;
        let set = self.records.entry(LowerName::new(&record.name)).or_default();
        let is_alias = |record: &Record| record.record_type() == RecordType::CNAME;
        if is_alias(&record) {
            if set.iter().any(|other| !is_alias(other)) {
                return;
            }
            set.clear();
        } else if set.iter().any(is_alias) {
            return;
        }
        set.retain(|other| other.data != record.data);
        set.push(record);
    }

    fn remove_type(&mut self, owner: &Name, kind: RecordType) {
        self.retain(owner, |record| record.record_type() != kind);
    }

    fn retain(&mut self, owner: &Name, keep: impl Fn(&Record) -> bool) {
        let key = LowerName::new(owner);
        if let Some(set) = self.records.get_mut(&key) {
            set.retain(keep);
            if set.is_empty() {
                self.records.remove(&key);
            }
        }
    }
}

fn name(text: &str) -> Result<Name, BadRecord> {
    let mut name = Name::from_ascii(text).map_err(|_| BadRecord::Name(text.to_owned()))?;
    name.set_fqdn(true);
    Ok(name)
}

fn record(owner: &str, kind: RecordType, text: &str) -> Result<Record, BadRecord> {
    let owner = name(owner)?;
    let data = RData::try_from_str(kind, text).map_err(|_| BadRecord::Data {
        kind,
        text: text.to_owned(),
    })?;
    Ok(Record::from_rdata(owner, TTL_SECONDS, absolute(data)))
}

/// A target is always meant absolute, written with a final dot or without.
fn absolute(mut data: RData) -> RData {
    match &mut data {
        RData::CNAME(target) => target.0.set_fqdn(true),
        RData::NS(server) => server.0.set_fqdn(true),
        _ => {}
    }
    data
}

fn made_up(owner: &Name, data: RData) -> Record {
    Record::from_rdata(owner.clone(), TTL_SECONDS, data)
}

fn server_name(apex: &Name) -> Name {
    apex.prepend_label("ns1").unwrap_or_else(|_| apex.clone())
}

/// Below the apex, and without an underscore label: those are kept for records about a name (RFC 8552).
fn is_host(owner: &Name, apex: &Name) -> bool {
    owner != apex
        && !owner
            .iter()
            .any(|label| label.first() == Some(&b'_') || label == b"*")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn types_at(zones: &Zones, owner: &str) -> Option<Vec<RecordType>> {
        let visible = zones.visible(&name(owner).unwrap())?;
        Some(visible.iter().map(Record::record_type).collect())
    }

    #[test]
    fn every_host_of_a_zone_has_an_address_and_no_other_name_exists() {
        let zones = Zones::default();
        assert_eq!(types_at(&zones, "shop.example.test"), Some(vec![RecordType::A]));
        assert_eq!(types_at(&zones, "_abc.example.test"), None);
        assert_eq!(types_at(&zones, "example.org"), None);
        assert_eq!(
            types_at(&zones, "test"),
            Some(vec![RecordType::SOA, RecordType::NS])
        );
    }

    #[test]
    fn a_cname_and_other_data_exclude_each_other() {
        let zones = Zones::default();
        zones
            .set("_a.example.test", RecordType::CNAME, "one.sectigo.com")
            .unwrap();
        zones.add("_a.example.test", RecordType::TXT, "ignored").unwrap();
        zones
            .add("_a.example.test", RecordType::CNAME, "two.sectigo.com")
            .unwrap();
        let seen = zones.records("_A.Example.test.");
        assert_eq!(seen.len(), 1);
        assert_eq!(seen[0].data.to_string(), "two.sectigo.com.");
    }

    #[test]
    fn a_separate_copy_does_not_follow_the_original() {
        let first = Zones::default();
        let second = first.separate_copy();
        let shared = first.clone();
        first.set("_a.example.test", RecordType::TXT, "\"x\"").unwrap();
        assert_eq!(shared.records("_a.example.test").len(), 1);
        assert!(second.records("_a.example.test").is_empty());
    }

    #[test]
    fn a_hidden_name_does_not_exist_until_it_is_shown_again() {
        let zones = Zones::default();
        zones.hide("gone.test");
        assert_eq!(types_at(&zones, "gone.test"), None);
        zones.unhide("gone.test");
        assert!(types_at(&zones, "gone.test").is_some());
    }

    #[test]
    fn refuses_names_and_data_that_do_not_read() {
        let zones = Zones::default();
        let too_long = "a".repeat(70);
        assert!(matches!(
            zones.set(&too_long, RecordType::TXT, "x"),
            Err(BadRecord::Name(_))
        ));
        let bad_address = zones.set("a.test", RecordType::A, "300.1.1.1");
        assert!(matches!(bad_address, Err(BadRecord::Data { .. })));
    }
}
