//! What a connector says of itself. Forms, command line help, documentation and the choice of module are derived from it.

use domain::product::{ProductKind, ValidationMethod};

/// The face of a connector: one constant per connector.
#[derive(Debug, Clone, Copy)]
pub struct Descriptor {
    /// Stable slug that the database stores, such as `leadertelecom`.
    pub kind: &'static str,
    /// Name for people.
    pub title: &'static str,
    /// Program name in log rules (`pmleadertelecom.* 9`), the target of the connector's log lines.
    pub log: &'static str,
    /// Where a new client registers with the CA.
    pub sign_up: Option<&'static str>,
    /// The settings, in the order of the form.
    pub settings: &'static [SettingField],
    /// Days after the first certificate of an order during which the CA gives the money back; 0: never.
    pub refund_days: u16,
    /// What the CA can do.
    pub capabilities: Capabilities,
}

impl Descriptor {
    /// The field with this name.
    #[must_use]
    pub fn setting(&self, name: &str) -> Option<&'static SettingField> {
        self.settings.iter().find(|field| field.name == name)
    }
}

/// One field of the integration settings.
#[derive(Debug, Clone, Copy)]
pub struct SettingField {
    /// Name in storage, forms and on the command line.
    pub name: &'static str,
    /// Translation key of the label; the help text is `{label}-help`.
    pub label: &'static str,
    /// English label, used where no translation is loaded (command line, documentation).
    pub english: &'static str,
    /// What may be entered.
    pub kind: FieldKind,
    /// Whether the value is stored sealed and never shown again.
    pub is_secret: bool,
    /// Used when the field is left empty.
    pub default: Option<&'static str>,
    /// English help text.
    pub help: &'static str,
    /// Whether an empty field (without default) is refused.
    pub is_required: bool,
    /// Whether the field belongs under "advanced".
    pub is_advanced: bool,
}

/// What may be entered into a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// One line of text.
    Text,
    /// One line that is not shown while typed.
    Password,
    /// An absolute https address; http only for loopback in simulated mode.
    Url,
    /// One of these words.
    Choice(&'static [&'static str]),
}

/// Calls that not every CA has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Capability {
    /// Reads the account's balance.
    Balance,
    /// Reads products and prices.
    Products,
    /// Reads the addresses that may approve by mail.
    ApproverEmails,
    /// Lists all orders of the account, for reconciliation.
    ListOrders,
    /// Changes the validation method of a waiting order.
    ChangeValidation,
    /// Sends the validation mail again.
    ResendValidation,
    /// Takes a method per name instead of one for the whole order.
    MethodPerName,
    /// Adds names to a running order.
    AddNames,
    /// Cancels an order before issue.
    Cancel,
    /// Revokes an issued certificate.
    Revoke,
}

impl Capability {
    /// The stable word for tables and skip lists.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Balance => "balance",
            Self::Products => "products",
            Self::ApproverEmails => "approver_emails",
            Self::ListOrders => "list_orders",
            Self::ChangeValidation => "change_validation",
            Self::ResendValidation => "resend_validation",
            Self::MethodPerName => "method_per_name",
            Self::AddNames => "add_names",
            Self::Cancel => "cancel",
            Self::Revoke => "revoke",
        }
    }
}

/// What a CA can do through its connector.
#[derive(Debug, Clone, Copy)]
pub struct Capabilities {
    /// The calls it has.
    pub calls: &'static [Capability],
    /// Kinds of product whose certificates are reissued without a person (LeaderTelecom: not multi-domain, design §1.6). A connector
    /// may still answer Unsupported at run time; the reissue becomes a task either way.
    pub automatic_reissue: &'static [ProductKind],
    /// Methods of validation that orders may ask for.
    pub validation_methods: &'static [ValidationMethod],
}

impl Capabilities {
    /// Whether the CA has this call.
    #[must_use]
    pub fn has(&self, call: Capability) -> bool {
        self.calls.contains(&call)
    }

    /// Whether certificates of this kind of product are reissued without a person.
    #[must_use]
    pub fn reissues(&self, kind: ProductKind) -> bool {
        self.automatic_reissue.contains(&kind)
    }

    /// Whether orders may ask for this method.
    #[must_use]
    pub fn validates_by(&self, method: ValidationMethod) -> bool {
        self.validation_methods.contains(&method)
    }
}
