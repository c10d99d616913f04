//! Comparing everything stored with everything signed.

use db::Tx;
use kernel::Refusal;
use tlog_tiles::tlog;

use crate::note::Refused;
use crate::proof::Hash;
use crate::{Head, Key, Log, note, store, tree};

/// Leaves read at once.
const PAGE: i64 = 10_000;

/// What was compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Examined {
    /// Leaves in the tree.
    pub leaves: u64,
    /// Leaves that wait to be taken in; compared with what they stand for as well.
    pub waiting: u64,
    /// Signed heads.
    pub heads: u64,
}

/// The first thing that does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Misfit {
    /// What stands at a place is not what was written there.
    Changed {
        /// The place.
        place: i64,
    },
    /// What stood at a place is gone.
    Gone {
        /// The place.
        place: i64,
    },
    /// The leaf with this number is missing.
    LeafGone {
        /// The number.
        index: u64,
    },
    /// The stored tree is not the tree over the leaves.
    Tree {
        /// The level of the tile.
        level: u8,
        /// Its number.
        n: u64,
    },
    /// A signed head is not the root over its leaves: leaves were changed, moved or exchanged.
    Head {
        /// Its size.
        size: u64,
    },
    /// A signed head has more leaves than there are.
    Truncated {
        /// The size of the head.
        size: u64,
        /// The leaves there are.
        leaves: u64,
    },
    /// A stored head is not signed by the key.
    NotSigned {
        /// Its size.
        size: u64,
    },
}

/// Walks all leaves in their order, reads through `read` what each stands for, and compares the
/// hashes, the stored tree, the stored heads and `outside`, a head kept elsewhere, which alone can
/// show that the whole log was cut or written anew. `read` answers nothing for what is gone.
///
/// # Errors
/// As the database or `read` refuse.
pub fn examine(
    tx: &mut Tx,
    log: &Log,
    key: &Key,
    outside: Option<Head>,
    mut read: impl FnMut(&mut Tx, &[i64]) -> Result<Vec<Option<Vec<u8>>>, Refusal>,
) -> Result<Result<Examined, Misfit>, Refusal> {
    let mut heads: Vec<Head> = Vec::new();
    for signed in store::list_heads(tx, log, i64::MAX)? {
        match note::read(&signed.note, &log.origin(), key) {
            Ok(head) if note::is_as_written(&signed.note) => heads.push(head),
            Ok(_) | Err(Refused::Unreadable | Refused::OtherLog | Refused::NotSigned) => {
                return Ok(Err(Misfit::NotSigned { size: signed.head.size }));
            }
        }
    }
    let n_heads = heads.len() as u64;
    heads.extend(outside);
    heads.sort_by_key(|head| head.size);
    let mut heads = heads.into_iter().peekable();
    let mut edge = Edge::default();
    loop {
        while let Some(head) = heads.next_if(|head| head.size == edge.size) {
            if edge.root() != head.root {
                return Ok(Err(Misfit::Head { size: head.size }));
            }
        }
        let until = heads.peek().map_or(u64::MAX, |head| head.size);
        let most = i64::try_from(until - edge.size).unwrap_or(i64::MAX).min(PAGE);
        let leaves = store::list_leaves(tx, log, edge.size, most)?;
        if leaves.is_empty() {
            break;
        }
        let places: Vec<i64> = leaves.iter().map(|leaf| leaf.place).collect();
        let stood = read(tx, &places)?;
        for (leaf, data) in leaves.iter().zip(stood) {
            if leaf.index != edge.size {
                return Ok(Err(Misfit::LeafGone { index: edge.size }));
            }
            if let Some(misfit) = compare(leaf.place, leaf.hash, data) {
                return Ok(Err(misfit));
            }
            edge.push(leaf.hash);
        }
    }
    if let Some(head) = heads.next() {
        return Ok(Err(Misfit::Truncated { size: head.size, leaves: edge.size }));
    }
    if let Some(misfit) = edge.compare_tiles(tx, log)? {
        return Ok(Err(misfit));
    }
    let waiting = store::list_waiting(tx, log, i64::MAX)?;
    for part in waiting.chunks(usize::try_from(PAGE).unwrap_or(usize::MAX)) {
        let places: Vec<i64> = part.iter().map(|(place, _)| *place).collect();
        let stood = read(tx, &places)?;
        for ((place, hash), data) in part.iter().zip(stood) {
            if let Some(misfit) = compare(*place, *hash, data) {
                return Ok(Err(misfit));
            }
        }
    }
    Ok(Ok(Examined { leaves: edge.size, waiting: waiting.len() as u64, heads: n_heads }))
}

