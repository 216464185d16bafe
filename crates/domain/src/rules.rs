//! Rules with effective dates: data, looked up by the date of issue, never constants in code (design §7).

use jiff::civil::{Date, date};
use serde::{Deserialize, Serialize};

use crate::product::ValidationMethod;

/// How long a certificate issued from a date on may be valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ValidityCap {
    /// First day of issue for which the cap holds.
    pub from: Date,
    /// Days that must not be exceeded, notBefore to notAfter inclusive.
    pub most_days: u16,
}

/// The last day on which a method of domain validation may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct MethodEnd {
    /// The method.
    pub method: ValidationMethod,
    /// First day of issue on which neither the method nor proofs made by it may be used.
    pub forbidden_from: Date,
}

/// The dated rules of one CA/Browser Forum or CA table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatedRules {
    /// Caps, oldest first.
    pub validity_caps: Vec<ValidityCap>,
    /// Methods that end.
    pub method_ends: Vec<MethodEnd>,
}

impl DatedRules {
    /// The Baseline Requirements as of v2.2.6 with the dates of SC-081v3 and SC-090.
    #[must_use]
    pub fn baseline() -> Self {
        let cap = |from, most_days| ValidityCap { from, most_days };
        Self {
            validity_caps: vec![
                cap(date(2018, 3, 1), 825),
                cap(date(2020, 9, 1), 398),
                cap(date(2026, 3, 15), 200),
                cap(date(2027, 3, 15), 100),
                cap(date(2029, 3, 15), 47),
            ],
            method_ends: vec![MethodEnd {
                method: ValidationMethod::Email,
                forbidden_from: date(2028, 3, 15),
            }],
        }
    }

    /// The cap for a certificate issued on `issued_on`; none is known before the first row.
    #[must_use]
    pub fn validity_cap(&self, issued_on: Date) -> Option<u16> {
        self.validity_caps
            .iter()
            .rev()
            .find(|cap| cap.from <= issued_on)
            .map(|cap| cap.most_days)
    }

    /// From when the method may not be used any more, if that is decided.
    #[must_use]
    pub fn method_end(&self, method: ValidationMethod) -> Option<Date> {
        self.method_ends
            .iter()
            .find(|end| end.method == method)
            .map(|end| end.forbidden_from)
    }

    /// Whether a certificate issued on `issued_on` may rest on this method.
    #[must_use]
    pub fn allows(&self, method: ValidationMethod, issued_on: Date) -> bool {
        self.method_end(method).is_none_or(|end| issued_on < end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn caps_change_on_the_day_and_not_before() {
        let rules = DatedRules::baseline();
        for (day, cap) in [
            (date(2018, 2, 28), None),
            (date(2020, 8, 31), Some(825)),
            (date(2020, 10, 20), Some(398)),
            (date(2026, 3, 14), Some(398)),
            (date(2026, 3, 15), Some(200)),
            (date(2027, 3, 14), Some(200)),
            (date(2027, 3, 15), Some(100)),
            (date(2029, 3, 14), Some(100)),
            (date(2029, 3, 15), Some(47)),
        ] {
            assert_eq!(rules.validity_cap(day), cap, "{day}");
        }
    }

    #[test]
    fn mail_validation_dies_on_its_day() {
        let rules = DatedRules::baseline();
        assert!(rules.allows(ValidationMethod::Email, date(2028, 3, 14)));
        assert!(!rules.allows(ValidationMethod::Email, date(2028, 3, 15)));
        assert!(rules.allows(ValidationMethod::Dns, date(2040, 1, 1)));
    }
}
