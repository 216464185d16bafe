//! Looking for a purchase whose answer was lost (design §5): candidates by name from certificates and preorders, proof by the
//! validation record (hash of the CSR and unique value) or by the certificate's key.
//!
//! A record is excluded only by what it shows: another product, another token, another key, or an age that makes it older than our
//! intent. What shows none of these, as an order validated by mail before its issue, stays a candidate for a person to look at.

use ca::{CaError, CaOrderRef, CaState, Candidate, Class, FindOutcome, Fingerprint};
use domain::name::DomainName;
use jiff::{SignedDuration, tz};
use pki::{RequestToken, certificate::Certificate as X509};
use serde_json::{Map, Value};

use super::{
    LeaderTelecom, download,
    lenient::Moment,
    reference::Reference,
    status,
    wire::{Certificate, Dcv, Preorder},
};

/// Most candidates whose records are read; beyond, a person looks.
const MOST_PROVEN: usize = 60;
/// How far LeaderSSL's clock and ours may differ.
const CLOCK_SKEW: SignedDuration = SignedDuration::from_hours(1);
/// A time without zone may belong to any.
const ANY_ZONE: SignedDuration = SignedDuration::from_hours(15);

/// What a record shows.
enum Shown {
    Ours,
    NotOurs,
    /// Neither, and why.
    Unclear(String),
}

pub(super) async fn find(account: &LeaderTelecom, wanted: &Fingerprint) -> Result<FindOutcome, CaError> {
    let search = Search::new(wanted);
    let (certificates, unreadable) = search.certificates(account).await?;
    let mut ours = Vec::new();
    let mut unclear = Vec::new();
    for (at, certificate) in certificates.iter().enumerate() {
        let shown = if at < MOST_PROVEN {
            search.judge(account, certificate).await?
        } else {
            Shown::Unclear(format!("more than {MOST_PROVEN} orders have this name"))
        };
        let Some(id) = certificate.id.clone() else {
            continue;
        };
        match shown {
            Shown::Ours => ours.push(CaOrderRef::from(Reference::Certificate(id))),
            Shown::NotOurs => {}
            Shown::Unclear(why) => {
                unclear.push(candidate(certificate, Reference::Certificate(id).into(), why));
            }
        }
    }
    if !ours.is_empty() {
        // The first one made is the one that the CA works on; a second with the same token only breaks it.
        ours.sort_by(|one, other| (one.0.len(), one).cmp(&(other.0.len(), other)));
        let ca_order = ours.remove(0);
        return Ok(FindOutcome::Found {
            ca_order,
            charged: None,
            duplicates: ours,
        });
    }
    unclear.extend(search.preorders(account).await?);
    if !unclear.is_empty() {
        let why = "orders with this name can be neither proven to be ours nor excluded".to_owned();
        return Ok(FindOutcome::CannotTell {
            candidates: unclear,
            why,
        });
    }
    if unreadable > 0 {
        let why = format!("{unreadable} lines of the CA's list have no name or no id");
        return Ok(FindOutcome::CannotTell {
            candidates: Vec::new(),
            why,
        });
    }
    Ok(FindOutcome::CertainlyNone)
}

struct Search<'a> {
    wanted: &'a Fingerprint,
    token: RequestToken,
    bare_token: RequestToken,
    key: Option<pki::KeyFingerprint>,
}

impl<'a> Search<'a> {
    fn new(wanted: &'a Fingerprint) -> Self {
        Self {
            wanted,
            token: RequestToken::from_der(wanted.csr.der(), Some(wanted.unique_value.clone())),
            bare_token: RequestToken::from_der(wanted.csr.der(), None),
            key: pki::Csr::parse(wanted.csr.der())
                .ok()
                .map(|csr| csr.key().fingerprint()),
        }
    }

