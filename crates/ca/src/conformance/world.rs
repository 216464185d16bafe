//! What a connector's tests must bring along so that the suite can run: a CA that can be looked into, moved and broken.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use domain::{Money, name::DomainName};
use jiff::{SignedDuration, Timestamp};

use crate::{
    CaOrderRef, Connector, Timeouts, UniqueValue,
    connector::{Exchange, Observer},
};

/// A CA, real or simulated, with one account that the connector under test uses. Every behaviour gets a world of its own, so that
/// nothing in it outlives the behaviour.
///
/// The account holds enough money for a few dozen orders at the start; the CA does nothing by itself until it is told to.
/// Methods panic when the world cannot do what is asked: a suite without its world has no meaning.
#[async_trait]
pub trait World: Send + Sync {
    /// A connector to the account, set up like this. Opens no connection by itself.
    fn connect(&self, setup: Setup) -> Arc<dyn Connector>;

    /// Whether the CA has a call by which a paid order is reissued, in this world.
    fn reissue(&self) -> Reissue;

    /// Values that nothing may ever show: the password, and the tokens in force.
    fn secrets(&self) -> Vec<String>;

    /// Whether this exchange is a sign-in.
    fn is_sign_in(&self, exchange: &Exchange) -> bool;

    /// Whether this exchange is a call that can cost money.
    fn is_purchase(&self, exchange: &Exchange) -> bool;

    /// Root certificates (DER) that issued certificates lead to.
    fn roots(&self) -> Vec<Vec<u8>>;

    /// Business time at the CA; the connector's clock shows the same.
    fn now(&self) -> Timestamp;

    /// Moves business time on.
    async fn advance(&self, by: SignedDuration);

    /// Everything that was charged, oldest first.
    async fn purchases(&self) -> Vec<Bought>;

    /// What the account holds.
    async fn balance(&self) -> Money;

    /// Sets what the account holds.
    async fn set_balance(&self, to: Money);

    /// Switches trouble on.
    async fn trouble(&self, at: At, trouble: Trouble, times: Times);

    /// Switches all trouble off.
    async fn calm(&self);

    /// All sessions end at the CA.
    async fn end_sessions(&self);

    /// Takes the names of an order for proven, and waits until the CA has noticed.
    async fn prove_names(&self, order: &CaOrderRef);

    /// Makes the CA issue an order, whatever it waits for, and waits until it has.
    async fn issue(&self, order: &CaOrderRef);

    /// The CA does something with an order by itself.
    async fn act(&self, order: &CaOrderRef, act: Act);

    /// The CA reissues an issued order by itself; returns the new certificate's order.
    async fn reissue_by_itself(&self, order: &CaOrderRef) -> CaOrderRef;

    /// The CA says this word for the state of an order.
    async fn say(&self, order: &CaOrderRef, word: &str);

    /// Pays what waits for money.
    async fn pay_everything(&self);

    /// Whom validation mails went to, oldest first.
    async fn mailed(&self) -> Vec<String>;
}

/// How a connector is to be set up.
#[derive(Clone)]
pub struct Setup {
    /// Where it calls.
    pub address: Address,
    /// What it signs in with.
    pub password: Password,
    /// How long it waits.
    pub timeouts: Timeouts,
    /// Largest answer, in bytes.
    pub largest_answer: usize,
    /// Sees every exchange.
    pub observer: Option<Arc<dyn Observer>>,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            address: Address::Right,
            password: Password::Right,
            timeouts: Timeouts {
                connect: Duration::from_secs(20),
                total: Duration::from_mins(1),
                order: Duration::from_mins(1),
            },
            largest_answer: 32 * 1024 * 1024,
            observer: None,
        }
    }
}

/// Where a connector calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Address {
    /// The CA.
    Right,
    /// A host name that does not exist.
    UnknownHost,
    /// A port on which nobody listens.
    ClosedPort,
    /// A port that is called with TLS and has none.
    NoTls,
    /// A server whose certificate nobody vouches for.
    StrangeCertificate,
    /// A web server that answers with pages for people.
    WebSite,
}

/// What a connector signs in with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Password {
    /// The account's.
    Right,
    /// Another one.
    Wrong,
}

/// Whether there is a call for reissues.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reissue {
    /// There is.
    ByCall,
    /// There is none: a person does it.
    ByPerson,
}

/// One charge on the account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bought {
    /// The main name.
    pub name: Option<DomainName>,
    /// What it cost.
    pub amount: Money,
    /// The unique value of the order, where the CA kept it.
    pub unique_value: Option<UniqueValue>,
}

/// Which calls trouble meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum At {
    /// All of them.
    EveryCall,
    /// Signing in.
    SignIn,
    /// Reading the balance.
    Balance,
    /// Reading the catalogue.
    Products,
    /// Placing an order.
    Order,
    /// Reissuing.
    Reissue,
    /// The list of orders that a lost one is looked for in.
    Lists,
    /// Reading the state of an order.
    State,
    /// Reading validations.
    Validations,
    /// Sending validation mails again.
    Resend,
    /// Downloading.
    Download,
}

/// How often trouble strikes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Times {
    /// At the next call only.
    Once,
    /// Until all is calm again.
    Always,
}

/// What goes wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// The connection ends before anything is done.
    LoseRequest,
    /// It is done, then the connection ends.
    LoseAnswer,
    /// It is done, and answered so late.
    AnswerLate(Duration),
    /// It is done, and an internal error answered.
    ErrorAfterWork,
    /// It is done, and a proxy answers with a page.
    PageAfterWork,
    /// It is done twice, and the answer is lost.
    TwiceAndLost,
    /// Nothing is done for so long.
    Slow(Duration),
    /// Nothing is done; an internal error.
    Error,
    /// Nothing is done; a page for people with this status.
    Page(u16),
    /// Nothing is done; a good status and nothing in it.
    Empty,
    /// Nothing is done; a refusal in the CA's form.
    Refusal(&'static str),
    /// Nothing is done; a refusal that has the status of a success.
    RefusalAsSuccess(&'static str),
    /// Nothing is done; too many calls, to be tried again after so many seconds.
    RateLimit(u64),
    /// Nothing is done; our address is not permitted.
    ForbiddenAddress,
    /// Nothing is done; a bare refusal of the sign-in's result.
    NotSignedIn,
    /// Nothing is done; somewhere else is named.
    Redirect(String),
    /// Answers say the same in another shape: numbers as texts, lists in envelopes.
    OtherShape,
    /// Lists are longer by so many strangers.
    ManyStrangers(u32),
    /// Orders are accepted without naming the certificate.
    NoCertificateNamed,
    /// Orders that the account does not cover wait for payment.
    Invoice,
    /// A sign-in ends all others.
    OneSessionOnly,
}

/// What a CA does with an order by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// It refuses it.
    Reject,
    /// It cancels it.
    Cancel,
    /// It revokes the certificate.
    Revoke,
}
