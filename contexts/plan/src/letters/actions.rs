//! One function a verb on a letter: load what the actor may see, decide, save, record.

use db::Tx;
use kernel::{Caller, Problem, Problems, Refusal, Role, UnitId, Year};
use rust_decimal::Decimal;
use serde_json::json;

use super::clause::{Clause, Scores};
use super::generate;
use super::letter::{Letter, LetterId, LetterState, Signed, StepKind};
use super::scoring::Given;
use super::supplement::{Amended, Supplement};
use super::{rules, store, telling};
use crate::actions::{KEEPERS, keeper, record};
use crate::figures::Board;
use crate::{ItemId, item};

/// Whoever reaches a unit with one of these sees its letter.
const READERS: &[Role] = &[Role::Editor, Role::Verifier, Role::Viewer];
/// The longest clause, in characters.
pub const MOST_WORDS: usize = 600;

/// A clause as a person writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The clause that it replaces; `None` for a new one.
    pub n: Option<i64>,
    /// The measure of a new one.
    pub item: Option<ItemId>,
    /// What is owed; empty words take the clause out.
    pub body: String,
    /// What the year asks for.
    pub asked: Option<Decimal>,
    /// What it is worth, in hundredths.
    pub points: i64,
}

/// Whether the actor keeps the plan.
pub fn keeps(by: &Caller) -> bool {
    KEEPERS.iter().any(|role| by.actor.has(*role))
}

/// Whether the actor may sign for the unit.
pub fn signs_for(by: &Caller, unit: &UnitId) -> bool {
    by.actor.has(Role::Editor) && by.actor.reach(&[Role::Editor]).includes(unit)
}

/// Whether the actor sees a letter of this unit in this state: drafts are the association's own.
pub fn sees(by: &Caller, unit: &UnitId, state: &str) -> bool {
    keeps(by) || (state != "draft" && by.actor.reach(READERS).includes(unit))
}

/// A letter that the actor may see.
///
/// # Errors
/// `NotFound` for one that is not there or out of reach.
pub fn load(tx: &mut Tx<'_>, by: &Caller, id: &LetterId) -> Result<Letter, Refusal> {
    let letter = store::find(tx, by.district(), id)?.ok_or(Refusal::NotFound)?;
    if sees(by, &letter.unit, letter.state.code()) { Ok(letter) } else { Err(Refusal::NotFound) }
}

/// The letter of a unit for a year, if there is one that the actor sees.
///
/// # Errors
/// As the database refuses.
pub fn of_unit(tx: &mut Tx<'_>, by: &Caller, unit: &UnitId, year: Year) -> Result<Option<Letter>, Refusal> {
    let Some(id) = store::of_unit(tx, by.district(), unit, year)? else { return Ok(None) };
    let letter = store::find(tx, by.district(), &id)?;
    Ok(letter.filter(|letter| sees(by, &letter.unit, letter.state.code())))
}

/// A letter as the actor had it before them, for a step of theirs.
fn current(tx: &mut Tx<'_>, by: &Caller, (id, version): (&LetterId, i64)) -> Result<Letter, Refusal> {
    let letter = load(tx, by, id)?;
    if letter.version != version {
        return Err(Refusal::Conflict(Problem::new("plan-changed-meanwhile")));
    }
    Ok(letter)
}

/// The letters of a year that the actor sees, with their units, by number.
///
/// # Errors
/// As the database refuses.
pub fn list_units(tx: &mut Tx<'_>, by: &Caller, year: Year) -> Result<Vec<(LetterId, UnitId)>, Refusal> {
    let letters = store::list(tx, by.district(), Some(year))?.into_iter();
    Ok(letters.filter(|one| sees(by, &one.unit, &one.state)).map(|one| (one.id, one.unit)).collect())
}

fn of_association(by: &Caller) -> Result<Signed, Refusal> {
    let account = keeper(&by.actor)?;
    Ok(Signed { by: account, name: by.actor.name.clone(), at: by.now() })
}

fn for_unit(by: &Caller, unit: &UnitId) -> Result<Signed, Refusal> {
    let account = by.actor.account.clone().filter(|_| signs_for(by, unit)).ok_or(Refusal::Forbidden)?;
    Ok(Signed { by: account, name: by.actor.name.clone(), at: by.now() })
}

