//! The text of XML elements.

use alloc::string::String;
#[cfg(any(feature = "azure", feature = "s3-express"))]
use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::Event;
#[cfg(any(feature = "azure", feature = "s3-express"))]
use zeroize::Zeroizing;

/// Appends the text of an event. Returns `None` if it can't be decoded.
pub(crate) fn push_text(event: &Event<'_>, text: &mut String) -> Option<()> {
    match event {
        Event::Text(part) => text.push_str(&part.decode().ok()?),
        Event::CData(part) => text.push_str(&part.decode().ok()?),
        Event::GeneralRef(reference) => match reference.resolve_char_ref().ok()? {
            Some(c) => text.push(c),
            None => text.push_str(resolve_predefined_entity(&reference.decode().ok()?)?),
        },
        _ => {}
    }
    Some(())
}

/// Returns the texts of some elements, which are secrets. They are children of the element that
/// `path` leads to from the root. Returns `None` if the text is not a whole document of such
/// elements, each once.
#[cfg(any(feature = "azure", feature = "s3-express"))]
pub(crate) fn read_secrets<const N: usize>(
    xml: &str,
    path: &[&str],
    names: [&str; N],
) -> Option<[Option<Zeroizing<String>>; N]> {
    let is_named = |name: &str, own: &[u8]| name.as_bytes() == own;
    let mut reader = Reader::from_str(xml);
    let mut texts = [const { None }; N];
    let mut depth = 0usize;
    // With room for the longest text, it is never moved, which would leave a copy of a secret.
    let mut text = Zeroizing::new(String::with_capacity(xml.len()));
    loop {
        match reader.read_event().ok()? {
            Event::Start(start) => {
                let expected = path.get(depth);
                if expected.is_some_and(|name| !is_named(name, start.local_name().as_ref())) {
                    return None;
                }
                depth = depth.saturating_add(1);
                text.clear();
            }
            Event::End(end) => {
                depth = depth.saturating_sub(1);
                let mut slots = names.iter().zip(&mut texts);
                if depth == path.len()
                    && let Some((_, slot)) =
                        slots.find(|(name, _)| is_named(name, end.local_name().as_ref()))
                {
                    let value = Zeroizing::new(String::from(text.trim()));
                    if slot.replace(value).is_some() {
                        return None;
                    }
                }
                text.clear();
            }
            Event::Eof => return (depth == 0).then_some(texts),
            event => push_text(&event, &mut text)?,
        }
    }
}
