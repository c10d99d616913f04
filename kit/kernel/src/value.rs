//! A number as it is shown, or the reason why there is none.

use rust_decimal::{Decimal, RoundingStrategy};

/// What stands in a cell. Missing is not zero, and no text stands for a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    /// Known.
    Number(Decimal),
    /// The question does not arise here.
    NotApplicable,
    /// Nobody has filled it yet: 未填.
    NotCollected,
    /// Known, but too few persons to show.
    Suppressed,
    /// Being counted anew at this moment.
    Counting,
}

impl From<i64> for Value {
    fn from(n: i64) -> Self {
        Self::Number(Decimal::from(n))
    }
}

/// Rounds a published figure half away from zero (四舍五入), in decimal arithmetic: the mean of
/// 12.93 - 10.56 over two years is 1.19, where binary floating point says 1.18.
pub fn round_half_up(value: Decimal, places: u32) -> Decimal {
    value.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_published_mean_is_rounded_half_up_in_decimal() {
        let mean = (Decimal::new(1293, 2) - Decimal::new(1056, 2)) / Decimal::from(2);
        assert_eq!(round_half_up(mean, 2), Decimal::new(119, 2));
    }
}
