//! From a file's text to rules: parsed once, and trusted afterwards.

use jiff::civil::Date;
use toml_edit::Document;

use super::{
    CaRow, Coverage, Dated, DatedRules, Lead, MethodRule, Pattern, Remaining, Requirement, ReuseKind,
    RevokesFormer, Row, Source, TermUnit,
    error::{BadRule, BadRules, Problem},
    fields::{Fields, Reader, line_of, not_a_word},
};
use crate::product::{ProductKind, ValidationLevel, ValidationMethod};

/// The most days that any rule may count: ten years.
const MOST_DAYS: u16 = 3_660;
/// The most hours after which a CA revokes: thirty days.
const MOST_HOURS: u16 = 720;

/// What `revokes_former` may say.
const REVOKES: [&str; 3] = ["never", "on_name_removal", "always_after"];

impl DatedRules {
    /// Reads a file of rules.
    ///
    /// # Errors
    /// Everything that is wrong, each with line and field.
    pub fn parse(text: &str) -> Result<Self, BadRules> {
        let document = Document::parse(text).map_err(|error| {
            BadRules(vec![BadRule {
                line: error.span().map(|at| line_of(text, at.start)),
                field: String::new(),
                problem: Problem::Syntax(error.message().to_owned()),
            }])
        })?;
        let reader = Reader::of(text);
        let rules = rules(&reader, document.as_table());
        let has_found = reader.has_found();
        match rules {
            Some(rules) if !has_found => Ok(rules),
            _ => Err(BadRules(reader.into_found())),
        }
    }
}

fn rules(reader: &Reader<'_>, root: &toml_edit::Table) -> Option<DatedRules> {
    let top = reader.fields(root, String::new());
    let edition = top.required("edition", |top| top.day("edition"));
    let lead = reader.table(root, "lead").and_then(|fields| lead(&fields));
    let validity = dated(reader, reader.tables(root, "validity"), "validity");
    let all_reuse = reader.tables(root, "reuse");
    let mut reuse = [Vec::new(), Vec::new(), Vec::new()];
    for fields in all_reuse {
        let of = fields.required("of", |fields| fields.word("of", ReuseKind::ALL));
        let row = number_row(&fields);
        fields.end();
        if let (Some(of), Some(row)) = (of, row)
            && let Some(rows) = reuse.get_mut(of.place())
        {
            ascend(&fields, rows, row);
        }
    }
    for kind in ReuseKind::ALL {
        if reuse.get(kind.place()).is_none_or(Vec::is_empty) {
            reader.tell(None, "reuse", Problem::NoRowFor(kind.word()));
        }
    }
    let methods = methods(reader, reader.tables(root, "method"));
    let requirements = requirements(reader.tables(root, "requirement"));
    let ca_rows = reader
        .tables(root, "ca")
        .into_iter()
        .filter_map(|fields| ca_row(&fields))
        .collect();
    for name in ["lead", "validity", "reuse", "method", "requirement", "ca"] {
        top.has_been_read(name);
    }
    top.end();
    Some(DatedRules {
        edition: edition?,
        lead: lead?,
        validity,
        reuse: reuse.map(Dated::of),
        methods,
        requirements,
        ca_rows,
    })
}

fn lead(fields: &Fields<'_>) -> Option<Lead> {
    let most_days = fields.required("most_days", |fields| fields.number("most_days", 1, 365));
    let part = fields.required("part", |fields| fields.number("part", 2, 100));
    let least = fields.required("least_piece_days", |fields| {
        fields.number("least_piece_days", 1, 30)
    });
    let organisation = fields.required("organisation_days", |fields| {
        fields.number("organisation_days", 0, 365)
    });
    let source = source(fields);
    fields.end();
    Some(Lead {
        most_days: most_days?,
        part: part?,
        least_piece_days: least?,
        organisation_days: organisation?,
        source: source?,
    })
}

/// Rows of `from` and `days`.
fn dated(reader: &Reader<'_>, tables: Vec<Fields<'_>>, name: &'static str) -> Dated<u16> {
    let mut rows = Vec::new();
    if tables.is_empty() {
        reader.tell(None, name, Problem::Missing);
    }
    for fields in tables {
        let row = number_row(&fields);
        fields.end();
        if let Some(row) = row {
            ascend(&fields, &mut rows, row);
        }
    }
    Dated::of(rows)
}

