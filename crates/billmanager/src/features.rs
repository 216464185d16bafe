//! The features document (protocol facts §11): what the module serves, stores and can do. It is asked for when nothing is configured yet, so it needs
//! neither database nor network.

use crate::{template::Templates, xml::Element};

/// Parameters of a connection that the host stores; the form has a field for each.
pub const PARAMS: &[&str] = &[
    "url",
    "username",
    "password",
    "alter_approver_methods",
    "threshold",
    "reissue_days",
    "end_date_field",
    "paid_till_field",
    "task_language",
];

/// Parameters that are stored encrypted.
pub const CRYPTED: &[&str] = &["password"];

/// Parameters for special cases, edited in the list of the connection's parameters, with their defaults.
pub const CUSTOM: &[(&str, &str)] = &[
    ("currency", "EUR"),
    ("token_in", "auto"),
    ("reissue_path", "ssl_certificates/{id}/reissue"),
    ("settle_seconds", "300"),
];

/// The calls that the host may make. Those of every certificate module are announced too: it does no harm.
pub const FEATURES: &[&str] = &[
    "check_connection",
    "tune_connection",
    "usercreate",
    "approver",
    "open",
    "suspend",
    "resume",
    "close",
    "setparam",
    "prolong",
    "cancel_prolong",
    "reopen",
    "sync_item",
    "getbalance",
    "send_dv_dns",
    "send_dv_email",
];

/// The document.
#[must_use]
pub fn document(templates: &Templates) -> Element {
    let mut params = Element::new("params");
    for name in PARAMS {
        let param = Element::new("param").with("name", *name);
        let is_crypted = CRYPTED.contains(name);
        params.push(if is_crypted {
            param.with("crypted", "yes")
        } else {
            param
        });
    }
    for (name, default) in CUSTOM {
        params.push(
            Element::new("customparam")
                .with("name", *name)
                .with("unique", "yes")
                .with("defval", *default),
        );
    }
    let mut features = Element::new("features");
    for name in FEATURES {
        features.push(Element::new("feature").with("name", *name));
    }
    let mut list = Element::new("templates");
    for template in templates.list() {
        list.push(template.element());
    }
    Element::doc()
        .child(Element::new("itemtypes").child(Element::new("itemtype").with("name", "certificate")))
        .child(params)
        .child(features)
        .child(list)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_is_the_documented_one() {
        insta::assert_snapshot!(document(&Templates::built_in()).pretty());
    }
}
