//! Any bytes: decoded or refused, read without a panic, with spans that exist.
//!
//! `cargo +nightly fuzz run any_file -- -max_len=65536` in `libs/plan-doc`.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let text = match plan_doc::decode(bytes, "plan.docx") {
        Ok(text) => text.text,
        Err(_) => String::from_utf8_lossy(bytes).into_owned(),
    };
    let reading = plan_doc::parse(&text);
    let inside = |span: plan_doc::Span| assert!(reading.text.get(span.start..span.end).is_some());
    for item in &reading.items {
        inside(item.span);
        inside(item.title_span);
        item.duties.iter().for_each(|d| inside(d.span));
    }
    for target in &reading.targets {
        inside(target.span);
        inside(target.sentence);
    }
    reading.doubts.iter().for_each(|d| inside(d.span));
    plan_doc::to_json(&reading);
    assert!(plan_doc::diff(&reading, &reading).is_empty());
});
