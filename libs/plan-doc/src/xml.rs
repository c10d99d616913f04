//! The little of XML that a .docx needs.

use quick_xml::events::{BytesRef, BytesStart, Event};

/// Hands every event to `take`; an error when the XML is broken.
pub(crate) fn each_event(xml: &str, mut take: impl FnMut(Event<'_>)) -> Result<(), ()> {
    let mut reader = quick_xml::Reader::from_str(xml);
    reader.config_mut().check_end_names = false;
    reader.config_mut().allow_unmatched_ends = true;
    loop {
        match reader.read_event() {
            Ok(Event::Eof) => return Ok(()),
            Ok(event) => take(event),
            Err(_) => return Err(()),
        }
    }
}

/// The beginning of an element, empty ones too, or the local name of one that ends.
pub(crate) enum Tag<'e, 'x> {
    Open(&'e BytesStart<'x>),
    Close(&'e str),
}

/// Hands every tag to `take`, up to where the XML is broken.
pub(crate) fn each_tag(xml: &str, mut take: impl FnMut(Tag<'_, '_>)) {
    let broken = each_event(xml, |event| match event {
        Event::Start(e) | Event::Empty(e) => take(Tag::Open(&e)),
        Event::End(e) => take(Tag::Close(e.local_name().as_ref())),
        Event::Text(_)
        | Event::CData(_)
        | Event::Comment(_)
        | Event::Decl(_)
        | Event::PI(_)
        | Event::DocType(_)
        | Event::GeneralRef(_)
        | Event::Eof => {}
    });
    // numbers and styles that cannot be read cost the numbers, not the text
    let (Ok(()) | Err(())) = broken;
}

/// An attribute by its local name.
pub(crate) fn attribute(e: &BytesStart<'_>, name: &str) -> Option<String> {
    e.attributes().with_checks(false).flatten().find(|a| a.key.local_name().as_ref() == name).map(|a| match a
        .normalized_value(quick_xml::XmlVersion::Implicit1_0)
    {
        Ok(value) => value.into_owned(),
        Err(_) => String::new(),
    })
}

/// The character of `&amp;` or `&#x4e00;`; none for entities of a document type, which are not followed.
pub(crate) fn reference(r: &BytesRef<'_>) -> Option<char> {
    if r.is_char_ref() {
        return r.resolve_char_ref().ok().flatten();
    }
    match r.xml10_content().as_ref() {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => None,
    }
}