    /// Every certificate with our main name, newest first, and how many lines could not be read.
    async fn certificates(&self, account: &LeaderTelecom) -> Result<(Vec<Certificate>, usize), CaError> {
        let mut found = Vec::new();
        let mut unreadable = 0;
        account
            .each_certificate(|certificate| {
                let name = certificate.name.as_deref().map(str::parse::<DomainName>);
                match (&certificate.id, name) {
                    (Some(_), Some(Ok(name))) if name != *self.wanted.names.main() => {}
                    (Some(id), Some(Ok(_))) => {
                        let is_known = [
                            Some(Reference::Certificate(id.clone())),
                            certificate.order_id.clone().map(Reference::Order),
                        ]
                        .into_iter()
                        .flatten()
                        .any(|reference| self.wanted.known.contains(&reference.into()));
                        if !is_known {
                            found.push(certificate);
                        }
                    }
                    _ => unreadable += 1,
                }
            })
            .await?;
        found.sort_by_key(|certificate| {
            let number = certificate.id.as_deref().and_then(|id| id.parse::<u64>().ok());
            std::cmp::Reverse(number)
        });
        Ok((found, unreadable))
    }

    async fn judge(&self, account: &LeaderTelecom, certificate: &Certificate) -> Result<Shown, CaError> {
        let Some(id) = certificate.id.as_deref() else {
            return Ok(Shown::Unclear("no id".to_owned()));
        };
        if let (Some(wanted), Some(product)) = (&self.wanted.product, &certificate.product)
            && wanted.0 != *product
        {
            return Ok(Shown::NotOurs);
        }
        if let Some(shown) = self.judge_by_token(account, id).await? {
            return Ok(shown);
        }
        if let Some(shown) = self.judge_by_key(account, id, certificate).await? {
            return Ok(shown);
        }
        Ok(self.judge_by_age(id, certificate))
    }

    /// By the validation record. `None` when it shows no token: validated by mail, or no record any more.
    async fn judge_by_token(&self, account: &LeaderTelecom, id: &str) -> Result<Option<Shown>, CaError> {
        let rows = match account.dcv_rows(id).await {
            Ok(rows) => rows,
            Err(error) if error.class == Class::Rejected => return Ok(None),
            Err(error) => return Err(error),
        };
        Ok(rows.iter().find_map(|row| self.token_in(row)))
    }

    fn token_in(&self, row: &Dcv) -> Option<Shown> {
        let same_request = || Shown::Unclear("it has our request with another unique value".to_owned());
        if let Some(value) = &row.cname_value {
            if self.token.accepts_cname_target(value) {
                return Some(Shown::Ours);
            }
            let bare = self.bare_token.cname_target();
            let hash = bare
                .rsplit_once(".sectigo")
                .map_or(bare.as_str(), |(hash, _)| hash);
            return Some(if starts_alike(value, hash) {
                same_request()
            } else {
                Shown::NotOurs
            });
        }
        if let Some(content) = &row.file_content {
            if self.token.accepts_file_content(content) {
                return Some(Shown::Ours);
            }
            let bare = self.bare_token.file_content();
            let hash = bare.lines().next().unwrap_or_default();
            return Some(if starts_alike(content, hash) {
                same_request()
            } else {
                Shown::NotOurs
            });
        }
        let unique_value = row.unique_value.as_deref()?;
        Some(if unique_value == self.wanted.unique_value.as_str() {
            Shown::Ours
        } else {
            Shown::NotOurs
        })
    }