fn number_row(fields: &Fields<'_>) -> Option<Row<u16>> {
    let from = fields.required("from", |fields| fields.day("from"));
    let days = fields.required("days", |fields| fields.number("days", 2, MOST_DAYS));
    let source = source(fields);
    Some(Row {
        from: from?,
        value: days?,
        source: source?,
    })
}

fn ascend(fields: &Fields<'_>, rows: &mut Vec<Row<u16>>, row: Row<u16>) {
    if rows.last().is_some_and(|last| last.from >= row.from) {
        fields.tell("from", Problem::NotAscending);
    } else {
        rows.push(row);
    }
}

fn methods(reader: &Reader<'_>, tables: Vec<Fields<'_>>) -> Vec<MethodRule> {
    let mut rows: Vec<MethodRule> = Vec::new();
    for fields in tables {
        let Some(row) = method(&fields) else { continue };
        if rows.iter().any(|other| other.number == row.number) {
            fields.tell("number", Problem::Twice(row.number.clone()));
        }
        for word in &row.methods {
            if rows.iter().any(|other| other.methods.contains(word)) {
                fields.tell("methods", Problem::Twice(word.to_string()));
            }
        }
        rows.push(row);
    }
    for word in ValidationMethod::ALL {
        if !rows.iter().any(|row| row.methods.contains(word)) {
            reader.tell(None, "method", Problem::NoRowFor(word.word()));
        }
    }
    rows
}

fn method(fields: &Fields<'_>) -> Option<MethodRule> {
    let number = fields.required("number", |fields| fields.text("number"));
    let title = fields.required("title", |fields| fields.text("title"));
    let covers = fields.required("covers", |fields| fields.word("covers", Coverage::ALL));
    let methods = fields.words("methods", ValidationMethod::ALL);
    let caa = fields.texts("caa");
    let reuse_days = fields.number("reuse_days", 0, MOST_DAYS);
    let discouraged_from = fields.day("discouraged_from");
    let forbidden_from = fields.day("forbidden_from");
    let source = source(fields);
    fields.end();
    Some(MethodRule {
        number: number?,
        title: title?,
        methods,
        covers: covers?,
        caa,
        reuse_days,
        discouraged_from,
        forbidden_from,
        source: source?,
    })
}

fn requirements(tables: Vec<Fields<'_>>) -> Vec<Row<Requirement>> {
    let mut rows: Vec<Row<Requirement>> = Vec::new();
    for fields in tables {
        let word = fields.required("word", |fields| fields.word("word", Requirement::ALL));
        let from = fields.required("from", |fields| fields.day("from"));
        let source = source(&fields);
        fields.end();
        let (Some(value), Some(from), Some(source)) = (word, from, source) else {
            continue;
        };
        if rows.iter().any(|other| other.value == value) {
            fields.tell("word", Problem::Twice(value.to_string()));
        }
        rows.push(Row { from, value, source });
    }
    rows
}

fn ca_row(fields: &Fields<'_>) -> Option<CaRow> {
    let of = Pattern {
        connector: fields.text("connector"),
        brands: fields.texts("brands"),
        levels: fields.words("levels", ValidationLevel::ALL),
        kinds: fields.words("kinds", ProductKind::ALL),
    };
    let from: Option<Date> = fields.day("from");
    let revokes_former = revokes(fields);
    let source = source(fields);
    let row = CaRow {
        of,
        from,
        below_cap_days: fields.number("below_cap_days", 0, 30),
        most_days: fields.number("most_days", 1, MOST_DAYS),
        anniversary_above_days: fields.number("anniversary_above_days", 1, MOST_DAYS),
        remaining: fields.word("remaining", Remaining::ALL),
        domain_reuse_days: fields.number("domain_reuse_days", 0, MOST_DAYS),
        organisation_reuse_days: fields.number("organisation_reuse_days", 0, MOST_DAYS),
        revokes_former,
        term_unit: fields.word("term_unit", TermUnit::ALL),
        source: source?,
    };
    fields.end();
    let decides = row.below_cap_days.is_some()
        || row.most_days.is_some()
        || row.anniversary_above_days.is_some()
        || row.remaining.is_some()
        || row.domain_reuse_days.is_some()
        || row.organisation_reuse_days.is_some()
        || row.revokes_former.is_some()
        || row.term_unit.is_some();
    if !decides {
        fields.tell_all(Problem::Empty);
    }
    Some(row)
}

