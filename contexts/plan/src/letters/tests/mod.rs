//! Letters: points, scores, every state against every step, and a year from draft to appeal.

mod points;
mod states;
mod year;
