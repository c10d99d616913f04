//! Names of units: what looks like one, which stand for many, and prefixes left out in a list.

use crate::span::{chars, cut, first_chars, is_han};
use crate::words::{ends, has, starts, words};

words! {
    /// Endings of departments and mass organisations that carry their level in front (区教育局).
    DEPARTMENT =
        "局 厅 委 办 部 署 科协 妇联 残联 文联 侨联 工商联 社科联 总工会 工会 政协 人大 法院 检察院 党校
        行政学院 办公室 关工委 红十字会 科学技术协会 科学院 社科院 农科院 委员会 计生协 老科协 供销社 联社
        研究室 融媒体中心 疾控中心 政务服务中心 气象台 科技馆 图书馆 文化馆 博物馆 广播电视台 电视台 融媒体
        广电台 消防救援支队 消防救援大队 公安分局 档案馆 老年大学 职教中心"
}

words! {
    /// Party organs: their level is 区委, not 区.
    PARTY =
        "宣传部 组织部 统战部 政法委 网信办 编办 政研室 老干部局 老干局 文明办 社会工作部 机关工委
        直属机关工委 教育工委 教育体育工委 科技工委 农办 台办 改革办 财经办 党史研究室 政策研究室 保密局
        军民融合办 国安办 农工委 农工办 两新工委 党校"
}

/// Last characters of any unit's name.
const LAST: &str =
    "局厅委办部署院会联协室府心校司团行学台站所馆队社处县区市州旗盟镇乡道园组关网库厂场矿军店企基";

words! {
    /// Words that make a name stand for many.
    COLLECTIVE =
        "成员单位 有关部门 相关部门 有关单位 相关单位 各级 有关方面 相关企业 有关企业 其他单位 其他部门
        各单位 各部门 有关成员 相关成员 各乡 各镇 各街道 各县 各区 各市 各有关 各相关 各责任 各学校 各高校
        有关高校 有关科研 有关学会 各直属 直属各 责任单位 各社区 各村 各州 各地"
}

words! {
    /// Characters before 区, 市, 县 that make another word of it.
    NOT_A_PLACE =
        "社区 园区 景区 城区 辖区 林区 校区 小区 地区 开发区 高新区 库区 灌区 保护区 保税区 自贸区 矿区
        示范区 城市 都市 防区 军区 山区 牧区 湖区 新区 片区 度假区 老区 功能区 集聚区 产业区"
}

words! {
    LEVELS = "自治区 自治州 自治县 自治旗 新区 开发区 高新区 省 市 区 县 州 盟 旗"
}

/// The name without a bracket at its end.
fn core(name: &str) -> &str {
    match name.rfind(['（', '〔', '［', '[']) {
        Some(at) if at > 0 && name.ends_with(['）', '〕', '］', ']']) => cut(name, 0, at),
        _ => name,
    }
}

words! {
    /// Short names of the provinces: 广东金融监管局 has its place in its name.
    PROVINCES =
        "北京 天津 河北 山西 内蒙古 辽宁 吉林 黑龙江 上海 江苏 浙江 安徽 福建 江西 山东 河南 湖北 湖南 广东
        广西 海南 重庆 四川 贵州 云南 西藏 陕西 甘肃 青海 宁夏 新疆 台湾 香港 澳门"
}

/// Whether this could be the whole name of a unit.
pub(crate) fn unit_like(name: &str) -> bool {
    let n = chars(name);
    if !(2..=40).contains(&n) || name.contains(['。', '！', '？', '“', '”', '《', '》', '；', '%'])
    {
        return false;
    }
    if name.contains([
        '的', '负', '开', '推', '做', '加', '纳', '根', '按', '制', '当', '坚', '不', '通', '切', '认',
    ]) && has(
        name,
        words!("的 负责 开展 推进 做好 加强 纳入 根据 按照 制定 当地 坚持 不断 通过 切实 认真"),
    ) {
        return false;
    }
    let core = core(name);
    is_collective(name)
        || core.chars().next_back().is_some_and(|c| LAST.contains(c)) && chars(core) > 1
        || has(core, words!("公司 集团 企业 运营商 商会 管委会 部门 单位 共青团中央 全国妇联"))
        || name.ends_with("等")
}

