//! Everything that is told to people has words in every language, with exactly the arguments that are given.

use std::collections::BTreeSet;

use certbroker_dns::{
    Argument, Finding, ServerError,
    caa::{BlockReason, CaaFinding, IssueValue},
    cname::CnameFinding,
    translation_codes,
    web_file::{FetchError, FileFinding},
};
use i18n::{Locale, catalogue::Catalogue};

use crate::world::name;

#[test]
fn every_code_is_translated() {
    for locale in Locale::ALL {
        for code in translation_codes() {
            assert!(i18n::exists(locale, code), "{code} in {locale:?}");
        }
    }
}

/// One finding of every kind.
fn findings() -> Vec<Box<dyn Finding>> {
    let error = ServerError::TimedOut;
    let (at, target) = (name("shop.test"), name("x.sectigo.com"));
    let allowed = |value: &str| CaaFinding::Allowed {
        at: name("shop.test"),
        record: certbroker_dns::record::CaaProperty {
            is_critical: false,
            tag: "issue".into(),
            value: value.into(),
        },
        value: IssueValue::parse(value).unwrap(),
    };
    let blocked = |reason| CaaFinding::Blocked {
        at: name("shop.test"),
        records: Vec::new(),
        reason,
    };
    let cname = [
        CnameFinding::Right,
        CnameFinding::NotEverywhere {
            agreeing: 1,
            asked: 2,
            odd: vec!["ns2".into()],
        },
        CnameFinding::OtherTarget {
            target: target.clone(),
        },
        CnameFinding::TargetHasZoneAppended { target },
        CnameFinding::NameHasZoneAppended { found_at: at.clone() },
        CnameFinding::Missing,
        CnameFinding::ServersFail { error: error.clone() },
        CnameFinding::DnssecFails,
        CnameFinding::NoZone,
        CnameFinding::CannotLook {
            error: "dns-resolver-failed",
        },
    ];
    let caa = [
        CaaFinding::Unrestricted,
        allowed("sectigo.com"),
        allowed("sectigo.com; validationmethods=ca-tbr-7"),
        blocked(BlockReason::OtherIssuers),
        blocked(BlockReason::Nobody),
        blocked(BlockReason::UnknownCritical),
        CaaFinding::DnssecFails { at: at.clone() },
        CaaFinding::ServersFail {
            at: at.clone(),
            error: error.clone(),
        },
        CaaFinding::CannotLook {
            at,
            error: "dns-resolver-failed",
        },
    ];
    let (status, excerpt) = (404, "Not Found".to_owned());
    let address = [10, 0, 0, 1].into();
    let file = [
        FileFinding::Right,
        FileFinding::NotEverywhere {
            agreeing: 1,
            asked: 2,
            odd: vec![address],
        },
        FileFinding::OtherContent {
            status,
            excerpt: excerpt.clone(),
        },
        FileFinding::Status { status, excerpt },
        FileFinding::NoAddress,
        FileFinding::NotPublic { address },
        FileFinding::Unreachable {
            error: FetchError::TimedOut,
        },
        FileFinding::BadRedirect {
            error: FetchError::TooManyRedirects,
        },
        FileFinding::DnssecFails,
        FileFinding::ServersFail { error },
        FileFinding::CannotLook {
            error: "dns-resolver-failed",
        },
    ];
    let boxed = |finding| -> Box<dyn Finding> { finding };
    let cname = cname.into_iter().map(|finding| boxed(Box::new(finding)));
    let caa = caa.into_iter().map(|finding| boxed(Box::new(finding)));
    let file = file.into_iter().map(|finding| boxed(Box::new(finding)));
    cname.chain(caa).chain(file).collect()
}

#[test]
fn findings_give_the_arguments_that_their_sentences_use() {
    let findings = findings();
    let catalogue = Catalogue::of(Locale::default());
    for finding in &findings {
        let arguments = finding.arguments();
        let given: BTreeSet<_> = arguments.iter().map(|(name, _)| (*name).to_owned()).collect();
        assert_eq!(
            given,
            catalogue.texts[finding.code()].arguments,
            "{}",
            finding.code()
        );
        for (_, argument) in arguments {
            if let Argument::Code(code) = argument {
                assert!(catalogue.texts[code].arguments.is_empty(), "{code}");
            }
        }
        assert!(!finding.to_string().is_empty());
    }
    let codes: BTreeSet<_> = findings.iter().map(|finding| finding.code()).collect();
    let listed = [CnameFinding::CODES, CaaFinding::CODES, FileFinding::CODES].concat();
    assert_eq!(
        codes,
        listed.into_iter().collect(),
        "every kind of finding is in its list of codes"
    );
}
