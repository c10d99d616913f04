//! The string literals of a Rust source text.

/// A string literal.
#[derive(Debug, PartialEq, Eq)]
pub struct Literal {
    /// Line on which it begins, from 1.
    pub line: usize,
    /// Its value: escapes resolved.
    pub text: String,
    /// The code before it on the same statement: `const COLUMNS: &str =`, `format!(`.
    pub before: String,
}

/// All string literals outside comments, in order. The source is taken to compile.
pub fn literals(source: &str) -> Vec<Literal> {
    let mut found = Vec::new();
    let mut before = String::new();
    let mut rest = source;
    while let Some(c) = rest.chars().next() {
        let line = || source.get(..source.len() - rest.len()).unwrap_or_default().matches('\n').count() + 1;
        if rest.starts_with("//") {
            rest = rest.find('\n').and_then(|end| rest.get(end..)).unwrap_or_default();
        } else if let Some((text, after)) = raw(rest, &before).or_else(|| plain(rest)) {
            found.push(Literal { line: line(), text, before: before.trim().to_owned() });
            before.push_str("\"\"");
            rest = after;
        } else {
            // a quote as a character is no literal's begin
            let step = if rest.starts_with("'\"'") { 3 } else { c.len_utf8() };
            match c {
                ';' | '{' | '}' => before.clear(),
                _ => before.extend(rest.get(..step)),
            }
            rest = rest.get(step..).unwrap_or_default();
        }
    }
    found
}

/// `r#"…"#`, and what follows.
fn raw<'a>(rest: &'a str, before: &str) -> Option<(String, &'a str)> {
    if before.ends_with(|c: char| c.is_alphanumeric() || c == '_') {
        return None;
    }
    let hashes = rest.strip_prefix('r')?;
    let open = hashes.trim_start_matches('#');
    let close = format!("\"{}", "#".repeat(hashes.len() - open.len()));
    let (text, after) = open.strip_prefix('"')?.split_once(&close)?;
    Some((text.to_owned(), after))
}

/// `"…"`, and what follows.
fn plain(rest: &str) -> Option<(String, &str)> {
    let body = rest.strip_prefix('"')?;
    let mut text = String::new();
    let mut chars = body.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((text, body.get(at + 1..)?)),
            '\\' => match chars.next()?.1 {
                'n' => text.push('\n'),
                't' => text.push('\t'),
                // a line's end that is escaped swallows the blanks that follow
                '\n' => {
                    while chars.clone().next().is_some_and(|(_, c)| c.is_whitespace()) {
                        chars.next();
                    }
                }
                other => text.push(other),
            },
            other => text.push(other),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_are_read_as_the_compiler_reads_them() {
        let source = "// \"no\"\nconst A: &str = \"a, \\\n    b\";\nlet x = '\"';\nf(r#\"say \"hi\"\"#, \"\\\"q\\\"\")";
        let found = literals(source);
        let texts: Vec<(usize, &str)> = found.iter().map(|one| (one.line, one.text.as_str())).collect();
        assert_eq!(texts, [(2, "a, b"), (5, "say \"hi\""), (5, "\"q\"")]);
        assert_eq!(found.first().map(|one| one.before.as_str()), Some("const A: &str ="));
        assert_eq!(found.last().map(|one| one.before.as_str()), Some("f(\"\","));
    }
}
