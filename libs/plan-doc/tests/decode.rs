//! Files of all kinds: what can be read is read, everything else is named.

// helpers of tests are tests
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use plan_doc::{Encoding, Format, MAX_FILE, Unreadable, decode};
use std::io::{Cursor, Write};
use zip::write::SimpleFileOptions;

fn archive(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

const SPACES: &str = r#"xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006""#;

fn docx(body: &str) -> Vec<u8> {
    docx_with(body, &[])
}

fn docx_with(body: &str, more: &[(&str, &str)]) -> Vec<u8> {
    let document = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><w:document {SPACES}><w:body>{body}</w:body></w:document>"
    );
    let mut parts: Vec<(&str, &[u8])> =
        vec![("[Content_Types].xml", b"<Types/>"), ("word/document.xml", document.as_bytes())];
    parts.extend(more.iter().map(|(n, t)| (*n, t.as_bytes())));
    archive(&parts)
}

fn text(bytes: &[u8]) -> String {
    decode(bytes, "plan.docx").unwrap().text
}

fn p(text: &str) -> String {
    format!("<w:p><w:r><w:t>{text}</w:t></w:r></w:p>")
}

#[test]
fn plain_text_is_read_in_every_usual_encoding() {
    let plan = "一、总体要求，提高全民科学素质。\n二、重点任务，由区科协和区教育局负责。\n";
    let wide = |little: bool, mark: bool| -> Vec<u8> {
        let units = mark.then_some(0xfeff).into_iter().chain(plan.encode_utf16());
        units.flat_map(|u: u16| if little { u.to_le_bytes() } else { u.to_be_bytes() }).collect()
    };
    let cases = [
        (plan.as_bytes().to_vec(), Encoding::Utf8),
        ([b"\xef\xbb\xbf", plan.as_bytes()].concat(), Encoding::Utf8),
        (encoding_rs::GB18030.encode(plan).0.into_owned(), Encoding::Gb18030),
        (wide(true, true), Encoding::Utf16),
        (wide(false, true), Encoding::Utf16),
        (wide(true, false), Encoding::Utf16),
        (wide(false, false), Encoding::Utf16),
    ];
    for (bytes, encoding) in cases {
        let read = decode(&bytes, "plan.txt").unwrap();
        assert_eq!(read.text, plan, "{encoding:?}");
        assert_eq!(read.format, Format::Plain { encoding, damaged: false });
    }
    let traditional = "一、總體要求，提高全民科學素質的工作。\n二、重點任務，由區科協和區教育局負責。\n";
    let read = decode(&encoding_rs::BIG5.encode(traditional).0, "plan.txt").unwrap();
    assert_eq!(read.text, traditional);
}

