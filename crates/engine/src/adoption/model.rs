//! What taking over is asked for and what it answers.

use domain::{
    Money,
    id::{AccountId, ModuleId, ServiceId, TariffPlanId},
    name::NameSet,
    term::PaidTerm,
};
use jiff::civil::Date;
use store::reconciliation::{ForeignOrder, ForeignVerdict};

/// Who makes the keys of the certificates that come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextKeys {
    /// certbroker makes and keeps them; the client agreed to that, which the audit trail says.
    Kept,
    /// The client brings a request before the next reissue.
    ByClient,
}

/// The service that an order at the CA is to become.
#[derive(Debug, Clone)]
pub struct NewAdoption {
    /// Whose service.
    pub account: AccountId,
    /// Of which tariff plan; the one whose product the CA names, without it.
    pub plan: Option<TariffPlanId>,
    /// Who makes the keys from now on.
    pub keys: NextKeys,
    /// What the client is charged, net; nothing without it.
    pub charge: Option<Money>,
}

/// What of a service the CA did not tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Assumed {
    /// The paid term begins with the day on which the order was made.
    Start,
    /// The paid term begins today.
    StartsToday,
    /// So many years were paid for as the certificate is valid, rounded up.
    Years,
    /// The paid term ends that many years after its beginning.
    End,
}

impl Assumed {
    /// The stable word of it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::StartsToday => "starts_today",
            Self::Years => "years",
            Self::End => "end",
        }
    }
}

/// An order that was taken over.
#[derive(Debug, Clone)]
pub struct Adopted {
    /// The service that has it now.
    pub service: ServiceId,
    /// What people call that.
    pub number: i64,
    /// What was assumed.
    pub assumed: Vec<Assumed>,
}

/// Which orders at a CA account are wanted.
#[derive(Debug, Clone)]
pub struct ForeignQuery {
    /// At which account.
    pub module: ModuleId,
    /// Only those with this verdict.
    pub verdict: Option<ForeignVerdict>,
    /// Part of a name or of the id at the CA, in any case.
    pub text: Option<String>,
}

/// An order at the CA that nothing here stands behind, or did not.
#[derive(Debug, Clone)]
pub struct ForeignLine {
    /// What is kept of it.
    pub order: ForeignOrder,
    /// Its names, when the CA tells them.
    pub names: Option<NameSet>,
    /// Until when its certificate is valid, as the CA tells it.
    pub end_date: Option<Date>,
    /// The paid term that its service would have.
    pub term: Option<PaidTerm>,
    /// What of it the CA does not tell.
    pub assumed: Vec<Assumed>,
    /// The tariff plan that it would be taken over under: id and name.
    pub plan: Option<(TariffPlanId, String)>,
    /// The number of the service that it became.
    pub service: Option<i64>,
    /// Why it cannot be taken over; a code of the refusals of [`Adoptions::import`](super::Adoptions::import).
    pub refusal: Option<&'static str>,
}
