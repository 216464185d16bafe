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
    error.push(Element::new("log").cdata((session.log)().join("\n")));
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