#[test]
fn the_bytes_decide_and_not_the_name() {
    let ole = [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".as_slice(), &[0; 600]].concat();
    let locked =
        [ole.clone(), "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect()].concat();
    let cases: Vec<(Vec<u8>, &str, Unreadable)> = vec![
        (b"%PDF-1.7 ...".to_vec(), "plan.docx", Unreadable::Pdf),
        (Vec::new(), "plan.txt", Unreadable::Empty),
        (b" \r\n\t ".to_vec(), "plan.txt", Unreadable::Empty),
        (b"\xef\xbb\xbf\n".to_vec(), "plan.txt", Unreadable::Empty),
        (ole, "plan.DOC", Unreadable::OldOffice { extension: "doc".into() }),
        (locked, "plan.docx", Unreadable::Encrypted),
        (b"{\\rtf1 x}".to_vec(), "plan.doc", Unreadable::Rtf),
        (b"\x89PNG\r\n\x1a\n0000".to_vec(), "plan.docx", Unreadable::Image { kind: "png" }),
        (b"\xff\xd8\xff\xe0".to_vec(), "plan.txt", Unreadable::Image { kind: "jpeg" }),
        (b"\x1f\x8b\x08\0\0".to_vec(), "plan.txt", Unreadable::Archive { kind: "gzip" }),
        ("<!DOCTYPE html><html>科普</html>".into(), "plan.txt", Unreadable::Html),
        (b"\0\x01\x02\x03 text \0\0".to_vec(), "plan.txt", Unreadable::Binary),
        (archive(&[("xl/workbook.xml", b"<a/>")]), "plan.docx", Unreadable::Spreadsheet),
        (archive(&[("ppt/slides.xml", b"<a/>")]), "plan.docx", Unreadable::Slides),
        (archive(&[("a.txt", b"a")]), "plan.docx", Unreadable::Archive { kind: "zip" }),
        (
            archive(&[("word/media/a.png", b"a")]),
            "plan.docx",
            Unreadable::Damaged { part: "word/document.xml".into() },
        ),
        (b"PK\x03\x04 broken".to_vec(), "plan.docx", Unreadable::Damaged { part: "zip".into() }),
    ];
    for (bytes, name, expected) in cases {
        assert_eq!(decode(&bytes, name), Err(expected.clone()), "{expected}");
    }
    let large = vec![b'a'; MAX_FILE + 1];
    assert_eq!(decode(&large, "a.txt"), Err(Unreadable::TooLarge { size: MAX_FILE + 1, limit: MAX_FILE }));
}

#[test]
fn an_archive_that_grows_without_end_is_refused() {
    let bomb = archive(&[("word/document.xml", &vec![b' '; 24 << 20])]);
    assert!(bomb.len() < 1 << 20);
    assert!(
        matches!(decode(&bomb, "a.docx"), Err(Unreadable::ZipBomb { part, .. }) if part == "word/document.xml")
    );
    let names: Vec<String> = (0..5000).map(|i| format!("word/{i}.xml")).collect();
    let parts: Vec<(&str, &[u8])> = names.iter().map(|n| (n.as_str(), b"".as_slice())).collect();
    assert!(matches!(decode(&archive(&parts), "a.docx"), Err(Unreadable::TooManyParts { parts: 5000, .. })));
}

#[test]
fn a_document_that_breaks_off_is_damaged() {
    let whole = docx(&p("科普"));
    for cut in 4..whole.len() {
        assert!(decode(&whole[..cut], "a.docx").is_err());
    }
    let broken = archive(&[("word/document.xml", b"<w:document><w:p <<")]);
    assert_eq!(decode(&broken, "a.docx"), Err(Unreadable::Damaged { part: "word/document.xml".into() }));
}

#[test]
fn paragraphs_breaks_entities_and_deletions_are_as_on_the_page() {
    let body = "<w:p><w:r><w:t>甲</w:t></w:r><w:del><w:r><w:delText>删</w:delText><w:t>删</w:t></w:r></w:del>\
        <w:ins><w:r><w:t>乙&amp;&#x4e19;</w:t></w:r></w:ins></w:p>\
        <w:p><w:r><w:t>上</w:t><w:br/><w:t>下</w:t></w:r></w:p>\
        <w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>隐</w:t></w:r><w:r><w:t>现</w:t></w:r></w:p>\
        <w:p><w:pPr><w:tabs><w:tab w:val=\"left\"/></w:tabs></w:pPr><w:r><w:t xml:space=\"preserve\">a </w:t><w:tab/><w:t>b</w:t></w:r></w:p>";
    assert_eq!(text(&docx(body)), "甲乙&丙\n上\n下\n现\na  b");
}

#[test]
fn cells_and_boxes_are_read_once() {
    let body = format!(
        "<w:tbl><w:tr><w:tc>{}</w:tc><w:tc>{}</w:tc></w:tr><w:tr><w:tc>{}{}</w:tc></w:tr></w:tbl>\
         <w:p><w:r><mc:AlternateContent><mc:Choice><w:txbxContent>{}</w:txbxContent></mc:Choice>\
         <mc:Fallback><w:txbxContent>{}</w:txbxContent></mc:Fallback></mc:AlternateContent><w:t>正文</w:t></w:r></w:p>",
        p("任务"),
        p("区科协"),
        p("一"),
        p("二"),
        p("框"),
        p("框")
    );
    assert_eq!(text(&docx(&body)), "任务\t区科协\n一\n二\n正文\n框");
}

#[test]
fn automatic_numbers_are_written_out() {
    let numbering = format!(
        "<w:numbering {SPACES}><w:abstractNum w:abstractNumId=\"7\">\
         <w:lvl w:ilvl=\"0\"><w:start w:val=\"1\"/><w:numFmt w:val=\"chineseCounting\"/><w:lvlText w:val=\"%1、\"/></w:lvl>\
         <w:lvl w:ilvl=\"1\"><w:start w:val=\"1\"/><w:numFmt w:val=\"chineseCountingThousand\"/><w:lvlText w:val=\"（%2）\"/></w:lvl>\
         <w:lvl w:ilvl=\"2\"><w:start w:val=\"1\"/><w:numFmt w:val=\"decimal\"/><w:lvlText w:val=\"%3.\"/></w:lvl></w:abstractNum>\
         <w:abstractNum w:abstractNumId=\"8\"><w:lvl w:ilvl=\"0\"><w:numFmt w:val=\"bullet\"/><w:lvlText w:val=\"—\"/></w:lvl></w:abstractNum>\
         <w:num w:numId=\"3\"><w:abstractNumId w:val=\"7\"/></w:num><w:num w:numId=\"4\"><w:abstractNumId w:val=\"8\"/></w:num>\
         <w:num w:numId=\"5\"><w:abstractNumId w:val=\"7\"/><w:lvlOverride w:ilvl=\"2\"><w:startOverride w:val=\"1\"/></w:lvlOverride></w:num></w:numbering>"
    );
    let styles = format!(
        "<w:styles {SPACES}><w:style w:styleId=\"H1\"><w:pPr><w:numPr><w:numId w:val=\"3\"/></w:numPr></w:pPr></w:style>\
         <w:style w:styleId=\"H1b\"><w:basedOn w:val=\"H1\"/></w:style></w:styles>"
    );
    let item = |num: u32, level: u32, words: &str| {
        format!(
            "<w:p><w:pPr><w:numPr><w:ilvl w:val=\"{level}\"/><w:numId w:val=\"{num}\"/></w:numPr></w:pPr><w:r><w:t>{words}</w:t></w:r></w:p>"
        )
    };
    let body = [
        "<w:p><w:pPr><w:pStyle w:val=\"H1b\"/></w:pPr><w:r><w:t>总体要求</w:t></w:r></w:p>".to_string(),
        item(3, 1, "目标"),
        item(4, 0, "普及"),
        item(3, 0, "任务"),
        item(3, 1, "青少年"),
        item(3, 2, "甲"),
        item(3, 2, "乙"),
        item(5, 2, "丙"),
        item(99, 0, "无"),
    ]
    .concat();
    let bytes = docx_with(&body, &[("word/numbering.xml", &numbering), ("word/styles.xml", &styles)]);
    assert_eq!(
        text(&bytes),
        "一、总体要求\n（一）目标\n——普及\n二、任务\n（一）青少年\n1.甲\n2.乙\n1.丙\n无"
    );
}

/// A cell of a table: its properties, then its paragraphs.
fn tc(properties: &str, lines: &[&str]) -> String {
    let lines: String = lines.iter().map(|l| p(l)).collect();
    format!("<w:tc><w:tcPr>{properties}</w:tcPr>{lines}</w:tc>")
}

fn tr(cells: &[String]) -> String {
    format!("<w:tr>{}</w:tr>", cells.concat())
}

#[test]
fn merged_cells_say_their_words_in_every_row_and_keep_the_columns() {
    let from = "<w:vMerge w:val=\"restart\"/>";
    let on = "<w:vMerge/>";
    let rows = [
        tr(&[tc("", &["行动"]), tc("", &["任务"]), tc("<w:gridSpan w:val=\"2\"/>", &["责任单位"])]),
        tr(&[
            tc(from, &["青少年"]),
            tc("", &["办赛"]),
            tc("", &["县教育局"]),
            tc(from, &["县科协", "县妇联"]),
        ]),
        tr(&[tc(on, &[""]), tc("", &["办展"]), tc("", &["县文旅局"]), tc(on, &[""])]),
        tr(&[tc("", &["农民"]), tc("", &[""]), tc("", &["县农业农村局"]), tc("", &[""])]),
    ];
    let body = format!("<w:tbl>{}</w:tbl>{}", rows.concat(), p("完"));
    assert_eq!(
        text(&docx(&body)),
        "行动\t任务\t责任单位\t\n青少年\t办赛\t县教育局\t县科协 县妇联\n青少年\t办展\t县文旅局\t县科协 县妇联\n农民\t\t县农业农村局\t\n完"
    );
}

#[test]
fn a_cell_of_many_names_stays_in_its_row_and_a_page_in_a_cell_does_not() {
    let names = ["县科协", "县教育局", "县妇联", "团县委", "县民政局", "县财政局", "县文旅局"];
    let row = tr(&[tc("", &["办展"]), tc("", &names)]);
    assert_eq!(text(&docx(&format!("<w:tbl>{row}</w:tbl>"))), format!("办展\t{}", names.join(" ")));
    let page = ["一、任务"; 7].map(|l| format!("{l}，这是一个很长的段落，放在版式表格的一个单元格里面。"));
    let page: Vec<&str> = page.iter().map(String::as_str).collect();
    let row = tr(&[tc("", &["左栏"]), tc("", &page)]);
    assert_eq!(text(&docx(&format!("<w:tbl>{row}</w:tbl>"))).lines().count(), 8);
}

#[test]
fn a_table_of_duties_in_word_hands_them_out() {
    let head = ["序号", "行动", "任务", "牵头单位", "配合单位"].map(|c| tc("", &[c]));
    let from = "<w:vMerge w:val=\"restart\"/>";
    let rows = [
        tr(&head),
        tr(&[
            tc("", &["1"]),
            tc(from, &["青少年行动"]),
            tc("", &["办赛10场"]),
            tc("", &["县教育局"]),
            tc("", &["县科协", "团县委"]),
        ]),
        tr(&[
            tc("", &["2"]),
            tc("<w:vMerge/>", &[""]),
            tc("", &["办展5场"]),
            tc("", &["县科协"]),
            tc("", &["无"]),
        ]),
    ];
    let body = format!("{}<w:tbl>{}</w:tbl>", p("石桥县科普任务分工方案（2024年）"), rows.concat());
    let reading = plan_doc::parse(&text(&docx(&body)));
    let items: Vec<_> = reading
        .items
        .iter()
        .map(|i| (i.title.as_str(), i.leads().collect::<Vec<_>>(), i.supports().collect::<Vec<_>>()))
        .collect();
    assert_eq!(
        items,
        [("办赛10场", vec!["县教育局"], vec!["县科协", "团县委"]), ("办展5场", vec!["县科协"], vec![])]
    );
    assert_eq!(reading.sections.len(), 1);
}

#[test]
fn what_a_tracked_change_replaced_is_left_out() {
    let numbering = format!(
        "<w:numbering {SPACES}><w:abstractNum w:abstractNumId=\"1\"><w:lvl w:ilvl=\"0\"><w:start w:val=\"1\"/>\
         <w:numFmt w:val=\"decimal\"/><w:lvlText w:val=\"%1.\"/></w:lvl></w:abstractNum>\
         <w:num w:numId=\"1\"><w:abstractNumId w:val=\"1\"/></w:num></w:numbering>"
    );
    let body = "<w:p><w:pPr><w:pPrChange><w:pPr><w:numPr><w:ilvl w:val=\"0\"/><w:numId w:val=\"1\"/></w:numPr></w:pPr></w:pPrChange></w:pPr>\
        <w:r><w:rPr><w:rPrChange><w:rPr><w:vanish/></w:rPr></w:rPrChange></w:rPr><w:t>甲</w:t></w:r></w:p>\
        <w:p><w:moveFrom><w:r><w:t>旧</w:t></w:r></w:moveFrom><w:moveTo><w:r><w:t>新</w:t></w:r></w:moveTo><w:r><w:footnoteReference w:id=\"1\"/><w:t>注</w:t></w:r></w:p>";
    let notes = "<w:footnotes><w:footnote><w:p><w:r><w:t>脚注</w:t></w:r></w:p></w:footnote></w:footnotes>";
    let bytes = docx_with(body, &[("word/numbering.xml", &numbering), ("word/footnotes.xml", notes)]);
    assert_eq!(text(&bytes), "甲\n新注");
}

#[test]
fn a_table_of_contents_is_left_out_by_its_style() {
    let styles = format!(
        "<w:styles {SPACES}><w:style w:styleId=\"11\"><w:name w:val=\"toc 1\"/></w:style>\
         <w:style w:styleId=\"a1\"><w:name w:val=\"Title\"/></w:style></w:styles>"
    );
    let styled = |style: &str, words: &str| {
        format!("<w:p><w:pPr><w:pStyle w:val=\"{style}\"/></w:pPr><w:r><w:t>{words}</w:t></w:r></w:p>")
    };
    let body = [styled("11", "一、总体要求 1"), styled("a1", "方案"), styled("x", "一、总体要求")].concat();
    assert_eq!(text(&docx_with(&body, &[("word/styles.xml", &styles)])), "方案\n一、总体要求");
}

#[test]
fn small_parts_that_grow_large_are_kept_small() {
    // one merged cell said again in thirty thousand rows, one number with an endless pattern
    let long = "字".repeat(1200);
    let first = tr(&[tc("<w:vMerge w:val=\"restart\"/>", &[&long]), tc("", &["a"])]);
    let row = tr(&[tc("<w:vMerge/>", &[]), tc("", &["b"])]);
    let grown = text(&docx(&format!("<w:tbl>{first}{}</w:tbl>", row.repeat(30_000))));
    assert!(grown.len() < 2 << 20, "{}", grown.len());
    let numbering = format!(
        "<w:numbering {SPACES}><w:abstractNum w:abstractNumId=\"1\"><w:lvl w:ilvl=\"0\"><w:lvlText w:val=\"{}\"/></w:lvl></w:abstractNum>\
         <w:num w:numId=\"1\"><w:abstractNumId w:val=\"1\"/></w:num></w:numbering>",
        "%1".repeat(20_000)
    );
    let item = "<w:p><w:pPr><w:numPr><w:ilvl w:val=\"0\"/><w:numId w:val=\"1\"/></w:numPr></w:pPr><w:r><w:t>甲</w:t></w:r></w:p>";
    let grown = text(&docx_with(&item.repeat(2000), &[("word/numbering.xml", &numbering)]));
    assert!(grown.len() < 100_000);
}

#[test]
fn entities_of_a_document_type_are_not_followed() {
    let bomb = "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]><w:document><w:p><w:r><w:t>科普&b;</w:t></w:r></w:p></w:document>";
    assert_eq!(text(&archive(&[("word/document.xml", bomb.as_bytes())])), "科普");
}
