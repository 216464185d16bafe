//! Request parameters: query, form and JSON merged into one tree, PHP brackets included.
//!
//! The public client sends everything in the query, encoded by PHP's `http_build_query`; vendors' examples use form
//! bodies; others send JSON. All three are read and merged, the query wins. Lists may come as JSON arrays, as
//! `items[][x]` or as index-keyed maps (`items[0][x]`), which a Ruby server would see as a map.

use domain::DomainName;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

/// More nesting than any request of the API has.
const DEEPEST: usize = 8;
/// More parameters than any request of the API has.
const MOST: usize = 5_000;

/// A tree of parameters.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Params(Map<String, Value>);

/// Why parameters cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ParamsError {
    #[error("request body is not valid JSON")]
    Json,
    #[error("request body is not an object")]
    NotAnObject,
    #[error("too many parameters")]
    TooMany,
    #[error("{0} is invalid")]
    Invalid(String),
    #[error("{0} is missing")]
    Missing(String),
}

impl Params {
    /// Merges query and body; of a name that both give, the query's value counts.
    ///
    /// The media type hardly matters: the public client sends `Content-Type: json` with an empty body, so the
    /// body's first character decides between JSON and form.
    pub(crate) fn merge(query: &str, body: &[u8]) -> Result<Self, ParamsError> {
        let mut tree = parse_body(body)?;
        merge_maps(&mut tree, parse_pairs(query)?);
        Ok(Self(tree))
    }

    /// The parameters of the query alone.
    pub(crate) fn of_query(query: &str) -> Result<Self, ParamsError> {
        parse_pairs(query).map(Self)
    }

    /// Parameters with these texts.
    pub(crate) fn from_texts<'a>(texts: impl IntoIterator<Item = (&'a str, String)>) -> Self {
        Self(
            texts
                .into_iter()
                .map(|(name, text)| (name.to_owned(), Value::String(text)))
                .collect(),
        )
    }

    /// The text of a scalar; null, an empty text and a missing one are the same: nothing.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        self.0
            .get(name)
            .and_then(scalar_text)
            .filter(|text| !text.is_empty())
    }

    pub(crate) fn required_text(&self, name: &str) -> Result<String, ParamsError> {
        self.text(name)
            .ok_or_else(|| ParamsError::Missing(name.to_owned()))
    }

    pub(crate) fn integer(&self, name: &str) -> Result<Option<i64>, ParamsError> {
        self.text(name)
            .map(|text| {
                text.trim()
                    .parse()
                    .map_err(|_| ParamsError::Invalid(name.to_owned()))
            })
            .transpose()
    }

    pub(crate) fn required_integer(&self, name: &str) -> Result<i64, ParamsError> {
        self.integer(name)?
            .ok_or_else(|| ParamsError::Missing(name.to_owned()))
    }

    /// A count; negative ones are invalid, a missing one is nothing.
    pub(crate) fn count(&self, name: &str) -> Result<Option<u32>, ParamsError> {
        self.integer(name)?
            .map(|count| u32::try_from(count).map_err(|_| ParamsError::Invalid(name.to_owned())))
            .transpose()
    }

    /// PHP's booleans: `1`, `true` and `on` are true; everything else is not.
    pub(crate) fn flag(&self, name: &str) -> bool {
        self.text(name)
            .is_some_and(|text| matches!(text.as_str(), "1" | "true" | "on"))
    }

    pub(crate) fn domain_name(&self, name: &str) -> Result<Option<DomainName>, ParamsError> {
        self.text(name)
            .map(|text| {
                DomainName::parse(&text).map_err(|e| ParamsError::Invalid(format!("{name} {text:?} ({e})")))
            })
            .transpose()
    }

    /// Domain names separated by commas, white space or line ends, or a list of them.
    pub(crate) fn domain_names(&self, name: &str) -> Result<Vec<DomainName>, ParamsError> {
        let parse = |text: &str| {
            DomainName::parse(text).map_err(|e| ParamsError::Invalid(format!("{name} {text:?} ({e})")))
        };
        let texts: Vec<String> = match self.0.get(name) {
            Some(value @ (Value::Array(_) | Value::Object(_))) => {
                elements(value).into_iter().filter_map(scalar_text).collect()
            }
            Some(value) => scalar_text(value).into_iter().collect(),
            None => Vec::new(),
        };
        texts
            .iter()
            .flat_map(|text| text.split([',', ' ', '\n', '\r', '\t']))
            .filter(|part| !part.is_empty())
            .map(parse)
            .collect()
    }

    /// A nested map, empty when missing.
    pub(crate) fn map(&self, name: &str) -> Self {
        match self.0.get(name) {
            Some(Value::Object(map)) => Self(map.clone()),
            _ => Self::default(),
        }
    }

    /// The maps of a list, whichever way the list came.
    pub(crate) fn maps(&self, name: &str) -> Vec<Self> {
        let Some(value) = self.0.get(name) else {
            return Vec::new();
        };
        elements(value)
            .into_iter()
            .filter_map(|element| element.as_object().cloned().map(Self))
            .collect()
    }

    /// The pairs of a flat map.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&str, String)> {
        self.0
            .iter()
            .filter_map(|(name, value)| Some((name.as_str(), scalar_text(value)?)))
    }

    pub(crate) fn contains(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// These parameters, with those of `defaults` where this has none.
    pub(crate) fn or(mut self, defaults: &Self) -> Self {
        for (name, value) in &defaults.0 {
            self.0.entry(name.clone()).or_insert_with(|| value.clone());
        }
        self
    }
}

