//! From where on something is flagged. Each default has its reason; a district sets its own.

use kernel::{Problem, Problems, Refusal};

/// The limits of a district.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Rises with every change; 0 while the defaults hold.
    pub version: i64,
    /// Bits of 64 in which two looks may differ.
    pub photo_bits: i64,
    /// Minutes that it takes at least from one town to another.
    pub travel_minutes: i64,
    /// Deliveries recorded by one account ...
    pub burst_n: i64,
    /// ... within so many minutes.
    pub burst_minutes: i64,
    /// Other deliveries of the host with the same number of heads ...
    pub same_heads_n: i64,
    /// ... within so many days before and after.
    pub same_heads_days: i64,
    /// Percent of the longer of two lists that stand on both.
    pub list_percent: i64,
}

impl Default for Limits {
    /// Seven bits: 100 drawn scenes scaled, written anew, made brighter or cut by 2 of 100 stay within
    /// seven in 694 of 700 cases, while the nearest two of 4,950 pairs of different ones differ in 18.
    /// Ten minutes: less than any road between two town halls. Ten within fifteen minutes: the form
    /// takes a minute, and nobody comes home from ten events at once. Five more with the same heads in
    /// a month: counted crowds differ. Ninety percent: the names that came before must nearly all have
    /// come again.
    fn default() -> Self {
        Self {
            version: 0,
            photo_bits: 7,
            travel_minutes: 10,
            burst_n: 10,
            burst_minutes: 15,
            same_heads_n: 5,
            same_heads_days: 30,
            list_percent: 90,
        }
    }
}

impl Limits {
    /// The fields with the least and the most that each may be.
    pub const FIELDS: [(&'static str, i64, i64); 7] = [
        ("photo_bits", 0, 10),
        ("travel_minutes", 0, 600),
        ("burst_n", 2, 1000),
        ("burst_minutes", 1, 1440),
        ("same_heads_n", 2, 1000),
        ("same_heads_days", 1, 366),
        ("list_percent", 50, 100),
    ];

    /// The numbers in the order of the fields.
    pub const fn numbers(&self) -> [i64; 7] {
        [
            self.photo_bits, self.travel_minutes, self.burst_n, self.burst_minutes, self.same_heads_n,
            self.same_heads_days, self.list_percent,
        ]
    }

    /// From numbers in the order of the fields.
    ///
    /// # Errors
    /// Each that is out of its range, at its field.
    pub fn read(version: i64, numbers: [i64; 7]) -> Result<Self, Refusal> {
        let mut problems = Problems::new();
        for ((field, least, most), n) in Self::FIELDS.iter().zip(numbers) {
            if !(*least..=*most).contains(&n) {
                let problem = Problem::new("evidence-limit-range").at(*field).with("typed", n);
                problems.add(problem.with("least", *least).with("most", *most));
            }
        }
        problems.check()?;
        let [photo_bits, travel_minutes, burst_n, burst_minutes, same_heads_n, same_heads_days, list_percent] =
            numbers;
        Ok(Self {
            version,
            photo_bits,
            travel_minutes,
            burst_n,
            burst_minutes,
            same_heads_n,
            same_heads_days,
            list_percent,
        })
    }
}
