//! Policies with arbitrary text: this crate and others parse what was written, and no text escapes
//! from the markup.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use html5gum::{Token, Tokenizer};
use presign::post::{Condition, HtmlOptions, Key, Policy, PostPolicy, PresignedPost, Upload};
use presign::s3::Bucket;
use presign::verify::VerifyErrorKind;
use presign::{Credentials, SignatureVersion, Timestamp};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::Value;
use std::time::Duration;

fn now() -> Timestamp {
    "20130524T000000Z".parse().unwrap()
}

fn sign(v2: bool, describe: impl FnOnce(&Bucket) -> PostPolicy<'_>) -> PresignedPost {
    let credentials = Credentials::new("AKIDEXAMPLE", "a/secret+key").unwrap();
    let version = if v2 {
        SignatureVersion::V2
    } else {
        SignatureVersion::V4
    };
    let bucket = Bucket::builder("examplebucket", "eu-central-1")
        .signature_version(version)
        .build()
        .unwrap();
    let hour = Duration::from_secs(3600);
    describe(&bucket)
        .presign(&credentials, hour, now())
        .unwrap()
}

/// Any text that a browser can send, with many characters that are special in HTML, scripts and
/// JSON.
fn value() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => any::<char>().prop_map(String::from),
        2 => prop::sample::select(vec![
            "\"", "'", "<", ">", "&", "\r\n", "&quot;", "&#10;", "</script>", "<!--", "-->", "]]>", "\u{2028}",
            "\u{2029}", "\\", "\\u003c", "`", "${x}", "\u{7f}", "\u{85}", "\u{9f}", "\u{fffe}", "\u{feff}", "😀", "\u{c}",
            "\u{b}", "\t", " ", "=", "/>", "\u{1}",
        ]).prop_map(String::from),
    ];
    vec(piece, 0..12).prop_map(|pieces| {
        // Lone line breaks, NUL and the variable for the file's name are rejected.
        let text = pieces.concat().replace('\0', "").replace("${filename}", "");
        text.replace("\r\n", "\u{0}")
            .replace(['\r', '\n'], "")
            .replace('\0', "\r\n")
    })
}

fn name() -> impl Strategy<Value = String> {
    let any = vec(any::<char>(), 1..6).prop_map(String::from_iter);
    let text = prop_oneof![any, "[\"'<>&= a-z/]{1,8}".prop_map(String::from)];
    text.prop_map(|text| format!("x-amz-meta-{}", text.replace(char::is_control, "")))
}

#[derive(Clone, Debug)]
struct Sketch {
    key: Key,
    fields: Vec<(String, String)>,
    open: Vec<(String, String)>,
    range: Option<(u64, u64)>,
}

fn sketch() -> impl Strategy<Value = Sketch> {
    let exact = value().prop_filter_map("an empty key", |key| {
        (!key.is_empty()).then(|| Key::exact(key))
    });
    let key = prop_oneof![exact, value().prop_map(Key::starts_with)];
    let range = proptest::option::of(any::<(u64, u64)>());
    let lists = (vec((name(), value()), 0..6), vec((name(), value()), 0..3));
    (key, lists, range).prop_map(|(key, (mut fields, mut open), range)| {
        let mut names = std::collections::HashSet::new();
        let mut fresh = |field: &(String, String)| names.insert(field.0.to_ascii_lowercase());
        fields.retain(&mut fresh);
        open.retain(&mut fresh);
        Sketch {
            key,
            fields,
            open,
            range: range.map(|(one, two)| (one.min(two), one.max(two))),
        }
    })
}

impl Sketch {
    fn sign(&self, v2: bool) -> PresignedPost {
        sign(v2, |bucket| {
            let mut policy = bucket.post_policy(self.key.clone());
            for (name, value) in &self.fields {
                policy = policy.field(name, value);
            }
            for (name, prefix) in &self.open {
                policy = policy.starts_with(name, prefix);
            }
            if let Some((min, max)) = self.range {
                policy = policy.content_length_range(min..=max);
            }
            policy
        })
    }
}

