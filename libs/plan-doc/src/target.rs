//! Numbers to be reached: found, weighed against what only looks like one, and read.

use crate::aim;
use crate::aim::Aim;
use crate::doubt::{Doubt, DoubtCode};
use crate::lexicon::kind_of;
use crate::lexicon::proposed_id;
use crate::number::{Number, numbers};
use crate::reading::{Comparator, Form, Period, Target, TargetKind};
use crate::rising;
use crate::sentence::{Sentence, sentences};
use crate::span::{Span, cut};
use crate::subject;
use crate::subject::Subject;
use crate::words::{has, words};
use crate::{amount, compare, deadline, frame};
use std::collections::HashMap;

/// A paragraph to be looked through, and what it belongs to.
pub(crate) struct Source {
    pub para: Span,
    pub item: Option<usize>,
    pub section: Option<usize>,
    /// The item's title: what a number counts when its sentence does not say.
    pub title: String,
}

/// What is the same for the whole document.
pub(crate) struct Scope<'t> {
    pub text: &'t str,
    pub seen: &'t str,
    pub period: Option<&'t Period>,
    /// Whether 全区 means an autonomous region.
    pub region: bool,
}

/// Targets with a value in the order of the text, then directions.
pub(crate) fn targets(scope: &Scope<'_>, sources: &[Source]) -> (Vec<Target>, Vec<Doubt>) {
    let mut valued = Vec::new();
    let mut rising = Vec::new();
    let mut doubts = Vec::new();
    for source in sources {
        // looked up once a paragraph, not once a sentence
        let para = source.para.of(scope.seen);
        let directions = has(para, &rising::SIGNS);
        let covered = para.contains("全覆盖");
        let doubled = para.contains('番');
        let lost = has(para, &LOST_NEAR);
        let money = para.contains("经费");
        let mut memory = subject::Memory::default();
        let mut years = Vec::new();
        for sentence in sentences(scope.seen, source.para) {
            let mut finder = Finder {
                scope,
                source,
                sentence: &sentence,
                found: &mut valued,
                doubts: &mut doubts,
                whole: None,
            };
            if lost {
                finder.lost_digits();
            }
            finder.numbers(&memory, &mut years);
            if directions {
                rising.extend(rising::find(scope, source, &sentence));
            }
            if doubled {
                valued.extend(rising::doubled(scope, source, &sentence));
            }
            if covered {
                valued.extend(rising::full_coverage(scope, source, &sentence));
            }
            if money {
                memory.note(&sentence);
            }
        }
    }
    let mut all = once(valued);
    all.extend(once(rising));
    name(&mut all);
    (all, doubts)
}

/// The same promise said twice counts once: same subject, same places, and the same or no number of its own.
fn once(targets: Vec<Target>) -> Vec<Target> {
    let mut seen: HashMap<(String, Option<String>, bool), Vec<Option<String>>> = HashMap::new();
    let mut out = Vec::with_capacity(targets.len());
    for target in targets {
        let coverage = target.form == Some(Form::Coverage);
        let key = (target.subject.clone(), target.per.clone(), coverage);
        let values = seen.entry(key).or_default();
        // 全覆盖 after "one in every town" says nothing new
        let repeated = (coverage || target.form == Some(Form::Monotone)) && !values.is_empty()
            || values.contains(
                &target
                    .value
                    .clone()
                    .map(|v| format!("{v}{:?}{:?}{:?}", target.unit, target.by, target.form)),
            );
        if !repeated {
            values.push(
                target.value.clone().map(|v| format!("{v}{:?}{:?}{:?}", target.unit, target.by, target.form)),
            );
            out.push(target);
        }
    }
    out
}

/// Ids from the subject; a second one of the same name gets a number.
fn name(targets: &mut [Target]) {
    let mut used: HashMap<String, usize> = HashMap::new();
    for target in targets {
        let base = proposed_id(target);
        let n = used.entry(base.clone()).or_insert(0);
        *n += 1;
        target.id = if *n == 1 { base } else { format!("{base}-{n}") };
    }
}

words! {
    /// Words that a figure stands beside.
    LOST_NEAR = "达到 不少于 不低于 超过 以上 到"
}

