//! Switches by which the simulator misbehaves as a real API may (`leaderssl-api` §8.3).
//!
//! A rule names a fault, the route it is for and when it fires. The default is no rule: the confirmed behaviour.

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

use crate::{random::Randomness, shared::SimulatorError};

/// One fault for one route.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultRule {
    /// Given by the simulator.
    #[serde(default)]
    pub id: u64,
    /// A route as the description writes it, such as `order` or `ssl_certificates/{id}/status`, or `*` for all.
    #[serde(default = "all_routes")]
    pub route: String,
    /// What goes wrong.
    pub fault: Fault,
    /// When it goes wrong.
    #[serde(default)]
    pub when: Firing,
}

/// When a rule fires.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Firing {
    /// At the next matching request only.
    Once,
    /// At the next `n` matching requests.
    Times(u32),
    /// At the `n`-th matching request from now only, counted from 1.
    Nth(u32),
    /// At each matching request with this chance, 0 to 1.
    Probability(f64),
    /// At every matching request.
    #[default]
    Always,
}

/// What can go wrong. JSON: `"html"`-like words without data, `{"html": {"status": 502}}` with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// An HTML page instead of an answer; nothing is done.
    Html {
        /// HTTP status of the page.
        #[serde(default = "bad_gateway")]
        status: u16,
    },
    /// An empty body; nothing is done.
    Empty {
        /// HTTP status.
        #[serde(default = "ok")]
        status: u16,
    },
    /// HTTP 500 with `{"error":…}`; nothing is done.
    Status500,
    /// The connection is cut; nothing is done.
    Cut,
    /// The request is carried out, then the connection is cut without an answer.
    CommitThenCut,
    /// The request is carried out and answered only after this many milliseconds.
    CommitThenLate {
        /// Milliseconds.
        ms: u64,
    },
    /// The request is carried out and answered with HTTP 500.
    CommitThen500,
    /// The request is carried out and answered with an HTML page.
    CommitThenHtml {
        /// HTTP status of the page.
        #[serde(default = "bad_gateway")]
        status: u16,
    },
    /// The request is carried out twice, as by a proxy that repeats it; the first answer is given.
    DuplicateDelivery,
    /// With a message: nothing is done and HTTP 200 says the error. Without: refusals come with HTTP 200.
    ErrorIn200 {
        /// Text of the error.
        #[serde(default)]
        message: Option<String>,
    },
    /// A refusal with this status and text; nothing is done.
    Refuse {
        /// HTTP status.
        status: u16,
        /// Text of the error.
        message: String,
    },
    /// Refusals of bad input come with HTTP 500.
    Status500ForValidation,
    /// Errors come as a list, or as a map of field to list.
    ErrorShape {
        /// Which.
        shape: ErrorShape,
    },
    /// Every number and boolean in an answer is a string.
    ScalarsAsStrings,
    /// Answers lie in an envelope.
    Envelope {
        /// Which.
        style: Envelope,
    },
    /// Status fields hold this word.
    UnknownStatus {
        /// The word.
        word: String,
    },
    /// Our address is not allowed.
    IpBlock {
        /// How that looks.
        style: IpBlock,
    },
    /// 429 with `Retry-After`; nothing is done.
    RateLimit {
        /// Seconds to wait.
        #[serde(default = "one")]
        retry_after_s: u64,
    },
    /// The request waits this many milliseconds before anything is done.
    Slow {
        /// Milliseconds.
        ms: u64,
    },
    /// A redirect; nothing is done.
    Redirect {
        /// Where to.
        location: String,
        /// 301, 302, 307 or 308.
        #[serde(default = "moved")]
        status: u16,
    },
    /// Tokens older than this many seconds of business time are refused.
    TokenExpiry {
        /// Seconds.
        seconds: i64,
    },
    /// A sign-in ends all earlier sessions.
    TokenSingle,
    /// `X-AUTH-TOKEN` is not read.
    HeaderAuthOff,
    /// Bodies are not read, but for sign-in.
    BodyParamsOff,
    /// The route answers GET only.
    GetOnly,
    /// The route answers POST only.
    PostOnly,
    /// The charge differs from the catalogue by this many percent.
    PriceMismatch {
        /// Percent, may be negative.
        percent: i64,
    },
    /// An order that the balance does not cover is accepted and waits for payment.
    InvoiceMode,
    /// Order answers do not name the certificate.
    OrderIdOnly,
    /// The form of the downloaded file.
    DownloadAs {
        /// Which.
        format: DownloadFormat,
    },
    /// Lists have this many more rows.
    HugeList {
        /// Rows.
        #[serde(default = "huge")]
        rows: u32,
    },
    /// Hash methods are accepted for every brand.
    HashForAllBrands,
    /// Tokens with `comodoca.com` are accepted too.
    LegacyComodoca,
    /// An approver counts only when `dcv_emails` listed it within 24 hours.
    ListedEmailsOnly,
}

