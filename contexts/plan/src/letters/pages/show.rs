//! `/desk/plan/letters/{id}`: a letter with its one next action, its clauses with their scores and the
//! evidence of each, and what was done with it.

use askama::Template;
use axum::extract::Path;
use kernel::{Refusal, Year};
use people::units::{self, Unit};
use web::{Cx, Form, Result, Safe, ui};

use super::fields;
use super::list::state_tag;
use crate::figures::Board;
use crate::letters::rules::{APPEAL_DAYS, points_text};
use crate::letters::{
    Clause, Letter, LetterId, LetterState, Step, Supplement, SupplementState, actions, generate,
};
use crate::pages::{desk, figure, unit_name};
use crate::wording::WordingKind;

#[derive(Template)]
#[template(path = "letters/pages/show.html")]
struct ShowPage<'a> {
    cx: &'a Cx,
    form: &'a Form,
    letter: &'a Letter,
    title: String,
    state: Safe,
    act: Act,
    appeal_until: String,
    facts: Vec<(String, String)>,
    rows: Vec<Row>,
    sums: Option<Vec<String>>,
    items: Vec<(String, String)>,
    supplements: Vec<Amendment<'a>>,
    steps: Vec<(String, String, &'a Step)>,
}

/// What the reader may do now.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Act {
    Nothing,
    Write,
    SignUnit,
    SignAssociation,
    Supplement,
    ScoreSelf,
    Review,
    AcceptOrAppeal,
    Close,
    Answer,
}

struct Row {
    clause: Clause,
    item_n: i64,
    item: String,
    role: String,
    asked: String,
    now: String,
    href: Option<String>,
    basis: String,
    scores: [String; 4],
}

impl Row {
    /// A score in words: 0 proposed, 1 the unit's own, 2 reviewed, 3 final.
    fn score(&self, n: usize) -> String {
        self.scores.get(n).cloned().unwrap_or_default()
    }

    fn has_score(&self, n: usize) -> bool {
        self.scores.get(n).is_some_and(|score| !score.is_empty() && score != "–")
    }
}

struct Amendment<'a> {
    supplement: &'a Supplement,
    state: Safe,
    signable: bool,
    refusable: bool,
    refused: Option<&'a str>,
}

/// What pages of a letter are drawn from.
pub(super) struct Loaded {
    pub letter: Letter,
    pub unit: Unit,
    pub board: Board,
    facts: generate::Facts,
}

/// Shows the letter.
pub async fn show(cx: Cx, Path(id): Path<String>) -> Result {
    draw(&cx, id.into(), None).await
}

pub(super) async fn load(cx: &Cx, id: LetterId) -> std::result::Result<Loaded, Refusal> {
    cx.read(move |tx, by| {
        let letter = actions::load(tx, by, &id)?;
        let board = generate::board(tx, by, letter.year)?;
        let facts = generate::facts(tx, by, &board, &letter.unit)?;
        let unit = units::find_any(tx, by.district(), &letter.unit, board.on)?.ok_or(Refusal::NotFound)?;
        Ok(Loaded { letter, unit, board, facts })
    })
    .await
}

/// Draws the letter, with the form as it was refused.
pub(super) async fn draw(cx: &Cx, id: LetterId, refused: Option<Form>) -> Result {
    let loaded = load(cx, id).await?;
    let letter = &loaded.letter;
    let act = act(cx, letter);
    let form = refused.unwrap_or_else(|| fields::filled(letter));
    let args = [("unit", unit_name(cx, &loaded.unit, false)), ("year", letter.year.to_string())];
    let page = ShowPage {
        cx,
        form: &form,
        title: cx.with("plan-letter-title", &args),
        state: state_tag(cx, letter.state.code()),
        act,
        appeal_until: until(letter),
        facts: facts(cx, letter),
        rows: letter.holding().into_iter().map(|clause| row(cx, &loaded, clause)).collect(),
        sums: sums(cx, letter),
        items: if act == Act::Write { items(cx, &loaded.board) } else { Vec::new() },
        supplements: letter.supplements.iter().map(|one| amendment(cx, letter, one)).collect(),
        steps: letter.steps.iter().rev().map(|step| said(cx, step)).collect(),
        letter,
    };
    cx.page(desk(page.title.clone()).wide().of_form(&form), page)
}

