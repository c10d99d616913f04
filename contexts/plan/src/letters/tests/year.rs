//! A letter's year on both databases: drafted from the plan, signed, amended, scored, appealed.

use std::sync::Arc;

use db::Db;
use evidence::DutyRole;
use kernel::{AccountId, Caller, FixedClock, Instant, Refusal, Role};
use testkit::both;

use crate::actions::annual::{self, NewLine};
use crate::letters::actions::{self, Written};
use crate::letters::{Basis, Clause, Given, Letter, LetterId, LetterState, Scores, Signed};
use crate::tests::{Cast, STREAMS, as_caller, keys};

pub(super) fn clause(n: i64, points: i64) -> Clause {
    Clause {
        n,
        item: "i".into(),
        target: None,
        role: DutyRole::Lead,
        body: "b".into(),
        asked: None,
        unit: String::new(),
        points,
        scores: Scores::default(),
    }
}

pub(super) fn who(name: &str) -> Signed {
    Signed { by: AccountId::from(name), name: name.into(), at: Instant::from_micros(0) }
}

pub(super) fn letter(state: LetterState) -> Letter {
    Letter {
        id: "l".into(),
        unit: "u".into(),
        year: 2024,
        number: 1,
        preamble: String::new(),
        total: 1000,
        state,
        version: 1,
        clauses: vec![clause(1, 1000)],
        supplements: Vec::new(),
        steps: Vec::new(),
    }
}

/// The same person on another day.
fn on(by: &Caller, day: &str) -> Caller {
    Caller { clock: Arc::new(FixedClock::at(day)), ..by.clone() }
}

/// Another coordinator.
fn second(by: &Caller) -> Caller {
    let mut other = by.clone();
    other.actor.account = Some(AccountId::from("second"));
    other
}

/// The letter of the bureau of education for 2024, which has a submitted annual plan.
fn drafted(db: &Db, cast: &Cast) -> LetterId {
    let plan = cast.published(db);
    let unit = cast.unit("education");
    let content = cast.content(db, &plan);
    let led = content.items.iter().find(|item| item.role_of(&unit).is_some_and(crate::item::leads)).unwrap();
    let months = [0, 0, 2, 3, 0, 0, 0, 0, 0, 0, 0, 0];
    let lines = [NewLine { item: led.id.clone(), what: "公开课".into(), months, n_heads: None }];
    let of = unit.clone();
    as_caller(db, &cast.editor, move |tx, by| {
        annual::write(tx, by, &of, 2024, 0, &lines)?;
        annual::submit(tx, by, &of, 2024, 1)
    })
    .unwrap();
    cast.act(db, move |tx, by| actions::draft(tx, by, &unit, 2024)).unwrap()
}

fn load(db: &Db, by: &Caller, id: &LetterId) -> Result<Letter, Refusal> {
    let id = id.clone();
    as_caller(db, by, move |tx, by| actions::load(tx, by, &id))
}

