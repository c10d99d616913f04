//! The desk: the queue, the record of an order with its steps, entering for somebody.

pub mod index;
pub mod new;
pub mod report;
pub mod show;
pub mod steps;
