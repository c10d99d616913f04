//! Whatever comes in, the reader comes back with places that exist and says nothing that is not there.

// helpers of tests are tests
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use plan_doc::{Reading, decode, diff, parse, to_json};
use proptest::prelude::*;

// the body of the fuzz target, so that it is compiled and run here too
#[path = "../fuzz/check.rs"]
mod check;

use std::path::Path;

/// What must hold of any reading.
fn sound(reading: &Reading) {
    let text = reading.text.as_str();
    let inside = |span: plan_doc::Span| assert!(text.get(span.start..span.end).is_some(), "{span:?}");
    for item in &reading.items {
        inside(item.span);
        inside(item.title_span);
        assert!(item.span.contains(item.title_span) || item.title_span.is_empty());
        assert!(item.chapter.is_none_or(|c| c < reading.chapters.len()));
        assert!(item.section.is_none_or(|s| s < reading.sections.len()));
        item.clauses.iter().for_each(|c| inside(*c));
        for duty in &item.duties {
            inside(duty.span);
            assert_eq!(duty.span.of(text), duty.written);
        }
        assert_eq!(item.joint_lead(), item.leads().count() > 1);
    }
    let mut ids: Vec<&str> = reading.targets.iter().map(|t| t.id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), reading.targets.len(), "target ids are unique");
    for target in &reading.targets {
        inside(target.sentence);
        inside(target.span);
        assert!(target.item.is_none_or(|i| i < reading.items.len()));
        assert_eq!(target.value.is_none(), target.comparator.code().len() > 2, "{target:?}");
    }
    reading.doubts.iter().for_each(|d| inside(d.span));
    reading.chapters.iter().for_each(|c| inside(c.span));
    to_json(reading);
    assert!(diff(reading, reading).is_empty(), "nothing changed against itself");
}

/// Words that mean something to the reader, in any order.
fn fragment() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "一、", "（一）", "1.", "1.1", "——", "第一条", "第三章", "①", "•", "（", "）", "“", "”", "《", "》",
        "。", "，", "、", "；", "：", "\n", "\n\n", " ", "\u{c}", "\t", "— 3 —", "附件", "目录",
        "（2021—2025年）", "2021", "到2025年", "每年", "每个镇（街道）", "各区、县级市", "区科协",
        "市教育局", "县农业农村局", "区文化和旅游局", "教育局", "团区委", "各成员单位", "牵头", "配合",
        "按职责分工负责", "责任单位：", "牵头单位：", "工作分工：由", "等单位参加", "会同", "和", "培训农民",
        "300", "三百", "1.5万", "人", "以上", "不少于", "达到", "%", "百分之十五", "15%", "元", "人均",
        "增加", "逐年增加", "全覆盖", "科普经费", "实施方案", "通知", "关于印发", "提升行动", "保障措施",
        "目标", "原则", "任务：", "措施：", "完善机制", "區", "責任單位", "牽頭", "亿亿", "分之",
    ])
    .prop_map(str::to_string)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read(text in "\\PC{0,400}") {
        sound(&parse(&text));
    }

    #[test]
    fn any_text_of_plan_words_is_read(words in prop::collection::vec(fragment(), 0..120)) {
        sound(&parse(&words.concat()));
    }

    #[test]
    fn any_bytes_are_decoded_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..600), zip in any::<bool>()) {
        let bytes = if zip { [b"PK\x03\x04".as_slice(), &bytes].concat() } else { bytes };
        check::check(&bytes);
    }
}

/// A small generator with a fixed seed: the same mutations on every machine.
struct Chance(u64);

impl Chance {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n.max(1) as u64) as usize
    }
}

