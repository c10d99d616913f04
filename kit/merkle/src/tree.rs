//! The tree as it stands in tiles.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use db::Tx;
use kernel::Refusal;
use tlog_tiles::tlog::{self, HashReader};

use crate::proof::Hash;
use crate::{Log, store};

/// Hashes of one tile.
const WIDTH: u64 = 256;
/// Levels of the tree that one tile spans: 256 leaves have 8 levels above them.
const SPAN: u8 = 8;

/// Reads hashes of complete subtrees out of tiles, each tile once.
struct Tiles<'t, 'a> {
    tx: RefCell<&'t mut Tx<'a>>,
    log: &'t Log,
    read: RefCell<BTreeMap<(u8, u64), Vec<u8>>>,
    failure: RefCell<Option<Refusal>>,
}

impl<'t, 'a> Tiles<'t, 'a> {
    const fn of(tx: &'t mut Tx<'a>, log: &'t Log) -> Self {
        Self { tx: RefCell::new(tx), log, read: RefCell::new(BTreeMap::new()), failure: RefCell::new(None) }
    }

    fn hash(&self, (level, n): (u8, u64)) -> Result<tlog::Hash, Refusal> {
        let (tile_level, rest) = (level / SPAN, level % SPAN);
        let first = n << rest;
        let at = (tile_level, first / WIDTH);
        let mut read = self.read.borrow_mut();
        if let std::collections::btree_map::Entry::Vacant(free) = read.entry(at) {
            let tile = store::tile(&mut self.tx.borrow_mut(), self.log, at)?;
            free.insert(tile.unwrap_or_default());
        }
        let hashes = read.get(&at).map(|tile| parts(tile)).unwrap_or_default();
        let from = usize::try_from(first % WIDTH).unwrap_or(usize::MAX);
        let under = hashes.get(from..from.saturating_add(1 << rest));
        under.map(fold).ok_or_else(|| store::corrupt("merkle_tile", format!("{}/{}", at.0, at.1), "hashes"))
    }

    /// What the tree crate answered, or why a hash could not be read.
    fn finish<T>(self, answer: Result<T, tlog::Error>) -> Result<T, Refusal> {
        match self.failure.into_inner() {
            Some(refusal) => Err(refusal),
            None => answer.map_err(|error| Refusal::Broken(Box::new(error))),
        }
    }
}

impl HashReader for Tiles<'_, '_> {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<tlog::Hash>, tlog::Error> {
        let one = |index: &u64| self.hash(tlog::split_stored_hash_index(*index));
        indexes.iter().map(one).collect::<Result<_, _>>().map_err(|refusal| {
            self.failure.replace(Some(refusal));
            tlog::Error::InvalidTile
        })
    }
}

/// The hashes of a tile.
pub fn parts(tile: &[u8]) -> Vec<tlog::Hash> {
    tile.chunks_exact(tlog::HASH_SIZE).filter_map(|part| part.try_into().ok().map(tlog::Hash)).collect()
}

/// The root over a complete subtree: 1, 2, 4 ... 256 hashes.
pub fn fold(hashes: &[tlog::Hash]) -> tlog::Hash {
    match hashes {
        [one] => *one,
        hashes => {
            let (left, right) = hashes.split_at(hashes.len() / 2);
            tlog::node_hash(fold(left), fold(right))
        }
    }
}

/// Puts `hashes` after the `size` leaves that the tree has: the right edge of the tiles grows, and
/// each tile that fills up gives one hash to the level above.
pub fn extend(tx: &mut Tx, log: &Log, size: u64, hashes: &[Hash]) -> Result<(), Refusal> {
    let mut coming: Vec<tlog::Hash> = hashes.iter().map(|hash| (*hash).into()).collect();
    let mut first = size;
    for level in 0.. {
        if coming.is_empty() {
            break;
        }
        let mut n = first / WIDTH;
        let known = usize::try_from(first % WIDTH).unwrap_or_default();
        let before = if known == 0 { None } else { store::tile(tx, log, (level, n))? };
        let mut open = parts(&before.unwrap_or_default());
        if open.len() != known {
            return Err(store::corrupt("merkle_tile", format!("{level}/{n}"), "hashes"));
        }
        let mut above = Vec::new();
        let mut rest = coming.as_slice();
        while !rest.is_empty() {
            let room = usize::try_from(WIDTH).unwrap_or(usize::MAX) - open.len();
            let (now, later) = rest.split_at(room.min(rest.len()));
            open.extend_from_slice(now);
            rest = later;
            let bytes: Vec<u8> = open.iter().flat_map(|hash| hash.0).collect();
            store::save_tile(tx, log, (level, n), &bytes)?;
            if open.len() as u64 == WIDTH {
                above.push(fold(&open));
                open.clear();
                n += 1;
            }
        }
        first /= WIDTH;
        coming = above;
    }
    Ok(())
}

/// The root over the first `size` leaves.
///
/// # Errors
/// As the database refuses; corrupt when the tree does not reach so far.
pub fn root(tx: &mut Tx, log: &Log, size: u64) -> Result<Hash, Refusal> {
    let tiles = Tiles::of(tx, log);
    let answer = tlog::tree_hash(size, &tiles);
    tiles.finish(answer).map(Hash::from)
}

/// The proof that leaf number `index` is in the tree of `size` leaves, for [`crate::proof::leaf_is_in`].
///
/// # Errors
/// Not found when the leaf lies beyond that tree, or that tree beyond what there is.
pub fn prove_leaf(tx: &mut Tx, log: &Log, index: u64, size: u64) -> Result<Vec<Hash>, Refusal> {
    if index >= size || size > store::size(tx, log)? {
        return Err(Refusal::NotFound);
    }
    let tiles = Tiles::of(tx, log);
    let answer = tlog::prove_record(size, index, &tiles);
    tiles.finish(answer).map(|proof| proof.into_iter().map(Hash::from).collect())
}

/// The proof that the tree of `size` leaves grew from that of `old` leaves, for [`crate::proof::grew`].
///
/// # Errors
/// Not found when `old` is more than `size`, or `size` more than there is.
pub fn prove_growth(tx: &mut Tx, log: &Log, old: u64, size: u64) -> Result<Vec<Hash>, Refusal> {
    if old > size || size > store::size(tx, log)? {
        return Err(Refusal::NotFound);
    }
    if old == 0 {
        return Ok(Vec::new());
    }
    let tiles = Tiles::of(tx, log);
    let answer = tlog::prove_tree(size, old, &tiles);
    tiles.finish(answer).map(|proof| proof.into_iter().map(Hash::from).collect())
}

/// The places from the first to the last of `places`, in rising order, that have a leaf.
///
/// # Errors
/// As the database refuses.
pub fn known_places(tx: &mut Tx, log: &Log, places: &[i64]) -> Result<BTreeSet<i64>, Refusal> {
    Ok(store::known_places(tx, log, places)?.into_iter().collect())
}

/// The number of the leaf that stands for `place`; none while it waits to be taken in.
///
/// # Errors
/// As the database refuses.
pub fn leaf_of(tx: &mut Tx, log: &Log, place: i64) -> Result<Option<u64>, Refusal> {
    store::index_of(tx, log, place)
}
