//! Call-backs of the year's months: each is drawn, given to a bureau that had no part, and answered;
//! of the last month some still wait.

use evidence::callbacks::rules::{Heard, Size, is_outside};
use evidence::callbacks::{Callback, Source, actions, store};
use kernel::{Day, Reach, Refusal, Role};
use people::units::UnitKind;

use super::stage::Stage;
use super::{Part, Progress};

/// Months that are drawn, and from when on calls still wait.
const MONTHS: [&str; 10] = [
    "2025-02", "2025-03", "2025-04", "2025-05", "2025-06", "2025-07", "2025-08", "2025-09", "2025-10",
    "2025-11",
];
const OPEN: &str = "2025-11";

/// Draws, assigns and answers.
pub fn load(stage: &mut Stage<'_, '_>, progress: &Progress) -> Result<(), Refusal> {
    let bureaus = bureaus(stage);
    for (n, month) in MONTHS.iter().enumerate() {
        progress(Part::Deliveries, n, MONTHS.len());
        let Some(on) = Day::parse(&format!("{month}-01")).map(|day| day.plus_days(36)) else { continue };
        let by = stage.coordinator(on.at(9, 0))?;
        let size = Size { percent: 5, least: 2, most: 4 };
        match actions::draw(stage.tx, &by, month, size) {
            Ok(_) => {}
            // a small demonstration has months without anything
            Err(Refusal::Invalid(_)) => continue,
            Err(other) => return Err(other),
        }
        let asked = store::Asked { month: (*month).to_owned(), ..store::Asked::default() };
        let (lines, _) = store::list(stage.tx, by.district(), &Reach::All, &asked, (10_000, 0))?;
        for (at, line) in lines.iter().enumerate() {
            if *month != OPEN || at % 3 > 0 {
                call(stage, &line.callback, on, (at + n, &bureaus))?;
            }
        }
    }
    Ok(())
}

/// Bureaus with somebody who writes for them: key and login.
fn bureaus(stage: &Stage<'_, '_>) -> Vec<(String, String)> {
    let tables = &stage.prepared.tables;
    let is_bureau =
        |key: &str| tables.units.iter().any(|unit| unit.key == key && unit.kind == UnitKind::Department);
    let writers = tables.accounts.iter().filter(|row| row.role == Role::Editor && is_bureau(&row.unit_key));
    writers.map(|row| (row.unit_key.clone(), row.login.clone())).collect()
}

fn call(
    stage: &mut Stage<'_, '_>,
    one: &Callback,
    on: Day,
    (nth, bureaus): (usize, &[(String, String)]),
) -> Result<(), Refusal> {
    let by = stage.coordinator(on.at(10, 0))?;
    let (_, delivery) = actions::load(stage.tx, &by, &one.id)?;
    let mut chosen = None;
    for (key, login) in bureaus.iter().cycle().skip(nth % bureaus.len().max(1)).take(bureaus.len()) {
        let unit = stage.unit(key)?;
        if is_outside(&unit, &delivery) {
            chosen = Some((unit, login.clone()));
            break;
        }
    }
    let Some((unit, login)) = chosen else { return Ok(()) };
    actions::assign(stage.tx, &by, (&one.id, 1), (&unit, "演示：社区值班电话"))?;
    if one.month == OPEN && nth % 3 == 1 {
        return Ok(());
    }
    let by = stage.by(&login, on.plus_days(3).at(15, 0))?;
    let (held, heads) = match nth % 29 {
        7 => ("no", None),
        3 | 17 => ("unknown", None),
        5 | 11 => ("yes", Some(one.reported * 7 / 10)),
        _ => ("yes", Some(one.reported)),
    };
    let heard = Heard { held, heads, source: Some(Source::Community), note: "演示" };
    match actions::answer(stage.tx, &by, (&one.id, 2), &heard) {
        // somebody who works for the host too: the call goes on waiting
        Ok(()) | Err(Refusal::Forbidden) => Ok(()),
        Err(other) => Err(other),
    }
}
