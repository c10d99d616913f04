//! Counts steps in the tests of this crate, so that growth can be checked without a clock.
//!
//! The lookups and cuts that every other step is made of report how many bytes they may look at.

#[cfg(not(test))]
#[inline(always)]
pub(crate) fn count(_: usize) {}

#[cfg(test)]
thread_local! {
    static STEPS: std::cell::Cell<u64> = const { std::cell::Cell::new(0) };
}

#[cfg(test)]
pub(crate) fn count(steps: usize) {
    STEPS.with(|s| s.set(s.get() + steps as u64 + 1));
}

#[cfg(test)]
mod tests {
    use super::STEPS;

    /// Steps to read `piece` said so often that it fills `size` bytes.
    fn steps(piece: &str, size: usize) -> u64 {
        let text = piece.repeat(size / piece.len());
        STEPS.with(|s| s.set(0));
        crate::parse(&text);
        STEPS.with(std::cell::Cell::get)
    }

    #[test]
    fn four_times_the_text_takes_four_times_the_steps() {
        let pieces = [
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
            "[",
            "|",
            "\t",
            " ",
            "和",
            "年",
            "每",
            "一、",
            "1.",
            "（一）",
            "1.\n",
            "（一）\n",
            "附件\n",
            "目录\n",
            "字",
            "区科协、",
            "区科协和",
            "区教育、",
            "（区科协牵头）",
            "（区科协牵头）\n",
            "责任单位：",
            "责任单位：区科协\n",
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
            "列第一位",
            "任务\t牵头单位\n",
            "任务\t牵头单位\n1\t区科协\n",
            "a\tb\n",
            "|任务|牵头单位|\n",
            "（一）行动1.任务。",
            "一、任务。（区科协牵头）\n",
            "——项目。（区科协）\n",
            "附件1\n一、甲\n牵头单位：县科协\n二、乙\n牵头单位：县妇联\n",
            "第一条 应当\n",
            "任务\t牵头单位\n后面跟着一个很长很长的段落，它不是表格里的一行，所以表格到这里就结束了，下一张表再开始。\n",
        ];
        for piece in pieces {
            let (small, large) = (steps(piece, 12_000), steps(piece, 48_000));
            assert!(large <= small.max(20_000) * 6, "{piece:?}: {small} steps, then {large}");
        }
    }
}