/// Lets somebody take a step with the letter as it stands.
fn step(
    db: &Db,
    by: &Caller,
    id: &LetterId,
    act: impl Fn(&mut db::Tx<'_>, &Caller, (&LetterId, i64)) -> Result<(), Refusal> + Send + Sync + 'static,
) -> Result<(), Refusal> {
    let id = id.clone();
    as_caller(db, by, move |tx, by| {
        let version = actions::load(tx, by, &id)?.version;
        act(tx, by, (&id, version))
    })
}

fn signed(db: &Db, cast: &Cast, id: &LetterId) {
    step(db, &cast.coordinator, id, actions::issue).unwrap();
    step(db, &cast.editor, id, actions::sign).unwrap();
    step(db, &cast.coordinator, id, actions::sign).unwrap();
}

fn as_written(letter: &Letter) -> Vec<Written> {
    let written = |clause: Clause| Written {
        n: Some(clause.n),
        item: None,
        body: clause.body,
        asked: clause.asked,
        points: clause.points,
    };
    letter.holding().into_iter().map(written).collect()
}

fn given(letter: &Letter, score: impl Fn(&Clause) -> i64) -> Vec<Given> {
    let one = |clause: &Clause| Given { clause: clause.n, score: score(clause), words: "见佐证".into() };
    letter.holding().iter().map(one).collect()
}

#[test]
fn a_letter_is_drafted_from_duties_targets_and_the_annual_plan_and_adds_up() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let id = drafted(db, &cast);
        let letter = load(db, &cast.coordinator, &id).unwrap();
        assert_eq!(letter.clauses.iter().map(|clause| clause.points).sum::<i64>(), 10_000);
        let planned =
            letter.clauses.iter().filter(|clause| clause.target.is_none() && clause.asked.is_some());
        assert_eq!(planned.map(|clause| clause.asked.unwrap()).collect::<Vec<_>>(), [5.into()]);
        assert!(letter.clauses.iter().any(|clause| clause.target.is_some()), "its targets are clauses too");
        assert!(letter.clauses.windows(2).all(|pair| pair[0].role <= pair[1].role));
        let unit = cast.unit("education");
        let again = cast.act(db, move |tx, by| actions::draft(tx, by, &unit, 2024)).unwrap_err();
        assert_eq!(keys(&again), ["plan-letter-there-is-one"]);
        let n = cast.act(db, |tx, by| actions::draft_all(tx, by, 2024)).unwrap();
        assert!(n > 10, "all other units with duties get one: {n}");
        assert_eq!(cast.act(db, |tx, by| actions::draft_all(tx, by, 2024)).unwrap(), 0);
    });
}

#[test]
fn a_draft_is_the_associations_own_and_another_units_letter_is_not_there() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let id = drafted(db, &cast);
        assert_eq!(keys(&load(db, &cast.editor, &id).unwrap_err()), ["not-found"]);
        step(db, &cast.coordinator, &id, actions::issue).unwrap();
        assert!(load(db, &cast.editor, &id).is_ok());
        let mut other = cast.editor.clone();
        other.actor.grants = vec![crate::tests::grant(Role::Editor, &cast.unit("health"))];
        assert_eq!(keys(&load(db, &other, &id).unwrap_err()), ["not-found"]);
        let mut viewer = cast.editor.clone();
        viewer.actor.grants = vec![crate::tests::grant(Role::Viewer, &cast.unit("education"))];
        assert_eq!(keys(&step(db, &viewer, &id, actions::sign).unwrap_err()), ["forbidden"]);
    });
}

#[test]
fn points_that_do_not_add_up_are_not_sent_and_what_was_sent_changes_only_by_supplement() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let id = drafted(db, &cast);
        let letter = load(db, &cast.coordinator, &id).unwrap();
        let mut wrong = as_written(&letter);
        wrong[0].points -= 270;
        step(db, &cast.coordinator, &id, move |tx, by, seen| {
            actions::write(tx, by, seen, ("", 10_000), &wrong)
        })
        .unwrap();
        let refused = step(db, &cast.coordinator, &id, actions::issue).unwrap_err();
        assert_eq!(keys(&refused), ["plan-letter-points-short"]);
        let right = as_written(&letter);
        step(db, &cast.coordinator, &id, move |tx, by, seen| {
            actions::write(tx, by, seen, ("", 10_000), &right)
        })
        .unwrap();
        signed(db, &cast, &id);
        let letter = load(db, &cast.editor, &id).unwrap();
        assert_eq!(letter.state.code(), "in_force");
        let unchanged = as_written(&letter);
        let write = step(db, &cast.coordinator, &id, move |tx, by, seen| {
            actions::write(tx, by, seen, ("", 10_000), &unchanged)
        });
        assert_eq!(keys(&write.unwrap_err()), ["plan-letter-is-issued"]);

        let mut amended = as_written(&letter);
        amended[0].body = "改为线上公开课".into();
        let by_supplement = amended.clone();
        step(db, &cast.coordinator, &id, move |tx, by, seen| {
            actions::supplement(tx, by, seen, "学校放假时间调整", &by_supplement)
        })
        .unwrap();
        let pending = load(db, &cast.editor, &id).unwrap();
        assert_eq!(pending.holding()[0].body, letter.clauses[0].body, "not before both have signed");
        step(db, &cast.editor, &id, |tx, by, seen| actions::sign_supplement(tx, by, seen, 1)).unwrap();
        step(db, &cast.coordinator, &id, |tx, by, seen| actions::sign_supplement(tx, by, seen, 1)).unwrap();
        let after = load(db, &cast.editor, &id).unwrap();
        assert_eq!(after.holding()[0].body, "改为线上公开课");
        assert_eq!(after.clauses[0].body, letter.clauses[0].body, "the letter stays as it was signed");
    });
}

