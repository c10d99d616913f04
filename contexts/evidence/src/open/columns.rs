//! The columns of the open tables: what each means, in which unit it is, where it comes from, and when
//! a cell of it is left out. The words are in the catalogues of both languages.

use kernel::Group;

use super::tables::Table;

/// A column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its code in files.
    pub code: &'static str,
    /// The group whose heads it holds.
    pub group: Option<Group>,
    /// The end of the key of its unit.
    pub unit: &'static str,
    /// The end of the key of its source.
    pub source: &'static str,
    /// The end of the key of when it is left out.
    pub rule: &'static str,
}

impl Column {
    const fn new(code: &'static str, unit: &'static str, source: &'static str) -> Self {
        Self { code, group: None, unit, source, rule: "never" }
    }

    const fn persons(code: &'static str, unit: &'static str, source: &'static str) -> Self {
        Self { rule: "persons", ..Self::new(code, unit, source) }
    }
}

const DELIVERIES: [Column; 6] = [
    Column::new("level", "none", "table"),
    Column::new("month", "none", "form"),
    Column::new("town", "none", "form"),
    Column::new("kind", "none", "form"),
    Column::new("sessions", "session", "facts"),
    Column::new("minutes", "minute", "facts"),
];

const MEASURES: [Column; 5] = [
    Column::new("code", "none", "plan"),
    Column::new("title", "none", "plan"),
    Column::new("year", "none", "table"),
    Column::new("sessions", "session", "facts"),
    Column::persons("person_times", "person_time", "facts"),
];

const TARGETS: [Column; 9] = [
    Column::new("title", "none", "plan"),
    Column::new("form", "none", "plan"),
    Column::new("measured_in", "none", "plan"),
    Column::new("year", "none", "table"),
    Column::persons("value", "own", "form_of"),
    Column::new("low", "own", "survey"),
    Column::new("high", "own", "survey"),
    Column::new("as_of", "none", "survey"),
    Column::new("records", "record", "form_of"),
];

const UNITS: [Column; 4] = [
    Column::new("name", "none", "units"),
    Column::new("unit_kind", "none", "units"),
    Column::new("under", "none", "units"),
    Column::new("since", "none", "units"),
];

impl Table {
    /// Its columns, in order.
    pub fn columns(self) -> Vec<Column> {
        match self {
            Self::Deliveries => {
                let of = |group: &Group| Column {
                    group: Some(*group),
                    ..Column::persons(group.code(), "person_time", "form")
                };
                let all = DELIVERIES.into_iter().chain(Group::ALL.iter().map(of));
                all.chain([Column::persons("person_times", "person_time", "facts")]).collect()
            }
            Self::Measures => MEASURES.to_vec(),
            Self::Targets => TARGETS.to_vec(),
            Self::Units => UNITS.to_vec(),
        }
    }
}
