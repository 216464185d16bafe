//! Dynamic updates (RFC 2136) signed with a shared key (TSIG, RFC 8945), as BIND, Knot and others take them.

use std::{fmt, net::SocketAddr, sync::Arc};

use async_trait::async_trait;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use hickory_proto::{
    op::{Message, OpCode, Query, ResponseCode, UpdateMessage},
    rr::{
        DNSClass, RData, Record, RecordType as WireType, TSigner,
        rdata::{
            CNAME, TXT,
            tsig::{TsigAlgorithm, TsigError},
        },
    },
};
use secrecy::{ExposeSecret, SecretString};

use super::{PublishError, Published, Publisher, ValidationRecord, ValidationValue, Visibility};
use crate::{
    Eyes, RecordName, ServerError,
    authoritative::{self, ServerAnswer},
    record,
    wire::{self, Role},
};

/// How far the clocks of caller and server may differ, in seconds (RFC 8945 §10).
const FUDGE_SECONDS: u16 = 300;
/// Longest single string of a TXT record (RFC 1035 §3.3).
const MAX_STRING: usize = 255;
/// Longest text that we publish; persistent validation records stay far below.
const MAX_TEXT: usize = 4000;

/// Seconds since 1970 by the machine's clock. Not business time: a server refuses signatures that are five minutes off.
pub type UnixTime = Arc<dyn Fn() -> u64 + Send + Sync>;

/// A shared key for HMAC-SHA256.
#[derive(Clone)]
pub struct TsigKey {
    signer: TSigner,
}

/// Why a key cannot be used. Says nothing about the secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BadTsigKey {
    /// The key's name is not a domain name.
    #[error("the name of the key is not a domain name")]
    Name,
    /// The secret is not Base64.
    #[error("the secret of the key is not Base64")]
    NotBase64,
    /// RFC 8945 §8 wants a secret as long as the digest; we refuse fewer than 16 bytes.
    #[error("the secret of the key has fewer than 16 bytes")]
    TooShort,
    /// The library does not offer the algorithm.
    #[error("hmac-sha256 is not available")]
    Algorithm,
}

impl TsigKey {
    /// A key from its name and its secret in Base64, as `tsig-keygen -a hmac-sha256` prints them.
    ///
    /// # Errors
    /// When either cannot be read or the secret is too short.
    pub fn new(name: &RecordName, secret: &SecretString) -> Result<Self, BadTsigKey> {
        let name = name.to_wire().map_err(|_| BadTsigKey::Name)?;
        let bytes = STANDARD
            .decode(secret.expose_secret().trim())
            .map_err(|_| BadTsigKey::NotBase64)?;
        if bytes.len() < 16 {
            return Err(BadTsigKey::TooShort);
        }
        let signer = TSigner::new(bytes, TsigAlgorithm::HmacSha256, name, FUDGE_SECONDS)
            .map_err(|_| BadTsigKey::Algorithm)?;
        Ok(Self { signer })
    }
}

impl fmt::Debug for TsigKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TsigKey({})", self.signer.signer_name())
    }
}

/// Publishes into one zone through its primary server.
pub struct Rfc2136 {
    server: SocketAddr,
    zone: RecordName,
    key: TsigKey,
    eyes: Eyes,
    now: UnixTime,
}

impl fmt::Debug for Rfc2136 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rfc2136")
            .field("server", &self.server)
            .field("zone", &self.zone)
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}

impl Rfc2136 {
    /// A publisher that sends updates of `zone` to `server` by TCP; `eyes` then look whether they arrived.
    pub fn new(server: SocketAddr, zone: RecordName, key: TsigKey, eyes: Eyes, now: UnixTime) -> Self {
        Self {
            server,
            zone,
            key,
            eyes,
            now,
        }
    }

    async fn send(&self, mut update: Message) -> Result<ResponseCode, PublishError> {
        let verifier = update
            .finalize(&self.key.signer, (self.now)())
            .map_err(PublishError::Encode)?;
        let bytes = update.to_vec().map_err(PublishError::Encode)?;
        let patience = self.eyes.timeouts().per_question;
        let answer = wire::exchange_tcp(self.server, &bytes, patience)
            .await
            .map_err(PublishError::Server)?;
        let read = Message::from_vec(&answer).map_err(|_| PublishError::Server(ServerError::Malformed))?;
        if read.id != update.id {
            return Err(PublishError::NotAuthentic);
        }
        let tsig_error = read.signature().and_then(|record| record.data.error);
        match tsig_error {
            Some(TsigError::BadTime) => return Err(PublishError::ClockSkew),
            Some(_) => return Err(PublishError::KeyRefused),
            None => {}
        }
        // A server that knows no keys refuses without a signature; nothing else unsigned is believed.
        if read.signature().is_none() {
            return match read.response_code {
                ResponseCode::NoError => Err(PublishError::NotAuthentic),
                other => Err(refused(other)),
            };
        }
        let is_authentic = verifier.is_some_and(|mut verifier| verifier.verify(&answer).is_ok());
        if is_authentic {
            Ok(read.response_code)
        } else {
            Err(PublishError::NotAuthentic)
        }
    }

