//! `GET /desk/orders/board`: every order by state and clock, what units did with them, how long people
//! waited, and what found nobody.

use std::collections::BTreeMap;

use askama::Template;
use kernel::{Day, Instant, UnitId};
use web::{Cx, Result};

use super::desk;
use super::names::Names;
use crate::order::State;
use crate::store;
use crate::store::board::Standing;

/// Below this many a unit's typical wait is not said: three visits say nothing of a fourth.
const LEAST: usize = 5;

#[derive(Template)]
#[template(path = "pages/board.html")]
struct Board<'a> {
    cx: &'a Cx,
    sums: Vec<Sum>,
    since: String,
    units: Vec<Line>,
    unmet: Vec<Unmet>,
}

/// Open orders in a state.
struct Sum {
    href: String,
    word: String,
    n: String,
    late: Option<String>,
}

/// What a unit did.
struct Line {
    href: String,
    name: String,
    claimed: i64,
    handed_back: i64,
    refused: i64,
    reopened: i64,
    reported: i64,
    wait: String,
}

/// What found nobody.
struct Unmet {
    href: String,
    month: String,
    town: String,
    topic: String,
    n: i64,
}

/// Shows it: the last twelve months.
pub async fn show(cx: Cx) -> Result {
    let from = cx.by.today().plus_days(-365);
    let since = from.at(0, 0);
    let (standing, steps, waits, reopened, unmet, names) = cx
        .read(move |tx, by| {
            let district = by.district();
            let standing = store::board::standing(tx, district, by.today())?;
            let steps = store::board::steps_by_unit(tx, district, since)?;
            let waits = store::board::waits(tx, district, since)?;
            let reopened = store::board::reopened(tx, district, since)?;
            let unmet = store::board::unmet(tx, district, since)?;
            let more = steps.iter().map(|(unit, _, _)| unit).chain(unmet.iter().map(|one| &one.town));
            let more: Vec<UnitId> = more.cloned().collect();
            let names = Names::load(tx, by, &more)?;
            Ok((standing, steps, waits, reopened, unmet, names))
        })
        .await?;
    let body = Board {
        cx: &cx,
        sums: sums(&cx, &standing),
        since: from.to_string(),
        units: lines(&cx, &names, (&steps, &waits, &reopened)),
        unmet: unmet_lines(&cx, &names, &unmet),
    };
    cx.page(desk(cx.t("service-nav-board")), body)
}

fn sums(cx: &Cx, standing: &[Standing]) -> Vec<Sum> {
    let open = State::CODES.into_iter().filter_map(|code| standing.iter().find(|one| one.state == code));
    open.map(|one| Sum {
        href: format!("/desk/orders?state={}", one.state),
        word: cx.t(&format!("service-state-{}", one.state)),
        n: cx.number(one.n),
        late: (one.n_late > 0).then(|| cx.with("service-n-late", &[("n", cx.number(one.n_late))])),
    })
    .collect()
}

type Steps = [(UnitId, String, i64)];
type Waits = [(UnitId, Instant, Day)];

fn lines(cx: &Cx, names: &Names, (steps, waits, reopened): (&Steps, &Waits, &[(UnitId, i64)])) -> Vec<Line> {
    let mut all: BTreeMap<&UnitId, BTreeMap<&str, i64>> = BTreeMap::new();
    for (unit, step, n) in steps {
        *all.entry(unit).or_default().entry(step.as_str()).or_default() += n;
    }
    for (unit, n) in reopened {
        *all.entry(unit).or_default().entry("reopen").or_default() += n;
    }
    let mut days: BTreeMap<&UnitId, Vec<i64>> = BTreeMap::new();
    for (unit, sent, visit) in waits {
        days.entry(unit).or_default().push(visit.days_since(sent.day()).max(0));
    }
    all.into_iter()
        .map(|(unit, did)| {
            let n = |step: &str| did.get(step).copied().unwrap_or(0);
            Line {
                href: cx.href("/desk/orders", &[("unit", unit.as_str())]),
                name: names.of(cx, unit),
                claimed: n("claim"),
                handed_back: n("hand_back") + n("decline"),
                refused: n("refuse"),
                reopened: n("reopen"),
                reported: n("report"),
                wait: wait_words(cx, days.remove(unit).unwrap_or_default()),
            }
        })
        .collect()
}

/// The middle wait with an interval of 95 per cent by order statistics, and n; too few are said to be.
fn wait_words(cx: &Cx, mut days: Vec<i64>) -> String {
    days.sort_unstable();
    let n = days.len();
    match (middle(&days), interval(&days)) {
        (_, _) if n == 0 => String::new(),
        (Some(middle), Some((low, high))) if n >= LEAST => {
            let args = [("days", middle.to_string()), ("low", low.to_string()), ("high", high.to_string())];
            let mut args = args.to_vec();
            args.push(("n", n.to_string()));
            cx.with("service-wait", &args)
        }
        (_, _) => cx.with("service-wait-few", &[("n", n.to_string())]),
    }
}

/// The median of sorted days; the lower of two.
fn middle(sorted: &[i64]) -> Option<i64> {
    sorted.get(sorted.len().checked_sub(1)? / 2).copied()
}

/// The span between two of the sorted days that holds the median of what they are drawn from, 95 times in
/// 100: the ranks at which the binomial distribution with one half leaves no more than 2.5 per cent on
/// either side. `None` below six, where no two ranks do.
fn interval(sorted: &[i64]) -> Option<(i64, i64)> {
    let n = sorted.len();
    let mut chance = 0.5_f64.powi(i32::try_from(n).ok().filter(|n| *n < 1000)?);
    let (mut below, mut rank) = (0.0, 0_usize);
    for k in 0..n {
        if below + chance > 0.025 {
            break;
        }
        below += chance;
        rank = k + 1;
        let (left, next) = (u32::try_from(n - k).ok()?, u32::try_from(k + 1).ok()?);
        chance *= f64::from(left) / f64::from(next);
    }
    let low = rank.checked_sub(1)?;
    Some((*sorted.get(low)?, *sorted.get(n.checked_sub(rank)?)?))
}

fn unmet_lines(cx: &Cx, names: &Names, unmet: &[store::board::Unmet]) -> Vec<Unmet> {
    let mut all: BTreeMap<(String, &UnitId, &str), i64> = BTreeMap::new();
    for one in unmet {
        *all.entry((one.sent.day().month_text(), &one.town, one.topic.as_str())).or_default() += 1;
    }
    let lines = all.into_iter().rev().map(|((month, town, topic), n)| {
        let query =
            [("state", "unmet"), ("town", town.as_str()), ("topic", topic), ("month", month.as_str())];
        Unmet {
            href: cx.href("/desk/orders", &query),
            town: names.of(cx, town),
            topic: if topic.is_empty() { cx.t("service-on-no-menu") } else { topic.to_owned() },
            month,
            n,
        }
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::{interval, middle};

    #[test]
    fn the_middle_wait_has_an_interval_from_six_visits_on() {
        let days: Vec<i64> = (1..=6).collect();
        assert_eq!((middle(&days), interval(&days)), (Some(3), Some((1, 6))));
        assert_eq!(interval(&[1, 2, 3, 4, 5]), None);
        // Of twenty, the sixth and the fifteenth: the tables of the sign test say so.
        let days: Vec<i64> = (1..=20).collect();
        assert_eq!(interval(&days), Some((6, 15)));
        assert_eq!((middle(&[]), interval(&[])), (None, None));
    }
}
