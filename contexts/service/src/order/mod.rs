//! An order and where it stands. Pure.

pub mod batch;
pub mod clock;
mod exits;
pub mod pause;
pub mod rules;
mod steps;

pub use batch::Along;
pub use clock::{Clock, Running};
pub use steps::Turn;

use evidence::DeliveryId;
use kernel::{AccountId, Day, Group, Instant, UnitId, Year};

use crate::ResourceId;

kernel::id!(
    /// An order.
    OrderId
);

/// An order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// Its id.
    pub id: OrderId,
    /// The year of its number.
    pub year: Year,
    /// The number itself.
    pub n: i64,
    /// What the browser that began it holds; leads nowhere once it was sent.
    pub draft_key: String,
    /// What is asked for.
    pub want: Want,
    /// Name, number and house, sealed; `None` until they were typed.
    pub contact: Option<Vec<u8>>,
    /// The number's keyed hash, to know the same caller again; empty without one.
    pub phone_mac: String,
    /// How it came in.
    pub channel: Channel,
    /// Who entered it for somebody else.
    pub entered_by: Option<AccountId>,
    /// Where it stands.
    pub state: State,
    /// Until when whoever has it has to act.
    pub running: Running,
    /// How often it was opened again.
    pub n_reopened: i64,
    /// When it was begun.
    pub created_at: Instant,
    /// When it was sent; `None` for a draft.
    pub submitted_at: Option<Instant>,
    /// Since when it is in its state.
    pub state_at: Instant,
    /// Rises with every change.
    pub version: i64,
    /// Belongs to the demonstration.
    pub is_demo: bool,
}

/// What is asked for: what, when, where, for whom. Everything absent was not said yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Want {
    /// The resource of the menu; none for a need that is on no menu.
    pub resource: Option<ResourceId>,
    /// What it is, as lists show it.
    pub title: String,
    /// The need in the resident's words.
    pub need: String,
    /// The topic in a few words; may be empty.
    pub topic: String,
    /// For whom.
    pub group: Option<Group>,
    /// In which town or street.
    pub town: Option<UnitId>,
    /// Which unit checks it: the community where it is known, else the town.
    pub community: Option<UnitId>,
    /// The day asked for; none when any day will do.
    pub on: Option<Day>,
    /// The part of the day.
    pub part: DayPart,
    /// About how many people.
    pub n_heads: Option<i64>,
    /// In which language; empty for Chinese.
    pub language: String,
}

/// A part of the day, as people agree on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DayPart {
    /// 上午
    Morning,
    /// 下午
    Afternoon,
    /// 晚上
    Evening,
    /// 都可以
    #[default]
    Any,
}

impl DayPart {
    /// All.
    pub const ALL: [Self; 4] = [Self::Morning, Self::Afternoon, Self::Evening, Self::Any];

    /// The word in the store and, after `service-part-`, in the catalogue.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Morning => "morning",
            Self::Afternoon => "afternoon",
            Self::Evening => "evening",
            Self::Any => "any",
        }
    }

    /// The part of a code.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }
}

/// How an order came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    /// By the resident's own hand.
    Web,
    /// By a call, entered by somebody of the community.
    Phone,
    /// At the counter, likewise.
    Counter,
}

impl Channel {
    /// All.
    pub const ALL: [Self; 3] = [Self::Web, Self::Phone, Self::Counter];

    /// The word in the store and, after `service-channel-`, in the catalogue.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Phone => "phone",
            Self::Counter => "counter",
        }
    }

    /// The channel of a code.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }
}

/// Who took an order out of the loop, and when. No account for the resident and the program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Who {
    /// The account.
    pub by: Option<AccountId>,
    /// The name at that moment; empty for the resident and the program.
    pub name: String,
    /// When.
    pub at: Instant,
}

/// The department that answers for an order, and the team that does it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Work {
    /// The department.
    pub department: UnitId,
    /// The team.
    pub team: UnitId,
}

/// When they come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Visit {
    /// The day.
    pub on: Day,
    /// Minute of the day at which it begins, 0 to 1439.
    pub minute: i64,
    /// How long, in minutes.
    pub minutes: i64,
}