fn scalar_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        // PHP writes true as 1 and false as 0.
        Value::Bool(flag) => Some(if *flag { "1" } else { "0" }.to_owned()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// The elements of an array, or of an index-keyed map in the order of the indices.
fn elements(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(elements) => elements.iter().collect(),
        Value::Object(map) => {
            let mut indexed: Vec<(u64, &Value)> = map
                .iter()
                .filter_map(|(key, value)| Some((key.parse().ok()?, value)))
                .collect();
            indexed.sort_by_key(|(index, _)| *index);
            indexed.into_iter().map(|(_, value)| value).collect()
        }
        _ => Vec::new(),
    }
}

fn parse_body(body: &[u8]) -> Result<Map<String, Value>, ParamsError> {
    let text = body.trim_ascii();
    match text.first() {
        None => Ok(Map::new()),
        Some(b'{' | b'[') => match serde_json::from_slice(text) {
            Ok(Value::Object(map)) => Ok(map),
            Ok(_) => Err(ParamsError::NotAnObject),
            Err(_) => Err(ParamsError::Json),
        },
        Some(_) => parse_pairs(&String::from_utf8_lossy(text)),
    }
}

fn parse_pairs(text: &str) -> Result<Map<String, Value>, ParamsError> {
    let mut tree = Map::new();
    for (count, pair) in text.split('&').filter(|pair| !pair.is_empty()).enumerate() {
        if count >= MOST {
            return Err(ParamsError::TooMany);
        }
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let name = decode(name);
        let path = split_brackets(&name);
        if path.len() > DEEPEST {
            return Err(ParamsError::Invalid(name.chars().take(60).collect()));
        }
        insert(&mut tree, &path, decode(value));
    }
    Ok(tree)
}

fn decode(text: &str) -> String {
    percent_decode_str(&text.replace('+', " "))
        .decode_utf8_lossy()
        .into_owned()
}

/// `order[items][0][csr]` → `order`, `items`, `0`, `csr`; an odd bracket belongs to the name.
fn split_brackets(name: &str) -> Vec<&str> {
    let Some((root, rest)) = name.split_once('[').filter(|(root, _)| !root.is_empty()) else {
        return vec![name];
    };
    let Some(inner) = rest.strip_suffix(']') else {
        return vec![name];
    };
    std::iter::once(root).chain(inner.split("][")).collect()
}

fn insert(map: &mut Map<String, Value>, path: &[&str], value: String) {
    let Some((first, rest)) = path.split_first() else {
        return;
    };
    if rest.is_empty() {
        map.insert((*first).to_owned(), Value::String(value));
        return;
    }
    let child = map.entry((*first).to_owned()).or_insert(Value::Null);
    insert_below(child, rest, value);
}

fn insert_below(node: &mut Value, path: &[&str], value: String) {
    let Some((first, rest)) = path.split_first() else {
        return;
    };
    if !first.is_empty() {
        if !node.is_object() {
            *node = Value::Object(Map::new());
        }
        if let Value::Object(map) = node {
            insert(map, path, value);
        }
        return;
    }
    if !node.is_array() {
        *node = Value::Array(Vec::new());
    }
    let Value::Array(list) = node else { return };
    if rest.is_empty() {
        list.push(Value::String(value));
        return;
    }
    // As Rack does it: a name that the last element already has begins the next element.
    let fits_last = list.last().is_some_and(|last| {
        last.as_object()
            .zip(rest.first())
            .is_some_and(|(map, name)| !map.contains_key(*name) || rest.len() > 1)
    });
    if !fits_last {
        list.push(Value::Object(Map::new()));
    }
    if let Some(last) = list.last_mut() {
        insert_below(last, rest, value);
    }
}

