//! Official plan documents become structure; the README is the manual.

#![doc = include_str!("../README.md")]

mod aim;
mod amount;
mod bounds;
mod class;
mod clause;
mod compare;
mod deadline;
mod decode;
mod diff;
mod docx;
mod doubt;
mod duty_list;
mod encoding;
mod fold;
mod frame;
mod front;
mod glyph;
mod heading;
mod item;
mod items;
mod json;
mod late;
mod lexicon;
mod line;
mod mark;
mod normalise;
mod noun;
mod number;
mod numbering;
mod outline;
mod parse;
mod period;
mod place;
mod rank;
mod reading;
mod rising;
mod roles;
mod sentence;
mod span;
mod subject;
mod suffix;
mod table;
mod tally;
mod target;
mod unit;
mod verdict;
mod ways;
mod words;
mod xml;

pub use decode::{Format, MAX_FILE, Text, Unreadable, decode};
pub use diff::{Change, diff};
pub use doubt::{Doubt, DoubtCode};
pub use encoding::Encoding;
pub use json::to_json;
pub use parse::parse;
pub use reading::{
    Comparator, Duty, Form, Heading, Item, ItemKind, Metadata, NotAPlan, Period, Reading, Role, Section,
    Target, TargetKind, Title, Verdict,
};
pub use span::Span;