fn keep(
    tx: &mut Tx<'_>,
    by: &Caller,
    letter: &Letter,
    action: &'static str,
    words: &str,
) -> Result<(), Refusal> {
    store::save(tx, by.district(), letter)?;
    telling::tell(tx, by, letter, action)?;
    let detail = json!({ "year": letter.year, "number": letter.number, "state": letter.state.code(), "reason": words });
    record(tx, by, action, ("plan_letter", letter.id.as_str()), detail)
}

/// Drafts a letter for a unit from its duties.
///
/// # Errors
/// `Forbidden` unless the actor keeps the plan; conflict when the unit has one for the year; invalid
/// when no plan holds the year, or it asks nothing of the unit.
pub fn draft(tx: &mut Tx<'_>, by: &Caller, unit: &UnitId, year: Year) -> Result<LetterId, Refusal> {
    keeper(&by.actor)?;
    if store::of_unit(tx, by.district(), unit, year)?.is_some() {
        return Err(Refusal::Conflict(Problem::new("plan-letter-there-is-one")));
    }
    let board = generate::board(tx, by, year)?;
    insert(tx, by, unit, &board)
}

fn insert(tx: &mut Tx<'_>, by: &Caller, unit: &UnitId, board: &Board) -> Result<LetterId, Refusal> {
    let clauses = generate::facts(tx, by, board, unit)?.clauses(board);
    if clauses.is_empty() {
        return Err(Problem::new("plan-letter-no-duties").into());
    }
    let year = board.year;
    let letter = Letter {
        id: by.id(),
        unit: unit.clone(),
        year,
        number: store::next_number(tx, by.district(), year)?,
        preamble: String::new(),
        total: rules::TOTAL,
        state: LetterState::Draft { handed_back: None },
        version: 1,
        clauses,
        supplements: Vec::new(),
        steps: Vec::new(),
    };
    keep(tx, by, &letter, "plan.letter.draft", "")?;
    Ok(letter.id)
}

/// Drafts letters for all units that the plan asks something of and that have none for the year.
/// Gives how many.
///
/// # Errors
/// `Forbidden` unless the actor keeps the plan; invalid when no plan holds the year.
pub fn draft_all(tx: &mut Tx<'_>, by: &Caller, year: Year) -> Result<usize, Refusal> {
    keeper(&by.actor)?;
    let board = generate::board(tx, by, year)?;
    let have: Vec<UnitId> =
        store::list(tx, by.district(), Some(year))?.into_iter().map(|letter| letter.unit).collect();
    let measures = || board.sections.iter().flat_map(|section| &section.measures);
    let owing: Vec<UnitId> = board
        .units
        .keys()
        .filter(|unit| !have.contains(unit) && measures().any(|measure| measure.item.role_of(unit).is_some()))
        .cloned()
        .collect();
    for unit in &owing {
        insert(tx, by, unit, &board)?;
    }
    Ok(owing.len())
}

/// Rewrites a draft.
///
/// # Errors
/// `Forbidden` unless the actor keeps the plan; conflict when it was issued or changed meanwhile;
/// invalid for clauses that are too long or of no measure.
pub fn write(
    tx: &mut Tx<'_>,
    by: &Caller,
    seen: (&LetterId, i64),
    (preamble, total): (&str, i64),
    written: &[Written],
) -> Result<(), Refusal> {
    keeper(&by.actor)?;
    let mut letter = current(tx, by, seen)?.written()?;
    let mut problems = Problems::new();
    let mut clauses = Vec::new();
    for one in written.iter().filter(|one| !one.body.trim().is_empty()) {
        let name = one.n.map_or_else(|| "body-new".to_owned(), |n| format!("body-{n}"));
        if one.body.chars().count() > MOST_WORDS {
            problems.add(Problem::new("plan-letter-body-long").at(name.clone()).with("most", MOST_WORDS));
        }
        let old = letter.clauses.iter().find(|clause| Some(clause.n) == one.n);
        let clause = match (old, &one.item) {
            (Some(old), _) => old.clone(),
            (None, Some(id)) => added(tx, by, &letter, id)?,
            (None, None) => {
                problems.add(Problem::new("plan-line-item-unknown").at("item-new").with("year", letter.year));
                continue;
            }
        };
        let body = one.body.trim().to_owned();
        clauses.push(Clause { body, asked: one.asked, points: one.points, ..clause });
    }
    problems.check()?;
    for (n, clause) in (1..).zip(&mut clauses) {
        clause.n = n;
    }
    letter.clauses = clauses;
    letter.preamble = preamble.trim().to_owned();
    letter.total = total;
    keep(tx, by, &letter, "plan.letter.write", "")
}

