//! The PEM text form (RFC 7468), read leniently and written strictly.

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use secrecy::SecretString;
use zeroize::Zeroizing;

const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END ";
const DASHES: &str = "-----";
const LINE: usize = 64;
const LABEL_MAX: usize = 64;

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// How lines end in written files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LineEnd {
    /// LF, for everything but Windows.
    #[default]
    Lf,
    /// CR LF, for Windows programs such as older IIS tools.
    CrLf,
}

impl LineEnd {
    fn as_str(self) -> &'static str {
        match self {
            Self::Lf => "\n",
            Self::CrLf => "\r\n",
        }
    }
}

/// One block between `BEGIN` and `END`; its body is decoded on demand, so that keys are not copied by a scan.
pub(crate) struct Block<'a> {
    pub(crate) label: &'a str,
    body: &'a str,
}

impl Block<'_> {
    pub(crate) fn is_private_key(&self) -> bool {
        self.label.ends_with("PRIVATE KEY")
    }

    /// Whether an RFC 1421 header line has the word, as in `Proc-Type: 4,ENCRYPTED`.
    pub(crate) fn has_header(&self, word: &str) -> bool {
        self.body
            .lines()
            .any(|line| line.contains(':') && line.contains(word))
    }

    pub(crate) fn decode(&self) -> Option<Zeroizing<Vec<u8>>> {
        decode_base64(self.body)
    }
}

/// The blocks of a text, and whether one was begun and not ended.
pub(crate) struct Scan<'a> {
    pub(crate) blocks: Vec<Block<'a>>,
    pub(crate) unfinished: Option<&'a str>,
}

/// Finds all blocks; text around them and the layout of lines do not matter.
pub(crate) fn scan(text: &str) -> Scan<'_> {
    let mut found = Scan {
        blocks: Vec::new(),
        unfinished: None,
    };
    let mut rest = text;
    while let Some((_, after)) = rest.split_once(BEGIN) {
        rest = after;
        let Some((label, after)) = after.split_once(DASHES) else {
            break;
        };
        if label.len() > LABEL_MAX || label.contains('\n') {
            continue;
        }
        let body = after.split(BEGIN).next().unwrap_or(after);
        let ended = body.split_once(END).filter(|(_, tail)| tail.starts_with(label));
        match ended {
            Some((body, _)) => found.blocks.push(Block { label, body }),
            None => found.unfinished = Some(label),
        }
    }
    found
}

/// Reads what was pasted or uploaded as text: UTF-8 or UTF-16 with a byte order mark, anything else as well as it goes.
pub(crate) fn text_of(input: &[u8]) -> Zeroizing<String> {
    let utf16 = |units: &mut dyn Iterator<Item = u16>| {
        char::decode_utf16(units)
            .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect()
    };
    let (pairs, _) = input.get(2..).unwrap_or_default().as_chunks::<2>();
    Zeroizing::new(match input {
        [0xff, 0xfe, ..] => utf16(&mut pairs.iter().map(|pair| u16::from_le_bytes(*pair))),
        [0xfe, 0xff, ..] => utf16(&mut pairs.iter().map(|pair| u16::from_be_bytes(*pair))),
        _ => String::from_utf8_lossy(input).into_owned(),
    })
}

/// Decodes Base64 with any white space in it; `None` for anything else.
pub(crate) fn decode_base64(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let mut compact = Zeroizing::new(String::with_capacity(text.len()));
    compact.extend(text.chars().filter(|c| !c.is_whitespace() && *c != '\u{feff}'));
    let mut der = Zeroizing::new(vec![0; compact.len() / 4 * 3 + 3]);
    let length = BASE64.decode_slice(compact.as_bytes(), &mut der).ok()?;
    der.truncate(length);
    Some(der)
}

/// Writes a block, lines of 64 characters, the last one ended too.
pub(crate) fn encode(label: &str, der: &[u8], line_end: LineEnd) -> String {
    let mut text = String::with_capacity(encoded_length(label, der.len(), line_end));
    write(&mut text, label, der, line_end);
    text
}

/// Writes a block with a secret in it, without leaving copies in memory.
pub(crate) fn encode_secret(label: &str, der: &[u8], line_end: LineEnd) -> SecretString {
    // The exact size, so that neither growing nor boxing moves the text.
    let mut text = String::with_capacity(encoded_length(label, der.len(), line_end));
    write(&mut text, label, der, line_end);
    SecretString::from(text)
}

fn write(text: &mut String, label: &str, der: &[u8], line_end: LineEnd) {
    let end = line_end.as_str();
    text.extend([BEGIN, label, DASHES, end]);
    // 48 bytes are 64 characters, so lines can be encoded one by one.
    let mut line = Zeroizing::new([0; LINE]);
    for chunk in der.chunks(LINE / 4 * 3) {
        let length = BASE64
            .encode_slice(chunk, line.as_mut_slice())
            .unwrap_or_default();
        let written = line
            .get(..length)
            .and_then(|bytes| std::str::from_utf8(bytes).ok())
            .unwrap_or_default();
        text.extend([written, end]);
    }
    text.extend([END, label, DASHES, end]);
}

fn encoded_length(label: &str, der: usize, line_end: LineEnd) -> usize {
    let end = line_end.as_str().len();
    let body = der.div_ceil(3) * 4;
    BEGIN.len() + END.len() + 2 * (label.len() + DASHES.len() + end) + body + body.div_ceil(LINE) * end
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        for length in [0, 1, 47, 48, 49, 95, 96, 97, 300] {
            let der: Vec<u8> = (0..length).map(|i| u8::try_from(i % 251).unwrap()).collect();
            for line_end in [LineEnd::Lf, LineEnd::CrLf] {
                let text = encode("THING", &der, line_end);
                assert_eq!(text.len(), encoded_length("THING", der.len(), line_end));
                assert_eq!(encode_secret("THING", &der, line_end).expose_secret(), text);
                let scan = scan(&text);
                let [block] = scan.blocks.as_slice() else {
                    panic!("{text}")
                };
                assert_eq!(
                    (block.label, block.decode().unwrap().to_vec()),
                    ("THING", der.clone())
                );
            }
        }
    }

    #[test]
    fn an_unended_block_is_noticed() {
        for text in [
            "-----BEGIN A-----\nAAAA",
            "-----BEGIN A-----\nAAAA\n-----END B-----",
        ] {
            let scan = scan(text);
            assert_eq!((scan.blocks.len(), scan.unfinished), (0, Some("A")));
        }
    }
}
