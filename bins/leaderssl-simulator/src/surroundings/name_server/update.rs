//! Dynamic updates (RFC 2136) under a TSIG key (RFC 8945).

use std::time::{SystemTime, UNIX_EPOCH};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hickory_proto::{
    op::{Message, OpCode, ResponseCode, UpdateMessage},
    rr::{
        DNSClass, Name, Record, RecordData, RecordType, TSigResponseContext, TSigner,
        rdata::tsig::{TsigAlgorithm, TsigError},
    },
};

use super::{
    encode,
    zones::{Change, Zones},
};

/// How far the clocks of caller and server may differ, in seconds (RFC 8945 §10).
const FUDGE_SECONDS: u16 = 300;

/// The shared key that updates must be signed with (HMAC-SHA256).
#[derive(Clone)]
pub struct UpdateKey {
    signer: TSigner,
}

/// Why a text is not a TSIG key.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BadKey {
    /// The key's name is not a domain name.
    #[error("`{0}` is not a key name")]
    Name(String),
    /// The secret is not Base64.
    #[error("the secret is not Base64")]
    Secret(#[source] base64::DecodeError),
    /// The library refuses the algorithm.
    #[error("the algorithm hmac-sha256 is not available")]
    Algorithm(#[source] hickory_proto::dnssec::DnsSecError),
}

impl UpdateKey {
    /// A key from its name and its secret in Base64, as key files of name servers write it.
    ///
    /// # Errors
    /// When either cannot be read.
    pub fn new(name: &str, secret_base64: &str) -> Result<Self, BadKey> {
        let key_name = Name::from_ascii(name).map_err(|_| BadKey::Name(name.to_owned()))?;
        let secret = STANDARD.decode(secret_base64).map_err(BadKey::Secret)?;
        let signer = TSigner::new(secret, TsigAlgorithm::HmacSha256, key_name, FUDGE_SECONDS)
            .map_err(BadKey::Algorithm)?;
        Ok(Self { signer })
    }
}

impl std::fmt::Debug for UpdateKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "UpdateKey({})", self.signer.signer_name())
    }
}

/// Checks the signature, carries the update out and signs the answer.
pub(super) fn respond(
    bytes: &[u8],
    request: &Message,
    zones: &Zones,
    key: Option<&UpdateKey>,
) -> Option<Vec<u8>> {
    let (Some(key), Some(signature)) = (key, request.signature.as_deref()) else {
        return encode(&response(request, ResponseCode::Refused));
    };
    let now = unix_time();
    let signer = key.signer.clone();
    if signature.name != *signer.signer_name() || signature.data.algorithm != *signer.algorithm() {
        let context = TSigResponseContext::unknown_key(request.id, now, signature.name.clone());
        return signed(response(request, ResponseCode::NotAuth), context);
    }
    let Ok((mac, _, valid)) = signer.verify_message_byte(bytes, None, true) else {
        let context = TSigResponseContext::bad_signature(request.id, now, signer);
        return signed(response(request, ResponseCode::NotAuth), context);
    };
    if !valid.contains(&now) {
        let context = TSigResponseContext::new(request.id, now, signer, mac, Some(TsigError::BadTime));
        return signed(response(request, ResponseCode::NotAuth), context);
    }
    let outcome = carry_out(request, zones).err().unwrap_or(ResponseCode::NoError);
    let context = TSigResponseContext::new(request.id, now, signer, mac, None);
    signed(response(request, outcome), context)
}

fn response(request: &Message, code: ResponseCode) -> Message {
    let mut response = Message::error_msg(request.id, OpCode::Update, code);
    response.add_queries(request.queries.iter().cloned());
    response
}

fn signed(mut response: Message, context: TSigResponseContext) -> Option<Vec<u8>> {
    let unsigned = encode(&response)?;
    let signature = context
        .sign(&unsigned)
        .inspect_err(|error| tracing::warn!(%error, "an answer could not be signed"))
        .ok()?;
    response.set_signature(signature);
    encode(&response)
}