fn act(cx: &Cx, letter: &Letter) -> Act {
    let (keeps, own) = (actions::keeps(&cx.by), actions::signs_for(&cx.by, &letter.unit));
    let me = cx.by.actor.account.as_ref();
    match &letter.state {
        LetterState::Draft { .. } if keeps => Act::Write,
        LetterState::Issued { .. } if own => Act::SignUnit,
        LetterState::UnitSigned { .. } if keeps => Act::SignAssociation,
        LetterState::InForce { .. } if keeps && letter.pending().is_none() => Act::Supplement,
        LetterState::Scoring { .. } if own => Act::ScoreSelf,
        LetterState::SelfScored { .. } if keeps => Act::Review,
        LetterState::Reviewed { .. } if own => Act::AcceptOrAppeal,
        LetterState::Reviewed { .. } if keeps => Act::Close,
        LetterState::Appealed { reviewer, appeal, .. }
            if keeps && me != Some(&reviewer.by) && me != Some(&appeal.by) =>
        {
            Act::Answer
        }
        LetterState::Draft { .. }
        | LetterState::Issued { .. }
        | LetterState::UnitSigned { .. }
        | LetterState::InForce { .. }
        | LetterState::Scoring { .. }
        | LetterState::SelfScored { .. }
        | LetterState::Reviewed { .. }
        | LetterState::Appealed { .. }
        | LetterState::Closed { .. } => Act::Nothing,
    }
}

/// Until when the unit may appeal; empty when that is no question.
fn until(letter: &Letter) -> String {
    match &letter.state {
        LetterState::Reviewed { reviewer } => reviewer.at.day().plus_days(APPEAL_DAYS).to_string(),
        LetterState::Draft { .. }
        | LetterState::Issued { .. }
        | LetterState::UnitSigned { .. }
        | LetterState::InForce { .. }
        | LetterState::Scoring { .. }
        | LetterState::SelfScored { .. }
        | LetterState::Appealed { .. }
        | LetterState::Closed { .. } => String::new(),
    }
}

fn facts(cx: &Cx, letter: &Letter) -> Vec<(String, String)> {
    let (unit, association) = crate::letters::print::signatures(letter);
    let signed = |signed: Option<crate::letters::Signed>| {
        let words = signed.map(|signed| format!("{} {}", signed.name, signed.at.minute_text()));
        words.unwrap_or_else(|| cx.t("plan-letter-unsigned"))
    };
    vec![
        (cx.t("plan-letter-column-number"), letter.number.to_string()),
        (cx.t("plan-letter-column-points"), points_text(letter.total)),
        (cx.t("plan-letter-side-unit"), signed(unit)),
        (cx.t("plan-letter-side-association"), signed(association)),
    ]
}

fn row(cx: &Cx, loaded: &Loaded, clause: Clause) -> Row {
    let board = &loaded.board;
    let measures = board.sections.iter().flat_map(|section| &section.measures);
    let item = measures.map(|measure| &measure.item).find(|item| item.id == clause.item);
    let unit = if clause.target.is_some() { clause.unit.clone() } else { cx.t("plan-letter-sessions") };
    let counted = |value: rust_decimal::Decimal| format!("{} {unit}", figure(cx, value));
    let scores = &clause.scores;
    let current = scores.now.or_else(|| loaded.facts.figure(board, &clause).now);
    Row {
        item_n: item.map_or(0, |item| item.n),
        item: item
            .map(|item| board.words.title(cx.locale, WordingKind::Item, item.id.as_str(), &item.title))
            .unwrap_or_default(),
        role: cx.t(&format!("plan-role-{}", clause.role.code())),
        asked: clause.asked.map(counted).unwrap_or_else(|| cx.t("plan-letter-no-figure")),
        now: current.map(counted).unwrap_or_else(|| cx.t("plan-letter-not-collected")),
        href: loaded.facts.href(board, &clause),
        basis: scores
            .basis
            .map(|basis| cx.t(&format!("plan-letter-basis-{}", basis.code())))
            .unwrap_or_default(),
        scores: [scores.proposed, scores.own, scores.reviewed, scores.last]
            .map(|score| fields::shown(&clause, score)),
        clause,
    }
}

