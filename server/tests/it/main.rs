//! Whole stories across contexts, and the guards that every change has to pass.

mod guards;
mod statements;
mod support;