    /// By the certificate's key. A key that a client uses again proves nothing about an older order.
    async fn judge_by_key(
        &self,
        account: &LeaderTelecom,
        id: &str,
        certificate: &Certificate,
    ) -> Result<Option<Shown>, CaError> {
        let state = status::state(certificate.status.as_deref().unwrap_or_default());
        let Some(key) = self
            .key
            .filter(|_| !matches!(state, CaState::Pending | CaState::AwaitingPayment))
        else {
            return Ok(None);
        };
        let leaf = match account
            .download(id)
            .await
            .and_then(|answer| download::read(&answer))
        {
            Ok(issued) => X509::from_der(&issued.leaf),
            Err(error) if matches!(error.class, Class::Rejected | Class::Protocol) => return Ok(None),
            Err(error) => return Err(error),
        };
        let is_ours = leaf.is_ok_and(|leaf| leaf.key_fingerprint() == key);
        if is_ours {
            return Ok(Some(if self.is_older(id, certificate) {
                Shown::NotOurs
            } else {
                Shown::Ours
            }));
        }
        // A reissue under the same id still shows the certificate before it.
        let may_be_reissued = self.is_target(id);
        Ok((!may_be_reissued).then_some(Shown::NotOurs))
    }

    fn judge_by_age(&self, id: &str, certificate: &Certificate) -> Shown {
        if self.is_older(id, certificate) {
            return Shown::NotOurs;
        }
        Shown::Unclear(
            "it is validated by mail and not issued yet, so that its record shows no token".to_owned(),
        )
    }

    /// Whether the record was made before our intent. The order that is to be reissued always was.
    fn is_older(&self, id: &str, certificate: &Certificate) -> bool {
        !self.is_target(id) && self.precedes_intent(certificate.created)
    }

    fn precedes_intent(&self, created: Option<Moment>) -> bool {
        let created = match created {
            Some(Moment::Exact(instant)) => instant.checked_add(CLOCK_SKEW),
            Some(Moment::WithoutZone(civil)) => {
                let as_utc = tz::TimeZone::UTC.to_timestamp(civil);
                as_utc.and_then(|instant| instant.checked_add(CLOCK_SKEW + ANY_ZONE))
            }
            None => return false,
        };
        created.is_ok_and(|latest| latest < self.wanted.intended_at)
    }

    fn is_target(&self, id: &str) -> bool {
        self.wanted
            .ca_order
            .as_ref()
            .is_some_and(|target| target.as_str() == id)
    }

    /// Preorders with our name that are not older than our intent. They show neither request nor token.
    async fn preorders(&self, account: &LeaderTelecom) -> Result<Vec<Candidate>, CaError> {
        let mut candidates = Vec::new();
        for row in account.preorder_rows().await? {
            let Some(candidate) = self.preorder(&row) else {
                continue;
            };
            candidates.push(candidate);
        }
        Ok(candidates)
    }

    fn preorder(&self, row: &Map<String, Value>) -> Option<Candidate> {
        let preorder = Preorder::read(row);
        let name = preorder.name.as_deref()?.parse::<DomainName>().ok()?;
        let ca_order = CaOrderRef::from(Reference::Preorder(preorder.id.clone()?));
        let is_other_product = match (&self.wanted.product, &preorder.product) {
            (Some(wanted), Some(product)) => wanted.0 != *product,
            _ => false,
        };
        let is_excluded = name != *self.wanted.names.main()
            // Its certificate stands in the other list.
            || preorder.certificate_id.is_some()
            || is_other_product
            || self.wanted.ca_order.is_some()
            || self.precedes_intent(preorder.created)
            || self.wanted.known.contains(&ca_order);
        (!is_excluded).then(|| Candidate {
            ca_order,
            name: Some(name),
            created_at: preorder.created.and_then(Moment::exact),
            raw_status: preorder.status.unwrap_or_default(),
            why: "a preorder shows neither request nor token".to_owned(),
        })
    }
}

fn candidate(certificate: &Certificate, ca_order: CaOrderRef, why: String) -> Candidate {
    Candidate {
        ca_order,
        name: certificate.name.as_deref().and_then(|name| name.parse().ok()),
        created_at: certificate.created.and_then(Moment::exact),
        raw_status: certificate.status.clone().unwrap_or_default(),
        why,
    }
}

fn starts_alike(text: &str, start: &str) -> bool {
    text.trim()
        .get(..start.len())
        .is_some_and(|begin| begin.eq_ignore_ascii_case(start))
}