struct Finder<'a, 't> {
    scope: &'a Scope<'t>,
    source: &'a Source,
    sentence: &'a Sentence<'t>,
    found: &'a mut Vec<Target>,
    doubts: &'a mut Vec<Doubt>,
    /// What the last number was a part of.
    whole: Option<String>,
}

impl Finder<'_, '_> {
    /// `said` are the years that an earlier sentence of the paragraph gave for its numbers.
    fn numbers(&mut self, memory: &subject::Memory, said: &mut Vec<String>) {
        let s = self.sentence.piece.s;
        let mut chain: Option<Chain> = None;
        let found = numbers(s);
        if found.is_empty() {
            return;
        }
        let mut years = deadline::respective_years(s);
        match &years {
            Some((_, own)) => said.clone_from(own),
            // 分别 again after a semicolon: the same years
            None => {
                let again = s.find("分别").filter(|_| !said.is_empty() && !s.contains('年'));
                years = again.map(|at| (at, said.clone()));
            }
        }
        for n in found {
            if self.sentence.quoted(n.start) {
                continue;
            }
            let link = chain.as_ref().filter(|c| aim::links(cut(s, c.end, n.start))).cloned();
            match aim::weigh(self.sentence, &n, link.as_ref().map(|c| c.end), self.scope.period) {
                Aim::None => {}
                Aim::Perhaps if link.is_none() => {
                    let at = self.place(n.start, n.end);
                    self.doubts
                        .push(Doubt::new(DoubtCode::MaybeTarget, at).with("number", at.of(self.scope.text)));
                }
                Aim::Perhaps | Aim::Target => {
                    let Some(mut target) = self.read(&n, link.as_ref(), memory) else { continue };
                    if let Some((_, years)) =
                        years.as_mut().filter(|(at, years)| n.start > *at && !years.is_empty())
                    {
                        target.by = Some(years.remove(0));
                    }
                    chain = Some(Chain {
                        end: subject::end_of(s, &n),
                        yearly: target.form == Some(Form::Yearly),
                        per: target.per.clone().filter(|_| target.form == Some(Form::Coverage)),
                        verb: aim::verb_before(s, &n, link.map(|c| c.end)),
                        whole: self.whole.take(),
                    });
                    self.found.push(target);
                }
            }
        }
    }

    fn place(&self, from: usize, to: usize) -> Span {
        Span::new(self.sentence.piece.at + from, self.sentence.piece.at + to)
    }

    /// `培训 人以上`, `达到 %`: the figure is gone.
    fn lost_digits(&mut self) {
        let s = self.sentence.piece.s;
        let suspicious = |(at, w): (usize, &str)| {
            let before = cut(s, 0, at).chars().next_back();
            let after = cut(s, at + w.len(), s.len()).chars().next();
            // a sign of amount with no figure on the side where it belongs
            if w == "以上" {
                !cut(s, 0, at).ends_with(|c: char| c.is_ascii_digit())
            } else {
                before.is_some()
                    && after.is_some_and(|c| matches!(c, ' ' | '%' | '人' | '场' | '个' | '名' | '元' | '年'))
            }
        };
        if !LOST_NEAR.iter().any(|w| s.match_indices(w).any(suspicious)) {
            return;
        }
        for sign in [
            "达到%", "达到 %", "不少于 ", "不低于 ", "不少于人", "不少于场", "不少于个", "不少于名",
            "不低于%", "达到元", "达到 元", "到年", "到 年，", "超过%", "达到人", "达到个",
        ] {
            if let Some(at) = s.find(sign) {
                let end = at + sign.len();
                if sign.ends_with(' ') && cut(s, end, s.len()).starts_with(|c: char| c.is_ascii_digit()) {
                    continue;
                }
                let args = (cut(s, 0, at), cut(s, end, s.len()));
                let doubt = Doubt::new(DoubtCode::DigitsLost, self.place(at, end))
                    .with("before", crate::span::last_chars(args.0, 8))
                    .with("after", crate::span::first_chars(args.1, 8));
                self.doubts.push(doubt);
                return;
            }
        }
        for word in ["人以上", "场以上", "个以上", "名以上", "次以上", "%以上"] {
            let Some(at) = s.find(word) else { continue };
            if s.get(..at).is_some_and(|h| {
                (h.ends_with(' ') && !h.trim_end().ends_with(|c: char| c.is_ascii_digit()))
                    || (word.starts_with('%') && !h.ends_with(|c: char| c.is_ascii_digit()))
            }) {
                let doubt = Doubt::new(DoubtCode::DigitsLost, self.place(at, at + word.len()))
                    .with("before", crate::span::last_chars(cut(s, 0, at), 8))
                    .with("after", crate::span::first_chars(cut(s, at, s.len()), 8));
                self.doubts.push(doubt);
                return;
            }
        }
    }

