//! The fields of a response: from XML, JSON, or lines of a log.

use crate::text::xml::push_text;
use alloc::borrow::ToOwned as _;
use alloc::string::String;
use alloc::vec::Vec;
use quick_xml::Reader;
use quick_xml::events::Event;

/// The number of fields that are kept. No server sends as many.
const MAX_FIELDS: usize = 64;

/// The number of levels of JSON that are read.
const MAX_DEPTH: usize = 4;

/// The starts of XML in other text, with the first element that is known.
const XML_STARTS: [&str; 8] = [
    "<?xml",
    "<Error",
    "<Code>",
    "<Message>",
    "<StringToSign>",
    "<CanonicalRequest>",
    "<html",
    "<!DOCTYPE",
];

/// Fields that SDKs write into their logs as `Name: value`.
const LOGGED: [&str; 3] = [
    "HeadersNotSigned",
    "ClientComputedContentSHA256",
    "S3ComputedContentSHA256",
];

/// The texts of a response with the names of their elements or members.
#[derive(Clone, Default)]
pub(super) struct Fields {
    pairs: Vec<(String, String)>,
    /// The element within which the text ends.
    pub(super) cut: Option<String>,
}

impl Fields {
    pub(super) fn read(body: &str) -> Self {
        let mut fields = Fields::default();
        fields.read_text(body, 0);
        fields
    }

    /// Returns the first field of a name, ignoring case.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let mut pairs = self.pairs.iter();
        let (_, value) = pairs.find(|(known, _)| known.eq_ignore_ascii_case(name))?;
        Some(value)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// Reads XML or JSON, which can be anywhere in a text and within each other.
    fn read_text(&mut self, text: &str, depth: usize) {
        if depth > MAX_DEPTH {
            return;
        }
        let starts = XML_STARTS.iter().filter_map(|start| text.find(start));
        let start = starts.min();
        // A message in XML can quote JSON, and JSON can contain XML.
        let is_json = text.starts_with(['"', '[']) && text.ends_with(['"', ']']);
        let has_json_before = |xml| text.find('{').is_some_and(|json| json < xml);
        if start.is_none_or(|xml| is_json || has_json_before(xml))
            && let Some(value) = find_json(text)
        {
            self.read_json(&value, depth);
            return;
        }
        // The tree of a browser has signs that fold elements.
        if text.contains("<-") && text.contains("Code>") {
            self.read_text(&text.replace("<-", "<"), depth.saturating_add(1));
            return;
        }
        let Some(start) = start else {
            self.read_lines(text);
            return;
        };
        let xml = text.get(start..).unwrap_or_default();
        // Elsewhere a message can quote `\n`.
        let is_escaped = ["\\\"", "<\\/", ">\\n"]
            .iter()
            .any(|escape| xml.contains(escape));
        let is_text_to_sign = ["<StringToSign>", "<CanonicalRequest>"]
            .iter()
            .any(|start| xml.starts_with(start));
        let is_escaped = is_escaped || is_text_to_sign;
        if is_escaped {
            let plain = xml
                .replace("\\\"", "\"")
                .replace("<\\/", "</")
                .replace("\\n", "\n");
            self.read_xml(&plain);
        } else {
            self.read_xml(xml);
        }
    }

    fn read_xml(&mut self, body: &str) {
        let mut reader = Reader::from_str(body);
        reader.config_mut().check_end_names = false;
        reader.config_mut().allow_unmatched_ends = true;
        let mut text = String::new();
        let mut open = String::new();
        loop {
            match reader.read_event() {
                Ok(Event::Start(start)) => {
                    text.clear();
                    let name = start.local_name();
                    open = String::from_utf8_lossy(name.as_ref()).into_owned();
                }
                Ok(Event::End(end)) => {
                    let name = end.local_name();
                    let name = String::from_utf8_lossy(name.as_ref()).into_owned();
                    if !text.trim().is_empty() {
                        self.add(name, core::mem::take(&mut text));
                    }
                    text.clear();
                    open.clear();
                }
                Ok(Event::Eof) | Err(_) => break,
                Ok(event) => {
                    // A reference that can't be decoded is left out.
                    let _ = push_text(&event, &mut text);
                }
            }
        }
        // The text may be cut off within an element.
        let is_shown = matches!(&*open, "CanonicalRequest" | "StringToSign" | "Message");
        if is_shown && !text.trim().is_empty() {
            self.cut = Some(open.clone());
            self.add(open, text);
        }
    }

    fn read_json(&mut self, value: &serde_json::Value, depth: usize) {
        use serde_json::Value;
        if depth > MAX_DEPTH {
            return;
        }
        let next = depth.saturating_add(1);
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    match value {
                        Value::String(text) if is_nested(text) => self.read_text(text, next),
                        Value::String(text) => self.add(name.clone(), text.clone()),
                        // OData has a message as `{"lang": …, "value": …}`.
                        Value::Object(inner) if inner.contains_key("lang") => {
                            let text = inner.get("value").and_then(Value::as_str);
                            self.add(name.clone(), text.unwrap_or_default().to_owned());
                        }
                        _ => self.read_json(value, next),
                    }
                }
            }
            Value::Array(values) => values.iter().for_each(|value| self.read_json(value, next)),
            Value::String(text) => self.read_text(text, next),
            _ => {}
        }
    }

    fn add(&mut self, name: String, value: String) {
        if self.pairs.len() < MAX_FIELDS {
            self.pairs.push((name, value));
        }
    }

    /// Reads the fields that a log has as `Name: value`.
    fn read_lines(&mut self, text: &str) {
        for name in LOGGED {
            let value = text.split_once(name).and_then(|(_, rest)| {
                let value = rest.strip_prefix(": ")?.trim_start_matches('\'');
                value.split([' ', '\n', '\'', '"']).next()
            });
            let value = value.map(|value| value.trim_end_matches(','));
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                self.add(name.to_owned(), value.to_owned());
            }
        }
    }
}

/// Returns whether the text of a member of JSON is itself XML or JSON.
fn is_nested(text: &str) -> bool {
    text.contains("<Code>") || text.starts_with("{\"")
}

/// Returns the first JSON object of a text, or the text that is a JSON string.
fn find_json(text: &str) -> Option<serde_json::Value> {
    /// Each start may cost a reading of the whole text.
    const MAX_STARTS: usize = 4;
    let is_whole = text.starts_with(['"', '[']);
    if is_whole && let Ok(value) = serde_json::from_str(text) {
        return Some(value);
    }
    let mut starts = text.match_indices('{').take(MAX_STARTS);
    starts.find_map(|(start, _)| {
        let values = serde_json::Deserializer::from_str(text.get(start..)?);
        let value = values.into_iter::<serde_json::Value>().next()?.ok()?;
        value
            .as_object()
            .is_some_and(|object| !object.is_empty())
            .then_some(value)
    })
}
