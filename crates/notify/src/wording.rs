//! The wording of one mail in one language, as an operator edits it: what may stand in it, and what is wrong with it.

use i18n::Locale;
use jiff::tz::TimeZone;
use minijinja::{Error, ErrorKind, Value, value::ValueKind};

use crate::{Brand, Mail, MailKind, Rendered, TemplateError, Templates, templates::fields};

/// The most characters of a subject.
const LONGEST_SUBJECT: usize = 300;
/// The most characters of a text and of an HTML.
const LONGEST_TEXT: usize = 50_000;

/// Subject, text and HTML, as templates.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wording {
    /// One line.
    pub subject: String,
    /// The plain text.
    pub text: String,
    /// The same as HTML.
    pub html: String,
}

/// A part of a mail that has a template of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The subject.
    Subject,
    /// The plain text.
    Text,
    /// The HTML.
    Html,
}

/// What is wrong with a part of a wording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Which part.
    pub part: Part,
    /// The line of the part, counted from 1, where it is known.
    pub line: Option<usize>,
    /// What it is.
    pub fault: Fault,
    /// More of it, in the words of the template language (English); may be empty.
    pub detail: String,
}

/// The ways in which a template can be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It is empty.
    Empty,
    /// It is too long, or the subject has several lines.
    TooLong,
    /// It cannot be read.
    Syntax,
    /// It uses a name that such a mail does not have.
    UnknownName,
    /// It uses another text, a filter, a test or a function that there is not.
    UnknownPart,
    /// It takes too many steps.
    Endless,
    /// The link to the next step is not in it.
    NoLink,
    /// Anything else.
    Other,
}

impl Part {
    /// Every part.
    pub const ALL: [Self; 3] = [Self::Subject, Self::Text, Self::Html];

    /// The stable word; fields of forms are called by it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Subject => "subject",
            Self::Text => "text",
            Self::Html => "html",
        }
    }

    pub(crate) fn template(self, kind: MailKind, locale: Locale) -> String {
        let ending = match self {
            Self::Subject => "subject",
            Self::Text => "txt",
            Self::Html => "html",
        };
        format!("{locale}/{}.{ending}", kind.word())
    }
}

impl Fault {
    /// The stable word, for translation keys.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::TooLong => "too_long",
            Self::Syntax => "syntax",
            Self::UnknownName => "unknown_name",
            Self::UnknownPart => "unknown_part",
            Self::Endless => "endless",
            Self::NoLink => "no_link",
            Self::Other => "other",
        }
    }

    fn of(error: &Error) -> Self {
        match error.kind() {
            ErrorKind::SyntaxError => Self::Syntax,
            ErrorKind::UndefinedError => Self::UnknownName,
            ErrorKind::OutOfFuel => Self::Endless,
            ErrorKind::TemplateNotFound
            | ErrorKind::UnknownFilter
            | ErrorKind::UnknownTest
            | ErrorKind::UnknownFunction
            | ErrorKind::UnknownMethod
            | ErrorKind::UnknownBlock => Self::UnknownPart,
            // An included text that fails says so by its cause.
            ErrorKind::BadInclude => std::error::Error::source(error)
                .and_then(|source| source.downcast_ref::<Error>())
                .map_or(Self::Other, Self::of),
            _ => Self::Other,
        }
    }
}

impl Problem {
    fn new(part: Part, fault: Fault) -> Self {
        Self {
            part,
            line: None,
            fault,
            detail: String::new(),
        }
    }

    /// `template` is the text of the part, of which what is wrong is quoted when the error says nothing more.
    fn of(part: Part, template: &str, error: &TemplateError) -> Self {
        let TemplateError::Render { source, .. } = error else {
            return Self::new(part, Fault::Other);
        };
        let quoted = || source.range().and_then(|range| template.get(range));
        let detail = source.detail().or_else(quoted).unwrap_or_default();
        Self {
            part,
            line: source.line(),
            fault: Fault::of(source),
            detail: detail.to_owned(),
        }
    }
}

