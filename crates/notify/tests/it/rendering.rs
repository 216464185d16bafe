//! All kinds × samples × languages, as snapshots.

use certbroker_notify::{Brand, Mail, Rendered, Templates};
use i18n::Locale;
use jiff::tz::TimeZone;

fn brand() -> Brand {
    Brand {
        seller: "Example Hosting".to_owned(),
        support: Some("support@example.com".to_owned()),
    }
}

fn all() -> Vec<(String, Locale, Mail, Rendered)> {
    let templates = Templates::built_in().unwrap();
    let mut rendered = Vec::new();
    for locale in Locale::ALL {
        for (index, mail) in Mail::samples().into_iter().enumerate() {
            let content = templates.render(&mail, locale, &TimeZone::UTC, &brand()).unwrap();
            rendered.push((
                format!("{locale}_{index:02}_{}", mail.kind().word()),
                locale,
                mail,
                content,
            ));
        }
    }
    rendered
}

#[test]
fn every_mail_reads_as_its_snapshot() {
    for (name, _, _, content) in all() {
        insta::assert_snapshot!(
            name,
            format!(
                "Subject: {}\n\n{}\n{}",
                content.subject, content.text, content.html
            )
        );
    }
}

#[test]
fn every_mail_has_one_link_and_names_what_it_is_about() {
    for (name, _, mail, content) in all() {
        let stored = serde_json::to_value(&mail).unwrap();
        let link = stored["link"].as_str().unwrap();
        assert_eq!(content.text.matches("https://").count(), 1, "{name}");
        assert!(content.text.contains(link), "{name}");
        assert_eq!(content.html.matches("<a href=").count(), 1, "{name}");
        for key in ["service", "task", "module"] {
            if let Some(about) = stored[key].as_str() {
                assert!(
                    content.text.contains(about) && content.html.contains(about),
                    "{name}"
                );
                assert!(content.subject.contains(about), "{name}: {}", content.subject);
            }
        }
        assert!(
            content.text.contains("Next step: ") || content.text.contains("Следующий шаг: "),
            "{name}"
        );
    }
}

#[test]
fn every_fact_in_the_text_is_in_the_html_too() {
    // Numbers, dates, amounts, names and addresses: words with a digit or a point or an at inside.
    let is_fact = |word: &&str| word.contains(|c: char| c.is_ascii_digit() || matches!(c, '.' | '@'));
    for (name, _, _, content) in all() {
        let html = plain(&content.html);
        let words = content
            .text
            .split_whitespace()
            .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()));
        let facts: Vec<&str> = words.filter(is_fact).collect();
        let missing: Vec<_> = facts.iter().filter(|fact| !html.contains(**fact)).collect();
        assert!(!facts.is_empty() && missing.is_empty(), "{name}: {missing:?}");
    }
}

#[test]
fn html_is_well_formed_and_has_its_language() {
    for (name, locale, _, content) in all() {
        assert!(content.html.starts_with("<!doctype html>"), "{name}");
        assert!(
            content.html.contains(&format!("<html lang=\"{locale}\">")),
            "{name}"
        );
        assert_eq!(unclosed(&content.html), Vec::<String>::new(), "{name}");
    }
}

#[test]
fn a_seller_without_support_leaves_no_gap() {
    let templates = Templates::built_in().unwrap();
    let brand = Brand {
        seller: "Example Hosting".to_owned(),
        support: None,
    };
    for mail in Mail::samples() {
        let content = templates
            .render(&mail, Locale::En, &TimeZone::UTC, &brand)
            .unwrap();
        assert!(
            !content.text.contains("Questions") && !content.text.contains("none"),
            "{}",
            content.text
        );
    }
}

/// The text between the tags, as a browser shows it.
fn plain(html: &str) -> String {
    let body = html.split("<body").nth(1).unwrap();
    let pieces = body
        .split('<')
        .map(|piece| piece.split_once('>').map_or("", |(_, text)| text));
    pieces
        .collect::<Vec<_>>()
        .join(" ")
        .replace("&#x2f;", "/")
        .replace("&quot;", "\"")
        .replace("&amp;", "&")
}

/// Tags that are closed in the wrong order or not at all.
fn unclosed(html: &str) -> Vec<String> {
    const EMPTY: [&str; 3] = ["meta", "br", "hr"];
    let mut open: Vec<String> = Vec::new();
    for piece in html.split('<').skip(1) {
        let tag = piece.split('>').next().unwrap();
        let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap();
        if tag.starts_with('!') || EMPTY.contains(&name) {
            continue;
        }
        if !tag.starts_with('/') {
            open.push(name.to_owned());
        } else if open.pop().as_deref() != Some(name) {
            return vec![format!("</{name}> closes nothing")];
        }
    }
    open
}
