//! Why an action did not happen, in a form that can be said in any language.

use std::borrow::Cow;
use std::error::Error;

/// One thing to mend: a key of the catalogue, its arguments, and the field it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The form field, by its name; `None` when it concerns the whole.
    pub field: Option<Cow<'static, str>>,
    /// The catalogue's key.
    pub key: &'static str,
    /// What the sentence names.
    pub args: Vec<(&'static str, String)>,
}

impl Problem {
    /// A problem of the whole form.
    pub const fn new(key: &'static str) -> Self {
        Self { field: None, key, args: Vec::new() }
    }

    /// At this field.
    #[must_use]
    pub fn at(mut self, field: impl Into<Cow<'static, str>>) -> Self {
        self.field = Some(field.into());
        self
    }

    /// With this argument.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.args.push((name, value.to_string()));
        self
    }
}

/// Collects what is wrong with a form, so that a person sees all of it at once.
#[derive(Debug, Default)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// Nothing wrong yet.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Notes one.
    pub fn add(&mut self, problem: Problem) {
        self.0.push(problem);
    }

    /// Keeps the value, or notes the problem.
    pub fn take<T>(&mut self, result: Result<T, Problem>) -> Option<T> {
        result.map_err(|problem| self.0.push(problem)).ok()
    }

    /// Whether nothing was noted.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Goes on when there is no problem.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] with all that was noted.
    pub fn check(self) -> Result<(), Refusal> {
        if self.0.is_empty() { Ok(()) } else { Err(Refusal::Invalid(self.0)) }
    }
}

/// Why an action did not happen. `web` turns it into a status and a sentence.
#[derive(Debug)]
pub enum Refusal {
    /// Not there, or not within what the actor may see: the two are not told apart. 404.
    NotFound,
    /// The actor sees it, but this step is not theirs. 403.
    Forbidden,
    /// Something to mend. 422.
    Invalid(Vec<Problem>),
    /// The thing is in a state, or was changed meanwhile, so that the step no longer fits. 409.
    Conflict(Problem),
    /// Not now: the store is full or busy. 503.
    Unavailable(Box<dyn Error + Send + Sync>),
    /// A fault of ours. 500.
    Broken(Box<dyn Error + Send + Sync>),
}

impl Refusal {
    /// One thing to mend.
    pub fn invalid(problem: Problem) -> Self {
        Self::Invalid(vec![problem])
    }
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self::invalid(problem)
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NotFound => f.write_str("not found"),
            Self::Forbidden => f.write_str("forbidden"),
            Self::Invalid(problems) => {
                write!(f, "invalid: ")?;
                problems.iter().try_for_each(|p| write!(f, "{} {:?} {:?}; ", p.key, p.field, p.args))
            }
            Self::Conflict(problem) => write!(f, "conflict: {}", problem.key),
            Self::Unavailable(source) => write!(f, "unavailable: {source}"),
            Self::Broken(source) => write!(f, "broken: {source}"),
        }
    }
}

impl Error for Refusal {}