/// Returns whether a condition is exact and has this field and value.
fn is_exact(condition: Option<&Condition>, name: &str, text: &str) -> bool {
    matches!(condition, Some(Condition::Eq { field, value, .. }) if field == name && value == text)
}

/// Returns the start tags of a document, with their attributes in order.
fn tags(html: &str) -> Vec<(String, Vec<(String, String)>)> {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    Tokenizer::new(html)
        .filter_map(|token| match token {
            Ok(Token::StartTag(tag)) => {
                let attributes = tag.attributes.iter();
                let attributes = attributes.map(|(name, value)| (text(name), text(value)));
                Some((text(&tag.name), attributes.collect()))
            }
            _ => None,
        })
        .collect()
}

fn attribute<'a>(attributes: &'a [(String, String)], name: &str) -> &'a str {
    let found = attributes.iter().find(|(own, _)| own == name);
    found.map_or("", |(_, value)| value)
}

proptest! {
    #[test]
    fn a_written_policy_is_parsed(sketch in sketch(), v2: bool) {
        let form = sketch.sign(v2);
        let policy = Policy::from_json(form.policy()).unwrap();
        prop_assert_eq!(policy.expiration(), form.expires_at());
        prop_assert!(form.policy().bytes().all(|byte| (b' '..=b'~').contains(&byte)));

        let mut conditions = policy.conditions();
        for (name, value) in &sketch.fields {
            prop_assert!(is_exact(conditions.next(), name, value));
        }
        for (name, text) in &sketch.open {
            let Some(Condition::StartsWith { field, prefix, .. }) = conditions.next() else {
                return Err(TestCaseError::fail("no starts-with"));
            };
            prop_assert_eq!((field, prefix), (name, text));
        }
        if let Some((min, max)) = sketch.range {
            prop_assert_eq!(conditions.next(), Some(&Condition::ContentLengthRange(min..=max)));
        }
        // Another crate parses the same policy from the field.
        let (_, encoded) = form.fields().find(|(name, _)| *name == "policy").unwrap();
        let decoded = BASE64.decode(encoded).unwrap();
        prop_assert_eq!(&decoded, form.policy().as_bytes());
        let theirs: Value = serde_json::from_slice(&decoded).unwrap();
        let theirs = theirs["conditions"].as_array().unwrap();
        prop_assert_eq!(theirs.len(), policy.conditions().count());
        for (ours, theirs) in sketch.fields.iter().zip(theirs) {
            prop_assert_eq!(&theirs[&ours.0], &ours.1);
        }
    }

    /// A condition that another crate writes, with any escapes and spaces, is parsed and then
    /// written in one notation.
    #[test]
    fn conditions_of_another_writer_are_parsed(field in name(), value in value()) {
        let array = serde_json::json!(["eq", format!("${field}"), value]);
        let object = serde_json::json!({ (field.clone()): value });
        for json in [
            array.to_string(),
            serde_json::to_string_pretty(&array).unwrap(),
            object.to_string(),
            serde_json::to_string_pretty(&object).unwrap(),
        ] {
            let condition: Condition = json.parse().unwrap();
            prop_assert!(is_exact(Some(&condition), &field, &value));
        }
    }

    #[test]
    fn no_text_panics(text in "[\\[\\]{}\",:$\\\\ua-e0-9 ]{0,40}", anything: String) {
        for text in [text, anything] {
            let _ = text.parse::<Condition>();
            let _ = Policy::from_json(&text);
            let _ = Policy::from_json(&format!("{{\"expiration\": {text}"));
            let _ = Policy::from_base64(&text);
        }
    }

    /// A form's own fields pass its check, with any file and any value of an open field.
    #[test]
    fn a_form_passes_its_own_check(sketch in sketch(), v2: bool, size: u64, file in "[^/\\\\]{1,9}") {
        let form = sketch.sign(v2);
        let (min, max) = sketch.range.unwrap_or((0, u64::MAX));
        let open: Vec<_> = form.open_fields().map(|(name, prefix)| (name, format!("{prefix}more"))).collect();
        let upload = |size| {
            let open = open.iter().map(|(name, value)| (*name, value.as_str()));
            Upload::new("examplebucket", size).file_name(&file).fields(form.fields()).fields(open)
        };
        let policy = Policy::from_json(form.policy()).unwrap();
        // A value that isn't valid in a header is rejected.
        let mut names = form.fields().map(|(name, _)| name).chain(open.iter().map(|(name, _)| *name));
        let is_broken = |name: &str| upload(min).value(name).unwrap().contains(['\r', '\n', '\0']);
        if names.any(is_broken) {
            let kind = policy.check(&upload(min), now()).map_err(|error| error.kind());
            prop_assert_eq!(kind, Err(VerifyErrorKind::Malformed));
            return Ok(());
        }
        prop_assert_eq!(policy.check(&upload(size.clamp(min, max)), now()), Ok(()));
        prop_assert_eq!(policy.check(&upload(size), now()).is_ok(), (min..=max).contains(&size));
        for (name, value) in &sketch.fields {
            let changed = form.fields().map(|(own, value)| (if own == name { "X-Ignore-it" } else { own }, value));
            let changed = Upload::new("examplebucket", min).file_name(&file).fields(changed);
            prop_assert!(policy.check(&changed, now()).is_err(), "{} = {:?}", name, value);
        }
    }

    #[test]
    fn html_contains_the_fields(sketch in sketch(), v2: bool) {
        let form = sketch.sign(v2);
        for html in [form.to_html(), form.to_html_page()] {
            let tags = tags(&html);
            let forms: Vec<_> = tags.iter().filter(|(name, _)| name == "form").collect();
            prop_assert_eq!(forms.len(), 1);
            prop_assert_eq!(attribute(&forms[0].1, "action"), form.url());
            prop_assert_eq!(attribute(&forms[0].1, "method"), "post");
            prop_assert_eq!(attribute(&forms[0].1, "enctype"), "multipart/form-data");

            let inputs: Vec<_> = tags.iter().filter(|(name, _)| name == "input").collect();
            let of_type = |wanted| {
                let chosen = inputs.iter().filter(move |(_, own)| attribute(own, "type") == wanted);
                chosen.map(|(_, own)| (attribute(own, "name"), attribute(own, "value")))
            };
            prop_assert!(of_type("hidden").eq(form.fields()));
            prop_assert!(of_type("text").eq(form.open_fields()));
            prop_assert!(of_type("file").eq([("file", "")]));
            // The file is the last input.
            prop_assert_eq!(attribute(&inputs.last().unwrap().1, "type"), "file");
            prop_assert_eq!(inputs.len(), form.fields().count() + form.open_fields().count() + 1);

            // No text became an element or an attribute.
            for (name, attributes) in &tags {
                let known = [
                    "html", "head", "meta", "title", "style", "body", "main", "h1", "form", "input", "label", "p", "button",
                    "progress", "script", "noscript",
                ];
                prop_assert!(known.contains(&name.as_str()), "{}", name);
                for (name, _) in attributes {
                    let known = [
                        "action", "method", "enctype", "accept-charset", "type", "name", "value", "required", "lang",
                        "charset", "content", "data-name", "data-prefix", "data-min-size", "data-max-size", "aria-label", "hidden", "role",
                    ];
                    prop_assert!(known.contains(&name.as_str()), "{}", name);
                }
            }
        }
    }

    #[test]
    fn javascript_contains_the_fields(sketch in sketch(), v2: bool) {
        let form = sketch.sign(v2);
        let script = form.to_javascript();
        // No text ends the script element or breaks a line inside a string.
        prop_assert!(script.bytes().all(|byte| byte == b'\n' || (b' '..=b'~').contains(&byte)));
        prop_assert!(!script.contains(['<', '>', '&']));
        let calls = script.lines().filter_map(|line| line.trim().strip_prefix("form.append("));
        let calls: Vec<_> = calls.map(|call| call.strip_suffix(");").unwrap()).collect();
        let (file, calls) = calls.split_last().unwrap();
        prop_assert_eq!(*file, r#""file", file"#);
        let (fixed, open) = calls.split_at(form.fields().count());
        for (call, (name, value)) in fixed.iter().zip(form.fields()) {
            let said: Vec<String> = serde_json::from_str(&format!("[{call}]")).unwrap();
            prop_assert_eq!(said, [name, value]);
        }
        prop_assert_eq!(open.len(), form.open_fields().count());
    }
}

/// The value contains text that could end an attribute, an element, a comment or a script.
#[test]
fn no_text_escapes_from_the_markup() {
    let evil = "\"'><script>alert(1)</script><!--\u{2028}\\\r\n&amp;";
    let form = sign(false, |bucket| {
        let policy = bucket.post_policy(Key::starts_with(evil));
        policy
            .field(format!("x-amz-meta-{}", evil.replace("\r\n", "")), evil)
            .starts_with("Content-Type", evil)
    });
    let scripts = |html: &str| {
        tags(html)
            .iter()
            .filter(|(name, _)| name == "script")
            .count()
    };
    // The form has one script of its own.
    assert_eq!(scripts(&form.to_html()), 1);
    assert_eq!(form.to_html().matches("<script>").count(), 1);
    assert_eq!(form.to_html().matches("</script>").count(), 1);
    assert!(!form.to_html().contains("<!--") && !form.to_html().contains("alert(1)</"));
    // Line breaks are escaped, so that editors and templates don't change them.
    let hidden = "value=\"&quot;&#39;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;!--\u{2028}\\&#13;&#10;&amp;amp;\"";
    assert!(form.to_html().contains(hidden));
    assert!(!form.to_javascript().contains("</") && !form.to_javascript().contains("<!--"));
    let options = HtmlOptions::new().title(evil).accept(evil).nonce(evil);
    let page = form.to_html_page_with(&options);
    assert_eq!(scripts(&page), 1);
    let tags = tags(&page);
    for (name, attributes) in [("script", "nonce"), ("input", "accept")] {
        let found = tags.iter().find(|(own, given)| {
            own == name && given.iter().any(|(attribute, _)| attribute == attributes)
        });
        // An HTML parser keeps an escaped line break.
        assert_eq!(attribute(&found.unwrap().1, attributes), evil);
    }
}

/// The form contains the conditions that a browser can check before it sends a file.
#[test]
fn a_form_contains_the_limits_of_its_policy() {
    let tag = |form: &PresignedPost, wanted: &str| {
        let tags = tags(&form.to_html());
        let found = tags.into_iter().find(|(name, attributes)| {
            name == "form" && wanted == "form" || attribute(attributes, "type") == wanted
        });
        found.unwrap().1
    };
    let limited = sign(false, |bucket| {
        let policy = bucket.post_policy("a").content_length_range(1..=5_000);
        policy.starts_with("Content-Type", "image/")
    });
    assert_eq!(attribute(&tag(&limited, "form"), "data-min-size"), "1");
    assert_eq!(attribute(&tag(&limited, "form"), "data-max-size"), "5000");
    assert_eq!(attribute(&tag(&limited, "file"), "accept"), "image/*");
    let own = limited.to_html_with(&HtmlOptions::new().accept(".png"));
    assert!(own.contains(" accept=\".png\"") && !own.contains("image/*"));

    let one_type = sign(false, |bucket| {
        bucket
            .post_policy("a")
            .field("Content-Type", "application/pdf")
    });
    assert_eq!(
        attribute(&tag(&one_type, "file"), "accept"),
        "application/pdf"
    );
    let open = sign(false, |bucket| {
        bucket.post_policy("a").starts_with("Content-Type", "ima")
    });
    let plain = sign(false, |bucket| bucket.post_policy("a"));
    for form in [&open, &plain] {
        assert_eq!(attribute(&tag(form, "file"), "accept"), "");
        assert!(!form.to_html().contains("data-min-size"));
    }
}
