//! The texts of mails, and rendering them.

use std::sync::LazyLock;

use i18n::Locale;
use jiff::tz::TimeZone;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value, syntax::SyntaxConfig};

use crate::{
    Mail, MailKind,
    mail::one_line,
    wording::{Part, Wording},
};

/// Steps a template may take; an operator's endless loop ends there.
const FUEL: u64 = 100_000;

macro_rules! sources {
    ($($language:literal: $($name:literal)*;)*) => {
        &[$($(($language, $name, include_str!(concat!("../templates/", $language, "/", $name))),)*)*]
    };
    ($($language:literal)*) => {
        sources!($($language:
            "layout.html" "footer.txt" "steps.txt" "steps.html"
            "order_placed.txt" "order_placed.html"
            "validation_needed.txt" "validation_needed.html"
            "issued.txt" "issued.html"
            "order_failed.txt" "order_failed.html"
            "reissued.txt" "reissued.html"
            "reissue_needs_you.txt" "reissue_needs_you.html"
            "ending.txt" "ending.html"
            "prolonged.txt" "prolonged.html"
            "not_enough_money.txt" "not_enough_money.html"
            "method_changed.txt" "method_changed.html"
            "closed.txt" "closed.html"
            "suspended.txt" "suspended.html"
            "resumed.txt" "resumed.html"
            "confirm_address.txt" "confirm_address.html"
            "password_reset.txt" "password_reset.html"
            "module_balance_low.txt" "module_balance_low.html"
            "task_opened.txt" "task_opened.html";
        )*)
    };
}

/// Language, file and content of the texts that come with the program.
const SOURCES: &[(&str, &str, &str)] = sources!("en" "ru");

/// Who sends: shown in every mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Brand {
    /// The seller's name.
    pub seller: String,
    /// Where questions go: an address or a page.
    pub support: Option<String>,
}

/// A rendered mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// One line, without control characters.
    pub subject: String,
    /// The plain text.
    pub text: String,
    /// The same as HTML.
    pub html: String,
}

/// Why a text does not render.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TemplateError {
    /// A shipped text without `Subject: …` and an empty line at its start.
    #[error("the text of `{kind}` must start with a line `Subject: …` and an empty line", kind = .0.word())]
    NoSubject(MailKind),
    /// Wrong syntax, a name that the mail does not have, or too many steps.
    #[error("the template {name} does not render")]
    Render {
        /// Language, kind and part.
        name: String,
        /// Where and why.
        #[source]
        source: minijinja::Error,
    },
}

/// The texts of all mails in all languages.
#[derive(Debug, Clone)]
pub struct Templates {
    environment: Environment<'static>,
}

static BUILT_IN: LazyLock<Result<Templates, TemplateError>> = LazyLock::new(Templates::read);

impl Templates {
    /// The texts that come with the program, read once.
    ///
    /// # Errors
    /// [`TemplateError`] when one of them is malformed, which the tests exclude.
    pub fn built_in() -> Result<&'static Self, &'static TemplateError> {
        BUILT_IN.as_ref()
    }

    /// Renders a mail in its reader's language; times are shown in the given zone.
    ///
    /// # Errors
    /// [`TemplateError::Render`] for an operator's text that does not fit.
    pub fn render(
        &self,
        mail: &Mail,
        locale: Locale,
        zone: &TimeZone,
        brand: &Brand,
    ) -> Result<Rendered, TemplateError> {
        let mut fields = fields(mail, locale, zone, brand);
        let subject = one_line(&self.render_part(mail.kind(), locale, Part::Subject, &fields)?);
        fields.push(("subject", subject.as_str().into()));
        Ok(Rendered {
            text: self.render_part(mail.kind(), locale, Part::Text, &fields)?,
            html: self.render_part(mail.kind(), locale, Part::Html, &fields)?,
            subject,
        })
    }

    /// These texts with another wording of one mail. Its syntax is read; whether it renders is seen when it does, or by
    /// [`Wording::check`].
    ///
    /// # Errors
    /// [`TemplateError::Render`] for wrong syntax.
    pub fn reworded(&self, kind: MailKind, locale: Locale, wording: &Wording) -> Result<Self, TemplateError> {
        let mut changed = self.clone();
        for part in Part::ALL {
            changed.add(part.template(kind, locale), wording.part(part).to_owned())?;
        }
        Ok(changed)
    }

    /// The wording of a mail as it is now, for editing.
    #[must_use]
    pub fn wording(&self, kind: MailKind, locale: Locale) -> Wording {
        let of = |part: Part| {
            let found = self.environment.get_template(&part.template(kind, locale));
            found
                .map(|template| template.source().to_owned())
                .unwrap_or_default()
        };
        Wording {
            subject: of(Part::Subject),
            text: of(Part::Text),
            html: of(Part::Html),
        }
    }

