//! All SQL of letters.

use db::{Row, Tx, params};
use evidence::DutyRole;
use kernel::{DistrictId, Problem, Refusal, UnitId, Year};
use rust_decimal::Decimal;

use super::clause::{Basis, Clause, Scores};
use super::letter::{Letter, LetterId, LetterState, Signed, Step, StepKind};
use super::supplement::{Amended, Supplement, SupplementState};

const ROLES: [DutyRole; 3] = [DutyRole::Lead, DutyRole::JointLead, DutyRole::Support];

fn corrupt(table: &str, id: &LetterId, column: &str) -> db::Error {
    db::Error::Corrupt { table: table.to_owned(), row: id.to_string(), column: column.to_owned() }
}

fn decimal(row: &Row, table: &str, column: &str) -> Result<Option<Decimal>, db::Error> {
    let text: Option<String> = row.get(column)?;
    text.map(|_| row.parse(table, column, |text| text.parse().ok())).transpose()
}

/// A letter; `None` when there is none of this id.
pub fn find(tx: &mut Tx<'_>, district: &DistrictId, id: &LetterId) -> Result<Option<Letter>, db::Error> {
    let row = tx.find(
        "select unit_id, year, number, preamble, n_total, state, n_version
         from plan_letter where district_id = $1 and id = $2",
        params![district, id],
    )?;
    row.map(|row| load(tx, district, id, &row)).transpose()
}

/// The letter of a unit for a year.
pub fn of_unit(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    unit: &UnitId,
    year: Year,
) -> Result<Option<LetterId>, db::Error> {
    let row = tx.find(
        "select id from plan_letter where district_id = $1 and unit_id = $2 and year = $3",
        params![district, unit, year],
    )?;
    row.map(|row| row.get("id")).transpose()
}

/// A letter as a line of a list, with what Today needs to know.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Its id.
    pub id: LetterId,
    /// Who owes.
    pub unit: UnitId,
    /// For which year.
    pub year: Year,
    /// Its number within the year.
    pub number: i64,
    /// One of [`LetterState::CODES`].
    pub state: String,
    /// Points in all, in hundredths.
    pub total: i64,
    /// Proposed and final scores added up; `None` while there is none.
    pub proposed: Option<i64>,
    /// The final ones.
    pub last: Option<i64>,
    /// The state of the supplement that waits for a signature.
    pub pending: Option<String>,
    /// When the last step was done; `None` for a draft that nobody issued.
    pub since: Option<kernel::Instant>,
    /// Who did the review.
    pub reviewer: Option<String>,
    /// Who appealed against it.
    pub appellant: Option<String>,
}

/// All letters of a year, or of all years, by number.
pub fn list(tx: &mut Tx<'_>, district: &DistrictId, year: Option<Year>) -> Result<Vec<Listed>, db::Error> {
    let rows = tx.query(
        "select l.id, l.unit_id, l.year, l.number, l.state, l.n_total,
             (select cast(sum(c.n_proposed) as bigint) from plan_letter_clause c
              where c.district_id = l.district_id and c.letter_id = l.id) as n_proposed,
             (select cast(sum(c.n_final) as bigint) from plan_letter_clause c
              where c.district_id = l.district_id and c.letter_id = l.id) as n_final,
             (select max(s.state) from plan_letter_supplement s where s.district_id = l.district_id
              and s.letter_id = l.id and s.state in ('issued', 'unit_signed')) as pending,
             (select max(t.done_at) from plan_letter_step t
              where t.district_id = l.district_id and t.letter_id = l.id) as since,
             (select max(t.done_by) from plan_letter_step t where t.district_id = l.district_id
              and t.letter_id = l.id and t.kind = 'review') as reviewer,
             (select max(t.done_by) from plan_letter_step t where t.district_id = l.district_id
              and t.letter_id = l.id and t.kind = 'appeal') as appellant
         from plan_letter l where l.district_id = $1 and l.year = coalesce($2, l.year)
         order by l.year desc, l.number",
        params![district, year],
    )?;
    rows.iter()
        .map(|row| {
            Ok(Listed {
                id: row.get("id")?,
                unit: row.get("unit_id")?,
                year: read_year(row)?,
                number: row.get("number")?,
                state: row.get("state")?,
                total: row.get("n_total")?,
                proposed: row.get("n_proposed")?,
                last: row.get("n_final")?,
                pending: row.get("pending")?,
                since: row.get("since")?,
                reviewer: row.get("reviewer")?,
                appellant: row.get("appellant")?,
            })
        })
        .collect()
}

