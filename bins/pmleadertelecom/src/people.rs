//! What people start: `install`, `uninstall`, `purchase`.

use std::process::ExitCode;

/// Words that come in the place of options; the host never gives one.
pub(crate) fn is_word(word: &str) -> bool {
    matches!(word, "install" | "uninstall" | "purchase")
}

/// Does it.
pub(crate) fn run(_word: &str, _rest: &[String]) -> ExitCode {
    ExitCode::FAILURE
}