/// RFC 2136 §3: zone, prerequisites, prescan, update; all or nothing.
fn carry_out(request: &Message, zones: &Zones) -> Result<(), ResponseCode> {
    let [zone] = request.zones() else {
        return Err(ResponseCode::FormErr);
    };
    if zone.query_type() != RecordType::SOA {
        return Err(ResponseCode::FormErr);
    }
    if !zones.is_updatable(zone.name()) {
        return Err(ResponseCode::NotAuth);
    }
    check_prerequisites(request.prerequisites(), zone.name(), zones)?;
    let changes = request
        .updates()
        .iter()
        .map(|record| change(record, zone.name()))
        .collect::<Result<Vec<_>, _>>()?;
    if !changes.is_empty() {
        zones.apply(changes);
    }
    Ok(())
}

/// RFC 2136 §3.2: what must be there and what must not.
fn check_prerequisites(prerequisites: &[Record], zone: &Name, zones: &Zones) -> Result<(), ResponseCode> {
    for wanted in prerequisites {
        if wanted.ttl != 0 {
            return Err(ResponseCode::FormErr);
        }
        if !zone.zone_of(&wanted.name) {
            return Err(ResponseCode::NotZone);
        }
        let kind = wanted.record_type();
        let here = zones.stored(&wanted.name);
        let has_type = here.iter().any(|record| record.record_type() == kind);
        let refusal = match (wanted.dns_class, kind) {
            (DNSClass::ANY, RecordType::ANY) => here.is_empty().then_some(ResponseCode::NXDomain),
            (DNSClass::ANY, _) => (!has_type).then_some(ResponseCode::NXRRSet),
            (DNSClass::NONE, RecordType::ANY) => (!here.is_empty()).then_some(ResponseCode::YXDomain),
            (DNSClass::NONE, _) => has_type.then_some(ResponseCode::YXRRSet),
            (DNSClass::IN, _) => {
                let is_there = here.iter().any(|record| record.data == wanted.data);
                let same_set = |record: &&Record| record.record_type() == kind && record.name == wanted.name;
                let size_wanted = prerequisites.iter().filter(same_set).count();
                let size_here = here.iter().filter(same_set).count();
                (!is_there || size_wanted != size_here).then_some(ResponseCode::NXRRSet)
            }
            _ => Some(ResponseCode::FormErr),
        };
        if let Some(refusal) = refusal {
            return Err(refusal);
        }
    }
    Ok(())
}

/// RFC 2136 §3.4.1 and §3.4.2: what one record of the update section asks for.
fn change(record: &Record, zone: &Name) -> Result<Change, ResponseCode> {
    if !zone.zone_of(&record.name) {
        return Err(ResponseCode::NotZone);
    }
    let kind = record.record_type();
    let is_empty = record.data.is_update();
    match record.dns_class {
        DNSClass::IN if !is_empty && kind != RecordType::ANY => Ok(Change::Add(record.clone())),
        DNSClass::ANY if is_empty && record.ttl == 0 && kind == RecordType::ANY => {
            Ok(Change::RemoveName(record.name.clone()))
        }
        DNSClass::ANY if is_empty && record.ttl == 0 => Ok(Change::RemoveType(record.name.clone(), kind)),
        DNSClass::NONE if !is_empty && record.ttl == 0 => Ok(Change::RemoveExact(record.clone())),
        _ => Err(ResponseCode::FormErr),
    }
}

/// Seconds since 1970 by the machine: signatures are about the wire, not about simulated business time.
fn unix_time() -> u64 {
    #[expect(
        clippy::disallowed_methods,
        reason = "TSIG compares the clocks of two machines"
    )]
    let now = SystemTime::now();
    now.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

#[cfg(test)]
mod tests {
    use hickory_proto::{
        op::Query,
        rr::{RData, rdata::TXT},
    };

    use super::*;

    const SECRET: &str = "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0";

    fn key(name: &str, secret: &str) -> UpdateKey {
        UpdateKey::new(name, secret).unwrap()
    }

    fn owner() -> Name {
        Name::from_ascii("_x.shop.test.").unwrap()
    }

    fn txt(value: &str) -> Record {
        Record::from_rdata(owner(), 60, RData::TXT(TXT::new(vec![value.to_owned()])))
    }

    fn update(records: Vec<Record>, prerequisites: Vec<Record>) -> Message {
        let mut message = Message::query();
        message.metadata.op_code = OpCode::Update;
        message.add_query(Query::query(Name::from_ascii("test.").unwrap(), RecordType::SOA));
        message.add_authorities(records);
        message.add_answers(prerequisites);
        message
    }

