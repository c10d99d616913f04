//! A delivery and its life: draft, submitted, verified, withdrawn, with a way back by `returned`.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{AccountId, Day, Group, Instant, Problem, Refusal, UnitId};

use crate::{Deliverer, DeliveryId, Kind, Method, PurposeId};

/// Who did something, under the name they bore then, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// The account.
    pub by: AccountId,
    /// Its name at that time.
    pub name: String,
    /// When.
    pub at: Instant,
}

/// What is told of a delivery: everything that the recorder types.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Details {
    /// Kind.
    pub kind: Kind,
    /// Topic in a few words; may be empty.
    pub topic: String,
    /// Title, 1 to 100 characters.
    pub title: String,
    /// The day, China time.
    pub on: Day,
    /// Minute of the day at which it began, 0 to 1439.
    pub start: Option<i64>,
    /// Length in minutes.
    pub minutes: i64,
    /// Where, in words.
    pub venue: String,
    /// The town or street.
    pub town: UnitId,
    /// The registered place, when it has one.
    pub place: Option<UnitId>,
    /// The unit that held it.
    pub host: UnitId,
    /// Units that held it too.
    pub co_hosts: BTreeSet<UnitId>,
    /// Units that helped.
    pub supporters: BTreeSet<UnitId>,
    /// Heads by group; groups without heads are absent.
    pub heads: BTreeMap<Group, i64>,
    /// How heads were counted.
    pub method: Method,
    /// What it was done for; at least one.
    pub purposes: BTreeSet<PurposeId>,
    /// Who gave it, as far as it is told.
    pub deliverers: Vec<Deliverer>,
    /// The works used, with their versions, in words.
    pub works: String,
    /// Anything else.
    pub note: String,
}

impl Details {
    /// All heads.
    pub fn all_heads(&self) -> i64 {
        self.heads.values().sum()
    }

    /// Host and co-hosts.
    pub fn organisers(&self) -> BTreeSet<UnitId> {
        self.co_hosts.iter().chain([&self.host]).cloned().collect()
    }
}

/// Where a delivery is in its life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Being written.
    Draft,
    /// Sent back to the recorder to mend.
    Returned {
        /// Who had submitted it.
        submitted: Stamp,
        /// Who returned it.
        returned: Stamp,
        /// Why.
        reason: String,
    },
    /// Waits for a second person.
    Submitted {
        /// Who submitted it.
        submitted: Stamp,
    },
    /// Counted.
    Verified {
        /// Who submitted it.
        submitted: Stamp,
        /// The second person.
        verified: Stamp,
    },
    /// No longer counted, or given up before it was.
    Withdrawn {
        /// What it had been through.
        before: Before,
        /// Who withdrew it.
        withdrawn: Stamp,
        /// Why.
        reason: String,
    },
}

/// What a withdrawn delivery had been through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Before {
    /// It was never counted.
    Uncounted,
    /// It had been counted.
    Counted {
        /// Who submitted it.
        submitted: Stamp,
        /// Who verified it.
        verified: Stamp,
    },
}

/// What can be asked of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Change what is told.
    Edit,
    /// Hand it to a second person.
    Submit,
    /// Count it.
    Verify,
    /// Send it back with a reason.
    SendBack,
    /// Stop counting it, or give it up, with a reason.
    Withdraw,
}

impl Step {
    /// All.
    pub const ALL: [Self; 5] = [Self::Edit, Self::Submit, Self::Verify, Self::SendBack, Self::Withdraw];

    /// The word in refusals.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Edit => "edit",
            Self::Submit => "submit",
            Self::Verify => "verify",
            Self::SendBack => "send_back",
            Self::Withdraw => "withdraw",
        }
    }
}

impl State {
    /// The codes, in the order of a life.
    pub const CODES: [&'static str; 5] = ["draft", "returned", "submitted", "verified", "withdrawn"];

    /// The word in the store, in addresses and, after `evidence-state-`, in the catalogue.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Returned { .. } => "returned",
            Self::Submitted { .. } => "submitted",
            Self::Verified { .. } => "verified",
            Self::Withdrawn { .. } => "withdrawn",
        }
    }
}

