//! Values that every part of the program shares: ids, time, groups, actors, refusals, numbers.
//!
//! Nothing here knows a context, a database or HTTP. The only ways to learn the time or draw
//! chance are the [`Clock`] and [`Rng`] that a caller is handed.

mod actor;
mod caller;
mod clock;
mod group;
mod id;
mod refusal;
mod rng;
mod seal;
pub mod stored;
mod text;
mod time;
mod value;
pub mod veil;
pub mod workdays;

pub use actor::{Actor, Grant, Permission, Reach, Role};
pub use caller::Caller;
pub use clock::{Clock, FixedClock, SystemClock};
pub use group::Group;
pub use id::{AccountId, DistrictId, UnitId, new_ulid};
pub use refusal::{Problem, Problems, Refusal};
pub use rng::{Rng, SeededRng, SystemRng};
pub use seal::{Seal, Unsealed};
pub use text::{hex, search_key};
pub use time::{Day, Instant, Year};
pub use value::{Value, round_half_up};
pub use workdays::Workdays;
