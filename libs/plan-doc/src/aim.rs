//! Whether a number is something to be reached, and the words around it that say how.

use crate::front::{five_year_plan, years};
use crate::number::Number;
use crate::reading::{Comparator, Period};
use crate::sentence::Sentence;
use crate::span::{chars, cut, first_chars, is_han, last_chars};
use crate::words::{Words, ends, has, last_of, starts, words};

/// The verdict on a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Aim {
    None,
    Perhaps,
    Target,
}

/// What one of it is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unit {
    pub word: String,
    /// Bytes from the end of the number to the end of the unit.
    pub end: usize,
    pub money: bool,
    /// 万元 is 元 with four more zeros.
    pub zeros: u32,
}

words! {
    /// Words for what is counted, longest first within each beginning.
    UNITS =
        "个百分点 人次 场次 班次 课次 条次 人 名 位 户 家 所 处 座 个 场 次 期 支 件 套 台 辆 部 篇 册 本 种
        条 块 门 份 批 对 间 片 幅 节 堂 讲 项 款 集 只 组 队 村 镇 街道 社区 学时 课时 小时 分钟 天 亩
        公顷 公里 平方米 ㎡ m² 万字 字 倍 吨 站 例 米 元 % ‰ 分贝 点 员 档 栏"
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
        壮大到 稳定在 保持在 控制在 录用 配有 设有 选育 打响 实施 研发 转化 签订 订阅 举报"
}

words! {
    /// Before the number: at least.
    AT_LEAST =
        "至少 不少于 不低于 不小于 达到 达 达至 提高到 提升到 提高至 提升至 增加到 增加至 增至 增长到 增长至
        发展到 扩大到 扩大至 壮大到 保持在 稳定在 最低 最少 低于不 不得少于 不得低于 不能少于 ≥ >= 上升到
        上升至 提到 到达 完成率 不应少于 不应低于"
}

words! {
    MORE_THAN = "超过 突破 高于 多于 大于 超 >"
}
words! {
    AT_MOST =
        "不超过 不高于 不多于 不大于 不得超过 不得高于 控制在 控制到 至多 最多 降低到 降低至 下降到 下降至
        降到 降至 压减到 ≤ <= 不突破"
}
words! {
    LESS_THAN = "低于 少于 小于 <"
}

/// The part of a sentence that a number stands in.
pub(crate) struct Clause {
    /// Offset of its first byte in the sentence.
    pub from: usize,
    /// Words from there to the number.
    pub before: String,
    pub yearly: bool,
    pub average: bool,
    pub by_year: bool,
    pub cumulative: bool,
    /// 月, 季度, 周, 学期
    pub often: Option<&'static str>,
}

/// From the last comma, or from the end of the number before in a list.
pub(crate) fn clause(sentence: &Sentence<'_>, n: &Number, linked: Option<usize>) -> Clause {
    let s = sentence.piece.s;
    let head = cut(s, 0, n.start);
    // a window keeps this linear on absurd sentences
    let window = last_chars(head, 120);
    let base = head.len() - window.len();
    let comma = window.rfind(['，', '：', ',', '?', '？']).map_or(base, |at| {
        base + at + window.get(at..).and_then(|w| w.chars().next()).map_or(1, char::len_utf8)
    });
    let bracket = window
        .rfind('（')
        .filter(|at| !cut(window, *at, window.len()).contains('）'))
        .map_or(base, |at| base + at + '（'.len_utf8());
    let from = comma.max(bracket).max(linked.unwrap_or(0)).min(n.start);
    let before = cut(s, from, n.start);
    let wide = window;
    let often = [
        ("每月", "月"),
        ("每季度", "季度"),
        ("每周", "周"),
        ("每学期", "学期"),
        ("每学年", "学年"),
        ("每半年", "半年"),
        ("每个月", "月"),
    ]
    .into_iter()
    .find(|(w, _)| before.contains(w))
    .map(|(_, p)| p);
    Clause {
        from,
        yearly: has(
            before,
            words!(
                "每年 年均 每一年 年度 逐年 全年 年接待 年服务 年培训 年开放 年举办 年参观 年组织 年发放 年访问 年受益 年授课"
            ),
        ) || has(wide, words!("每年"))
            && !has(before, words!("累计 共计"))
            && !before.contains('到')
            && !has(before, &VERBS_STRONG),
        average: has(before, words!("年均")),
        by_year: before.contains("20") && before.contains('年'),
        cumulative: has(before, words!("累计 共计 总计")),
        often,
        before: before.to_string(),
    }
}