/// What really happened, entered once, by whoever was there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Id.
    pub id: DeliveryId,
    /// Made on the phone; the same form sent twice bears the same key.
    pub client_key: String,
    /// What is told.
    pub details: Details,
    /// Where it is in its life. Only the transitions below write it.
    pub(crate) state: State,
    /// Rises with every change.
    pub version: i64,
    /// Who recorded it.
    pub recorded: Stamp,
    /// Belongs to the demonstration.
    pub is_demo: bool,
}

impl Delivery {
    /// A new one.
    pub const fn draft(id: DeliveryId, client_key: String, details: Details, recorded: Stamp) -> Self {
        Self { id, client_key, details, state: State::Draft, version: 1, recorded, is_demo: false }
    }

    /// Where it is in its life.
    pub const fn state(&self) -> &State {
        &self.state
    }

    /// Tells it anew.
    ///
    /// # Errors
    /// Conflict once it was submitted and not returned.
    pub fn edit(self, details: Details) -> Result<Self, Refusal> {
        match &self.state {
            State::Draft | State::Returned { .. } => Ok(Self { details, ..self }),
            State::Submitted { .. } | State::Verified { .. } | State::Withdrawn { .. } => {
                Err(self.refuse(Step::Edit))
            }
        }
    }

    /// Hands it to a second person.
    ///
    /// # Errors
    /// Conflict unless it is a draft or was returned.
    pub fn submit(self, submitted: Stamp) -> Result<Self, Refusal> {
        match &self.state {
            State::Draft | State::Returned { .. } => {
                Ok(Self { state: State::Submitted { submitted }, ..self })
            }
            State::Submitted { .. } | State::Verified { .. } | State::Withdrawn { .. } => {
                Err(self.refuse(Step::Submit))
            }
        }
    }

    /// Counts it.
    ///
    /// # Errors
    /// Invalid when the verifier recorded or submitted it; conflict unless it waits.
    pub fn verify(self, verified: Stamp) -> Result<Self, Refusal> {
        match self.state {
            State::Submitted { ref submitted } => {
                if verified.by == self.recorded.by || verified.by == submitted.by {
                    return Err(Problem::new("evidence-verify-own").into());
                }
                let submitted = submitted.clone();
                Ok(Self { state: State::Verified { submitted, verified }, ..self })
            }
            State::Draft | State::Returned { .. } | State::Verified { .. } | State::Withdrawn { .. } => {
                Err(self.refuse(Step::Verify))
            }
        }
    }

    /// Sends it back to the recorder. The reason stands.
    ///
    /// # Errors
    /// Conflict unless it waits.
    pub fn send_back(self, returned: Stamp, reason: String) -> Result<Self, Refusal> {
        match self.state {
            State::Submitted { submitted } => {
                Ok(Self { state: State::Returned { submitted, returned, reason }, ..self })
            }
            State::Draft | State::Returned { .. } | State::Verified { .. } | State::Withdrawn { .. } => {
                Err(self.refuse(Step::SendBack))
            }
        }
    }

    /// Stops counting it, or gives up a draft.
    ///
    /// # Errors
    /// Conflict while it waits for a second person, and once withdrawn.
    pub fn withdraw(self, withdrawn: Stamp, reason: String) -> Result<Self, Refusal> {
        let before = match &self.state {
            State::Draft | State::Returned { .. } => Before::Uncounted,
            State::Verified { submitted, verified } => {
                Before::Counted { submitted: submitted.clone(), verified: verified.clone() }
            }
            State::Submitted { .. } | State::Withdrawn { .. } => return Err(self.refuse(Step::Withdraw)),
        };
        Ok(Self { state: State::Withdrawn { before, withdrawn, reason }, ..self })
    }

    /// Why the step does not fit: says the state, who brought it there, and when.
    pub(crate) fn refuse(&self, step: Step) -> Refusal {
        let (key, stamp) = match &self.state {
            State::Draft => ("evidence-conflict-draft", &self.recorded),
            State::Returned { returned, .. } => ("evidence-conflict-returned", returned),
            State::Submitted { submitted } => ("evidence-conflict-submitted", submitted),
            State::Verified { verified, .. } => ("evidence-conflict-verified", verified),
            State::Withdrawn { withdrawn, .. } => ("evidence-conflict-withdrawn", withdrawn),
        };
        let problem = Problem::new(key).with("step", step.code()).with("name", &stamp.name);
        Refusal::Conflict(problem.with("at", stamp.at.minute_text()))
    }
}