/// Forms of an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorShape {
    /// `{"errors":["…"]}`.
    List,
    /// `{"error":{"base":["…"]}}`.
    Map,
}

/// Forms of an envelope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Envelope {
    /// `{"data": …}`.
    Data,
    /// Under the name of the thing: `{"products":[…]}`, `{"order":{…}}`.
    Named,
    /// Lists as index-keyed maps: `{"0":…,"1":…}`.
    IndexMap,
}

/// How a blocked address looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IpBlock {
    /// 403 with `{"error":…}`.
    #[serde(rename = "403_json")]
    Json403,
    /// 403 with an HTML page.
    #[serde(rename = "403_html")]
    Html403,
    /// 401, as for a bad password.
    #[serde(rename = "401")]
    Status401,
    /// The connection is reset.
    Reset,
}

/// Forms of a download.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DownloadFormat {
    /// Two PEM files in a ZIP.
    Zip,
    /// PEM text, leaf first.
    Pem,
    /// JSON with the same texts.
    Json,
}

fn all_routes() -> String {
    "*".to_owned()
}

const fn bad_gateway() -> u16 {
    502
}

const fn ok() -> u16 {
    200
}

const fn one() -> u64 {
    1
}

const fn moved() -> u16 {
    301
}

const fn huge() -> u32 {
    50_000
}

impl FaultRule {
    /// A rule for one route.
    pub fn new(route: impl Into<String>, fault: Fault, when: Firing) -> Self {
        Self {
            id: 0,
            route: route.into(),
            fault,
            when,
        }
    }

    fn check(&self) -> Result<(), SimulatorError> {
        if let Firing::Probability(chance) = self.when
            && !(0.0..=1.0).contains(&chance)
        {
            return Err(SimulatorError::BadFault("a probability lies between 0 and 1"));
        }
        let status = match &self.fault {
            Fault::Html { status }
            | Fault::Empty { status }
            | Fault::CommitThenHtml { status }
            | Fault::Refuse { status, .. }
            | Fault::Redirect { status, .. } => *status,
            _ => ok(),
        };
        if !(200..600).contains(&status) {
            return Err(SimulatorError::BadFault(
                "an HTTP status lies between 200 and 599",
            ));
        }
        Ok(())
    }
}

/// The rules in force.
#[derive(Debug, Default)]
pub(crate) struct FaultBoard(Mutex<Vec<FaultRule>>);

/// The faults that fire for one request.
#[derive(Debug, Default)]
pub(crate) struct ActiveFaults(Vec<Fault>);

impl FaultBoard {
    pub(crate) fn new(rules: Vec<FaultRule>) -> Self {
        Self(Mutex::new(rules))
    }

    pub(crate) fn rules(&self) -> Vec<FaultRule> {
        self.0.lock().clone()
    }

    /// Adds a rule and returns its id.
    pub(crate) fn add(&self, mut rule: FaultRule) -> Result<u64, SimulatorError> {
        rule.check()?;
        let mut rules = self.0.lock();
        rule.id = rules.iter().map(|rule| rule.id).max().unwrap_or(0) + 1;
        let id = rule.id;
        rules.push(rule);
        Ok(id)
    }

    /// Removes one rule, or all; returns how many went.
    pub(crate) fn remove(&self, id: Option<u64>) -> usize {
        let mut rules = self.0.lock();
        let before = rules.len();
        rules.retain(|rule| id.is_some_and(|id| id != rule.id));
        before - rules.len()
    }

