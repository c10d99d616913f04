//! Time for a quarter of a megabyte and for a whole one of texts that no plan holds: a ratio near four is
//! linear.
//!
//! `cargo run --release -p plan-doc --example hostile`

use std::hint::black_box;
use std::time::Instant;

/// Pieces that are said again and again.
const PIECES: &[&str] = &[
    "、",
    "（",
    "）",
    "9",
    "九",
    "。",
    "，",
    "；",
    "：",
    "—",
    "“",
    "《",
    "〔",
    "[",
    "|",
    "\t",
    " ",
    "和",
    "的",
    "年",
    "每",
    "到",
    "区",
    "一、",
    "1.",
    "（一）",
    "1.\n",
    "（一）\n",
    "。\n",
    "附件\n",
    "目录\n",
    "a",
    "字",
    "区科协、",
    "区科协和",
    "区教育、",
    "（区科协牵头）",
    "（区科协牵头）\n",
    "责任单位：",
    "责任单位：区科协\n",
    "牵头",
    "培训300人、",
    "培训300人，",
    "300人",
    "3和",
    "5%、",
    "到2025年，",
    "到2025年分别",
    "每个镇1个",
    "其中5家、",
    "省级5家、",
    "人均2元，",
    "逐年增加",
    "翻一番",
    "全覆盖",
    "经费",
    "列第一位",
    "第一章\n",
    "任务\t牵头单位\n",
    "任务\t牵头单位\n1\t区科协\n",
    "a\tb\n",
    "任务\t牵头单位\n长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长长。\n",
    "|任务|牵头单位|\n",
    "（一）行动1.任务。",
    "一、任务。（区科协牵头）\n",
    "——项目。（区科协）\n",
    "附件1\n一、甲\n牵头单位：县科协\n二、乙\n牵头单位：县妇联\n",
    "据悉，记者近日",
    "第一条 应当\n",
];

fn main() {
    println!("{:>9} {:>9} {:>6}  piece", "256 KB", "1 MB", "ratio");
    for piece in PIECES {
        let (small, large) = (time(piece, 1 << 18), time(piece, 1 << 20));
        let ratio = large / small.max(0.01);
        let mark = if ratio > 7.0 || large > 120.0 { "  <--" } else { "" };
        println!("{small:>6.1} ms {large:>6.1} ms {ratio:>6.1}  {piece:?}{mark}");
    }
}

/// Milliseconds, the best of three.
fn time(piece: &str, size: usize) -> f64 {
    let text = piece.repeat(size / piece.len());
    let once = || {
        let begun = Instant::now();
        black_box(plan_doc::parse(black_box(&text)));
        begun.elapsed().as_secs_f64() * 1e3
    };
    (0..3).map(|_| once()).fold(f64::MAX, f64::min)
}
