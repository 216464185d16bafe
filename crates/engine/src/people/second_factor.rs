//! The second factor: time-based codes (RFC 6238), each usable once, and recovery codes.

use domain::id::UserId;
use seal::Context;
use secrecy::{ExposeSecret as _, SecretString};
use store::{
    Tx,
    user::{Totp as TotpRow, User},
};
use totp_rs::{Builder, Secret, Totp};

use crate::{
    Engine,
    error::{Error, Result},
};

/// How many recovery codes are handed out at once.
const RECOVERY_CODES: usize = 10;
/// What authenticator apps show as the issuer.
const ISSUER: &str = "certbroker";

/// What an authenticator app needs to begin.
#[derive(Debug, Clone)]
pub struct Enrolment {
    /// The secret in Base32, for typing.
    pub secret: SecretString,
    /// `otpauth://…`, for the QR code.
    pub url: SecretString,
}

/// Makes the user's secret, or shows the one not yet confirmed again.
pub(super) async fn enrolment(engine: &Engine, tx: &Tx, user: &User) -> Result<Enrolment> {
    let row = match store::user::find_totp(tx, user.id).await? {
        Some(row) if row.confirmed_at.is_some() => return Err(Error::refused("already-enrolled")),
        Some(row) => row,
        None => {
            let secret = seal::random::bytes::<20>();
            let sealed = engine.keys().seal(&context(user.id), &secret).map_err(internal)?;
            let row = TotpRow {
                user_id: user.id,
                sealed_secret: sealed.into_bytes(),
                confirmed_at: None,
                last_step: 0,
                created_at: engine.clock().machine_now(),
                version: 1,
            };
            store::user::insert_totp(tx, &row).await?;
            row
        }
    };
    let secret = open(engine, &row)?;
    let base32 = Secret::from(secret.clone()).to_base32();
    let url = totp(secret, &user.email)?.to_url().map_err(internal)?;
    Ok(Enrolment {
        secret: SecretString::from(base32),
        url: SecretString::from(url),
    })
}

/// Confirms the enrolment by a first code and hands out recovery codes; none when the code is wrong.
pub(super) async fn enrol(
    engine: &Engine,
    tx: &Tx,
    user: &User,
    code: &str,
) -> Result<Option<Vec<SecretString>>> {
    let Some(mut row) = store::user::find_totp(tx, user.id)
        .await?
        .filter(|row| row.confirmed_at.is_none())
    else {
        return Err(Error::refused("nothing-to-enrol"));
    };
    if !take_step(engine, &mut row, user, code)? {
        return Ok(None);
    }
    row.confirmed_at = Some(engine.clock().machine_now());
    store::user::update_totp(tx, &mut row).await?;
    let codes: Vec<SecretString> = (0..RECOVERY_CODES).map(|_| recovery_code()).collect();
    let hashes = codes
        .iter()
        .map(|code| recovery_hash(code.expose_secret()))
        .collect();
    store::user::replace_recovery_codes(tx, user.id, hashes).await?;
    Ok(Some(codes))
}

/// Takes a code of the app, or a recovery code; each works once.
pub(super) async fn take(engine: &Engine, tx: &Tx, user: &User, code: &str) -> Result<bool> {
    let Some(mut row) = store::user::find_totp(tx, user.id)
        .await?
        .filter(|row| row.confirmed_at.is_some())
    else {
        return Ok(false);
    };
    if take_step(engine, &mut row, user, code)? {
        store::user::update_totp(tx, &mut row).await?;
        return Ok(true);
    }
    let now = engine.clock().machine_now();
    Ok(store::user::use_recovery_code(tx, user.id, &recovery_hash(code), now).await?)
}

/// Whether the user has a confirmed second factor.
pub(super) async fn is_enrolled(tx: &Tx, user: UserId) -> Result<bool> {
    Ok(store::user::find_totp(tx, user)
        .await?
        .is_some_and(|row| row.confirmed_at.is_some()))
}

/// Compares a code, and remembers its time step so that it cannot be used again (ASVS 6.5.1).
fn take_step(engine: &Engine, row: &mut TotpRow, user: &User, code: &str) -> Result<bool> {
    let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let now = u64::try_from(engine.clock().machine_now().as_second()).unwrap_or(0);
    let secret = open(engine, row)?;
    let Some(step) = totp(secret, &user.email)?.check(&code, now) else {
        return Ok(false);
    };
    let step = i64::try_from(step).unwrap_or(i64::MAX);
    if step <= row.last_step {
        return Ok(false);
    }
    row.last_step = step;
    Ok(true)
}

fn totp(secret: Vec<u8>, email: &str) -> Result<Totp> {
    // A colon would end the label of the otpauth URL.
    Builder::new()
        .with_secret(secret)
        .with_skew(1)
        .with_account_name(email.replace(':', ""))
        .with_issuer(Some(ISSUER))
        .build()
        .map_err(internal)
}

fn open(engine: &Engine, row: &TotpRow) -> Result<Vec<u8>> {
    let sealed = seal::Sealed::try_from(row.sealed_secret.clone()).map_err(internal)?;
    let secret = engine
        .keys()
        .open(&context(row.user_id), &sealed)
        .map_err(internal)?;
    Ok(secret.to_vec())
}

fn context(user: UserId) -> Context {
    Context::new("user.totp", user)
}

fn recovery_code() -> SecretString {
    let half = || seal::random::alphanumeric(5).to_lowercase();
    SecretString::from(format!("{}-{}", half(), half()))
}

fn recovery_hash(code: &str) -> Vec<u8> {
    let plain: String = code
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect::<String>()
        .to_lowercase();
    seal::hash_token(&plain).as_bytes().to_vec()
}

fn internal(error: impl std::fmt::Display) -> Error {
    Error::Internal(format!("second factor: {error}"))
}