/// The next free number of a year.
pub fn next_number(tx: &mut Tx<'_>, district: &DistrictId, year: Year) -> Result<i64, db::Error> {
    let row = tx.one(
        "select coalesce(max(number), 0) + 1 as n from plan_letter where district_id = $1 and year = $2",
        params![district, year],
    )?;
    row.get("n")
}

fn read_year(row: &Row) -> Result<Year, db::Error> {
    let year: i64 = row.get("year")?;
    Year::try_from(year).map_err(|_| db::Error::Corrupt {
        table: "plan_letter".to_owned(),
        row: row.get::<String>("id").unwrap_or_default(),
        column: "year".to_owned(),
    })
}

fn load(tx: &mut Tx<'_>, district: &DistrictId, id: &LetterId, row: &Row) -> Result<Letter, db::Error> {
    let steps = steps(tx, district, id)?;
    Ok(Letter {
        id: id.clone(),
        unit: row.get("unit_id")?,
        year: read_year(row)?,
        number: row.get("number")?,
        preamble: row.get("preamble")?,
        total: row.get("n_total")?,
        state: state(&row.get::<String>("state")?, &steps)
            .ok_or_else(|| corrupt("plan_letter", id, "state"))?,
        version: row.get("n_version")?,
        clauses: clauses(tx, district, id)?,
        supplements: supplements(tx, district, id, &steps)?,
        steps,
    })
}

/// The state that the word and the steps say together; `None` when they do not fit.
fn state(code: &str, steps: &[Step]) -> Option<LetterState> {
    let last =
        |kind: StepKind| steps.iter().rev().find(|step| step.kind == kind && step.supplement.is_none());
    let signed = |kind: StepKind| last(kind).map(|step| step.signed.clone());
    Some(match code {
        "draft" => {
            LetterState::Draft { handed_back: last(StepKind::HandBack).map(|step| step.words.clone()) }
        }
        "issued" => LetterState::Issued { issued: signed(StepKind::Issue)? },
        "unit_signed" => LetterState::UnitSigned { unit: signed(StepKind::SignUnit)? },
        "in_force" => LetterState::InForce {
            unit: signed(StepKind::SignUnit)?,
            association: signed(StepKind::SignAssociation)?,
        },
        "scoring" => LetterState::Scoring { opened: signed(StepKind::OpenScoring)? },
        "self_scored" => LetterState::SelfScored { own: signed(StepKind::ScoreSelf)? },
        "reviewed" => LetterState::Reviewed { reviewer: signed(StepKind::Review)? },
        "appealed" => LetterState::Appealed {
            reviewer: signed(StepKind::Review)?,
            appeal: signed(StepKind::Appeal)?,
            words: last(StepKind::Appeal)?.words.clone(),
        },
        "closed" => {
            LetterState::Closed { last: signed(StepKind::Answer).or_else(|| signed(StepKind::Accept))? }
        }
        _ => return None,
    })
}

fn steps(tx: &mut Tx<'_>, district: &DistrictId, id: &LetterId) -> Result<Vec<Step>, db::Error> {
    let rows = tx.query(
        "select kind, supplement, done_by, name, done_at, words from plan_letter_step
         where district_id = $1 and letter_id = $2 order by n",
        params![district, id],
    )?;
    rows.iter()
        .map(|row| {
            Ok(Step {
                kind: row.parse("plan_letter_step", "kind", StepKind::parse)?,
                supplement: row.get("supplement")?,
                signed: Signed { by: row.get("done_by")?, name: row.get("name")?, at: row.get("done_at")? },
                words: row.get("words")?,
            })
        })
        .collect()
}

