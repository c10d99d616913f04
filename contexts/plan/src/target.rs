//! A promise with a number: proposed by the reading, confirmed by a person.

use std::collections::BTreeMap;

use evidence::{Kind, Tally};
use kernel::{AccountId, Day, Group, Instant, Problem, Refusal, Year};
use plan_doc::{Comparator, Form, Span, TargetKind};
use rust_decimal::Decimal;

use crate::{ItemId, lexicon};

kernel::id!(
    /// A target. The same through the versions of a plan.
    TargetId
);

/// A promise with a number, or at least a direction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Its id, kept through versions.
    pub id: TargetId,
    /// Its place in the list, from 1.
    pub n: i64,
    /// A short name, unique in the plan: `farmers-trained`.
    pub code: String,
    /// The item whose words hold it.
    pub item: Option<ItemId>,
    /// The section in which it stands.
    pub section: String,
    /// What is promised.
    pub promise: Promise,
    /// The sentence.
    pub sentence: String,
    /// Where the number stands in the text.
    pub span: Option<Span>,
    /// Whether a person stands behind it.
    pub state: TargetState,
}

/// The fields of a target that a person may correct.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promise {
    /// How it is known to be reached.
    pub kind: TargetKind,
    /// How the number is to be read; `None` for a plain amount at the end.
    pub form: Option<Form>,
    /// What is counted, in the document's words.
    pub subject: String,
    /// How the figure compares.
    pub comparator: Comparator,
    /// The number; `None` when only a direction is promised.
    pub value: Option<Decimal>,
    /// What one of it is called; empty when unsaid.
    pub unit: String,
    /// What it holds for each of; empty when unsaid.
    pub per: String,
    /// The end: a year `2025`, or a month `2023-06`.
    pub due: String,
    /// Whether the document says about.
    pub approximate: bool,
    /// Where it holds: `district`, or empty.
    pub scope: String,
    /// A softening word, such as 力争; empty without one.
    pub strength: String,
    /// Which deliveries move it; only heeded where the kind is counted.
    pub counting: Counting,
}

/// What of verified deliveries a counted target adds up, among those done for its item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counting {
    /// Sessions, person-times or distinct persons.
    pub tally: Tally,
    /// Only deliveries of this kind.
    pub kind: Option<Kind>,
    /// Only heads of this group.
    pub group: Option<Group>,
}

impl Promise {
    /// The last day: of the year, or of the month.
    pub fn due_on(&self) -> Option<Day> {
        let mut parts = self.due.split('-');
        let year: Year = parts.next()?.trim().parse().ok()?;
        match parts.next() {
            None => Day::new(year, 12, 31),
            Some(month) => {
                let month: i8 = month.parse().ok()?;
                let next = if month == 12 {
                    Day::new(year.checked_add(1)?, 1, 1)
                } else {
                    Day::new(year, month + 1, 1)
                };
                next.map(|day| day.plus_days(-1))
            }
        }
    }

    /// Whether the number must be reached in every place.
    pub fn is_coverage(&self) -> bool {
        self.form == Some(Form::Coverage)
    }
}

impl Promise {
    /// Whether it holds for each town: the only places whose number the program knows.
    pub fn is_of_towns(&self) -> bool {
        lexicon::TOWNS.iter().any(|word| self.per.contains(word))
    }
}

/// The life of a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TargetState {
    /// As the reading, or a correction, left it.
    Proposed,
    /// A person stands behind kind and number.
    Confirmed {
        /// Who.
        by: AccountId,
        /// When.
        at: Instant,
    },
}

impl TargetState {
    /// The word in the store and, after `plan-target-`, in the catalogue.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Confirmed { .. } => "confirmed",
        }
    }
}

impl Target {
    /// A person stands behind it.
    ///
    /// # Errors
    /// Conflict when somebody did already.
    pub fn confirm(mut self, by: AccountId, at: Instant) -> Result<Self, Refusal> {
        match self.state {
            TargetState::Proposed => {
                self.state = TargetState::Confirmed { by, at };
                Ok(self)
            }
            TargetState::Confirmed { .. } => Err(Refusal::Conflict(Problem::new("plan-target-is-confirmed"))),
        }
    }

    /// Corrected: it has to be confirmed anew.
    #[must_use]
    pub fn correct(mut self, promise: Promise) -> Self {
        if self.promise != promise {
            self.state = TargetState::Proposed;
            self.promise = promise;
        }
        self
    }
}

/// The path that a person entered: for each year a value and where it was decided.
pub type Path = BTreeMap<Year, Step>;

/// One year of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// To be reached by the year's end.
    pub value: Decimal,
    /// The document that says so.
    pub source: String,
}

/// All kinds, in the order of forms.
pub const TARGET_KINDS: [TargetKind; 5] = [
    TargetKind::Counted,
    TargetKind::Registered,
    TargetKind::Measured,
    TargetKind::Financial,
    TargetKind::Attested,
];

/// All forms, in the order of forms; [`None`] is a plain amount at the end.
pub const FORMS: [Option<Form>; 8] = [
    None,
    Some(Form::Cumulative),
    Some(Form::Yearly),
    Some(Form::YearlyStep),
    Some(Form::Increase),
    Some(Form::Decrease),
    Some(Form::Coverage),
    Some(Form::Monotone),
];

/// All comparisons, in the order of forms, with their words in addresses and catalogue keys.
pub const COMPARATORS: [(Comparator, &str); 7] = [
    (Comparator::AtLeast, "at-least"),
    (Comparator::MoreThan, "more-than"),
    (Comparator::AtMost, "at-most"),
    (Comparator::LessThan, "less-than"),
    (Comparator::Exactly, "exactly"),
    (Comparator::Rising, "rising"),
    (Comparator::Falling, "falling"),
];

/// The kind of a code.
pub fn target_kind(code: &str) -> Option<TargetKind> {
    TARGET_KINDS.into_iter().find(|kind| kind.code() == code)
}

/// The word of a form in the store; `level` for a plain amount.
pub fn form_code(form: Option<Form>) -> &'static str {
    form.map_or("level", |form| form.code())
}

/// The form of a code: the outer `None` says that there is no such code.
pub fn form(code: &str) -> Option<Option<Form>> {
    FORMS.into_iter().find(|form| form_code(*form) == code)
}

/// The comparison of a sign.
pub fn comparator(sign: &str) -> Option<Comparator> {
    COMPARATORS.into_iter().map(|(comparator, _)| comparator).find(|comparator| comparator.code() == sign)
}

/// The word of a comparison in catalogue keys, since signs cannot stand there.
pub fn comparator_word(comparator: Comparator) -> &'static str {
    COMPARATORS.iter().find(|(one, _)| *one == comparator).map_or("at-least", |(_, word)| word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn due(text: &str) -> Option<Day> {
        let promise = Promise {
            kind: TargetKind::Counted,
            form: None,
            subject: String::new(),
            comparator: Comparator::AtLeast,
            value: None,
            unit: String::new(),
            per: String::new(),
            due: text.to_owned(),
            approximate: false,
            scope: String::new(),
            strength: String::new(),
            counting: Counting { tally: Tally::Persons, kind: None, group: None },
        };
        promise.due_on()
    }

    #[test]
    fn a_year_ends_in_december_and_a_month_on_its_last_day() {
        assert_eq!(due("2025"), Day::new(2025, 12, 31));
        assert_eq!(due("2024-02"), Day::new(2024, 2, 29));
        assert_eq!(due("2023-12"), Day::new(2023, 12, 31));
        assert_eq!(due("soon"), None);
    }
}
