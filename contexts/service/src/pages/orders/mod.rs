//! The desk: the queue, the record of an order with its steps, entering for somebody.

pub(crate) mod door;
pub(crate) mod index;
pub(crate) mod new;
pub(crate) mod report;
pub(crate) mod show;
pub(crate) mod steps;
