//! What a number counts: the words before it, or behind it, without the words that only frame it.

use crate::aim::{Clause, Unit, in_word, step};
use crate::lexicon::kind_of;
use crate::number::Number;
use crate::reading::TargetKind;
use crate::sentence::Sentence;
use crate::span::{chars, cut, first_chars, is_han, last_chars};
use crate::target::Scope;
use crate::words::{ends, has, starts, words};

/// What is counted, in which places, and the verb that does it.
pub(crate) struct Subject {
    pub words: String,
    pub per: Option<String>,
    pub verb: String,
}

/// The last money noun of the paragraph, for sentences that leave it out (人均增加0.1元).
#[derive(Default)]
pub(crate) struct Memory {
    money: Option<String>,
}

impl Memory {
    pub fn note(&mut self, sentence: &Sentence<'_>) {
        let s = sentence.piece.s;
        let Some(at) = s.rfind("经费") else { return };
        let head = last_chars(cut(s, 0, at), 6);
        let from = head
            .rfind(|c: char| !is_han(c) || "将持把的和与加大入定证保在纳列障到均".contains(c))
            .map_or(0, |i| i + cut(head, i, head.len()).chars().next().map_or(0, char::len_utf8));
        let word = format!("{}经费", cut(head, from, head.len()));
        if chars(&word) > 2 || self.money.is_none() {
            self.money = Some(word);
        }
    }
}

words! {
    /// Words before a subject that only say when, where or how firmly.
    LEAD =
        "力争 争取 确保 努力 全区 全市 全县 全省 全州 全旗 全盟 全镇 我区 我市 我县 我省 我国 本市 本区 本县
        全国 每年 每月 每季度 每学期 每学年 每半年 每周 每个月 其中 并 计划 累计 总计 共计 全年 年内 年均
        使 推动 逐步 至少 不少于 不低于 要 应 须 原则上 同时 再 拟 预期 在全区 在全市 在全县 在全省 、 和
        及 以及 ， 重点 分别 十四五期间 “十四五”期间 期间 五年内 三年内 五年 三年 规划期内 全域 均 都 各 新
        也 将 基本 到 按照 积极 大力 持续 稳步 进一步 着力 不断 平均 全部 基本实现 辖区 区域内"
}

words! {
    /// Words between a subject and its number.
    TRAIL =
        "至少 不少于 不低于 不小于 不得少于 不得低于 达到 达 提高到 提升到 提高至 提升至 增加到 增加至 增至
        增长到 增长至 发展到 扩大到 壮大到 保持在 稳定在 超过 突破 高于 多于 不超过 不高于 不多于 不大于
        控制在 至多 最多 降低到 下降到 降到 降至 低于 少于 约 近 了 为 在 到 至 共 累计 总计 共计 分别 均
        都 全部 应 要 须 平均 每年 年均 每月 每季度 每学期 每学年 每周 总数 力争 确保 争取 全年 合计 各
        按人均 ： 超 不得超过 大约 上升到 上升至 每人每年 实现 不应少于 不突破 也 将 原则上 预期 并 再 基本
        总体 年底前 扩大至 降低至 下降至 已 能够 可 完成 率先 保持 努力 年度 ≥ ≤ 不能少于 一般 最少 最低"
}

words! {
    /// Verbs that a clause of doing begins with.
    DO =
        "培训 轮训 培养 培育 选派 派出 选聘 聘请 聘任 选树 选拔 遴选 评选 建设 建成 建立 建有 新建 改建 扩建
        改扩建 改造 创建 打造 设立 配备 配强 配齐 配置 配有 设有 举办 开展 组织 组建 发展 招募 认定 命名
        推出 制作 创作 出版 发放 发布 开发 扶持 资助 引进 新增 增加 覆盖 服务 惠及 完成 安排 投入 推广 孵化
        开放 更新 吸纳 注册 征集 储备 举行 承办 申报 拥有 推荐 建 实施 落实 办好 编印 编写 印发 拍摄 购置
        布设 设置 建好 录制 表彰 带动 帮扶 吸引 接待 动员 支持 形成 播出 刊发 开设 设 配 办 送 有 巩固 研发
        转化 健全 完善 实现 继续 新建成 提供 推选 培树 开办 招聘 引导 鼓励 推动 推进 抓好 做好 参加 参与
        提升 提高 改善 结对 绑定 走进 深入 选建 争创 创成 播放 放映 签约 搭建"
}

