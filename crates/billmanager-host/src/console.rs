//! The commands of `billmanager-host`.

use std::io::Write as _;

use anyhow::{Context as _, bail};
use billmanager_host::{Host, NewConnection, NewOrder, NewTariff, Operation, Reissue};
use domain::{DomainName, NameSet};
use jiff::SignedDuration;
use pki::{Certificate, KeyChoice, PrivateKey, Subject};
use secrecy::ExposeSecret as _;

const HELP: &str = "\
features                              what the module announces
link                                  where to register with the CA
connect NAME [field=value …]          adds a connection, as the wizard does
tariff NAME TEMPLATE CONNECTION       adds a tariff plan
order TARIFF MONTHS NAME[,NAME…] [param=value …]
                                      a client orders (key and CSR are made for him) and pays
reissue ITEM                          the client asks for a reissue, with a new key
prolong|suspend|resume|setparam|close ITEM
                                      the operation of that name
again OPERATION                       an employee starts an operation again
param ITEM name=value …               an employee enters or corrects parameters of a service
finish TASK FILE                      an employee uploads the certificate of this file, and the task is done
look ITEM                             sync_item now
run WORD …                            the module with these words
mgrctl WORD …                         sbin/mgrctl -m billmgr with these words
advance 5m|2h|30d                     time passes, and everything that falls due is done
daemon down|up                        the daemon goes away, or comes back
nothing on|off                        etc/billmgr.DoNothing
show                                  items, operations, tasks, problems, balances
certificate ITEM                      what was saved
calls                                 what the module asked of BILLmanager since the last time
quit
A value with spaces stands in quotes: org_name=\"Example GmbH\".
";
const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// Enough of a long value to know it.
const SHOWN_CHARACTERS: usize = 60;

/// Reads commands until there are no more.
pub(crate) async fn run(host: &Host, module: &str) -> anyhow::Result<()> {
    say(&format!(
        "host in {}, clock {}, module {module}; `help` lists commands",
        host.root().display(),
        host.now()
    ))?;
    while let Some(line) = next_line().await? {
        let words = words_of(&line);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let Some((command, rest)) = words.split_first() else {
            continue;
        };
        if *command == "quit" {
            return Ok(());
        }
        let text = match execute(host, module, command, rest).await {
            Ok(text) => text,
            Err(error) => format!("error: {error:#}"),
        };
        say(text.trim_end())?;
    }
    Ok(())
}

/// A line of standard input; nothing at its end. The daemon answers modules meanwhile.
async fn next_line() -> anyhow::Result<Option<String>> {
    let line = tokio::task::spawn_blocking(|| std::io::stdin().lines().next()).await?;
    Ok(line.transpose()?)
}

async fn execute(host: &Host, module: &str, command: &str, rest: &[&str]) -> anyhow::Result<String> {
    match (command, rest) {
        ("help", _) => Ok(HELP.to_owned()),
        ("features", _) => Ok(format!("{:#?}", host.features(module).await?)),
        ("link", _) => Ok(host.sign_up_link(module).await?),
        ("connect", [name, form @ ..]) => connect(host, module, name, form).await,
        ("tariff", [name, template, connection]) => {
            let tariff = NewTariff {
                name: (*name).to_owned(),
                template: (*template).to_owned(),
                connections: vec![connection.parse()?],
            };
            Ok(format!("tariff {}", host.add_tariff(&tariff).await?))
        }
        ("order", [tariff, months, names, params @ ..]) => order(host, tariff, months, names, params).await,
        ("reissue", [item]) => reissue(host, item.parse()?).await,
        (operation @ ("prolong" | "suspend" | "resume" | "setparam" | "close"), [item]) => {
            host.begin(item.parse()?, operation).await?;
            work(host).await
        }
        ("again", [operation]) => {
            host.start_again(operation.parse()?).await?;
            work(host).await
        }
        ("param", [item, params @ ..]) => {
            for (name, value) in pairs(params)? {
                host.set_item_param(item.parse()?, &name, &value).await?;
            }
            show(host).await
        }
        ("finish", [task, file]) => {
            let text = std::fs::read_to_string(file).with_context(|| format!("reading {file}"))?;
            host.finish_by_hand(task.parse()?, &text).await?;
            show(host).await
        }
        ("look", [item]) => Ok(ending(&host.look(item.parse()?).await?)),
        ("run", words) => Ok(ending(&host.run(module, words, "").await?)),
        ("mgrctl", words) => Ok(host.run_mgrctl(words).await?),
        ("advance", [time]) => {
            host.advance(length(time)?).await?;
            Ok(format!("{}\n{}", host.now(), show(host).await?))
        }
        ("daemon", ["down"]) => {
            host.stop_daemon();
            Ok("the daemon is down".to_owned())
        }
        ("daemon", ["up"]) => {
            host.start_daemon()?;
            Ok("the daemon is up".to_owned())
        }
        ("nothing", ["on"]) => {
            host.do_nothing()?;
            Ok("modules do nothing".to_owned())
        }
        ("nothing", ["off"]) => {
            host.do_again()?;
            Ok("modules work".to_owned())
        }
        ("show", _) => show(host).await,
        ("certificate", [item]) => certificate(host, item.parse()?).await,
        ("calls", _) => Ok(calls(host)),
        _ => bail!("not understood; `help` lists commands"),
    }
}