    /// Which faults fire for a request to this route, and whether the rules changed by it.
    pub(crate) fn fire(&self, route: &str, random: &Randomness) -> (ActiveFaults, RulesChanged) {
        let mut rules = self.0.lock();
        if rules.is_empty() {
            return (ActiveFaults::default(), RulesChanged::No);
        }
        let mut active = Vec::new();
        let mut changed = RulesChanged::No;
        for rule in rules
            .iter_mut()
            .filter(|rule| rule.route == "*" || rule.route == route)
        {
            match &mut rule.when {
                Firing::Always => {}
                Firing::Probability(chance) if random.falls(*chance) => {}
                Firing::Probability(_) | Firing::Times(0) => continue,
                Firing::Nth(left @ 2..) => {
                    *left -= 1;
                    changed = RulesChanged::Yes;
                    continue;
                }
                Firing::Times(left) => {
                    *left -= 1;
                    changed = RulesChanged::Yes;
                }
                Firing::Once | Firing::Nth(_) => {
                    rule.when = Firing::Times(0);
                    changed = RulesChanged::Yes;
                }
            }
            active.push(rule.fault.clone());
        }
        rules.retain(|rule| rule.when != Firing::Times(0));
        (ActiveFaults(active), changed)
    }

    /// Whether a standing fault is in force that concerns more than one request.
    pub(crate) fn stands(&self, fault: &Fault) -> bool {
        self.0.lock().iter().any(|rule| rule.fault == *fault)
    }
}

/// Whether rules were used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RulesChanged {
    Yes,
    No,
}

impl ActiveFaults {
    pub(crate) fn has(&self, fault: &Fault) -> bool {
        self.0.contains(fault)
    }

    /// The first fault that `pick` wants.
    pub(crate) fn find<T>(&self, pick: impl FnMut(&Fault) -> Option<T>) -> Option<T> {
        self.0.iter().find_map(pick)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Fault> {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fired(board: &FaultBoard, route: &str) -> usize {
        board.fire(route, &Randomness::new(Some(1), 1)).0.iter().count()
    }

    #[test]
    fn rules_fire_for_their_route_and_as_often_as_they_say() {
        let board = FaultBoard::default();
        board
            .add(FaultRule::new("order", Fault::Status500, Firing::Once))
            .unwrap();
        board
            .add(FaultRule::new("order", Fault::Cut, Firing::Times(2)))
            .unwrap();
        board
            .add(FaultRule::new("*", Fault::ScalarsAsStrings, Firing::Always))
            .unwrap();
        assert_eq!(fired(&board, "products"), 1);
        assert_eq!(
            [
                fired(&board, "order"),
                fired(&board, "order"),
                fired(&board, "order")
            ],
            [3, 2, 1]
        );
        assert_eq!(board.rules().len(), 1);
        assert_eq!(board.remove(None), 1);
        assert_eq!(fired(&board, "order"), 0);
    }

    #[test]
    fn chances_outside_nought_and_one_and_odd_statuses_are_refused() {
        let board = FaultBoard::default();
        assert!(
            board
                .add(FaultRule::new("*", Fault::Cut, Firing::Probability(1.5)))
                .is_err()
        );
        assert!(
            board
                .add(FaultRule::new("*", Fault::Html { status: 99 }, Firing::Once))
                .is_err()
        );
        board
            .add(FaultRule::new("*", Fault::Cut, Firing::Probability(0.0)))
            .unwrap();
        assert_eq!(fired(&board, "order"), 0);
    }

    #[test]
    fn rules_are_written_as_the_readme_says() {
        for (json, wanted) in [
            (
                r#"{"route":"order","fault":"commit_then_cut","when":"once"}"#,
                FaultRule::new("order", Fault::CommitThenCut, Firing::Once),
            ),
            (
                r#"{"fault":{"commit_then_late":{"ms":50}},"when":{"times":3}}"#,
                FaultRule::new("*", Fault::CommitThenLate { ms: 50 }, Firing::Times(3)),
            ),
            (
                r#"{"fault":{"ip_block":{"style":"403_html"}},"when":{"probability":0.5}}"#,
                FaultRule::new(
                    "*",
                    Fault::IpBlock {
                        style: IpBlock::Html403,
                    },
                    Firing::Probability(0.5),
                ),
            ),
            (
                r#"{"fault":{"html":{}}}"#,
                FaultRule::new("*", Fault::Html { status: 502 }, Firing::Always),
            ),
        ] {
            assert_eq!(serde_json::from_str::<FaultRule>(json).unwrap(), wanted, "{json}");
        }
        assert!(serde_json::from_str::<FaultRule>(r#"{"fault":"no_such"}"#).is_err());
    }
}
