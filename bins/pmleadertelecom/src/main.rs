//! `pmleadertelecom`: the service processing module for LeaderTelecom that BILLmanager starts once per command.
//!
//! What starts quickly stays quick: the probe, help, version and `features` touch neither log, runtime, database nor network. Whatever happens inside,
//! also a panic, ends in an error document, a report to the running operation and exit status 1.

mod clock;
mod logs;
mod names;
mod people;

use std::{
    io::{self, IsTerminal as _, Read as _, Write as _},
    panic::AssertUnwindSafe,
    path::PathBuf,
    process::ExitCode,
    sync::{Arc, OnceLock},
};

use billmanager::{
    Failure, Kind, Module, Root,
    arguments::{Arguments, Key, PROBE_ANSWER, Request, USAGE, VERSION_ANSWER},
    database::Database,
    host::{Host, Mgrctl},
    run::{self, Session},
    template::Templates,
    xml::Element,
};
use tokio::runtime::{Builder, Runtime};

/// What a command comes to: a document or nothing for standard output, or a failure.
type Answer = Result<Option<Element>, Failure>;

/// Longest text read from standard input, in bytes.
const LONGEST_INPUT: u64 = 5 * 1024 * 1024;

fn main() -> ExitCode {
    let tokens: Vec<String> = std::env::args_os()
        .skip(1)
        .map(|token| token.to_string_lossy().into_owned())
        .collect();
    if let Some(word) = tokens.first().filter(|word| people::is_word(word)) {
        return people::run(word, tokens.get(1..).unwrap_or_default());
    }
    match Request::read(tokens) {
        Request::Probe => print(PROBE_ANSWER, true),
        // A terminal has a person before it.
        Request::Help if io::stdout().is_terminal() => print(&format!("{USAGE}{}", people::HELP), true),
        Request::Help => print(USAGE, true),
        Request::Version => print(VERSION_ANSWER, true),
        Request::Wrong(faults) => {
            for fault in faults {
                let _ = writeln!(io::stderr(), "{}", fault.line());
            }
            print(USAGE, false)
        }
        Request::Run(arguments) => command(&arguments),
    }
}

/// The module that this executable is.
pub(crate) fn module() -> Option<Module> {
    Some(Module {
        name: "pmleadertelecom",
        connector: connectors::registration("leadertelecom")?,
    })
}

/// The host's folder; tests put another in its place.
pub(crate) fn root() -> Root {
    let told = std::env::var_os("MGR5_ROOT").filter(|told| !told.is_empty());
    Root::at(told.map_or_else(|| PathBuf::from(Root::USUAL), PathBuf::from))
}

fn command(arguments: &Arguments) -> ExitCode {
    let root = root();
    let Some(module) = module() else {
        return answer(Err(Failure::new(Kind::Internal).about("connector")));
    };
    let is_plain = arguments.ignored.is_empty() && !root.templates(module).exists();
    if arguments.text(Key::Command) == "features" && is_plain {
        return answer(Ok(Some(billmanager::features::document(&Templates::built_in()))));
    }
    // Paths of the host's settings are relative to it.
    let _ = std::env::set_current_dir(root.path());
    let log = logs::start(&root, module, arguments.number(Key::RunningOperation));
    std::panic::set_hook(Box::new(|panic| {
        tracing::error!(panic = %panic, "the module panicked");
    }));
    answer(guarded(
        || carry_out(arguments.clone(), module, &root, log),
        |failure| tell(arguments.clone(), module, &root, log, failure),
    ))
}

/// What a command comes to; a panic is a failure like any other, and told by `report`.
fn guarded(work: impl FnOnce() -> Answer, report: impl FnOnce(&Failure)) -> Answer {
    std::panic::catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let failure = Failure::new(Kind::Internal).saying(domain::mask::text(&text_of(&*panic)));
        report(&failure);
        Err(failure)
    })
}

fn carry_out(arguments: Arguments, module: Module, root: &Root, log: logs::Lines) -> Answer {
    let span = tracing::info_span!("run", module = module.name, operation = log.name());
    let _entered = span.enter();
    tracing::trace!(exchange = "run", "run with: {}", arguments.shown());
    for option in &arguments.ignored {
        tracing::warn!(option, "an option that nobody knows is ignored");
    }
    let runtime = runtime()?;
    let (session, database) = session(arguments, module, root, log);
    let done = runtime.block_on(async {
        hold_signals();
        let done = run::run(&session, read_input).await;
        database.close().await;
        done
    });
    if done.is_ok() {
        tracing::debug!("done");
    }
    done
}