/// Whether this can hardly be anything but a unit: enough for a bracket that holds nothing else.
pub(crate) fn strong_unit(name: &str) -> bool {
    if !unit_like(name) {
        return false;
    }
    let core = core(name);
    is_collective(name)
        || chars(core) >= 3
            && ends(core, &DEPARTMENT).is_some()
            && !core.contains("原委")
            && ends(core, words!("局部 全部 内部 外部 干部 举办 开办 主办 承办 协办")).is_none()
        || chars(core) >= 4
            && ends(core, words!("政府 中心 管委会 办事处 公司 支队 大队 集团 分行 支行 分局 学会 协会"))
                .is_some()
        || chars(core) <= 5 && starts(core, words!("团省委 团市委 团区委 团县委 团州委 共青团")).is_some()
}

/// Whether the name stands for many units.
pub(crate) fn is_collective(name: &str) -> bool {
    name.starts_with('各') && chars(name) > 1
        || name.contains(['各', '有', '相', '成', '其', '责', '级']) && has(name, &COLLECTIVE)
        || (name.ends_with("部门") || name.ends_with("单位")) && chars(name) > 2
        || name.contains('各') && has(name, words!("直各 属各 内各"))
        || name.ends_with("等")
        || name == "成员单位"
}

/// The level that a name carries: 区 of 区教育局, 曲靖市 of 曲靖市教育局, 区委 of 区委宣传部.
fn level(name: &str) -> Option<&str> {
    if starts(
        name,
        words!("市场 市政 市容 区域 县域 市区 区块 团 各 州县 旗县 市直 区直 县直 省直 市属 省属"),
    )
    .is_some()
    {
        return None;
    }
    if let Some(word) = starts(name, &LEVELS) {
        let rest = cut(name, word.len(), name.len());
        if chars(rest) >= 2 {
            return Some(word);
        }
    }
    // a place's name in front: at most five characters and its level
    let head = first_chars(name, 7);
    let (at, c) = head
        .char_indices()
        .skip(2)
        .find(|(_, c)| matches!(c, '省' | '市' | '区' | '县' | '州' | '盟' | '旗'))?;
    let end = at + c.len_utf8();
    let rest = cut(name, end, name.len());
    let place = cut(name, 0, end);
    let whole = chars(rest) >= 2
        && ends(place, &NOT_A_PLACE).is_none()
        && !rest.starts_with('场')
        && !place.starts_with('团');
    (whole && place.chars().all(is_han)).then_some(place)
}

/// Completes the names of one list: 省A厅、B厅 means 省A厅, 省B厅.
///
/// Names of enterprises and schools, names with a level or a place of their own, and names for many are
/// left alone; 各区、县级市 shares its 各.
pub(crate) struct Prefixes<'p> {
    /// The district's bare name (麒麟), as far as the title tells.
    pub place: Option<&'p str>,
    current: Option<String>,
    each: bool,
}

impl<'p> Prefixes<'p> {
    pub fn new(place: Option<&'p str>) -> Self {
        Prefixes { place, current: None, each: false }
    }

    /// The completed name, when something was missing; remembers the prefix for the next one.
    pub fn complete(&mut self, name: &str) -> Option<String> {
        let each = std::mem::replace(&mut self.each, name.starts_with('各'));
        if each
            && starts(name, words!("县 市 区 镇 乡 街道 园区 开发区 自治县 管委会 高新区")).is_some()
            && chars(name) <= 14
            && ends(name, &DEPARTMENT).is_none()
        {
            self.each = true;
            return Some(format!("各{name}"));
        }
        if let Some(own) = level(name) {
            // 市生态环境局麒麟分局 is local: the units after it are not the city's
            let local = self.place.is_some_and(|p| !p.is_empty() && name.contains(p) && !name.starts_with(p));
            if !(local && self.current.is_some()) {
                self.current = Some(own.to_string());
            }
            return None;
        }
        let prefix = self.current.as_deref()?;
        let core = core(name);
        let own_place = self.place.is_some_and(|p| !p.is_empty() && name.contains(p))
            || starts(name, &PROVINCES).is_some();
        let known = starts(
            name, words!("团 各 中国 国家 国网 全国 中央 中科院 共青团 武警 军分区 驻 人民银行 海关 大 中共 有关 相关 其他 其它 领导小组 市直 区直 县直 省直 社区 乡镇 镇 街道 园区 开发区 高新区 经开区"))
        .is_some()
            && !name.starts_with("大数据");
        if own_place
            || known
            || is_collective(name)
            || ends(core, words!("分局 支局 支行 分行 公司")).is_some()
        {
            return None;
        }
        if ends(core, &PARTY).is_some() && chars(core) <= 8 {
            return Some(format!("{prefix}委{name}"));
        }
        let stem_short = chars(core) <= 14;
        (stem_short && ends(core, &DEPARTMENT).is_some()).then(|| format!("{prefix}{name}"))
    }
}

