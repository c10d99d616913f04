//! 区教育、科技局: bureaus that share the end of their names.

use crate::span::{chars, cut};
use crate::words::{ends, starts, words};

words! {
    /// What a bureau is for, as it stands before 局.
    STEMS =
        "教育 教育体育 教体 科技 科学技术 财政 民政 农业 农业农村 农林 水利 水务 林业 园林 卫生 卫生健康 卫健 卫计 文化
        旅游 文旅 文化旅游 文化和旅游 体育 广电 环保 生态环境 住建 住房城乡建设 建设 交通 交通运输 公安 司法 统计
        审计 气象 应急 应急管理 市场监管 人社 人力社保 人力资源社会保障 发改 发展改革 工信 工业和信息化 经信 商务
        自然资源 国土 规划 民宗 退役军人 退役军人事务 医保 乡村振兴 扶贫 城管 粮食 地震 外事 国资 大数据 档案
        组织 宣传 统战 知识产权 畜牧 渔业 海洋 安监 质监 食药监 工商 新闻出版 邮政 烟草 税务 机关事务 信访 金融"
}

words! {
    ENDS = "管理局 事务局 监管局 局 厅 委员会 委 部 办公室 办"
}

/// The name without the level in front of it.
fn bare(name: &str) -> &str {
    let word = starts(name, words!("省委 市委 区委 县委 省 市 区 县 州 旗"));
    let rest = word.map_or(name, |w| cut(name, w.len(), name.len()));
    // 市场监管, 市政: 市 is part of the word
    if starts(name, words!("市场 市政 市容")).is_some() { name } else { rest }
}

/// Whether this is a bureau's name up to its last word.
pub(crate) fn is_stem(name: &str) -> bool {
    chars(name) <= 12 && STEMS.contains(bare(name))
}

/// The last word of a whole bureau's name, when what stands before it is known.
pub(crate) fn end_of(name: &str) -> Option<&'static str> {
    let word = ends(name, &ENDS)?;
    is_stem(cut(name, 0, name.len() - word.len())).then_some(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stems_and_ends_are_known() {
        assert!(is_stem("区教育") && is_stem("科技") && is_stem("市场监管") && !is_stem("区民族"));
        assert_eq!(end_of("科技局"), Some("局"));
        assert_eq!(end_of("县财政局"), Some("局"));
        assert_eq!(end_of("区科协"), None);
        assert_eq!(end_of("民族宗教事务局"), None);
    }
}
