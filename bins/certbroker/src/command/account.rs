//! `certbroker account …`

use anyhow::Context as _;
use domain::{
    id::{AccountId, NumberKind, UserId},
    state::Role,
};
use engine::{
    money::{Credited, NewCredit},
    people::{account::NewAccount, user::NewUser},
};
use serde::Serialize;
use store::{
    Page,
    account::{Account, AccountFilter, AccountKind},
    page::MAX_PAGE_SIZE,
};

use super::{amount, desk::Desk, find};
use crate::{
    cli::{AccountCommand, AddAccount, KindOfAccount},
    output::{self, Amount, Table},
    secret_input,
};

pub(super) async fn run(desk: &Desk, command: AccountCommand) -> anyhow::Result<()> {
    match command {
        AccountCommand::List { search, limit } => list(desk, search, limit).await,
        AccountCommand::Add(options) => add(desk, *options).await,
        AccountCommand::Credit {
            account,
            amount,
            note,
        } => credit(desk, &account, &amount, note).await,
    }
}

/// An account as a row.
#[derive(Serialize)]
struct Row {
    id: AccountId,
    number: String,
    name: String,
    kind: &'static str,
    country: String,
    state: &'static str,
    balance: Amount,
    reserved: Amount,
}

async fn row(desk: &Desk, account: Account) -> anyhow::Result<Row> {
    let balance = desk.engine().money().balance(desk.owner(), account.id).await?;
    Ok(Row {
        id: account.id,
        number: NumberKind::Account.show(account.number),
        name: account.name,
        kind: account.kind.word(),
        country: account.country,
        state: account.state.word(),
        balance: balance.balance.into(),
        reserved: balance.reserved.into(),
    })
}

async fn list(desk: &Desk, search: Option<String>, limit: u32) -> anyhow::Result<()> {
    let filter = AccountFilter {
        text: search,
        ..AccountFilter::default()
    };
    let page = Page::first(limit.min(MAX_PAGE_SIZE));
    let found = desk.engine().accounts().list(desk.owner(), filter, &page).await?;
    if found.next.is_some() {
        output::note("there are more: search, or raise --limit");
    }
    let mut rows = Vec::new();
    for account in found.rows {
        rows.push(row(desk, account).await?);
    }
    output::print_rows(desk.format, &rows, |rows| {
        let mut table = Table::new(&["Number", "Name", "Country", "State", "Balance", "Reserved"]);
        for row in rows {
            table.row([
                row.number.clone(),
                row.name.clone(),
                row.country.clone(),
                row.state.to_owned(),
                row.balance.to_string(),
                row.reserved.to_string(),
            ]);
        }
        table
    })
}

/// An account that was opened.
#[derive(Serialize)]
struct Opened {
    #[serde(flatten)]
    account: Row,
    user: UserId,
    email: String,
    has_password: bool,
}

async fn add(desk: &Desk, options: AddAccount) -> anyhow::Result<()> {
    let password = options.password.as_deref().map(secret_input::read).transpose()?;
    let has_password = password.is_some();
    let new = NewAccount {
        name: options.name.clone(),
        kind: match options.kind {
            KindOfAccount::Company => AccountKind::Company,
            KindOfAccount::Person => AccountKind::Person,
        },
        country: options.country.trim().to_uppercase(),
        tax_number: options.tax_number,
        currency: options.currency,
        language: options.language.tag().to_owned(),
    };
    let user = NewUser {
        email: options.email.clone(),
        name: options.user_name.unwrap_or(options.name),
        password,
        language: options.language.tag().to_owned(),
    };
    let account = desk.engine().accounts().open(desk.owner(), new).await?;
    let number = NumberKind::Account.show(account.number);
    let user = desk
        .engine()
        .users()
        .add_member(desk.owner(), account.id, user, Role::Owner)
        .await
        .with_context(|| {
            format!("{number} is open, but without a user (certbroker user add --account {number})")
        })?;
    let opened = Opened {
        account: row(desk, account).await?,
        user,
        email: options.email,
        has_password,
    };
    output::print(desk.format, &opened, |opened| {
        let password = if opened.has_password {
            "with the password given"
        } else {
            "after asking for a new password on the sign-in page"
        };
        format!(
            "{} {} is open; {} signs in {password}\n",
            opened.account.number, opened.account.name, opened.email
        )
    })
}

/// What became of money that came in.
#[derive(Serialize)]
struct Paid {
    #[serde(flatten)]
    account: Row,
    credited: Amount,
    /// The number of the receipt; none while a second person must agree.
    document: Option<String>,
}

async fn credit(desk: &Desk, account: &str, amount: &str, note: String) -> anyhow::Result<()> {
    let account = find::account(desk, account).await?;
    let money = amount::read_in(amount, account.currency)?;
    let new = NewCredit {
        account: account.id,
        amount: money,
        note,
        once: None,
    };
    let document = match desk.engine().money().credit(desk.owner(), new).await? {
        Credited::Booked(document) => Some(document.shown_number()),
        Credited::WaitsForSecondPerson(_) => None,
    };
    let paid = Paid {
        account: row(desk, account).await?,
        credited: money.into(),
        document,
    };
    output::print(desk.format, &paid, |paid| match &paid.document {
        Some(document) => format!(
            "{} has {} now ({document}: {})\n",
            paid.account.number, paid.account.balance, paid.credited
        ),
        None => format!("{} waits for a second person\n", paid.credited),
    })
}