    /// Renders one part, with the names of [`fields`].
    pub(crate) fn render_part(
        &self,
        kind: MailKind,
        locale: Locale,
        part: Part,
        fields: &[(&'static str, Value)],
    ) -> Result<String, TemplateError> {
        let name = part.template(kind, locale);
        let fields = Value::from_pairs(fields.iter().cloned());
        self.environment
            .get_template(&name)
            .and_then(|template| template.render(fields))
            .map_err(|source| TemplateError::Render { name, source })
    }

    fn read() -> Result<Self, TemplateError> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_fuel(Some(FUEL));
        // Errors then quote no values.
        environment.set_debug(false);
        environment.set_syntax(syntax()?);
        // Subjects and texts are plain; everything else that may ever be added is escaped.
        environment.set_auto_escape_callback(|name| match name.rsplit_once('.') {
            Some((_, "txt" | "subject")) => AutoEscape::None,
            _ => AutoEscape::Html,
        });
        let mut templates = Self { environment };
        for (language, file, source) in SOURCES {
            match file.strip_suffix(".txt").and_then(MailKind::from_word) {
                Some(kind) => templates.add_shipped(language, kind, source)?,
                None => templates.add(format!("{language}/{file}"), (*source).to_owned())?,
            }
        }
        Ok(templates)
    }

    /// Splits the subject off before anything is rendered, so that no value can end it.
    fn add_shipped(&mut self, language: &str, kind: MailKind, source: &str) -> Result<(), TemplateError> {
        let (subject, text) = source
            .split_once("\n\n")
            .and_then(|(first, text)| Some((first.strip_prefix("Subject: ")?, text)))
            .filter(|(subject, _)| !subject.contains('\n') && !subject.trim().is_empty())
            .ok_or(TemplateError::NoSubject(kind))?;
        self.add(format!("{language}/{}.subject", kind.word()), subject.to_owned())?;
        self.add(format!("{language}/{}.txt", kind.word()), text.to_owned())
    }

    fn add(&mut self, name: String, source: String) -> Result<(), TemplateError> {
        self.environment
            .add_template_owned(name.clone(), source)
            .map_err(|source| TemplateError::Render { name, source })
    }
}

/// What a template may use but for `subject`, which only text and HTML may.
pub(crate) fn fields(
    mail: &Mail,
    locale: Locale,
    zone: &TimeZone,
    brand: &Brand,
) -> Vec<(&'static str, Value)> {
    let mut fields = mail.fields(locale, zone);
    let support = brand.support.as_deref();
    fields.push(("seller", one_line(&brand.seller).into()));
    fields.push((
        "support",
        support.map_or_else(|| Value::from(()), |text| one_line(text).into()),
    ));
    fields
}

/// Lines that hold only a block tag leave no line in the mail.
fn syntax() -> Result<SyntaxConfig, TemplateError> {
    let syntax = SyntaxConfig::builder()
        .trim_blocks(true)
        .lstrip_blocks(true)
        .build();
    syntax.map_err(|source| TemplateError::Render {
        name: "syntax".to_owned(),
        source,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::TaskOpened;

    fn brand() -> Brand {
        Brand {
            seller: "Hosting & Co".to_owned(),
            support: Some("help@example.com".to_owned()),
        }
    }

    fn task(title: &str, reason: &str) -> Mail {
        Mail::TaskOpened(TaskOpened {
            title: title.to_owned(),
            reason: reason.to_owned(),
            ..TaskOpened::sample()
        })
    }

    fn render(templates: &Templates, mail: &Mail) -> Rendered {
        templates
            .render(mail, Locale::En, &TimeZone::UTC, &brand())
            .unwrap()
    }

    #[test]
    fn values_never_become_markup_or_headers() {
        let mail = task(
            "x\r\nBcc: all@example.com",
            "<script>alert(1)</script> & \"more\"",
        );
        let rendered = render(Templates::built_in().unwrap(), &mail);
        assert!(!rendered.subject.contains(['\r', '\n']), "{}", rendered.subject);
        assert!(!rendered.html.contains("<script>"));
        assert!(rendered.html.contains("&lt;script&gt;"));
        assert!(rendered.text.contains("<script>alert(1)</script> & \"more\""));
        assert!(rendered.html.contains("Hosting &amp; Co"));
    }

    #[test]
    fn another_wording_changes_one_mail_in_one_language_and_can_be_edited_further() {
        let shipped = Templates::built_in().unwrap();
        let wording = Wording {
            subject: "Do {{ title }}".to_owned(),
            text: "Now: {{ link }}\n".to_owned(),
            ..shipped.wording(MailKind::TaskOpened, Locale::En)
        };
        let changed = shipped
            .reworded(MailKind::TaskOpened, Locale::En, &wording)
            .unwrap();
        assert_eq!(changed.wording(MailKind::TaskOpened, Locale::En), wording);
        let rendered = render(&changed, &task("it", "why"));
        assert_eq!(rendered.subject, "Do it");
        assert!(rendered.text.starts_with("Now: https://"));
        assert_ne!(render(shipped, &task("it", "why")), rendered);
        for (kind, locale) in [(MailKind::TaskOpened, Locale::Ru), (MailKind::Issued, Locale::En)] {
            assert_eq!(changed.wording(kind, locale), shipped.wording(kind, locale));
        }
    }

    #[test]
    fn errors_quote_no_values() {
        let shipped = Templates::built_in().unwrap();
        let wording = Wording {
            text: "{{ link }}{{ nothing }}".to_owned(),
            ..shipped.wording(MailKind::PasswordReset, Locale::En)
        };
        let templates = shipped
            .reworded(MailKind::PasswordReset, Locale::En, &wording)
            .unwrap();
        let mail = Mail::samples()
            .into_iter()
            .find(|mail| mail.kind() == MailKind::PasswordReset)
            .unwrap();
        let error = templates
            .render(&mail, Locale::En, &TimeZone::UTC, &brand())
            .unwrap_err();
        let text = format!("{error:?} {error}");
        assert!(
            text.contains("en/password_reset.txt") && !text.contains("token=sample"),
            "{text}"
        );
    }
}
