//! The texts of all languages against each other, and the sources of the workspace against the texts.

use std::{fs, path::Path};

use certbroker_i18n::{Locale, catalogue::Catalogue, scan};

fn catalogues() -> [(Locale, Catalogue); 2] {
    Locale::ALL.map(|locale| (locale, Catalogue::of(locale)))
}

#[test]
fn every_text_file_is_understood_and_no_key_is_defined_twice() {
    for (locale, catalogue) in catalogues() {
        assert!(catalogue.faults.is_empty(), "{locale}: {:#?}", catalogue.faults);
        assert!(catalogue.texts.len() > 10, "{locale} has texts");
    }
}

#[test]
fn every_key_exists_in_every_language_in_the_same_area_with_the_same_arguments() {
    let all = catalogues();
    let mut faults = Vec::new();
    for (locale, catalogue) in &all {
        for (other, others) in &all {
            for (key, text) in &catalogue.texts {
                match others.texts.get(key) {
                    None => faults.push(format!(
                        "`{key}` ({}.ftl, {locale}) is missing in {other}",
                        text.area
                    )),
                    Some(same) if same.arguments != text.arguments => {
                        faults.push(format!(
                            "`{key}`: {locale} {:?}, {other} {:?}",
                            text.arguments, same.arguments
                        ));
                    }
                    Some(same) if same.area != text.area => {
                        faults.push(format!(
                            "`{key}`: {locale} in {}.ftl, {other} in {}.ftl",
                            text.area, same.area
                        ));
                    }
                    Some(_) => {}
                }
            }
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn plural_selections_name_every_category_of_their_language() {
    for (locale, catalogue) in catalogues() {
        let wanted: &[&str] = match locale {
            Locale::En => &["one", "other"],
            Locale::Ru => &["one", "few", "many", "other"],
        };
        for (key, text) in &catalogue.texts {
            for categories in &text.plurals {
                for category in wanted {
                    assert!(
                        categories.contains(*category),
                        "{locale}: `{key}` has no `{category}`"
                    );
                }
            }
        }
    }
}

#[test]
fn texts_refer_only_to_texts_that_exist_and_have_no_attributes() {
    for (locale, catalogue) in catalogues() {
        for (key, text) in &catalogue.texts {
            assert!(!text.has_attributes, "{locale}: `{key}` has attributes");
            for reference in &text.references {
                assert!(
                    catalogue.texts.contains_key(reference),
                    "{locale}: `{key}` refers to `{reference}`"
                );
            }
        }
    }
}

#[test]
fn every_key_in_the_sources_of_the_workspace_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut unknown = Vec::new();
    for group in ["crates", "bins"] {
        for entry in fs::read_dir(root.join(group)).unwrap() {
            let sources = entry.unwrap().path().join("src");
            // Its own examples are no uses.
            if sources.is_dir() && !sources.ends_with("i18n/src") {
                unknown.extend(scan::unknown_keys(&sources).unwrap());
            }
        }
    }
    assert!(unknown.is_empty(), "{unknown:#?}");
}

#[test]
fn the_keys_of_this_crate_exist() {
    let durations =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/durations.rs")).unwrap();
    let keys = scan::keys_in(&durations);
    assert!(keys.len() >= 15, "the scan finds the keys: {keys:?}");
    for used in keys {
        assert!(certbroker_i18n::exists(Locale::Ru, &used.key), "{}", used.key);
    }
}
