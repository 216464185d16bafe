//! Who signs in to the demo. Passwords are made for each data folder and kept in it: there are no default accounts.

use std::{io::Write as _, os::unix::fs::OpenOptionsExt as _, path::Path};

use anyhow::Context as _;
use domain::{
    id::{AccountId, UserId},
    state::Role,
};
use engine::{
    Actor, Engine, Who,
    departments::DepartmentInput,
    people::{setup::NewAdministrator, user::NewUser},
};
use jiff::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};

use crate::installation::Installation;

/// How the demo calls itself to sessions.
const AGENT: &str = "certbroker demo";
/// Seconds that a code of an authenticator app is good for (RFC 6238).
const CODE_SECONDS: i64 = 30;

/// What somebody needs to sign in.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct SignIn {
    /// `administrator`, `staff` or `client`.
    pub(super) role: String,
    pub(super) email: String,
    pub(super) password: String,
    /// For an authenticator app, Base32; clients need none.
    pub(super) totp_secret: Option<String>,
    /// Each may be typed once instead of a code of the app.
    pub(super) recovery_codes: Vec<String>,
}

impl SignIn {
    /// The code that an authenticator app shows now.
    pub(super) fn code(&self, now: Timestamp) -> Option<String> {
        let secret = self.totp_secret.as_deref()?;
        code_of(secret, &self.email, now).ok()
    }
}

/// Sets the installation up as its first administrator does, in the browser.
///
/// # Errors
/// It was set up before.
pub(super) async fn administrator(installation: &Installation) -> anyhow::Result<(SignIn, Actor)> {
    let engine = &installation.engine;
    let guest = Actor {
        who: Who::Guest,
        is_confirmed: false,
        ..installation.owner.clone()
    };
    let token = engine
        .setup()
        .new_token()
        .await?
        .context("this demo was set up before")?;
    let (email, password) = ("admin@hosting.example", fresh_password());
    let new = NewAdministrator {
        email: email.to_owned(),
        name: "Anna Admin".to_owned(),
        password: password.clone(),
        language: "en".to_owned(),
    };
    let challenge = engine.setup().begin(&guest, &token, new, AGENT).await?;
    let sign_in = enrol(
        installation,
        &guest,
        &challenge.token,
        "administrator",
        email,
        &password,
    )
    .await?;
    let user = engine.users().find_by_email(&installation.owner, email).await?;
    let actor = Actor {
        who: Who::Staff {
            user: user.id,
            role: Role::Administrator,
            on_behalf_of: None,
        },
        ..installation.owner.clone()
    };
    Ok((sign_in, actor))
}

/// Staff sees the tasks of the departments that they are in.
async fn join_departments(engine: &Engine, admin: &Actor, user: UserId) -> anyhow::Result<()> {
    for known in engine.departments().list(admin).await? {
        let mut members = known.members;
        members.push(user);
        let department = known.department;
        let input = DepartmentInput {
            name: department.name,
            email: department.email,
            language: department.language.parse().unwrap_or_default(),
            hours: department.hours,
            members,
            is_archived: department.is_archived,
        };
        engine
            .departments()
            .edit(admin, department.id, department.version, input)
            .await?;
    }
    Ok(())
}

/// Adds a member of staff, who sets up the second factor at the first sign-in.
///
/// # Errors
/// The address is taken.
pub(super) async fn staff(installation: &Installation, admin: &Actor) -> anyhow::Result<SignIn> {
    let engine = &installation.engine;
    let (email, password) = ("staff@hosting.example", fresh_password());
    let new = NewUser {
        email: email.to_owned(),
        name: "Stefan Staff".to_owned(),
        password: Some(password.clone()),
        language: "en".to_owned(),
    };
    let user = engine.users().add_staff(admin, new, Role::Staff).await?;
    join_departments(engine, admin, user).await?;
    let guest = Actor {
        who: Who::Guest,
        is_confirmed: false,
        ..installation.owner.clone()
    };
    let challenge = engine
        .sign_in()
        .password(&guest, email, password.clone(), AGENT)
        .await?;
    enrol(installation, &guest, &challenge.token, "staff", email, &password).await
}

/// Adds the owner of a client's account.
///
/// # Errors
/// The address is taken.
pub(super) async fn client(
    installation: &Installation,
    admin: &Actor,
    account: AccountId,
    email: &str,
    name: &str,
) -> anyhow::Result<(SignIn, Actor)> {
    let password = fresh_password();
    let new = NewUser {
        email: email.to_owned(),
        name: name.to_owned(),
        password: Some(password.clone()),
        language: "en".to_owned(),
    };
    let user = installation
        .engine
        .users()
        .add_member(admin, account, new, Role::Owner)
        .await?;
    let sign_in = SignIn {
        role: "client".to_owned(),
        email: email.to_owned(),
        password: password.expose_secret().to_owned(),
        totp_secret: None,
        recovery_codes: Vec::new(),
    };
    let actor = Actor {
        who: Who::Member {
            user,
            account,
            role: Role::Owner,
        },
        ..installation.owner.clone()
    };
    Ok((sign_in, actor))
}

/// Keeps what the demo is to remember, for its owner's eyes only.
///
/// # Errors
/// The file cannot be written.
pub(super) fn keep<T: Serialize>(path: &Path, what: &T) -> anyhow::Result<()> {
    let text = serde_json::to_vec_pretty(what).context("writing JSON")?;
    let half = path.with_extension("new");
    std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&half)
        .and_then(|mut file| file.write_all(&text))
        .and_then(|()| std::fs::rename(&half, path))
        .with_context(|| format!("writing {}", path.display()))
}

async fn enrol(
    installation: &Installation,
    guest: &Actor,
    token: &SecretString,
    role: &str,
    email: &str,
    password: &SecretString,
) -> anyhow::Result<SignIn> {
    let sign_in = installation.engine.sign_in();
    let secret = sign_in.enrolment(token).await?.secret;
    let now = installation.engine.clock().machine_now();
    // The code before this one is good too, and leaves the present one to the person who signs in right now.
    let before = now - jiff::SignedDuration::from_secs(CODE_SECONDS);
    let code = code_of(secret.expose_secret(), email, before)?;
    let (_, recovery) = sign_in.enrol(guest, token, &code, AGENT).await?;
    Ok(SignIn {
        role: role.to_owned(),
        email: email.to_owned(),
        password: password.expose_secret().to_owned(),
        totp_secret: Some(secret.expose_secret().to_owned()),
        recovery_codes: recovery
            .iter()
            .map(|code| code.expose_secret().to_owned())
            .collect(),
    })
}

fn fresh_password() -> SecretString {
    SecretString::from(seal::random::alphanumeric(16))
}

fn code_of(secret: &str, email: &str, now: Timestamp) -> anyhow::Result<String> {
    let secret = totp_rs::Secret::try_from_base32(secret).map_err(|error| anyhow::anyhow!("{error}"))?;
    let totp = totp_rs::Builder::new()
        .with_secret(secret)
        .with_account_name(email.to_owned())
        .build()
        .map_err(|error| anyhow::anyhow!("{error}"))?;
    Ok(totp
        .generate(u64::try_from(now.as_second()).unwrap_or(0))
        .to_string())
}
