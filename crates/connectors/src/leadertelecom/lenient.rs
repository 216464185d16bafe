//! Reading JSON whose shape nobody public has confirmed: by aliases, with numbers as strings, in or out of envelopes
//! (reference §8.1 #1-4, §8.2). Nothing here fails on a missing field; whether one is needed is for the caller to say.

use std::{fmt, str::FromStr};

use jiff::{
    Timestamp,
    civil::{Date, DateTime},
};
use rust_decimal::Decimal;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// Keys under which a single object may be wrapped.
const ROOTS: &[&str] = &[
    "order",
    "preorder",
    "certificate",
    "ssl_certificate",
    "data",
    "result",
];

/// How deep envelopes are opened.
const DEEPEST: u8 = 3;

/// The fields of one object, read by aliases in their order.
#[derive(Clone, Copy)]
pub(super) struct Fields<'a>(pub(super) &'a Map<String, Value>);

impl<'a> Fields<'a> {
    /// The first alias with a value that is neither null nor empty.
    pub(super) fn value(self, aliases: &[&str]) -> Option<&'a Value> {
        let is_given = |value: &&Value| match value {
            Value::Null => false,
            Value::String(text) => !text.trim().is_empty(),
            _ => true,
        };
        aliases
            .iter()
            .find_map(|alias| self.0.get(*alias).filter(is_given))
    }

    pub(super) fn text(self, aliases: &[&str]) -> Option<String> {
        aliases.iter().find_map(|alias| scalar(self.0.get(*alias)?))
    }

    /// An id that is safe as a part of a path.
    pub(super) fn id(self, aliases: &[&str]) -> Option<String> {
        aliases.iter().find_map(|alias| id(self.0.get(*alias)?))
    }

    pub(super) fn count(self, aliases: &[&str]) -> Option<u32> {
        let number = self.decimal(aliases)?;
        if number.fract().is_zero() {
            number.try_into().ok()
        } else {
            None
        }
    }

    pub(super) fn decimal(self, aliases: &[&str]) -> Option<Decimal> {
        aliases
            .iter()
            .find_map(|alias| decimal(&scalar(self.0.get(*alias)?)?))
    }

    pub(super) fn date(self, aliases: &[&str]) -> Option<Date> {
        aliases
            .iter()
            .find_map(|alias| date(&scalar(self.0.get(*alias)?)?))
    }

    pub(super) fn moment(self, aliases: &[&str]) -> Option<Moment> {
        aliases
            .iter()
            .find_map(|alias| Moment::parse(&scalar(self.0.get(*alias)?)?))
    }

    pub(super) fn is_true(self, aliases: &[&str]) -> Option<bool> {
        let word = self.text(aliases)?.to_ascii_lowercase();
        match word.as_str() {
            "true" | "1" | "yes" => Some(true),
            "false" | "0" | "no" => Some(false),
            _ => None,
        }
    }

    /// A list of texts: an array, or one text with commas, semicolons or white space between.
    pub(super) fn texts(self, aliases: &[&str]) -> Vec<String> {
        match self.value(aliases) {
            Some(Value::Array(values)) => values.iter().filter_map(scalar).collect(),
            Some(Value::Object(map)) => map.values().filter_map(scalar).collect(),
            Some(value) => scalar(value)
                .unwrap_or_default()
                .split([',', ';', ' ', '\n'])
                .map(str::trim)
                .filter(|part| !part.is_empty())
                .map(str::to_owned)
                .collect(),
            None => Vec::new(),
        }
    }
}

/// When something happened, as far as the text tells it. A time without zone is not taken for UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Moment {
    Exact(Timestamp),
    WithoutZone(DateTime),
}

impl Moment {
    fn parse(text: &str) -> Option<Self> {
        if let Ok(exact) = text.parse::<Timestamp>() {
            return Some(Self::Exact(exact));
        }
        if let Ok(civil) = text.parse::<DateTime>() {
            return Some(Self::WithoutZone(civil));
        }
        date(text).map(|date| Self::WithoutZone(date.to_datetime(jiff::civil::Time::midnight())))
    }

    pub(super) const fn exact(self) -> Option<Timestamp> {
        match self {
            Self::Exact(instant) => Some(instant),
            Self::WithoutZone(_) => None,
        }
    }
}

/// A string, number or boolean as text; nothing else, and nothing empty.
pub(super) fn scalar(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Bool(is_true) => is_true.to_string(),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}

fn id(value: &Value) -> Option<String> {
    let text = scalar(value)?;
    let text = text.strip_suffix(".0").unwrap_or(&text);
    let is_safe = text.len() <= 40
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    (is_safe && text != "0").then(|| text.to_owned())
}