    fn read(&mut self, n: &Number, link: Option<&Chain>, memory: &subject::Memory) -> Option<Target> {
        let s = self.sentence.piece.s;
        let clause = frame::clause(self.sentence, n, link.map(|c| c.end));
        let unit = amount::unit(s, n)?;
        let step = frame::step(&clause);
        let mut comparator = compare::comparator(s, &clause, n, &unit);
        let a_year = cut(s, unit.end, s.len()).starts_with("/年");
        let per_year = clause.yearly
            || a_year
            || link.is_some_and(|l| l.yearly && !clause.by_year && !clause.cumulative);
        if comparator == Comparator::Exactly && step.is_some() {
            comparator = Comparator::AtLeast;
        }
        let Subject { mut words, mut per, verb } = subject::read(
            self.scope,
            self.sentence,
            n,
            &clause,
            &unit,
            link.filter(|c| !cut(s, c.end, n.start).starts_with('，')).map(|c| c.verb.as_str()),
            memory,
        )?;
        if let (None, Some(held)) =
            (&per, link.filter(|l| !cut(s, l.end, n.start).starts_with('，')).and_then(|l| l.per.clone()))
        {
            per = Some(held);
            comparator = self.found.last().map_or(comparator, |t| {
                if comparator == Comparator::Exactly { t.comparator } else { comparator }
            });
        }
        let mut whole = None;
        let mut per_head = unit.money && has(cut(s, clause.from, n.start), words!("人均 每人"));
        let verb_alone = crate::noun::only_verbs(&crate::fold::fold(&words))
            && self.same_subject(&unit.word, false).is_some();
        if words.is_empty() || verb_alone {
            // 力争达到15%: the subject was said before, or is the item's own
            let same = self.same_subject(&unit.word, step.is_some());
            comparator = same
                .filter(|_| link.is_some() && comparator == Comparator::Exactly)
                .map_or(comparator, |t| t.comparator);
            words = same.map_or_else(
                || subject::before(self.scope, self.sentence, &clause).unwrap_or(self.source.title.clone()),
                |t| t.subject.clone(),
            );
        } else if let Some(rest) = self.per_head_words(&words, unit.money) {
            words = format!("{words}{rest}");
            per_head = true;
        } else if let Some(rate) = self.rate(&words, &unit.word) {
            words = format!("{words}{rate}");
        } else if let Some(rest) = self.other_level(&words) {
            words = format!("{words}{rest}");
        } else if words.chars().count() <= 4
            && let Some(of) = self.part_of(&clause.before, link)
        {
            // 其中省级5家、市级10家: of what was counted just before
            words = format!("{words}{of}");
            whole = Some(of);
        }
        let kind = kind_of(&words, &unit.word, &verb);
        let form = match () {
            () if step.is_some() && (per_year || clause.average) => Some(Form::YearlyStep),
            () if per.is_some() => Some(Form::Coverage),
            () if per_year => Some(Form::Yearly),
            () if step.is_some_and(|w| matches!(w, "下降" | "降低" | "减少")) => Some(Form::Decrease),
            () if step.is_some() => Some(Form::Increase),
            () if clause.often.is_some() => None,
            () if kind == TargetKind::Counted || clause.cumulative => Some(Form::Cumulative),
            () => None,
        };
        let per = match form {
            Some(Form::Yearly | Form::YearlyStep) => Some("年".to_string()),
            _ => per.or_else(|| clause.often.map(str::to_string)),
        };
        self.whole = whole;
        if words.is_empty() {
            self.doubts.push(
                Doubt::new(DoubtCode::SubjectUnclear, self.place(n.start, n.end))
                    .with("number", cut(s, n.start, n.end)),
            );
        }
        let original = |word: &str| word.to_string();
        Some(Target {
            id: String::new(),
            item: self.source.item,
            section: self.source.section,
            kind,
            form,
            subject: words,
            comparator,
            value: Some(n.value.shift(unit.zeros).to_string()),
            unit: Some(if per_head { format!("{}/人", unit.word) } else { unit.word.clone() }),
            per,
            by: deadline::by(self.sentence, n).or_else(|| self.scope.period.map(|p| p.to.to_string())),
            scope: frame::scope(cut(s, clause.from, n.start), self.scope.region).map(original),
            strength: frame::strength(cut(s, clause.from, n.start)).map(original),
            approximate: amount::approximate(s, n, &unit),
            sentence: self.sentence.piece.span(),
            span: self.place(n.start, n.end),
        })
    }
}

