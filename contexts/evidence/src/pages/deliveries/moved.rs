//! What a delivery moved, for its record page: number by number, each with the list that it opens and
//! the version of the rule that moved it.

use web::{Cx, Locale};

use crate::fact::{Fact, Grain};
use crate::indicator::{Counted, Indicator, Tally};
use crate::moves::{self, Move};
use crate::pages::names::Names;
use crate::pages::rules::version;
use crate::rule::Rule;
use crate::{DutyRole, PurposeId};

/// The numbers of one subject: the district, a purpose, or the indicators.
pub(crate) struct Moved {
    /// Of what.
    pub title: String,
    /// Number by number.
    pub lines: Vec<Line>,
}

/// One number.
pub(crate) struct Line {
    /// Which one.
    pub words: String,
    /// Where it stands.
    pub href: String,
    /// By how much.
    pub by: String,
    /// By which rule.
    pub rule: String,
}

/// What the facts of one act moved.
pub(crate) fn tables(
    cx: &Cx,
    act: &[Fact],
    counted: &[(Indicator, Rule, Counted)],
    names: &Names,
) -> Vec<Moved> {
    let mut tables: Vec<Moved> = Vec::new();
    let moved = moves::of_act(act);
    for of in moved.chunk_by(|one, other| one.cell.purpose == other.cell.purpose) {
        let purpose = of.first().map_or("", |one| one.cell.purpose.as_str());
        let title = match purpose {
            "" => cx.t("evidence-moves-district"),
            id => cx.with("evidence-moves-purpose", &[("name", names.purpose(cx, &id.into()))]),
        };
        tables.push(Moved { title, lines: of.iter().map(|one| line(cx, one, names)).collect() });
    }
    let lines: Vec<Line> = counted.iter().map(|one| indicator(cx, one)).collect();
    if !lines.is_empty() {
        tables.push(Moved { title: cx.t("evidence-moves-indicators"), lines });
    }
    tables
}

fn line(cx: &Cx, one: &Move, names: &Names) -> Line {
    let cell = &one.cell;
    let unit = || names.unit(cx, &cell.key.as_str().into());
    let name = match cell.grain {
        Grain::All => String::new(),
        Grain::Town | Grain::Supporter => unit(),
        Grain::Organiser => match duty(names, &cell.purpose, &cell.key) {
            Some(role) => format!("{} · {}", unit(), cx.t(&format!("evidence-duty-{}", role.code()))),
            None => unit(),
        },
        Grain::Group => cx.t(&format!("group-{}", cell.key)),
    };
    let args = [("name", name), ("period", cell.period.clone())];
    let sums = [
        ("sessions", signed(cx, one.by.sessions)),
        ("heads", signed(cx, one.by.person_times)),
        ("minutes", signed(cx, one.by.minutes)),
    ];
    Line {
        words: cx.with(&format!("evidence-moves-cell-{}", cell.grain.code()), &args),
        href: one.filter().href(),
        by: cx.with("evidence-moves-by", &sums),
        rule: cx.with("evidence-moves-rule-built-in", &[("n", one.rule_version.to_string())]),
    }
}

/// What a unit is to a purpose, when it has a duty in it.
fn duty(names: &Names, purpose: &str, unit: &str) -> Option<DutyRole> {
    let purpose: PurposeId = purpose.into();
    let found = names.purposes.iter().find(|one| one.id == purpose)?;
    found.duties.iter().find(|(held, _)| held.as_str() == unit).map(|(_, role)| *role)
}

fn indicator(cx: &Cx, (one, rule, counted): &(Indicator, Rule, Counted)) -> Line {
    let title = match (cx.locale, &one.title_en) {
        (Locale::En, Some(title)) => title,
        (Locale::En | Locale::Zh, _) => &one.title,
    };
    let by = match rule.tally {
        Tally::Sessions => counted.sessions,
        Tally::PersonTimes => counted.person_times,
        Tally::Persons => counted.identified,
    };
    Line {
        words: title.clone(),
        href: format!("/desk/indicators/{}", one.id),
        by: cx.with(&format!("evidence-moves-by-{}", rule.tally.code()), &[("n", signed(cx, by))]),
        rule: version(cx, rule.n, rule.from),
    }
}

fn signed(cx: &Cx, n: i64) -> String {
    if n < 0 { format!("−{}", cx.number(-n)) } else { format!("+{}", cx.number(n)) }
}
