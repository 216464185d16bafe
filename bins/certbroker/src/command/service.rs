//! `certbroker service …`

mod shown;

use std::io::{IsTerminal as _, Write as _};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::id::{NumberKind, ServiceId};
use engine::{
    certificates::{Download, DownloadFormat, PasswordAgain},
    services::{Direction, ServiceLine, ServiceQuery, ServiceSort},
};
use jiff::{Timestamp, civil::Date};
use serde::Serialize;
use store::{Page, page::MAX_PAGE_SIZE};

pub(super) use self::shown::{Shown, progress};
use super::{
    desk::Desk,
    file::{Readers, write_whole},
    find,
};
use crate::{
    cli::{Form, ServiceCommand},
    exit::Refused,
    output::{self, Amount, Format, Table, or_dash, spaced},
    secret_input,
};

pub(super) async fn run(desk: &Desk, command: ServiceCommand) -> anyhow::Result<()> {
    match command {
        ServiceCommand::List {
            account,
            state,
            ends_within,
            search,
            limit,
        } => {
            let account = match account {
                Some(account) => Some(find::account(desk, &account).await?.id),
                None => None,
            };
            let query = ServiceQuery {
                account,
                states: state,
                ends_within,
                search,
                sort: ServiceSort::Number,
                direction: Direction::Descending,
                ..ServiceQuery::default()
            };
            list(desk, &query, limit).await
        }
        ServiceCommand::Show { service } => show(desk, &service).await,
        ServiceCommand::Replace(options) => super::replacement::start(desk, *options).await,
        ServiceCommand::Download {
            service,
            format,
            password,
            out,
        } => {
            let format = download_format(format, password.as_deref())?;
            let readers = if format.holds_key() {
                Readers::Owner
            } else {
                Readers::Everybody
            };
            let download = fetch(desk, &service, format).await?;
            match out {
                Some(path) => {
                    write_whole(&path, readers, async |file| Ok(file.write_all(&download.bytes)?)).await?;
                    let kept = Kept {
                        file: path.display().to_string(),
                        media_type: download.media_type,
                        bytes: download.bytes.len(),
                    };
                    output::print(desk.format, &kept, |kept| format!("{}\n", kept.file))
                }
                None => to_standard_output(desk.format, &download),
            }
        }
    }
}

/// A service as a row.
#[derive(Serialize)]
pub(super) struct Row {
    id: ServiceId,
    number: String,
    main_name: String,
    names_count: u32,
    account: domain::id::AccountId,
    account_name: String,
    tariff: domain::id::TariffPlanId,
    tariff_name: String,
    module_name: Option<String>,
    state: &'static str,
    end_date: Option<Date>,
    paid_till: Option<Date>,
    years: u8,
    gross: Amount,
    created_at: Timestamp,
}

impl From<ServiceLine> for Row {
    fn from(line: ServiceLine) -> Self {
        Self {
            id: line.id,
            number: NumberKind::Service.show(line.number),
            main_name: line.main_name.to_string(),
            names_count: line.names,
            account: line.account,
            account_name: line.account_name,
            tariff: line.plan,
            tariff_name: line.plan_name,
            module_name: line.module_name,
            state: line.state.word(),
            end_date: line.dates.end_date,
            paid_till: line.dates.paid_till,
            years: line.years.count(),
            gross: line.gross.into(),
            created_at: line.created_at,
        }
    }
}

async fn list(desk: &Desk, query: &ServiceQuery, limit: u32) -> anyhow::Result<()> {
    let page = Page::first(limit.min(MAX_PAGE_SIZE));
    let found = desk.engine().services().list(desk.owner(), query, &page).await?;
    if found.next.is_some() {
        output::note("there are more: search, or raise --limit (500 at most)");
    }
    let rows: Vec<Row> = found.rows.into_iter().map(Row::from).collect();
    output::print_rows(desk.format, &rows, |rows| {
        let mut table = Table::new(&[
            "Number",
            "Name",
            "Account",
            "Tariff",
            "State",
            "End date",
            "Paid till",
        ]);
        for row in rows {
            table.row([
                row.number.clone(),
                row.main_name.clone(),
                row.account_name.clone(),
                row.tariff_name.clone(),
                spaced(row.state),
                or_dash(row.end_date.as_ref()),
                or_dash(row.paid_till.as_ref()),
            ]);
        }
        table
    })
}

async fn show(desk: &Desk, service: &str) -> anyhow::Result<()> {
    let id = find::service(desk, service).await?;
    let view = desk.engine().services().show(desk.owner(), id).await?;
    output::print(desk.format, &Shown::from(view), shown::page)
}

/// A file that was written.
#[derive(Serialize)]
struct Kept {
    file: String,
    media_type: &'static str,
    bytes: usize,
}

/// A download on standard output.
#[derive(Serialize)]
struct OnOutput<'a> {
    file_name: &'a str,
    media_type: &'static str,
    content_base64: String,
}

fn download_format(form: Form, password: Option<&str>) -> anyhow::Result<DownloadFormat> {
    let takes_password = matches!(form, Form::Pkcs12 | Form::Pkcs12Compatible);
    let password = match (takes_password, password) {
        (true, Some(source)) => secret_input::read(source)?,
        (true, None) => {
            return Err(Refused("a PKCS#12 file needs a password: --password @FILE or -".to_owned()).into());
        }
        (false, Some(_)) => return Err(Refused("only PKCS#12 files have a password".to_owned()).into()),
        (false, None) => secrecy::SecretString::default(),
    };
    Ok(match form {
        Form::Certificate => DownloadFormat::Certificate,
        Form::Intermediates => DownloadFormat::Intermediates,
        Form::Fullchain => DownloadFormat::FullChain,
        Form::Root => DownloadFormat::Root,
        Form::Der => DownloadFormat::Der,
        Form::Zip => DownloadFormat::Zip,
        Form::ZipWithKey => DownloadFormat::ZipWithKey,
        Form::PrivateKey => DownloadFormat::PrivateKey,
        Form::Pkcs12 => DownloadFormat::Pkcs12 { password },
        Form::Pkcs12Compatible => DownloadFormat::Pkcs12Compatible { password },
    })
}

async fn fetch(desk: &Desk, service: &str, format: DownloadFormat) -> anyhow::Result<Download> {
    let id = find::service(desk, service).await?;
    let view = desk.engine().services().show(desk.owner(), id).await?;
    let current = view
        .certificates
        .iter()
        .find(|one| one.is_current)
        .ok_or_else(|| {
            let number = NumberKind::Service.show(view.line.number);
            let state = spaced(view.line.state.word());
            Refused(format!("{number} has no certificate yet, it is {state}"))
        })?;
    // Whoever may run this on the machine of the database has the master keys too.
    let again = format.holds_key().then(PasswordAgain::checked);
    let certificates = desk.engine().certificates();
    Ok(certificates
        .download(desk.owner(), current.id, format, again)
        .await?)
}

fn to_standard_output(format: Format, download: &Download) -> anyhow::Result<()> {
    match format {
        Format::Json => {
            let content = OnOutput {
                file_name: &download.file_name,
                media_type: download.media_type,
                content_base64: STANDARD.encode(&*download.bytes),
            };
            output::print(format, &content, |_| String::new())
        }
        Format::Text => {
            let is_text = std::str::from_utf8(&download.bytes).is_ok();
            if !is_text && std::io::stdout().is_terminal() {
                return Err(Refused(format!("{} is no text: give --out FILE", download.file_name)).into());
            }
            output::write(&download.bytes)
        }
    }
}