/// The four columns of scores added up, once scoring is open. What is missing is not taken for nothing.
fn sums(cx: &Cx, letter: &Letter) -> Option<Vec<String>> {
    letter.clauses.iter().any(|clause| clause.scores.basis.is_some()).then(|| {
        let words = |sum: Option<i64>| sum.map_or_else(|| "–".to_owned(), points_text);
        let partly: i64 = letter.clauses.iter().filter_map(|clause| clause.scores.proposed).sum();
        let proposed = match letter.n_open() {
            0 => points_text(partly),
            n => cx.with("plan-letter-partly", &[("sum", points_text(partly)), ("n", n.to_string())]),
        };
        let own = words(letter.sum(|clause| clause.scores.own));
        let reviewed = words(letter.sum(|clause| clause.scores.reviewed));
        vec![proposed, own, reviewed, words(letter.sum(|clause| clause.scores.last))]
    })
}

/// Measures to choose from for another clause.
fn items(cx: &Cx, board: &Board) -> Vec<(String, String)> {
    let measures = board.sections.iter().flat_map(|section| &section.measures);
    let mut options = vec![(String::new(), cx.t("plan-none-chosen"))];
    options.extend(measures.map(|measure| {
        let item = &measure.item;
        let title = board.words.title(cx.locale, WordingKind::Item, item.id.as_str(), &item.title);
        (item.id.to_string(), format!("{}. {title}", item.n))
    }));
    options
}

fn amendment<'a>(cx: &Cx, letter: &Letter, supplement: &'a Supplement) -> Amendment<'a> {
    let (keeps, own) = (actions::keeps(&cx.by), actions::signs_for(&cx.by, &letter.unit));
    let (tone, signable, refused) = match &supplement.state {
        SupplementState::Issued { .. } => (web::Tone::Wait, own, None),
        SupplementState::UnitSigned { .. } => (web::Tone::Wait, keeps, None),
        SupplementState::InForce { .. } => (web::Tone::Ok, false, None),
        SupplementState::Refused { words, .. } => (web::Tone::Quiet, false, Some(words.as_str())),
    };
    let code = supplement.state.code();
    let state = ui::tag(tone, &cx.t(&format!("plan-supplement-{code}")));
    Amendment { supplement, state, signable, refusable: signable && code == "issued", refused }
}

/// A step as a line of the timeline: when, and who did what.
fn said<'a>(cx: &Cx, step: &'a Step) -> (String, String, &'a Step) {
    let n = step.supplement.unwrap_or(0).to_string();
    let args = [("who", step.signed.name.clone()), ("n", n)];
    let words = cx.with(&format!("plan-letter-step-{}", step.kind.code()), &args);
    (step.signed.at.minute_text(), words, step)
}

impl ShowPage<'_> {
    /// What every form of the page carries: its secret, and the version that the person sees.
    fn hidden(&self) -> Safe {
        let version = self.letter.version;
        Safe(format!(r#"{}<input type="hidden" name="version" value="{version}">"#, ui::csrf(self.cx)))
    }

    fn is(&self, act: Act) -> bool {
        self.act == act
    }

    /// Whether scoring may be opened by now.
    fn may_open(&self) -> bool {
        let from: Option<kernel::Day> = kernel::Day::new(self.letter.year, 12, 1);
        from.is_some_and(|from| self.cx.by.today() >= from)
    }

    /// The field that the present step fills for each clause, and whether it takes words.
    const fn scoring(&self) -> Option<(&'static str, bool)> {
        match self.act {
            Act::ScoreSelf => Some(("own", true)),
            Act::Review => Some(("review", true)),
            Act::Answer => Some(("last", false)),
            Act::Nothing
            | Act::Write
            | Act::SignUnit
            | Act::SignAssociation
            | Act::Supplement
            | Act::AcceptOrAppeal
            | Act::Close => None,
        }
    }

    /// Where the scores of the present step are sent.
    const fn scores_to(&self) -> &'static str {
        match self.act {
            Act::ScoreSelf => "self-score",
            Act::Review => "review",
            Act::Answer
            | Act::Nothing
            | Act::Write
            | Act::SignUnit
            | Act::SignAssociation
            | Act::Supplement
            | Act::AcceptOrAppeal
            | Act::Close => "answer",
        }
    }

    const fn year(&self) -> Year {
        self.letter.year
    }
}
