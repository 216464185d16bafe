//! The world of the conformance suite: a simulator in this process, on free ports.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use ca::{
    CaOrderRef, ConnectContext, Connector, Limits, Mode, Settings,
    conformance::{Act, Address, At, Bought, Password, Reissue, Setup, Times, Trouble, World},
    connector::Exchange,
};
use domain::{Clock, Currency, Money};
use jiff::{SignedDuration, Timestamp};
use leaderssl_simulator::{
    Config, Decision, Refund, ReissueCall, Simulator, ValidationMode,
    faults::{Envelope, Fault, FaultRule, Firing, IpBlock},
    record::CertificateStatus,
    surroundings::{ANY_LOOPBACK_PORT, web::WebServer},
};
use secrecy::SecretString;

const USER: &str = "reseller@example.org";
const PASSWORD: &str = "corr#ct horse&battery=staple";
/// Longer than anything takes, even on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) struct Simulated {
    simulator: Arc<Simulator>,
    /// Speaks TLS with a certificate that it signed itself, and HTTP without knowing the API.
    web: WebServer,
    reissue: Reissue,
}

pub(crate) async fn without_reissue_call() -> Simulated {
    Simulated::start(Reissue::ByPerson).await
}

pub(crate) async fn with_reissue_call() -> Simulated {
    Simulated::start(Reissue::ByCall).await
}

/// The simulator's business time.
struct ItsClock(Arc<Simulator>);

impl Clock for ItsClock {
    fn now(&self) -> Timestamp {
        self.0.now()
    }
}

impl Simulated {
    async fn start(reissue: Reissue) -> Self {
        let config = Config {
            user: USER.to_owned(),
            password: SecretString::from(PASSWORD),
            balance: Money::from_minor(100_000, Currency::EUR),
            validation: ValidationMode::Off,
            reissue: match reissue {
                Reissue::ByCall => ReissueCall::On,
                Reissue::ByPerson => ReissueCall::Off,
            },
            seed: Some(1),
            ..Config::default()
        };
        Self {
            simulator: Arc::new(Simulator::start(config).await.unwrap()),
            web: WebServer::start(ANY_LOOPBACK_PORT, ANY_LOOPBACK_PORT, None)
                .await
                .unwrap(),
            reissue,
        }
    }

    fn url(&self, address: Address) -> String {
        match address {
            Address::Right => self.simulator.api_url(),
            Address::UnknownHost => "https://api.leaderssl.invalid/api/v1".to_owned(),
            Address::ClosedPort => {
                let taken = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
                let port = taken.local_addr().unwrap().port();
                drop(taken);
                format!("http://127.0.0.1:{port}/api/v1")
            }
            Address::NoTls => self.simulator.api_url().replace("http://", "https://"),
            Address::StrangeCertificate => format!("https://{}/api/v1", self.web.https()),
            Address::WebSite => format!("http://{}/api/v1", self.web.http()),
        }
    }

    /// The certificate record behind an order's id.
    fn record(&self, order: &CaOrderRef) -> i64 {
        let text = order.as_str();
        match text.strip_prefix("order-") {
            None => text.parse().unwrap(),
            Some(order) => {
                let order: i64 = order.parse().unwrap();
                let records = self.simulator.certificates();
                records.iter().find(|record| record.order_id == order).unwrap().id
            }
        }
    }

    async fn wait(&self, record: i64, is_wanted: impl Fn(CertificateStatus) -> bool) -> CertificateStatus {
        let waiting = self
            .simulator
            .wait_for(record, |certificate| is_wanted(certificate.status));
        tokio::time::timeout(PATIENCE, waiting)
            .await
            .unwrap()
            .unwrap()
            .status
    }
}

#[async_trait]
impl World for Simulated {
    fn connect(&self, setup: Setup) -> Arc<dyn Connector> {
        let registration = connectors::registration("leadertelecom").unwrap();
        let password = match setup.password {
            Password::Right => PASSWORD,
            Password::Wrong => "a-wrong-password",
        };
        let values = [
            ("username", USER.to_owned()),
            ("password", password.to_owned()),
            ("url", self.url(setup.address)),
        ];
        let values = values.map(|(name, value)| (name.to_owned(), SecretString::from(value)));
        let settings = Settings::parse(registration.descriptor, values).unwrap();
        let clock: Arc<dyn Clock> = Arc::new(ItsClock(Arc::clone(&self.simulator)));
        let context = ConnectContext {
            limits: Limits::NONE,
            timeouts: setup.timeouts,
            largest_answer: setup.largest_answer,
            observer: setup.observer,
            ..ConnectContext::new(clock, Mode::Simulated)
        };
        (registration.connect)(&settings, context).unwrap()
    }

    fn reissue(&self) -> Reissue {
        self.reissue
    }

    fn secrets(&self) -> Vec<String> {
        let passwords = [PASSWORD.to_owned(), "a-wrong-password".to_owned()];
        let mut secrets = self.simulator.session_tokens();
        secrets.extend(passwords);
        secrets
    }

    fn is_sign_in(&self, exchange: &Exchange) -> bool {
        exchange.call == "POST users/signin"
    }

    fn is_purchase(&self, exchange: &Exchange) -> bool {
        exchange.call == "POST order" || exchange.call.ends_with("/reissue")
    }

    fn roots(&self) -> Vec<Vec<u8>> {
        let pem = self.simulator.root_pem().unwrap();
        let roots = pki::Certificate::parse_bag(pem.as_bytes()).unwrap();
        roots.iter().map(|root| root.der().to_vec()).collect()
    }

    fn now(&self) -> Timestamp {
        self.simulator.now()
    }