/// Where an order stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Being written; nobody sees it.
    Draft,
    /// The community looks at it.
    Submitted,
    /// The community asked something; the clock stands.
    Returned {
        /// What is asked.
        question: String,
        /// Working days that were left to the community.
        n_left: i64,
    },
    /// It goes with a neighbour's order, whose visit serves both; from the report on each is by itself.
    Joined {
        /// Which leads.
        into: OrderId,
        /// How far that one is.
        along: Along,
    },
    /// It will not be done.
    Refused {
        /// Who said so.
        who: Who,
        /// Why.
        reason: String,
    },
    /// Offered to departments; the first that claims has it.
    Dispatched,
    /// A department answers for it.
    Claimed {
        /// Which.
        department: UnitId,
    },
    /// The department offered it to teams.
    Recruiting {
        /// Which department.
        department: UnitId,
    },
    /// A team will do it.
    Accepted {
        /// Whose it is.
        work: Work,
    },
    /// The day is agreed.
    Scheduled {
        /// Whose it is.
        work: Work,
        /// When.
        visit: Visit,
    },
    /// They are there.
    InDelivery {
        /// Whose it is.
        work: Work,
        /// When it was agreed for.
        visit: Visit,
        /// When they began.
        began: Instant,
    },
    /// Reported; the resident has the word.
    Awaiting {
        /// Whose it is.
        work: Work,
        /// When it was.
        visit: Visit,
        /// What was reported.
        delivery: DeliveryId,
    },
    /// The resident confirmed; both sides rate.
    Feedback {
        /// Whose it is.
        work: Work,
        /// When it was.
        visit: Visit,
        /// What was reported.
        delivery: DeliveryId,
    },
    /// Done.
    Closed {
        /// Whose it was.
        work: Work,
        /// When it was.
        visit: Visit,
        /// What was reported.
        delivery: DeliveryId,
        /// Who closed it.
        who: Who,
    },
    /// The resident no longer wants it.
    Withdrawn {
        /// Who said so.
        who: Who,
        /// Why.
        reason: String,
    },
    /// The same as another, which goes on.
    Merged {
        /// Which.
        into: OrderId,
        /// Who found it.
        who: Who,
    },
    /// Not for this loop: handed to another channel.
    PassedOn {
        /// Who did.
        who: Who,
        /// To which channel, and why.
        reason: String,
    },
}

impl State {
    /// All codes, in the order of a life.
    pub const CODES: [&'static str; 17] = [
        "draft", "submitted", "returned", "joined", "refused", "dispatched", "claimed", "recruiting",
        "accepted", "scheduled", "in_delivery", "awaiting", "feedback", "closed", "withdrawn", "merged",
        "passed_on",
    ];

