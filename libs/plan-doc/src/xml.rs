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
