//! A parser for the small part of the R language in which the reference cases state what they want.

use std::rc::Rc;

/// An expression of that language.
#[derive(Debug, Clone, PartialEq)]
pub enum Expr {
    Num(f64),
    Str(String),
    Name(String),
    Call(Rc<Expr>, Vec<Arg>),
    Index(Rc<Expr>, Vec<Arg>),
    Index2(Rc<Expr>, Vec<Arg>),
    Dollar(Rc<Expr>, String),
    Unary(String, Rc<Expr>),
    Binary(String, Rc<Expr>, Rc<Expr>),
    Assign(Rc<Expr>, Rc<Expr>),
    Function(Vec<(String, Option<Expr>)>, Rc<Expr>),
    Block(Vec<Expr>),
    If(Rc<Expr>, Rc<Expr>, Option<Rc<Expr>>),
    For(String, Rc<Expr>, Rc<Expr>),
    Formula(Option<Rc<Expr>>, Rc<Expr>),
}

/// An argument of a call; an index may be left empty.
#[derive(Debug, Clone, PartialEq)]
pub struct Arg {
    pub name: Option<String>,
    pub value: Option<Expr>,
}

#[derive(Debug, Clone, PartialEq)]
enum Tok {
    Num(f64),
    Str(String),
    Name(String),
    Op(String),
    End,
}

fn lex(src: &str) -> Result<Vec<Tok>, String> {
    let c: Vec<char> = src.chars().collect();
    let mut i = 0;
    let mut out = Vec::new();
    // Inside round and square brackets a line break is white space.
    let mut nest: Vec<char> = Vec::new();
    while i < c.len() {
        let ch = c[i];
        if ch == '\n' {
            if !matches!(nest.last(), Some('(' | '[')) {
                out.push(Tok::Op(";".into()));
            }
            i += 1;
        } else if ch.is_whitespace() {
            i += 1;
        } else if ch == '#' {
            while i < c.len() && c[i] != '\n' {
                i += 1;
            }
        } else if ch.is_ascii_digit() || (ch == '.' && c.get(i + 1).is_some_and(char::is_ascii_digit)) {
            let s = i;
            while i < c.len() && (c[i].is_ascii_digit() || c[i] == '.') {
                i += 1;
            }
            if i < c.len() && (c[i] == 'e' || c[i] == 'E') {
                i += 1;
                if c[i] == '-' || c[i] == '+' {
                    i += 1;
                }
                while i < c.len() && c[i].is_ascii_digit() {
                    i += 1;
                }
            }
            let text: String = c[s..i].iter().collect();
            out.push(Tok::Num(text.parse().map_err(|_| format!("number {text}"))?));
            if i < c.len() && c[i] == 'L' {
                i += 1;
            }
        } else if ch.is_alphabetic() || ch == '.' || ch == '_' {
            let s = i;
            while i < c.len() && (c[i].is_alphanumeric() || c[i] == '.' || c[i] == '_') {
                i += 1;
            }
            out.push(Tok::Name(c[s..i].iter().collect()));
        } else if ch == '"' || ch == '\'' || ch == '`' {
            let mut s = String::new();
            i += 1;
            while i < c.len() && c[i] != ch {
                if c[i] == '\\' && i + 1 < c.len() {
                    i += 1;
                    s.push(if c[i] == 'n' { '\n' } else { c[i] });
                } else {
                    s.push(c[i]);
                }
                i += 1;
            }
            i += 1;
            out.push(if ch == '`' { Tok::Name(s) } else { Tok::Str(s) });
        } else if ch == '%' {
            let s = i;
            i += 1;
            while i < c.len() && c[i] != '%' {
                i += 1;
            }
            i += 1;
            out.push(Tok::Op(c[s..i].iter().collect()));
        } else {
            let two: String = c[i..(i + 2).min(c.len())].iter().collect();
            let three: String = c[i..(i + 3).min(c.len())].iter().collect();
            let op = if three == ":::" {
                three
            } else if ["<-", "<=", ">=", "==", "!=", "&&", "||", "::", "[[", "|>"].contains(&two.as_str()) {
                two
            } else {
                ch.to_string()
            };
            i += op.chars().count();
            match op.as_str() {
                "(" | "{" => nest.push(ch),
                "[" => nest.push('['),
                "[[" => {
                    nest.push('[');
                    nest.push('[');
                }
                ")" | "}" | "]" => {
                    nest.pop();
                }
                _ => {}
            }
            out.push(Tok::Op(op));
        }
    }
    out.push(Tok::End);
    Ok(out)
}

struct Parser {
    t: Vec<Tok>,
    i: usize,
}