/// Splits `A和B` where A is a whole unit; 区文化和旅游局 stays whole.
pub(crate) fn split_and(name: &str) -> Vec<(usize, usize)> {
    if name.len() > 240 {
        return vec![(0, name.len())];
    }
    let mut parts = Vec::new();
    let mut from = 0;
    let mut depth = 0usize;
    let mut skip = 0;
    for (at, c) in name.char_indices() {
        match c {
            '（' => depth += 1,
            '）' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > 0 || at < skip {
            continue;
        }
        let rest = cut(name, at, name.len());
        let Some(word) = starts(rest, words!("以及 会同 和 与 及 暨 并")) else { continue };
        let left = cut(name, from, at);
        let right = cut(rest, word.len(), rest.len());
        // only what stands near the word decides
        let whole = (ends(first_chars(left, 40), &DEPARTMENT).is_some()
            || strong_unit(left)
            || ends(left, words!("政府 街道 镇 乡")).is_some())
            && chars(left) >= 2
            && !ends(left, words!("社会 全部 干部 局部")).is_some_and(|_| true);
        // 各有关部门和单位 is one name for many
        let bare = matches!(
            right,
            "单位" | "部门" | "企业" | "组织" | "机构" | "团体" | "办事处" | "管委会" | "政府" | "人民政府"
        );
        let other = !bare && right.chars().next().is_some_and(is_han) && chars(first_chars(right, 3)) >= 2;
        if whole && other {
            parts.push((from, at));
            from = at + word.len();
            skip = from;
        }
    }
    parts.push((from, name.len()));
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(name: &str) -> Vec<&str> {
        split_and(name).into_iter().map(|(a, b)| &name[a..b]).collect()
    }

    #[test]
    fn a_conjunction_inside_a_name_stays() {
        for name in [
            "区文化和旅游局", "区林业和草原局", "区工业和信息化局", "市住房和城乡建设局",
            "省人力资源和社会保障厅", "国家发展和改革委员会",
        ] {
            assert_eq!(split(name), [name]);
        }
        assert_eq!(split("区科协和区教育局"), ["区科协", "区教育局"]);
        assert_eq!(split("区文化和旅游局和区林业和草原局"), ["区文化和旅游局", "区林业和草原局"]);
        assert_eq!(split("区委宣传部以及区科协"), ["区委宣传部", "区科协"]);
    }

    fn complete(names: &[&str]) -> Vec<String> {
        let mut prefixes = Prefixes::new(Some("麒麟"));
        names.iter().map(|n| prefixes.complete(n).unwrap_or_else(|| n.to_string())).collect()
    }

    #[test]
    fn a_prefix_is_shared_only_with_departments() {
        assert_eq!(complete(&["省教育厅", "科技厅", "团省委"]), ["省教育厅", "省科技厅", "团省委"]);
        assert_eq!(complete(&["市委宣传部", "组织部"]), ["市委宣传部", "市委组织部"]);
        assert_eq!(
            complete(&["区教育局", "市场监管局", "麒麟职业技术学校"]),
            ["区教育局", "区市场监管局", "麒麟职业技术学校"]
        );
        assert_eq!(complete(&["曲靖市教育局", "科技局"]), ["曲靖市教育局", "曲靖市科技局"]);
        assert_eq!(complete(&["教育局", "科技局"]), ["教育局", "科技局"]);
        assert_eq!(complete(&["各区", "县级市"]), ["各区", "各县级市"]);
        assert_eq!(complete(&["省委宣传部", "教育厅"]), ["省委宣传部", "省教育厅"]);
    }
}
