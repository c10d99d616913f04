//! Tests of the evidence, from the state machine to the sums.

mod area;
mod callbacks;
mod cast;
mod clock;
mod closes;
mod counting;
mod entries;
mod figures;
mod flags;
mod indicators;
mod law;
mod lists;
mod log;
mod moves;
mod offline;
mod pages;
mod photos;
mod property;
mod reached;
mod recording;
mod rules;
mod site;
mod states;
mod tampering;
mod words;