/// Lays `over` on `base`; maps that both have are merged, of everything else `over` wins.
fn merge_maps(base: &mut Map<String, Value>, over: Map<String, Value>) {
    for (name, value) in over {
        match (base.get_mut(&name), value) {
            (Some(Value::Object(below)), Value::Object(above)) => merge_maps(below, above),
            (_, value) => {
                base.insert(name, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn merged(query: &str, body: &str) -> Value {
        Value::Object(Params::merge(query, body.as_bytes()).unwrap().0)
    }

    #[test]
    fn reads_the_brackets_of_php() {
        let query = "order%5Bcompany%5D=A%20B&order%5Bitems%5D%5B0%5D%5Bnomenclature_id%5D=296\
                     &order%5Bitems%5D%5B0%5D%5Badditional_validation_emails%5D%5Bshop.example.net%5D=a%40example.net";
        let params = Params::of_query(query).unwrap();
        let order = params.map("order");
        assert_eq!(order.text("company").as_deref(), Some("A B"));
        let items = order.maps("items");
        assert_eq!(items.len(), 1);
        assert_eq!(items[0].integer("nomenclature_id"), Ok(Some(296)));
        let emails = items[0].map("additional_validation_emails");
        assert_eq!(
            emails.pairs().collect::<Vec<_>>(),
            [("shop.example.net", "a@example.net".to_owned())]
        );
    }

    #[test]
    fn a_list_may_come_in_three_ways_and_in_any_order_of_indices() {
        for (query, body) in [
            ("items[10][x]=b&items[2][x]=a", ""),
            ("items[][x]=a&items[][x]=b", ""),
            ("", r#"{"items":[{"x":"a"},{"x":"b"}]}"#),
            ("", r#"{"items":{"1":{"x":"b"},"0":{"x":"a"}}}"#),
        ] {
            let params = Params::merge(query, body.as_bytes()).unwrap();
            let texts: Vec<_> = params
                .maps("items")
                .iter()
                .filter_map(|item| item.text("x"))
                .collect();
            assert_eq!(texts, ["a", "b"], "{query}{body}");
        }
    }

    #[test]
    fn query_wins_over_body_and_maps_are_merged() {
        assert_eq!(
            merged("a=1&order[x]=q", r#"{"a":2,"b":3,"order":{"x":"b","y":"b"}}"#),
            json!({"a": "1", "b": 3, "order": {"x": "q", "y": "b"}})
        );
        assert_eq!(merged("a=1", "a=2&c=+d%2B"), json!({"a": "1", "c": " d+"}));
    }

    #[test]
    fn an_empty_body_is_nothing_and_bad_json_is_an_error() {
        assert_eq!(merged("", "  "), json!({}));
        assert_eq!(Params::merge("", b"{\"a\":"), Err(ParamsError::Json));
        assert_eq!(Params::merge("", b"[1]"), Err(ParamsError::NotAnObject));
    }

    #[test]
    fn scalars_are_read_leniently_and_counts_strictly() {
        let params = Params::merge("", br#"{"a":5,"b":"x","c":true,"d":null,"e":-1,"f":""}"#).unwrap();
        assert_eq!(params.integer("a"), Ok(Some(5)));
        assert_eq!(params.integer("b"), Err(ParamsError::Invalid("b".into())));
        assert!(params.flag("c"));
        assert_eq!((params.text("d"), params.text("f")), (None, None));
        assert_eq!(params.count("e"), Err(ParamsError::Invalid("e".into())));
        assert_eq!(params.required_text("g"), Err(ParamsError::Missing("g".into())));
    }

    #[test]
    fn names_come_with_commas_or_as_a_list() {
        for body in [
            r#"{"n":"a.example.com, b.example.com"}"#,
            r#"{"n":["a.example.com","b.example.com"]}"#,
            r#"{"n":"a.example.com\nb.example.com,"}"#,
        ] {
            let names = Params::merge("", body.as_bytes())
                .unwrap()
                .domain_names("n")
                .unwrap();
            assert_eq!(
                names.iter().map(DomainName::as_str).collect::<Vec<_>>(),
                ["a.example.com", "b.example.com"]
            );
        }
        assert!(
            Params::merge("n=localhost", b"")
                .unwrap()
                .domain_names("n")
                .is_err()
        );
    }

    #[test]
    fn deep_and_long_parameters_are_refused() {
        assert!(Params::of_query(&format!("a{}=1", "[b]".repeat(20))).is_err());
        assert_eq!(Params::of_query(&"a=1&".repeat(5_001)), Err(ParamsError::TooMany));
    }

    proptest! {
        #[test]
        fn no_input_panics(query in "[ab\\[\\]=&%+0-9]{0,60}", body in proptest::collection::vec(any::<u8>(), 0..60)) {
            let _ = Params::merge(&query, &body);
        }
    }
}