    async fn advance(&self, by: SignedDuration) {
        self.simulator.advance_clock(by).unwrap();
    }

    async fn purchases(&self) -> Vec<Bought> {
        let purchases = self.simulator.purchases().into_iter();
        purchases
            .map(|charge| Bought {
                name: charge.domain_name,
                amount: charge.amount,
                unique_value: charge.unique_value,
            })
            .collect()
    }

    async fn balance(&self) -> Money {
        self.simulator.balance()
    }

    async fn set_balance(&self, to: Money) {
        self.simulator.set_balance(to).unwrap();
    }

    async fn trouble(&self, at: At, trouble: Trouble, times: Times) {
        let when = match times {
            Times::Once => Firing::Once,
            Times::Always => Firing::Always,
        };
        for fault in faults(trouble) {
            self.simulator
                .inject_fault(FaultRule::new(route(at), fault, when))
                .unwrap();
        }
    }

    async fn calm(&self) {
        self.simulator.clear_faults().unwrap();
    }

    async fn end_sessions(&self) {
        self.simulator.forget_sessions().unwrap();
    }

    async fn prove_names(&self, order: &CaOrderRef) {
        let record = self.record(order);
        self.simulator.take_for_proven(record).unwrap();
        self.wait(record, |status| status != CertificateStatus::Pending)
            .await;
    }

    async fn issue(&self, order: &CaOrderRef) {
        self.prove_names(order).await;
        let record = self.record(order);
        if self.simulator.certificate(record).unwrap().status == CertificateStatus::Validation {
            self.simulator.decide(record, Decision::Approve).unwrap();
        }
        self.wait(record, |status| status == CertificateStatus::Issued)
            .await;
    }

    async fn act(&self, order: &CaOrderRef, act: Act) {
        let record = self.record(order);
        let done = match act {
            Act::Reject => self.simulator.decide(
                record,
                Decision::Reject {
                    reason: "no".to_owned(),
                },
            ),
            Act::Cancel => self.simulator.cancel(record, Refund::Full),
            Act::Revoke => self.simulator.revoke(record, "key lost"),
        };
        done.unwrap();
    }

    async fn reissue_by_itself(&self, order: &CaOrderRef) -> CaOrderRef {
        let next = self.simulator.reissue_by_itself(self.record(order)).unwrap();
        CaOrderRef(next.id.to_string())
    }

    async fn say(&self, order: &CaOrderRef, word: &str) {
        let record = self.record(order);
        self.simulator
            .set_status_word(record, Some(word.to_owned()))
            .unwrap();
    }

    async fn pay_everything(&self) {
        for order in self.simulator.orders() {
            self.simulator.pay_order(order.id).unwrap();
        }
    }

    async fn mailed(&self) -> Vec<String> {
        self.simulator
            .mailbox()
            .iter()
            .map(|mail| mail.to.clone())
            .collect()
    }
}

const fn route(at: At) -> &'static str {
    match at {
        At::EveryCall => "*",
        At::SignIn => "users/signin",
        At::Balance => "billing/balance",
        At::Products => "products",
        At::Order => "order",
        At::Reissue => "ssl_certificates/{id}/reissue",
        At::Lists => "ssl_certificates",
        At::State => "ssl_certificates/{id}/status",
        At::Validations => "ssl_certificates/{id}/dcv",
        At::Resend => "ssl_certificates/{id}/resend_dcv",
        At::Download => "ssl_certificates/{id}/download",
    }
}

fn faults(trouble: Trouble) -> Vec<Fault> {
    let ms = |duration: Duration| u64::try_from(duration.as_millis()).unwrap();
    let refuse = |status, message: &str| Fault::Refuse {
        status,
        message: message.to_owned(),
    };
    match trouble {
        Trouble::LoseRequest => vec![Fault::Cut],
        Trouble::LoseAnswer => vec![Fault::CommitThenCut],
        Trouble::AnswerLate(by) => vec![Fault::CommitThenLate { ms: ms(by) }],
        Trouble::ErrorAfterWork => vec![Fault::CommitThen500],
        Trouble::PageAfterWork => vec![Fault::CommitThenHtml { status: 502 }],
        Trouble::TwiceAndLost => vec![Fault::DuplicateDelivery, Fault::CommitThenCut],
        Trouble::Slow(by) => vec![Fault::Slow { ms: ms(by) }],
        Trouble::Error => vec![Fault::Status500],
        Trouble::Page(status) => vec![Fault::Html { status }],
        Trouble::Empty => vec![Fault::Empty { status: 200 }],
        Trouble::Refusal(text) => vec![refuse(400, text)],
        Trouble::RefusalAsSuccess(text) => vec![Fault::ErrorIn200 {
            message: Some(text.to_owned()),
        }],
        Trouble::RateLimit(retry_after_s) => vec![Fault::RateLimit { retry_after_s }],
        Trouble::ForbiddenAddress => vec![Fault::IpBlock {
            style: IpBlock::Json403,
        }],
        Trouble::NotSignedIn => vec![refuse(401, "Invalid auth token")],
        Trouble::Redirect(location) => vec![Fault::Redirect {
            location,
            status: 307,
        }],
        Trouble::OtherShape => vec![
            Fault::ScalarsAsStrings,
            Fault::Envelope {
                style: Envelope::Named,
            },
        ],
        Trouble::ManyStrangers(rows) => vec![Fault::HugeList { rows }],
        Trouble::NoCertificateNamed => vec![Fault::OrderIdOnly],
        Trouble::Invoice => vec![Fault::InvoiceMode],
        Trouble::OneSessionOnly => vec![Fault::TokenSingle],
    }
}
