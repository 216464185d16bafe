//! The connection check: name, connection, TLS, sign-in, balance, each with its own finding (design §1.4).

use std::net::{IpAddr, SocketAddr};

use ca::{CaError, CheckCause, CheckFinding, CheckOutcome, CheckReport, CheckStep, Class, Say};
use tokio::{
    net::{TcpStream, UdpSocket},
    time::timeout,
};

use super::{LeaderTelecom, failure, resolve};

/// Goes as far as it goes, and says each finding when it is made.
pub(super) async fn check(account: &LeaderTelecom, say: &Say<'_>) -> CheckReport {
    let base = account.client().base();
    let mut findings = Findings {
        report: CheckReport {
            findings: Vec::new(),
            address: format!("{}:{}", base.host(), base.port()),
            outgoing: None,
        },
        say,
    };
    run(account, &mut findings).await;
    let mut report = findings.report;
    for step in CheckStep::ALL {
        if !report.findings.iter().any(|finding| finding.step == *step) {
            report.findings.push(CheckFinding {
                step: *step,
                outcome: CheckOutcome::Skipped,
            });
        }
    }
    // A step that does not apply is skipped in the middle; the order is that of the steps.
    report
        .findings
        .sort_by_key(|finding| CheckStep::ALL.iter().position(|step| *step == finding.step));
    report
}

/// Goes as far as it goes; what is not reached has no finding yet.
async fn run(account: &LeaderTelecom, findings: &mut Findings<'_>) -> Option<()> {
    let addresses = find_addresses(account, findings).await?;
    connect(account, &addresses, findings).await?;
    sign_in(account, findings).await?;
    read_balance(account, findings).await
}

async fn find_addresses(account: &LeaderTelecom, findings: &mut Findings<'_>) -> Option<Vec<SocketAddr>> {
    let base = account.client().base();
    let step = CheckStep::ResolveName;
    let limit = account.client().context().timeouts.connect;
    let resolver = account.client().context().resolver.as_ref();
    let host = base.host();
    let found = timeout(limit, resolve::addresses(resolver, &host, base.port())).await;
    let addresses: Vec<SocketAddr> = match found {
        Ok(Ok(addresses)) => addresses,
        Ok(Err(error)) => return findings.fail(step, &[CheckCause::NameNotResolved], error.to_string()),
        Err(_) => {
            return findings.fail(
                step,
                &[CheckCause::NameNotResolved],
                "the resolver did not answer".to_owned(),
            );
        }
    };
    if addresses.is_empty() {
        return findings.fail(
            step,
            &[CheckCause::NameNotResolved],
            "the name has no address".to_owned(),
        );
    }
    let texts: Vec<String> = addresses.iter().map(|address| address.ip().to_string()).collect();
    findings.pass(step, texts.join(", "));
    Some(addresses)
}

async fn connect(
    account: &LeaderTelecom,
    addresses: &[SocketAddr],
    findings: &mut Findings<'_>,
) -> Option<()> {
    let step = CheckStep::Connect;
    let limit = account.client().context().timeouts.connect;
    let mut refusals = Vec::new();
    for address in addresses {
        match timeout(limit, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => {
                findings.report.outgoing = stream.local_addr().ok().map(|local| local.ip());
                findings.pass(step, format!("{address}"));
                return Some(());
            }
            Ok(Err(error)) => refusals.push(format!("{address}: {error}")),
            Err(_) => refusals.push(format!("{address}: no answer within {} s", limit.as_secs())),
        }
    }
    findings.report.outgoing = outgoing(addresses).await;
    findings.fail(step, &[CheckCause::NotReachable], refusals.join("; "))
}

/// The address from which packets to the CA would leave; a datagram socket finds out without sending any.
async fn outgoing(addresses: &[SocketAddr]) -> Option<IpAddr> {
    let target = addresses.first()?;
    let any: SocketAddr = if target.is_ipv4() {
        ([0, 0, 0, 0], 0).into()
    } else {
        ([0_u16; 8], 0).into()
    };
    let socket = UdpSocket::bind(any).await.ok()?;
    socket.connect(target).await.ok()?;
    socket.local_addr().ok().map(|local| local.ip())
}

