//! The text of XML elements.

use alloc::string::String;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::Event;

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
