//! The plugin description, by which the host knows the module (protocol facts §13).

/// The file for `etc/xml`.
pub const DESCRIPTION: &str = include_str!("description.xml");

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use crate::{Failure, Kind, features, template::Templates, texts::TaskText, xml::Element};

    const NAME: &str = "pmleadertelecom";

    fn description() -> Element {
        Element::parse(DESCRIPTION).unwrap()
    }

    fn metadata(name: &str) -> Element {
        let all = description();
        let found = all
            .children()
            .find(|child| child.name == "metadata" && child.attribute("name") == Some(name));
        found.unwrap().clone()
    }

    fn fields(metadata: &Element) -> Vec<Element> {
        let page = metadata.first("form").unwrap().first("page").unwrap();
        page.children().cloned().collect()
    }

    /// Section, key and text of a language.
    fn messages(language: &str) -> BTreeMap<(String, String), String> {
        let all = description();
        let language = all
            .children()
            .find(|child| child.name == "lang" && child.attribute("name") == Some(language))
            .unwrap();
        let mut messages = BTreeMap::new();
        for section in language.children() {
            for message in section.children() {
                let key = message.attribute("name").unwrap().to_owned();
                let section = section.attribute("name").unwrap().to_owned();
                let former = messages.insert((section, key.clone()), message.content());
                assert_eq!(former, None, "{key} stands twice");
            }
        }
        messages
    }

    fn has(messages: &BTreeMap<(String, String), String>, section: &str, key: &str) -> bool {
        let found = messages.get(&(section.to_owned(), key.to_owned()));
        found.is_some_and(|text| !text.is_empty())
    }

    fn placeholders(text: &str) -> BTreeSet<String> {
        text.split("__")
            .enumerate()
            .filter(|(place, _)| place % 2 == 1)
            .map(|(_, name)| name.to_owned())
            .collect()
    }

    #[test]
    fn the_plugin_is_a_processing_module_for_certificates() {
        let all = description();
        assert_eq!(all.name, "mgrdata");
        let plugin = all.first("plugin").unwrap();
        assert_eq!(plugin.attribute("name"), Some(NAME));
        assert_eq!(plugin.content_of("group").as_deref(), Some("processing_module"));
        let kind = plugin.first("params").unwrap().first("type").unwrap();
        assert_eq!(kind.attribute("name"), Some("certificate"));
        for child in all.children() {
            assert!(
                ["plugin", "metadata", "lang"].contains(&child.name.as_str()),
                "{}",
                child.name
            );
        }
    }

    #[test]
    fn every_field_has_one_control_of_its_name() {
        for name in [format!("processing.edit.{NAME}"), format!("organization.{NAME}")] {
            let metadata = metadata(&name);
            assert_eq!(metadata.attribute("type"), Some("form"));
            for field in fields(&metadata) {
                let controls: Vec<_> = field.children().collect();
                assert_eq!(controls.len(), 1, "{field:?}");
                assert!(["input", "select"].contains(&controls[0].name.as_str()));
                assert_eq!(controls[0].attribute("name"), field.attribute("name"));
            }
        }
        let link = &fields(&metadata(&format!("processing.edit.{NAME}.createuser")))[0];
        assert_eq!(link.first("link").unwrap().attribute("name"), Some("outerlink"));
    }

    #[test]
    fn the_form_has_every_parameter_that_is_stored_and_no_other() {
        let form = fields(&metadata(&format!("processing.edit.{NAME}")));
        let names: BTreeSet<_> = form
            .iter()
            .map(|field| field.attribute("name").unwrap().to_owned())
            .collect();
        let stored: BTreeSet<_> = features::PARAMS.iter().map(|name| (*name).to_owned()).collect();
        assert_eq!(names, stored);
        for name in features::CRYPTED {
            let field = form
                .iter()
                .find(|field| field.attribute("name") == Some(name))
                .unwrap();
            assert_eq!(field.first("input").unwrap().attribute("type"), Some("password"));
        }
    }

    #[test]
    fn both_languages_say_the_same_things() {
        let (english, russian) = (messages("en"), messages("ru"));
        assert_eq!(
            english.keys().collect::<Vec<_>>(),
            russian.keys().collect::<Vec<_>>()
        );
        for (key, text) in &english {
            assert!(!text.is_empty(), "{key:?}");
            assert_eq!(placeholders(text), placeholders(&russian[key]), "{key:?}");
        }
    }

    #[test]
    fn a_wrong_value_fills_every_mark_of_its_text() {
        let key = ("msgerror".to_owned(), "msg_error_value".to_owned());
        for failure in [
            Failure::value("certificate", "csr"),
            Failure::value("period", "3").with("problem", "months"),
        ] {
            let error = failure.element();
            let params: BTreeSet<String> = error
                .children()
                .filter_map(|param| param.attribute("name").map(str::to_owned))
                .chain(["object", "value"].map(str::to_owned))
                .collect();
            let marks = placeholders(&messages("en")[&key]);
            assert!(marks.is_subset(&params), "{marks:?} {params:?}");
        }
    }

    #[test]
    fn everything_that_is_shown_has_a_text() {
        let templates = Templates::built_in();
        for messages in [messages("en"), messages("ru")] {
            for name in [format!("processing.edit.{NAME}"), format!("organization.{NAME}")] {
                for field in fields(&metadata(&name)) {
                    let field = field.attribute("name").unwrap().to_owned();
                    assert!(has(&messages, &name, &field), "{field}");
                    assert!(has(&messages, &name, &format!("hint_{field}")), "{field}");
                }
            }
            for template in templates.list() {
                assert!(
                    has(&messages, "pricelist.certificate", &template.name),
                    "{template}"
                );
            }
            for kind in Kind::ALL {
                let key = format!("msg_error_{}", kind.word());
                assert!(has(&messages, "msgerror", &key), "{key}");
            }
            for text in TaskText::ALL {
                assert!(has(&messages, "task", text.word()), "{text:?}");
            }
            for (name, _) in features::CUSTOM {
                assert!(
                    has(&messages, &format!("processing.customparam.names.{NAME}"), name),
                    "{name}"
                );
            }
            for key in ["desc_short", "desc_full", "price"] {
                assert!(has(&messages, "plugin", &format!("{key}_{NAME}")), "{key}");
            }
            assert!(has(&messages, "label_processing_modules", NAME));
            assert!(has(
                &messages,
                &format!("processing.edit.{NAME}.createuser"),
                "outerlink"
            ));
        }
    }
}