    fn send(mut message: Message, signed_by: Option<(&UpdateKey, u64)>, zones: &Zones) -> Message {
        if let Some((key, time)) = signed_by {
            message.finalize(&key.signer, time).unwrap();
        }
        let bytes = message.to_vec().unwrap();
        let parsed = Message::from_vec(&bytes).unwrap();
        let answer = respond(&bytes, &parsed, zones, Some(&key("demo.", SECRET))).unwrap();
        Message::from_vec(&answer).unwrap()
    }

    #[test]
    fn takes_signed_updates_and_refuses_all_others() {
        let ours = key("demo.", SECRET);
        let wrong_secret = key("demo.", "b3RoZXItb3RoZXItb3RoZXItb3RoZXItb3RoZXI=");
        let wrong_name = key("other.", SECRET);
        let now = unix_time();
        let table = [
            ("signed", Some((&ours, now)), ResponseCode::NoError, None),
            ("unsigned", None, ResponseCode::Refused, None),
            (
                "wrong secret",
                Some((&wrong_secret, now)),
                ResponseCode::NotAuth,
                Some(TsigError::BadSig),
            ),
            (
                "wrong key",
                Some((&wrong_name, now)),
                ResponseCode::NotAuth,
                Some(TsigError::BadKey),
            ),
            (
                "old",
                Some((&ours, now - 4000)),
                ResponseCode::NotAuth,
                Some(TsigError::BadTime),
            ),
        ];
        for (case, signer, code, tsig_error) in table {
            let zones = Zones::default();
            let answer = send(update(vec![txt("v")], vec![]), signer, &zones);
            assert_eq!(answer.response_code, code, "{case}");
            let error = answer.signature.as_ref().and_then(|record| record.data.error);
            assert_eq!(error, tsig_error, "{case}");
            let stored = zones.records("_x.shop.test").len();
            assert_eq!(stored, usize::from(code == ResponseCode::NoError), "{case}");
        }
    }

    #[test]
    fn removes_only_the_named_value() {
        let ours = key("demo.", SECRET);
        let zones = Zones::default();
        let signed = Some((&ours, unix_time()));
        send(update(vec![txt("mine"), txt("theirs")], vec![]), signed, &zones);
        let mut removal = txt("mine");
        removal.dns_class = DNSClass::NONE;
        removal.ttl = 0;
        send(update(vec![removal], vec![]), signed, &zones);
        let left: Vec<_> = zones
            .records("_x.shop.test")
            .iter()
            .map(|r| r.data.clone())
            .collect();
        assert_eq!(left, [txt("theirs").data]);
    }

    #[test]
    fn prerequisites_stop_the_whole_update() {
        let ours = key("demo.", SECRET);
        let condition = |class, kind| {
            let mut record = Record::update0(owner(), 0, kind);
            record.dns_class = class;
            record
        };
        let table = [
            (
                condition(DNSClass::NONE, RecordType::ANY),
                false,
                ResponseCode::NoError,
            ),
            (
                condition(DNSClass::NONE, RecordType::ANY),
                true,
                ResponseCode::YXDomain,
            ),
            (
                condition(DNSClass::NONE, RecordType::TXT),
                true,
                ResponseCode::YXRRSet,
            ),
            (
                condition(DNSClass::ANY, RecordType::TXT),
                false,
                ResponseCode::NXRRSet,
            ),
            (
                condition(DNSClass::ANY, RecordType::ANY),
                false,
                ResponseCode::NXDomain,
            ),
            (
                condition(DNSClass::ANY, RecordType::TXT),
                true,
                ResponseCode::NoError,
            ),
        ];
        for (prerequisite, is_taken, code) in table {
            let zones = Zones::default();
            if is_taken {
                zones.set("_x.shop.test", RecordType::TXT, "\"there\"").unwrap();
            }
            let before = zones.serial();
            let message = update(vec![txt("new")], vec![prerequisite]);
            let answer = send(message, Some((&ours, unix_time())), &zones);
            assert_eq!(answer.response_code, code);
            assert_eq!(zones.serial() != before, code == ResponseCode::NoError);
        }
    }
}
