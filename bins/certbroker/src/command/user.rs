//! `certbroker user …`

use domain::{
    id::{AccountId, UserId},
    state::Role,
};
use engine::people::user::NewUser;
use serde::Serialize;

use super::{desk::Desk, find};
use crate::{
    cli::{AddUser, UserCommand},
    exit::Refused,
    output, secret_input,
};

pub(super) async fn run(desk: &Desk, command: UserCommand) -> anyhow::Result<()> {
    match command {
        UserCommand::Add(options) => add(desk, *options).await,
        UserCommand::Password { user, password } => password_of(desk, &user, &password).await,
    }
}

/// A user who was added.
#[derive(Serialize)]
struct Added {
    id: UserId,
    email: String,
    role: &'static str,
    account: Option<AccountId>,
}

async fn add(desk: &Desk, options: AddUser) -> anyhow::Result<()> {
    let role = Role::from(options.role);
    let account = match (&options.account, role.is_staff()) {
        (Some(_), true) => {
            return Err(Refused(format!(
                "{} is a role of the seller's company, not of an account",
                role.word()
            ))
            .into());
        }
        (Some(account), false) => Some(find::account(desk, account).await?.id),
        (None, _) => None,
    };
    let new = NewUser {
        email: options.email.clone(),
        name: options.name,
        password: Some(secret_input::read(&options.password)?),
        language: options.language.tag().to_owned(),
    };
    let users = desk.engine().users();
    let id = match account {
        Some(account) => users.add_member(desk.owner(), account, new, role).await?,
        None => users.add_staff(desk.owner(), new, role).await?,
    };
    let added = Added {
        id,
        email: options.email,
        role: role.word(),
        account,
    };
    output::print(desk.format, &added, |added| {
        let factor = if added.account.is_none() {
            "; the first sign-in sets up the second factor"
        } else {
            ""
        };
        format!("{} is added as {}{factor}\n", added.email, added.role)
    })
}

/// A user whose password was set.
#[derive(Serialize)]
struct Changed {
    id: UserId,
    email: String,
}

async fn password_of(desk: &Desk, user: &str, source: &str) -> anyhow::Result<()> {
    let user = find::user(desk, user).await?;
    let password = secret_input::read(source)?;
    desk.engine()
        .users()
        .set_password(desk.owner(), user.id, password)
        .await?;
    let changed = Changed {
        id: user.id,
        email: user.email,
    };
    output::print(desk.format, &changed, |changed| {
        format!("{} has a new password; every session has ended\n", changed.email)
    })
}
