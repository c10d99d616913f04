//! The verb that a clause begins with, and the noun before or behind a number.

use crate::amount::Unit;
use crate::frame::in_word;
use crate::number::Number;
use crate::span::{chars, cut, first_chars};
use crate::words::{starts, words};

words! {
    /// Words between a subject and its number.
    pub(crate) TRAIL =
        "至少 不少于 不低于 不小于 不得少于 不得低于 达到 达 提高到 提升到 提高至 提升至 增加到 增加至 增至
        增长到 增长至 发展到 扩大到 壮大到 保持在 稳定在 超过 突破 高于 多于 不超过 不高于 不多于 不大于
        控制在 至多 最多 降低到 下降到 降到 降至 低于 少于 约 近 了 为 在 到 至 共 累计 总计 共计 分别 均
        都 全部 应 要 须 平均 每年 年均 每月 每季度 每学期 每学年 每周 总数 力争 确保 争取 全年 合计 各
        按每年人均 按每人每年 按人均 ： 超 不得超过 大约 上升到 上升至 每人每年 实现 不应少于 不突破 也 将 原则上 预期 并 再 基本
        总体 年底前 扩大至 降低至 下降至 已 能够 可 完成 率先 保持 努力 年度 ≥ ≤ 不能少于 一般 最少 最低"
}

words! {
    /// Verbs that a clause of doing begins with.
    pub(crate) DO =
        "培训 轮训 培养 培育 选派 派出 选聘 聘请 聘任 选树 选拔 遴选 评选 建设 建成 建立 建有 新建 改建 扩建
        改扩建 改造 创建 打造 设立 配备 配强 配齐 配置 配有 设有 举办 开展 组织 组建 发展 招募 认定 命名
        推出 制作 创作 出版 发放 发布 开发 扶持 资助 引进 新增 增加 覆盖 服务 惠及 完成 安排 投入 推广 孵化
        开放 更新 吸纳 注册 征集 储备 举行 承办 申报 拥有 推荐 建 实施 落实 办好 编印 编写 印发 拍摄 购置
        布设 设置 建好 录制 表彰 带动 帮扶 吸引 接待 动员 支持 形成 播出 刊发 开设 设 配 办 送 有 巩固 研发
        转化 健全 完善 实现 继续 新建成 提供 推选 培树 开办 招聘 引导 鼓励 推动 推进 抓好 做好 参加 参与
        提升 提高 改善 结对 绑定 走进 深入 选建 争创 创成 播放 放映 签约 搭建 筹建 筹集 发动 创办 评定 产生 招引 跟踪
        加强"
}

words! {
    /// Verbs that only carry another one.
    pub(crate) LIGHT =
        "完成 组织 开展 实施 落实 实现 继续 引进 选派 推动 推进 抓好 做好 支持 鼓励 引导 培育 建立 培养 扶持
        动员 遴选 选拔 建设 新建 评选 开发 创建 打造 设立 巩固 筹集 跟踪 加强"
}

words! {
    /// Words with which a clause begins that names its means first.
    pub(crate) MEANS =
        "依托 面向 通过 围绕 结合 为 对 由 向 在 以 联合 利用 针对 从 与 会同 聚焦 按 根据 发挥 充分 借助
        深入 整合 用好 坚持"
}

/// The verb that the stretch begins with, and where its noun begins.
pub(crate) fn verb_and_noun(s: &str, a: usize, b: usize, money: bool) -> (String, usize) {
    let rest = cut(s, a, b);
    let mut at = 0;
    if starts(rest, &DO).is_none() {
        let adverb =
            ["每年", "每月", "每学期", "每季度", "每周", "累计", "计划", "力争", "至少", "每学年", "年均"]
                .iter()
                .filter_map(|w| rest.rfind(w).map(|i| i + w.len()))
                .filter(|i| starts(cut(rest, *i, rest.len()), &DO).is_some())
                .max()
                // 街道安排经费: money is set aside by somebody
                .or_else(|| {
                    ["安排", "投入", "列支", "筹集"]
                        .iter()
                        .filter_map(|w| rest.find(w))
                        .min()
                        .filter(|i| money && *i > 0 && rest.len() - i > 6)
                });
        let means = starts(rest, &MEANS).is_some();
        let first = DO.iter().filter(|v| chars(v) > 1).filter_map(|v| rest.find(v)).min();
        at = match (adverb, first) {
            (Some(i), _) => i,
            (None, Some(i)) if means => i,
            _ => return (String::new(), a),
        };
    }
    let mut verb = "";
    // 研发人员, 服务站: a noun that begins with a verb's word
    let first = starts(
        cut(rest, at, rest.len()),
        words!("研发 服务 培训 创作 开发 接待 投入 覆盖 注册 参与 参加 支持 建"),
    );
    let compound = first.is_some_and(|w| starts(cut(rest, at + w.len(), rest.len()), words!("人员 者 队 站 中心 基地 机构 平台 团队 班 员 资源 经费 体系 人数 人次 率 面 学校 率达 总数 学员 资金 品牌 窗口 点 筑")).is_some());
    if compound {
        return (String::new(), a + at);
    }
    while let Some(found) = starts(cut(rest, at, rest.len()), &DO) {
        // 有条件的地方: one character alone goes on no chain
        if !verb.is_empty() && chars(found) < 2 {
            break;
        }
        let left = cut(rest, at + found.len(), rest.len());
        let next = starts(left, &DO);
        // 培训班, 服务队, 建设者: the verb is part of a noun
        let noun = !verb.is_empty() && starts(left, words!("班 队 者 站 中心 员 活动 基地 工作 项目 大赛 机构 平台 课程 点 体系 室 会 馆 学校 人员 团 组织 讲座")).is_some();
        if noun || (!verb.is_empty() && left.is_empty() && !LIGHT.contains(verb)) {
            break;
        }
        verb = found;
        at += found.len();
        // 引进和培养, 选拔资助
        let joined = starts(left, words!("和 并 及 与 、"))
            .filter(|w| starts(cut(left, w.len(), left.len()), &DO).is_some_and(|v| chars(v) > 1));
        if let Some(word) = joined {
            at += word.len();
            continue;
        }
        if !(LIGHT.contains(found) && next.is_some()) {
            break;
        }
    }
    // 支持有条件的地方建设青少年科学院: what is done stands behind who does it
    if matches!(verb, "支持" | "鼓励" | "引导" | "推动" | "组织" | "动员") {
        let noun = cut(rest, at, rest.len());
        let inner = ["建设", "建立", "创建", "开展", "举办", "打造", "设立", "新建"]
            .iter()
            .filter_map(|v| noun.find(v).map(|i| (i, *v)))
            .filter(|(i, v)| *i > 0 && chars(cut(noun, i + v.len(), noun.len())) >= 2)
            .max();
        if let Some((i, v)) = inner {
            return (v.to_string(), a + at + i + v.len());
        }
    }
    (verb.to_string(), a + at)
}