/// A decimal number, exactly. An exponent is understood; NaN and infinity are not numbers.
pub(super) fn decimal(text: &str) -> Option<Decimal> {
    let text = text.trim();
    Decimal::from_str_exact(text)
        .or_else(|_| Decimal::from_scientific(text))
        .ok()
}

/// The date in `2026-11-23`, `2026-11-23T10:00:00+03:00` or `23.11.2026`, as written: a date stays a date.
fn date(text: &str) -> Option<Date> {
    let iso = text.get(..10).and_then(|day| Date::from_str(day).ok());
    iso.or_else(|| Date::strptime("%d.%m.%Y", text.get(..10)?).ok())
}

/// The object in an answer: bare, under a known root, or the only element of a list.
pub(super) fn object(value: &Value) -> Option<&Map<String, Value>> {
    object_at(value, DEEPEST)
}

fn object_at(value: &Value, depth: u8) -> Option<&Map<String, Value>> {
    let depth = depth.checked_sub(1)?;
    match value {
        Value::Array(values) => match values.as_slice() {
            [only] => object_at(only, depth),
            _ => None,
        },
        Value::Object(map) => {
            let wrapped = ROOTS
                .iter()
                .find_map(|root| map.get(*root).filter(|value| value.is_object()));
            let is_wrapper = wrapped.is_some() && !map.contains_key("id") && !map.contains_key("status");
            match wrapped {
                Some(inner) if is_wrapper => object_at(inner, depth),
                _ => Some(map),
            }
        }
        _ => None,
    }
}

/// The elements of a list: an array, an envelope around one, or an index-keyed map. `None` when it is no list at all.
pub(super) fn list(value: &Value) -> Option<Vec<&Value>> {
    list_at(value, DEEPEST)
}

fn list_at(value: &Value, depth: u8) -> Option<Vec<&Value>> {
    let depth = depth.checked_sub(1)?;
    match value {
        Value::Array(values) => Some(values.iter().collect()),
        Value::Object(map) if !map.is_empty() && map.keys().all(|key| is_index(key)) => {
            let mut pairs: Vec<(u64, &Value)> = map
                .iter()
                .filter_map(|(key, value)| Some((key.parse().ok()?, value)))
                .collect();
            pairs.sort_by_key(|(index, _)| *index);
            Some(pairs.into_iter().map(|(_, value)| value).collect())
        }
        Value::Object(map) => {
            let mut lists = map.values().filter_map(|value| match value {
                Value::Array(_) | Value::Object(_) => list_at(value, depth),
                _ => None,
            });
            let only = lists.next()?;
            lists.next().is_none().then_some(only)
        }
        _ => None,
    }
}

fn is_index(key: &str) -> bool {
    !key.is_empty() && key.len() < 12 && key.bytes().all(|byte| byte.is_ascii_digit())
}

/// Reads a list of any length one element at a time, so that 50 000 rows do not stand in memory at once. Scalars beside
/// the list (`"error"`, `"success"`) are returned.
///
/// # Errors
/// Text that is no JSON, or JSON that is neither list nor envelope.
pub(super) fn each_row(
    bytes: &[u8],
    mut row: impl FnMut(Map<String, Value>),
) -> Result<Map<String, Value>, serde_json::Error> {
    let mut beside = Map::new();
    let mut is_list = false;
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    Rows {
        row: &mut row,
        beside: &mut beside,
        is_list: &mut is_list,
        depth: DEEPEST,
    }
    .deserialize(&mut deserializer)?;
    deserializer.end()?;
    if is_list || !beside.is_empty() {
        return Ok(beside);
    }
    Err(serde::de::Error::custom(
        "neither a list nor an envelope around one",
    ))
}

struct Rows<'a, F> {
    row: &'a mut F,
    beside: &'a mut Map<String, Value>,
    is_list: &'a mut bool,
    depth: u8,
}

