//! What the host is told of a failure (protocol facts §5.3, §6.4): the report with the operation, manual mode and a task after the last
//! try, and a problem of the connection.

use jiff::Timestamp;

use crate::{
    Failure, Kind,
    arguments::Key,
    commands::Command,
    host::NewTask,
    run::{Session, at_best},
    texts,
    xml::Element,
};

/// Bytes of log in a report, which holds it twice: Linux takes no argument of 128 KiB, and the report is one of `mgrctl`.
const LONGEST_LOG: usize = 40_000;

/// Tells it all as far as it goes; what fails here is only worth a line in the log.
pub async fn tell(session: &Session, failure: &Failure) {
    if let Some(operation) = session.operation() {
        at_best("reporting to the operation", async {
            let report = document(session, failure).await;
            Ok(session.host.report(operation, &report).await?)
        })
        .await;
        at_best(
            "handing over to an employee",
            hand_over(session, operation, failure),
        )
        .await;
    }
    if let (true, Some(connection)) = (failure.is_of_connection(), session.used.get()) {
        at_best("telling of the connection's problem", async {
            let label = (connection.id, connection.name.as_str());
            let text = failure.to_string();
            Ok(session
                .host
                .register_problem("processingmodule_connect", label, &text)
                .await?)
        })
        .await;
    }
}

/// After the last try, or when only a person can decide: no more repetitions, and a task, if there is none.
async fn hand_over(session: &Session, operation: u64, failure: &Failure) -> Result<(), Failure> {
    let name = session.arguments.text(Key::Command);
    let (Some(item), Some(command)) = (session.arguments.number(Key::Item), Command::of(name)) else {
        return Ok(());
    };
    let needs_person = matches!(failure.kind, Kind::PurchaseManual | Kind::ManualReissue);
    let is_last = session.records.tries(operation).await? >= command.most_tries();
    if !(needs_person || is_last) || session.records.tasks_of(operation).await? > 0 {
        return Ok(());
    }
    session.host.set_manual(operation).await?;
    let Some(kind) = session.host.task_type(name, item).await? else {
        return Ok(());
    };
    let text = texts::of_failure(session.language(), failure);
    let task = NewTask {
        item,
        operation: Some(operation),
        kind: &kind,
        text: &text,
    };
    Ok(session.host.make_task(task).await?)
}

/// The report: the connection with the failure, and the failure again at the root, as the vendor's modules write it.
async fn document(session: &Session, failure: &Failure) -> Element {
    let zone = match session.records.time().await {
        Ok(time) => time.zone,
        Err(_) => jiff::tz::TimeZone::system(),
    };
    let now: Timestamp = session.machine.now();
    let date = now.to_zoned(zone).strftime("%Y-%m-%d %H:%M:%S").to_string();
    let mut error = failure.element();
    error.attributes.insert(0, ("date".to_owned(), date.clone()));
    error.push(Element::new("backtrace").cdata(failure.frames().join("\n")));
    error.push(Element::new("log").cdata(newest(&(session.log)()).join("\n")));
    let mut document = Element::doc();
    if let Some(connection) = session.used.get() {
        document.push(
            Element::new("processingmodule")
                .with("date", date)
                .with("id", connection.id.to_string())
                .with("name", connection.name.as_str())
                .child(error.clone()),
        );
    }
    document.child(error)
}

/// The newest lines that fit.
fn newest(lines: &[String]) -> &[String] {
    let mut left = LONGEST_LOG;
    let fits = |line: &&String| {
        let rest = left.checked_sub(line.len() + 1);
        left = rest.unwrap_or(0);
        rest.is_some()
    };
    let count = lines.iter().rev().take_while(fits).count();
    lines.get(lines.len() - count..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::World;

    /// Longest argument of a program on Linux (`MAX_ARG_STRLEN`), in bytes.
    const LONGEST_ARGUMENT: usize = 128 * 1024;

    #[tokio::test]
    async fn a_report_with_the_longest_log_is_still_an_argument() {
        let world = World::new();
        let crate::arguments::Request::Run(arguments) =
            crate::arguments::Request::read(["--command", "open", "--item", "5"].map(str::to_owned))
        else {
            panic!("a good line")
        };
        let mut session = world.session(arguments);
        session.account(3).await.unwrap();
        session.log = Box::new(|| {
            (0..50)
                .map(|number| format!("{number} {}", "ж".repeat(2_000)))
                .collect()
        });
        let failure = Failure::new(Kind::Client)
            .saying("ж".repeat(5_000))
            .with("doing", "ж".repeat(5_000));
        let report = document(&session, &failure).await.compact();
        assert!(report.len() < LONGEST_ARGUMENT, "{} bytes", report.len());
        assert_eq!(report.matches("49 ж").count(), 2, "the newest line is there");
    }

    #[test]
    fn what_fits_is_whole() {
        let lines =
            |lengths: &[usize]| -> Vec<String> { lengths.iter().map(|length| "x".repeat(*length)).collect() };
        assert_eq!(newest(&[]).len(), 0);
        assert_eq!(newest(&lines(&[5, 6])).len(), 2);
        assert_eq!(newest(&lines(&[5, LONGEST_LOG, 6])).len(), 1);
        assert_eq!(newest(&lines(&[LONGEST_LOG])).len(), 0);
    }
}
