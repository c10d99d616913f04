//! Whether a number is something to be reached, and the words around it that say how.

use crate::amount::{range, unit};
use crate::compare::{sign_after, sign_before};
use crate::frame::clause;
use crate::number::Number;
use crate::period::years;
use crate::reading::Period;
use crate::sentence::Sentence;
use crate::span::{chars, cut, first_chars, last_chars};
use crate::words::{ends, has, last_of, starts, words};

/// The verdict on a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Aim {
    None,
    Perhaps,
    Target,
}

words! {
    /// After a number, these make a date, an age, an order or a version of it.
    NO_UNITS =
        "年 月 日 号 时 世纪 周年 年代 届 岁 级 类 章 款第 版 代 周岁 周 季度 个月 路 楼 室 点半 个意识
        个自信 个维护 个确立 个方面 个阶段 个层次 个层面 个维度 个环节 个专项 个行动 个一 位一体 个结合
        个转变 个坚持 个重点 个工程 个文明 个代表 个全面 个百年 个关键 个五年 个融合 个统一 个必须 个明确
        个服务 个板块 个体系 个渠道 个领域 个面向 个导向 个着力 个作用 个目标 个任务 项行动 项重点 项工程
        项任务 项提升 项举措 项措施 项工作 项原则 项要求 项内容 项制度 项机制 项计划 项政策 项专项 项主要
        项基础 项职责 项具体 项指标 大行动 大工程 大任务 条措施 条意见 条主线 条底线 条红线 支队伍 类重点
        点一 点一线 场攻坚 次全会 次会议 次党代会 次代表大会 中全会 人行 天气 部委 部门 位同步"
}

words! {
    /// Verbs of doing that turn an amount into a task.
    pub(crate) VERBS =
        "培训 轮训 培养 培育 选派 派出 选聘 聘请 聘任 选树 选拔 遴选 评选 建设 建成 建立 建有 新建 改建 扩建
        改造 创建 打造 设立 配备 配强 配齐 举办 开展 组织 组建 发展 招募 认定 命名 推出 制作 创作 出版 发放
        发布 开发 扶持 资助 引进 新增 增加 增长 提高 提升 覆盖 服务 惠及 受益 完成 实现 安排 投入 推广 孵化
        开放 更新 吸纳 注册 征集 储备 举行 承办 申报 拥有 达到 超过 落实 支持 推荐 巡展 巡讲 巡演 播出 刊发
        播放 接待 参与 参加 动员 吸引 形成 办好 编印 编写 印发 拍摄 采购 购置 列支 下降 降低 减少 布设 设置
        建好 改扩建 录制 遴选推荐 表彰 带动 帮扶 走进 放映 联系 结对 辐射 培树 绑定 配置 选出 开设 推选
        壮大到 稳定在 保持在 控制在 录用 配有 设有 选育 打响 实施 研发 转化 签订 订阅 举报 筹建 筹集 招引 发动 创办
        评定"
}

words! {
    /// Verbs that begin a thought of their own after a comma.
    pub(crate) VERBS_STRONG = "建成 建设 选派 达到 建立 新建 创建"
}

fn is_reject(s: &str, n: &Number) -> bool {
    let before = cut(s, 0, n.start);
    let after = cut(s, n.end, s.len());
    let prev = before.chars().next_back();
    let next = after.chars().next();
    prev == Some('第')
        || prev
            .is_some_and(|c| c.is_ascii_alphabetic() || matches!(c, '-' | '_' | '/' | '.' | '+' | '〔' | '['))
        || next.is_some_and(|c| {
            (c.is_ascii_alphabetic() && !after.starts_with("m²"))
                || (matches!(c, '+' | '.' | '/' | '〕' | ']')
                    && starts(after, words!("/10万 /十万")).is_none())
        })
        || (before.ends_with(['—', '-', '–', '~', '～', '至', '到'])
            && before.chars().rev().nth(1).is_some_and(|c| c.is_ascii_digit() || c == '%'))
        || cut(s, n.start, n.end).chars().all(|c| matches!(c, '十' | '百' | '千' | '万' | '亿'))
            && !before.ends_with("百分之")
            && (n.value.whole().is_some_and(|v| v > 10) || before.ends_with('每'))
        || ends(before, words!("前 排名 位列 居 热线 电话 “ 约定 同步")).is_some()
            && !before.ends_with("之前")
        || starts(after, &NO_UNITS).is_some()
}

/// Whether only a list sign stands between two numbers of one list.
pub(crate) fn links(between: &str) -> bool {
    let between = last_chars(between, 40);
    // 举办竞赛20场，参赛5000人: a few words after a comma
    let tail = between.trim_start_matches(['，', ' ']);
    let brief = between.starts_with('，')
        && chars(tail) <= 10
        && !tail.contains(['，', '；', '：', '“'])
        && !has(tail, &VERBS_STRONG)
        && !has(tail, words!("每 到 力争 各 提高 增长"));
    // 300名甲赴外培训，1000名乙参加研修: the list goes on with a figure
    let goes_on = between.ends_with('，')
        && chars(between) <= 18
        && between.matches('，').count() == 1
        && !has(between, &VERBS_STRONG)
        && !between.contains(['；', '：', '每', '到']);
    brief
        || goes_on
        || chars(between) <= 34
            && !between.contains(['，', '；', '：'])
            && (between.contains(['、', '和'])
                || between.starts_with('与')
                || between.contains("以及")
                || between.contains('及')
                || between.contains("（其中"))
}