impl<'de, F: FnMut(Map<String, Value>)> DeserializeSeed<'de> for Rows<'_, F> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, F: FnMut(Map<String, Value>)> Visitor<'de> for Rows<'_, F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list or an envelope around one")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        *self.is_list = true;
        while let Some(element) = elements.next_element::<Value>()? {
            if let Value::Object(element) = element {
                (self.row)(element);
            }
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        while let Some(key) = entries.next_key::<String>()? {
            if is_index(&key) {
                *self.is_list = true;
                if let Value::Object(element) = entries.next_value::<Value>()? {
                    (self.row)(element);
                }
            } else if matches!(
                key.as_str(),
                "error" | "errors" | "success" | "message" | "status"
            ) {
                let value = entries.next_value::<Value>()?;
                self.beside.insert(key, value);
            } else if let Some(depth) = self.depth.checked_sub(1) {
                let (row, beside, is_list) = (&mut *self.row, &mut *self.beside, &mut *self.is_list);
                entries.next_value_seed(Rows {
                    row,
                    beside,
                    is_list,
                    depth,
                })?;
            } else {
                entries.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_list_is_found_in_every_envelope() {
        let rows = json!([{"id": 1}, {"id": 2}]);
        for answer in [
            rows.clone(),
            json!({"products": rows}),
            json!({"data": rows, "page": 1}),
            json!({"data": {"products": rows}}),
            json!({"0": {"id": 1}, "1": {"id": 2}}),
            json!({"data": {"0": {"id": 1}, "1": {"id": 2}}}),
        ] {
            let ids: Vec<_> = list(&answer)
                .unwrap()
                .iter()
                .filter_map(|row| row["id"].as_u64())
                .collect();
            assert_eq!(ids, [1, 2], "{answer}");

            let mut read = Vec::new();
            each_row(answer.to_string().as_bytes(), |row| {
                read.push(Fields(&row).id(&["id"]).unwrap());
            })
            .unwrap();
            assert_eq!(read, ["1", "2"], "{answer}");
        }
        assert!(list(&json!({"a": [1], "b": [2]})).is_none());
        assert!(list(&json!("text")).is_none());
        assert!(each_row(b"\"text\"", |_| {}).is_err());
        assert!(each_row(b"[{}", |_| {}).is_err());
    }

    #[test]
    fn the_order_of_an_index_keyed_map_is_numeric() {
        let answer = json!({"10": "c", "2": "b", "0": "a"});
        assert_eq!(list(&answer).unwrap(), [&json!("a"), &json!("b"), &json!("c")]);
    }

    #[test]
    fn an_object_is_found_under_its_root() {
        for answer in [
            json!({"id": 5}),
            json!({"order": {"id": 5}}),
            json!({"data": {"order": {"id": 5}}}),
            json!([{"id": 5}]),
            json!({"id": 5, "order": {"id": 6}}),
        ] {
            assert_eq!(object(&answer).unwrap()["id"], 5, "{answer}");
        }
    }

    #[test]
    fn scalars_are_read_from_strings_and_numbers() {
        let value = json!({"a": 120_044, "b": "120044", "c": 120_044.0, "d": "../x", "e": "8.40", "f": 8.4, "g": "NaN",
            "h": "2026-11-23T10:00:00+03:00", "i": "2026-11-23 10:00:00", "j": "23.11.2026", "k": "1", "l": false});
        let fields = Fields(value.as_object().unwrap());
        for key in ["a", "b", "c"] {
            assert_eq!(fields.id(&["missing", key]).as_deref(), Some("120044"), "{key}");
            assert_eq!(fields.count(&[key]), Some(120_044));
        }
        assert_eq!(fields.id(&["d"]), None);
        assert_eq!(fields.decimal(&["e"]), fields.decimal(&["f"]));
        assert_eq!(fields.decimal(&["g"]), None);
        assert_eq!(
            fields.moment(&["h"]).unwrap().exact(),
            "2026-11-23T07:00:00Z".parse().ok()
        );
        assert_eq!(fields.moment(&["i"]).unwrap().exact(), None);
        for key in ["h", "i", "j"] {
            assert_eq!(
                fields.date(&[key]),
                Some(jiff::civil::date(2026, 11, 23)),
                "{key}"
            );
        }
        assert_eq!(
            (
                fields.is_true(&["k"]),
                fields.is_true(&["l"]),
                fields.is_true(&["e"])
            ),
            (Some(true), Some(false), None)
        );
    }

    #[test]
    fn fifty_thousand_rows_are_read_one_by_one() {
        let row = r#"{"id":1,"domain_name":"www.example.com","status":"issued"}"#;
        let text = format!("[{}]", vec![row; 50_000].join(","));
        let mut count = 0;
        each_row(text.as_bytes(), |_| count += 1).unwrap();
        assert_eq!(count, 50_000);
    }

    proptest! {
        #[test]
        fn nothing_from_outside_panics(bytes in prop::collection::vec(any::<u8>(), 0..200), text in ".{0,60}") {
            let _ = each_row(&bytes, |_| {});
            if let Ok(value) = serde_json::from_slice::<Value>(&bytes) {
                let _ = (list(&value), object(&value));
            }
            let value = json!({ "x": text });
            let fields = Fields(value.as_object().unwrap());
            let _ = (fields.id(&["x"]), fields.decimal(&["x"]), fields.date(&["x"]), fields.moment(&["x"]), fields.texts(&["x"]));
        }
    }
}