words! {
    /// Verbs that begin a thought of their own after a comma.
    VERBS_STRONG = "建成 建设 选派 达到 建立 新建 创建"
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
            (c.is_ascii_alphabetic() && !after.starts_with("m²")) || matches!(c, '+' | '.' | '/' | '〕' | ']')
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

/// A range such as 3—5名: the words after its second number.
fn range<'s>(s: &'s str, n: &Number) -> Option<&'s str> {
    let after = cut(s, n.end, s.len());
    let sign = starts(after, words!("— - – ~ ～ 至 到 %— %- %~ %至"))?;
    let rest = cut(after, sign.len(), after.len());
    let len = rest.bytes().take_while(|b| b.is_ascii_digit() || *b == b'.').count();
    (len > 0).then(|| cut(rest, len, rest.len()))
}

/// The unit behind a number, past 余 and spaces.
pub(crate) fn unit(s: &str, n: &Number) -> Option<Unit> {
    if n.percent {
        return Some(Unit { word: "%".into(), end: n.end, money: false, zeros: 0 });
    }
    let after = range(s, n).unwrap_or(cut(s, n.end, s.len()));
    let at = s.len() - after.len();
    let skipped = after.trim_start_matches([' ', '余', '多', '几']);
    let (skipped, more) = match skipped.chars().next() {
        Some('万') => (cut(skipped, 3, skipped.len()), 4),
        Some('亿') => (cut(skipped, 3, skipped.len()), 8),
        Some('千') => (cut(skipped, 3, skipped.len()), 3),
        _ => (skipped, 0),
    };
    let skipped = skipped.trim_start_matches([' ', '余', '多']);
    let word = starts(skipped, &UNITS)?;
    let end = at + after.len() - skipped.len() + word.len();
    Some(Unit { word: word.to_string(), end, money: word == "元", zeros: more })
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
    brief
        || chars(between) <= 34
            && !between.contains(['，', '；', '：'])
            && (between.contains(['、', '和'])
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
        if small && !sign && !each && !(linked.is_some() && unit.word != "个") {
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

fn sign_before(before: &str) -> Option<Comparator> {
    let whole = last_chars(before, 12);
    let near = |words: &Words| {
        last_of(whole, words)
            .map(|(at, w)| (at + w.len(), w.len()))
            .filter(|(e, _)| chars(cut(whole, *e, whole.len())) <= 4)
    };
    let order = [
        (near(&AT_MOST), Comparator::AtMost),
        (near(&AT_LEAST), Comparator::AtLeast),
        (near(&MORE_THAN), Comparator::MoreThan),
        (near(&LESS_THAN), Comparator::LessThan),
    ];
    order
        .into_iter()
        .filter_map(|(m, c)| m.map(|m| (m, c)))
        .max_by_key(|((end, len), _)| (*end, *len))
        .map(|(_, c)| c)
}

fn sign_after(after: &str) -> Option<Comparator> {
    let after = after.trim_start_matches([' ', '（']);
    if starts(after, words!("以上 及以上 或以上 之上 起")).is_some() && !after.starts_with("起来")
    {
        return Some(Comparator::AtLeast);
    }
    if starts(after, words!("以内 以下 之内 及以下")).is_some() {
        return Some(Comparator::AtMost);
    }
    None
}

/// How the number compares.
pub(crate) fn comparator(s: &str, clause: &Clause, n: &Number, unit: &Unit) -> Comparator {
    let mut after = cut(s, unit.end, s.len());
    // 20场（次）以上
    if let Some(rest) = after.strip_prefix('（')
        && let Some(at) = first_chars(rest, 5).find('）')
    {
        after = cut(rest, at + '）'.len_utf8(), rest.len());
    }
    let between = cut(s, n.end, unit.end);
    if let Some(sign) = sign_before(&clause.before) {
        return sign;
    }
    if let Some(sign) = sign_after(after).or_else(|| sign_after(cut(s, n.end, s.len()))) {
        return sign;
    }
    if between.contains(['余', '多']) || range(s, n).is_some() {
        Comparator::AtLeast
    } else {
        Comparator::Exactly
    }
}

/// 增加, 提高 right before the number: it is a difference.
pub(crate) fn step(clause: &Clause) -> Option<&'static str> {
    let tail = clause.before.trim_end_matches([' ', '约', '近', '了']);
    let tail = ends(tail, words!("不少于 不低于 至少 超过 达到 达"))
        .map_or(tail, |w| cut(tail, 0, tail.len() - w.len()));
    ends(tail, words!("增加 提高 增长 提升 递增 上升 新增 增幅 下降 降低 减少"))
        .filter(|w| !(*w == "提高" && tail.ends_with("不断提高")))
}

/// The year, or year and month, that the sentence gives.
pub(crate) fn by(sentence: &Sentence<'_>, n: &Number) -> Option<String> {
    let head = last_chars(cut(sentence.piece.s, 0, n.start), 160);
    let plan = five_year_plan(head)
        .filter(|_| has(head, words!("末 期间 时期")) && !has(head, words!("基础 相比 比“ 较“ 同比")))
        .map(|(_, to)| to.to_string());
    let at = head.rfind('年').map(|at| cut(head, 0, at + '年'.len_utf8())).and_then(|h| deadline(h, head));
    at.or_else(|| {
        let after = first_chars(cut(sentence.piece.s, n.end, sentence.piece.s.len()), 60);
        let after = after.split(['，', '；']).next().unwrap_or("");
        let before_end = has(after, words!("年底前 年底 年末 年前 年内"));
        let year = years(after).filter(|_| before_end)?;
        Some(year.1.to_string())
    })
    .or(plan)
}

/// `2023年、2025年分别达到`: the years, in order, that the numbers after 分别 are for.
pub(crate) fn respective_years(s: &str) -> Option<(usize, Vec<String>)> {
    let at = s.find("分别")?;
    let head = last_chars(cut(s, 0, at), 80);
    let years: Vec<String> = crate::number::numbers(head)
        .iter()
        .filter(|n| n.end - n.start == 4 && n.value.whole().is_some_and(|y| (2000..=2100).contains(&y)))
        .map(|n| n.value.to_string())
        .collect();
    (years.len() > 1).then_some((at, years))
}

/// The last `到2025年` before a number; `比2020年` is none.
fn deadline(until: &str, head: &str) -> Option<String> {
    let mut rest = until;
    for _ in 0..6 {
        let at = rest.rfind('年')?;
        let digits = last_chars(cut(rest, 0, at), 4);
        let before = cut(rest, 0, at - digits.len().min(at));
        let year: Option<u16> = if digits.is_ascii() { digits.parse().ok() } else { None };
        let compared = ends(before.trim_end(), words!("比 较 与 在 以 自 从")).is_some();
        if let Some(year) = year.filter(|y| (2000..=2100).contains(y) && !compared) {
            let tail = cut(head, at + '年'.len_utf8(), head.len());
            let month = tail
                .find('月')
                .map(|m| cut(tail, 0, m))
                .and_then(|m| m.trim().parse::<u8>().ok())
                .filter(|m| (1..=12).contains(m));
            let from_range =
                cut(head, at + '年'.len_utf8(), head.len()).starts_with(['—', '-', '至', '起', '以']);
            if !from_range {
                return Some(month.map_or_else(|| year.to_string(), |m| format!("{year}-{m:02}")));
            }
        }
        rest = cut(rest, 0, at);
    }
    None
}

/// 全区, 全市 …: the area that the sentence speaks of.
pub(crate) fn scope(before: &str, region: bool) -> Option<&'static str> {
    let area = if region { "region" } else { "district" };
    [
        ("全区", area),
        ("我区", area),
        ("全市", "city"),
        ("我市", "city"),
        ("全县", "county"),
        ("我县", "county"),
        ("全省", "province"),
        ("我省", "province"),
        ("全州", "prefecture"),
        ("全旗", "banner"),
        ("全盟", "league"),
        ("全国", "country"),
        ("我国", "country"),
        ("全镇", "town"),
        ("全乡", "town"),
        ("全街道", "street"),
        ("本市", "city"),
        ("本区", area),
        ("本省", "province"),
        ("本县", "county"),
    ]
    .into_iter()
    .find(|(word, _)| before.contains(word))
    .map(|(_, scope)| scope)
}

/// A word that softens the promise.
pub(crate) fn strength(before: &str) -> Option<&'static str> {
    ["力争", "争取", "努力", "原则上", "确保", "鼓励", "预期", "计划", "拟"]
        .into_iter()
        .find(|w| before.contains(w))
        .filter(|w| {
            !(matches!(*w, "计划" | "鼓励" | "努力" | "拟"))
                || starts(before, words!("计划 鼓励 努力 拟")).is_some()
        })
}

/// 左右, 约, 近.
pub(crate) fn approximate(s: &str, n: &Number, unit: &Unit) -> bool {
    let after = cut(s, unit.end, s.len());
    let before = cut(s, 0, n.start).trim_end();
    after.starts_with("左右")
        || cut(s, n.end, s.len()).starts_with("左右")
        || before.ends_with('约')
        || before.ends_with('近')
        || before.ends_with("大约")
}

/// Whether a character may stand in a subject.
pub(crate) fn in_word(c: char) -> bool {
    is_han(c)
        || c.is_ascii_alphanumeric()
        || matches!(c, '（' | '）' | '“' | '”' | '、' | '·' | '—' | '+' | '-' | '《' | '》' | '/')
}

/// The deadline before a place in the sentence.
pub(crate) fn by_end(sentence: &Sentence<'_>, at: usize) -> Option<String> {
    let head = last_chars(cut(sentence.piece.s, 0, at), 160);
    head.rfind('年').map(|y| cut(head, 0, y + '年'.len_utf8())).and_then(|h| deadline(h, head))
}
