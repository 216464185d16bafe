//! The texts of mails, and rendering them.

use std::collections::HashMap;

use i18n::Locale;
use jiff::tz::TimeZone;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value, syntax::SyntaxConfig};

use crate::{Mail, MailKind, mail::one_line};

/// Steps a template may take; an operator's endless loop ends there.
const FUEL: u64 = 100_000;

macro_rules! sources {
    ($($language:literal: $($name:literal)*;)*) => {
        &[$($(($language, $name, include_str!(concat!("../templates/", $language, "/", $name))),)*)*]
    };
    ($($language:literal)*) => {
        sources!($($language:
            "layout.html" "footer.txt"
            "order_placed.txt" "order_placed.html"
            "validation_needed.txt" "validation_needed.html"
            "issued.txt" "issued.html"
            "order_failed.txt" "order_failed.html"
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

/// A part of a mail that has a text of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The subject and the plain text, in one file.
    Text,
    /// The HTML.
    Html,
}

/// Why a text does not render.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TemplateError {
    /// A text without `Subject: …` and an empty line at its start.
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
    /// What operators replaced, to put it back when a later change fails.
    sources: HashMap<String, String>,
}

impl Templates {
    /// The texts that come with the program.
    ///
    /// # Errors
    /// [`TemplateError`] when one of them is malformed, which the tests exclude.
    pub fn built_in() -> Result<Self, TemplateError> {
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
        let mut templates = Self {
            environment,
            sources: HashMap::new(),
        };
        for (language, file, source) in SOURCES {
            match file.strip_suffix(".txt").and_then(MailKind::from_word) {
                Some(kind) => templates.add_text(language, kind, source)?,
                None => templates.add(format!("{language}/{file}"), (*source).to_owned())?,
            }
        }
        Ok(templates)
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
        let mut fields = mail.fields(locale, zone);
        fields.push(("seller", one_line(&brand.seller).into()));
        fields.push((
            "support",
            brand
                .support
                .as_deref()
                .map_or_else(|| Value::from(()), |text| one_line(text).into()),
        ));
        let stem = format!("{locale}/{}", mail.kind().word());
        let subject = self.render_one(&format!("{stem}.subject"), &fields)?;
        let subject = one_line(&subject);
        fields.push(("subject", subject.as_str().into()));
        let text = self.render_one(&format!("{stem}.txt"), &fields)?;
        let html = self.render_one(&format!("{stem}.html"), &fields)?;
        Ok(Rendered { subject, text, html })
    }

    /// Replaces a text by an operator's, after every sample of its kind has been rendered with it.
    ///
    /// # Errors
    /// [`TemplateError`]; the text that was there stays.
    pub fn replace(
        &mut self,
        kind: MailKind,
        locale: Locale,
        part: Part,
        source: &str,
    ) -> Result<(), TemplateError> {
        let mut changed = self.clone();
        match part {
            Part::Text => changed.add_text(locale.code(), kind, source)?,
            Part::Html => changed.add(format!("{locale}/{}.html", kind.word()), source.to_owned())?,
        }
        let brand = Brand {
            seller: "Seller".to_owned(),
            support: None,
        };
        for mail in Mail::samples().iter().filter(|mail| mail.kind() == kind) {
            changed.render(mail, locale, &TimeZone::UTC, &brand)?;
        }
        *self = changed;
        Ok(())
    }

    /// The text as it is now, for editing.
    #[must_use]
    pub fn source(&self, kind: MailKind, locale: Locale, part: Part) -> String {
        let stem = format!("{locale}/{}", kind.word());
        let of = |name: String| self.sources.get(&name).cloned().unwrap_or_default();
        match part {
            Part::Text => format!(
                "Subject: {}\n\n{}",
                of(format!("{stem}.subject")),
                of(format!("{stem}.txt"))
            ),
            Part::Html => of(format!("{stem}.html")),
        }
    }

    /// Splits the subject off before anything is rendered, so that no value can end it.
    fn add_text(&mut self, language: &str, kind: MailKind, source: &str) -> Result<(), TemplateError> {
        let source = source.replace("\r\n", "\n");
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
            .add_template_owned(name.clone(), source.clone())
            .map_err(|source| TemplateError::Render {
                name: name.clone(),
                source,
            })?;
        self.sources.insert(name, source);
        Ok(())
    }

    fn render_one(&self, name: &str, fields: &[(&'static str, Value)]) -> Result<String, TemplateError> {
        let fields = Value::from_pairs(fields.iter().cloned());
        self.environment
            .get_template(name)
            .and_then(|template| template.render(fields))
            .map_err(|source| TemplateError::Render {
                name: name.to_owned(),
                source,
            })
    }
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
        let rendered = render(&Templates::built_in().unwrap(), &mail);
        assert!(!rendered.subject.contains(['\r', '\n']), "{}", rendered.subject);
        assert!(!rendered.html.contains("<script>"));
        assert!(rendered.html.contains("&lt;script&gt;"));
        assert!(rendered.text.contains("<script>alert(1)</script> & \"more\""));
        assert!(rendered.html.contains("Hosting &amp; Co"));
    }

    #[test]
    fn an_operator_replaces_a_text_and_gets_it_back_for_editing() {
        let mut templates = Templates::built_in().unwrap();
        let source = "Subject: Do {{ title }}\n\nNow: {{ link }}\n";
        templates
            .replace(MailKind::TaskOpened, Locale::En, Part::Text, source)
            .unwrap();
        assert_eq!(
            templates.source(MailKind::TaskOpened, Locale::En, Part::Text),
            source
        );
        let rendered = render(&templates, &task("it", "why"));
        assert_eq!(rendered.subject, "Do it");
        assert!(rendered.text.starts_with("Now: https://"));
    }

    #[test]
    fn a_text_that_does_not_render_is_refused_and_the_old_one_stays() {
        let built_in = Templates::built_in().unwrap();
        let before = render(&built_in, &task("it", "why"));
        for (part, source) in [
            (Part::Text, "no subject"),
            (Part::Text, "Subject: \n\ntext"),
            (Part::Text, "Subject: a\nb: c\n\ntext"),
            (Part::Text, "Subject: x\n\n{{ unknown }}"),
            (Part::Text, "Subject: {{ title\n\nx"),
            (
                Part::Html,
                "{% for x in range(100000) %}{% for y in range(100000) %}.{% endfor %}{% endfor %}",
            ),
            (Part::Html, "{% include 'en/no_such.html' %}"),
            (Part::Html, "{% if service %}{{ service.secret }}{% endif %}"),
        ] {
            let mut templates = built_in.clone();
            assert!(
                templates
                    .replace(MailKind::TaskOpened, Locale::En, part, source)
                    .is_err(),
                "{source}"
            );
            assert_eq!(render(&templates, &task("it", "why")), before, "{source}");
        }
    }

    #[test]
    fn errors_quote_no_values() {
        let mut templates = Templates::built_in().unwrap();
        templates
            .add(
                "en/password_reset.txt".to_owned(),
                "{{ link }}{{ nothing }}".to_owned(),
            )
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
