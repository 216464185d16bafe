//! What goes into and comes out of [`Reissues`](super::Reissues).

use domain::{
    Money,
    id::OperationId,
    name::{DomainName, NameSet},
    price::Price,
    state::ReissueCause,
};
use pki::KeyChoice;
use secrecy::SecretString;

use crate::orders::ValidationPlan;

/// What a run of the due work began.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Due {
    /// Reissues that began.
    pub begun: u64,
    /// Services at which something else is under way; they are looked at again tomorrow.
    pub busy: u64,
}

/// A reissue that somebody wishes.
#[derive(Debug)]
pub struct NewReissue {
    /// Why.
    pub cause: ReissueCause,
    /// Key and request of the new certificate.
    pub key: KeyWish,
    /// The names of the new certificate, when they are to be others; only where the product has several.
    pub names: Option<Vec<String>>,
    /// How the names are to be proven, when another way than before.
    pub validation: Option<ValidationPlan>,
    /// The price that was shown for further names; another price is refused.
    pub agreed: Option<Money>,
}

/// Key and request of the new certificate.
#[derive(Debug)]
pub enum KeyWish {
    /// As ever: a new key where keys are kept here, else the client's last request.
    AsBefore,
    /// Pasted, or made in the browser.
    Given(String),
    /// Made here; the key is shown once and not kept.
    MadeNotStored(KeyChoice),
    /// Made here; the key is kept sealed, and the client agreed to that.
    MadeAndStored(KeyChoice),
}

/// What a change of names means.
#[derive(Debug)]
pub struct NamesQuote {
    /// The names that the certificate would have.
    pub names: NameSet,
    /// Those that come in addition.
    pub added: Vec<DomainName>,
    /// Those that fall away: the CA may revoke certificates that hold them.
    pub removed: Vec<DomainName>,
    /// What the further names cost; nothing when none is to be paid.
    pub price: Option<Price>,
    /// What the account can spend.
    pub available: Money,
}

/// A reissue that began.
#[derive(Debug)]
pub struct Started {
    /// The operation.
    pub operation: OperationId,
    /// What people call it.
    pub number: i64,
    /// The private key, when it was made and not stored: shown once.
    pub private_key: Option<SecretString>,
}
