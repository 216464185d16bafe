//! Answers to queries, always with authority (RFC 1034 §4.3.2 without delegation).

use hickory_proto::{
    op::{Edns, Message, OpCode, ResponseCode},
    rr::{Name, RData, Record, RecordType},
};

use super::zones::Zones;

/// Aliases followed inside one answer before it is cut off.
const MAX_ALIASES: usize = 8;
/// What we accept by UDP, in bytes: fits every link without fragments (the value of DNS flag day 2020).
const UDP_PAYLOAD: u16 = 1232;

/// Makes the answer to `request`.
pub(super) fn answer(request: &Message, zones: &Zones) -> Message {
    let mut response = Message::response(request.id, OpCode::Query);
    response.metadata.recursion_desired = request.recursion_desired;
    response.metadata.recursion_available = request.recursion_desired;
    if request.edns.is_some() {
        response.set_edns(edns());
    }
    let [query] = request.queries.as_slice() else {
        response.metadata.response_code = ResponseCode::FormErr;
        return response;
    };
    response.add_query(query.clone());
    let Some(apex) = zones.apex_of(query.name()) else {
        response.metadata.response_code = ResponseCode::Refused;
        return response;
    };
    response.metadata.authoritative = true;
    let found = look_up(zones, query.name(), query.query_type());
    if !found.exists {
        response.metadata.response_code = ResponseCode::NXDomain;
    }
    if found.is_negative {
        response.add_authority(zones.soa(&apex));
    }
    response.add_answers(found.records);
    response
}

struct Found {
    records: Vec<Record>,
    exists: bool,
    is_negative: bool,
}

/// Follows aliases as long as they stay inside our zones; a resolver asks elsewhere for the rest.
fn look_up(zones: &Zones, owner: &Name, kind: RecordType) -> Found {
    let mut records = Vec::new();
    let mut current = owner.clone();
    for _ in 0..=MAX_ALIASES {
        let Some(here) = zones.visible(&current) else {
            let outside = zones.apex_of(&current).is_none();
            return Found {
                exists: outside,
                is_negative: !outside,
                records,
            };
        };
        let alias = here.iter().find_map(|record| match &record.data {
            RData::CNAME(target) if kind != RecordType::CNAME && kind != RecordType::ANY => {
                Some((record.clone(), target.0.clone()))
            }
            _ => None,
        });
        let Some((record, target)) = alias else {
            let wanted = here.into_iter().filter(|record| matches_type(record, kind));
            let before = records.len();
            records.extend(wanted);
            return Found {
                exists: true,
                is_negative: records.len() == before,
                records,
            };
        };
        records.push(record);
        current = target;
    }
    Found {
        records,
        exists: true,
        is_negative: false,
    }
}

fn matches_type(record: &Record, kind: RecordType) -> bool {
    kind == RecordType::ANY || record.record_type() == kind
}

fn edns() -> Edns {
    let mut edns = Edns::new();
    edns.set_max_payload(UDP_PAYLOAD).set_version(0);
    edns
}

#[cfg(test)]
mod tests {
    use hickory_proto::op::Query;

    use super::*;

    fn ask(zones: &Zones, owner: &str, kind: RecordType) -> Message {
        let mut request = Message::query();
        request.add_query(Query::query(Name::from_ascii(owner).unwrap(), kind));
        answer(&request, zones)
    }

    #[test]
    fn follows_an_alias_to_the_address() {
        let zones = Zones::default();
        zones
            .set("www.shop.test", RecordType::CNAME, "shop.test.")
            .unwrap();
        let response = ask(&zones, "www.shop.test.", RecordType::A);
        let types: Vec<_> = response.answers.iter().map(Record::record_type).collect();
        assert_eq!(types, [RecordType::CNAME, RecordType::A]);
        assert!(response.authoritative);
    }

    #[test]
    fn stops_at_a_loop_of_aliases() {
        let zones = Zones::default();
        zones.set("a.test", RecordType::CNAME, "b.test.").unwrap();
        zones.set("b.test", RecordType::CNAME, "a.test.").unwrap();
        assert_eq!(
            ask(&zones, "a.test.", RecordType::A).answers.len(),
            MAX_ALIASES + 1
        );
    }

    #[test]
    fn says_no_such_name_no_such_type_and_not_our_zone_apart() {
        let zones = Zones::default();
        let missing = ask(&zones, "_x.shop.test.", RecordType::CNAME);
        assert_eq!(missing.response_code, ResponseCode::NXDomain);
        assert_eq!(missing.authorities.len(), 1, "a negative answer carries the SOA");
        let empty = ask(&zones, "shop.test.", RecordType::CAA);
        assert_eq!(empty.response_code, ResponseCode::NoError);
        assert_eq!(empty.authorities.len(), 1);
        let foreign = ask(&zones, "example.org.", RecordType::A);
        assert_eq!(foreign.response_code, ResponseCode::Refused);
        assert!(!foreign.authoritative);
    }
}