/// Nothing but words that carry no subject.
pub(crate) fn only_verbs(s: &str) -> bool {
    let mut rest = s.trim();
    while !rest.is_empty() {
        let Some(w) = starts(rest, &DO)
            .or_else(|| starts(rest, &TRAIL))
            .or_else(|| starts(rest, words!("一批 各类 一定 总量 相关 新的 先后 优秀")))
        else {
            return false;
        };
        rest = cut(rest, w.len(), rest.len());
    }
    true
}

/// The noun behind number and unit: `1处实体科技（小）馆`.
pub(crate) fn behind(s: &str, n: &Number, unit: &Unit) -> (usize, usize) {
    let _ = n;
    let after = cut(s, unit.end, s.len());
    let mut from =
        unit.end + starts(after, words!("（次） （人次） （处） （个） （场）")).map_or(0, str::len);
    let after = cut(s, from, s.len());
    from += starts(after, words!("以上 以内 左右 以下 及以上 及以下 之内 之上")).map_or(0, str::len);
    if cut(s, from, s.len()).starts_with('的') {
        from += '的'.len_utf8();
    }
    behind_from(s, from)
}

/// 和 before a figure: 30名甲和50名乙 are two amounts.
fn joins_figures(here: &str) -> bool {
    starts(here, words!("和 与 及 以及"))
        .is_some_and(|w| cut(here, w.len(), here.len()).starts_with(|c: char| c.is_ascii_digit()))
}

/// Whether the next member of a list is a noun too, with no figure of its own.
fn listed(next: &str, until: &str) -> bool {
    let member = until.split(['、', '和']).next().unwrap_or("");
    let figure = cut(next, member.len(), next.len()).starts_with(|c: char| c.is_ascii_digit());
    chars(member) >= 2
        && !member.contains('（')
        && !figure
        && starts(member, &DO).is_none()
        && starts(member, words!("每 各 到")).is_none()
}

pub(crate) fn behind_from(s: &str, from: usize) -> (usize, usize) {
    let rest = cut(s, from, s.len());
    let mut depth = 0usize;
    let mut end = 0;
    for (at, c) in rest.char_indices().take(40) {
        match c {
            '（' => depth += 1,
            '）' if depth == 0 => break,
            '）' => depth -= 1,
            _ => {}
        }
        let here = cut(rest, at, rest.len());
        // 品学兼优、学有余力的中学生: a list of qualities, or of nouns; 建馆、办展 are two doings
        let next = cut(here, c.len_utf8(), here.len());
        let quality = depth == 0
            && end > 0
            && c == '、'
            && first_chars(next, 24)
                .split(|c: char| c.is_ascii_digit() || matches!(c, '，' | '。' | '；'))
                .next()
                .is_some_and(|h| h.contains('的') || listed(next, h));
        if quality {
            continue;
        }
        let stop = depth == 0
            && (!in_word(c)
                || c == '、'
                || c.is_ascii_digit()
                || joins_figures(here)
                || starts(here, words!("以上 左右 以内 并 每年 到20 参加 进行 走进 赴 和培 和建 及以 达到"))
                    .is_some());
        if stop {
            break;
        }
        end = at + c.len_utf8();
    }
    // an explanation in brackets belongs to the noun only inside of it
    let noun = cut(rest, 0, end);
    let noun =
        if noun.ends_with('）') { noun.rfind('（').map_or(noun, |at| cut(noun, 0, at)) } else { noun };
    if noun.starts_with('（') { (from, from) } else { (from, from + noun.len()) }
}
