//! Both sides' word on how it was.

use db::{Tx, params};
use kernel::{AccountId, DistrictId, Instant};

use crate::order::OrderId;

/// A rating.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rating {
    /// `resident` or `team`.
    pub side: String,
    /// 1 to 5.
    pub stars: i64,
    /// In words; may be empty.
    pub words: String,
    /// When.
    pub at: Instant,
}

/// Adds a side's rating of a round; `false` when it has one.
pub fn insert(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    (order, round): (&OrderId, i64),
    by: Option<&AccountId>,
    one: &Rating,
) -> Result<bool, db::Error> {
    let n = tx.execute(
        "insert into service_rating (district_id, order_id, round, side, n_stars, words, by_id, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing",
        params![district, order, round, &one.side, one.stars, &one.words, by.cloned(), one.at],
    )?;
    Ok(n == 1)
}

/// The ratings of a round.
pub fn list(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    (order, round): (&OrderId, i64),
) -> Result<Vec<Rating>, db::Error> {
    let rows = tx.query(
        "select side, n_stars, words, at from service_rating
         where district_id = $1 and order_id = $2 and round = $3 order by side",
        params![district, order, round],
    )?;
    rows.iter()
        .map(|row| {
            Ok(Rating {
                side: row.get("side")?,
                stars: row.get("n_stars")?,
                words: row.get("words")?,
                at: row.get("at")?,
            })
        })
        .collect()
}
