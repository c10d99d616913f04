//! What must hold of any bytes; the fuzz target and the tests of the suite both ask it.

/// Decoded or refused, read without a panic, every place in the text, nothing changed against itself.
pub fn check(bytes: &[u8]) {
    let text = match plan_doc::decode(bytes, "plan.docx") {
        Ok(text) => text.text,
        Err(_) => String::from_utf8_lossy(bytes).into_owned(),
    };
    let reading = plan_doc::parse(&text);
    let inside = |span: plan_doc::Span| assert!(reading.text.get(span.start..span.end).is_some());
    for item in &reading.items {
        inside(item.span);
        inside(item.title_span);
        assert!(item.chapter.is_none_or(|c| c < reading.chapters.len()));
        assert!(item.section.is_none_or(|s| s < reading.sections.len()));
        item.duties.iter().for_each(|d| inside(d.span));
    }
    for target in &reading.targets {
        inside(target.span);
        inside(target.sentence);
        assert!(target.item.is_none_or(|i| i < reading.items.len()));
    }
    reading.doubts.iter().for_each(|d| inside(d.span));
    plan_doc::to_json(&reading);
    assert!(plan_doc::diff(&reading, &reading).is_empty());
}
