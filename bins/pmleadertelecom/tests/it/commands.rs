//! The executable alone: what it prints and how it ends, with no host behind it.

use std::{
    fs,
    process::{Command, Output, Stdio},
};

use billmanager_host::document::Element;
use pretty_assertions::assert_eq;

const USAGE: &str = "\nprocessing module\n\nUsage: binaryname --command <command>\n\n";

/// An empty folder in the place of the host's, and no environment.
fn command_in(root: &str, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pmleadertelecom"));
    command.args(words).env_clear().env("MGR5_ROOT", root);
    command
}

fn run_in(root: &str, words: &[&str], stdin: Stdio) -> Output {
    command_in(root, words).stdin(stdin).output().unwrap()
}

fn run(words: &[&str]) -> (Option<i32>, String, String) {
    told(&run_in("/nonexistent", words, Stdio::null()))
}

fn told(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn probe_help_and_version_answer_as_the_vendors_parser_does() {
    let said = |text: &str| (Some(0), text.to_owned(), String::new());
    assert_eq!(run(&["--command", "open", "-T"]), said("(c) ISPsystem.com"));
    assert_eq!(run(&["--help"]), said(USAGE));
    assert_eq!(run(&["-V"]), said("1.0\n"));
    assert_eq!(run(&["--version", "-h"]), said(USAGE));
}

#[test]
fn a_wrong_command_line_is_told_on_standard_error_with_the_usage() {
    let (status, stdout, stderr) = run(&["--command", "approver", "--module", "x"]);
    assert_eq!((status, stdout.as_str()), (Some(1), USAGE));
    let lines: Vec<&str> = stderr.lines().collect();
    assert_eq!(
        lines,
        [
            "\tArgument \u{1b}[1;31mmodule\u{1b}[0m has invalid value",
            "\tMissed argument \u{1b}[1;31mintname\u{1b}[0m",
            "\tMissed argument \u{1b}[1;31mdomain\u{1b}[0m",
        ]
    );
}

#[test]
fn features_are_told_where_there_is_no_host() {
    let (status, stdout, stderr) = run(&["--command", "features"]);
    assert_eq!((status, stderr.as_str()), (Some(0), ""));
    let document = Element::parse(&stdout).unwrap();
    let names = |list: &str, of: &str| -> Vec<String> {
        let list = document.find(list).unwrap();
        let attributes = list.all(of).filter_map(|one| one.attr("name"));
        attributes.map(str::to_owned).collect()
    };
    assert_eq!(names("itemtypes", "itemtype"), ["certificate"]);
    assert!(names("params", "param").contains(&"password".to_owned()));
    assert!(names("features", "feature").contains(&"sync_item".to_owned()));
    assert!(names("templates", "template").contains(&"positivessl".to_owned()));
}

#[test]
fn a_machine_without_root_certificates_is_told_what_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let form = folder.path().join("form.xml");
    let settings = "<username>u</username><password>secret</password>";
    let text = format!("<doc><processingmodule>{settings}</processingmodule></doc>");
    fs::write(&form, text).unwrap();
    let output = command_in("/nonexistent", &["--command", "check_connection"])
        .env("SSL_CERT_FILE", "/nonexistent")
        .env("SSL_CERT_DIR", "/nonexistent")
        .stdin(fs::File::open(form).unwrap())
        .output()
        .unwrap();
    let (status, stdout, _) = told(&output);
    let document = Element::parse(&stdout).unwrap();
    let error = document.find("error").unwrap();
    assert_eq!((status, error.attr("type")), (Some(1), Some("tls")), "{stdout}");
    assert!(
        stdout.contains("ca-certificates") && !stdout.contains("secret"),
        "{stdout}"
    );
}

#[test]
fn own_templates_are_told_beside_the_built_in_ones() {
    let root = tempfile::tempdir().unwrap();
    fs::create_dir(root.path().join("etc")).unwrap();
    let lines = "# ours\nmy_wildcard wildcard,idn PositiveSSL Wildcard\nalias old positivessl\n";
    fs::write(root.path().join("etc/pmleadertelecom.templates"), lines).unwrap();
    let words = ["--command", "features"];
    let (status, stdout, _) = told(&run_in(root.path().to_str().unwrap(), &words, Stdio::null()));
    assert_eq!(status, Some(0));
    assert!(
        stdout.contains("<template id=\"my_wildcard\" name=\"my_wildcard\" wildcard=\"yes\" idn=\"yes\"")
    );
    assert!(stdout.contains("id=\"positivessl\""));
}

#[test]
fn whatever_fails_is_one_document_and_status_one() {
    for (words, kind) in [
        (&["--command", "nonsense"][..], "unknown command"),
        (&["--command", "gen_key", "--item", "5"], "unsupported command"),
        (&["--command", "sync_item"], "missed"),
        // There is no client of a host in an empty folder.
        (&["--command", "open", "--item", "5"], "db"),
        (&["--command", "getbalance", "--module", "3"], "db"),
        (&["--command", "check_connection"], "failed to parse input xml"),
        (&["--command", "tune_connection"], "failed to parse input xml"),
    ] {
        let root = tempfile::tempdir().unwrap();
        let output = run_in(root.path().to_str().unwrap(), words, Stdio::null());
        let (status, stdout, stderr) = told(&output);
        assert_eq!((status, stderr.as_str()), (Some(1), ""), "{words:?}");
        let document = Element::parse(&stdout).unwrap();
        let error = document.find("error").unwrap();
        assert_eq!(error.attr("type"), Some(kind), "{words:?}: {stdout}");
    }
}

#[test]
fn options_that_nobody_knows_are_ignored_and_logged() {
    let root = tempfile::tempdir().unwrap();
    fs::create_dir(root.path().join("var")).unwrap();
    for command in ["features", "import_pricelist --module 3 --subcommand x"] {
        let words: Vec<&str> = ["--command"]
            .into_iter()
            .chain(command.split(' '))
            .chain(["--colour", "red"])
            .collect();
        let output = run_in(root.path().to_str().unwrap(), &words, Stdio::null());
        assert_eq!(output.status.code(), Some(0), "{command}");
        let log = root.path().join("var/pmleadertelecom.log");
        let text = fs::read_to_string(&log).unwrap();
        assert!(
            text.contains(" WARNING ") && text.contains("--colour"),
            "{command}: {text}"
        );
        fs::remove_file(log).unwrap();
    }
}

#[test]
fn what_people_start_answers_in_words() {
    let (status, stdout, _) = run(&["version"]);
    assert_eq!(
        (status, stdout),
        (
            Some(0),
            concat!("pmleadertelecom ", env!("CARGO_PKG_VERSION"), "\n").to_owned()
        )
    );
    let (status, stdout, _) = run(&["help"]);
    assert!(
        status == Some(0) && stdout.contains("install --check"),
        "{stdout}"
    );
    let (status, stdout, stderr) = run(&["install"]);
    assert_eq!((status, stdout.as_str()), (Some(1), ""));
    assert!(
        stderr.contains("there is no BILLmanager in /nonexistent"),
        "{stderr}"
    );
}