fn revokes(fields: &Fields<'_>) -> Option<RevokesFormer> {
    let word = fields.text("revokes_former");
    let hours = fields.number("revokes_after_hours", 0, MOST_HOURS);
    let after_hours = hours.unwrap_or(0);
    let revokes = match word.as_deref() {
        Some("on_name_removal") => return Some(RevokesFormer::OnNameRemoval { after_hours }),
        Some("always_after") => return Some(RevokesFormer::Always { after_hours }),
        Some("never") => Some(RevokesFormer::Never),
        Some(other) => {
            fields.tell("revokes_former", not_a_word(other, &REVOKES));
            None
        }
        None => None,
    };
    if hours.is_some() {
        fields.tell("revokes_after_hours", Problem::HoursOfNothing);
    }
    revokes
}

fn source(fields: &Fields<'_>) -> Option<Source> {
    let text = fields.required("source", |fields| fields.text("source"));
    let is_assumed = fields.flag("assumed").unwrap_or(false);
    Some(Source {
        text: text?,
        is_assumed,
    })
}

#[cfg(test)]
mod tests {
    use super::super::BUILT_IN;
    use super::*;

    fn told(text: &str) -> Vec<String> {
        DatedRules::parse(text)
            .unwrap_err()
            .0
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    /// The shipped rules with one text in place of another.
    fn with(old: &str, new: &str) -> String {
        assert!(BUILT_IN.contains(old), "{old}");
        BUILT_IN.replacen(old, new, 1)
    }

    fn line_of(part: &str) -> usize {
        super::line_of(BUILT_IN, BUILT_IN.find(part).unwrap())
    }

    #[test]
    fn every_error_is_told_with_its_line_and_field() {
        let first = "from = 2018-03-01\ndays = 825\nsource = \"CA/Browser Forum ballot 193\"";
        let text = with(
            first,
            "from = \"soon\"\ndays = 0\nsorce = \"CA/Browser Forum ballot 193\"",
        );
        let line = line_of(first);
        assert_eq!(
            told(&text),
            [
                format!("line {line}: validity[1].from is not a day such as 2026-03-15"),
                format!(
                    "line {}: validity[1].days is not a whole number from 2 to 3660",
                    line + 1
                ),
                format!("line {}: validity[1].source is missing", line - 1),
                format!("line {}: validity[1].sorce is not a field of rules", line + 2),
            ]
        );
    }

    #[test]
    fn what_does_not_fit_together_is_told() {
        let email = "methods = [\"email\"]";
        for (text, wanted) in [
            (
                with("from = 2026-03-15\ndays = 200", "from = 2020-09-01\ndays = 200"),
                "not later than",
            ),
            (
                with(email, "methods = [\"dns\"]"),
                "is `dns`, and an earlier row has it already",
            ),
            (with(email, "methods = []"), "has no row for `email`"),
            (
                with(email, "methods = [\"pigeon\"]"),
                "is `pigeon`; it may be dns, http, https, email",
            ),
            (with(email, "methods = \"email\""), "is not a list of texts"),
            (
                with("number = \"3.2.2.4.7\"", "number = \"3.2.2.4.4\""),
                "is `3.2.2.4.4`, and an earlier",
            ),
            (
                with("of = \"extended\"", "of = \"domain\""),
                "has no row for `extended`",
            ),
            (with("[lead]", "[leed]"), "leed is not a field of rules"),
            (
                with("part = 3", "part = 1"),
                "is not a whole number from 2 to 100",
            ),
            (
                with("edition = 2026-11-23", "edition = 2026-11-23T10:00:00Z"),
                "edition is not a day",
            ),
            (with("below_cap_days = 1\n", ""), "ca[1] decides nothing"),
            (
                with(
                    "revokes_former = \"never\"",
                    "revokes_former = \"never\"\nrevokes_after_hours = 1",
                ),
                "needs `revokes_former`",
            ),
            (
                with("remaining = \"cut\"", "remaining = \"lost\""),
                "it may be cut, full, add_unused",
            ),
            (
                with("word = \"client_auth\"", "word = \"caa_parameters\""),
                "an earlier row has it already",
            ),
            (
                with("assumed = true\n\n", "assumed = \"yes\"\n\n"),
                "is neither true nor false",
            ),
            (with("[[validity]]", "[[validity"), "line "),
            (String::new(), "validity is missing"),
        ] {
            let told = told(&text).join("\n");
            assert!(told.contains(wanted), "{wanted}:\n{told}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_the_reader_panic(text in "\\PC{0,200}", at in 0..9_000_usize) {
            let _ = DatedRules::parse(&text);
            let mut changed: String = BUILT_IN.chars().take(at).collect();
            changed.push_str(&text);
            let _ = DatedRules::parse(&changed);
        }
    }
}
