//! The HTML of a form with any texts: an independent parser finds the same fields, and no text
//! escapes from its attribute.
//!
//! `presign_fuzz::policy` parses the text. The last byte determines the settings that aren't text.
#![no_main]

use html5gum::{Token, Tokenizer};
use libfuzzer_sys::fuzz_target;
use presign_fuzz::policy::Sketch;

type Tag = (String, Vec<(String, String)>);

/// Returns the start tags of a document, and checks that its script is the library's own.
fn tags(html: &str) -> Vec<Tag> {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let (markup, script) = html.split_once("<script>").unwrap_or((html, ""));
    // Every form has the same script.
    let ours = script.is_empty()
        || script.starts_with("\n{\n  const form = document.currentScript.previous");
    assert!(ours && !script.contains("<script") && script.matches("</script>").count() <= 1);
    Tokenizer::new(markup)
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

fn attribute<'a>(tag: &'a Tag, name: &str) -> &'a str {
    let found = tag.1.iter().find(|(own, _)| own == name);
    found.map_or("", |(_, value)| value)
}

const ELEMENTS: &str =
    "html head meta title style body main h1 form input label p button progress noscript";
const ATTRIBUTES: &str = "action method enctype accept-charset type name value required lang charset content accept \
    data-name data-prefix data-min-size data-max-size aria-label hidden role";

fuzz_target!(|input: &[u8]| {
    let Some((how, text)) = input.split_last() else {
        return;
    };
    let Ok(text) = std::str::from_utf8(text) else {
        return;
    };
    let Some(form) = Sketch::read(text, *how).sign(how & 16 != 0, how & 32 != 0) else {
        return;
    };
    for html in [form.to_html(), form.to_html_page()] {
        let tags = tags(&html);
        let forms: Vec<_> = tags.iter().filter(|(name, _)| name == "form").collect();
        assert_eq!(forms.len(), 1);
        assert_eq!(attribute(forms[0], "action"), form.url());
        assert_eq!(attribute(forms[0], "method"), "post");
        let inputs: Vec<_> = tags.iter().filter(|(name, _)| name == "input").collect();
        let of_type = |wanted| {
            let chosen = inputs
                .iter()
                .filter(move |tag| attribute(tag, "type") == wanted);
            chosen.map(|tag| (attribute(tag, "name"), attribute(tag, "value")))
        };
        assert!(of_type("hidden").eq(form.fields()), "{html}");
        assert!(of_type("text").eq(form.open_fields()), "{html}");
        assert!(of_type("file").eq([("file", "")]));
        assert_eq!(
            inputs.len(),
            form.fields().count() + form.open_fields().count() + 1
        );
        for (name, attributes) in &tags {
            assert!(ELEMENTS.split(' ').any(|known| known == name), "{name}");
            for (name, _) in attributes {
                assert!(ATTRIBUTES.split(' ').any(|known| known == name), "{name}");
            }
        }
    }

    let script = form.to_javascript();
    // The script is ASCII, without line breaks in strings, and without a text that ends a script
    // element.
    assert!(
        script
            .bytes()
            .all(|byte| byte == b'\n' || (b' '..=b'~').contains(&byte))
    );
    assert!(!script.contains(['<', '>', '&']));
    let calls = script
        .lines()
        .filter_map(|line| line.trim().strip_prefix("form.append("));
    let calls: Vec<_> = calls.map(|call| call.strip_suffix(");").unwrap()).collect();
    let (file, calls) = calls.split_last().unwrap();
    assert_eq!(*file, r#""file", file"#);
    let (fixed, open) = calls.split_at(form.fields().count());
    for (call, (name, value)) in fixed.iter().zip(form.fields()) {
        let said: [String; 2] = serde_json::from_str(&format!("[{call}]")).unwrap();
        assert_eq!(said, [name, value]);
    }
    assert_eq!(open.len(), form.open_fields().count());
    for (call, (name, _)) in open.iter().zip(form.open_fields()) {
        let mut said = serde_json::Deserializer::from_str(call).into_iter::<String>();
        assert_eq!(said.next().unwrap().unwrap(), name);
    }
});