/// Parses a program into its statements.
pub fn program(src: &str) -> Result<Vec<Expr>, String> {
    let mut p = Parser { t: lex(src)?, i: 0 };
    let mut out = Vec::new();
    loop {
        while p.eat(";") {}
        if p.t[p.i] == Tok::End {
            return Ok(out);
        }
        out.push(p.expr(0)?);
        if !p.at(";") && p.t[p.i] != Tok::End {
            return Err(format!("unexpected {:?}", p.t[p.i]));
        }
    }
}

const LEVELS: &[&[&str]] = &[
    &["<-", "="],
    &["~"],
    &["|>"],
    &["||", "|"],
    &["&&", "&"],
    &["!"],
    &["==", "!=", "<", ">", "<=", ">="],
    &["+", "-"],
    &["*", "/"],
    &["%"],
    &[":"],
];

impl Parser {
    fn at(&self, op: &str) -> bool {
        matches!(&self.t[self.i], Tok::Op(o) if o == op)
    }

    fn eat(&mut self, op: &str) -> bool {
        if self.at(op) {
            self.i += 1;
            true
        } else {
            false
        }
    }

    fn need(&mut self, op: &str) -> Result<(), String> {
        if self.eat(op) { Ok(()) } else { Err(format!("expected {op}, found {:?}", self.t[self.i])) }
    }

    fn skip_lines(&mut self) {
        while self.eat(";") {}
    }

    fn expr(&mut self, level: usize) -> Result<Expr, String> {
        if level == LEVELS.len() {
            return self.unary();
        }
        if level == 5 && self.eat("!") {
            return Ok(Expr::Unary("!".into(), Rc::new(self.expr(5)?)));
        }
        if level == 1 && self.eat("~") {
            return Ok(Expr::Formula(None, Rc::new(self.expr(2)?)));
        }
        let mut left = self.expr(level + 1)?;
        loop {
            let op = match &self.t[self.i] {
                Tok::Op(o) if level == 9 && o.starts_with('%') => o.clone(),
                Tok::Op(o) if LEVELS[level].contains(&o.as_str()) && o != "!" => o.clone(),
                _ => return Ok(left),
            };
            self.i += 1;
            self.skip_lines();
            left = match level {
                0 => Expr::Assign(Rc::new(left), Rc::new(self.expr(0)?)),
                1 => Expr::Formula(Some(Rc::new(left)), Rc::new(self.expr(2)?)),
                _ => Expr::Binary(op, Rc::new(left), Rc::new(self.expr(level + 1)?)),
            };
            if level == 0 {
                return Ok(left);
            }
        }
    }

    fn unary(&mut self) -> Result<Expr, String> {
        for op in ["-", "+"] {
            if self.eat(op) {
                return Ok(Expr::Unary(op.into(), Rc::new(self.unary()?)));
            }
        }
        let base = self.postfix()?;
        if self.eat("^") {
            let e = self.unary()?;
            return Ok(Expr::Binary("^".into(), Rc::new(base), Rc::new(e)));
        }
        Ok(base)
    }

    fn postfix(&mut self) -> Result<Expr, String> {
        let mut e = self.primary()?;
        loop {
            if self.eat("(") {
                e = Expr::Call(Rc::new(e), self.args(")")?);
            } else if self.eat("[[") {
                let a = self.args("]")?;
                self.need("]")?;
                e = Expr::Index2(Rc::new(e), a);
            } else if self.eat("[") {
                e = Expr::Index(Rc::new(e), self.args("]")?);
            } else if self.eat("$") || self.eat("@") {
                let n = match self.t[self.i].clone() {
                    Tok::Name(n) | Tok::Str(n) => n,
                    other => return Err(format!("after $: {other:?}")),
                };
                self.i += 1;
                e = Expr::Dollar(Rc::new(e), n);
            } else if self.eat("::") || self.eat(":::") {
                e = self.primary()?;
            } else {
                return Ok(e);
            }
        }
    }

    fn args(&mut self, close: &str) -> Result<Vec<Arg>, String> {
        let mut out = Vec::new();
        if self.eat(close) {
            return Ok(out);
        }
        loop {
            if self.at(",") || self.at(close) {
                out.push(Arg { name: None, value: None });
            } else {
                let name = match (&self.t[self.i], &self.t[self.i + 1]) {
                    (Tok::Name(n) | Tok::Str(n), Tok::Op(o)) if o == "=" => Some(n.clone()),
                    _ => None,
                };
                if name.is_some() {
                    self.i += 2;
                }
                let value = if self.at(",") || self.at(close) { None } else { Some(self.arg()?) };
                out.push(Arg { name, value });
            }
            if self.eat(close) {
                return Ok(out);
            }
            self.need(",")?;
        }
    }

