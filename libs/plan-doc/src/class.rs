//! What a heading is about.

use crate::span::chars;
use crate::words::{ends, has, starts, words};

/// What kind of thing a heading is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// Goals.
    Goals,
    /// Guiding thought, principles, the present state.
    Ground,
    /// Work.
    Action,
    /// Organisation, money, checking.
    Safeguard,
}

/// 任务： on a line of its own opens a list of aims, 措施： one of measures.
pub(crate) fn aims_label(line: &str) -> Option<bool> {
    let bare = line.trim_matches(['（', '）', '【', '】', ' ', '：', ':']);
    let whole = line.ends_with(['：', ':']) || line.starts_with('【');
    match bare {
        "任务" | "目标" | "工作目标" | "主要目标" | "目标任务" | "工作任务" if whole => {
            Some(true)
        }
        "措施" | "主要措施" | "具体措施" | "工作措施" | "重点措施" | "工作内容" if whole => {
            Some(false)
        }
        _ => None,
    }
}

/// What a heading is about; points under it are about the same unless they say otherwise.
pub(crate) fn class_of(title: &str, parent: Option<Class>) -> Class {
    let title: String = title.chars().filter(|c| *c != ' ').collect();
    let title = title.as_str();
    let safeguard = words!(
        "保障 组织实施 组织领导 工作要求 实施要求 组织机构 监督检查 督导考核 监测评估 条件支撑
        支撑条件 组织管理 监督管理 考核评价 加强领导"
    );
    let action = words!("行动 工程 任务 举措 重点工作 主要工作 工作内容 工作措施 主要措施 职责 分工");
    let ground = words!(
        "指导思想 原则 背景 现状 形势 意义 总体思路 前言 基础 成效 工作思路 问题 依据 成绩 回顾
        总则 附则"
    );
    let goals = words!("目标 总体要求 愿景");
    // 发展基础 speaks of the past; 夯实科普基础 and 完善基础教育 are work
    let work = starts(title, words!("夯实 筑牢 加强 完善 强化 打牢 推进 提升 巩固 建设 优化 健全")).is_some();
    let grounded = !work && (ends(title, ground).is_some() || chars(title) <= 8 && has(title, ground));
    match parent {
        // points inside a heading keep its kind
        Some(Class::Safeguard) => Class::Safeguard,
        Some(Class::Action) if has(title, words!("保障措施 组织保障 保障机制 组织实施")) => {
            Class::Safeguard
        }
        Some(Class::Action) if has(title, words!("总体目标 工作目标 主要目标 年度目标 发展目标")) => {
            Class::Goals
        }
        Some(Class::Action) => Class::Action,
        Some(_) if has(title, words!("目标")) => Class::Goals,
        Some(_) if grounded => Class::Ground,
        Some(class) => class,
        None if has(title, safeguard) => Class::Safeguard,
        None if has(title, words!("指导思想 总体要求 总体思路")) => Class::Goals,
        None if title.ends_with("目标任务") && !has(title, words!("重点 行动 工程")) => {
            Class::Goals
        }
        None if has(title, action) => Class::Action,
        None if has(title, goals) => Class::Goals,
        None if grounded => Class::Ground,
        None => Class::Action,
    }
}