words! {
    /// Verbs that only carry another one.
    LIGHT =
        "完成 组织 开展 实施 落实 实现 继续 引进 选派 推动 推进 抓好 做好 支持 鼓励 引导 培育 建立 培养 扶持
        动员 遴选 选拔 建设 新建 评选 开发 创建 打造 设立 巩固"
}

words! {
    /// Words with which a clause begins that names its means first.
    MEANS =
        "依托 面向 通过 围绕 结合 为 对 由 向 在 以 联合 利用 针对 从 与 会同 聚焦 按 根据 发挥 充分 借助
        深入 整合 用好 坚持"
}

/// Reads the subject of a number.
pub(crate) fn read(
    scope: &Scope<'_>,
    sentence: &Sentence<'_>,
    n: &Number,
    clause: &Clause,
    unit: &Unit,
    linked: Option<&str>,
    memory: &Memory,
) -> Option<Subject> {
    let s = sentence.piece.s;
    let original = |a: usize, b: usize| {
        let base = sentence.piece.at;
        cut(scope.text, base + a, base + b).chars().filter(|c| *c != ' ').collect::<String>()
    };
    let (mut a, mut b) = (clause.from, n.start);
    if let Some(word) = step(clause) {
        let at = cut(s, a, b).rfind(word).map_or(b, |i| a + i);
        let at = at.max(a);
        let end = trim_trail(s, a, at);
        let head = strip_compared(s, trim_lead(s, a, end), end);
        let words = original(head.0, head.1);
        if words.ends_with("人均") || words.is_empty() {
            let elided = memory.money.clone().unwrap_or_default();
            let words = if elided.is_empty() { words } else { format!("{words}{elided}{word}") };
            return Some(Subject { words: plain(words), per: None, verb: String::new() });
        }
        // 新增科普基地20个 has its noun behind
        if chars(&words) >= 2 && !starts(&words, &DO).is_some_and(|v| v == words) {
            let (words, per) = each(&words);
            return Some(Subject { words: plain(words), per, verb: String::new() });
        }
    }
    let per = find_each(s, a, b).map(|(word, from, to, next)| {
        // 科技馆每个镇至少1处: the subject stands before
        if next >= b || trim_trail(s, next, b) <= next {
            b = trim_trail(s, a, word).max(a);
        } else {
            a = next;
        }
        original(from, to)
    });
    // 每个镇至少1处: nothing is left before the number
    if let (Some(_), true) = (&per, b <= a) {
        a = n.start;
        b = n.start;
    }
    a = trim_lead(s, a, b);
    b = trim_trail(s, a, b);
    let (verb, from) = verb_and_noun(s, a, b, unit.money);
    let after_verb = from;
    let noun_empty = from >= b || only_verbs(cut(s, from, b));
    let (from, to) = if noun_empty { behind(s, n, unit) } else { (from, b) };
    let verb = if verb.is_empty() { linked.unwrap_or("").to_string() } else { verb };
    let mut noun = plain(original(from, to).replace("每年", ""));
    if noun.is_empty() && !verb.is_empty() {
        noun = plain(original(a, b));
        return Some(Subject { words: noun, per, verb });
    }
    let counted = kind_of(&noun, &unit.word, &verb) == TargetKind::Counted;
    // the verb in the document's own characters
    let own = original(after_verb.saturating_sub(verb.len()), after_verb);
    let written = if chars(&own) == chars(&verb) && after_verb > a { own } else { verb.clone() };
    let words = if counted && !noun.is_empty() && !noun.starts_with(&written) {
        format!("{written}{noun}")
    } else {
        noun
    };
    Some(Subject { words, per, verb })
}