fn compare(place: i64, hash: Hash, data: Option<Vec<u8>>) -> Option<Misfit> {
    match data {
        None => Some(Misfit::Gone { place }),
        Some(data) if Hash::of_leaf(&data) != hash => Some(Misfit::Changed { place }),
        Some(_) => None,
    }
}

/// The tree while it grows: the open tile of each level, and a digest of the full ones.
#[derive(Default)]
struct Edge {
    size: u64,
    /// By level: tiles that are full, and the hashes of the open one.
    levels: Vec<(Vec<tlog::Hash>, Vec<tlog::Hash>)>,
}

impl Edge {
    fn push(&mut self, leaf: Hash) {
        self.size += 1;
        let mut coming = Some(tlog::Hash::from(leaf));
        let mut level = 0;
        while let Some(hash) = coming.take() {
            if self.levels.len() == level {
                self.levels.push((Vec::new(), Vec::new()));
            }
            let Some((full, open)) = self.levels.get_mut(level) else { return };
            open.push(hash);
            if open.len() == 256 {
                let root = tree::fold(open);
                open.clear();
                full.push(root);
                coming = Some(root);
            }
            level += 1;
        }
    }

    /// The root: the complete subtrees of the open tiles, from the smallest up.
    fn root(&self) -> Hash {
        let mut right: Option<tlog::Hash> = None;
        for (_, open) in &self.levels {
            let mut rest = open.as_slice();
            while !rest.is_empty() {
                // the last complete subtree: as large as the lowest bit of what is left
                let last = 1 << rest.len().trailing_zeros();
                let (before, under) = rest.split_at(rest.len() - last);
                let root = tree::fold(under);
                right = Some(right.map_or(root, |right| tlog::node_hash(root, right)));
                rest = before;
            }
        }
        right.unwrap_or(tlog::EMPTY_HASH).into()
    }

    fn compare_tiles(&self, tx: &mut Tx, log: &Log) -> Result<Option<Misfit>, Refusal> {
        for (level, (full, open)) in (0u8..).zip(&self.levels) {
            let roots = full.iter().map(|root| (256, *root));
            let edge = (!open.is_empty()).then_some((open.len(), tlog::EMPTY_HASH));
            for (n, (len, root)) in (0u64..).zip(roots.chain(edge)) {
                let stored = tree::parts(&store::tile(tx, log, (level, n))?.unwrap_or_default());
                let fits = if len == 256 {
                    stored.len() == 256 && tree::fold(&stored) == root
                } else {
                    stored == *open
                };
                if !fits {
                    return Ok(Some(Misfit::Tree { level, n }));
                }
            }
        }
        Ok(None)
    }
}

impl std::fmt::Display for Misfit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Changed { place } => {
                write!(f, "what stands at place {place} was changed after it was written")
            }
            Self::Gone { place } => write!(f, "what stood at place {place} is gone"),
            Self::LeafGone { index } => write!(f, "leaf {index} of the log is missing or out of its place"),
            Self::Tree { level, n } => write!(f, "tile {n} of level {level} is not the tree over the leaves"),
            Self::Head { size } => {
                write!(f, "the signed head of {size} leaves is not the root over the first {size} leaves")
            }
            Self::Truncated { size, leaves } => {
                write!(f, "a signed head has {size} leaves, the log has only {leaves}")
            }
            Self::NotSigned { size } => write!(f, "the head of {size} leaves is not signed with this key"),
        }
    }
}
