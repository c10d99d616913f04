//! An append-only log in the database that nobody can change unseen.
//!
//! A leaf's hash is written in the transaction of what it stands for ([`append`]). Leaves are taken
//! into a Merkle tree with the hashing of RFC 9162 afterwards ([`integrate`]), so that many writers
//! never wait for one another at the tree. A head of the tree is signed ([`sign`]) and given out;
//! whoever holds one can check that a leaf is in the tree ([`prove_leaf`], [`proof::leaf_is_in`])
//! and that a later tree only grew from it ([`prove_growth`], [`proof::grew`]). [`examine`] compares
//! everything stored with everything signed and names the first thing that does not fit.
//!
//! The head has the text of a C2SP checkpoint, signed as a C2SP note, so that other programs of
//! that field can read it.

mod examine;
mod head;
mod log;
pub mod note;
pub mod proof;
mod store;
mod tree;

pub use examine::{Examined, Misfit, examine};
pub use head::{Head, SignedHead, find_head, list_heads, newest_head, sign, signed_by};
pub use log::{Log, append, integrate, size};
pub use note::{Key, SigningKey};
pub use proof::Hash;
pub use tree::{known_places, leaf_of, prove_growth, prove_leaf, root};

/// The tables of this crate.
pub const STREAM: db::Stream = db::Stream {
    context: "merkle",
    files: &[
        ("0001_merkle.sql", include_str!("../migrations/0001_merkle.sql")),
        ("0002_kept_by_key.sql", include_str!("../migrations/0002_kept_by_key.sql")),
    ],
};

#[cfg(test)]
mod tests;
