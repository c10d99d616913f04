//! The installation's signature, handed in: its key lives outside the database.

/// Signs in the name of the installation with Ed25519.
pub trait Seal: Send + Sync {
    /// The signature over `text`.
    fn sign(&self, text: &[u8]) -> [u8; 64];

    /// The public key, by which anyone can check it.
    fn key(&self) -> [u8; 32];
}

/// For callers that sign nothing: its signature is accepted by no key.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unsealed;

impl Seal for Unsealed {
    fn sign(&self, _text: &[u8]) -> [u8; 64] {
        [0; 64]
    }

    fn key(&self) -> [u8; 32] {
        [0; 32]
    }
}
