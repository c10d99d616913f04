//! What a person reads stands in the catalogues: no words in templates, no Chinese in the code.
use super::{File, Finding};

const MEND: &str = "a string that a person reads belongs in both catalogues (locales/zh-CN.ftl, en.ftl)";

/// The same in every language.
const NAMES: [&str; 6] = ["Excel", "CSV", "XLSX", "JSON", "English", "中文"];

/// Attributes that are read out or shown.
const SHOWN: [&str; 4] = [" title=\"", " alt=\"", " placeholder=\"", " aria-label=\""];

/// Words that stand outside the catalogues.
pub fn check(file: &File) -> Vec<Finding> {
    let within = |rooms: &[&str]| rooms.iter().any(|room| file.path.starts_with(room));
    let tested = file.path.contains("/tests/") || file.path.contains("/examples/");
    // Words that documents are recognised by are matched, not shown; they stand in such a file.
    let matched = file.path.ends_with("/lexicon.rs");
    let words = match file.path.rsplit('.').next() {
        Some("html") if !tested && within(&["contexts/", "kit/", "server/src/"]) => of_template(&file.text),
        Some("rs") if !tested && !matched && within(&["contexts/", "kit/web/", "kit/jobs/"]) => {
            of_code(&file.text)
        }
        _ => Vec::new(),
    };
    let finding =
        |(line, words): (usize, String)| Finding::new(&file.path, line, format!("「{words}」: {MEND}"));
    words.into_iter().map(finding).collect()
}

/// Lines of code, tests at the file's end left out, that hold two Chinese characters in a row.
fn of_code(text: &str) -> Vec<(usize, String)> {
    let program = text.lines().take_while(|line| line.trim() != "#[cfg(test)]").enumerate();
    let code = program.filter(|(_, line)| !line.trim_start().starts_with("//"));
    let han = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
    code.filter_map(|(n, line)| {
        let code = line.split(" // ").next().unwrap_or(line);
        let mut runs = code.split(|c| !han(c));
        runs.find(|run| run.chars().count() > 1).map(|run| (n + 1, run.to_owned()))
    })
    .collect()
}

/// Words between tags, and in attributes that are shown.
fn of_template(text: &str) -> Vec<(usize, String)> {
    let text = blank(&blank(&blank(text, "{#", "#}"), "{%", "%}"), "{{", "}}");
    let text = blank(&blank(&blank(&text, "<!--", "-->"), "<script", "</script>"), "<style", "</style>");
    let between = text.match_indices('>').map(|(at, _)| (at + 1, '<'));
    let attributes =
        SHOWN.iter().flat_map(|name| text.match_indices(name).map(|(at, name)| (at + name.len(), '"')));
    let mut found: Vec<(usize, String)> = between
        .chain(attributes)
        .filter_map(|(from, until)| {
            let words = text.get(from..)?.split(until).next()?.trim();
            let read = words.chars().filter(|c| c.is_alphabetic()).count() > 1 && !NAMES.contains(&words);
            let line = text.get(..from)?.matches('\n').count() + 1;
            read.then(|| (line, words.to_owned()))
        })
        .collect();
    found.sort();
    found
}

/// The text without what stands between two marks; its lines are kept.
fn blank(text: &str, open: &str, close: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((head, tail)) = rest.split_once(open) {
        out.push_str(head);
        let (inner, after) = tail.split_once(close).unwrap_or((tail, ""));
        out.extend(inner.matches('\n'));
        rest = after;
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Vec<usize> {
        let file = File { path: path.into(), text: text.into() };
        check(&file).into_iter().map(|finding| finding.line).collect()
    }

    #[test]
    fn words_in_a_template_are_found_with_their_line() {
        let template = "contexts/plan/src/pages/show.html";
        for bad in
            ["<p>Plan</p>", "<p>{{ x }} 项</p>\n<p>计划</p>", "<img alt=\"A plan\">", "<a title=\"计划\">"]
        {
            assert_eq!(found(template, &format!("{{# a note #}}\n{bad}")).len(), 1, "{bad}");
        }
        assert_eq!(found(template, "<p>{{ a }}\n</p>\n<p>计划</p>"), [3]);
    }

    #[test]
    fn what_comes_from_the_catalogue_passes() {
        let good =
            "{% if a > b %}<p title=\"{{ t.x }}\">{{ cx.t(\"plan-title\") }} · 3</p><b>CSV</b><!-- Note -->";
        assert_eq!(found("kit/web/src/shell.html", good), [] as [usize; 0]);
        assert_eq!(found("kit/web/tests/page.html", "<p>Plan</p>"), [] as [usize; 0]);
    }

    #[test]
    fn chinese_in_code_is_found_but_not_in_comments_tests_and_single_characters() {
        let code = "//! 计划\nlet a = \"计划\"; // 计划\nf('省'); // 计划\n#[cfg(test)]\nmod tests { f(\"计划\"); }\n";
        assert_eq!(found("contexts/plan/src/a.rs", code), [2]);
        assert_eq!(found("libs/plan-doc/src/a.rs", code), [] as [usize; 0]);
    }
}
