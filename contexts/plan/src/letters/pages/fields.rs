//! Forms of clauses and scores: filled from a letter, read back with what is to be mended.

use kernel::{Problem, Problems, Refusal};
use rust_decimal::Decimal;
use web::Form;

use crate::ItemId;
use crate::letters::actions::Written;
use crate::letters::rules::{points_text, read_points};
use crate::letters::{Clause, Given, Letter, LetterState};

/// The form of a letter's present step.
pub(super) fn filled(letter: &Letter) -> Form {
    let mut form = Form::new().and("version", letter.version.to_string());
    form = form.and("preamble", letter.preamble.clone()).and("total", points_text(letter.total));
    let points = |score: Option<i64>| score.map(points_text).unwrap_or_default();
    for clause in letter.holding() {
        let (n, scores) = (clause.n, &clause.scores);
        let asked = clause.asked.map(|asked| asked.normalize().to_string()).unwrap_or_default();
        form = form
            .and(&format!("body-{n}"), clause.body.clone())
            .and(&format!("asked-{n}"), asked)
            .and(&format!("points-{n}"), points_text(clause.points));
        form = match letter.state {
            LetterState::Scoring { .. } => form.and(&format!("own-{n}"), points(scores.proposed)),
            LetterState::SelfScored { .. } => form.and(&format!("review-{n}"), points(scores.own)),
            LetterState::Appealed { .. } => form.and(&format!("last-{n}"), points(scores.reviewed)),
            LetterState::Draft { .. }
            | LetterState::Issued { .. }
            | LetterState::UnitSigned { .. }
            | LetterState::InForce { .. }
            | LetterState::Reviewed { .. }
            | LetterState::Closed { .. } => form,
        };
    }
    form
}

/// The version that the person had before them.
pub(super) fn version(form: &Form) -> Result<i64, Problem> {
    Ok(form.count("version")?.unwrap_or(0))
}

/// The numbers of the fields of a name: `body-3` gives 3.
fn numbers(form: &Form, name: &str) -> Vec<i64> {
    let found = form.names().filter_map(|field| field.strip_prefix(name)?.strip_prefix('-')?.parse().ok());
    let mut numbers: Vec<i64> = found.collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

/// Reads the clauses as a person wrote them.
///
/// # Errors
/// Everything that is no number.
pub(super) fn clauses(form: &Form) -> Result<Vec<Written>, Refusal> {
    let mut problems = Problems::new();
    let mut all = Vec::new();
    for n in numbers(form, "body") {
        let body = form.text(&format!("body-{n}")).to_owned();
        if body.is_empty() {
            continue;
        }
        let asked = problems.take(asked(form, &format!("asked-{n}")));
        let points = problems.take(points(form, &format!("points-{n}")));
        if let (Some(asked), Some(points)) = (asked, points) {
            all.push(Written { n: Some(n), item: None, body, asked, points });
        }
    }
    if !form.text("body-new").is_empty() {
        let item = Some(form.text("item-new")).filter(|id| !id.is_empty()).map(ItemId::from);
        let asked = problems.take(asked(form, "asked-new"));
        let points = problems.take(points(form, "points-new"));
        if let (Some(asked), Some(points)) = (asked, points) {
            all.push(Written { n: None, item, body: form.text("body-new").to_owned(), asked, points });
        }
    }
    problems.check()?;
    Ok(all)
}

/// Reads points at a field.
pub(super) fn points(form: &Form, name: &str) -> Result<i64, Problem> {
    read_points(form.text(name)).map_err(|problem| problem.at(name.to_owned()))
}

fn asked(form: &Form, name: &str) -> Result<Option<Decimal>, Problem> {
    let text = form.text(name);
    let wrong = || Problem::new("plan-letter-asked-unreadable").at(name.to_owned()).with("typed", text);
    if text.is_empty() {
        return Ok(None);
    }
    let value: Decimal = text.parse().map_err(|_| wrong())?;
    if value < Decimal::ZERO { Err(wrong()) } else { Ok(Some(value)) }
}

/// Reads scores: `own`, `review` or `last`.
///
/// # Errors
/// Everything that is no number; a score that is missing is the letter's own to refuse.
pub(super) fn scores(form: &Form, name: &str) -> Result<Vec<Given>, Refusal> {
    let mut problems = Problems::new();
    let mut all = Vec::new();
    for clause in numbers(form, name) {
        let field = format!("{name}-{clause}");
        if form.text(&field).is_empty() {
            continue;
        }
        let words = problems.take(form.optional(&format!("{name}-words-{clause}"), 300));
        if let (Some(score), Some(words)) = (problems.take(points(form, &field)), words) {
            all.push(Given { clause, score, words });
        }
    }
    problems.check()?;
    Ok(all)
}

/// A clause's scores as a reader sees them.
pub(super) fn shown(clause: &Clause, score: Option<i64>) -> String {
    match (score, clause.scores.basis) {
        (Some(score), _) => points_text(score),
        (None, Some(_)) => "–".to_owned(),
        (None, None) => String::new(),
    }
}