/// Where a number's own words end: past its unit and 以上.
pub(crate) fn end_of(s: &str, n: &Number) -> usize {
    let end = crate::aim::unit(s, n).map_or(n.end, |u| u.end);
    let rest = cut(s, end, s.len());
    let sign = starts(rest, words!("以上 以内 左右 以下 及以上")).map_or(0, str::len);
    // the noun behind belongs to it too
    let noun = behind_from(s, end + sign);
    noun.1.max(end + sign)
}

fn trim_lead(s: &str, mut a: usize, b: usize) -> usize {
    loop {
        let rest = cut(s, a, b);
        // 5年内, 三年
        if let Some(first) = crate::number::numbers(first_chars(rest, 6)).first().filter(|n| n.start == 0) {
            let after = cut(rest, first.end, rest.len());
            if let Some(word) =
                starts(after, words!("年内 年间 年来")).or_else(|| after.starts_with("年新").then_some("年"))
            {
                a += first.end + word.len();
                continue;
            }
        }
        let year = rest.trim_start_matches(['到', '在', '至']);
        let digits = year.bytes().take_while(u8::is_ascii_digit).count();
        if digits == 4 && cut(year, 4, year.len()).starts_with('年') {
            a = b - year.len() + 4 + '年'.len_utf8();
            let tail = cut(s, a, b);
            a += starts(tail, words!("底前 末前 底 末 前 内 起 度")).map_or(0, str::len);
            continue;
        }
        if rest.starts_with(' ') {
            a += 1;
            continue;
        }
        match starts(rest, &LEAD) {
            // 各类, 新型, 将军 are words of their own
            Some("各") if starts(rest, words!("各类 各级 各种")).is_some() => return a,
            Some("新")
                if starts(cut(rest, '新'.len_utf8(), rest.len()), &DO)
                    .is_none_or(|v| matches!(v, "建" | "增加" | "建成")) =>
            {
                return a;
            }
            Some("应") if rest.starts_with("应急") || rest.starts_with("应用") => return a,
            Some("重点") if starts(rest, words!("重点实验室 重点人群 重点学校")).is_some() => {
                return a;
            }
            Some("要") if rest.starts_with("要素") => return a,
            Some("都") if rest.starts_with("都市") => return a,
            Some("全年" | "五年" | "三年" | "平均" | "基本") if chars(rest) <= 2 => return a,
            Some(word) if a + word.len() <= b => a += word.len(),
            _ => return a,
        }
    }
}

fn trim_trail(s: &str, a: usize, mut b: usize) -> usize {
    loop {
        let rest = cut(s, a, b);
        if rest.ends_with(' ') {
            b -= 1;
            continue;
        }
        match ends(rest, &TRAIL) {
            Some("为") if rest.ends_with("行为") => return b,
            Some("各" | "要" | "并" | "可" | "再" | "均" | "达" | "在" | "完成") if chars(rest) <= 1 => {
                return b;
            }
            Some("均") if rest.ends_with("人均") || rest.ends_with("平均") => return b,
            Some("要") if rest.ends_with("需要") || rest.ends_with("重要") => return b,
            Some("为" | "近" | "在" | "到" | "至" | "共" | "各" | "并" | "再" | "可" | "将" | "也")
                if ends(rest, words!("公共 附近 存在 所在 中共")).is_some() =>
            {
                return b;
            }
            Some(word) => b -= word.len(),
            None => return b,
        }
    }
}