async fn connect(host: &Host, module: &str, name: &str, form: &[&str]) -> anyhow::Result<String> {
    let connection = NewConnection {
        module: module.to_owned(),
        name: name.to_owned(),
        department: 1,
        sort: 0,
        form: pairs(form)?,
    };
    Ok(format!("connection {}", host.connect(&connection).await?))
}

async fn order(
    host: &Host,
    tariff: &str,
    months: &str,
    names: &str,
    params: &[&str],
) -> anyhow::Result<String> {
    let names: Vec<&str> = names.split(',').collect();
    let (csr, key) = request(&names)?;
    let mut params = pairs(params)?;
    if let Some((_, further)) = names.split_first()
        && !further.is_empty()
    {
        params.push(("altname".to_owned(), further.join(" ")));
    }
    let ordered = host
        .order(&NewOrder {
            tariff: tariff.parse()?,
            months: months.parse()?,
            csr,
            key,
            names_bought: i64::try_from(names.len())? - 1,
            params,
        })
        .await?;
    let shown = work(host).await?;
    Ok(format!("item {}\n{shown}", ordered.item))
}

async fn reissue(host: &Host, item: i64) -> anyhow::Result<String> {
    let before = host.item(item).await?;
    let further = before.params.get("altname").cloned().unwrap_or_default();
    let names: Vec<&str> = std::iter::once(before.name.as_str())
        .chain(further.split_whitespace())
        .collect();
    let (csr, key) = request(&names)?;
    let reissue = Reissue {
        csr,
        key,
        names: None,
    };
    host.reissue(item, &reissue).await?;
    work(host).await
}

/// Does what is due and shows what came of it.
async fn work(host: &Host) -> anyhow::Result<String> {
    host.run_due().await?;
    show(host).await
}

/// A request with a fresh key, as the order form makes them in the client's browser.
fn request(names: &[&str]) -> anyhow::Result<(String, String)> {
    let mut names = names.iter().map(|name| name.parse::<DomainName>());
    let main = names.next().context("no name")??;
    let names = NameSet::new(main, names.collect::<Result<Vec<_>, _>>()?);
    let key = PrivateKey::make(KeyChoice::Rsa2048)?;
    let csr = pki::csr::make(&key, &names, &Subject::default())?;
    Ok((csr.to_pem(), key.to_pem().expose_secret().to_owned()))
}

async fn show(host: &Host) -> anyhow::Result<String> {
    let mut text = Vec::new();
    for id in host.items().await? {
        let item = host.item(id).await?;
        let date =
            |date: Option<jiff::civil::Date>| date.map_or_else(|| "-".to_owned(), |date| date.to_string());
        text.push(format!(
            "item {id} {} {:?}, service_status {}, End date {}, Paid till {}",
            item.name,
            item.status,
            item.params.get("service_status").map_or("-", String::as_str),
            date(item.end_date),
            date(item.paid_till()),
        ));
    }
    text.extend(host.operations().await?.iter().map(operation));
    for task in host.tasks().await?.iter().filter(|task| task.open) {
        text.push(format!(
            "task {} {} for item {}: {}",
            task.id, task.kind, task.item, task.params
        ));
    }
    for problem in host.problems().await? {
        text.push(format!("problem {} {:?}", problem.name, problem.params));
    }
    for balance in host.balances().await? {
        text.push(format!(
            "balance of connection {}: {} {}",
            balance.connection,
            balance.amount,
            balance.currency.unwrap_or_default()
        ));
    }
    Ok(text.join("\n"))
}

