//! The official grid, measured from the printed page with poppler's `pdftotext`.

use std::io::Write as _;
use std::process::{Command, Stdio};

use crate::{Align, Bar, Block, Column, Document, Fonts, letter, report};

/// A word on a page: its text and box in points.
#[derive(Debug)]
pub(super) struct Word {
    pub text: String,
    page: usize,
    left: f32,
    top: f32,
    right: f32,
    bottom: f32,
}

/// The words of a PDF in the order in which they were drawn.
pub(super) fn words(pdf: &[u8]) -> Vec<Word> {
    let mut reader = Command::new("pdftotext")
        .args(["-bbox", "-", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("pdftotext of poppler-utils; `cargo xtask test` installs it");
    reader.stdin.take().unwrap().write_all(pdf).unwrap();
    let out = String::from_utf8(reader.wait_with_output().unwrap().stdout).unwrap();
    let mut page = 0;
    let mut words = Vec::new();
    for line in out.lines().map(str::trim) {
        if line.starts_with("<page") {
            page += 1;
        } else if line.starts_with("<word") {
            let at = |name: &str| -> f32 {
                let from = line.split_once(&format!("{name}=\"")).unwrap().1;
                from.split_once('"').unwrap().0.parse().unwrap()
            };
            let text = line.split_once('>').unwrap().1.trim_end_matches("</word>");
            let text =
                text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").replace("&quot;", "\"");
            words.push(Word {
                text,
                page,
                left: at("xMin"),
                top: at("yMin"),
                right: at("xMax"),
                bottom: at("yMax"),
            });
        }
    }
    words
}

fn document(blocks: Vec<Block>) -> Document {
    Document {
        title: "责任书".into(),
        issuer: "某区科协".into(),
        language: "zh-CN".into(),
        foot: None,
        blocks,
    }
}

const MM: f32 = 72.0 / 25.4;

#[test]
fn a_full_page_of_a_letter_has_22_lines_of_28_characters_where_the_standard_puts_them() {
    let text = "一".repeat(28 * 30);
    let pdf = letter(&Fonts::shipped(), &document(vec![Block::Plain(text)])).unwrap();
    let all = words(&pdf);
    let first: Vec<&Word> = all.iter().filter(|word| word.page == 1 && word.text.starts_with('一')).collect();
    assert_eq!(first.len(), 22);
    for line in &first {
        assert_eq!(line.text.chars().count(), 28, "{line:?}");
        assert!((line.left - 28.0 * MM).abs() < 0.6 && (line.right - 184.0 * MM).abs() < 0.6, "{line:?}");
    }
    let pitch = (first[21].top - first[0].top) / 21.0;
    assert!((pitch - 225.0 * MM / 22.0).abs() < 0.02, "{pitch}");
    // the letters stand in the middle of their lines, so the first begins a little below 37 mm
    let middle = (first[0].top + first[0].bottom) / 2.0;
    assert!((middle - (37.0 * MM + pitch / 2.0)).abs() < 2.5, "{middle}");
    assert!(first[21].bottom < 262.0 * MM + 1.0, "{:?}", first[21]);
    assert_eq!(all.iter().filter(|word| word.page == 2 && word.text.starts_with('一')).count(), 8);
}

#[test]
fn page_numbers_stand_below_the_text_on_the_outer_side() {
    let pdf = letter(&Fonts::shipped(), &document(vec![Block::Plain("一".repeat(28 * 30))])).unwrap();
    let all = words(&pdf);
    for (page, right) in [(1, true), (2, false)] {
        let number = all.iter().find(|word| word.page == page && word.text == page.to_string()).unwrap();
        assert!(number.top > 262.0 * MM, "{number:?}");
        assert_eq!(number.left > 105.0 * MM, right, "{number:?}");
    }
}

#[test]
fn a_paragraph_begins_two_characters_in_and_figures_keep_the_grid() {
    let text = format!("全年举办讲座12场，{}", "参加".repeat(30));
    let pdf = letter(&Fonts::shipped(), &document(vec![Block::Text(text)])).unwrap();
    let cell = 156.0 * MM / 28.0;
    let all = words(&pdf);
    assert!((all[0].left - (28.0 * MM + 2.0 * cell)).abs() < 0.6, "{:?}", all[0]);
    let lines: Vec<f32> =
        all.iter().filter(|word| word.text.contains("参加")).map(|word| word.right).collect();
    // the first line is full to the last half-cell: 2 of indent, 7 + 1 + 18 characters
    assert!((lines[0] - 184.0 * MM).abs() < cell / 2.0 + 0.6, "{lines:?}");
}

#[test]
fn a_table_that_goes_on_repeats_its_heading_and_nothing_leaves_the_page() {
    let rows =
        (0..90).map(|n| vec![format!("第{n}项任务，由牵头单位会同配合单位落实"), n.to_string()]).collect();
    let columns =
        vec![Column::words("任务", 4), Column { head: "分值".into(), share: 1, align: Align::Right }];
    let bars = vec![Bar { label: "讲座".into(), value: "12 / 20".into(), length: 600, mark: Some(500) }];
    let blocks = vec![
        Block::Title("进展报告".into()),
        Block::Bars { caption: "进度".into(), bars },
        Block::Table { caption: "任务表".into(), columns, rows },
    ];
    let all = words(&report(&Fonts::shipped(), &document(blocks)).unwrap());
    let pages = all.iter().map(|word| word.page).max().unwrap();
    assert!(pages > 1);
    assert_eq!(all.iter().filter(|word| word.text == "分值").count(), pages);
    for word in &all {
        assert!(word.left > 15.0 * MM && word.right < 195.0 * MM && word.bottom < 290.0 * MM, "{word:?}");
    }
    for n in 0..90 {
        assert!(all.iter().any(|word| word.text.starts_with(&format!("第{n}项"))), "row {n} is gone");
    }
}
