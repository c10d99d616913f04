//! Inspections (检查): a checklist whose points add up, filled in at a unit on a day; what is found
//! becomes supervision with one press.

pub mod actions;
mod pages;
mod state;
pub(crate) mod store;
mod todos;

pub(crate) use pages::of_unit;
pub(crate) use pages::routes;
pub use pages::{Line, OfUnit};
pub use state::{Answer, Checklist, Comment, Inspection, Item, ItemKind, State};
pub(crate) use todos::waiting;

kernel::id!(
    /// A version of a checklist.
    ChecklistId
);

kernel::id!(
    /// An inspection of one unit.
    InspectionId
);