fn operation(operation: &Operation) -> String {
    let error = operation
        .report
        .as_ref()
        .and_then(|report| report.find("error"))
        .map(|error| {
            let said: Vec<&str> = error.all("param").map(|param| param.text.as_str()).collect();
            format!(
                ", {}: {}",
                error.attr("type").unwrap_or_default(),
                said.join("; ")
            )
        });
    format!(
        "operation {} {} of item {}, attempts {}{}{}",
        operation.id,
        operation.command,
        operation.item,
        operation.tries,
        if operation.manual { ", manual" } else { "" },
        error.unwrap_or_default()
    )
}

async fn certificate(host: &Host, item: i64) -> anyhow::Result<String> {
    let item = host.item(item).await?;
    anyhow::ensure!(!item.certificate.is_empty(), "there is none yet");
    let shown: Vec<String> = Certificate::parse_bag(item.certificate.as_bytes())?
        .iter()
        .map(|found| {
            format!(
                "{} issued by {}, {} to {}",
                found.subject_text(),
                found.issuer_text(),
                found.not_before(),
                found.not_after()
            )
        })
        .collect();
    Ok(format!("{}\n{}", shown.join("\n"), item.certificate))
}

fn calls(host: &Host) -> String {
    let shown: Vec<String> = host
        .take_calls()
        .into_iter()
        .map(|recorded| {
            let params: Vec<String> = recorded
                .call
                .params
                .iter()
                .map(|(name, value)| format!("{name}={}", short(value)))
                .collect();
            let refused = recorded
                .refused
                .map_or_else(String::new, |kind| format!("  refused: {kind}"));
            format!("{} {}{refused}", recorded.call.function, params.join(" "))
        })
        .collect();
    shown.join("\n")
}

fn short(value: &str) -> String {
    let line: String = value.chars().take(SHOWN_CHARACTERS).collect();
    let line = line.replace('\n', "⏎");
    if line.len() < value.len() {
        line + "…"
    } else {
        line
    }
}

fn ending(run: &billmanager_host::Run) -> String {
    format!("{}{}ended with {:?}", run.stdout, run.stderr, run.status)
}

/// The words of a line; white space within double quotes divides none.
fn words_of(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let (mut word, mut is_quoted) = (None::<String>, false);
    for c in line.chars() {
        if c == '"' {
            is_quoted = !is_quoted;
            word.get_or_insert_default();
        } else if c.is_whitespace() && !is_quoted {
            words.extend(word.take());
        } else {
            word.get_or_insert_default().push(c);
        }
    }
    words.extend(word);
    words
}

fn pairs(words: &[&str]) -> anyhow::Result<Vec<(String, String)>> {
    words
        .iter()
        .map(|word| {
            let (name, value) = word
                .split_once('=')
                .with_context(|| format!("{word} is not name=value"))?;
            Ok((name.to_owned(), value.to_owned()))
        })
        .collect()
}

fn length(word: &str) -> anyhow::Result<SignedDuration> {
    let unit = word.chars().last().context("no time")?;
    let seconds = match unit {
        'm' => MINUTE,
        'h' => HOUR,
        'd' => DAY,
        _ => bail!("{word} is not like 5m, 2h or 30d"),
    };
    let count: i64 = word.trim_end_matches(unit).parse()?;
    let seconds = count.checked_mul(seconds).context("too long")?;
    Ok(SignedDuration::from_secs(seconds))
}

fn say(text: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}")?;
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_in_quotes_divides_no_word() {
        for (line, words) in [
            ("", &[][..]),
            ("  show  ", &["show"]),
            (
                "order 1 12 a.b org_name=\"Example  GmbH\" x=",
                &["order", "1", "12", "a.b", "org_name=Example  GmbH", "x="],
            ),
            ("a \"\" \"b c", &["a", "", "b c"]),
        ] {
            assert_eq!(words_of(line), words, "{line}");
        }
    }
}
