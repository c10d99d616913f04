//! The district's calendar of working days: the notices that the program brings along, and the years
//! that a person entered. Deadlines in working days of every context are counted by it.

mod actions;
mod runs;
mod store;

pub use actions::{Entry, enter};
pub use runs::{read_runs, run_text};
pub use store::{Entered, calendar, find};