/// A panic has ended the run: what can still be told is told by a new one.
fn tell(arguments: Arguments, module: Module, root: &Root, log: logs::Lines, failure: &Failure) {
    let tried = std::panic::catch_unwind(AssertUnwindSafe(|| {
        let Ok(runtime) = runtime() else {
            return;
        };
        let (session, database) = session(arguments, module, root, log);
        runtime.block_on(async {
            billmanager::report::tell(&session, failure).await;
            database.close().await;
        });
    }));
    if tried.is_err() {
        tracing::error!("the report of the panic panicked");
    }
}

pub(crate) fn session(
    arguments: Arguments,
    module: Module,
    root: &Root,
    log: logs::Lines,
) -> (Session, Arc<Database>) {
    let machine = Arc::new(clock::MachineClock);
    let names = Arc::new(names::Names::default());
    let patience = run::patience(arguments.text(Key::Command));
    let host = Host::new(Arc::new(Mgrctl::new(root, module)), patience);
    let database = Database::new(host.clone(), root.clone(), names.clone(), machine.clone());
    let database = Arc::new(database);
    let session = Session {
        module,
        root: root.clone(),
        host,
        records: database.clone(),
        machine,
        resolver: names,
        arguments,
        used: OnceLock::new(),
        task_language: OnceLock::new(),
        log: Box::new(move || log.lines()),
    };
    (session, database)
}

pub(crate) fn runtime() -> Result<Runtime, Failure> {
    Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new(Kind::Internal).about("runtime").because(error))
}

/// The host's daemon may be stopped while an order is under way: the run goes on to its end, as the vendor's modules do.
fn hold_signals() {
    use tokio::signal::unix::{SignalKind, signal};
    for kind in [SignalKind::terminate(), SignalKind::interrupt()] {
        // Once somebody listens, the signal no longer ends the process.
        let _ = signal(kind);
    }
}

/// Standard input to its end; a terminal is not waited for.
fn read_input() -> String {
    let input = io::stdin();
    if input.is_terminal() {
        return String::new();
    }
    let mut bytes = Vec::new();
    let _ = input.lock().take(LONGEST_INPUT).read_to_end(&mut bytes);
    String::from_utf8_lossy(&bytes).into_owned()
}

fn answer(done: Answer) -> ExitCode {
    match done {
        Ok(None) => ExitCode::SUCCESS,
        Ok(Some(document)) => print(&document.pretty(), true),
        Err(failure) => print(&failure.document().pretty(), false),
    }
}

/// Whoever does not read the answer any more is not told.
fn print(text: &str, is_success: bool) -> ExitCode {
    let mut output = io::stdout().lock();
    let _ = output.write_all(text.as_bytes());
    let _ = output.flush();
    if is_success {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn text_of(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned());
    text.unwrap_or_else(|| "the module panicked".to_owned())
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt as _};

    use super::*;

    /// A host that writes down what it is called with and whose database is not there.
    const MGRCTL: &str = "#!/bin/sh
printf '%s\\n' \"$*\" >>calls
echo '<doc><elem><DBSocket>nowhere</DBSocket></elem></doc>'
";

    #[test]
    fn a_panic_is_a_failure_and_the_operation_hears_of_it() {
        let folder = tempfile::tempdir().unwrap();
        let client = folder.path().join("sbin/mgrctl");
        fs::create_dir(folder.path().join("sbin")).unwrap();
        fs::write(&client, MGRCTL).unwrap();
        fs::set_permissions(&client, fs::Permissions::from_mode(0o755)).unwrap();
        let root = Root::at(folder.path());
        let (module, log) = (module().unwrap(), logs::Lines::default());
        let line = "--command open --item 5 --runningoperation 7";
        let Request::Run(arguments) = Request::read(line.split(' ').map(str::to_owned)) else {
            panic!("{line}")
        };

        let done = guarded(
            || panic!("password=hunter2 is in the way"),
            |failure| tell(arguments, module, &root, log, failure),
        );

        let failure = done.unwrap_err();
        assert_eq!(failure.kind, Kind::Internal);
        let calls = fs::read_to_string(folder.path().join("calls")).unwrap();
        for told in [
            "runningoperation.edit sok=ok elid=7 errorxml=",
            "type=\"internal_error\"",
            "in the way",
        ] {
            assert!(calls.contains(told), "{calls}");
        }
        let said = format!("{calls}{}", failure.document().compact());
        assert!(!said.contains("hunter2"), "{said}");
    }

    #[test]
    fn without_a_panic_the_answer_is_the_commands() {
        let done = guarded(|| Ok(Some(Element::doc())), |_| panic!("nothing to tell"));
        assert_eq!(done.unwrap(), Some(Element::doc()));
        let done = guarded(
            || Err(Failure::missed("item")),
            |_| panic!("it was told where it happened"),
        );
        assert_eq!(done.unwrap_err().kind, Kind::Missed);
    }
}
