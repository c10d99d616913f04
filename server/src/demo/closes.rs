//! Closing, in between what people do: the coordinator closes each month on the tenth of the next one, and
//! a year with its December. What is withdrawn afterwards stands beside the closed number.

use evidence::actions::close;
use kernel::{Day, Instant, Refusal};

use super::stage::Stage;

/// Until here months are closed in between what was recorded by hand. From September on residents' orders
/// leave deliveries too, and these are told afterwards: what they count in is closed when they are there.
const BEFORE_ORDERS: &str = "2025-09-10";
/// The last day on which something is closed: October is, November waits for somebody to do it.
const LAST: &str = "2025-11-10";

/// Closes the months in which orders were delivered.
pub fn load(stage: &mut Stage<'_, '_>) -> Result<(), Refusal> {
    let Some((before, last)) = Day::parse(BEFORE_ORDERS).zip(Day::parse(LAST)) else { return Ok(()) };
    let mut closes = Closes::after(stage, Some(before.at(17, 30)));
    closes.last = Some(last);
    closes.until(stage, last.at(17, 30))
}

/// When the next month is closed.
pub struct Closes {
    next: Option<Day>,
    last: Option<Day>,
}

impl Closes {
    /// From the month after the first act on; never without a key that signs.
    pub fn after(stage: &Stage<'_, '_>, first: Option<Instant>) -> Self {
        let signs = stage.prepared.seal.key() != kernel::Seal::key(&kernel::Unsealed);
        let next = first.filter(|_| signs).and_then(|at| tenth_after(at.day()));
        Self { next, last: Day::parse(BEFORE_ORDERS) }
    }

    /// Closes all that is to be closed before a moment.
    pub fn until(&mut self, stage: &mut Stage<'_, '_>, at: Instant) -> Result<(), Refusal> {
        while let Some(day) = self.next.filter(|day| day.at(17, 30) <= at && Some(*day) <= self.last) {
            self.next = tenth_after(day);
            let by = stage.coordinator(day.at(17, 30))?;
            // A year can be closed once its December is.
            for _ in 0..2 {
                let (_, open) = close::list(stage.tx, &by)?;
                if let Some(period) = open.first() {
                    close::close(stage.tx, &by, *period)?;
                }
            }
        }
        Ok(())
    }
}

/// The tenth of the month after a day's.
fn tenth_after(day: Day) -> Option<Day> {
    match day.month() {
        12 => Day::new(day.year() + 1, 1, 10),
        month => Day::new(day.year(), month + 1, 10),
    }
}
