//! Writing: a leaf with its owner's row, and leaves into the tree.

use db::Tx;
use kernel::{DistrictId, Refusal};

use crate::proof::Hash;
use crate::{store, tree};

/// Leaves taken in at once: one transaction of about a second.
const BATCH: i64 = 20_000;

/// One log of a district.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    /// Whose.
    pub district: DistrictId,
    /// Its name, such as `facts`.
    pub name: &'static str,
}

impl Log {
    /// The log `name` of a district.
    pub fn of(district: &DistrictId, name: &'static str) -> Self {
        Self { district: district.clone(), name }
    }

    /// The first line of its heads: which log a head is of.
    pub fn origin(&self) -> String {
        origin(self.district.as_str(), self.name)
    }
}

pub fn origin(district: &str, name: &str) -> String {
    format!("qilin/{district}/{name}")
}

/// Writes the leaf of what stands at `place`, a number that its owner gives once. To be called in
/// the transaction that writes the thing itself.
///
/// # Errors
/// As the database refuses; a place that has a leaf is a conflict of the schema.
pub fn append(tx: &mut Tx, log: &Log, place: i64, data: &[u8]) -> Result<(), Refusal> {
    store::insert_leaf(tx, log, place, Hash::of_leaf(data))
}

/// Takes waiting leaves into the tree, in the order of their places, and answers how many there
/// were. Fewer than before means that none waits any more.
///
/// # Errors
/// As the database refuses; corrupt when the stored tree has gaps.
pub fn integrate(tx: &mut Tx, log: &Log) -> Result<usize, Refusal> {
    let mut taken = 0;
    loop {
        let waiting = store::list_waiting(tx, log, BATCH)?;
        let Some((last, _)) = waiting.last() else { return Ok(taken) };
        let size = store::size(tx, log)?;
        store::give_indexes(tx, log, size, *last)?;
        let hashes: Vec<Hash> = waiting.iter().map(|(_, hash)| *hash).collect();
        tree::extend(tx, log, size, &hashes)?;
        taken += waiting.len();
        store::save_size(tx, log, (size, size + hashes.len() as u64))?;
    }
}

/// How many leaves are in the tree.
///
/// # Errors
/// As the database refuses.
pub fn size(tx: &mut Tx, log: &Log) -> Result<u64, Refusal> {
    store::size(tx, log)
}
