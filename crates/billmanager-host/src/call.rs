//! A call of `mgrctl`: its words in, its answer out.

use serde_json::{Map, Value, json};

use crate::document::Element;

/// A call as it was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The function, such as `service.saveparam`.
    pub function: String,
    /// Its parameters in their order.
    pub params: Vec<(String, String)>,
    /// `SSH_CONNECTION` of the caller: the module's name, where it says so.
    pub initiator: String,
    /// Process that started `mgrctl`.
    pub(crate) caller: u32,
}

/// A call with what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedCall {
    /// The call.
    pub call: Call,
    /// The error's type, when it was refused.
    pub refused: Option<String>,
}

/// How the caller wants the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Text,
    Xml,
    Json,
}

/// What `mgrctl` is asked.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Request {
    Call(Call, Format),
    /// `-i`: which parameters a function has.
    Describe(String),
}

/// What a function answers.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// `<ok/>`.
    Done,
    /// A form's values.
    Fields(Vec<(String, String)>),
    /// A list whose elements hold one value each.
    List(Vec<(String, String)>),
}

/// What a function refuses with.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) kind: &'static str,
    pub(crate) object: String,
    pub(crate) value: String,
}

impl Refusal {
    pub(crate) fn missed(object: &str) -> Self {
        Self::new("missed", object, "")
    }

    pub(crate) fn value(object: &str, value: &str) -> Self {
        Self::new("value", object, value)
    }

    pub(crate) fn new(kind: &'static str, object: &str, value: &str) -> Self {
        Self {
            kind,
            object: object.to_owned(),
            value: value.to_owned(),
        }
    }
}

impl From<sqlx_core::error::Error> for Refusal {
    fn from(error: sqlx_core::error::Error) -> Self {
        Self::new("db", "query", &error.to_string())
    }
}

impl From<crate::error::HostError> for Refusal {
    fn from(error: crate::error::HostError) -> Self {
        Self::new("exception", "host", &error.to_string())
    }
}

impl Request {
    /// Reads the words after `mgrctl`. `-m` must name `billmgr`; `-R`, `-l` and `-u` are no calls and refused.
    pub(crate) fn parse(caller: u32, initiator: String, words: Vec<String>) -> Result<Self, Refusal> {
        let mut words = words.into_iter();
        let mut manager = None;
        let mut format = Format::Text;
        let mut describe = false;
        let function = loop {
            let word = words.next().ok_or_else(|| Refusal::missed("func"))?;
            match word.as_str() {
                "-m" => manager = words.next(),
                "-o" => format = Format::named(&words.next().unwrap_or_default())?,
                "-i" => describe = true,
                other if other.starts_with('-') => return Err(Refusal::value("option", other)),
                other if describe && other.starts_with("lang=") => {}
                _ => break word,
            }
        };
        if manager.as_deref() != Some("billmgr") {
            return Err(Refusal::value("manager", &manager.unwrap_or_default()));
        }
        if describe {
            return Ok(Self::Describe(function));
        }
        let mut params = Vec::new();
        for word in words {
            let (name, value) = word
                .split_once('=')
                .ok_or_else(|| Refusal::value("parameter", &word))?;
            match name {
                "out" => format = Format::named(value)?,
                _ => params.push((name.to_owned(), value.to_owned())),
            }
        }
        let call = Call {
            function,
            params,
            initiator,
            caller,
        };
        Ok(Self::Call(call, format))
    }
}

impl Call {
    /// The value of a parameter.
    pub fn param(&self, name: &str) -> Option<&str> {
        self.params
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// The value of a parameter that must be there.
    pub(crate) fn required(&self, name: &str) -> Result<&str, Refusal> {
        self.param(name).ok_or_else(|| Refusal::missed(name))
    }

    /// An id that must be there.
    pub(crate) fn id(&self, name: &str) -> Result<i64, Refusal> {
        let text = self.required(name)?;
        text.parse().map_err(|_| Refusal::value(name, text))
    }
}

impl Format {
    fn named(word: &str) -> Result<Self, Refusal> {
        match word {
            "" | "text" => Ok(Self::Text),
            "xml" | "devel" => Ok(Self::Xml),
            "json" | "bjson" => Ok(Self::Json),
            _ => Err(Refusal::value("out", word)),
        }
    }

