//! Forms that are read from a file: the organisation of an OV or EV order, the contact.

use std::path::Path;

use anyhow::Context as _;
use domain::contact::Organisation;
use serde::de::DeserializeOwned;

use crate::exit::Refused;

/// Reads an organisation from TOML, or from JSON when the file's name ends so.
///
/// # Errors
/// The file cannot be read, or a field is missing or unknown; the message names it.
pub(crate) fn read(path: &Path) -> anyhow::Result<Organisation> {
    read_form(path)
}

/// Reads a form from TOML, or from JSON when the file's name ends so.
///
/// # Errors
/// The file cannot be read, or a field is missing or unknown; the message names it.
pub(super) fn read_form<T: DeserializeOwned>(path: &Path) -> anyhow::Result<T> {
    let text = std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    let is_json = path
        .extension()
        .is_some_and(|ending| ending.eq_ignore_ascii_case("json"));
    let read = if is_json {
        serde_json::from_str(&text).map_err(|error| error.to_string())
    } else {
        use figment::providers::{Format as _, Toml};
        figment::Figment::from(Toml::string(&text))
            .extract()
            .map_err(|error| error.to_string())
    };
    read.map_err(|problem| Refused(format!("{}: {problem}", path.display())).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOML: &str = "name = \"Example BV\"\ncountry = \"NL\"\nregion = \"Noord-Holland\"\ncity = \"Amsterdam\"\nstreet = \
                        \"Damrak 1\"\npostal_code = \"1012 LG\"\nphone = \"+31 20 1234567\"\nregistration_number = \
                        \"12345678\"\n";

    #[test]
    fn both_forms_are_read_and_a_missing_field_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let toml = folder.path().join("org.toml");
        std::fs::write(&toml, TOML).unwrap();
        let read_toml = read(&toml).unwrap();
        let json = folder.path().join("org.json");
        std::fs::write(&json, serde_json::to_vec(&read_toml).unwrap()).unwrap();
        assert_eq!(read(&json).unwrap(), read_toml);
        std::fs::write(&toml, "name = \"Example BV\"\n").unwrap();
        assert!(read(&toml).unwrap_err().to_string().contains("country"));
    }
}
