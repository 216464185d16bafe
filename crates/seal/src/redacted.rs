//! A wrapper for values that must not be shown by accident.

use std::fmt;

use serde::Deserialize;

/// Holds a value that neither `Debug` nor `Display` shows, and that cannot be serialised.
///
/// For secrets that are text use [`SecretString`](crate::SecretString), which also wipes its memory; this one serves
/// structured values: a set of settings, a request with a password in it.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(transparent)]
pub struct Redacted<T>(T);

impl<T> Redacted<T> {
    /// Wraps the value.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// Shows the value. Every call of this is a place where a secret may get out.
    pub const fn expose(&self) -> &T {
        &self.0
    }

    /// Takes the value out.
    pub fn into_exposed(self) -> T {
        self.0
    }
}

impl<T> From<T> for Redacted<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

impl<T> fmt::Debug for Redacted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl<T> fmt::Display for Redacted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_nothing_but_gives_the_value_to_who_asks_for_it() {
        let secret: Redacted<Vec<String>> = serde_json::from_str(r#"["hunter2"]"#).unwrap();
        assert_eq!(
            format!("{secret} {secret:?} {secret:#?}"),
            "[redacted] [redacted] [redacted]"
        );
        assert_eq!(secret.expose().as_slice(), ["hunter2"]);
        assert_eq!(secret.into_exposed(), ["hunter2"]);
    }
}
