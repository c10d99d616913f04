//! Checking proofs without any database: all that an outsider needs.

use tlog_tiles::tlog;

/// A hash of the tree: SHA-256, 32 bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hash(pub [u8; 32]);

impl Hash {
    /// The hash of a leaf over `data`: a zero byte before it, as RFC 9162 2.1.1 has it.
    pub fn of_leaf(data: &[u8]) -> Self {
        tlog::record_hash(data).into()
    }

    /// 64 hexadecimal digits.
    pub fn hex(self) -> String {
        kernel::hex(self.0)
    }

    /// From 64 hexadecimal digits.
    pub fn parse(hex: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        if hex.len() != 64 || !hex.is_ascii() {
            return None;
        }
        for (byte, at) in bytes.iter_mut().zip((0..).step_by(2)) {
            *byte = u8::from_str_radix(hex.get(at..at + 2)?, 16).ok()?;
        }
        Some(Self(bytes))
    }
}

impl std::fmt::Debug for Hash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.hex())
    }
}

impl From<tlog::Hash> for Hash {
    fn from(hash: tlog::Hash) -> Self {
        Self(hash.0)
    }
}

impl From<Hash> for tlog::Hash {
    fn from(hash: Hash) -> Self {
        Self(hash.0)
    }
}

/// Whether `proof` shows that leaf number `index`, counted from 0, has the hash `leaf` in the tree
/// of `size` leaves whose root is `root` (RFC 9162 2.1.3.2).
pub fn leaf_is_in(proof: &[Hash], (size, root): (u64, Hash), index: u64, leaf: Hash) -> bool {
    let proof: Vec<tlog::Hash> = proof.iter().map(|hash| (*hash).into()).collect();
    // the crate answers an index beyond the tree, and a proof of the wrong length, with an error
    index < size && tlog::check_record(&proof, size, root.into(), index, leaf.into()).is_ok()
}

/// Whether `proof` shows that the tree `new` (size, root) holds all leaves of `old` in their places
/// (RFC 9162 2.1.4.2). Everything grew from the empty tree.
pub fn grew(proof: &[Hash], old: (u64, Hash), new: (u64, Hash)) -> bool {
    if old.0 == 0 {
        return proof.is_empty() && old.1 == tlog::EMPTY_HASH.into();
    }
    let proof: Vec<tlog::Hash> = proof.iter().map(|hash| (*hash).into()).collect();
    old.0 <= new.0 && tlog::check_tree(&proof, new.0, new.1.into(), old.0, old.1.into()).is_ok()
}