words! {
    /// Words that a share is a share of something by.
    RATES = "率 比例 比重 占比 水平 度 份额 量 指数 比率"
}

impl Finder<'_, '_> {
    /// The last target that this number can speak of: in its sentence, or where the item's title says
    /// nothing, in its paragraph (到2023年达到12%；到2025年达到15%).
    fn same_subject(&self, unit: &str, step: bool) -> Option<&Target> {
        let last = self.found.last()?;
        if last.sentence == self.sentence.piece.span() {
            return (step || same_unit(last, unit)).then_some(last);
        }
        let near = self.source.para.contains(last.sentence) && self.source.title.is_empty();
        (near && same_unit(last, unit)).then_some(last)
    }

    /// `市级人均科普经费达到2元，县级不低于1.5元`: the words that the second place shares.
    fn per_head_words(&self, words: &str, money: bool) -> Option<String> {
        let last = self.found.last().filter(|t| t.sentence == self.sentence.piece.span())?;
        let place = words.chars().count() <= 10
            && !has(&crate::fold::fold(words), words!("经费 投入 资金 预算 元 收入 人均"));
        let per_head = money && place && last.unit.as_deref() == Some("元/人");
        let at = last.subject.find("人均").or_else(|| last.subject.find("科普")).filter(|_| per_head)?;
        Some(cut(&last.subject, at, last.subject.len()).to_string())
    }

    /// `省级实验校15所、市级50所`: what the other level counts too.
    fn other_level(&self, words: &str) -> Option<String> {
        const LEVELS: [&str; 8] = ["国家级", "省级", "市级", "县级", "区级", "州级", "镇级", "村级"];
        let last = self.found.last().filter(|t| t.sentence == self.sentence.piece.span())?;
        let rest = LEVELS.iter().find_map(|l| last.subject.strip_prefix(l))?;
        (LEVELS.contains(&words) && rest.chars().count() > 1).then(|| rest.to_string())
    }

    /// What `其中` speaks of: the number before, or what the number before was a part of.
    fn part_of(&self, before: &str, link: Option<&Chain>) -> Option<String> {
        if before.trim_start_matches(['，', ' ', '（']).starts_with("其中") {
            let last = self.found.last().filter(|t| t.sentence == self.sentence.piece.span())?;
            return Some(last.subject.clone());
        }
        link.and_then(|l| l.whole.clone())
    }

    /// `其中城镇居民达到18%，农村居民达到12%`: the rate was named before in the sentence.
    fn rate(&self, words: &str, unit: &str) -> Option<String> {
        if unit != "%" || words.chars().count() > 8 || has(&crate::fold::fold(words), &RATES) {
            return None;
        }
        let first = self
            .found
            .iter()
            .rev()
            // only near by, and no subject that was put together already
            .take(12)
            .take_while(|t| t.sentence == self.sentence.piece.span())
            .filter(|t| t.unit.as_deref() == Some("%") && t.subject.len() <= 90)
            .last()?;
        has(&crate::fold::fold(&first.subject), &RATES).then(|| first.subject.clone())
    }
}

/// 15% and 3个百分点 speak of the same thing.
fn same_unit(target: &Target, unit: &str) -> bool {
    let share = |u: &str| matches!(u, "%" | "个百分点");
    target.unit.as_deref().is_some_and(|u| u == unit || (share(u) && share(unit)))
}

/// What a target hands on to the next one in the same list.
#[derive(Clone)]
struct Chain {
    end: usize,
    yearly: bool,
    /// 每个社区 holds for every number of its list.
    per: Option<String>,
    verb: String,
    /// 其中 spoke of parts of this.
    whole: Option<String>,
}