impl Wording {
    /// One of the parts.
    #[must_use]
    pub fn part(&self, part: Part) -> &str {
        match part {
            Part::Subject => &self.subject,
            Part::Text => &self.text,
            Part::Html => &self.html,
        }
    }

    /// As it is kept: line ends as in the shipped texts, a text that ends its last line.
    #[must_use]
    pub fn tidied(&self) -> Self {
        let lines = |text: &str| {
            let text = text.replace("\r\n", "\n");
            format!("{}\n", text.trim_end_matches(['\n', ' ']))
        };
        Self {
            subject: self.subject.trim().to_owned(),
            text: lines(&self.text),
            html: lines(&self.html),
        }
    }

    /// Everything that is wrong with this wording of a mail, at most one problem per part: every sample of the mail is
    /// rendered with it. Without problems it comes back rendered, by sample.
    ///
    /// # Errors
    /// The problems, in the order of the parts.
    pub fn check(
        &self,
        kind: MailKind,
        locale: Locale,
        zone: &TimeZone,
        brand: &Brand,
    ) -> Result<Vec<Rendered>, Vec<Problem>> {
        let samples: Vec<Mail> = Mail::samples()
            .into_iter()
            .filter(|mail| mail.kind() == kind)
            .collect();
        let problems: Vec<Problem> = Part::ALL
            .into_iter()
            .filter_map(|part| self.check_part(part, &samples, locale, zone, brand).err())
            .collect();
        if !problems.is_empty() {
            return Err(problems);
        }
        let whole = |error: &TemplateError| vec![Problem::of(Part::Html, "", error)];
        let templates = Templates::built_in()
            .map_err(whole)?
            .reworded(kind, locale, self)
            .map_err(|error| whole(&error))?;
        let render = |mail: &Mail| templates.render(mail, locale, zone, brand);
        samples
            .iter()
            .map(render)
            .collect::<Result<_, _>>()
            .map_err(|error| whole(&error))
    }

    fn check_part(
        &self,
        part: Part,
        samples: &[Mail],
        locale: Locale,
        zone: &TimeZone,
        brand: &Brand,
    ) -> Result<(), Problem> {
        let source = self.part(part);
        if source.trim().is_empty() {
            return Err(Problem::new(part, Fault::Empty));
        }
        let (longest, may_break) = match part {
            Part::Subject => (LONGEST_SUBJECT, false),
            Part::Text | Part::Html => (LONGEST_TEXT, true),
        };
        if source.chars().count() > longest || (!may_break && source.contains('\n')) {
            return Err(Problem::new(part, Fault::TooLong));
        }
        let failed = |error: &TemplateError| Problem::of(part, source, error);
        let shipped = Templates::built_in().map_err(failed)?;
        for mail in samples {
            // The other parts are as shipped, so that each part shows its own problems.
            let mut alone = shipped.wording(mail.kind(), locale);
            match part {
                Part::Subject => source.clone_into(&mut alone.subject),
                Part::Text => source.clone_into(&mut alone.text),
                Part::Html => source.clone_into(&mut alone.html),
            }
            let templates = shipped
                .reworded(mail.kind(), locale, &alone)
                .map_err(|error| failed(&error))?;
            let mut fields = fields(mail, locale, zone, brand);
            if part != Part::Subject {
                fields.push(("subject", "-".into()));
            }
            let rendered = templates
                .render_part(mail.kind(), locale, part, &fields)
                .map_err(|error| failed(&error))?;
            if part == Part::Subject && rendered.trim().is_empty() {
                return Err(Problem::new(part, Fault::Empty));
            }
            if part != Part::Subject && !has_link(&rendered, &fields) {
                return Err(Problem::new(part, Fault::NoLink));
            }
        }
        Ok(())
    }
}

