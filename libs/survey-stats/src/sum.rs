//! Compensated sums in a fixed order, so that a figure does not depend on threads or on luck.

/// Neumaier's compensated sum: the error does not grow with the number of terms.
///
/// Source: Neumaier (1974), *ZAMM* 54, 39-51. Terms are added in the order given.
///
/// ```
/// use survey_stats::sum::Sum;
/// let mut s = Sum::default();
/// for x in [1.0, 1e100, 1.0, -1e100] { s.add(x); }
/// assert_eq!(s.value(), 2.0);
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct Sum {
    total: f64,
    lost: f64,
}

impl Sum {
    /// Adds one term.
    #[inline]
    pub fn add(&mut self, x: f64) {
        let t = self.total + x;
        if self.total.abs() >= x.abs() {
            self.lost += (self.total - t) + x;
        } else {
            self.lost += (x - t) + self.total;
        }
        self.total = t;
    }

    /// The sum so far.
    #[inline]
    pub fn value(self) -> f64 {
        self.total + self.lost
    }
}

impl FromIterator<f64> for Sum {
    fn from_iter<I: IntoIterator<Item = f64>>(iter: I) -> Sum {
        let mut s = Sum::default();
        for x in iter {
            s.add(x);
        }
        s
    }
}

/// The compensated sum of `terms` in their order.
///
/// ```
/// assert_eq!(survey_stats::sum::sum([1.0, 1e100, 1.0, -1e100]), 2.0);
/// ```
pub fn sum(terms: impl IntoIterator<Item = f64>) -> f64 {
    terms.into_iter().collect::<Sum>().value()
}

/// The compensated sum of products of two equally long slices.
///
/// ```
/// assert_eq!(survey_stats::sum::dot(&[1.0, 2.0], &[3.0, 4.0]), 11.0);
/// ```
pub fn dot(a: &[f64], b: &[f64]) -> f64 {
    sum(a.iter().zip(b).map(|(x, y)| x * y))
}

/// The compensated sum of products, in eight interleaved sums that are added up in order at the end.
///
/// The order is fixed by the length alone; the lanes let the processor work on several terms at once. Each
/// lane carries its rounding errors by Knuth's branch-free two-sum (1997, *Seminumerical Algorithms*, 4.2.2).
///
/// ```
/// let x: Vec<f64> = (0..20).map(f64::from).collect();
/// assert_eq!(survey_stats::sum::dot_in_lanes(&x, &x), 2470.0);
/// ```
pub fn dot_in_lanes(a: &[f64], b: &[f64]) -> f64 {
    const LANES: usize = 8;
    let (mut total, mut lost) = ([0.0; LANES], [0.0; LANES]);
    let (x, y) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let rest = dot(x.remainder(), y.remainder());
    for (x, y) in x.zip(y) {
        for k in 0..LANES {
            let term = x[k] * y[k];
            let t = total[k] + term;
            let back = t - total[k];
            lost[k] += (total[k] - (t - back)) + (term - back);
            total[k] = t;
        }
    }
    sum(total.into_iter().chain(lost).chain([rest]))
}
