//! The days of all next reissues, read and written in batches when the rules behind them change.
//!
//! A batch comes as one text, so that no row is carried over by itself.

use domain::term::PaidTerm;
use jiff::{Timestamp, civil::Date};

use crate::{Conn, Result, Tx, cell::Cell, sql};

/// What the day of a service's next reissue is computed from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Planned {
    /// The service's number, by which batches go on.
    pub number: i64,
    /// What was paid for.
    pub term: PaidTerm,
    /// From when the certificate in use is valid.
    pub not_before: Timestamp,
    /// Until which day.
    pub end_date: Date,
    /// The day as it is planned now.
    pub reissue_on: Option<Date>,
}

/// Running services with a certificate whose numbers come after `after`, by number.
pub async fn batch(conn: &dyn Conn, after: i64, most: u32) -> Result<Vec<Planned>> {
    let text = format!(
        "SELECT string_agg(number || ' ' || term_start || ' ' || term_end || ' ' || end_date || ' ' || not_before
            || ' ' || COALESCE('' || reissue_on, ''), ';')
        FROM (SELECT service.number, service.term_start, service.term_end, service.end_date, service.reissue_on,
                certificate.not_before
            FROM service JOIN certificate ON certificate.id = service.certificate_id
            WHERE service.number > $1 AND service.state = 'active' AND service.term_start IS NOT NULL
                AND service.term_end IS NOT NULL AND service.end_date IS NOT NULL
            ORDER BY service.number LIMIT {most}) AS planned"
    );
    let texts = sql::rows(conn, "service", text, vec![after.into()], |row| {
        row.try_get_by_index::<Option<String>>(0)
    })
    .await?;
    let mut batch = Vec::new();
    for line in texts.iter().flatten().flat_map(|text| text.split(';')) {
        batch.push(read(line)?);
    }
    // An aggregate promises no order.
    batch.sort_unstable_by_key(|planned| planned.number);
    Ok(batch)
}

/// Writes the day of a service's next reissue, unless another certificate came meanwhile or something is under way: what
/// is under way plans the next day itself. Says whether it was written.
pub async fn set_reissue_on(tx: &Tx, planned: &Planned, day: Option<Date>) -> Result<bool> {
    let text = "UPDATE service SET reissue_on = $1 WHERE number = $2 AND end_date = $3 AND EXISTS
            (SELECT 1 FROM certificate WHERE id = service.certificate_id AND not_before = $4)
        AND NOT EXISTS
            (SELECT 1 FROM operation WHERE service_id = service.id AND state IN ('waiting', 'manual'))";
    let values = vec![
        day.map(|day| day.to_stored()).into(),
        planned.number.into(),
        planned.end_date.to_stored().into(),
        planned.not_before.as_microsecond().into(),
    ];
    Ok(sql::execute(tx, "service", text, values).await? > 0)
}

fn read(line: &str) -> Result<Planned> {
    let mut words = line.split(' ');
    let mut next = || words.next().ok_or_else(|| unreadable(line.to_owned()));
    Ok(Planned {
        number: number(next()?)?,
        term: PaidTerm {
            start: day(next()?)?,
            end: day(next()?)?,
        },
        end_date: day(next()?)?,
        not_before: Timestamp::from_stored(number(next()?)?).map_err(unreadable)?,
        reissue_on: Some(next()?)
            .filter(|word| !word.is_empty())
            .map(day)
            .transpose()?,
    })
}

fn number(word: &str) -> Result<i64> {
    word.parse().map_err(|_| unreadable(word.to_owned()))
}

fn day(word: &str) -> Result<Date> {
    let stored = word.parse().map_err(|_| unreadable(word.to_owned()))?;
    Date::from_stored(stored).map_err(unreadable)
}

fn unreadable(why: String) -> crate::Error {
    crate::Error::Unreadable {
        table: "service",
        why,
    }
}