fn clauses(tx: &mut Tx<'_>, district: &DistrictId, id: &LetterId) -> Result<Vec<Clause>, db::Error> {
    const TABLE: &str = "plan_letter_clause";
    let rows = tx.query(
        "select n, item_id, target_id, role, body, asked_value, asked_unit, n_points, basis, now_value, n_proposed,
             n_own, own_words, n_reviewed, review_words, n_final
         from plan_letter_clause where district_id = $1 and letter_id = $2 order by n",
        params![district, id],
    )?;
    rows.iter()
        .map(|row| {
            let basis: Option<String> = row.get("basis")?;
            let scores = Scores {
                basis: basis.map(|_| row.parse(TABLE, "basis", Basis::parse)).transpose()?,
                now: decimal(row, TABLE, "now_value")?,
                proposed: row.get("n_proposed")?,
                own: row.get("n_own")?,
                own_words: row.get("own_words")?,
                reviewed: row.get("n_reviewed")?,
                review_words: row.get("review_words")?,
                last: row.get("n_final")?,
            };
            let role = |code: &str| ROLES.into_iter().find(|role| role.code() == code);
            Ok(Clause {
                n: row.get("n")?,
                item: row.get("item_id")?,
                target: row.get("target_id")?,
                role: row.parse(TABLE, "role", role)?,
                body: row.get("body")?,
                asked: decimal(row, TABLE, "asked_value")?,
                unit: row.get("asked_unit")?,
                points: row.get("n_points")?,
                scores,
            })
        })
        .collect()
}

fn supplements(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    id: &LetterId,
    steps: &[Step],
) -> Result<Vec<Supplement>, db::Error> {
    let rows = tx.query(
        "select n, reason, state from plan_letter_supplement where district_id = $1 and letter_id = $2 order by n",
        params![district, id],
    )?;
    let changes = tx.query(
        "select supplement, clause, body, asked_value, n_points from plan_letter_change
         where district_id = $1 and letter_id = $2 order by supplement, clause",
        params![district, id],
    )?;
    let mut all = Vec::new();
    for row in &rows {
        let n: i64 = row.get("n")?;
        let code: String = row.get("state")?;
        let state = supplement_state(&code, n, steps);
        let state = state.ok_or_else(|| corrupt("plan_letter_supplement", id, "state"))?;
        let mut supplement = Supplement { n, reason: row.get("reason")?, state, changes: Vec::new() };
        for change in &changes {
            if change.get::<i64>("supplement")? == n {
                supplement.changes.push(Amended {
                    clause: change.get("clause")?,
                    body: change.get("body")?,
                    asked: decimal(change, "plan_letter_change", "asked_value")?,
                    points: change.get("n_points")?,
                });
            }
        }
        all.push(supplement);
    }
    Ok(all)
}

fn supplement_state(code: &str, n: i64, steps: &[Step]) -> Option<SupplementState> {
    let find = |kind: StepKind| steps.iter().find(|step| step.kind == kind && step.supplement == Some(n));
    let signed = |kind: StepKind| find(kind).map(|step| step.signed.clone());
    Some(match code {
        "issued" => SupplementState::Issued { issued: signed(StepKind::Supplement)? },
        "unit_signed" => SupplementState::UnitSigned { unit: signed(StepKind::SupplementSignUnit)? },
        "in_force" => SupplementState::InForce {
            unit: signed(StepKind::SupplementSignUnit)?,
            association: signed(StepKind::SupplementSignAssociation)?,
        },
        "refused" => {
            let step = find(StepKind::SupplementRefuse)?;
            SupplementState::Refused { by: step.signed.clone(), words: step.words.clone() }
        }
        _ => return None,
    })
}

