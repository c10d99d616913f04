//! Figures: dated numbers from outside, each with its source, that a second person confirms. Pure.

use kernel::{Day, Problem, Problems, Refusal};
use rust_decimal::Decimal;

use crate::indicator::Source;
use crate::life::Life;
use crate::{FigureId, IndicatorId, Stamp, words::codes};

codes!(
    /// What a figure is of.
    Subject {
        /// An indicator's value.
        Value = "value",
        /// What an indicator was when the plan began.
        Baseline = "baseline",
        /// 常住人口
        Resident = "resident",
        /// 户籍人口
        Registered = "registered",
    }
);

codes!(
    /// How a figure was come by. Some ways cannot give some figures: then the form says why.
    Means {
        /// 抽样调查
        SampleSurvey = "sample_survey",
        /// 决算
        FinalAccounts = "final_accounts",
        /// 人口普查、抽查或统计公报
        Statistics = "statistics",
        /// 预算
        Budget = "budget",
        /// 答题、竞赛的通过率
        QuizRate = "quiz_rate",
        /// 估计
        Estimate = "estimate",
    }
);

/// What is told of a figure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FigureDetails {
    /// Of what.
    pub subject: Subject,
    /// Of which indicator; none for a population.
    pub indicator: Option<IndicatorId>,
    /// The day for which it holds.
    pub as_of: Day,
    /// The number, in the indicator's unit, or persons.
    pub value: Decimal,
    /// From where to where it may lie, when that was published.
    pub interval: Option<(Decimal, Decimal)>,
    /// How it was come by.
    pub means: Means,
    /// The document: title, number, page.
    pub source: String,
    /// Who published it.
    pub publisher: String,
    /// The unit that records it.
    pub unit: kernel::UnitId,
}

impl FigureDetails {
    /// What must hold before it is saved. `of` is the indicator's source and unit text.
    ///
    /// # Errors
    /// Each problem at its field.
    pub fn check(&self, today: Day, of: Option<(&Source, &str)>) -> Result<(), Refusal> {
        let mut problems = Problems::new();
        if self.as_of > today {
            let problem = Problem::new("evidence-day-ahead").at("as_of").with("typed", self.as_of);
            problems.add(problem.with("today", today));
        }
        if self.value.is_sign_negative() {
            problems.add(Problem::new("error-negative").at("value").with("value", self.value));
        }
        let share = of.is_some_and(|(_, unit)| unit.contains('%'));
        if share && self.value > Decimal::ONE_HUNDRED {
            problems.add(Problem::new("evidence-figure-over-hundred").at("value").with("value", self.value));
        }
        if let Some((low, high)) = self.interval
            && !(low <= self.value && self.value <= high)
        {
            problems.add(Problem::new("evidence-figure-interval").at("low").with("value", self.value));
        }
        match (self.subject, of.map(|(source, _)| source)) {
            (Subject::Resident | Subject::Registered, None) => self.ask(
                "evidence-figure-not-statistics",
                &[Means::Statistics, Means::SampleSurvey],
                &mut problems,
            ),
            // a quiz says how its takers did, and nothing of those who did not take it
            (Subject::Value | Subject::Baseline, Some(Source::Measured)) => {
                self.ask("evidence-figure-not-survey", &[Means::SampleSurvey], &mut problems);
            }
            // a budget is what is meant to be spent
            (Subject::Value | Subject::Baseline, Some(Source::Financial)) => {
                self.ask("evidence-figure-not-accounts", &[Means::FinalAccounts], &mut problems);
            }
            (Subject::Value | Subject::Baseline, _) => {
                problems.add(Problem::new("evidence-indicator-unknown").at("indicator"));
            }
            (Subject::Resident | Subject::Registered, Some(_)) => {
                problems.add(Problem::new("evidence-figure-of-nothing").at("indicator"));
            }
        }
        problems.check()
    }

    fn ask(&self, key: &'static str, means: &[Means], problems: &mut Problems) {
        if !means.contains(&self.means) {
            problems.add(Problem::new(key).at("means"));
        }
    }

    /// Whether another is of the same thing and the same day.
    pub fn is_of_same(&self, other: &Self) -> bool {
        (self.subject, &self.indicator, self.as_of) == (other.subject, &other.indicator, other.as_of)
    }
}

/// A dated number from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    /// Id.
    pub id: FigureId,
    /// What is told.
    pub details: FigureDetails,
    /// Where it is in its life. Only the transitions below write it.
    pub(crate) life: Life,
    /// Rises with every change.
    pub version: i64,
    /// Who recorded it.
    pub recorded: Stamp,
    /// Belongs to the demonstration.
    pub is_demo: bool,
}

impl Figure {
    /// Where it is in its life.
    pub const fn life(&self) -> &Life {
        &self.life
    }

    /// The word in the store and, after `evidence-figure-state-`, in the catalogue.
    pub const fn code(&self) -> &'static str {
        self.life.code("recorded")
    }

    /// Confirms it: it is shown.
    ///
    /// # Errors
    /// As [`Life::confirm`].
    pub fn confirm(self, confirmed: Stamp) -> Result<Self, Refusal> {
        Ok(Self { life: self.life.confirm(&self.recorded, confirmed)?, ..self })
    }

    /// Takes it back.
    ///
    /// # Errors
    /// As [`Life::withdraw`].
    pub fn withdraw(self, withdrawn: Stamp, reason: String) -> Result<Self, Refusal> {
        Ok(Self { life: self.life.withdraw(&self.recorded, withdrawn, reason)?, ..self })
    }
}

/// Two that cannot both be right: the same thing on the same day with other values. Flagged, never
/// mended: a person must say which one is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Contradiction {
    /// Between two figures.
    Figures(FigureId, FigureId),
    /// Between a figure for the plan's beginning and what the plan's other promises imply.
    Implied(FigureId, Decimal),
}

/// Every contradiction among figures that were not withdrawn; `implied` gives what the plan implies of an
/// indicator's beginning.
pub fn contradictions(
    figures: &[Figure],
    implied: impl Fn(&IndicatorId) -> Option<Decimal>,
) -> Vec<Contradiction> {
    let alive: Vec<&Figure> = figures.iter().filter(|one| !one.life.is_withdrawn()).collect();
    let mut found = Vec::new();
    for (n, one) in alive.iter().enumerate() {
        for other in alive.iter().skip(n + 1) {
            if one.details.is_of_same(&other.details) && one.details.value != other.details.value {
                found.push(Contradiction::Figures(one.id.clone(), other.id.clone()));
            }
        }
        if one.details.subject == Subject::Baseline
            && let Some(implied) = one.details.indicator.as_ref().and_then(&implied)
            && implied != one.details.value
        {
            found.push(Contradiction::Implied(one.id.clone(), implied));
        }
    }
    found
}
