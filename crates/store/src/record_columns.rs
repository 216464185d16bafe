//! The columns that the rows of this program are read from are those of the schema: a driver refuses a day in a column of
//! 64 bits only when a row is read, on PostgreSQL, and only when the value is there.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{ColumnTrait, ColumnType, EntityTrait, IdenStatic, Iterable};

use crate::{introspect, record::Record, testing::for_each_backend};

/// A table and its columns with their types, as the program reads them.
type Table = (&'static str, BTreeMap<String, &'static str>);

fn of<R: Record>() -> Table {
    let columns = <R::Entity as EntityTrait>::Column::iter();
    let of_type = |column: &ColumnType| match column {
        ColumnType::Uuid => "uuid",
        ColumnType::String(_) | ColumnType::Text => "text",
        ColumnType::BigInteger => "bigint",
        ColumnType::Integer => "integer",
        ColumnType::Boolean => "boolean",
        ColumnType::VarBinary(_) | ColumnType::Blob | ColumnType::Binary(_) => "bytea",
        other => panic!("{}: no column is kept as {other:?}", R::TABLE),
    };
    let columns = columns.map(|column| {
        let def = column.def();
        (column.as_str().to_owned(), of_type(def.get_column_type()))
    });
    (R::TABLE, columns.collect())
}

fn every() -> Vec<Table> {
    vec![
        of::<crate::account::Account>(),
        of::<crate::account::Membership>(),
        of::<crate::api_token::ApiToken>(),
        of::<crate::api_token::Idempotency>(),
        of::<crate::audit::Head>(),
        of::<crate::audit::Link>(),
        of::<crate::ca_order::CaOrder>(),
        of::<crate::ca_order::KnownRef>(),
        of::<crate::catalogue::Import>(),
        of::<crate::catalogue::Product>(),
        of::<crate::catalogue::ProductTerm>(),
        of::<crate::certificate::Certificate>(),
        of::<crate::certificate::Delivery>(),
        of::<crate::credit_once::CreditOnce>(),
        of::<crate::credit_request::CreditRequest>(),
        of::<crate::department::Department>(),
        of::<crate::department::DepartmentMember>(),
        of::<crate::document::Document>(),
        of::<crate::document::DocumentLine>(),
        of::<crate::instance::Instance>(),
        of::<crate::ledger::Entry>(),
        of::<crate::ledger::LedgerAccount>(),
        of::<crate::ledger::Posting>(),
        of::<crate::mail_text::MailText>(),
        of::<crate::module::BalanceReading>(),
        of::<crate::module::Module>(),
        of::<crate::notice::Notice>(),
        of::<crate::operation::Attempt>(),
        of::<crate::operation::Operation>(),
        of::<crate::operation::Selection>(),
        of::<crate::periodic::Periodic>(),
        of::<crate::purchase::Purchase>(),
        of::<crate::rate::ExchangeRate>(),
        of::<crate::rate::TaxRate>(),
        of::<crate::reconciliation::ForeignOrder>(),
        of::<crate::reconciliation::Reconciliation>(),
        of::<crate::reminder::Reminder>(),
        of::<crate::replacement::ReplacedService>(),
        of::<crate::replacement::Replacement>(),
        of::<crate::request::Csr>(),
        of::<crate::request::PrivateKey>(),
        of::<crate::reservation::Reservation>(),
        of::<crate::seller::Seller>(),
        of::<crate::service::PriceLineRow>(),
        of::<crate::service::Service>(),
        of::<crate::service::ServiceName>(),
        of::<crate::session::LoginAttempt>(),
        of::<crate::session::OneTimeToken>(),
        of::<crate::session::Session>(),
        of::<crate::setting::Setting>(),
        of::<crate::tariff::TariffModule>(),
        of::<crate::tariff::TariffPlan>(),
        of::<crate::tariff::TariffPrice>(),
        of::<crate::task::Task>(),
        of::<crate::task::TaskComment>(),
        of::<crate::time_travel::TimeTravel>(),
        of::<crate::user::RecoveryCode>(),
        of::<crate::user::Totp>(),
        of::<crate::user::User>(),
        of::<crate::validation::Evidence>(),
        of::<crate::validation::Validation>(),
        of::<crate::zone::PublishedRecord>(),
        of::<crate::zone::Zone>(),
    ]
}

#[tokio::test]
async fn every_row_is_read_from_columns_of_the_types_that_the_schema_has() {
    for_each_backend(async |store| {
        let known = every();
        let mut seen = BTreeSet::new();
        for (table, read) in &known {
            seen.insert(*table);
            let stored: BTreeMap<String, String> = introspect::columns(store.reader(), table)
                .await
                .unwrap()
                .into_iter()
                .map(|column| (column.name, column.of_type))
                .collect();
            let read: BTreeMap<String, String> = read
                .iter()
                .map(|(name, of_type)| (name.clone(), (*of_type).to_owned()))
                .collect();
            assert_eq!(read, stored, "{table}");
        }
        for table in introspect::tables(store.reader()).await.unwrap() {
            assert!(
                seen.contains(table.as_str()) || BARE.contains(&table.as_str()),
                "{table} is read by no record"
            );
        }
    })
    .await;
}

/// Tables that only statements of their own touch.
const BARE: [&str; 2] = ["counter", "schema_step"];
