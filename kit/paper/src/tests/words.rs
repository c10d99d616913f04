//! Characters, breaking and bytes.

use crate::face::Role;
use crate::line::{self, Style};
use crate::{Block, Column, Document, Error, Fonts, letter, report};

fn style() -> Style {
    Style { role: Role::Body, size: 16.0, cell: 16.0, snap: true }
}

fn broken(text: &str, cells: u8) -> Vec<String> {
    let fonts = Fonts::shipped();
    let lines = line::lines(&fonts, text, style(), f32::from(cells) * 16.0, 0.0);
    lines.iter().map(|line| line.runs.iter().map(|run| run.text.as_str()).collect()).collect()
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

#[test]
fn a_name_that_no_font_has_is_refused_and_named() {
    // an ancient form outside of every built-in subset
    let text = "负责人：张\u{2B81A}";
    let refused = letter(&Fonts::shipped(), &document(vec![Block::Text(text.into())])).unwrap_err();
    let Error::Missing(gaps) = refused else { panic!("{refused}") };
    assert_eq!((gaps[0].character, gaps[0].text.as_str(), gaps.len()), ('\u{2B81A}', text, 1));
}

#[test]
fn every_character_of_the_national_tables_of_common_characters_is_there() {
    // some of the rarest: third level of the table of 2013, for names and places
    let rare = "䶮喆翀堃淼犇骉祎赟婳玥珺瑄煊燚垚昇镕鋆㛃㑇㧑㭎㳇㸆䁖䃅䓖䓨䗖䝙䲟䴓";
    assert_eq!(Fonts::shipped().missing(rare), Vec::<char>::new());
    let marks = "〔2026〕—…“”《》〈〉①②③％℃±×÷≤≥●○■□▲△→←↑↓";
    assert_eq!(Fonts::shipped().missing(marks), Vec::<char>::new());
}

#[test]
fn no_line_begins_with_a_closing_mark_or_ends_with_an_opening_one() {
    assert_eq!(broken("一二三四五，六", 5), ["一二三四", "五，六"]);
    assert_eq!(broken("一二三四（五）", 5), ["一二三四", "（五）"]);
    assert_eq!(broken("一二三四五六", 5), ["一二三四五", "六"]);
}

#[test]
fn a_word_of_letters_stays_whole_and_one_longer_than_a_line_is_cut() {
    assert_eq!(broken("一二三 SQLite 四", 5), ["一二三 ", "SQLite 四"]);
    let cut = broken("abcdefghijklmnopqrstuvwxyz", 5);
    assert!(cut.len() > 1 && cut.concat() == "abcdefghijklmnopqrstuvwxyz", "{cut:?}");
}

#[test]
fn the_same_document_gives_the_same_bytes() {
    let blocks = vec![
        Block::Title("目标责任书".into()),
        Block::Table {
            caption: "任务".into(),
            columns: vec![Column::words("条款", 3), Column::numbers("分值", 1)],
            rows: vec![vec!["讲座 12 场".into(), "10".into()]],
        },
    ];
    let document = document(blocks);
    assert_eq!(report(&Fonts::shipped(), &document).unwrap(), report(&Fonts::shipped(), &document).unwrap());
}

#[test]
fn what_a_person_wrote_is_never_read_as_markup() {
    let text = "#set page(width: 1pt) \\ $x$ <script>(Tj) ET endstream</script>";
    let bytes = letter(&Fonts::shipped(), &document(vec![Block::Text(text.into())])).unwrap();
    let words = super::grid::words(&bytes);
    let all: String = words.iter().map(|word| word.text.as_str()).collect();
    assert_eq!(all.replace("—1—", ""), text.replace(' ', ""));
}
