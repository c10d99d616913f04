//! Characters: invisible ones out, one width for digits and letters, one for Chinese punctuation.

use crate::span::is_han;

/// The 214 radicals of U+2F00, which PDF readers copy instead of the characters.
const KANGXI: &str = "一丨丶丿乙亅二亠人儿入八冂冖冫几凵刀力勹匕匚匸十卜卩厂厶又口囗土士夂夊夕大女子宀寸小尢尸屮山巛工己巾干幺广廴廾弋弓彐彡彳心戈戶手支攴文斗斤方无日曰月木欠止歹殳毋比毛氏气水火爪父爻爿片牙牛犬玄玉瓜瓦甘生用田疋疒癶白皮皿目矛矢石示禸禾穴立竹米糸缶网羊羽老而耒耳聿肉臣自至臼舌舛舟艮色艸虍虫血行衣襾見角言谷豆豕豸貝赤走足身車辛辰辵邑酉釆里金長門阜隶隹雨靑非面革韋韭音頁風飛食首香馬骨高髟鬥鬯鬲鬼魚鳥鹵鹿麥麻黃黍黑黹黽鼎鼓鼠鼻齊齒龍龜龠";

/// Radicals of the supplement block that stand for whole simplified characters.
const SUPPLEMENT: &[(char, char)] = &[
    ('⺟', '母'),
    ('⺠', '民'),
    ('⻄', '西'),
    ('⻅', '见'),
    ('⻆', '角'),
    ('⻉', '贝'),
    ('⻋', '车'),
    ('⻓', '长'),
    ('⻔', '门'),
    ('⻘', '青'),
    ('⻚', '页'),
    ('⻛', '风'),
    ('⻜', '飞'),
    ('⻝', '食'),
    ('⻢', '马'),
    ('⻣', '骨'),
    ('⻤', '鬼'),
    ('⻥', '鱼'),
    ('⻦', '鸟'),
    ('⻩', '黄'),
    ('⻬', '齐'),
    ('⻮', '齿'),
    ('⻰', '龙'),
    ('⻳', '龟'),
];

/// Whether a sentence may end with this character.
pub(crate) fn is_terminal(c: char) -> bool {
    matches!(c, '。' | '！' | '？' | '；' | '：' | '）' | '”' | '…' | ':' | ';')
}

/// One character in its usual form; none for an invisible one.
fn usual(c: char) -> Option<char> {
    // nearly every character is one of these
    if matches!(c, '\u{4e00}'..='\u{9fff}' | '，' | '。' | '、') {
        return Some(c);
    }
    Some(match c {
        '\u{2f00}'..='\u{2fd5}' => KANGXI.chars().nth((c as u32).wrapping_sub(0x2f00) as usize).unwrap_or(c),
        '\u{2e80}'..='\u{2eff}' => SUPPLEMENT.iter().find(|(from, _)| *from == c).map_or(c, |(_, to)| *to),
        '\u{ff10}'..='\u{ff19}' | '\u{ff21}'..='\u{ff3a}' | '\u{ff41}'..='\u{ff5a}' => {
            char::from_u32((c as u32).wrapping_sub(0xfee0)).unwrap_or(c)
        }
        '％' => '%',
        '／' => '/',
        '．' => '.',
        '＋' => '+',
        '＜' => '<',
        '＞' => '>',
        '＝' => '=',
        '﹙' => '（',
        '﹚' => '）',
        '﹐' => '，',
        '﹑' => '、',
        '﹔' => '；',
        '﹕' => '：',
        '﹒' => '.',
        '｡' => '。',
        '､' => '、',
        '─' | '―' | '━' => '—',
        '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => ' ',
        '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{b}' => '\n',
        // Word's private bullets
        '\u{e000}'..='\u{f8ff}' => '•',
        '\u{ad}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}' => {
            return None;
        }
        '\n' | '\t' | '\u{c}' => c,
        c if c.is_control() => return None,
        c => c,
    })
}