    fn update(&self) -> Result<Message, PublishError> {
        let zone = self.zone.to_wire().map_err(|_| self.outside(&self.zone))?;
        let mut message = Message::query();
        message.metadata.op_code = OpCode::Update;
        message.metadata.recursion_desired = false;
        message.add_zone(Query::query(zone, WireType::SOA));
        Ok(message)
    }

    fn wire_record(&self, record: &ValidationRecord) -> Result<Record, PublishError> {
        if !record.name.is_within(&self.zone) {
            return Err(self.outside(&record.name));
        }
        let bad = || PublishError::BadValue {
            name: record.name.clone(),
        };
        let name = record.name.to_wire().map_err(|_| bad())?;
        let data = match &record.value {
            ValidationValue::Cname(target) => RData::CNAME(CNAME(target.to_wire().map_err(|_| bad())?)),
            ValidationValue::Txt(text) if text.len() <= MAX_TEXT => {
                RData::TXT(TXT::from_bytes(text.as_bytes().chunks(MAX_STRING).collect()))
            }
            ValidationValue::Txt(_) => return Err(bad()),
        };
        Ok(Record::from_rdata(name, record.ttl_seconds, data))
    }

    fn outside(&self, name: &RecordName) -> PublishError {
        PublishError::OutsideZone {
            name: name.clone(),
            zone: self.zone.clone(),
        }
    }

    /// What stands at the name on the update server itself, past any lag of the others.
    async fn stands_there(&self, record: &ValidationRecord) -> Result<bool, PublishError> {
        let timeouts = self.eyes.timeouts();
        let answer = wire::ask(
            self.server,
            &record.name,
            record.kind(),
            Role::Authority,
            timeouts,
        )
        .await
        .map_err(PublishError::Server)?;
        let exists = answer.response_code == ResponseCode::NoError;
        let records = answer.answers.iter().map(record::Record::from_wire).collect();
        Ok(record.is_in(&ServerAnswer { exists, records }))
    }
}

#[async_trait]
impl Publisher for Rfc2136 {
    async fn publish(&self, record: &ValidationRecord) -> Result<Published, PublishError> {
        let wanted = self.wire_record(record)?;
        // A CNAME added where another stands would replace it, and one added beside other data would be dropped
        // in silence (RFC 2136 §3.4.2.2). So the update is conditional, and the server checks in one step.
        let conflicting = match record.value {
            ValidationValue::Cname(_) => WireType::ANY,
            ValidationValue::Txt(_) => WireType::CNAME,
        };
        let mut condition = Record::update0(wanted.name.clone(), 0, conflicting);
        condition.dns_class = DNSClass::NONE;
        let mut update = self.update()?;
        update.add_pre_requisite(condition);
        if matches!(record.value, ValidationValue::Txt(_)) && self.stands_there(record).await? {
            return Ok(Published::Before);
        }
        update.add_update(wanted);
        match self.send(update).await? {
            ResponseCode::NoError => Ok(Published::Now),
            ResponseCode::YXDomain | ResponseCode::YXRRSet if self.stands_there(record).await? => {
                Ok(Published::Before)
            }
            ResponseCode::YXDomain | ResponseCode::YXRRSet => Err(PublishError::NameTaken {
                name: record.name.clone(),
            }),
            other => Err(refused(other)),
        }
    }

    async fn visible(&self, record: &ValidationRecord) -> Result<Visibility, PublishError> {
        let lookup = authoritative::look_up(&self.eyes, &record.name, record.kind()).await?;
        let consensus = lookup.consensus(|answer| record.is_in(answer));
        Ok(Visibility { lookup, consensus })
    }

    async fn remove(&self, record: &ValidationRecord) -> Result<(), PublishError> {
        let mut unwanted = self.wire_record(record)?;
        // "Delete this very value" is class NONE with TTL 0 (RFC 2136 §2.5.4).
        unwanted.dns_class = DNSClass::NONE;
        unwanted.ttl = 0;
        let mut update = self.update()?;
        update.add_update(unwanted);
        match self.send(update).await? {
            ResponseCode::NoError => Ok(()),
            other => Err(refused(other)),
        }
    }
}

fn refused(code: ResponseCode) -> PublishError {
    PublishError::Refused {
        response_code: code.to_str().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_keys_that_cannot_work() {
        let name = RecordName::parse("demo").unwrap();
        let table = [
            ("not base64!", BadTsigKey::NotBase64),
            ("c2hvcnQ=", BadTsigKey::TooShort),
        ];
        for (secret, error) in table {
            assert_eq!(
                TsigKey::new(&name, &SecretString::from(secret)).err(),
                Some(error)
            );
        }
    }

    #[test]
    fn the_secret_is_not_shown() {
        let secret = SecretString::from("c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0");
        let key = TsigKey::new(&RecordName::parse("demo").unwrap(), &secret).unwrap();
        assert_eq!(format!("{key:?}"), "TsigKey(demo.)");
    }
}
