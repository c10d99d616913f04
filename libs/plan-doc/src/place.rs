//! 每个镇（街道）: the places that a number holds for.

use crate::span::{chars, cut};
use crate::words::{ends, starts, words};

/// `每个镇（街道）`, `各镇（街道）至少`: where 每 stands, the words of the place, where the sentence goes on.
pub(crate) fn find_each(s: &str, a: usize, b: usize) -> Option<(usize, usize, usize, usize)> {
    let rest = cut(s, a, b);
    let lead = trim_lead_times(rest);
    let (at, word) = ["每个", "每一个", "每一", "每"]
        .iter()
        .filter_map(|w| rest.find(w).map(|at| (at, *w)))
        .filter(|(at, w)| {
            starts(
                cut(rest, at + w.len(), rest.len()),
                words!("年 月 季 周 天 学期 学年 半年 两年 次 人每 日 批 期 2年 3年 三年 人年"),
            )
            .is_none()
        })
        .max_by_key(|(_, w)| w.len())
        .or_else(|| cut(rest, lead, rest.len()).starts_with('各').then_some((lead, "各")))?;
    let from = a + at + word.len();
    let tail = cut(s, from, b);
    let stop = tail
        .char_indices()
        .skip(1)
        .find(|(i, _)| {
            let here = cut(tail, *i, tail.len());
            starts(here, words!("至少 不少于 不低于 建 配 有 设 要 应 均 都 每年 每月 每学期 每季度 开展 举办 组织 力争 达到 培 选 打造 创建 拥有 确保 累计 安排 完成 参加 推荐 每周 落实 聘 新建 科普 科技 发展 成立 超过 不超过 全部 普遍 分别 人均 争取 实现 认定")).is_some()
        })
        .map_or(tail.len(), |(i, _)| i);
    let place = cut(tail, 0, stop).trim_end_matches(['，', ' ']);
    // 每所学校 counts schools; 每处面积 says something of each one
    let classifier = starts(place, words!("所 个 家 座 处 名 场 期 支 户 间 项 篇 台 辆 位 次 件 部 条"));
    let (from, place, stop) = match classifier {
        Some(w) if is_place(cut(place, w.len(), place.len())) => {
            (from + w.len(), cut(place, w.len(), place.len()), stop - w.len())
        }
        Some(w) if chars(place) > 1 && !is_place(place) => (from, cut(place, 0, w.len()), w.len()),
        _ => (from, place, stop),
    };
    let good = (1..=14).contains(&chars(place))
        && (is_place(place) || (word != "各" && classifier.is_some() && chars(place) == 1));
    (good && !place.contains(['。', '；'])).then(|| (a + at, from, from + place.len(), from + stop))
}

/// Whether words end like a kind of place or body.
pub(crate) fn is_place(s: &str) -> bool {
    !s.is_empty()
        && ends(
            s, words!("镇 街道 乡 县 区 市 村 社区 学校 中小学 小学 中学 幼儿园 单位 部门 企业 ） 旗 园区 高校 馆 基地 万人 户 学会 协会 中心 医院 卫生院 家庭 班级 年级 站 院 所 组织 团队 队伍 院校 州 校 公司 景区 苏木 嘎查 机构 教师 辅导员 特派员 百人 千人 十万人"))
        .is_some()
}

pub(crate) fn trim_lead_times(rest: &str) -> usize {
    let mut at = 0;
    while let Some(w) =
        starts(cut(rest, at, rest.len()), words!("每年 力争 确保 全区 全市 全县 原则上 推动 要求 鼓励 、"))
    {
        at += w.len();
    }
    at
}