    /// The word in the store, in addresses and, after `service-state-`, in the catalogue.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Submitted => "submitted",
            Self::Returned { .. } => "returned",
            Self::Joined { .. } => "joined",
            Self::Refused { .. } => "refused",
            Self::Dispatched => "dispatched",
            Self::Claimed { .. } => "claimed",
            Self::Recruiting { .. } => "recruiting",
            Self::Accepted { .. } => "accepted",
            Self::Scheduled { .. } => "scheduled",
            Self::InDelivery { .. } => "in_delivery",
            Self::Awaiting { .. } => "awaiting",
            Self::Feedback { .. } => "feedback",
            Self::Closed { .. } => "closed",
            Self::Withdrawn { .. } => "withdrawn",
            Self::Merged { .. } => "merged",
            Self::PassedOn { .. } => "passed_on",
        }
    }

    /// The department that answers for it.
    pub const fn department(&self) -> Option<&UnitId> {
        match self {
            Self::Joined { along, .. } => along.department.as_ref(),
            Self::Claimed { department } | Self::Recruiting { department } => Some(department),
            Self::Accepted { work }
            | Self::Scheduled { work, .. }
            | Self::InDelivery { work, .. }
            | Self::Awaiting { work, .. }
            | Self::Feedback { work, .. }
            | Self::Closed { work, .. } => Some(&work.department),
            Self::Draft
            | Self::Submitted
            | Self::Returned { .. }
            | Self::Refused { .. }
            | Self::Dispatched
            | Self::Withdrawn { .. }
            | Self::Merged { .. }
            | Self::PassedOn { .. } => None,
        }
    }

    /// The team that does it.
    pub const fn team(&self) -> Option<&UnitId> {
        match self {
            Self::Joined { along, .. } => along.team.as_ref(),
            Self::Accepted { work }
            | Self::Scheduled { work, .. }
            | Self::InDelivery { work, .. }
            | Self::Awaiting { work, .. }
            | Self::Feedback { work, .. }
            | Self::Closed { work, .. } => Some(&work.team),
            Self::Draft
            | Self::Submitted
            | Self::Returned { .. }
            | Self::Refused { .. }
            | Self::Dispatched
            | Self::Claimed { .. }
            | Self::Recruiting { .. }
            | Self::Withdrawn { .. }
            | Self::Merged { .. }
            | Self::PassedOn { .. } => None,
        }
    }

    /// The agreed visit.
    pub const fn visit(&self) -> Option<Visit> {
        match self {
            Self::Joined { along, .. } => along.visit,
            Self::Scheduled { visit, .. }
            | Self::InDelivery { visit, .. }
            | Self::Awaiting { visit, .. }
            | Self::Feedback { visit, .. }
            | Self::Closed { visit, .. } => Some(*visit),
            Self::Draft
            | Self::Submitted
            | Self::Returned { .. }
            | Self::Refused { .. }
            | Self::Dispatched
            | Self::Claimed { .. }
            | Self::Recruiting { .. }
            | Self::Accepted { .. }
            | Self::Withdrawn { .. }
            | Self::Merged { .. }
            | Self::PassedOn { .. } => None,
        }
    }

    /// The delivery that was reported.
    pub const fn delivery(&self) -> Option<&DeliveryId> {
        match self {
            Self::Awaiting { delivery, .. }
            | Self::Feedback { delivery, .. }
            | Self::Closed { delivery, .. } => Some(delivery),
            Self::Draft
            | Self::Submitted
            | Self::Returned { .. }
            | Self::Joined { .. }
            | Self::Refused { .. }
            | Self::Dispatched
            | Self::Claimed { .. }
            | Self::Recruiting { .. }
            | Self::Accepted { .. }
            | Self::Scheduled { .. }
            | Self::InDelivery { .. }
            | Self::Withdrawn { .. }
            | Self::Merged { .. }
            | Self::PassedOn { .. } => None,
        }
    }

    /// Who took it out of the loop.
    pub const fn ended(&self) -> Option<&Who> {
        match self {
            Self::Refused { who, .. }
            | Self::Closed { who, .. }
            | Self::Withdrawn { who, .. }
            | Self::Merged { who, .. }
            | Self::PassedOn { who, .. } => Some(who),
            Self::Draft
            | Self::Submitted
            | Self::Returned { .. }
            | Self::Joined { .. }
            | Self::Dispatched
            | Self::Claimed { .. }
            | Self::Recruiting { .. }
            | Self::Accepted { .. }
            | Self::Scheduled { .. }
            | Self::InDelivery { .. }
            | Self::Awaiting { .. }
            | Self::Feedback { .. } => None,
        }
    }

    /// The words that stand with it: the question, or why it ended.
    pub fn words(&self) -> &str {
        match self {
            Self::Returned { question, .. } => question,
            Self::Refused { reason, .. } | Self::Withdrawn { reason, .. } | Self::PassedOn { reason, .. } => {
                reason
            }
            Self::Draft
            | Self::Submitted
            | Self::Joined { .. }
            | Self::Dispatched
            | Self::Claimed { .. }
            | Self::Recruiting { .. }
            | Self::Accepted { .. }
            | Self::Scheduled { .. }
            | Self::InDelivery { .. }
            | Self::Awaiting { .. }
            | Self::Feedback { .. }
            | Self::Closed { .. }
            | Self::Merged { .. } => "",
        }
    }

    /// Whether nobody has to do anything more.
    pub const fn is_over(&self) -> bool {
        self.ended().is_some()
    }
}

impl Order {
    /// `2025-0042`.
    pub fn number(&self) -> String {
        format!("{}-{:04}", self.year, self.n)
    }
}
