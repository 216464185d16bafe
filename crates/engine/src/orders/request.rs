//! The certificate signing request of an order: judged when it is given, made when it is not.

use domain::id::{CsrId, KeyId, ServiceId};
use domain::{
    contact::{FieldProblem, Organisation},
    name::NameSet,
    product::ProductKind,
};
use pki::{
    Csr, KeyChoice, PrivateKey, Subject,
    csr::{self, ExpectedNames},
};
use seal::Context;
use secrecy::{ExposeSecret as _, SecretString};
use store::Tx;

use super::{CodedProblem, JudgedCsr};
use crate::{
    Engine,
    connection::internal,
    error::{Error, Result},
};

/// A request and, when it was made here, its key.
pub(crate) struct Made {
    pub(crate) csr: Csr,
    pub(crate) key: Option<SecretString>,
}

/// Keeps a request, and its key sealed when it is to be kept, with the name of whoever agreed to that.
pub(crate) async fn store(
    engine: &Engine,
    tx: &Tx,
    service: ServiceId,
    id: CsrId,
    made: &Made,
    kept: Option<(KeyId, String)>,
) -> Result<()> {
    let public = made.csr.key();
    if let (Some((key_id, consented_by)), Some(key)) = (&kept, &made.key) {
        let sealed = engine
            .keys()
            .seal(&key_place(*key_id), key.expose_secret().as_bytes())
            .map_err(internal("a private key cannot be sealed"))?;
        let row = store::request::PrivateKey {
            id: *key_id,
            service_id: service,
            sealed: Some(sealed.into_bytes()),
            key_kind: public.kind().to_string(),
            key_fingerprint: public.fingerprint().to_string(),
            consented_by: consented_by.clone(),
            consented_at: engine.now(),
            destroyed_at: None,
        };
        store::request::insert_key(tx, &row).await?;
    }
    let row = store::request::Csr {
        id,
        service_id: service,
        der: made.csr.der().to_vec(),
        fingerprint: made.csr.sha256().to_string(),
        key_fingerprint: public.fingerprint().to_string(),
        key_kind: public.kind().to_string(),
        key_id: kept.map(|(key_id, _)| key_id),
        created_at: engine.now(),
    };
    Ok(store::request::insert_csr(tx, &row).await?)
}

/// Where a private key belongs when it is sealed.
pub(crate) fn key_place(id: KeyId) -> Context {
    Context::new("private_key.sealed", id)
}

/// The kind of key to make for a service whose last request is this one.
pub(crate) fn choice_of(der: &[u8]) -> Result<KeyChoice> {
    let csr = csr::judge(der, ExpectedNames::Any).map_err(|problems| refused(&problems))?;
    Ok(csr.key().kind().choice())
}

/// Everything that is wrong with a pasted request.
pub(super) fn judged(text: &str) -> JudgedCsr {
    match csr::judge(text.as_bytes(), ExpectedNames::Any) {
        Ok(csr) => JudgedCsr {
            names: csr.names().as_slice().to_vec(),
            key: Some(csr.key().kind().to_string()),
            organisation: csr.subject().organization.clone(),
            fingerprint: Some(csr.sha256().to_string()),
            problems: Vec::new(),
        },
        Err(problems) => JudgedCsr {
            names: Vec::new(),
            key: None,
            organisation: None,
            fingerprint: None,
            problems: problems
                .iter()
                .map(|problem| CodedProblem {
                    code: problem.code().to_owned(),
                    text: problem.to_string(),
                })
                .collect(),
        },
    }
}

/// The names of a pasted request, for an order that names none.
pub(super) fn names_of(text: &str) -> Result<Vec<String>> {
    let csr = csr::judge(text.as_bytes(), ExpectedNames::Any).map_err(|problems| refused(&problems))?;
    Ok(csr.names().iter().map(ToString::to_string).collect())
}

/// A pasted request, judged against the names of the order.
pub(crate) fn given(text: &str, kind: ProductKind, names: &NameSet) -> Result<Made> {
    // A request for one name may hold its www twin, which such a product covers anyway.
    let mut within: Vec<_> = names.iter().cloned().collect();
    if kind != ProductKind::MultiDomain {
        let main = names.main();
        let twins = [
            format!("www.{main}"),
            main.as_str().trim_start_matches("*.").to_owned(),
        ];
        within.extend(twins.iter().filter_map(|twin| twin.parse().ok()));
        within.extend(
            main.as_str()
                .strip_prefix("www.")
                .and_then(|base| base.parse().ok()),
        );
    }
    let within = NameSet::new(names.main().clone(), within);
    let csr =
        csr::judge(text.as_bytes(), ExpectedNames::Within(&within)).map_err(|problems| refused(&problems))?;
    Ok(Made { csr, key: None })
}

/// Makes a key and its request. Making a long RSA key takes seconds, so it is done off the async threads.
pub(crate) async fn made(
    choice: KeyChoice,
    names: &NameSet,
    organisation: Option<&Organisation>,
) -> Result<Made> {
    let names = names.clone();
    let subject = organisation.map_or_else(Subject::default, |organisation| Subject {
        organization: Some(organisation.name.trim().to_owned()),
        street: Some(organisation.street.trim().to_owned()),
        locality: Some(organisation.city.trim().to_owned()),
        state: Some(organisation.region.trim().to_owned()),
        postal_code: Some(organisation.postal_code.trim().to_owned()),
        country: Some(organisation.country.clone()),
    });
    let make = move || -> Result<Made> {
        let key = PrivateKey::make(choice).map_err(internal("a private key"))?;
        let csr = csr::make(&key, &names, &subject).map_err(|error| match error {
            csr::MakeCsrError::Refused(problems) => refused(&problems),
            other => Error::Internal(format!("a request: {other}")),
        })?;
        Ok(Made {
            csr,
            key: Some(key.to_pem()),
        })
    };
    match choice {
        KeyChoice::P256 | KeyChoice::P384 => make(),
        _ => tokio::task::spawn_blocking(make)
            .await
            .map_err(internal("making a key"))?,
    }
}

fn refused(problems: &[csr::CsrProblem]) -> Error {
    let problems = problems
        .iter()
        .map(|problem| FieldProblem {
            field: "csr".to_owned(),
            code: problem.code(),
        })
        .collect();
    Error::Invalid(problems)
}