/// `科普经费比2020年`: the comparison is no part of the subject.
fn strip_compared(s: &str, a: usize, b: usize) -> (usize, usize) {
    let rest = cut(s, a, b);
    match rest.rfind(['比', '较']) {
        Some(at) if has(cut(rest, at, rest.len()), words!("年 末 上")) => {
            let left = trim_trail(s, a, a + at);
            (a, left)
        }
        _ => (a, b),
    }
}

/// `每个镇（街道）`, `各镇（街道）至少`: where 每 stands, the words of the place, where the sentence goes on.
fn find_each(s: &str, a: usize, b: usize) -> Option<(usize, usize, usize, usize)> {
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
fn is_place(s: &str) -> bool {
    !s.is_empty()
        && ends(
            s, words!("镇 街道 乡 县 区 市 村 社区 学校 中小学 小学 中学 幼儿园 单位 部门 企业 ） 旗 园区 高校 馆 基地 万人 户 学会 协会 中心 医院 卫生院 家庭 班级 年级 站 院 所 组织 团队 队伍 院校 州 校 公司 景区 苏木 嘎查 机构 教师 辅导员 特派员 百人 千人 十万人"))
        .is_some()
}

fn trim_lead_times(rest: &str) -> usize {
    let mut at = 0;
    while let Some(w) =
        starts(cut(rest, at, rest.len()), words!("每年 力争 确保 全区 全市 全县 原则上 推动 要求 鼓励 、"))
    {
        at += w.len();
    }
    at
}

/// The verb that the stretch begins with, and where its noun begins.
fn verb_and_noun(s: &str, a: usize, b: usize, money: bool) -> (String, usize) {
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
        words!("研发 服务 培训 创作 开发 接待 投入 覆盖 注册 参与 参加 支持"),
    );
    let compound = first.is_some_and(|w| starts(cut(rest, at + w.len(), rest.len()), words!("人员 者 队 站 中心 基地 机构 平台 团队 班 员 资源 经费 体系 人数 人次 率 面 学校 率达 总数 学员 资金 品牌 窗口 点")).is_some());
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
        if noun || (!verb.is_empty() && left.is_empty() && !LIGHT.contains(&verb)) {
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
        if !(LIGHT.contains(&found) && next.is_some()) {
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
fn only_verbs(s: &str) -> bool {
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
fn behind(s: &str, n: &Number, unit: &Unit) -> (usize, usize) {
    let _ = n;
    let after = cut(s, unit.end, s.len());
    let mut from =
        unit.end + starts(after, words!("（次） （人次） （处） （个） （场）")).map_or(0, str::len);
    let after = cut(s, from, s.len());
    from += starts(after, words!("以上 以内 左右 以下 及以上")).map_or(0, str::len);
    if cut(s, from, s.len()).starts_with('的') {
        from += '的'.len_utf8();
    }
    behind_from(s, from)
}

fn behind_from(s: &str, from: usize) -> (usize, usize) {
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
        // 品学兼优、学有余力的中学生: a list of qualities before the noun
        let quality = c == '、'
            && first_chars(here, 16)
                .split(|c: char| c.is_ascii_digit() || matches!(c, '，' | '。' | '；'))
                .next()
                .is_some_and(|h| h.contains('的'));
        if quality {
            continue;
        }
        let stop = depth == 0
            && (!in_word(c)
                || c == '、'
                || c.is_ascii_digit()
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

/// `各镇科普经费` keeps its place apart.
fn each(words: &str) -> (String, Option<String>) {
    (words.to_string(), None)
}

/// Without signs at its ends.
fn plain(words: String) -> String {
    let trimmed = words.trim_matches(['、', '，', '：', ' ', '的', '—', '-']);
    let unequal = trimmed.matches('“').count() != trimmed.matches('”').count();
    let wrapped =
        trimmed.starts_with('“') && trimmed.find('”').is_some_and(|at| at + '”'.len_utf8() == trimmed.len());
    let trimmed = if unequal || wrapped { trimmed.trim_matches(['“', '”']) } else { trimmed };
    first_chars(trimmed, 40).to_string()
}