/// Where the verb is that a number depends on, if any.
pub(crate) fn verb_before(s: &str, n: &Number, linked: Option<usize>) -> String {
    let window = last_chars(cut(s, linked.unwrap_or(0).min(n.start), n.start), 60);
    let part = window.rsplit(['，', '：']).next().unwrap_or("");
    last_verb(part).map_or(String::new(), |(_, v)| v.to_string())
}

/// The last verb of a stretch, and where it begins.
pub(crate) fn last_verb(s: &str) -> Option<(usize, &'static str)> {
    last_of(s, &VERBS)
}

/// Is this number to be reached?
pub(crate) fn weigh(
    sentence: &Sentence<'_>,
    n: &Number,
    linked: Option<usize>,
    period: Option<&Period>,
) -> Aim {
    let s = sentence.piece.s;
    if is_reject(s, n) || (n.value.is_zero() && !n.percent) {
        return Aim::None;
    }
    let Some(unit) = unit(s, n) else { return Aim::None };
    let after_unit = cut(s, unit.end, s.len());
    // 100%全覆盖 is said by its words
    if starts(after_unit, words!("全覆盖 覆盖")).is_some() && unit.word == "%" && n.value.is(100) {
        return Aim::None;
    }
    if starts(after_unit, words!("岁 年级 年制")).is_some()
        || range(s, n).is_some_and(|r| starts(r, &NO_UNITS).is_some())
    {
        return Aim::None;
    }
    let clause = clause(sentence, n, linked);
    let before = clause.before.as_str();
    let sign = sign_before(before).is_some() || sign_after(after_unit).is_some();
    if past(sentence, before, period) {
        return Aim::None;
    }
    // one, two, three in Chinese are mostly not amounts
    if n.han && !n.percent {
        let each = each_place(before) || has(before, words!("各建 均建 各有 各设 都有 均有"));
        if n.value.is(1) && !(each || has(before, words!("至少 不少于"))) {
            return Aim::None;
        }
        let small = n.value.whole().is_some_and(|v| v < 10);
        let listed = linked.is_some() && unit.word != "个";
        if small && !(sign || each || listed) {
            return Aim::None;
        }
    }
    let verb = last_verb(before).is_some()
        || starts(last_chars(before, 4), words!("建 设 有 配")).is_some()
        || ends(before, words!("建 设 有 配 办 送")).is_some();
    let countable = !matches!(
        unit.word.as_str(),
        "天" | "小时" | "分钟" | "字" | "米" | "点" | "分贝" | "倍" | "对" | "批"
    );
    let structural = has(first_chars(after_unit, 8), words!("行动 工程 专项 意识 自信 一体"))
        && matches!(unit.word.as_str(), "个" | "项" | "条" | "种");
    match () {
        () if structural && !sign => Aim::None,
        () if sign => Aim::Target,
        () if verb && countable => Aim::Target,
        () if linked.is_some() && countable => Aim::Target,
        () if clause.yearly && countable => Aim::Target,
        () if before.contains('每') && countable => Aim::Target,
        () if n.han || !countable => Aim::None,
        // 科普专员12名 at the end of its words is likely one
        () => Aim::Perhaps,
    }
}

/// 每个镇, but not 每年, 每半年: how often a thing is done is no amount.
fn each_place(before: &str) -> bool {
    before.match_indices('每').any(|(at, w)| {
        starts(
            cut(before, at + w.len(), before.len()),
            words!("年 月 季 周 半年 两年 三年 学期 学年 天 2年 隔"),
        )
        .is_none()
    })
}

/// Speaks of what has been, not of what shall be.
fn past(sentence: &Sentence<'_>, before: &str, period: Option<&Period>) -> bool {
    let s = sentence.piece.s;
    let head = first_chars(s, 400);
    if has(before, words!("已 现有 目前 截至 原有 曾 同比 上年 去年")) && !has(before, words!("在已 已建"))
        || has(before, words!("已建成 已有 已达"))
    {
        return true;
    }
    let opened = starts(
        head,
        words!("截至 目前 “十三五”期间 “十三五”以来 十三五期间 “十二五” 近年来 五年来 过去 当前"),
    )
    .is_some();
    let future = has(head, words!("力争 确保 到2 将 争取"));
    if opened && !future {
        return true;
    }
    let Some(period) = period else { return false };
    match years(before) {
        Some((_, year, at)) => {
            let lead = cut(before, 0, at.start);
            let compared = ends(lead, words!("比 较 与 在 以")).is_some()
                || has(cut(before, at.end, before.len()), words!("基础 末的基础"));
            year < period.from && !compared
        }
        None => years(head).is_some_and(|(_, year, at)| {
            year < period.from
                && at.start < 30
                && !future
                && !has(cut(head, 0, at.start), words!("比 较"))
                && has(head, words!("达到 提高 增长 达"))
                && !has(head, words!("每年"))
        }),
    }
}
