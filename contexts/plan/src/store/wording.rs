//! Our own words beside the document's.

use db::{Tx, params};
use kernel::DistrictId;

use crate::wording::{Wording, WordingKind, Wordings};

/// All words of the district: one row a thing, a few hundred at most.
pub fn load_wordings(tx: &mut Tx<'_>, district: &DistrictId) -> Result<Wordings, db::Error> {
    let rows = tx.query(
        "select kind, key, title_en, plain_zh, plain_en from plan_wording where district_id = $1",
        params![district],
    )?;
    let pairs = rows.iter().map(|row| {
        let kind = row.parse("plan_wording", "kind", WordingKind::parse)?;
        let wording = Wording {
            title_en: row.get("title_en")?,
            plain_zh: row.get("plain_zh")?,
            plain_en: row.get("plain_en")?,
        };
        Ok(((kind, row.get("key")?), wording))
    });
    Ok(Wordings(pairs.collect::<Result<_, db::Error>>()?))
}

/// Saves the words for one thing.
pub fn save_wording(
    tx: &mut Tx<'_>,
    district: &DistrictId,
    kind: WordingKind,
    key: &str,
    wording: &Wording,
) -> Result<(), db::Error> {
    tx.execute(
        "insert into plan_wording (district_id, kind, key, title_en, plain_zh, plain_en)
         values ($1, $2, $3, $4, $5, $6)
         on conflict (district_id, kind, key) do update set title_en = excluded.title_en,
             plain_zh = excluded.plain_zh, plain_en = excluded.plain_en",
        params![district, kind.code(), key, &wording.title_en, &wording.plain_zh, &wording.plain_en],
    )?;
    Ok(())
}
