//! Calls of the host's functions (protocol facts §8): the only way in which a module changes anything.

mod mgrctl;
mod task;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use jiff::{Timestamp, civil::Date};
use tokio::{
    sync::OnceCell,
    time::{Instant, sleep},
};

pub use self::{mgrctl::Mgrctl, task::NewTask};
use crate::{failure::Failure, failure::Kind, xml::Element};

/// How often a host that is away is asked again.
const PAUSE: Duration = Duration::from_secs(1);

/// One call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The function.
    pub function: &'static str,
    /// Its parameters, in their order.
    pub params: Vec<(String, String)>,
}

impl Call {
    /// A call without parameters.
    #[must_use]
    pub const fn new(function: &'static str) -> Self {
        Self {
            function,
            params: Vec::new(),
        }
    }

    /// With a parameter.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.params.push((name.into(), value.into()));
        self
    }
}

/// Makes calls.
#[async_trait]
pub trait Caller: Send + Sync {
    /// Makes a call once; the answer is the document.
    async fn call(&self, call: &Call) -> Result<Element, CallError>;
}

/// Why a call brought no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CallError {
    /// The host's daemon is not there, as while it restarts. The call has certainly not been carried out.
    #[error("BILLmanager does not answer `{function}`: {detail}")]
    Away {
        /// The function.
        function: &'static str,
        /// What was said.
        detail: String,
    },
    /// The host said no.
    #[error("BILLmanager refuses `{function}`: {kind} {object} {text}")]
    Refused {
        /// The function.
        function: &'static str,
        /// Type of its error.
        kind: String,
        /// About what.
        object: String,
        /// Its text.
        text: String,
    },
    /// The client program cannot be run or its answer cannot be read.
    #[error("the call of `{function}` failed: {detail}")]
    Failed {
        /// The function.
        function: &'static str,
        /// What happened.
        detail: String,
    },
}

impl From<CallError> for Failure {
    fn from(error: CallError) -> Self {
        let object = match &error {
            CallError::Away { .. } => "away",
            CallError::Refused { .. } => "error",
            CallError::Failed { .. } => "not_zero_code",
        };
        Self::new(Kind::Process)
            .about(object)
            .saying(error.to_string())
            .because(error)
    }
}

/// How long a host that is away is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Patience {
    /// A person waits for the answer.
    Short,
    /// An operation in the background: until the host is back, a day at most.
    Long,
}

impl Patience {
    const fn most(self) -> Duration {
        match self {
            Self::Short => Duration::from_secs(10),
            Self::Long => Duration::from_hours(24),
        }
    }
}

/// The host.
#[derive(Clone)]
pub struct Host {
    caller: Arc<dyn Caller>,
    patience: Patience,
    /// The settings, once they were asked for.
    settings: Arc<OnceCell<Access>>,
}

/// What the host's database needs to be read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Access {
    values: Vec<(String, String)>,
}

impl Access {
    /// A setting of the host; empty when it is not told.
    #[must_use]
    pub fn setting(&self, name: &str) -> &str {
        let found = self.values.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value.as_str())
    }

    /// The same with settings.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.values.push((name.to_owned(), value.to_owned()));
        self
    }
}

impl Host {
    /// The host behind a caller.
    #[must_use]
    pub fn new(caller: Arc<dyn Caller>, patience: Patience) -> Self {
        Self {
            caller,
            patience,
            settings: Arc::default(),
        }
    }