/// A new clause for a measure; what the unit has no part in, it leads by this letter.
fn added(tx: &mut Tx<'_>, by: &Caller, letter: &Letter, id: &ItemId) -> Result<Clause, Refusal> {
    let board = generate::board(tx, by, letter.year)?;
    let mut measures = board.sections.iter().flat_map(|section| &section.measures);
    let found = measures.find(|measure| measure.item.id == *id);
    let unknown = || Problem::new("plan-line-item-unknown").at("item-new").with("year", letter.year);
    let item: &item::Item = &found.ok_or_else(unknown)?.item;
    Ok(Clause {
        n: 0,
        item: id.clone(),
        target: None,
        role: item.role_of(&letter.unit).unwrap_or(evidence::DutyRole::Lead),
        body: String::new(),
        asked: None,
        unit: String::new(),
        points: 0,
        scores: Scores::default(),
    })
}

/// Sends the letter to the unit.
///
/// # Errors
/// `Forbidden` unless the actor keeps the plan; invalid when points do not add up; conflict.
pub fn issue(tx: &mut Tx<'_>, by: &Caller, seen: (&LetterId, i64)) -> Result<(), Refusal> {
    let signed = of_association(by)?;
    let letter = current(tx, by, seen)?.issue(signed)?;
    keep(tx, by, &letter, "plan.letter.issue", "")
}

/// The unit hands it back.
///
/// # Errors
/// `Forbidden` unless the actor signs for the unit; invalid without a reason; conflict.
pub fn hand_back(tx: &mut Tx<'_>, by: &Caller, seen: (&LetterId, i64), reason: &str) -> Result<(), Refusal> {
    let letter = current(tx, by, seen)?;
    let signed = for_unit(by, &letter.unit)?;
    let letter = letter.hand_back(signed, reason)?;
    keep(tx, by, &letter, "plan.letter.hand-back", reason)
}

/// Signs for the side whose turn it is: the unit, then the association.
///
/// # Errors
/// `Forbidden` for whoever does not stand on that side; conflict when nothing is to be signed.
pub fn sign(tx: &mut Tx<'_>, by: &Caller, seen: (&LetterId, i64)) -> Result<(), Refusal> {
    let letter = current(tx, by, seen)?;
    let letter = if letter.state.code() == "unit_signed" {
        letter.sign_association(of_association(by)?)?
    } else {
        let signed = for_unit(by, &letter.unit)?;
        letter.sign_unit(signed)?
    };
    keep(tx, by, &letter, "plan.letter.sign", "")
}

/// Writes a supplement: `written` are all clauses as they should hold; those that do not differ are left.
///
/// # Errors
/// `Forbidden` unless the actor keeps the plan; what [`Letter::supplement`] refuses.
pub fn supplement(
    tx: &mut Tx<'_>,
    by: &Caller,
    seen: (&LetterId, i64),
    reason: &str,
    written: &[Written],
) -> Result<(), Refusal> {
    let signed = of_association(by)?;
    let letter = current(tx, by, seen)?;
    let mut changes = Vec::new();
    for clause in letter.holding() {
        let Some(new) = written.iter().find(|one| one.n == Some(clause.n)) else { continue };
        if new.body.chars().count() > MOST_WORDS {
            let problem = Problem::new("plan-letter-body-long").at(format!("body-{}", clause.n));
            return Err(problem.with("most", MOST_WORDS).into());
        }
        let body = new.body.trim();
        if body != clause.body || new.asked != clause.asked || new.points != clause.points {
            let body = if body.is_empty() { clause.body.clone() } else { body.to_owned() };
            changes.push(Amended { clause: clause.n, body, asked: new.asked, points: new.points });
        }
    }
    let letter = letter.supplement(signed, reason, changes)?;
    keep(tx, by, &letter, "plan.letter.supplement", reason)
}

/// Signs a supplement for the side whose turn it is.
///
/// # Errors
/// As [`sign`].
pub fn sign_supplement(tx: &mut Tx<'_>, by: &Caller, seen: (&LetterId, i64), n: i64) -> Result<(), Refusal> {
    let letter = current(tx, by, seen)?;
    let signed_by_unit = letter
        .supplements
        .iter()
        .any(|supplement| supplement.n == n && supplement.state.code() == "unit_signed");
    let letter = if signed_by_unit {
        let signed = of_association(by)?;
        let step = (StepKind::SupplementSignAssociation, signed.clone(), "");
        letter.with_supplement(n, step, |supplement| supplement.sign_association(signed))?
    } else {
        let signed = for_unit(by, &letter.unit)?;
        let step = (StepKind::SupplementSignUnit, signed.clone(), "");
        letter.with_supplement(n, step, |supplement| supplement.sign_unit(signed))?
    };
    keep(tx, by, &letter, "plan.letter.supplement.sign", "")
}

