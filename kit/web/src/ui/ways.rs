//! Ways between pages: the first in a row, the rest behind named groups that open without script.

use super::{Safe, escape};

/// A way to a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    /// Where it leads.
    pub path: String,
    /// Its words.
    pub words: String,
    /// Whether one is there.
    pub current: bool,
}

/// Ways under one name; an empty name stands for the first ones, which are never folded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ways {
    /// The name.
    pub name: String,
    /// The ways, in order.
    pub ways: Vec<Way>,
}

fn item(way: &Way) -> String {
    let current = if way.current { " aria-current=\"page\"" } else { "" };
    format!(r#"<li><a href="{}"{current}>{}</a></li>"#, escape(&way.path), escape(&way.words))
}

fn items(ways: &[Way]) -> String {
    ways.iter().map(item).collect()
}

/// One row: the first ways as they are, each further group behind its name. A group of one way is that
/// way. Groups of one `name` attribute close each other.
pub fn row(groups: &[Ways]) -> Safe {
    let mut row = String::new();
    for group in groups.iter().filter(|group| !group.ways.is_empty()) {
        if group.name.is_empty() || group.ways.len() == 1 {
            row.push_str(&items(&group.ways));
            continue;
        }
        let here = if group.ways.iter().any(|way| way.current) { " class=\"here\"" } else { "" };
        row.push_str(&format!(
            r#"<li><details class="group" name="ways"><summary{here}>{}</summary><ul>{}</ul></details></li>"#,
            escape(&group.name),
            items(&group.ways)
        ));
    }
    Safe(format!("<ul>{row}</ul>"))
}

/// Everything open, each group below its name: for a menu on a narrow page.
pub fn menu(groups: &[Ways]) -> Safe {
    let mut menu = String::new();
    for group in groups.iter().filter(|group| !group.ways.is_empty()) {
        if group.name.is_empty() {
            menu.push_str(&format!("<ul>{}</ul>", items(&group.ways)));
        } else {
            let name = escape(&group.name);
            menu.push_str(&format!(
                r#"<p class="group-name">{name}</p><ul aria-label="{name}">{}</ul>"#,
                items(&group.ways)
            ));
        }
    }
    Safe(menu)
}

/// Ways between the pages of one part of the desk: a row on a wide page; on a narrow one the place where
/// one is, behind which all of them lie.
pub fn parts(label: &str, groups: &[Ways]) -> Safe {
    let current = groups.iter().flat_map(|group| &group.ways).find(|way| way.current);
    let here = current.map_or(label, |way| &way.words);
    let label = escape(label);
    Safe(format!(
        r#"<nav class="subnav" aria-label="{label}"><div class="wide-nav">{}</div><details class="menu"><summary>{}</summary>{}</details></nav>"#,
        row(groups),
        escape(here),
        menu(groups)
    ))
}

#[cfg(test)]
mod tests {
    use super::{Way, Ways, menu, parts, row};

    fn way(path: &str, words: &str, current: bool) -> Way {
        Way { path: path.into(), words: words.into(), current }
    }

    fn groups() -> [Ways; 3] {
        let first = vec![way("/a", "今日", false), way("/b", "计划", false)];
        let checks = vec![way("/c", "提示", true), way("/d", "<回访>", false)];
        [
            Ways { name: String::new(), ways: first },
            Ways { name: "核查".into(), ways: checks },
            Ways { name: "管理".into(), ways: vec![way("/e", "单位", false)] },
        ]
    }

    #[test]
    fn the_first_ways_and_a_group_of_one_stand_in_the_row_and_a_folded_group_says_that_one_is_in_it() {
        let row = row(&groups()).0;
        assert_eq!(row.matches("<details").count(), 1);
        assert!(row.contains(r#"<summary class="here">核查</summary>"#), "{row}");
        assert!(
            row.contains("&lt;回访&gt;") && row.ends_with(r#"<li><a href="/e">单位</a></li></ul>"#),
            "{row}"
        );
    }

    #[test]
    fn the_menu_shows_every_way_once_and_a_narrow_page_says_where_one_is() {
        let menu = menu(&groups()).0;
        assert_eq!((menu.matches("<a ").count(), menu.matches("group-name").count()), (5, 2));
        let parts = parts("计划的各页", &groups()).0;
        assert!(parts.contains("<summary>提示</summary>") && parts.contains(r#"aria-label="计划的各页""#));
    }
}