#[test]
fn a_plan_with_characters_lost_doubled_and_moved_is_still_read() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("test_data/ok");
    let mut chance = Chance(0x9e37_79b9_7f4a_7c15);
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    for file in files.iter().filter(|f| f.extension().is_some_and(|e| e == "txt")) {
        let whole: Vec<char> = std::fs::read_to_string(file).unwrap().chars().collect();
        for _ in 0..60 {
            let mut text = whole.clone();
            for _ in 0..1 + chance.below(12) {
                let at = chance.below(text.len());
                let to = (at + 1 + chance.below(30)).min(text.len());
                match chance.below(6) {
                    0 => drop(text.drain(at..to)),
                    1 => {
                        let piece: Vec<char> = text[at..to].to_vec();
                        let into = chance.below(text.len());
                        text.splice(into..into, piece);
                    }
                    2 => text.truncate(to),
                    3 => text.insert(at, ['（', '）', '\n', '“', '。', '、', '\u{c}', '1'][chance.below(8)]),
                    4 => {
                        let other = chance.below(text.len());
                        text.swap(at, other);
                    }
                    _ => text.retain(|c| *c != '）' || at.is_multiple_of(3)),
                }
                if text.is_empty() {
                    break;
                }
            }
            sound(&parse(&text.into_iter().collect::<String>()));
        }
    }
}

#[test]
fn a_plan_with_lines_cut_doubled_and_shuffled_is_still_read() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("test_data/ok");
    let mut chance = Chance(0x2545_f491_4f6c_dd1d);
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    let table = "序号\t重点任务\t牵头单位\t配合单位\n1\t办展\t区科协\t区教育局\n\t办赛\t区妇联\n";
    for file in files.iter().filter(|f| f.extension().is_some_and(|e| e == "txt")) {
        let whole = std::fs::read_to_string(file).unwrap() + "附件1\n" + table;
        let whole: Vec<&str> = whole.lines().collect();
        for _ in 0..40 {
            let mut lines = whole.clone();
            for _ in 0..1 + chance.below(10) {
                let (at, other) = (chance.below(lines.len()), chance.below(lines.len()));
                match chance.below(4) {
                    0 if lines.len() > 1 => drop(lines.remove(at)),
                    1 => lines.insert(at, whole[other % whole.len()]),
                    2 => lines.truncate(at + 1),
                    _ => lines.swap(at, other),
                }
            }
            sound(&parse(&lines.join("\n")));
        }
    }
}

#[test]
fn a_file_with_any_byte_changed_is_decoded_or_refused() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("test_data/ok/06-traditional.txt");
    let whole = std::fs::read(path).unwrap();
    let mut chance = Chance(42);
    for _ in 0..400 {
        let mut bytes = whole.clone();
        for _ in 0..1 + chance.below(20) {
            let at = chance.below(bytes.len());
            bytes[at] = chance.below(256) as u8;
        }
        if let Ok(text) = decode(&bytes, "plan.txt") {
            sound(&parse(&text.text));
        }
    }
}

#[test]
fn monstrous_input_is_read() {
    let monsters = [
        "（".repeat(20_000),
        "（区科协牵头）".repeat(3_000),
        "一、".repeat(10_000),
        "——".repeat(10_000),
        "1.\n".repeat(10_000),
        "（一）标题。\n".repeat(5_000),
        "区科协、".repeat(10_000) + "牵头",
        format!("（{}牵头）", "区".repeat(50_000)),
        "9".repeat(100_000),
        "九".repeat(50_000),
        "责任单位：".repeat(10_000),
        "“".repeat(30_000),
        "培训300人、".repeat(10_000),
        "到2025年，".repeat(10_000),
        "每个".repeat(20_000) + "1个",
        "和".repeat(30_000),
        "（区科协）。。。。".repeat(8_000),
        "逐年增加".repeat(10_000),
        "目录\n".repeat(10_000),
        "附件\n".repeat(10_000),
        "。\n".repeat(30_000),
        format!("一、任务\n{}", "——项目。（区科协牵头）\n".repeat(5_000)),
        "序号\t任务\t牵头单位\n".repeat(8_000),
        "任务\t责任单位\n办展\t区科协、区教育局\n".repeat(5_000),
        "| 任务 | 牵头单位 |\n".repeat(5_000) + &"|".repeat(50_000),
        "附件\n一、办展\n牵头单位：区科协\n二、办赛\n牵头单位：区妇联\n".repeat(2_000),
        format!("一、任务\n（一）行动\n{}", "完善机制。正文（区科协）\n".repeat(5_000)),
    ];
    for monster in monsters {
        sound(&parse(&monster));
    }
}
