//! The installation's signature, handed in: its key lives outside the database.

use sha2::Digest;

/// Signs in the name of the installation with Ed25519, and keeps what only the installation may read.
pub trait Seal: Send + Sync {
    /// The signature over `text`.
    fn sign(&self, text: &[u8]) -> [u8; 64];

    /// The public key, by which anyone can check it.
    fn key(&self) -> [u8; 32];

    /// A secret key for one use, the same at each start; from the keys of other uses and from the public
    /// key nobody finds it. [`crate::veil`] is how it is used.
    fn derive(&self, of: &str) -> [u8; 32];
}

/// For callers that sign nothing, and for tests: its signature is accepted by no key, and what it derives
/// is no secret.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unsealed;

impl Seal for Unsealed {
    fn sign(&self, _text: &[u8]) -> [u8; 64] {
        [0; 64]
    }

    fn key(&self) -> [u8; 32] {
        [0; 32]
    }

    fn derive(&self, of: &str) -> [u8; 32] {
        sha2::Sha256::digest(of).into()
    }
}
