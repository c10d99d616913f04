//! Photos kept as proof.

use db::{Row, Tx, params};
use kernel::{Day, DistrictId, Instant, Refusal};

use crate::photo::{Area, Photo};
use crate::{ProofId, Stamp};

/// A photo without its bytes, for lists.
#[derive(Clone, Debug, PartialEq)]
pub struct Proof {
    /// Id.
    pub id: ProofId,
    /// When the camera says that it was taken.
    pub taken_on: Option<Day>,
    /// Degrees north and east.
    pub place: Option<(f64, f64)>,
    /// When it was added.
    pub added_at: Instant,
    /// By whom.
    pub added_name: String,
    /// How many other things have the same file as their proof.
    pub elsewhere: i64,
}

/// Keeps a photo for a subject (`delivery`, `entry`, `attestation`).
pub fn insert(
    tx: &mut Tx,
    district: &DistrictId,
    id: &ProofId,
    (kind, subject): (&'static str, &str),
    photo: &Photo,
    added: &Stamp,
) -> Result<(), Refusal> {
    tx.execute(
        "insert into evidence_proof (district_id, id, subject_kind, subject_id, content_type, sha256, bytes,
            taken_on, latitude, longitude, added_by, added_name, added_at)
         values ($1, $2, $3, $4, 'image/jpeg', $5, $6, $7, $8, $9, $10, $11, $12)",
        params![
            district,
            id,
            kind,
            subject,
            &photo.sha256,
            photo.bytes.clone(),
            photo.taken_on,
            photo.place.map(|(north, _)| north),
            photo.place.map(|(_, east)| east),
            &added.by,
            &added.name,
            added.at
        ],
    )?;
    crate::flags::store::insert_look(tx, district, id, (kind, subject), photo.look)
}

/// The photos of a subject, oldest first.
pub fn list(
    tx: &mut Tx,
    district: &DistrictId,
    (kind, subject): (&'static str, &str),
) -> Result<Vec<Proof>, Refusal> {
    let rows = tx.query(
        "select p.id, p.taken_on, p.latitude, p.longitude, p.added_at, p.added_name,
            (select count(*) from evidence_proof o where o.district_id = p.district_id
                and o.sha256 = p.sha256 and o.subject_id <> p.subject_id) as elsewhere
         from evidence_proof p
         where p.district_id = $1 and p.subject_kind = $2 and p.subject_id = $3
         order by p.added_at, p.id",
        params![district, kind, subject],
    )?;
    rows.iter().map(|row| Ok(proof(row)?)).collect()
}

fn proof(row: &Row) -> Result<Proof, db::Error> {
    let (north, east): (Option<f64>, Option<f64>) = (row.get("latitude")?, row.get("longitude")?);
    Ok(Proof {
        id: row.get("id")?,
        taken_on: row.get("taken_on")?,
        place: north.zip(east),
        added_at: row.get("added_at")?,
        added_name: row.get("added_name")?,
        elsewhere: row.get("elsewhere")?,
    })
}

/// A photo's file, and whose proof it is.
#[derive(Clone, Debug)]
pub struct Bytes {
    /// Its type.
    pub content_type: String,
    /// What is in it.
    pub bytes: Vec<u8>,
    /// `delivery`, `entry` or `attestation`.
    pub subject_kind: String,
    /// Which one.
    pub subject: String,
}

/// The file of a photo.
pub fn bytes(tx: &mut Tx, district: &DistrictId, id: &ProofId) -> Result<Option<Bytes>, Refusal> {
    let row = tx.find(
        "select content_type, bytes, subject_kind, subject_id from evidence_proof
         where district_id = $1 and id = $2",
        params![district, id],
    )?;
    let read = |row: Row| -> Result<Bytes, db::Error> {
        Ok(Bytes {
            content_type: row.get("content_type")?,
            bytes: row.get("bytes")?,
            subject_kind: row.get("subject_kind")?,
            subject: row.get("subject_id")?,
        })
    };
    row.map(|row| Ok(read(row)?)).transpose()
}

/// The box inside which photos are expected.
pub fn area(tx: &mut Tx, district: &DistrictId) -> Result<Option<Area>, Refusal> {
    let row = tx.find(
        "select south, west, north, east, source from evidence_area where district_id = $1",
        params![district],
    )?;
    let read = |row: Row| -> Result<Area, db::Error> {
        Ok(Area {
            south: row.get("south")?,
            west: row.get("west")?,
            north: row.get("north")?,
            east: row.get("east")?,
            source: row.get("source")?,
        })
    };
    row.map(|row| Ok(read(row)?)).transpose()
}

/// Sets that box.
pub fn save_area(tx: &mut Tx, district: &DistrictId, area: &Area) -> Result<(), Refusal> {
    tx.execute(
        "insert into evidence_area (district_id, south, west, north, east, source) values ($1, $2, $3, $4, $5, $6)
         on conflict (district_id) do update set south = excluded.south, west = excluded.west,
            north = excluded.north, east = excluded.east, source = excluded.source",
        params![district, area.south, area.west, area.north, area.east, &area.source],
    )?;
    Ok(())
}
