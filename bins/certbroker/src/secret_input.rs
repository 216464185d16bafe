//! Secrets come from files or standard input, never from arguments, which other users of the machine can read.

use std::io::{self, Read as _};

use anyhow::Context as _;
use secrecy::SecretString;

/// More than any password or key has.
const MOST_BYTES: u64 = 64 * 1024;

/// Reads `@FILE` or `-`; one line break at the end is not part of the secret.
pub(crate) fn read(source: &str) -> anyhow::Result<SecretString> {
    let mut text = String::new();
    match source.strip_prefix('@') {
        Some(path) => {
            let file = std::fs::File::open(path).with_context(|| format!("opening {path}"))?;
            file.take(MOST_BYTES)
                .read_to_string(&mut text)
                .with_context(|| format!("reading {path}"))?;
        }
        None if source == "-" => {
            io::stdin()
                .lock()
                .take(MOST_BYTES)
                .read_to_string(&mut text)
                .context("reading standard input")?;
        }
        None => anyhow::bail!("give @FILE or - for standard input"),
    }
    let secret = text
        .strip_suffix('\n')
        .map_or(text.as_str(), |line| line.strip_suffix('\r').unwrap_or(line));
    anyhow::ensure!(!secret.is_empty(), "the secret from {source} is empty");
    Ok(SecretString::from(secret.to_owned()))
}
