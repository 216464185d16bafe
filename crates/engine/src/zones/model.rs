//! What goes into and comes out of [`Zones`](super::Zones).

use domain::id::{AccountId, ZoneId};
use jiff::Timestamp;
use secrecy::SecretString;

/// A zone to be connected.
#[derive(Debug)]
pub struct NewZone {
    /// Of which account; for every account of the seller when empty.
    pub account: Option<AccountId>,
    /// Its apex; `.` for every name, in simulated mode only.
    pub name: String,
    /// Address and port of the server that takes updates, such as `192.0.2.53:53`.
    pub server: String,
    /// Name of the TSIG key.
    pub key_name: String,
    /// The TSIG secret, base64 (HMAC-SHA-256).
    pub secret: SecretString,
}

/// A connected zone.
#[derive(Debug, Clone)]
pub struct ZoneView {
    /// Its id.
    pub id: ZoneId,
    /// Of which account; of every account of the seller when empty.
    pub account: Option<AccountId>,
    /// Its apex.
    pub name: String,
    /// The server that takes updates.
    pub server: String,
    /// Name of the TSIG key.
    pub key_name: String,
    /// What went wrong the last time.
    pub problem: Option<String>,
    /// When it was last used or tried.
    pub checked_at: Option<Timestamp>,
    /// When it was connected.
    pub created_at: Timestamp,
}
