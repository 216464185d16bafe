//! The days of all next reissues, read and written in batches when the rules behind them change.

use domain::{
    id::{CertificateId, ServiceId},
    term::PaidTerm,
};
use jiff::{Timestamp, civil::Date};
use uuid::Uuid;

use crate::{Conn, Result, Tx, cell::Cell, sql};

/// What the day of a service's next reissue is computed from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// The service.
    pub service: ServiceId,
    /// Its number, by which batches go on.
    pub number: i64,
    /// What was paid for.
    pub term: PaidTerm,
    /// The certificate in use.
    pub certificate: CertificateId,
    /// From when it is valid.
    pub not_before: Timestamp,
    /// Until which day.
    pub end_date: Date,
    /// The day as it is planned now.
    pub reissue_on: Option<Date>,
}

/// Running services with a certificate whose numbers come after `after`, by number.
pub async fn batch(conn: &dyn Conn, after: i64, most: u32) -> Result<Vec<Planned>> {
    let text = format!(
        "SELECT service.id, service.number, service.term_start, service.term_end, service.end_date,
            service.reissue_on, certificate.id, certificate.not_before
        FROM service JOIN certificate ON certificate.id = service.certificate_id
        WHERE service.number > $1 AND service.state = 'active' AND service.term_start IS NOT NULL
            AND service.term_end IS NOT NULL AND service.end_date IS NOT NULL
        ORDER BY service.number LIMIT {most}"
    );
    let rows = sql::rows(conn, "service", text, vec![after.into()], |row| {
        Ok((
            (row.try_get_by_index::<Uuid>(0)?, row.try_get_by_index::<i64>(1)?),
            (row.try_get_by_index::<i32>(2)?, row.try_get_by_index::<i32>(3)?),
            (
                row.try_get_by_index::<i32>(4)?,
                row.try_get_by_index::<Option<i32>>(5)?,
            ),
            (row.try_get_by_index::<Uuid>(6)?, row.try_get_by_index::<i64>(7)?),
        ))
    })
    .await?;
    rows.into_iter()
        .map(
            |((service, number), (start, end), (end_date, reissue_on), (certificate, not_before))| {
                Ok(Planned {
                    service: service.into(),
                    number,
                    term: PaidTerm {
                        start: day(start)?,
                        end: day(end)?,
                    },
                    certificate: certificate.into(),
                    not_before: Timestamp::from_stored(not_before).map_err(unreadable)?,
                    end_date: day(end_date)?,
                    reissue_on: reissue_on.map(day).transpose()?,
                })
            },
        )
        .collect()
}

/// Writes the day of a service's next reissue, unless another certificate came meanwhile or something is under way: what
/// is under way plans the next day itself. Says whether it was written.
pub async fn set_reissue_on(tx: &Tx, planned: &Planned, day: Option<Date>) -> Result<bool> {
    let text = "UPDATE service SET reissue_on = $1 WHERE id = $2 AND certificate_id = $3 AND NOT EXISTS
        (SELECT 1 FROM operation WHERE service_id = $2 AND state IN ('waiting', 'manual'))";
    let values = vec![
        day.map(|day| day.to_stored()).into(),
        Uuid::from(planned.service).into(),
        Uuid::from(planned.certificate).into(),
    ];
    Ok(sql::execute(tx, "service", text, values).await? > 0)
}

fn day(stored: i32) -> Result<Date> {
    Date::from_stored(stored).map_err(unreadable)
}

fn unreadable(why: String) -> crate::Error {
    crate::Error::Unreadable {
        table: "service",
        why,
    }
}