#[test]
fn a_year_is_scored_from_evidence_reviewed_appealed_and_answered_by_another() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let id = drafted(db, &cast);
        signed(db, &cast, &id);
        let early = step(db, &cast.coordinator, &id, actions::open_scoring).unwrap_err();
        assert_eq!(keys(&early), ["plan-letter-year-runs"]);
        let (keeper, unit) = (on(&cast.coordinator, "2025-01-10"), on(&cast.editor, "2025-01-11"));
        step(db, &keeper, &id, actions::open_scoring).unwrap();
        let letter = load(db, &unit, &id).unwrap();
        let planned = letter.clauses.iter().find(|clause| clause.target.is_none() && clause.asked.is_some());
        let scores = &planned.unwrap().scores;
        assert_eq!((scores.basis, scores.proposed), (Some(Basis::Share), Some(0)), "five planned, none held");
        let support = letter.clauses.iter().find(|clause| clause.role == DutyRole::Support).unwrap();
        assert_eq!((support.scores.basis, support.scores.proposed), (Some(Basis::NotCollected), None));

        let own = given(&letter, |clause| clause.points);
        let too_much: Vec<Given> =
            own.iter().cloned().map(|one| Given { score: one.score + 1, ..one }).collect();
        let refused = step(db, &unit, &id, move |tx, by, seen| actions::score_self(tx, by, seen, &too_much))
            .unwrap_err();
        assert!(keys(&refused).iter().all(|key| *key == "plan-letter-score-range"), "{refused}");
        step(db, &unit, &id, move |tx, by, seen| actions::score_self(tx, by, seen, &own)).unwrap();
        let half = given(&letter, |clause| clause.points / 2);
        let reviewed = half.clone();
        step(db, &keeper, &id, move |tx, by, seen| actions::review(tx, by, seen, &reviewed)).unwrap();
        step(db, &unit, &id, |tx, by, seen| actions::appeal(tx, by, seen, "第一条已办")).unwrap();
        let last = half.clone();
        let answer = move |tx: &mut db::Tx<'_>, by: &Caller, seen: (&LetterId, i64)| {
            actions::answer(tx, by, seen, &last, "维持")
        };
        let own_review = step(db, &keeper, &id, answer.clone()).unwrap_err();
        assert_eq!(keys(&own_review), ["plan-letter-answer-by-another"]);
        step(db, &second(&keeper), &id, answer).unwrap();
        let closed = load(db, &unit, &id).unwrap();
        assert_eq!(closed.state.code(), "closed");
        let half: i64 = half.iter().map(|one| one.score).sum();
        assert_eq!(closed.sum(|clause| clause.scores.last), Some(half));
    });
}

#[test]
fn two_people_who_act_at_once_find_out() {
    both(STREAMS, |db| {
        let cast = Cast::of(db);
        let id = drafted(db, &cast);
        let twice = cast.act(db, move |tx, by| {
            actions::issue(tx, by, (&id, 1))?;
            actions::issue(tx, by, (&id, 1))
        });
        assert_eq!(keys(&twice.unwrap_err()), ["plan-changed-meanwhile"]);
    });
}