    /// An argument: an expression in which `<-` may stand but `=` may not.
    fn arg(&mut self) -> Result<Expr, String> {
        let left = self.expr(1)?;
        if self.eat("<-") {
            return Ok(Expr::Assign(Rc::new(left), Rc::new(self.arg()?)));
        }
        Ok(left)
    }

    fn primary(&mut self) -> Result<Expr, String> {
        let t = self.t[self.i].clone();
        self.i += 1;
        match t {
            Tok::Num(v) => Ok(Expr::Num(v)),
            Tok::Str(s) => Ok(Expr::Str(s)),
            Tok::Name(n) if n == "function" => self.function(),
            Tok::Name(n) if n == "if" => {
                self.need("(")?;
                let c = self.expr(0)?;
                self.need(")")?;
                let a = self.expr(0)?;
                let save = self.i;
                self.skip_lines();
                let b = if matches!(&self.t[self.i], Tok::Name(n) if n == "else") {
                    self.i += 1;
                    Some(Rc::new(self.expr(0)?))
                } else {
                    self.i = save;
                    None
                };
                Ok(Expr::If(Rc::new(c), Rc::new(a), b))
            }
            Tok::Name(n) if n == "for" => {
                self.need("(")?;
                let Tok::Name(var) = self.t[self.i].clone() else { return Err("for".into()) };
                self.i += 2;
                let seq = self.expr(0)?;
                self.need(")")?;
                Ok(Expr::For(var, Rc::new(seq), Rc::new(self.expr(0)?)))
            }
            Tok::Name(n) => Ok(Expr::Name(n)),
            Tok::Op(o) if o == "(" => {
                let e = self.expr(0)?;
                self.need(")")?;
                Ok(e)
            }
            Tok::Op(o) if o == "{" => {
                let mut body = Vec::new();
                loop {
                    self.skip_lines();
                    if self.eat("}") {
                        return Ok(Expr::Block(body));
                    }
                    body.push(self.expr(0)?);
                }
            }
            Tok::Op(o) if o == "\\" => self.function(),
            Tok::Op(o) if o == "~" => Ok(Expr::Formula(None, Rc::new(self.expr(2)?))),
            other => Err(format!("unexpected {other:?}")),
        }
    }

    fn function(&mut self) -> Result<Expr, String> {
        self.need("(")?;
        let mut params = Vec::new();
        while !self.eat(")") {
            let Tok::Name(n) = self.t[self.i].clone() else { return Err("parameter".into()) };
            self.i += 1;
            let default = if self.eat("=") { Some(self.arg()?) } else { None };
            params.push((n, default));
            self.eat(",");
        }
        self.skip_lines();
        Ok(Expr::Function(params, Rc::new(self.expr(0)?)))
    }
}

/// The expression as text, spaced as R spaces it, because coefficient names are made from it.
pub fn deparse(e: &Expr) -> String {
    let args = |a: &[Arg]| {
        a.iter()
            .map(|a| {
                let v = a.value.as_ref().map(deparse).unwrap_or_default();
                a.name.as_ref().map_or(v.clone(), |n| format!("{n} = {v}"))
            })
            .collect::<Vec<_>>()
            .join(", ")
    };
    match e {
        Expr::Num(v) => format!("{v}"),
        Expr::Str(s) => format!("\"{s}\""),
        Expr::Name(n) => n.clone(),
        Expr::Call(f, a) => format!("{}({})", deparse(f), args(a)),
        Expr::Index(f, a) => format!("{}[{}]", deparse(f), args(a)),
        Expr::Index2(f, a) => format!("{}[[{}]]", deparse(f), args(a)),
        Expr::Dollar(f, n) => format!("{}${n}", deparse(f)),
        Expr::Unary(o, x) => format!("{o}{}", deparse(x)),
        Expr::Binary(o, a, b) if ["^", ":", "/", "*"].contains(&o.as_str()) && o != "*" && o != "/" => {
            format!("{}{o}{}", deparse(a), deparse(b))
        }
        Expr::Binary(o, a, b) if o == "/" => format!("{}/{}", deparse(a), deparse(b)),
        Expr::Binary(o, a, b) => format!("{} {o} {}", deparse(a), deparse(b)),
        Expr::Formula(None, r) => format!("~{}", deparse(r)),
        Expr::Formula(Some(l), r) => format!("{} ~ {}", deparse(l), deparse(r)),
        other => format!("{other:?}"),
    }
}
