//! Counts steps in the tests of this crate, so that growth can be checked without a clock.
//!
//! The lookups and cuts that every other step is made of report how many bytes they may look at.

#[cfg(not(test))]
#[inline(always)]
pub(crate) fn count(_: usize) {}

#[cfg(test)]
thread_local! {
    static STEPS: std::cell::Cell<u64> = const { std::cell::Cell::new(0) };
}

#[cfg(test)]
pub(crate) fn count(steps: usize) {
    STEPS.with(|s| s.set(s.get() + steps as u64 + 1));
}

#[cfg(test)]
mod tests {
    use super::STEPS;

    /// Pieces that are said again and again; the same that the example `hostile` times.
    const PIECES: &[&str] = include!("../monsters.in");

    /// Steps to read `piece` said so often that it fills `size` bytes.
    fn steps(piece: &str, size: usize) -> u64 {
        let text = piece.repeat(size / piece.len());
        STEPS.with(|s| s.set(0));
        crate::parse(&text);
        STEPS.with(std::cell::Cell::get)
    }

    #[test]
    fn four_times_the_text_takes_four_times_the_steps() {
        for piece in PIECES {
            let (small, large) = (steps(piece, 12_000), steps(piece, 48_000));
            assert!(large <= small.max(20_000) * 6, "{piece:?}: {small} steps, then {large}");
        }
    }
}