/// TLS and sign-in are one call; its failure tells which of them it was.
async fn sign_in(account: &LeaderTelecom, findings: &mut Findings<'_>) -> Option<()> {
    let is_https = account.client().base().is_https();
    let signed_in = account.client().sign_in().await;
    let is_tls_failure = signed_in
        .as_ref()
        .is_err_and(|error| failure::transport_cause(error) == Some(CheckCause::Tls));
    if let (Err(error), true) = (&signed_in, is_tls_failure) {
        return findings.fail(CheckStep::Tls, &[CheckCause::Tls], error.detail.clone());
    }
    if is_https {
        findings.pass(
            CheckStep::Tls,
            "the certificate of the server is trusted".to_owned(),
        );
    }
    match signed_in {
        Ok(_) => findings.pass(CheckStep::SignIn, "signed in".to_owned()),
        Err(error) => return findings.fail(CheckStep::SignIn, causes(&error), error.detail.clone()),
    }
    Some(())
}

async fn read_balance(account: &LeaderTelecom, findings: &mut Findings<'_>) -> Option<()> {
    match account.read_balance().await {
        Ok(balance) => {
            findings.pass(CheckStep::ReadBalance, balance.amount.to_string());
            Some(())
        }
        Err(error) => {
            // Good credentials have just been accepted, so that a refusal is about the address.
            let causes = match error.class {
                Class::Unauthorized | Class::ForbiddenAddress => {
                    &[CheckCause::AddressNotPermitted, CheckCause::CredentialsRefused]
                }
                _ => causes(&error),
            };
            findings.fail(CheckStep::ReadBalance, causes, error.detail.clone())
        }
    }
}

/// The causes of a failed call, the likeliest first.
fn causes(error: &CaError) -> &'static [CheckCause] {
    const CREDENTIALS: &[CheckCause] = &[CheckCause::CredentialsRefused];
    const ADDRESS: &[CheckCause] = &[CheckCause::AddressNotPermitted];
    const EITHER: &[CheckCause] = &[CheckCause::CredentialsRefused, CheckCause::AddressNotPermitted];
    const AWAY: &[CheckCause] = &[CheckCause::NotReachable];
    const STRANGE: &[CheckCause] = &[CheckCause::NotUnderstood];
    const STRANGE_OR_AWAY: &[CheckCause] = &[CheckCause::NotUnderstood, CheckCause::NotReachable];
    const CUT_OFF: &[CheckCause] = &[CheckCause::NotReachable, CheckCause::AddressNotPermitted];
    let detail = error.detail.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| detail.contains(word));
    match error.class {
        Class::Unauthorized
            if says(&[
                "ip address",
                "ip-address",
                "address is not",
                "not allowed from",
                "whitelist",
            ]) =>
        {
            ADDRESS
        }
        Class::Unauthorized if says(&["login", "password", "credential", "user", "factor", "code"]) => {
            CREDENTIALS
        }
        Class::Unauthorized => EITHER,
        Class::ForbiddenAddress => ADDRESS,
        Class::Unreachable if error.raw.is_none() && is_cut_off(error) => CUT_OFF,
        Class::Unreachable if says(&["html page"]) => STRANGE_OR_AWAY,
        Class::Unreachable | Class::RateLimited => AWAY,
        Class::Rejected | Class::Protocol | Class::Unsupported => STRANGE,
    }
}

/// The connection was made and ended without an answer, as a firewall at the CA does to strangers.
fn is_cut_off(error: &CaError) -> bool {
    failure::transport_cause(error) == Some(CheckCause::NotReachable)
        && ["reset", "closed", "eof", "incomplete"]
            .iter()
            .any(|word| error.detail.to_lowercase().contains(word))
}

/// What was found so far.
struct Findings<'a> {
    report: CheckReport,
    say: &'a Say<'a>,
}

impl Findings<'_> {
    fn pass(&mut self, step: CheckStep, detail: String) {
        self.add(step, CheckOutcome::Ok { detail });
    }

    /// Always `None`, which ends the check.
    fn fail<T>(&mut self, step: CheckStep, causes: &[CheckCause], detail: String) -> Option<T> {
        let causes = causes.to_vec();
        self.add(step, CheckOutcome::Failed { causes, detail });
        None
    }

    fn add(&mut self, step: CheckStep, outcome: CheckOutcome) {
        let finding = CheckFinding { step, outcome };
        (self.say)(&finding);
        self.report.findings.push(finding);
    }
}