/// Every mail names one next step: the address of it must be in it, whatever the wording.
fn has_link(rendered: &str, fields: &[(&'static str, Value)]) -> bool {
    let link = fields.iter().find(|(name, _)| *name == "link");
    let Some(link) = link.and_then(|(_, value)| value.as_str()) else {
        return true;
    };
    // Escaped, a slash and an ampersand are written otherwise.
    let escaped = link.replace('&', "&amp;").replace('/', "&#x2f;");
    rendered.contains(link) || rendered.contains(&escaped)
}

/// A name that a template may use, with what it stands for in the samples.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameOf {
    /// As it is written: `names`, or `step.name` within `for step in steps`.
    pub name: String,
    /// Values of the samples, each once; empty where it stands for nothing.
    pub samples: Vec<String>,
    /// Whether it is a list, to be gone through with `for`.
    pub is_list: bool,
}

/// The names that templates of a kind may use.
#[must_use]
pub fn names_of(kind: MailKind, locale: Locale, zone: &TimeZone, brand: &Brand) -> Vec<NameOf> {
    let mut names: Vec<NameOf> = Vec::new();
    for mail in Mail::samples().iter().filter(|mail| mail.kind() == kind) {
        for (name, value) in fields(mail, locale, zone, brand) {
            note(&mut names, name, &value);
        }
    }
    let subject = NameOf {
        name: "subject".to_owned(),
        samples: Vec::new(),
        is_list: false,
    };
    names.push(subject);
    names
}

fn note(names: &mut Vec<NameOf>, name: &str, value: &Value) {
    let items: Vec<Value> = match value.kind() {
        ValueKind::Seq => value.try_iter().map(Iterator::collect).unwrap_or_default(),
        _ => Vec::new(),
    };
    let place = names.iter().position(|known| known.name == name);
    let place = place.unwrap_or_else(|| {
        names.push(NameOf {
            name: name.to_owned(),
            samples: Vec::new(),
            is_list: false,
        });
        names.len() - 1
    });
    let is_of_maps = items.iter().any(|item| item.kind() == ValueKind::Map);
    if let Some(known) = names.get_mut(place) {
        known.is_list |= value.kind() == ValueKind::Seq;
        let shown = match value.kind() {
            ValueKind::None | ValueKind::Undefined => None,
            ValueKind::Seq if is_of_maps => None,
            ValueKind::Seq => Some(
                items
                    .iter()
                    .map(ToString::to_string)
                    .collect::<Vec<_>>()
                    .join(", "),
            ),
            _ => Some(value.to_string()),
        };
        if let Some(shown) = shown.filter(|shown| !known.samples.contains(shown)) {
            known.samples.push(shown);
        }
    }
    // What is in a list of things goes by the list's name without its last letter: `step` of `steps`.
    let one = name.strip_suffix('s').unwrap_or(name);
    for item in items.iter().filter(|item| item.kind() == ValueKind::Map) {
        for key in item.try_iter().into_iter().flatten() {
            if let Ok(inner) = item.get_item(&key) {
                note(names, &format!("{one}.{key}"), &inner);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn brand() -> Brand {
        Brand {
            seller: "Seller".to_owned(),
            support: None,
        }
    }

    fn check(kind: MailKind, change: impl FnOnce(&mut Wording)) -> Result<Vec<Rendered>, Vec<Problem>> {
        let mut wording = Templates::built_in().unwrap().wording(kind, Locale::En);
        change(&mut wording);
        wording.check(kind, Locale::En, &TimeZone::UTC, &brand())
    }

    #[test]
    fn every_shipped_wording_passes_its_own_check() {
        for kind in MailKind::ALL.iter().copied() {
            for locale in Locale::ALL {
                let wording = Templates::built_in().unwrap().wording(kind, locale);
                let checked = wording.check(kind, locale, &TimeZone::UTC, &brand());
                assert!(checked.is_ok(), "{kind:?} {locale} {checked:?}");
                assert_eq!(wording.tidied(), wording, "{kind:?} {locale}");
            }
        }
    }

    #[test]
    fn what_is_wrong_is_told_with_its_part_its_line_and_its_cause() {
        let link = "{{ link }}";
        let endless = "{% for x in range(100000) %}{% for y in range(100000) %}.{% endfor %}{% endfor %}";
        let cases: &[(Part, &str, Option<usize>, Fault)] = &[
            (Part::Subject, "", None, Fault::Empty),
            (Part::Subject, " \n", None, Fault::Empty),
            (
                Part::Subject,
                "{% if days > 900 %}x{% endif %}",
                None,
                Fault::Empty,
            ),
            (Part::Subject, "a\nb", None, Fault::TooLong),
            (Part::Subject, "{{ subject }}", Some(1), Fault::UnknownName),
            (
                Part::Text,
                "one\ntwo {{ unknown }}\n{{ link }}",
                Some(2),
                Fault::UnknownName,
            ),
            (Part::Text, "{{ link }}\n{% if service %}", Some(2), Fault::Syntax),
            (Part::Text, "no way on", None, Fault::NoLink),
            (
                Part::Html,
                "<p>{{ link }}</p>\n\n{{ service | nothing }}",
                Some(3),
                Fault::UnknownPart,
            ),
            (
                Part::Html,
                "{% include 'en/no_such.html' %}",
                Some(1),
                Fault::UnknownPart,
            ),
            (
                Part::Html,
                "{{ link }}{{ service.secret }}",
                Some(1),
                Fault::UnknownName,
            ),
            (Part::Html, endless, Some(1), Fault::Endless),
        ];
        for (part, source, line, fault) in cases {
            let problems = check(MailKind::Ending, |wording| match part {
                Part::Subject => wording.subject = (*source).to_owned(),
                Part::Text => wording.text = (*source).to_owned(),
                Part::Html => wording.html = (*source).to_owned(),
            })
            .unwrap_err();
            let [problem] = problems.as_slice() else {
                panic!("{source}: {problems:?}")
            };
            assert_eq!(
                (problem.part, problem.line, problem.fault),
                (*part, *line, *fault),
                "{source}: {problem:?}"
            );
        }
        let unknown = check(MailKind::Ending, |wording| {
            wording.text = "{{ link }}\n{% if nobody %}x{% endif %}".to_owned();
        });
        assert_eq!(unknown.unwrap_err()[0].detail, "nobody");
        let both = check(MailKind::Ending, |wording| {
            wording.subject = format!("{link} {{{{ no }}}}");
            wording.html.clear();
        });
        let parts: Vec<Part> = both.unwrap_err().iter().map(|problem| problem.part).collect();
        assert_eq!(parts, [Part::Subject, Part::Html]);
    }

    #[test]
    fn a_name_that_only_some_mails_have_is_found_in_its_samples() {
        // `paid_till` stands for nothing in one of the samples; it is a name all the same.
        let rendered = check(MailKind::Issued, |wording| {
            wording.text = "{{ link }}{% if paid_till %} {{ paid_till }}{% endif %}".to_owned();
        });
        assert_eq!(rendered.unwrap().len(), 2);
    }

    #[test]
    fn the_names_of_a_mail_are_listed_with_their_samples() {
        let names = names_of(MailKind::ValidationNeeded, Locale::En, &TimeZone::UTC, &brand());
        let of = |name: &str| names.iter().find(|one| one.name == name).cloned();
        assert!(of("steps").unwrap().is_list);
        assert_eq!(of("step.method").unwrap().samples, ["dns", "file", "email"]);
        assert_eq!(of("service").unwrap().samples, ["S-1042"]);
        assert!(of("step.content").unwrap().is_list);
        assert!(of("support").unwrap().samples.is_empty());
        assert!(of("nothing").is_none());
    }
}