/// Half-width signs beside Chinese become full-width ones.
fn punctuation(c: char, before: Option<char>, after: Option<char>) -> char {
    let near = |x: Option<char>| {
        x.is_some_and(|x| is_han(x) || matches!(x, '（' | '）' | '“' | '”' | '》' | '《' | '、'))
    };
    match c {
        '(' => '（',
        ')' => '）',
        ',' if near(before) || near(after) => '，',
        ';' if near(before) || near(after) => '；',
        ':' if near(before) || near(after) => '：',
        '?' if near(before) => '？',
        '!' if near(before) => '！',
        c => c,
    }
}

/// Whether a space between these two says nothing.
fn idle(before: Option<char>, after: Option<char>) -> bool {
    let (Some(a), Some(b)) = (before, after) else { return false };
    let sign = |c: char| "，。、；：！？（）《》“”〔〕".contains(c);
    let figure = |c: char| c.is_ascii_digit() || c == '%';
    (sign(b) && a != '—')
        || (sign(a) && a != '）' && b != '—')
        || (is_han(a) && figure(b))
        || (figure(a) && is_han(b))
}

/// 【牵头单位】区科协 is 牵头单位：区科协.
fn unbracket(raw: &str) -> String {
    let mut text = raw.to_string();
    for label in crate::mark::LABELS.iter().filter(|l| l.ends_with("单位") || l.ends_with("部门")) {
        let boxed = format!("【{label}】");
        if text.contains(&boxed) {
            // the space parts it from the unit before
            text = text
                .replace(&format!("{boxed}："), &format!(" {label}："))
                .replace(&boxed, &format!(" {label}："));
        }
    }
    text
}

/// Whether the line so far is nothing but the figure of a heading.
fn heading(out: &str) -> bool {
    let mut figures = 0;
    for c in out.chars().rev().take(8) {
        match c {
            '\n' => return figures > 0,
            ' ' => {}
            '一' | '二' | '三' | '四' | '五' | '六' | '七' | '八' | '九' | '十' | '百' => {
                figures += 1
            }
            _ => return false,
        }
    }
    figures > 0 && figures < 8
}

/// The whole text in usual characters, lines parted by `\n`, pages by `\u{c}`.
pub(crate) fn clean(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut before = None;
    let mut latin = 0usize;
    let labels = raw.contains('【').then(|| unbracket(raw));
    let raw = labels.as_deref().unwrap_or(raw);
    let mut source = raw.chars().peekable();
    while let Some(c) = source.next() {
        if c == '\r' {
            if source.peek() == Some(&'\n') {
                continue;
            }
            out.push('\n');
            before = None;
            continue;
        }
        if matches!(c, '\u{4e00}'..='\u{9fff}') {
            out.push(c);
            before = Some(c);
            continue;
        }
        let Some(c) = usual(c) else { continue };
        let after = source.peek().copied().and_then(usual);
        // 到 2025 年 ， : a single space beside a sign or a figure was put there by a machine
        if c == ' '
            && after.is_some_and(|a| a != ' ')
            && !out.ends_with([' ', '\n'])
            && idle(out.chars().next_back(), after)
        {
            continue;
        }
        let word = |x: Option<char>| x.is_some_and(|x| x.is_ascii_alphanumeric());
        let c = match c {
            '(' if word(before) && word(after) => {
                latin += 1;
                c
            }
            ')' if latin > 0 => {
                latin -= 1;
                c
            }
            // a full stop typed as a dot; after the figure of a heading it is the heading's own
            '.' if before.is_some_and(is_han)
                && after.is_some_and(|a| is_han(a) || a == '\n')
                && !heading(&out) =>
            {
                '。'
            }
            c if c.is_ascii_punctuation() => punctuation(c, before, after),
            c => c,
        };
        out.push(c);
        if c != ' ' {
            before = Some(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_radical_has_its_character() {
        assert_eq!(KANGXI.chars().count(), 214);
    }

    #[test]
    fn widths_are_made_one() {
        assert_eq!(clean("(区科协牵头,区教体局配合)"), "（区科协牵头，区教体局配合）");
        assert_eq!(clean("培训３００人，达到１５％"), "培训300人，达到15%");
        assert_eq!(clean("1,000 人 f(x)"), "1,000人 f(x)");
        assert_eq!(clean("⼀、总体要求\r\n⻓期"), "一、总体要求\n长期");
    }
}
