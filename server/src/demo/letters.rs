//! Responsibility letters of the plan's last year, left in every state that a district knows; and the
//! year's report as it was printed.

use kernel::{Day, Instant, Refusal, UnitId};
use plan::letters::{Clause, Given, Letter, LetterId, actions};
use plan::reports::{Scope, Span};

use super::stage::{ADMINISTRATOR, Stage};
use super::{Part, Progress, fault};

/// The year of the letters.
const YEAR: kernel::Year = 2025;
/// Units whose letters go on after they were drafted, with how far, in the order of a letter's life.
/// All others are sent and wait for their signature.
const FATES: &[(&str, Fate)] = &[
    ("agriculture", Fate::Answered),
    ("health", Fate::Accepted),
    ("education", Fate::Appealed),
    ("emergency", Fate::SelfScored),
    ("culture", Fate::Scoring),
    ("industry", Fate::Supplemented),
    ("trade_unions", Fate::InForce),
    ("publicity", Fate::UnitSigned),
    ("human_resources", Fate::HandedBack),
];

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fate {
    HandedBack,
    UnitSigned,
    InForce,
    Supplemented,
    Scoring,
    SelfScored,
    Appealed,
    Answered,
    Accepted,
}

/// Drafts, sends and carries on the letters.
pub fn load(stage: &mut Stage<'_, '_>, progress: &Progress) -> Result<(), Refusal> {
    progress(Part::Letters, 0, 1);
    let by = stage.coordinator(at(YEAR, 1, 13)?)?;
    actions::draft_all(stage.tx, &by, YEAR)?;
    for (id, unit) in actions::list_units(stage.tx, &by, YEAR)? {
        let fate = FATES.iter().find(|(key, _)| stage.units.get(*key) == Some(&unit)).copied();
        carry(stage, &id, &unit, fate)?;
    }
    let by = stage.coordinator(at(YEAR + 1, 2, 2)?)?;
    let year = Span { year: YEAR, quarter: None };
    plan::reports::actions::print(stage.tx, &by, Scope::District, year)?;
    progress(Part::Letters, 1, 1);
    Ok(())
}

fn at(year: kernel::Year, month: i8, day: i8) -> Result<Instant, Refusal> {
    Day::new(year, month, day).map(|day| day.at(9, 30)).ok_or_else(|| fault("letters: no such day"))
}

/// A letter as it stands, for the version that a person has before them.
fn seen(stage: &mut Stage<'_, '_>, id: &LetterId, when: Instant) -> Result<Letter, Refusal> {
    let by = stage.coordinator(when)?;
    actions::load(stage.tx, &by, id)
}

fn carry(
    stage: &mut Stage<'_, '_>,
    id: &LetterId,
    unit: &UnitId,
    fate: Option<(&'static str, Fate)>,
) -> Result<(), Refusal> {
    let when = at(YEAR, 1, 15)?;
    let version = seen(stage, id, when)?.version;
    let by = stage.coordinator(when)?;
    actions::issue(stage.tx, &by, (id, version))?;
    let Some((key, fate)) = fate else { return Ok(()) };
    let (writes, _) = stage.pair(key);
    let of_unit = stage.by(writes, at(YEAR, 1, 20)?)?;
    if !actions::signs_for(&of_unit, unit) {
        return Ok(());
    }
    if fate == Fate::HandedBack {
        return actions::hand_back(stage.tx, &of_unit, (id, version + 1), "第一条与我局职责不符，请核对");
    }
    actions::sign(stage.tx, &of_unit, (id, version + 1))?;
    if fate >= Fate::InForce {
        let by = stage.coordinator(at(YEAR, 1, 24)?)?;
        actions::sign(stage.tx, &by, (id, version + 2))?;
    }
    if fate == Fate::Supplemented {
        supplement(stage, id)?;
    }
    if fate >= Fate::Scoring { score(stage, id, writes, fate) } else { Ok(()) }
}

/// A supplement in autumn that the unit has not signed yet.
fn supplement(stage: &mut Stage<'_, '_>, id: &LetterId) -> Result<(), Refusal> {
    let when = at(YEAR, 9, 8)?;
    let letter = seen(stage, id, when)?;
    let written: Vec<actions::Written> = letter
        .holding()
        .into_iter()
        .map(|clause| actions::Written {
            n: Some(clause.n),
            item: None,
            body: if clause.n == 1 {
                format!("{}（改在冬季进行）", clause.body)
            } else {
                clause.body
            },
            asked: clause.asked,
            points: clause.points,
        })
        .collect();
    let by = stage.coordinator(when)?;
    actions::supplement(stage.tx, &by, (id, letter.version), "检修期延长，企业开放活动改期", &written)
}

/// Scores for all clauses; words only where the program proposed nothing, as people would.
fn given(letter: &Letter, score: impl Fn(&Clause) -> i64, words: &str) -> Vec<Given> {
    let one = |clause: &Clause| {
        let words = if clause.scores.proposed.is_some() { "" } else { words };
        Given { clause: clause.n, score: score(clause), words: words.to_owned() }
    };
    letter.clauses.iter().map(one).collect()
}

/// The year's end as far as it goes.
fn score(stage: &mut Stage<'_, '_>, id: &LetterId, writes: &str, fate: Fate) -> Result<(), Refusal> {
    let next = YEAR + 1;
    let when = at(next, 1, 6)?;
    let letter = seen(stage, id, when)?;
    let by = stage.coordinator(when)?;
    actions::open_scoring(stage.tx, &by, (id, letter.version))?;
    if fate == Fate::Scoring {
        return Ok(());
    }
    let letter = seen(stage, id, when)?;
    let of_unit = stage.by(writes, at(next, 1, 12)?)?;
    // the unit claims full points where nothing was collected, with its words
    let own = given(&letter, |clause| clause.scores.proposed.unwrap_or(clause.points), "活动台账另附");
    actions::score_self(stage.tx, &of_unit, (id, letter.version), &own)?;
    if fate == Fate::SelfScored {
        return Ok(());
    }
    let by = stage.coordinator(at(next, 1, 19)?)?;
    let review =
        given(&letter, |clause| clause.scores.proposed.unwrap_or(clause.points / 2), "台账只部分可核");
    actions::review(stage.tx, &by, (id, letter.version + 1), &review)?;
    let of_unit = stage.by(writes, at(next, 1, 23)?)?;
    if fate == Fate::Accepted {
        return actions::accept(stage.tx, &of_unit, (id, letter.version + 2));
    }
    actions::appeal(stage.tx, &of_unit, (id, letter.version + 2), "下乡服务的签到册已补交，请重新核定")?;
    if fate == Fate::Appealed {
        return Ok(());
    }
    let other = stage.by(ADMINISTRATOR, at(next, 1, 28)?)?;
    let last = given(&letter, |clause| clause.scores.proposed.unwrap_or(clause.points * 3 / 4), "");
    actions::answer(stage.tx, &other, (id, letter.version + 3), &last, "补交的签到册属实，部分条款酌情提高")
}