/// Saves a letter whose version a step has raised by one, with all that belongs to it.
///
/// # Errors
/// Conflict when somebody else changed it meanwhile.
pub fn save(tx: &mut Tx<'_>, district: &DistrictId, letter: &Letter) -> Result<(), Refusal> {
    let n = tx.execute(
        "insert into plan_letter (district_id, id, unit_id, year, number, preamble, n_total, state, n_version)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         on conflict (district_id, id) do update set preamble = excluded.preamble, n_total = excluded.n_total,
             state = excluded.state, n_version = excluded.n_version
         where plan_letter.n_version = excluded.n_version - 1",
        params![
            district,
            &letter.id,
            &letter.unit,
            letter.year,
            letter.number,
            &letter.preamble,
            letter.total,
            letter.state.code(),
            letter.version
        ],
    )?;
    if n != 1 {
        return Err(Refusal::Conflict(Problem::new("plan-changed-meanwhile")));
    }
    save_clauses(tx, district, letter)?;
    save_steps(tx, district, letter)?;
    save_supplements(tx, district, letter)?;
    Ok(())
}

fn save_clauses(tx: &mut Tx<'_>, district: &DistrictId, letter: &Letter) -> Result<(), db::Error> {
    tx.execute(
        "delete from plan_letter_clause where district_id = $1 and letter_id = $2",
        params![district, &letter.id],
    )?;
    let text = |value: Option<Decimal>| value.map(|value| value.to_string());
    for clause in &letter.clauses {
        let scores = &clause.scores;
        tx.execute(
            "insert into plan_letter_clause (district_id, letter_id, n, item_id, target_id, role, body, asked_value,
                 asked_unit, n_points, basis, now_value, n_proposed, n_own, own_words, n_reviewed, review_words,
                 n_final)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)",
            params![
                district,
                &letter.id,
                clause.n,
                &clause.item,
                &clause.target,
                clause.role.code(),
                &clause.body,
                text(clause.asked),
                &clause.unit,
                clause.points,
                scores.basis.map(Basis::code),
                text(scores.now),
                scores.proposed,
                scores.own,
                &scores.own_words,
                scores.reviewed,
                &scores.review_words,
                scores.last
            ],
        )?;
    }
    Ok(())
}

fn save_steps(tx: &mut Tx<'_>, district: &DistrictId, letter: &Letter) -> Result<(), db::Error> {
    for (n, step) in (1i64..).zip(&letter.steps) {
        tx.execute(
            "insert into plan_letter_step (district_id, letter_id, n, kind, supplement, done_by, name, done_at, words)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (district_id, letter_id, n) do nothing",
            params![
                district,
                &letter.id,
                n,
                step.kind.code(),
                step.supplement,
                &step.signed.by,
                &step.signed.name,
                step.signed.at,
                &step.words
            ],
        )?;
    }
    Ok(())
}

fn save_supplements(tx: &mut Tx<'_>, district: &DistrictId, letter: &Letter) -> Result<(), db::Error> {
    for supplement in &letter.supplements {
        let key = params![district, &letter.id, supplement.n, &supplement.reason, supplement.state.code()];
        tx.execute(
            "insert into plan_letter_supplement (district_id, letter_id, n, reason, state)
             values ($1, $2, $3, $4, $5)
             on conflict (district_id, letter_id, n) do update set state = excluded.state",
            key,
        )?;
        for change in &supplement.changes {
            let asked = change.asked.map(|asked| asked.to_string());
            tx.execute(
                "insert into plan_letter_change (district_id, letter_id, supplement, clause, body, asked_value,
                     n_points)
                 values ($1, $2, $3, $4, $5, $6, $7) on conflict (district_id, letter_id, supplement, clause)
                 do nothing",
                params![
                    district,
                    &letter.id,
                    supplement.n,
                    change.clause,
                    &change.body,
                    asked,
                    change.points
                ],
            )?;
        }
    }
    Ok(())
}
