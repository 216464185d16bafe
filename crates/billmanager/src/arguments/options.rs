//! The options (protocol facts §4.1 and §4.2).

/// An option.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    /// What to do.
    Command,
    /// Part of a command.
    Subcommand,
    /// Id within a subcommand.
    Id,
    /// The service.
    Item,
    /// Language of the caller.
    Lang,
    /// The connection.
    Module,
    /// Type of product.
    ItemType,
    /// Name of a tariff plan's template.
    Intname,
    /// Name of a parameter.
    Param,
    /// Value of a parameter.
    Value,
    /// The queued operation behind this run.
    RunningOperation,
    /// Level of the caller.
    Level,
    /// An addon's service.
    Addon,
    /// Names, separated by commas.
    Domain,
    /// Addresses, separated by commas.
    Emails,
    /// One address.
    Email,
    /// For domain registrars.
    Tld,
    /// What to look for.
    SearchString,
    /// The acting user.
    UserId,
    /// A new password.
    Password,
    /// `--help`.
    Help,
    /// `--version`.
    Version,
    /// `-T`.
    Probe,
}

/// What follows an option.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Takes {
    Nothing,
    Text,
    Number,
}

pub(super) struct Spec {
    pub(super) key: Key,
    /// Empty for the one that has a letter only.
    pub(super) long: &'static str,
    pub(super) short: Option<char>,
    pub(super) takes: Takes,
}

/// All of them, in the order in which faults are told.
pub(super) const OPTIONS: &[Spec] = &[
    spec(Key::Command, "command", Some('c'), Takes::Text),
    spec(Key::Subcommand, "subcommand", None, Takes::Text),
    spec(Key::Id, "id", None, Takes::Text),
    spec(Key::Item, "item", Some('i'), Takes::Number),
    spec(Key::Lang, "lang", Some('l'), Takes::Text),
    spec(Key::Module, "module", Some('m'), Takes::Number),
    spec(Key::ItemType, "itemtype", Some('t'), Takes::Text),
    spec(Key::Intname, "intname", None, Takes::Text),
    spec(Key::Param, "param", None, Takes::Text),
    spec(Key::Value, "value", None, Takes::Text),
    spec(Key::RunningOperation, "runningoperation", None, Takes::Number),
    spec(Key::Level, "level", None, Takes::Number),
    spec(Key::Addon, "addon", Some('a'), Takes::Text),
    spec(Key::Domain, "domain", None, Takes::Text),
    spec(Key::Emails, "emails", None, Takes::Text),
    spec(Key::Email, "email", None, Takes::Text),
    spec(Key::Tld, "tld", None, Takes::Text),
    spec(Key::SearchString, "searchstring", None, Takes::Text),
    spec(Key::UserId, "userid", None, Takes::Text),
    spec(Key::Password, "password", None, Takes::Text),
    spec(Key::Help, "help", Some('h'), Takes::Nothing),
    spec(Key::Version, "version", Some('V'), Takes::Nothing),
    spec(Key::Probe, "", Some('T'), Takes::Nothing),
];

const fn spec(key: Key, long: &'static str, short: Option<char>, takes: Takes) -> Spec {
    Spec {
        key,
        long,
        short,
        takes,
    }
}

/// What a command cannot do without.
pub(super) fn required(command: &str, subcommand: &str) -> Vec<Key> {
    let mut keys = vec![Key::Command];
    keys.extend_from_slice(match command {
        "open" | "resume" | "suspend" | "close" | "prolong" | "setparam" | "gen_key" | "update_ns"
        | "transfer" => &[Key::Item],
        "check_param" => &[Key::Item, Key::Param],
        "tune_service_profile" => &[Key::Param],
        "sync_pricelist" | "sync_server" | "sync_iplist" | "get_server_config" => &[Key::Module],
        "import" => &[Key::Module, Key::ItemType],
        "import_pricelist" => &[Key::Module, Key::Subcommand],
        "approver" => &[Key::Module, Key::Intname, Key::Domain],
        _ => &[],
    });
    if subcommand == "pricelist" {
        keys.push(Key::Id);
    }
    keys
}