    /// Makes a call; a host that is away is waited for.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn call(&self, call: Call) -> Result<Element, CallError> {
        let since = Instant::now();
        loop {
            match self.caller.call(&call).await {
                Err(CallError::Away { detail, .. }) if since.elapsed() < self.patience.most() => {
                    tracing::warn!(
                        function = call.function,
                        detail,
                        "BILLmanager is away; asking again"
                    );
                    sleep(PAUSE).await;
                }
                other => return other,
            }
        }
    }

    /// The settings of the host, among them access to its database. They are asked for once: each call starts a program.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn settings(&self) -> Result<&Access, CallError> {
        self.settings.get_or_try_init(|| self.ask_settings()).await
    }

    async fn ask_settings(&self) -> Result<Access, CallError> {
        let answer = self.call(Call::new("paramlist")).await?;
        let of = |elem: &Element| {
            elem.children()
                .map(|setting| (setting.name.clone(), setting.content()))
                .collect::<Vec<_>>()
        };
        let elems = answer.children().filter(|child| child.name == "elem");
        Ok(Access {
            values: elems.flat_map(of).collect(),
        })
    }

    /// Stores a parameter of a service.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn save_param(&self, item: u64, name: &str, value: &str) -> Result<(), CallError> {
        let call = form("service.saveparam", item)
            .with("name", name)
            .with("value", value);
        self.call(call).await.map(drop)
    }

    /// Takes a parameter of a service away.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn drop_param(&self, item: u64, name: &str) -> Result<(), CallError> {
        self.call(form("service.dropparam", item).with("name", name))
            .await
            .map(drop)
    }

    /// Stores the certificate's own status.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn set_status(&self, item: u64, status: u8) -> Result<(), CallError> {
        let call = form("service.setstatus", item).with("service_status", status.to_string());
        self.call(call).await.map(drop)
    }

    /// Stores the day on which the service ends.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn set_expire_date(&self, item: u64, date: Date) -> Result<(), CallError> {
        let call = form("service.setexpiredate", item).with("expiredate", date.to_string());
        self.call(call).await.map(drop)
    }

    /// Stores a certificate with its chain.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn save_certificate(&self, item: u64, pem: &str) -> Result<(), CallError> {
        self.call(form("certificate.save", item).with("crt", pem))
            .await
            .map(drop)
    }

    /// Calls a function that ends an operation on a service or tells of its certificate: it takes the service alone.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn post(&self, function: &'static str, item: u64) -> Result<(), CallError> {
        self.call(form(function, item)).await.map(drop)
    }

    /// Ends a run of the statistics.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn post_stat(&self, connection: u64, date: Date) -> Result<(), CallError> {
        let call = Call::new("service.poststat")
            .with("elid", connection.to_string())
            .with("date", date.to_string());
        self.call(call).await.map(drop)
    }

    /// Stores the report of a failure with the operation.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn report(&self, operation: u64, report: &Element) -> Result<(), CallError> {
        let call = form("runningoperation.edit", operation).with("errorxml", report.compact());
        self.call(call).await.map(drop)
    }

    /// Stops the automatic repetition of an operation.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn set_manual(&self, operation: u64) -> Result<(), CallError> {
        self.call(form("runningoperation.setmanual", operation))
            .await
            .map(drop)
    }

    /// Stores the balance of a connection.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn save_balance(
        &self,
        connection: u64,
        balance: domain::Money,
        at: Timestamp,
        zone: &jiff::tz::TimeZone,
    ) -> Result<(), CallError> {
        let at = at
            .to_zoned(zone.clone())
            .strftime("%Y-%m-%d %H:%M:%S")
            .to_string();
        let call = Call::new("processing.savebalance")
            .with("sok", "ok")
            .with("processingmodule", connection.to_string())
            .with("balance", balance.amount().to_string())
            .with("currency", balance.currency().code())
            .with("notify_time", at);
        self.call(call).await.map(drop)
    }

    /// Tells the administrators of a problem of a connection.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn register_problem(
        &self,
        problem: &str,
        connection: (u64, &str),
        text: &str,
    ) -> Result<(), CallError> {
        let (id, name) = connection;
        let call = Call::new("problems.register")
            .with("name", problem)
            .with("id", id.to_string())
            .with("param_pm_name", name)
            .with("param_pm_id", id.to_string())
            .with("param_errormsg", text)
            .with("sok", "ok")
            .with("level", "error");
        self.call(call).await.map(drop)
    }
}

fn form(function: &'static str, element: u64) -> Call {
    Call::new(function)
        .with("sok", "ok")
        .with("elid", element.to_string())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    /// A host that is away at first.
    #[derive(Default)]
    struct Counting(AtomicUsize);

    #[async_trait]
    impl Caller for Counting {
        async fn call(&self, call: &Call) -> Result<Element, CallError> {
            if self.0.fetch_add(1, Ordering::SeqCst) == 0 {
                return Err(CallError::Away {
                    function: call.function,
                    detail: String::new(),
                });
            }
            let name = Element::new("DBName").text("billmgr");
            Ok(Element::doc().child(Element::new("elem").child(name)))
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_host_that_is_away_is_asked_again_and_its_settings_once() {
        let counting = Arc::new(Counting::default());
        let host = Host::new(counting.clone(), Patience::Short);
        for _ in 0..2 {
            assert_eq!(
                host.clone().settings().await.unwrap().setting("DBName"),
                "billmgr"
            );
        }
        assert_eq!(counting.0.load(Ordering::SeqCst), 2);
    }
}
