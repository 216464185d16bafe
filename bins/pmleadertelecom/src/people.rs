//! What people start: `install`, `uninstall`, `purchase`, `version`, `help`. The host never gives such a word: its lines begin with an option.

use std::{
    fmt::Write as _,
    io::{self, Write as _},
    process::ExitCode,
};

use anyhow::{Context as _, anyhow, bail};
use billmanager::{
    Module, Root,
    arguments::{Arguments, Request},
    commands::{self, Decision},
    host::{Host, Mgrctl, Patience},
    install::{self, Verdict},
};
use ca::CaOrderRef;

/// The words and their options.
pub(crate) const HELP: &str = "\
pmleadertelecom install [--root DIR]      place the module and its description, keep what was there
pmleadertelecom install --check           test this host; changes nothing
pmleadertelecom uninstall [--root DIR]    take both away and put back what was there
pmleadertelecom purchase --item N         show the purchase of a service
    --adopt ORDER                         it is this order at the CA
    --none                                the CA certainly has nothing: buy again at the next run
    --abandon WHY                         give it up
pmleadertelecom version                   the version of this executable
pmleadertelecom help                      this
";

/// Whether it is one of the words.
pub(crate) fn is_word(word: &str) -> bool {
    matches!(word, "install" | "uninstall" | "purchase" | "version" | "help")
}

/// Does it.
pub(crate) fn run(word: &str, rest: &[String]) -> ExitCode {
    match carry_out(word, rest) {
        Ok((text, is_good)) => {
            let _ = io::stdout().write_all(text.as_bytes());
            if is_good {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            }
        }
        Err(error) => {
            let _ = writeln!(io::stderr(), "pmleadertelecom: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// What is printed, and whether all is well.
fn carry_out(word: &str, rest: &[String]) -> anyhow::Result<(String, bool)> {
    let options = Options::read(rest)?;
    if options.wants_help || word == "help" {
        return Ok((HELP.to_owned(), true));
    }
    if word == "version" {
        return Ok((
            concat!("pmleadertelecom ", env!("CARGO_PKG_VERSION"), "\n").to_owned(),
            true,
        ));
    }
    let root = options.root.clone().map_or_else(crate::root, Root::at);
    let module = crate::module().ok_or_else(|| anyhow!("the connector is missing"))?;
    match word {
        "install" if options.checks => check(&root, module),
        "install" => {
            let own = std::env::current_exe().context("finding this executable")?;
            Ok((lines(&install::install(&root, module, &own)?), true))
        }
        "uninstall" => Ok((lines(&install::uninstall(&root, module)?), true)),
        _ => purchase(&root, module, options),
    }
}

#[derive(Default)]
struct Options {
    root: Option<String>,
    checks: bool,
    wants_help: bool,
    item: Option<u64>,
    decision: Option<Decision>,
}

impl Options {
    fn read(rest: &[String]) -> anyhow::Result<Self> {
        let mut options = Self::default();
        let mut rest = rest.iter();
        while let Some(option) = rest.next() {
            let mut value = || {
                rest.next()
                    .cloned()
                    .with_context(|| format!("{option} needs a value"))
            };
            match option.as_str() {
                "--root" => options.root = Some(value()?),
                "--check" => options.checks = true,
                "--help" | "-h" => options.wants_help = true,
                "--item" => options.item = Some(value()?.parse().context("--item needs a number")?),
                "--adopt" => options.decision = Some(Decision::Adopt(CaOrderRef(value()?))),
                "--none" => options.decision = Some(Decision::None),
                "--abandon" => options.decision = Some(Decision::Abandon(value()?)),
                other => bail!("{other} is not known here\n{HELP}"),
            }
        }
        Ok(options)
    }
}

fn check(root: &Root, module: Module) -> anyhow::Result<(String, bool)> {
    let log = crate::logs::start(root, module, None);
    let (_, database) = crate::session(Arguments::default(), module, root, log);
    let mgrctl = Mgrctl::new(root, module);
    let host = Host::new(std::sync::Arc::new(mgrctl.clone()), Patience::Short);
    let findings = crate::runtime()?.block_on(async {
        let findings = install::check(root, module, &host, &mgrctl, &database).await;
        database.close().await;
        findings
    });
    let is_good = findings.iter().all(|finding| finding.verdict != Verdict::Missing);
    let mut text = lines(&findings);
    let count = |verdict| {
        findings
            .iter()
            .filter(|finding| finding.verdict == verdict)
            .count()
    };
    writeln!(
        text,
        "\n{} confirmed, {} to look at, {} missing",
        count(Verdict::Confirmed),
        count(Verdict::Look),
        count(Verdict::Missing)
    )?;
    Ok((text, is_good))
}

fn purchase(root: &Root, module: Module, options: Options) -> anyhow::Result<(String, bool)> {
    let item = options
        .item
        .with_context(|| format!("--item is missing\n{HELP}"))?;
    let log = crate::logs::start(root, module, None);
    let line = ["--command", "sync_item"].map(str::to_owned);
    let Request::Run(arguments) = Request::read(line) else {
        bail!("the command line is not understood");
    };
    let (session, database) = crate::session(arguments, module, root, log);
    let done = crate::runtime()?.block_on(async {
        let done = match options.decision {
            Some(decision) => commands::decide(&session, item, decision).await,
            None => Ok(()),
        };
        let shown = match done {
            Ok(()) => commands::show(&session, item).await,
            Err(failure) => Err(failure),
        };
        database.close().await;
        shown
    })?;
    Ok((format!("{done}\n"), true))
}

fn lines(items: &[impl std::fmt::Display]) -> String {
    let mut text = String::new();
    for item in items {
        text.push_str(&item.to_string());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> anyhow::Result<Options> {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        Options::read(&words)
    }

    #[test]
    fn options_are_read_and_strangers_refused() {
        let options = read("--root /tmp/x --item 5 --adopt 120044").unwrap();
        assert_eq!((options.root.as_deref(), options.item), (Some("/tmp/x"), Some(5)));
        assert_eq!(options.decision, Some(Decision::Adopt("120044".into())));
        for line in ["--item", "--item x", "--colour", "--adopt"] {
            assert!(read(line).is_err(), "{line}");
        }
    }

    #[test]
    fn an_item_is_needed_for_a_purchase() {
        let error = carry_out("purchase", &[]).unwrap_err();
        assert!(error.to_string().contains("--item is missing"));
    }
}