    /// What `mgrctl` prints.
    pub(crate) fn render(self, function: &str, answer: &Result<Answer, Refusal>) -> String {
        match self {
            Self::Xml => to_element(function, answer).to_xml(),
            Self::Json => format!("{}\n", to_json(function, answer)),
            Self::Text => to_text(answer),
        }
    }
}

fn to_element(function: &str, answer: &Result<Answer, Refusal>) -> Element {
    let document = Element::new("doc")
        .attribute("lang", "en")
        .attribute("func", function)
        .attribute("binary", "/billmgr")
        .attribute("host", "http://");
    match answer {
        Ok(Answer::Done) => document.child(Element::new("ok")),
        Ok(Answer::Fields(fields)) => fields.iter().fold(document, |document, (name, value)| {
            document.child(Element::new(name).text(value))
        }),
        Ok(Answer::List(list)) => list.iter().fold(document, |document, (name, value)| {
            document.child(Element::new("elem").child(Element::new(name).text(value)))
        }),
        Err(refusal) => document.child(refusal.to_element()),
    }
}

impl Refusal {
    fn to_element(&self) -> Element {
        let mut error = Element::new("error")
            .attribute("type", self.kind)
            .attribute("object", &self.object)
            .attribute("value", &self.value)
            .attribute("lang", "en");
        for (name, text) in [("object", &self.object), ("value", &self.value)] {
            if !text.is_empty() {
                error = error.child(Element::new("param").attribute("name", name).text(text));
            }
        }
        error.child(Element::new("msg").text(self.message()))
    }

    fn message(&self) -> String {
        match self.kind {
            "missed" => format!("The {} does not exist", self.object),
            "value" => format!("The field {} has an invalid value: {}", self.object, self.value),
            kind => format!("{kind}: {} {}", self.object, self.value),
        }
    }
}

fn to_json(function: &str, answer: &Result<Answer, Refusal>) -> Value {
    match answer {
        Ok(Answer::Done) => json!({ "func": function, "ok": true }),
        Ok(Answer::Fields(fields)) => {
            let model: Map<String, Value> = fields
                .iter()
                .map(|(name, value)| (name.clone(), Value::from(value.as_str())))
                .collect();
            json!({ "model": model })
        }
        Ok(Answer::List(list)) => {
            let elements: Vec<Value> = list
                .iter()
                .map(|(name, value)| json!({ name.as_str(): value }))
                .collect();
            json!({ "elem": elements })
        }
        Err(refusal) => json!({ "error": {
            "type": refusal.kind, "object": refusal.object, "value": refusal.value, "msg": refusal.message(),
        } }),
    }
}

fn to_text(answer: &Result<Answer, Refusal>) -> String {
    match answer {
        Ok(Answer::Done) => "OK\n".to_owned(),
        Ok(Answer::Fields(pairs) | Answer::List(pairs)) => {
            let lines: Vec<String> = pairs
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            lines.join("\n") + "\n"
        }
        Err(refusal) => format!("ERROR {}({}): {}\n", refusal.kind, refusal.object, refusal.value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Request, Refusal> {
        Request::parse(7, "pmx".into(), line.split(' ').map(str::to_owned).collect())
    }

    #[test]
    fn the_three_dialects_of_callers_are_read() {
        for (line, format) in [
            (
                "-m billmgr -o xml service.setstatus elid=5 service_status=3",
                Format::Xml,
            ),
            (
                "-m billmgr service.setstatus elid=5 service_status=3 out=bjson",
                Format::Json,
            ),
            (
                "-m billmgr service.setstatus elid=5 service_status=3",
                Format::Text,
            ),
        ] {
            let Ok(Request::Call(call, found)) = parse(line) else {
                panic!("{line}")
            };
            assert_eq!((call.function.as_str(), found), ("service.setstatus", format));
            assert_eq!(call.id("elid"), Ok(5));
        }
        assert_eq!(
            parse("-m billmgr -i lang=en service.saveparam"),
            Ok(Request::Describe("service.saveparam".into()))
        );
    }

    #[test]
    fn a_call_that_is_none_is_refused() {
        for line in [
            "-m ispmgr paramlist",
            "paramlist",
            "-m billmgr",
            "-m billmgr -R",
            "-m billmgr f word",
        ] {
            assert!(parse(line).is_err(), "{line}");
        }
    }

    #[test]
    fn answers_have_the_shapes_that_modules_read() {
        let task = Ok(Answer::Fields(vec![("task_type".into(), "postopen".into())]));
        let refused = Err(Refusal::missed("item"));
        let shown = [Format::Xml, Format::Json, Format::Text]
            .into_iter()
            .flat_map(|format| {
                [
                    format.render("service.postopen", &Ok(Answer::Done)),
                    format.render("task.gettype", &task),
                    format.render("service.postopen", &refused),
                    format.render(
                        "paramlist",
                        &Ok(Answer::List(vec![("DBHost".into(), "localhost".into())])),
                    ),
                ]
            })
            .collect::<String>();
        insta::assert_snapshot!(shown);
    }
}