/// The unit refuses a supplement.
///
/// # Errors
/// `Forbidden` unless the actor signs for the unit; invalid without a reason; conflict.
pub fn refuse_supplement(
    tx: &mut Tx<'_>,
    by: &Caller,
    seen: (&LetterId, i64),
    n: i64,
    words: &str,
) -> Result<(), Refusal> {
    let letter = current(tx, by, seen)?;
    let signed = for_unit(by, &letter.unit)?;
    let step = (StepKind::SupplementRefuse, signed.clone(), words);
    let letter =
        letter.with_supplement(n, step, |supplement: Supplement| supplement.refuse(signed, words))?;
    keep(tx, by, &letter, "plan.letter.supplement.refuse", words)
}

/// Proposes the year's scores from the evidence.
///
/// # Errors
/// `Forbidden` unless the actor keeps the plan; what [`Letter::open_scoring`] refuses.
pub fn open_scoring(tx: &mut Tx<'_>, by: &Caller, seen: (&LetterId, i64)) -> Result<(), Refusal> {
    let signed = of_association(by)?;
    let letter = current(tx, by, seen)?;
    let board = generate::board(tx, by, letter.year)?;
    evidence::indicators::check_counted(tx, by.district())?;
    let facts = generate::facts(tx, by, &board, &letter.unit)?;
    let letter = letter.open_scoring(signed, by.today(), |clause| facts.figure(&board, clause))?;
    keep(tx, by, &letter, "plan.letter.open-scoring", "")
}

/// The unit's own scores.
///
/// # Errors
/// `Forbidden` unless the actor signs for the unit; what [`Letter::score_self`] refuses.
pub fn score_self(
    tx: &mut Tx<'_>,
    by: &Caller,
    seen: (&LetterId, i64),
    given: &[Given],
) -> Result<(), Refusal> {
    let letter = current(tx, by, seen)?;
    let signed = for_unit(by, &letter.unit)?;
    let letter = letter.score_self(signed, given)?;
    keep(tx, by, &letter, "plan.letter.score-self", "")
}

/// The review.
///
/// # Errors
/// `Forbidden` unless the actor keeps the plan; what [`Letter::review`] refuses.
pub fn review(tx: &mut Tx<'_>, by: &Caller, seen: (&LetterId, i64), given: &[Given]) -> Result<(), Refusal> {
    let signed = of_association(by)?;
    let letter = current(tx, by, seen)?.review(signed, given)?;
    keep(tx, by, &letter, "plan.letter.review", "")
}

/// The review becomes final.
///
/// # Errors
/// `Forbidden` for whoever stands on neither side; what [`Letter::accept`] refuses.
pub fn accept(tx: &mut Tx<'_>, by: &Caller, seen: (&LetterId, i64)) -> Result<(), Refusal> {
    let letter = current(tx, by, seen)?;
    let of_unit_side = signs_for(by, &letter.unit);
    let signed = if of_unit_side { for_unit(by, &letter.unit)? } else { of_association(by)? };
    let letter = letter.accept(signed, of_unit_side, by.today())?;
    keep(tx, by, &letter, "plan.letter.accept", "")
}

/// The unit appeals.
///
/// # Errors
/// `Forbidden` unless the actor signs for the unit; what [`Letter::appeal`] refuses.
pub fn appeal(tx: &mut Tx<'_>, by: &Caller, seen: (&LetterId, i64), words: &str) -> Result<(), Refusal> {
    let letter = current(tx, by, seen)?;
    let signed = for_unit(by, &letter.unit)?;
    let letter = letter.appeal(signed, words, by.today())?;
    keep(tx, by, &letter, "plan.letter.appeal", words)
}

/// Answers an appeal.
///
/// # Errors
/// `Forbidden` unless the actor keeps the plan; what [`Letter::answer`] refuses.
pub fn answer(
    tx: &mut Tx<'_>,
    by: &Caller,
    seen: (&LetterId, i64),
    given: &[Given],
    words: &str,
) -> Result<(), Refusal> {
    let signed = of_association(by)?;
    let letter = current(tx, by, seen)?.answer(signed, given, words)?;
    keep(tx, by, &letter, "plan.letter.answer", words)
}
