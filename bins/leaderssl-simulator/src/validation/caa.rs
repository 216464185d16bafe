//! Certification Authority Authorization (RFC 8659), as a CA checks it before it signs.

use domain::DomainName;
use hickory_resolver::proto::rr::rdata::CAA;

use super::resolver::{LookupFailed, Resolver};

/// What CAA says about a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    Allowed,
    /// The records name others, or hold a critical property that is not understood.
    Forbidden(String),
    /// A look-up failed; a failure is no permission.
    Unknown,
}

/// Climbs from the name to the top until a record set is found; the first one decides.
pub(super) async fn check(resolver: &Resolver, name: &DomainName, issuers: &[&str]) -> Verdict {
    let host = name.without_wildcard();
    let mut at = host.as_str();
    loop {
        match resolver.caa(at).await {
            Err(LookupFailed) => return Verdict::Unknown,
            Ok(records) if !records.is_empty() => return judge(&records, name, at, issuers),
            Ok(_) => {}
        }
        match at.split_once('.') {
            Some((_, parent)) => at = parent,
            None => return Verdict::Allowed,
        }
    }
}

fn judge(records: &[CAA], name: &DomainName, at: &str, issuers: &[&str]) -> Verdict {
    let has_tag = |caa: &CAA, tag: &str| caa.tag.eq_ignore_ascii_case(tag);
    let known = |caa: &CAA| {
        ["issue", "issuewild", "iodef"]
            .iter()
            .any(|tag| has_tag(caa, tag))
    };
    if let Some(odd) = records.iter().find(|caa| caa.issuer_critical && !known(caa)) {
        return Verdict::Forbidden(format!("CAA at {at} has the critical property {}", odd.tag));
    }
    let with_tag = |tag: &str| records.iter().filter(|caa| has_tag(caa, tag)).collect::<Vec<_>>();
    let mut relevant = if name.is_wildcard() {
        with_tag("issuewild")
    } else {
        Vec::new()
    };
    if relevant.is_empty() {
        relevant = with_tag("issue");
    }
    // A set without an issue property restricts nothing.
    if relevant.is_empty() || relevant.iter().any(|caa| names_one_of(caa, issuers)) {
        return Verdict::Allowed;
    }
    Verdict::Forbidden(format!("CAA at {at} does not allow this CA to issue for {name}"))
}

/// The issuer's name ends at the first semicolon; parameters follow.
fn names_one_of(caa: &CAA, issuers: &[&str]) -> bool {
    let value = String::from_utf8_lossy(&caa.value);
    let issuer = value
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .trim_end_matches('.');
    issuers.iter().any(|ours| ours.eq_ignore_ascii_case(issuer))
}

#[cfg(test)]
mod tests {
    use hickory_resolver::proto::rr::Name;

    use super::*;

    fn judged(records: &[CAA], name: &str) -> bool {
        let name = DomainName::parse(name).unwrap();
        judge(records, &name, "example.com", &["sectigo.com"]) == Verdict::Allowed
    }

    fn issue(critical: bool, issuer: Option<&str>) -> CAA {
        CAA::new_issue(
            critical,
            issuer.map(|name| Name::from_ascii(name).unwrap()),
            Vec::new(),
        )
    }

    fn issue_wild(issuer: Option<&str>) -> CAA {
        CAA::new_issuewild(
            false,
            issuer.map(|name| Name::from_ascii(name).unwrap()),
            Vec::new(),
        )
    }

    #[test]
    fn records_allow_those_they_name() {
        assert!(judged(&[issue(false, Some("sectigo.com"))], "example.com"));
        assert!(judged(
            &[issue(false, Some("a.example")), issue(true, Some("SECTIGO.com"))],
            "example.com"
        ));
        assert!(!judged(&[issue(false, Some("letsencrypt.org"))], "example.com"));
        assert!(!judged(&[issue(false, None)], "example.com"));
    }

    #[test]
    fn wildcards_go_by_issuewild_where_there_is_one() {
        let records = [issue(false, Some("sectigo.com")), issue_wild(None)];
        assert!(judged(&records, "example.com"));
        assert!(!judged(&records, "*.example.com"));
        assert!(judged(&records[..1], "*.example.com"));
        assert!(judged(&[issue_wild(Some("other.example"))], "example.com"));
    }

    #[test]
    fn an_unknown_critical_property_forbids_and_a_harmless_one_does_not() {
        let mut odd = issue(true, Some("sectigo.com"));
        odd.tag = "tbs".to_owned();
        assert!(!judged(&[odd.clone()], "example.com"));
        odd.issuer_critical = false;
        assert!(judged(&[odd], "example.com"));
    }
}
