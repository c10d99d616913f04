//! The resident's path: the menu, the four steps of an order, the order itself, a volunteer's hours.

pub mod hours;
pub mod item;
pub mod menu;
pub mod order;
pub mod steps;
